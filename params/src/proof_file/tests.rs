use super::*;
use crate::dev;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::Family;

fn shape() -> Shape {
    "membership-k8-l1".parse().unwrap()
}

fn key(unsafe_params: bool) -> VerifyingKey {
    let srs = if unsafe_params {
        dev::unsafe_srs(8, 1).unwrap()
    } else {
        embedded::srs(8).unwrap()
    };
    VerifyingKey::generate::<VigilCircuit>(&srs, shape()).unwrap()
}

/// A file without a key's making: the header's fields are what counts.
fn file() -> ProofFile {
    ProofFile {
        shape: "duty-w1-k11-l4".parse().unwrap(),
        kind: ParamsKind::Ceremony,
        params: embedded::provenance().id(),
        key: KeyId([7; 32]),
        proof: (0..=255).collect(),
    }
}

fn edited(edit: impl FnOnce(&mut Vec<u8>)) -> ProofFileError {
    let mut bytes = file().to_bytes();
    edit(&mut bytes);
    ProofFile::from_bytes(&bytes).unwrap_err()
}

/// Where the fields after the shape's name begin.
const NAME: usize = 12;
const AFTER_NAME: usize = NAME + 14;

#[test]
fn what_is_written_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("proof");
    file().write(&path).unwrap();
    assert_eq!(ProofFile::read(&path).unwrap(), file());
}

#[test]
fn the_header_is_the_keys() {
    for unsafe_params in [false, true] {
        let key = key(unsafe_params);
        let file = ProofFile::new(&key, vec![1, 2, 3]).unwrap();
        let read = ProofFile::from_bytes(&file.to_bytes()).unwrap();
        assert_eq!(read.params_kind().is_unsafe(), unsafe_params);
        assert_eq!(read.params_id(), key.provenance().id());
        assert_eq!((read.key_id(), read.shape()), (key.id(), shape()));
        read.check_key(&key).unwrap();
    }
}

#[test]
fn a_file_of_another_key_is_named() {
    let genuine = key(false);
    let of_dev = ProofFile::new(&key(true), Vec::new()).unwrap();
    assert!(matches!(
        of_dev.check_key(&genuine),
        Err(ProofFileError::Params { .. })
    ));
    let mut other = ProofFile::new(&key(false), Vec::new()).unwrap();
    other.key.0[0] ^= 1;
    assert!(matches!(
        other.check_key(&genuine),
        Err(ProofFileError::Key { .. })
    ));
    assert!(matches!(
        file().check_key(&genuine),
        Err(ProofFileError::OtherShape { .. })
    ));
}

#[test]
fn an_unsafe_mark_cannot_be_removed_or_replaced() {
    let bytes = ProofFile::new(&key(true), Vec::new()).unwrap().to_bytes();
    let mut marked = bytes.clone();
    marked[10] = ParamsKind::Ceremony.code();
    assert!(matches!(
        ProofFile::from_bytes(&marked),
        Err(ProofFileError::Mark { .. })
    ));
    // As another ceremony's it parses, but no key agrees.
    let mut marked = bytes;
    marked[10] = ParamsKind::OtherCeremony.code();
    let file = ProofFile::from_bytes(&marked).unwrap();
    assert!(matches!(
        file.check_key(&key(true)),
        Err(ProofFileError::Mark { .. })
    ));
    assert!(matches!(
        edited(|bytes| bytes[10] = ParamsKind::UnsafeDev.code()),
        ProofFileError::Mark { .. }
    ));
}

#[test]
fn malformed_files_are_refused_by_name() {
    assert!(matches!(
        edited(|bytes| bytes[0] ^= 1),
        ProofFileError::Magic
    ));
    assert!(matches!(
        edited(|bytes| bytes[8] = 2),
        ProofFileError::Version {
            expected: 1,
            got: 2
        }
    ));
    assert!(matches!(
        edited(|bytes| bytes[10] = 9),
        ProofFileError::Kind(9)
    ));
    assert!(matches!(
        edited(|bytes| bytes[11] = 13),
        ProofFileError::Shape
    ));
    assert!(matches!(
        edited(|bytes| bytes[NAME] = 0xff),
        ProofFileError::Shape
    ));
    assert!(matches!(
        edited(|bytes| bytes[AFTER_NAME] ^= 1),
        ProofFileError::Mark { .. }
    ));
    assert!(matches!(
        edited(|bytes| bytes.push(0)),
        ProofFileError::ProofLength {
            expected: 256,
            got: 257
        }
    ));
    let length = AFTER_NAME + 64;
    assert!(matches!(
        edited(|bytes| bytes[length] = 1),
        ProofFileError::ProofLength {
            expected: 257,
            got: 256
        }
    ));
    assert!(matches!(
        edited(|bytes| bytes[length + 3] = 0xff),
        ProofFileError::ProofTooLarge { .. }
    ));
    assert!(matches!(
        edited(|bytes| bytes.resize(MAX_FILE_BYTES + 1, 0)),
        ProofFileError::TooLarge { .. }
    ));
}

#[test]
fn shapes_out_of_range_are_refused() {
    // Such names do not parse either, so these shapes are made by hand.
    for (k, lanes) in [(21, 1), (3, 1), (11, 0), (11, u32::MAX)] {
        let family = Family::Duty(Words::W1);
        let shape = Shape::wide(family, k, lanes);
        let bytes = ProofFile { shape, ..file() }.to_bytes();
        assert!(
            matches!(ProofFile::from_bytes(&bytes), Err(ProofFileError::Shape)),
            "{shape}"
        );
    }
}

#[test]
fn truncated_anywhere_and_oversized_on_disk() {
    let bytes = file().to_bytes();
    for len in 0..bytes.len() {
        assert!(matches!(
            ProofFile::from_bytes(&bytes[..len]),
            Err(ProofFileError::Truncated { .. } | ProofFileError::ProofLength { .. })
        ));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("proof");
    // A sparse file of a terabyte is not read.
    File::create(&path).unwrap().set_len(1 << 40).unwrap();
    assert!(matches!(
        ProofFile::read(&path),
        Err(ProofFileError::TooLarge { .. })
    ));
}

#[test]
fn an_oversized_proof_is_not_written() {
    let result = ProofFile::new(&key(false), vec![0; MAX_PROOF_BYTES + 1]);
    assert!(matches!(result, Err(ProofFileError::ProofTooLarge { .. })));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
        let mut with_magic = file().to_bytes()[..10].to_vec();
        with_magic.extend(&bytes);
        let _ = ProofFile::from_bytes(&bytes);
        let _ = ProofFile::from_bytes(&with_magic);
    }
}
