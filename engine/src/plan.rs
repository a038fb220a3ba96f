//! What a key says about every proof, whichever machine makes it.

use crate::border::Powers;
use crate::error::{EngineError, Feature};
use crate::fft::Fft;
use crate::quotient::Compiled;
use crate::quotient::cosets::Cosets;
use halo2_proofs::plonk::{ConstraintSystem, VerifyingKey};
use halo2_proofs::poly::commitment::{Params, ParamsProver};
use halo2_proofs::poly::kzg::commitment::ParamsKZG;
use halo2curves::bn256::{Bn256, Fr, G1Affine, pairing};
use std::collections::HashSet;

/// A key's constraints, compiled, with the domain that they are about.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The domain's transforms.
    pub fft: Fft,
    /// Where the quotient is computed.
    pub cosets: Cosets,
    /// The constraints.
    pub compiled: Compiled,
    /// How many columns share one product of the permutation argument.
    pub(crate) chunk: usize,
    pub(crate) blinding: usize,
    /// Names the key that this was made of.
    digest: Fr,
    /// Names the parameters: 1 and tau, in the exponent.
    powers: Vec<G1Affine>,
    /// For the blinding of the quotient's pieces, where the parameters have the power for it.
    pub(crate) border: Option<Powers>,
}

impl Plan {
    /// Compiles a key's constraints.
    pub fn new(
        params: &ParamsKZG<Bn256>,
        vk: &VerifyingKey<G1Affine>,
    ) -> Result<Self, EngineError> {
        let cs = vk.cs();
        let k = vk.get_domain().k();
        require_supported(cs)?;
        require_distinct_points(cs, k)?;
        require_size(params, k)?;
        let blinding = cs.blinding_factors();
        // One less than the key's degree. `cs.degree()` would ask the environment again.
        let pieces = vk.get_domain().get_quotient_poly_degree();
        if pieces < 2 {
            return Err(EngineError::Unsupported(Feature::Degree));
        }
        let chunk = pieces - 1;
        let last = -(blinding as i32 + 1);
        let fft = Fft::new(k);
        Ok(Self {
            cosets: Cosets::new(&fft, pieces),
            compiled: Compiled::new(cs, last, chunk)?,
            fft,
            chunk,
            blinding,
            digest: vk.transcript_repr(),
            powers: first_powers(params).to_vec(),
            border: None,
        })
    }

    /// With the power of tau after the last of `params`, in the exponent: proofs' pieces of the quotient are then
    /// blinded. They are others than without it, and hold more secrets back; verifiers are the same.
    ///
    /// # Errors
    /// [`EngineError::Parameters`] if it is not that power.
    pub fn with_next_power(
        self,
        params: &ParamsKZG<Bn256>,
        next: G1Affine,
    ) -> Result<Self, EngineError> {
        let (Some(one), Some(largest)) = (params.get_g().first(), params.get_g().last()) else {
            return Err(EngineError::Parameters);
        };
        if pairing(largest, &params.s_g2()) != pairing(&next, &params.g2()) {
            return Err(EngineError::Parameters);
        }
        let border = Some(Powers { one: *one, next });
        Ok(Self { border, ..self })
    }

    /// Refuses parameters and a key that this was not made of.
    pub(crate) fn require(
        &self,
        params: &ParamsKZG<Bn256>,
        vk: &VerifyingKey<G1Affine>,
    ) -> Result<(), EngineError> {
        if self.digest != vk.transcript_repr() {
            return Err(EngineError::Key);
        }
        require_size(params, vk.get_domain().k())?;
        if self.powers != first_powers(params) {
            return Err(EngineError::Parameters);
        }
        Ok(())
    }

    /// Rows that a circuit may assign.
    pub(crate) fn usable(&self) -> usize {
        self.fft.size() - (self.blinding + 1)
    }

    /// Bytes that it takes in memory, the program aside.
    pub fn memory(&self) -> usize {
        self.fft.memory() + self.cosets.memory()
    }
}

/// Two sets of parameters that agree in these agree in all.
fn first_powers(params: &ParamsKZG<Bn256>) -> &[G1Affine] {
    let powers = params.get_g();
    &powers[..powers.len().min(2)]
}

fn require_size(params: &ParamsKZG<Bn256>, expected: u32) -> Result<(), EngineError> {
    let got = params.k();
    (got == expected)
        .then_some(())
        .ok_or(EngineError::Size { expected, got })
}

fn require_supported(cs: &ConstraintSystem<Fr>) -> Result<(), EngineError> {
    let obstacles = [
        (!cs.lookups().is_empty(), Feature::Lookups),
        (cs.num_challenges() > 0, Feature::Challenges),
        (
            cs.advice_column_phase().iter().any(|phase| *phase > 0),
            Feature::Phases,
        ),
        (cs.num_instance_columns() != 1, Feature::InstanceColumns),
    ];
    match obstacles.into_iter().find(|(met, _)| *met) {
        Some((_, feature)) => Err(EngineError::Unsupported(feature)),
        None => Ok(()),
    }
}

/// No column may be opened twice at one point, which the verifier would not understand.
fn require_distinct_points(cs: &ConstraintSystem<Fr>, k: u32) -> Result<(), EngineError> {
    let point = |rotation: i32| i64::from(rotation).rem_euclid(1 << k);
    let advice = cs.advice_queries().iter();
    let advice = advice.map(|(column, rotation)| (true, column.index(), point(rotation.0)));
    let fixed = cs.fixed_queries().iter();
    let fixed = fixed.map(|(column, rotation)| (false, column.index(), point(rotation.0)));
    let mut seen = HashSet::new();
    advice
        .chain(fixed)
        .all(|query| seen.insert(query))
        .then_some(())
        .ok_or(EngineError::Unsupported(Feature::Rotations))
}
