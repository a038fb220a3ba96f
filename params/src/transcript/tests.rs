use super::*;
use ff::Field;
use group::Curve;
use halo2curves::bn256::G1;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use snark_verifier::loader::native::NativeLoader;
use snark_verifier::system::halo2::transcript::evm::{ChallengeEvm, EvmTranscript};

type Reference<S> = EvmTranscript<G1Affine, NativeLoader, S, Vec<u8>>;

fn cause(error: &io::Error) -> Option<TranscriptError> {
    error.get_ref()?.downcast_ref().copied()
}

fn point_bytes(x: [u8; 32], y: [u8; 32]) -> [u8; 64] {
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(&x);
    bytes[32..].copy_from_slice(&y);
    bytes
}

/// `value`'s big-endian bytes plus the modulus: another spelling of the same residue.
fn unreduced<F: PrimeField<Repr = [u8; 32]>>(value: F) -> [u8; 32] {
    let minus_one = be_bytes(&-F::ONE);
    let mut sum = be_bytes(&value);
    let mut carry = 1u16;
    for (to, from) in sum.iter_mut().zip(&minus_one).rev() {
        let digit = u16::from(*to) + u16::from(*from) + carry;
        *to = digit.to_le_bytes()[0];
        carry = digit >> 8;
    }
    sum
}

/// Absorbs and squeezes in the order that `script` says, and returns proof and challenges.
macro_rules! run_writer {
    ($writer:expr, $challenge:ty, $script:expr) => {{
        let mut rng = ChaCha20Rng::seed_from_u64(7);
        let mut writer = $writer;
        let mut challenges = Vec::new();
        for step in $script {
            match step {
                0 => TranscriptWrite::<G1Affine, $challenge>::write_point(
                    &mut writer,
                    G1::random(&mut rng).to_affine(),
                )
                .unwrap(),
                1 => TranscriptWrite::<G1Affine, $challenge>::write_scalar(
                    &mut writer,
                    Fr::random(&mut rng),
                )
                .unwrap(),
                2 => Transcript::<G1Affine, $challenge>::common_scalar(
                    &mut writer,
                    Fr::random(&mut rng),
                )
                .unwrap(),
                _ => challenges.push(
                    Transcript::<G1Affine, $challenge>::squeeze_challenge(&mut writer).get_scalar(),
                ),
            }
        }
        let proof: Vec<u8> = TranscriptWriterBuffer::<_, G1Affine, $challenge>::finalize(writer);
        (proof, challenges)
    }};
}

#[test]
fn agrees_with_snark_verifier_byte_for_byte() {
    use group::Group;
    let scripts: [&[u8]; 5] = [
        &[2, 2, 2, 0, 0, 3, 1, 3, 3, 3, 0, 3, 1, 1, 1, 3],
        &[2, 3, 3],
        &[1, 3, 0, 3],
        &[3, 3],
        &[0, 1, 2, 3, 2, 3, 1, 3, 0, 3],
    ];
    for script in scripts {
        let ours = run_writer!(EvmWrite::init(Vec::new()), EvmChallenge, script);
        let theirs = run_writer!(
            Reference::<Vec<u8>>::new(Vec::new()),
            ChallengeEvm<G1Affine>,
            script
        );
        assert_eq!(ours, theirs, "{script:?}");
    }
}

#[test]
fn known_challenges() {
    // keccak256("") and, a word alone getting the byte 1, keccak256(keccak256("") || 0x01).
    let mut transcript = EvmRead::init(&[][..]);
    let first = transcript.squeeze_challenge().get_scalar();
    let hash: [u8; 32] =
        hex::decode("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
            .unwrap()
            .try_into()
            .unwrap();
    assert_eq!(first, fr_from_be_bytes_mod(&hash));
    let second = transcript.squeeze_challenge().get_scalar();
    let hash: [u8; 32] = Keccak256::digest([&hash[..], &[1]].concat()).into();
    assert_eq!(second, fr_from_be_bytes_mod(&hash));
}

#[test]
fn the_reader_follows_the_writer() {
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let (point, scalar) = (group::Group::random(&mut rng), Fr::random(&mut rng));
    let point = G1::to_affine(&point);
    let mut writer = EvmWrite::init(Vec::new());
    writer.write_point(point).unwrap();
    writer.write_scalar(scalar).unwrap();
    let challenge = writer.squeeze_challenge();
    let proof = writer.finalize();
    assert_eq!(proof.len(), POINT_BYTES + SCALAR_BYTES);
    let mut reader = EvmRead::init(&proof[..]);
    assert_eq!(reader.read_point().unwrap(), point);
    assert_eq!(reader.read_scalar().unwrap(), scalar);
    assert_eq!(reader.squeeze_challenge(), challenge);
    assert!(reader.into_inner().is_empty());
}

#[test]
fn refuses_what_the_curve_and_the_fields_do_not_contain() {
    let read_point = |bytes: [u8; 64]| EvmRead::init(&bytes[..]).read_point();
    let generator = G1Affine::generator();
    let (x, y) = (be_bytes(&generator.x), be_bytes(&generator.y));
    assert_eq!(read_point(point_bytes(x, y)).unwrap(), generator);

    let cases = [
        (
            point_bytes([0; 32], [0; 32]),
            TranscriptError::PointAtInfinity,
        ),
        (
            point_bytes(x, be_bytes(&(generator.y + Fq::ONE))),
            TranscriptError::OffCurve,
        ),
        (point_bytes([0; 32], y), TranscriptError::OffCurve),
        (
            point_bytes(unreduced(generator.x), y),
            TranscriptError::Coordinate,
        ),
        (
            point_bytes(x, unreduced(generator.y)),
            TranscriptError::Coordinate,
        ),
        (point_bytes([0xff; 32], y), TranscriptError::Coordinate),
        // Zero spelt as the modulus is not a second infinity.
        (
            point_bytes(unreduced(Fq::ZERO), unreduced(Fq::ZERO)),
            TranscriptError::Coordinate,
        ),
    ];
    for (bytes, expected) in cases {
        assert_eq!(
            cause(&read_point(bytes).unwrap_err()),
            Some(expected),
            "{bytes:02x?}"
        );
    }

    let read_scalar = |bytes: [u8; 32]| EvmRead::init(&bytes[..]).read_scalar();
    assert_eq!(read_scalar(be_bytes(&-Fr::ONE)).unwrap(), -Fr::ONE);
    for bytes in [unreduced(Fr::ZERO), unreduced(Fr::ONE), [0xff; 32]] {
        assert_eq!(
            cause(&read_scalar(bytes).unwrap_err()),
            Some(TranscriptError::Scalar)
        );
    }
}

#[test]
fn refuses_to_write_the_point_at_infinity() {
    let mut writer = EvmWrite::init(Vec::new());
    let error = writer.write_point(G1Affine::identity()).unwrap_err();
    assert_eq!(cause(&error), Some(TranscriptError::PointAtInfinity));
    assert!(writer.finalize().is_empty());
}

#[test]
fn a_short_proof_is_an_error() {
    for len in 0..POINT_BYTES {
        let bytes = vec![0; len];
        let error = EvmRead::init(&bytes[..]).read_point().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
    let error = EvmRead::init(&[0; 31][..]).read_scalar().unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}
