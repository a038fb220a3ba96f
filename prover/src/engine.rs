//! Who makes the proof, once the circuit is filled in.

use crate::{Key, ProveError};
use halo2_proofs::plonk::{Circuit, ConstraintSystem, create_proof};
use halo2_proofs::poly::kzg::commitment::KZGCommitmentScheme;
use halo2_proofs::poly::kzg::multiopen::ProverSHPLONK;
use halo2_proofs::transcript::TranscriptWriterBuffer;
use halo2curves::bn256::{Bn256, Fr, G1Affine};
use rand_core::OsRng;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::shape::Shape;
use vigil_engine::memory::{Estimate, Place};
use vigil_engine::{EngineError, EngineKey};
#[cfg(feature = "cuda")]
use vigil_gpu::{Gpu, GpuKey};
use vigil_params::Srs;
use vigil_params::keys::{KeyId, ProvingKey};
use vigil_params::transcript::{EvmChallenge, EvmWrite};

/// Who makes the proof. Verifiers cannot tell.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Engine {
    /// halo2-axiom's own prover, the reference.
    Stock,
    /// The project's, on the processor.
    Cpu(PreparedKeys),
    /// The project's, on a GPU.
    #[cfg(feature = "cuda")]
    Cuda(Gpu, PreparedKeys<GpuKey>),
}

/// Keys that have been prepared for the engine, to be used again by the next proof. Clones share them.
#[derive(Debug)]
pub struct PreparedKeys<K = EngineKey>(Arc<Mutex<HashMap<KeyId, Arc<K>>>>);

// Derived, these would ask the same of `K`.
impl<K> Clone for PreparedKeys<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K> Default for PreparedKeys<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

/// The project's. Several proofs under one key should share one engine: each new one prepares the key again.
impl Default for Engine {
    fn default() -> Self {
        Self::Cpu(PreparedKeys::default())
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stock => "stock",
            Self::Cpu(_) => "cpu",
            #[cfg(feature = "cuda")]
            Self::Cuda(..) => "cuda",
        })
    }
}

impl Engine {
    /// Bytes that a proof of this shape takes on so many threads, as far as that is known; of the cuda engine it is what
    /// the device does not have. `stored` is whether the key is one that [`Engine::load`] keeps in a file.
    pub fn memory(&self, shape: Shape, threads: usize, stored: bool) -> Option<u64> {
        let place = match self {
            Self::Stock => return None,
            Self::Cpu(_) if stored => Place::Mapped,
            Self::Cpu(_) => Place::Memory,
            #[cfg(feature = "cuda")]
            Self::Cuda(..) => Place::Device,
        };
        let mut constraints = ConstraintSystem::<Fr>::default();
        VigilCircuit::configure_with_params(&mut constraints, shape);
        Some(Estimate::new(&constraints, shape.k, threads, place).total() as u64)
    }

