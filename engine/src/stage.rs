//! What the prover is at, for whoever measures where its time goes.
//!
//! Each stage says its name as it begins, as a `tracing` event; nobody listening, it costs nothing. Names only,
//! never a value.

/// The target of the events.
pub const TARGET: &str = "vigil_engine::stage";

/// Parts of a proof, in the order in which they begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// The circuit's cells, and random ones in the blinded rows.
    Cells,
    /// Commitments to advice columns.
    Commitments,
    /// The permutation argument's products, with their commitments.
    Permutation,
    /// The random polynomial, with its commitment.
    Random,
    /// Transforms: to coefficients, and to the cosets.
    Transforms,
    /// The constraints' program, on each coset.
    Constraints,
    /// From the cosets to the quotient's pieces, with their commitments.
    Pieces,
    /// Values at the challenge.
    Evaluations,
    /// The opening of all polynomials.
    Opening,
}

impl Stage {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Cells,
        Self::Commitments,
        Self::Permutation,
        Self::Random,
        Self::Transforms,
        Self::Constraints,
        Self::Pieces,
        Self::Evaluations,
        Self::Opening,
    ];

    /// What the event says.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cells => "cells",
            Self::Commitments => "commitments",
            Self::Permutation => "permutation",
            Self::Random => "random polynomial",
            Self::Transforms => "transforms",
            Self::Constraints => "constraints",
            Self::Pieces => "quotient",
            Self::Evaluations => "evaluations",
            Self::Opening => "opening",
        }
    }

    pub(crate) fn begins(self) {
        tracing::trace!(target: TARGET, stage = self.name());
    }
}
