//! Proofs of the three statements.
//!
//! Every function first asks the statement itself (`check()`), so a claim that is not true is
//! reported by clause in milliseconds and not after a proof that nobody accepts. Then the circuit is
//! filled in and handed to an [`Engine`], with the transcript that contracts read. Randomness comes from the
//! operating system.
//!
//! The `_observed` functions take the engine, and say which [`Stage`] begins; the others use the
//! default one and say nothing.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod choice;
mod engine;
mod key;

pub use choice::{EngineChoice, NoGpu, ParseEngineError};
pub use engine::{Engine, PreparedKeys};
pub use key::{Key, LoadError, Loaded, LoadedKey, StoredProvingKey, Trouble};

use halo2_proofs::plonk;
use halo2curves::bn256::Fr;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::shape::{Family, MAX_K, Shape};
use vigil_circuits::statement::{
    DutyStatement, DutyWitness, EnrolmentStatement, EnrolmentWitness, InstanceError,
    MembershipStatement, MembershipWitness, Violation,
};
use vigil_engine::EngineError;
use vigil_params::Srs;
use vigil_params::keys::ProvingKey;

/// What the prover does next, in this order.
///
/// An engine makes a proof in one call that says nothing on the way, so there is no finer measure
/// than these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// The statement is compared with the witness, clause by clause.
    Check,
    /// The circuit is filled in.
    Witness,
    /// The engine makes the proof: nearly all of the time.
    Proof,
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProveError {
    /// The statement is not true of the witness.
    #[error("the statement does not hold: {0}")]
    Untrue(#[from] Violation),
    /// Its public values are out of range.
    #[error("the statement has no instance: {0}")]
    Instance(#[from] InstanceError),
    /// The key is for another statement or for bitmaps of another length.
    #[error("the key is for {got}, but this is a statement of {expected}")]
    Family {
        /// The statement's.
        expected: Family,
        /// The key's.
        got: Family,
    },
    /// More validators than places.
    #[error(
        "{validators} validators do not fit the {capacity} places of {shape}; use a larger k \
         (ceremony parameters up to k = {MAX_K} can be imported)"
    )]
    Capacity {
        /// The witness's.
        validators: usize,
        /// The shape's.
        capacity: u32,
        /// The key's.
        shape: Shape,
    },
    /// Key and parameters do not belong together.
    #[error("the key was made with other parameters than those given, or for another k")]
    Parameters,
    /// A prepared key, for an engine that takes the whole one.
    #[error("the key was prepared for the cpu engine, and the {engine} engine takes the whole one")]
    Prepared {
        /// The engine's name.
        engine: String,
    },
    /// halo2 failed.
    #[error("halo2 could not make the proof")]
    Halo2(#[source] plonk::Error),
    /// The engine failed.
    #[error("the engine could not make the proof")]
    Engine(#[from] EngineError),
}

/// Proves a duty statement with an engine of its own, which prepares the key for this proof alone: for several
/// proofs keep an [`Engine`] and use [`prove_duty_observed`].
pub fn prove_duty(
    key: &ProvingKey,
    srs: &Srs,
    statement: &DutyStatement,
    witness: &DutyWitness,
) -> Result<Vec<u8>, ProveError> {
    prove_duty_observed(&Engine::default(), key, srs, statement, witness, |_| {})
}

/// [`prove_duty`] that calls `entered` as each stage begins.
pub fn prove_duty_observed<'a>(
    engine: &Engine,
    key: impl Into<Key<'a>>,
    srs: &Srs,
    statement: &DutyStatement,
    witness: &DutyWitness,
    mut entered: impl FnMut(Stage),
) -> Result<Vec<u8>, ProveError> {
    let key = key.into();
    entered(Stage::Check);
    statement.check(witness)?;
    let Family::Duty(words) = key.shape().family else {
        let words = vigil_circuits::ledger::Words::W1;
        return Err(ProveError::Family {
            expected: Family::Duty(words),
            got: key.shape().family,
        });
    };
    if let Some(place) = witness
        .places
        .iter()
        .find(|place| place.row.words.len() != words.count())
    {
        let actual = vigil_circuits::ledger::Words::from_count(place.row.words.len())
            .ok_or(Violation::S6Fields)?;
        return Err(ProveError::Family {
            expected: Family::Duty(actual),
            got: key.shape().family,
        });
    }
    require_capacity(key, witness.places.len())?;
    let instance = statement.to_instance(key.shape().capacity())?;
    entered(Stage::Witness);
    let circuit = VigilCircuit::duty(key.shape(), statement, witness)?;
    entered(Stage::Proof);
    engine.prove(key, srs, circuit, &instance)
}

/// Proves an enrolment statement with an engine of its own, as [`prove_duty`].
pub fn prove_enrolment(
    key: &ProvingKey,
    srs: &Srs,
    statement: &EnrolmentStatement,
    witness: &EnrolmentWitness,
) -> Result<Vec<u8>, ProveError> {
    prove_enrolment_observed(&Engine::default(), key, srs, statement, witness, |_| {})
}

/// [`prove_enrolment`] that calls `entered` as each stage begins.
pub fn prove_enrolment_observed<'a>(
    engine: &Engine,
    key: impl Into<Key<'a>>,
    srs: &Srs,
    statement: &EnrolmentStatement,
    witness: &EnrolmentWitness,
    mut entered: impl FnMut(Stage),
) -> Result<Vec<u8>, ProveError> {
    let key = key.into();
    entered(Stage::Check);
    statement.check(witness)?;
    require_family(key, Family::Enrolment)?;
    require_capacity(key, witness.places.len())?;
    let instance = statement.to_instance(key.shape().capacity())?;
    entered(Stage::Witness);
    let circuit = VigilCircuit::enrolment(key.shape(), statement, witness)?;
    entered(Stage::Proof);
    engine.prove(key, srs, circuit, &instance)
}