    /// Does now what depends on the key only; returns the bytes that this takes in memory, or the device's, from now
    /// on. A proof does it too when it has not been done.
    pub fn prepare<'a>(&self, key: impl Into<Key<'a>>, srs: &Srs) -> Result<usize, ProveError> {
        let key = key.into();
        require_parameters(key, srs)?;
        match (self, key) {
            (Self::Stock, key) => whole(self, key).map(|_| 0),
            (Self::Cpu(_), Key::Stored(key)) => Ok(key.stored.memory()),
            (Self::Cpu(keys), Key::Whole(key)) => Ok(on_cpu(keys, key, srs)?.memory()),
            #[cfg(feature = "cuda")]
            (Self::Cuda(gpu, keys), key) => Ok(on_gpu(gpu, keys, whole(self, key)?, srs)?.memory()),
        }
    }

    /// Blinding comes from the operating system.
    pub(crate) fn prove(
        &self,
        key: Key<'_>,
        srs: &Srs,
        circuit: VigilCircuit,
        instance: &[Fr],
    ) -> Result<Vec<u8>, ProveError> {
        require_parameters(key, srs)?;
        let mut transcript =
            <EvmWrite<Vec<u8>> as TranscriptWriterBuffer<_, G1Affine, EvmChallenge>>::init(
                Vec::new(),
            );
        match (self, key) {
            (Self::Stock, key) => {
                create_proof::<KZGCommitmentScheme<Bn256>, ProverSHPLONK<'_, Bn256>, _, _, _, _>(
                    srs.kzg(),
                    whole(self, key)?.halo2(),
                    &[circuit],
                    &[&[instance]],
                    OsRng,
                    &mut transcript,
                )
                .map_err(ProveError::Halo2)?;
            }
            (Self::Cpu(_), Key::Stored(key)) => vigil_engine::prove_stored(
                &key.stored,
                srs.kzg(),
                key.verifying_key().halo2(),
                &circuit,
                instance,
                OsRng,
                &mut transcript,
            )?,
            (Self::Cpu(keys), Key::Whole(key)) => {
                let prepared = on_cpu(keys, key, srs)?;
                vigil_engine::prove(
                    &prepared,
                    srs.kzg(),
                    key.halo2(),
                    &circuit,
                    instance,
                    OsRng,
                    &mut transcript,
                )?;
            }
            #[cfg(feature = "cuda")]
            (Self::Cuda(gpu, keys), key) => {
                let key = whole(self, key)?;
                let prepared = on_gpu(gpu, keys, key, srs)?;
                vigil_engine::prove_on(
                    &*prepared,
                    srs.kzg(),
                    key.halo2().get_vk(),
                    &circuit,
                    instance,
                    OsRng,
                    &mut transcript,
                )?;
            }
        }
        Ok(transcript.finalize())
    }
}

/// A key works with the parameters that it was made with; a prepared one would not notice others.
fn require_parameters(key: Key<'_>, srs: &Srs) -> Result<(), ProveError> {
    let fits = srs.provenance() == key.provenance() && srs.k() == key.shape().k;
    fits.then_some(()).ok_or(ProveError::Parameters)
}

fn whole<'a>(engine: &Engine, key: Key<'a>) -> Result<&'a ProvingKey, ProveError> {
    match key {
        Key::Whole(key) => Ok(key),
        Key::Stored(_) => Err(ProveError::Prepared {
            engine: engine.to_string(),
        }),
    }
}

fn on_cpu(keys: &PreparedKeys, key: &ProvingKey, srs: &Srs) -> Result<Arc<EngineKey>, ProveError> {
    keys.get(key, || {
        let prepared = EngineKey::new(srs.kzg(), key.halo2())?;
        match srs.next_power() {
            Some(next) => prepared.with_next_power(srs.kzg(), next),
            None => Ok(prepared),
        }
    })
}

#[cfg(feature = "cuda")]
fn on_gpu(
    gpu: &Gpu,
    keys: &PreparedKeys<GpuKey>,
    key: &ProvingKey,
    srs: &Srs,
) -> Result<Arc<GpuKey>, ProveError> {
    keys.get(key, || {
        let prepared = GpuKey::new(gpu, srs.kzg(), key.halo2())?;
        match srs.next_power() {
            Some(next) => prepared.with_next_power(srs.kzg(), next),
            None => Ok(prepared),
        }
    })
}

impl<K> PreparedKeys<K> {
    fn get(
        &self,
        key: &ProvingKey,
        prepare: impl FnOnce() -> Result<K, EngineError>,
    ) -> Result<Arc<K>, ProveError> {
        // Keys are only ever added, so a thread that failed with the lock has broken nothing.
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(prepared) = keys.get(&key.id()) {
            return Ok(prepared.clone());
        }
        let prepared = Arc::new(prepare()?);
        keys.insert(key.id(), prepared.clone());
        Ok(prepared)
    }
}
