//! Checking proofs.
//!
//! The order is the contract's: public values in their ranges, exact length, then the proof. No
//! bytes make these functions panic.

use halo2_proofs::plonk::{self, ConstraintSystem, verify_proof};
use halo2_proofs::poly::VerificationStrategy;
use halo2_proofs::poly::kzg::commitment::KZGCommitmentScheme;
use halo2_proofs::poly::kzg::multiopen::VerifierSHPLONK;
use halo2_proofs::poly::kzg::strategy::{AccumulatorStrategy, SingleStrategy};
use halo2_proofs::transcript::TranscriptReadBuffer;
use halo2curves::bn256::{Bn256, Fr, G1Affine};
use vigil_circuits::shape::Family;
use vigil_circuits::statement::{
    DutyClaims, DutyStatement, EnrolmentStatement, InstanceError, MembershipStatement,
};
use vigil_params::keys::VerifyingKey;
use vigil_params::transcript::{EvmChallenge, EvmRead, POINT_BYTES, SCALAR_BYTES};
use vigil_params::{ParamsPolicy, ParamsRefused};

/// Why a proof is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The key's parameters are not those that the caller trusts.
    #[error(transparent)]
    Params(#[from] ParamsRefused),
    /// A public value is out of range.
    #[error("public values refused: {0}")]
    Instance(#[from] InstanceError),
    /// The key is for another kind of statement.
    #[error("the key is for {got}, which is another kind of statement")]
    Family {
        /// The key's.
        got: Family,
    },
    /// The proof does not have the one length that its shape allows.
    #[error("the proof has {got} bytes, its shape asks for exactly {expected}")]
    Length {
        /// By the shape.
        expected: usize,
        /// Given.
        got: usize,
    },
    /// The proof does not prove the statement.
    #[error("the proof does not prove this statement")]
    Proof(#[source] plonk::Error),
    /// At least one proof of a batch does not prove its statement.
    #[error("at least one proof of the batch does not prove its statement")]
    Batch,
    /// A batch under more than one set of parameters.
    #[error("the proofs of a batch must be under the same parameters and of one k")]
    MixedParameters,
}

/// Checks a duty proof; what it claims, if it holds.
pub fn verify_duty(
    key: &VerifyingKey,
    policy: &ParamsPolicy,
    statement: &DutyStatement,
    proof: &[u8],
) -> Result<DutyClaims, VerifyError> {
    if !matches!(key.shape().family, Family::Duty(_)) {
        return Err(VerifyError::Family {
            got: key.shape().family,
        });
    }
    let instance = statement.to_instance(key.shape().capacity())?;
    verify(key, policy, &instance, proof)?;
    Ok(statement.claims)
}

/// Checks an enrolment proof; V, if it holds.
pub fn verify_enrolment(
    key: &VerifyingKey,
    policy: &ParamsPolicy,
    statement: &EnrolmentStatement,
    proof: &[u8],
) -> Result<u32, VerifyError> {
    if key.shape().family != Family::Enrolment {
        return Err(VerifyError::Family {
            got: key.shape().family,
        });
    }
    let instance = statement.to_instance(key.shape().capacity())?;
    verify(key, policy, &instance, proof)?;
    Ok(statement.validators)
}

/// Checks a membership proof.
pub fn verify_membership(
    key: &VerifyingKey,
    policy: &ParamsPolicy,
    statement: &MembershipStatement,
    proof: &[u8],
) -> Result<(), VerifyError> {
    if key.shape().family != Family::Membership {
        return Err(VerifyError::Family {
            got: key.shape().family,
        });
    }
    verify(key, policy, &statement.to_instance()?, proof)
}

/// Checks many duty proofs with one pairing. The weights are random, drawn after all proofs are
/// known, so a false proof passes with probability below 2^-250.
///
/// Says only whether all hold; to find the one that does not, check them one by one.
pub fn verify_duty_batch(
    policy: &ParamsPolicy,
    proofs: &[(&VerifyingKey, &DutyStatement, &[u8])],
) -> Result<(), VerifyError> {
    let Some((first, ..)) = proofs.first() else {
        return Ok(());
    };
    let srs = first.verifier_srs();
    let mut strategy = AccumulatorStrategy::new(srs.kzg());
    for (key, statement, proof) in proofs {
        if !matches!(key.shape().family, Family::Duty(_)) {
            return Err(VerifyError::Family {
                got: key.shape().family,
            });
        }
        if key.provenance() != first.provenance() || key.shape().k != first.shape().k {
            return Err(VerifyError::MixedParameters);
        }
        let instance = statement.to_instance(key.shape().capacity())?;
        require_form(key, policy, proof)?;
        strategy = run(key, &srs, strategy, &instance, proof).map_err(|_| VerifyError::Batch)?;
    }
    let holds =
        VerificationStrategy::<KZGCommitmentScheme<Bn256>, VerifierSHPLONK<'_, Bn256>>::finalize(
            strategy,
        );
    holds.then_some(()).ok_or(VerifyError::Batch)
}

fn verify(
    key: &VerifyingKey,
    policy: &ParamsPolicy,
    instance: &[Fr],
    proof: &[u8],
) -> Result<(), VerifyError> {
    require_form(key, policy, proof)?;
    let srs = key.verifier_srs();
    run(key, &srs, SingleStrategy::new(srs.kzg()), instance, proof).map_err(VerifyError::Proof)
}

fn require_form(
    key: &VerifyingKey,
    policy: &ParamsPolicy,
    proof: &[u8],
) -> Result<(), VerifyError> {
    policy.accept(key.provenance().kind(), key.provenance().id())?;
    let expected = proof_length(key);
    (proof.len() == expected)
        .then_some(())
        .ok_or(VerifyError::Length {
            expected,
            got: proof.len(),
        })
}

fn run<'s, S>(
    key: &VerifyingKey,
    srs: &'s vigil_params::VerifierSrs,
    strategy: S,
    instance: &[Fr],
    proof: &[u8],
) -> Result<S::Output, plonk::Error>
where
    S: VerificationStrategy<'s, KZGCommitmentScheme<Bn256>, VerifierSHPLONK<'s, Bn256>>,
{
    let mut transcript =
        <EvmRead<&[u8]> as TranscriptReadBuffer<&[u8], G1Affine, EvmChallenge>>::init(proof);
    verify_proof(
        srs.kzg(),
        key.halo2(),
        strategy,
        &[&[instance]],
        &mut transcript,
    )
}

/// Bytes of any proof under `key`: points of 64, scalars of 32.
pub fn proof_length(key: &VerifyingKey) -> usize {
    length_for(key.halo2().cs())
}

/// The proof of a circuit without lookups and shuffles, in order: advice columns, permutation
/// products, the vanishing argument's random polynomial, quotient pieces; evaluations of every
/// query, of the random polynomial, of the permutation's columns and products; two of SHPLONK.
fn length_for(cs: &ConstraintSystem<Fr>) -> usize {
    let wired = cs.permutation().get_columns().len();
    let products = wired.div_ceil(cs.degree() - 2);
    let points = cs.num_advice_columns() + products + 1 + (cs.degree() - 1) + 2;
    // A product is opened at x and at the next row, and all but the last at the last row.
    let product_scalars = (3 * products).saturating_sub(1);
    let scalars =
        cs.advice_queries().len() + cs.fixed_queries().len() + 1 + wired + product_scalars;
    points * POINT_BYTES + scalars * SCALAR_BYTES
}
