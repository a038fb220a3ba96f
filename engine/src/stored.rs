//! A prepared key that is kept outside of this process's own memory: in a file that is mapped.
//!
//! Reading and transforming a key takes longer than a small proof, and what comes of it is the same each time. So
//! it is written once ([`write()`]) and looked at afterwards. The numbers of one coset are asked for when that coset's turn
//! comes and let go after it, so they are never all in memory.

use crate::backend::Form;
use crate::bases;
use crate::error::EngineError;
use crate::key::key_columns;
use crate::plan::Plan;
use halo2_proofs::plonk::{ProvingKey, VerifyingKey};
use halo2_proofs::poly::kzg::commitment::ParamsKZG;
use halo2curves::bn256::{Bn256, Fr, G1Affine};
use std::ops::Deref;
use std::{fmt, io};

/// Numbers of one section, for as long as they are looked at.
pub type Section = Box<dyn Deref<Target = [Fr]> + Send + Sync>;

/// Where the numbers of a key lie: in sections, in the order in which [`write()`] gave them.
///
/// They are numbers below the modulus, always the same. Whoever implements this has checked the first; should a section
/// change all the same, proofs do not verify.
pub trait Shelf: Send + Sync {
    /// A section.
    fn section(&self, section: usize) -> io::Result<Section>;
}

/// A key whose numbers are on a shelf.
pub struct StoredKey {
    pub(crate) plan: Plan,
    pub(crate) lagrange: Vec<G1Affine>,
    fixed: usize,
    sigma: usize,
    /// By value and by coefficient, fixed columns before sigma.
    forms: Section,
    shelf: Box<dyn Shelf>,
}

impl StoredKey {
    /// Of the key that `vk` belongs to.
    ///
    /// # Errors
    /// [`EngineError::Stored`] if the shelf has sections of another length than the key's.
    pub fn new(
        params: &ParamsKZG<Bn256>,
        vk: &VerifyingKey<G1Affine>,
        shelf: Box<dyn Shelf>,
    ) -> Result<Self, EngineError> {
        let stored = Self {
            plan: Plan::new(params, vk)?,
            lagrange: bases::lagrange(params)?,
            fixed: vk.cs().num_fixed_columns(),
            sigma: vk.cs().permutation().get_columns().len(),
            forms: shelf.section(0).map_err(EngineError::Stored)?,
            shelf,
        };
        require_length(
            &stored.forms,
            2 * (stored.fixed + stored.sigma) * stored.size(),
        )?;
        for coset in 0..stored.plan.cosets.count() {
            stored.coset(coset)?;
        }
        Ok(stored)
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

    /// Bytes that it takes in memory, the shelf aside.
    pub fn memory(&self) -> usize {
        size_of_val(&self.lagrange[..]) + self.plan.memory()
    }

    pub(crate) fn size(&self) -> usize {
        self.plan.fft.size()
    }

    pub(crate) fn fixed(&self, form: Form, column: usize) -> &[Fr] {
        assert!(column < self.fixed, "fixed column {column}");
        self.of_form(form, column)
    }

    pub(crate) fn sigma(&self, form: Form, column: usize) -> &[Fr] {
        assert!(column < self.sigma, "sigma {column}");
        self.of_form(form, self.fixed + column)
    }

    fn of_form(&self, form: Form, column: usize) -> &[Fr] {
        let before = match form {
            Form::Values => 0,
            Form::Coefficients => self.fixed + self.sigma,
        };
        &self.forms[(before + column) * self.size()..][..self.size()]
    }

    pub(crate) fn coset(&self, coset: usize) -> Result<Section, EngineError> {
        let section = self.shelf.section(1 + coset).map_err(EngineError::Stored)?;
        require_length(&section, self.plan.compiled.sources.of_key() * self.size())?;
        Ok(section)
    }
}

impl fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredKey")
            .field("rows", &self.size())
            .field("cosets", &self.plan.cosets.count())
            .finish_non_exhaustive()
    }
}

fn require_length(section: &Section, expected: usize) -> Result<(), EngineError> {
    let got = section.len();
    (got == expected).then_some(()).ok_or_else(|| {
        let message = format!("a section has {got} numbers, expected {expected}");
        EngineError::Stored(io::Error::new(io::ErrorKind::InvalidData, message))
    })
}

/// Gives the sections of a key to `put`, each as its columns: first what is not on cosets, then coset after coset.
pub fn write<E: From<EngineError>>(
    params: &ParamsKZG<Bn256>,
    key: &ProvingKey<G1Affine>,
    mut put: impl FnMut(&[&[Fr]]) -> Result<(), E>,
) -> Result<(), E> {
    let plan = Plan::new(params, key.get_vk())?;
    let permutation = key.permutation();
    let values = key.fixed_values().iter().chain(permutation.permutations());
    let coefficients = key.fixed_polys().iter().chain(permutation.polys());
    let forms: Vec<&[Fr]> = values
        .map(|values| values.values())
        .chain(coefficients.map(|coefficients| coefficients.values()))
        .collect();
    put(&forms)?;
    for coset in 0..plan.cosets.count() {
        let columns = key_columns(key, &plan.fft, &plan.cosets, coset, &plan.compiled.sources);
        put(&columns.iter().map(|column| &column[..]).collect::<Vec<_>>())?;
    }
    Ok(())
}
