//! What a machine has to be able to do to make a proof.
//!
//! The [driver](crate::prove_on) owns the protocol: the circuit, the transcript, the order of random draws, what is opened
//! where. A backend only computes, and field arithmetic is exact, so **every backend gives the same
//! bytes** for the same generator. It keeps polynomials where it computes: the driver holds handles,
//! and only commitments, evaluations and remainders come back to it.

use crate::error::EngineError;
use crate::plan::Plan;
use crate::secret::Secret;
use halo2curves::bn256::{Fr, G1Affine};
use std::fmt;

/// The points that a commitment is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// For values by row.
    Lagrange,
    /// For coefficients: the powers of tau.
    Monomial,
}

/// How a polynomial is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// By its values on the domain.
    Values,
    /// By its coefficients, constant first.
    Coefficients,
}

/// A polynomial of the key, which a backend has in both forms, or one of the proof, in the form that the verb speaks of.
pub enum Source<'a, P> {
    /// A fixed column of the key.
    Fixed(usize),
    /// The key's sigma of the permutation argument's column.
    Sigma(usize),
    /// One of this proof.
    Proof(&'a P),
}

// Derived, these would ask the same of `P`.
impl<P> Clone for Source<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Source<'_, P> {}

impl<P> Source<'_, P> {
    /// Whether both are one polynomial, not only equal ones.
    pub fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Fixed(a), Self::Fixed(b)) | (Self::Sigma(a), Self::Sigma(b)) => a == b,
            (Self::Proof(a), Self::Proof(b)) => std::ptr::eq(*a, *b),
            _ => false,
        }
    }
}

/// Polynomials of the witness do not show.
impl<P> fmt::Debug for Source<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(column) => write!(f, "Fixed({column})"),
            Self::Sigma(column) => write!(f, "Sigma({column})"),
            Self::Proof(_) => f.write_str("Proof"),
        }
    }
}

/// The columns of one product of the permutation argument, as values.
#[derive(Debug)]
pub struct Permuted<'a, P> {
    /// The columns; the i-th is permuted by the key's sigma `first + i`.
    pub columns: Vec<Source<'a, P>>,
    /// How many columns earlier products have.
    pub first: usize,
}

/// Challenges of the permutation argument.
#[derive(Clone, Copy, Debug)]
pub struct Challenges {
    /// Before the columns' names.
    pub beta: Fr,
    /// Added to each factor.
    pub gamma: Fr,
}

/// A machine, with one key prepared on it.
pub trait Backend {
    /// A polynomial of as many values or coefficients as the domain has elements, kept where the backend computes. Its
    /// memory is overwritten before it is given back.
    type Polynomial;

    /// What the key was compiled to.
    fn plan(&self) -> &Plan;

    /// Takes numbers over from the driver. There are as many as the domain has elements.
    fn upload(&self, numbers: Vec<Secret<Fr>>) -> Result<Vec<Self::Polynomial>, EngineError>;

    /// A commitment to each.
    fn commit(
        &self,
        basis: Basis,
        polynomials: &[Self::Polynomial],
    ) -> Result<Vec<G1Affine>, EngineError>;

    /// The running product over the rows, `z[0] = start`, and the last usable one. `tail` is what the
    /// last rows hold instead.
    fn product(
        &self,
        permuted: &Permuted<'_, Self::Polynomial>,
        challenges: Challenges,
        start: Fr,
        tail: &[Fr],
    ) -> Result<(Self::Polynomial, Fr), EngineError>;

    /// New polynomials: the coefficients that belong to these values.
    fn coefficients(
        &self,
        values: &[&Self::Polynomial],
    ) -> Result<Vec<Self::Polynomial>, EngineError>;

    /// The pieces of the quotient, lowest first, from the coefficients of advice, instance and products.
    /// `table` is what the [program](crate::quotient::program) reads.
    fn quotient(
        &self,
        polynomials: &[&Self::Polynomial],
        table: &[Fr],
    ) -> Result<Vec<Self::Polynomial>, EngineError>;

    /// Each polynomial at `omega^rotation x`. Coefficients are evaluated without rotation only.
    ///
    /// # Errors
    /// [`EngineError::Challenge`] if values are to be evaluated at a point of the domain.
    fn evaluate(
        &self,
        form: Form,
        x: Fr,
        queries: &[(Source<'_, Self::Polynomial>, i32)],
    ) -> Result<Vec<Fr>, EngineError>;

    /// The sum of the polynomials, as coefficients, times their factors.
    fn combine(
        &self,
        terms: &[(Source<'_, Self::Polynomial>, Fr)],
    ) -> Result<Self::Polynomial, EngineError>;

    /// Divides each, as coefficients, by X - a for each of its points in turn; the quotient, and the
    /// remainders in this order.
    fn divide(
        &self,
        dividends: &[Dividend<'_, Self::Polynomial>],
    ) -> Result<Vec<Divided<Self::Polynomial>>, EngineError>;
}

/// What is divided, and the roots of what it is divided by.
pub type Dividend<'a, P> = (&'a P, &'a [Fr]);

/// A quotient, and a remainder for each point.
pub type Divided<P> = (P, Vec<Fr>);
