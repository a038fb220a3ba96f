//! The one transcript of every proof: Keccak-256 in the EVM's layout.
//!
//! A contract keeps what it absorbs in memory and hashes it with one opcode, so the transcript is a
//! buffer: scalars are 32-byte big-endian words, points are `x || y`, two such words. A challenge is
//! the hash of the buffer, reduced modulo the scalar field's order; the unreduced hash becomes the
//! new buffer. A buffer of just one word gets the byte 1 appended before it is hashed, so that two
//! challenges in a row differ. The key's digest comes first, then the public inputs.
//!
//! [`EvmRead`] is where hostile bytes come in. It refuses what the field or the curve does not
//! contain, and the point at infinity, which no honest proof needs and the EVM's precompiles spell
//! as (0, 0); every proof has one encoding only.

use ff::PrimeField;
use group::prime::PrimeCurveAffine;
use halo2_proofs::transcript::{
    EncodedChallenge, Transcript, TranscriptRead, TranscriptReadBuffer, TranscriptWrite,
    TranscriptWriterBuffer,
};
use halo2curves::CurveAffine;
use halo2curves::bn256::{Fq, Fr, G1Affine};
use sha3::{Digest, Keccak256};
use std::io::{self, Read, Write};
use vigil_circuits::identity::fr_from_be_bytes_mod;

/// Bytes of a scalar in a proof.
pub const SCALAR_BYTES: usize = 32;
/// Bytes of a point in a proof.
pub const POINT_BYTES: usize = 64;

/// Why a point or scalar of a proof is refused. It travels inside an [`io::Error`], because
/// halo2's traits want one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TranscriptError {
    /// (0, 0) in the EVM's spelling.
    #[error("the point at infinity is not allowed in a proof")]
    PointAtInfinity,
    /// A coordinate is not reduced.
    #[error("a point's coordinate is not below the base field's modulus")]
    Coordinate,
    /// Not a point at all.
    #[error("a point of the proof is not on the curve")]
    OffCurve,
    /// A scalar is not reduced.
    #[error("a scalar of the proof is not below the scalar field's modulus")]
    Scalar,
}

impl From<TranscriptError> for io::Error {
    fn from(error: TranscriptError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

/// A challenge: a Keccak-256 hash modulo the scalar field's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvmChallenge(Fr);

impl EncodedChallenge<G1Affine> for EvmChallenge {
    type Input = [u8; 32];

    fn new(hash: &[u8; 32]) -> Self {
        Self(fr_from_be_bytes_mod(hash))
    }

    fn get_scalar(&self) -> Fr {
        self.0
    }
}

/// What has been absorbed since the last challenge, after that challenge's hash.
#[derive(Clone, Debug, Default)]
struct Absorbed(Vec<u8>);

impl Absorbed {
    fn squeeze(&mut self) -> EvmChallenge {
        if self.0.len() == SCALAR_BYTES {
            self.0.push(1);
        }
        let hash: [u8; 32] = Keccak256::digest(&self.0).into();
        self.0.clear();
        self.0.extend_from_slice(&hash);
        EvmChallenge::new(&hash)
    }

    fn point(&mut self, point: &G1Affine) -> Result<[u8; POINT_BYTES], TranscriptError> {
        if bool::from(point.is_identity()) {
            return Err(TranscriptError::PointAtInfinity);
        }
        let mut bytes = [0; POINT_BYTES];
        bytes[..32].copy_from_slice(&be_bytes(&point.x));
        bytes[32..].copy_from_slice(&be_bytes(&point.y));
        self.0.extend_from_slice(&bytes);
        Ok(bytes)
    }

    fn scalar(&mut self, scalar: &Fr) -> [u8; SCALAR_BYTES] {
        let bytes = be_bytes(scalar);
        self.0.extend_from_slice(&bytes);
        bytes
    }
}

fn be_bytes<F: PrimeField<Repr = [u8; 32]>>(value: &F) -> [u8; 32] {
    let mut bytes = value.to_repr();
    bytes.reverse();
    bytes
}

fn from_be_bytes<F: PrimeField<Repr = [u8; 32]>>(mut bytes: [u8; 32]) -> Option<F> {
    bytes.reverse();
    Option::from(F::from_repr(bytes))
}

/// The prover's side.
#[derive(Clone, Debug)]
pub struct EvmWrite<W> {
    absorbed: Absorbed,
    writer: W,
}

/// The verifier's side.
#[derive(Clone, Debug)]
pub struct EvmRead<R> {
    absorbed: Absorbed,
    reader: R,
}

impl<R> EvmRead<R> {
    /// The reader, with what the proof left unread: a verifier refuses any rest.
    pub fn into_inner(self) -> R {
        self.reader
    }
}

/// The part that both sides share.
macro_rules! common {
    ($name:ident) => {
        impl<S> Transcript<G1Affine, EvmChallenge> for $name<S> {
            fn squeeze_challenge(&mut self) -> EvmChallenge {
                self.absorbed.squeeze()
            }

            fn common_point(&mut self, point: G1Affine) -> io::Result<()> {
                self.absorbed.point(&point)?;
                Ok(())
            }

            fn common_scalar(&mut self, scalar: Fr) -> io::Result<()> {
                self.absorbed.scalar(&scalar);
                Ok(())
            }
        }
    };
}

common!(EvmWrite);
common!(EvmRead);

impl<W: Write> TranscriptWrite<G1Affine, EvmChallenge> for EvmWrite<W> {
    fn write_point(&mut self, point: G1Affine) -> io::Result<()> {
        let bytes = self.absorbed.point(&point)?;
        self.writer.write_all(&bytes)
    }

    fn write_scalar(&mut self, scalar: Fr) -> io::Result<()> {
        let bytes = self.absorbed.scalar(&scalar);
        self.writer.write_all(&bytes)
    }
}

impl<W: Write> TranscriptWriterBuffer<W, G1Affine, EvmChallenge> for EvmWrite<W> {
    fn init(writer: W) -> Self {
        Self {
            absorbed: Absorbed::default(),
            writer,
        }
    }

    fn finalize(self) -> W {
        self.writer
    }
}

impl<R: Read> EvmRead<R> {
    fn word(&mut self) -> io::Result<[u8; 32]> {
        let mut word = [0; 32];
        self.reader.read_exact(&mut word)?;
        Ok(word)
    }
}

impl<R: Read> TranscriptRead<G1Affine, EvmChallenge> for EvmRead<R> {
    fn read_point(&mut self) -> io::Result<G1Affine> {
        let (x, y) = (self.word()?, self.word()?);
        let x: Fq = from_be_bytes(x).ok_or(TranscriptError::Coordinate)?;
        let y: Fq = from_be_bytes(y).ok_or(TranscriptError::Coordinate)?;
        // `from_xy` takes (0, 0) for the point at infinity; `absorbed.point` refuses that.
        let point = Option::<G1Affine>::from(G1Affine::from_xy(x, y));
        let point = point.ok_or(TranscriptError::OffCurve)?;
        self.absorbed.point(&point)?;
        Ok(point)
    }

    fn read_scalar(&mut self) -> io::Result<Fr> {
        let scalar: Fr = from_be_bytes(self.word()?).ok_or(TranscriptError::Scalar)?;
        self.absorbed.scalar(&scalar);
        Ok(scalar)
    }
}

impl<R: Read> TranscriptReadBuffer<R, G1Affine, EvmChallenge> for EvmRead<R> {
    fn init(reader: R) -> Self {
        Self {
            absorbed: Absorbed::default(),
            reader,
        }
    }
}

#[cfg(test)]
mod tests;
