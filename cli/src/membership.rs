//! Membership proofs of registrations: always of one shape, under the embedded ceremony's parameters.

use crate::keys;
use crate::memory::MemoryArgs;
use crate::progress::count;
use crate::proving::FolderArgs;
use anyhow::Context;
use rayon::prelude::*;
use vigil_circuits::shape::{Family, Form, Shape};
use vigil_circuits::statement::{MembershipStatement, MembershipWitness};
use vigil_ledger::registry::{MembershipVerdict, RegistryError};
use vigil_params::keys::VerifyingKey;
use vigil_params::proof_file::ProofFile;
use vigil_params::{ParamsChoice, ParamsPolicy};
use vigil_prover::{Engine, prove_membership_observed};
use vigil_verifier::verify_membership;

/// Checks membership proofs.
pub(crate) struct Verifier {
    key: VerifyingKey,
}

fn shape() -> anyhow::Result<Shape> {
    Shape::for_validators(Family::Membership, 1, 1, Form::Wide)
        .context("the membership proof has one shape")
}

impl FolderArgs {
    /// What checks membership proofs.
    pub(crate) fn membership_verifier(&self) -> anyhow::Result<Verifier> {
        let (shape, choice) = (shape()?, ParamsChoice::Ceremony);
        let key = keys::verifying(&self.store, &self.cache, shape, choice)?;
        Ok(Verifier { key })
    }

    /// The proof's file.
    pub(crate) fn prove_membership(
        &self,
        statement: &MembershipStatement,
        witness: &MembershipWitness,
    ) -> anyhow::Result<Vec<u8>> {
        let (proof, _) = self.prove(
            (&Engine::default(), MemoryArgs::default()),
            shape()?,
            ParamsChoice::Ceremony,
            |engine, key, srs, spinner| {
                prove_membership_observed(engine, key, srs, statement, witness, |stage| {
                    spinner.enter_stage(stage);
                })
            },
            |key, policy, proof| verify_membership(key, policy, statement, proof),
        )?;
        Ok(proof.to_bytes())
    }
}

impl Verifier {
    /// Whether the file holds a proof of the statement.
    pub(crate) fn judge(&self, statement: &MembershipStatement, file: &[u8]) -> MembershipVerdict {
        let proof = ProofFile::from_bytes(file)?;
        proof.check_key(&self.key)?;
        let policy = ParamsPolicy::default();
        Ok(verify_membership(
            &self.key,
            &policy,
            statement,
            proof.proof(),
        )?)
    }
}

/// Verifies all of `items` on all cores; the first refusal, by their order.
pub(crate) fn first_refusal<T: Sync>(
    items: &[T],
    verify: impl Fn(&T) -> Result<(), RegistryError> + Sync,
) -> Option<(usize, RegistryError)> {
    let bar = count("verifying registrations", items.len());
    items.par_iter().enumerate().find_map_first(|(i, item)| {
        let verdict = verify(item);
        bar.inc(1);
        verdict.err().map(|refusal| (i, refusal))
    })
}
