//! What depends on the key only, made once and kept by the processor.

use crate::bases;
use crate::error::EngineError;
use crate::fft::Fft;
use crate::plan::Plan;
use crate::quotient::Sources;
use crate::quotient::cosets::Cosets;
use ff::Field;
use halo2_proofs::plonk::ProvingKey;
use halo2_proofs::poly::kzg::commitment::ParamsKZG;
use halo2curves::bn256::{Bn256, Fr, G1Affine};
use rayon::prelude::*;
use std::fmt;

/// A proving key, prepared for this engine: the constraints' program, and the key's polynomials on
/// the cosets. It goes with the key and the parameters that it was made of.
pub struct EngineKey {
    pub(crate) plan: Plan,
    /// By coset and column: fixed, sigma, l_0, l_last, l_active, X.
    pub(crate) columns: Vec<Vec<Vec<Fr>>>,
    pub(crate) lagrange: Vec<G1Affine>,
}

impl EngineKey {
    /// Prepares a key.
    pub fn new(params: &ParamsKZG<Bn256>, key: &ProvingKey<G1Affine>) -> Result<Self, EngineError> {
        let plan = Plan::new(params, key.get_vk())?;
        let columns = (0..plan.cosets.count())
            .map(|coset| key_columns(key, &plan.fft, &plan.cosets, coset, &plan.compiled.sources))
            .collect();
        Ok(Self {
            plan,
            columns,
            lagrange: bases::lagrange(params)?,
        })
    }

    /// See [`Plan::with_next_power`].
    pub fn with_next_power(
        self,
        params: &ParamsKZG<Bn256>,
        next: G1Affine,
    ) -> Result<Self, EngineError> {
        let plan = self.plan.with_next_power(params, next)?;
        Ok(Self { plan, ..self })
    }

    /// Bytes that it takes in memory.
    pub fn memory(&self) -> usize {
        let columns = self.columns.iter().flatten();
        columns
            .map(|column| size_of_val(&column[..]))
            .sum::<usize>()
            + size_of_val(&self.lagrange[..])
            + self.plan.memory()
    }
}

impl fmt::Debug for EngineKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineKey")
            .field("rows", &self.plan.fft.size())
            .field("cosets", &self.plan.cosets.count())
            .field("memory", &self.memory())
            .finish_non_exhaustive()
    }
}

pub(crate) fn key_columns(
    key: &ProvingKey<G1Affine>,
    fft: &Fft,
    cosets: &Cosets,
    coset: usize,
    sources: &Sources,
) -> Vec<Vec<Fr>> {
    let polynomials: Vec<&[Fr]> = key
        .fixed_polys()
        .iter()
        .chain(key.permutation().polys())
        .chain([key.l0(), key.l_last(), key.l_active_row()])
        .map(|polynomial| polynomial.values())
        .collect();
    let mut columns: Vec<Vec<Fr>> = polynomials
        .into_par_iter()
        .map(|polynomial| {
            let mut values = vec![Fr::ZERO; fft.size()];
            fft.coset_values(polynomial, cosets.powers(coset), &mut values);
            values
        })
        .collect();
    let omega = fft.omega();
    let x = std::iter::successors(Some(cosets.shift(coset)), |x| Some(*x * omega));
    columns.push(x.take(fft.size()).collect());
    debug_assert_eq!(columns.len(), sources.of_key());
    columns
}
