//! Proving and verifying keys: made from parameters and a circuit, named by an ID, kept in a cache.
//!
//! A key's ID hashes the shape's name, the verifying key, the parameters' ID and their unsafe mark.
//! Keys are cheap to name but expensive to make, so the cache looks one up by what is known before:
//! shape, parameters and the circuit's own digest ([`circuit_digest`]). A change of the circuit is
//! therefore a miss, never a stale key.

mod cache;
mod circuit;
mod file;
mod mapped;
mod prepared;

pub use crate::digest::{CircuitDigest, KeyId};
pub use cache::{CacheOutcome, Cached, KeyCache};
pub use circuit::circuit_digest;
pub use file::KeyFileError;
pub use mapped::Numbers;
pub use prepared::{PreparedKey, Sections};

use crate::digest::hash_parts;
use crate::provenance::{ParamsId, Provenance};
use crate::srs::{Srs, VerifierSrs};
use crate::store::ParamsError;
use ff::PrimeField;
use halo2_proofs::plonk;
use halo2curves::bn256::{Fr, G1Affine};
use std::fmt;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::shape::Shape;

const ID_DOMAIN: &[u8; 16] = b"vigil.key.id.v1.";

/// A circuit that a shape determines.
pub trait ShapedCircuit: plonk::Circuit<Fr> {
    /// The circuit without a witness, for key generation.
    fn blank(shape: Shape) -> Self;

    /// What such a circuit answers when it is asked for its parameters, without making one.
    fn params_of(shape: Shape) -> Self::Params;
}

impl ShapedCircuit for VigilCircuit {
    fn blank(shape: Shape) -> Self {
        Self::blank(shape)
    }

    fn params_of(shape: Shape) -> Shape {
        shape
    }
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// No parameters for it.
    #[error("cannot make the keys of {shape}")]
    Params {
        /// Which circuit.
        shape: Shape,
        /// Why.
        source: ParamsError,
    },
    /// Parameters of another size.
    #[error("parameters for 2^{got} rows do not fit {shape}, which has 2^{expected}")]
    Size {
        /// Which circuit.
        shape: Shape,
        /// Its k.
        expected: u32,
        /// The parameters'.
        got: u32,
    },
    /// Other parameters than those asked for.
    #[error("the parameters have the ID {got}, expected {expected}")]
    ParamsId {
        /// Asked for.
        expected: ParamsId,
        /// Given.
        got: ParamsId,
    },
    /// halo2's answer.
    #[error("key generation for {shape} failed")]
    Generation {
        /// Which circuit.
        shape: Shape,
        /// Why.
        source: plonk::Error,
    },
}

/// What both kinds of key carry about themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Label {
    id: KeyId,
    shape: Shape,
    circuit: CircuitDigest,
    provenance: Provenance,
}

/// A proving key with its name and the provenance of its parameters.
#[derive(Clone)]
pub struct ProvingKey {
    key: plonk::ProvingKey<G1Affine>,
    label: Label,
}

/// A verifying key with its name and the provenance of its parameters.
#[derive(Clone)]
pub struct VerifyingKey {
    key: plonk::VerifyingKey<G1Affine>,
    label: Label,
}

macro_rules! labelled {
    ($name:ident) => {
        impl $name {
            /// Its ID.
            pub fn id(&self) -> KeyId {
                self.label.id
            }

            /// The circuit's shape.
            pub fn shape(&self) -> Shape {
                self.label.shape
            }

            /// Digest of the circuit, independent of the parameters.
            pub fn circuit_digest(&self) -> CircuitDigest {
                self.label.circuit
            }

            /// Where the parameters come from.
            pub fn provenance(&self) -> &Provenance {
                &self.label.provenance
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("shape", &self.label.shape.name())
                    .field("id", &self.label.id)
                    .field("params", &self.label.provenance.kind())
                    .finish_non_exhaustive()
            }
        }
    };
}

labelled!(ProvingKey);
labelled!(VerifyingKey);

impl ProvingKey {
    /// Makes the proving key of `shape`. [`KeyCache`] does it once only.
    pub fn generate<C: ShapedCircuit>(srs: &Srs, shape: Shape) -> Result<Self, KeyError> {
        let key = VerifyingKey::generate::<C>(srs, shape)?;
        let circuit = C::blank(shape);
        let proving = plonk::keygen_pk(srs.kzg(), key.key, &circuit)
            .map_err(|source| KeyError::Generation { shape, source })?;
        Ok(Self {
            key: proving,
            label: key.label,
        })
    }

    /// What halo2's prover takes.
    pub fn halo2(&self) -> &plonk::ProvingKey<G1Affine> {
        &self.key
    }

    /// The verifying key in it.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey {
            key: self.key.get_vk().clone(),
            label: self.label.clone(),
        }
    }
}

impl VerifyingKey {
    /// Makes the verifying key of `shape`; a matter of milliseconds for the embedded parameters.
    pub fn generate<C: ShapedCircuit>(srs: &Srs, shape: Shape) -> Result<Self, KeyError> {
        if srs.k() != shape.k {
            return Err(KeyError::Size {
                shape,
                expected: shape.k,
                got: srs.k(),
            });
        }
        let failed = |source| KeyError::Generation { shape, source };
        let circuit = circuit_digest::<C>(shape).map_err(failed)?;
        let key = plonk::keygen_vk(srs.kzg(), &C::blank(shape)).map_err(failed)?;
        let provenance = *srs.provenance();
        let label = Label {
            id: key_id(&key, shape, &provenance),
            shape,
            circuit,
            provenance,
        };
        Ok(Self { key, label })
    }

    /// What halo2's verifier takes.
    pub fn halo2(&self) -> &plonk::VerifyingKey<G1Affine> {
        &self.key
    }

    /// The parameters to verify with.
    pub fn verifier_srs(&self) -> VerifierSrs {
        VerifierSrs::new(self.label.shape.k, self.label.provenance)
    }
}

fn key_id(key: &plonk::VerifyingKey<G1Affine>, shape: Shape, provenance: &Provenance) -> KeyId {
    KeyId(hash_parts(
        ID_DOMAIN,
        &[
            shape.name().as_bytes(),
            key.transcript_repr().to_repr().as_ref(),
            &provenance.id().0,
            &[u8::from(provenance.is_unsafe())],
        ],
    ))
}

#[cfg(test)]
mod tests;
