//! Where the processor finds the key's polynomials.

use crate::backend::Form;
use crate::error::EngineError;
use crate::stored::{Section, StoredKey};
use halo2_proofs::plonk::ProvingKey;
use halo2curves::bn256::{Fr, G1Affine};

/// The key's polynomials by value and by coefficient, and their values on cosets.
#[derive(Clone, Copy)]
pub(crate) enum KeyColumns<'a> {
    /// In memory: halo2's key, and by coset and column what was prepared.
    Memory {
        key: &'a ProvingKey<G1Affine>,
        on_cosets: &'a [Vec<Vec<Fr>>],
    },
    /// Wherever they are kept.
    Stored(&'a StoredKey),
}

impl<'a> KeyColumns<'a> {
    pub(crate) fn fixed(self, form: Form, column: usize) -> &'a [Fr] {
        match (self, form) {
            (Self::Memory { key, .. }, Form::Values) => key.fixed_values()[column].values(),
            (Self::Memory { key, .. }, Form::Coefficients) => key.fixed_polys()[column].values(),
            (Self::Stored(stored), form) => stored.fixed(form, column),
        }
    }

    pub(crate) fn sigma(self, form: Form, column: usize) -> &'a [Fr] {
        match (self, form) {
            (Self::Memory { key, .. }, Form::Values) => {
                key.permutation().permutations()[column].values()
            }
            (Self::Memory { key, .. }, Form::Coefficients) => {
                key.permutation().polys()[column].values()
            }
            (Self::Stored(stored), form) => stored.sigma(form, column),
        }
    }

    /// Fixed, sigma, l_0, l_last, l_active, X on one coset.
    pub(crate) fn on_coset(self, coset: usize) -> Result<OnCoset<'a>, EngineError> {
        Ok(match self {
            Self::Memory { on_cosets, .. } => OnCoset::Memory(&on_cosets[coset]),
            Self::Stored(stored) => OnCoset::Section(stored.coset(coset)?, stored.size()),
        })
    }
}

/// The key's columns on one coset; a section is let go when this is.
pub(crate) enum OnCoset<'a> {
    Memory(&'a [Vec<Fr>]),
    Section(Section, usize),
}

impl OnCoset<'_> {
    pub(crate) fn columns(&self) -> Vec<&[Fr]> {
        match self {
            Self::Memory(columns) => columns.iter().map(|column| &column[..]).collect(),
            Self::Section(section, size) => section.chunks_exact(*size).collect(),
        }
    }
}