/// Proves a membership statement with an engine of its own, as [`prove_duty`].
pub fn prove_membership(
    key: &ProvingKey,
    srs: &Srs,
    statement: &MembershipStatement,
    witness: &MembershipWitness,
) -> Result<Vec<u8>, ProveError> {
    prove_membership_observed(&Engine::default(), key, srs, statement, witness, |_| {})
}

/// [`prove_membership`] that calls `entered` as each stage begins.
pub fn prove_membership_observed<'a>(
    engine: &Engine,
    key: impl Into<Key<'a>>,
    srs: &Srs,
    statement: &MembershipStatement,
    witness: &MembershipWitness,
    mut entered: impl FnMut(Stage),
) -> Result<Vec<u8>, ProveError> {
    let key = key.into();
    entered(Stage::Check);
    statement.check(witness)?;
    require_family(key, Family::Membership)?;
    let instance = statement.to_instance()?;
    entered(Stage::Witness);
    let circuit = VigilCircuit::membership(key.shape(), statement, witness)?;
    entered(Stage::Proof);
    engine.prove(key, srs, circuit, &instance)
}

/// Proves whatever the circuit holds, true or not: for tests that a verifier refuses it.
pub fn prove_unchecked(
    key: &ProvingKey,
    srs: &Srs,
    circuit: VigilCircuit,
    instance: &[Fr],
) -> Result<Vec<u8>, ProveError> {
    Engine::default().prove(key.into(), srs, circuit, instance)
}

fn require_family(key: Key<'_>, expected: Family) -> Result<(), ProveError> {
    let got = key.shape().family;
    (got == expected)
        .then_some(())
        .ok_or(ProveError::Family { expected, got })
}

fn require_capacity(key: Key<'_>, validators: usize) -> Result<(), ProveError> {
    let shape = key.shape();
    let capacity = shape.capacity();
    (validators <= capacity as usize)
        .then_some(())
        .ok_or(ProveError::Capacity {
            validators,
            capacity,
            shape,
        })
}
