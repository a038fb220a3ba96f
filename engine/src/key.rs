//! What depends on the key only, made once and kept.

use crate::bases;
use crate::error::{EngineError, Feature};
use crate::fft::Fft;
use crate::quotient::cosets::Cosets;
use crate::quotient::{Compiled, Sources};
use ff::Field;
use halo2_proofs::plonk::{ConstraintSystem, ProvingKey};
use halo2_proofs::poly::commitment::{Params, ParamsProver};
use halo2_proofs::poly::kzg::commitment::ParamsKZG;
use halo2curves::bn256::{Bn256, Fr, G1Affine};
use rayon::prelude::*;
use std::collections::HashSet;
use std::fmt;

/// A proving key, prepared for this engine: the constraints' program, and the key's polynomials on
/// the cosets. It goes with the key and the parameters that it was made of.
pub struct EngineKey {
    pub(crate) fft: Fft,
    pub(crate) cosets: Cosets,
    pub(crate) compiled: Compiled,
    /// By coset and column: fixed, sigma, l_0, l_last, l_active, X.
    pub(crate) columns: Vec<Vec<Vec<Fr>>>,
    pub(crate) lagrange: Vec<G1Affine>,
    /// How many columns share one product of the permutation argument.
    pub(crate) chunk: usize,
    pub(crate) blinding: usize,
    /// Names the key that this was made of.
    pub(crate) digest: Fr,
    /// Names the parameters: 1 and tau, in the exponent.
    pub(crate) powers: Vec<G1Affine>,
}

impl EngineKey {
    /// Prepares a key.
    pub fn new(params: &ParamsKZG<Bn256>, key: &ProvingKey<G1Affine>) -> Result<Self, EngineError> {
        let vk = key.get_vk();
        let cs = vk.cs();
        let k = vk.get_domain().k();
        require_supported(cs)?;
        require_distinct_points(cs, k)?;
        if params.k() != k {
            return Err(EngineError::Size {
                expected: k,
                got: params.k(),
            });
        }
        let blinding = cs.blinding_factors();
        // One less than the key's degree. `cs.degree()` would ask the environment again.
        let pieces = vk.get_domain().get_quotient_poly_degree();
        if pieces < 2 {
            return Err(EngineError::Unsupported(Feature::Degree));
        }
        let chunk = pieces - 1;
        let last = -(blinding as i32 + 1);
        let fft = Fft::new(k);
        let cosets = Cosets::new(&fft, pieces);
        let compiled = Compiled::new(cs, last, chunk)?;
        let columns = (0..cosets.count())
            .map(|coset| key_columns(key, &fft, &cosets, coset, &compiled.sources))
            .collect();
        Ok(Self {
            fft,
            cosets,
            compiled,
            columns,
            lagrange: bases::lagrange(params)?,
            chunk,
            blinding,
            digest: vk.transcript_repr(),
            powers: first_powers(params).to_vec(),
        })
    }

    /// Bytes that it takes in memory.
    pub fn memory(&self) -> usize {
        let columns = self.columns.iter().flatten();
        columns
            .map(|column| size_of_val(&column[..]))
            .sum::<usize>()
            + size_of_val(&self.lagrange[..])
            + self.fft.memory()
            + self.cosets.memory()
    }

    /// Rows that a circuit may assign.
    pub(crate) fn usable(&self) -> usize {
        self.fft.size() - (self.blinding + 1)
    }
}

impl fmt::Debug for EngineKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineKey")
            .field("rows", &self.fft.size())
            .field("cosets", &self.cosets.count())
            .field("memory", &self.memory())
            .finish_non_exhaustive()
    }
}

/// Two sets of parameters that agree in these agree in all.
pub(crate) fn first_powers(params: &ParamsKZG<Bn256>) -> &[G1Affine] {
    let powers = params.get_g();
    &powers[..powers.len().min(2)]
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

fn key_columns(
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
