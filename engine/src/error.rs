//! Why there is no proof.

use halo2_proofs::plonk;
use std::{fmt, io};

/// Something of halo2 that the engine does not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Feature {
    /// Lookup arguments.
    Lookups,
    /// Advice in a later phase.
    Phases,
    /// Challenges for the circuit.
    Challenges,
    /// Any other number of instance columns than one.
    InstanceColumns,
    /// A degree below 3, which leaves no room for the permutation argument.
    Degree,
    /// Rotations of one column that lead to the same row: they differ by a multiple of 2^k.
    Rotations,
    /// Simple selectors that key generation has left in a gate.
    Selectors,
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lookups => "lookups",
            Self::Phases => "several phases",
            Self::Challenges => "challenges",
            Self::InstanceColumns => "another number of instance columns than one",
            Self::Degree => "a degree below 3",
            Self::Rotations => "rotations that differ by its number of rows",
            Self::Selectors => "virtual selectors",
        })
    }
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The circuit wants more than the engine has.
    #[error("the circuit has {0}, which this engine does not prove; use the stock engine")]
    Unsupported(Feature),
    /// Parameters of another size than the key.
    #[error("the key is for 2^{expected} rows, but the parameters are for 2^{got}")]
    Size {
        /// The key's k.
        expected: u32,
        /// The parameters'.
        got: u32,
    },
    /// Prepared for another key.
    #[error("the engine was prepared for another key than the one given")]
    Key,
    /// Prepared with other parameters.
    #[error("the engine was prepared with other parameters than those given")]
    Parameters,
    /// More public values than usable rows.
    #[error("{got} public values do not fit the {usable} usable rows")]
    Instance {
        /// How many were given.
        got: usize,
        /// How many fit.
        usable: usize,
    },
    /// The circuit writes where there is no cell for it.
    #[error(
        "the circuit assigns advice column {column}, row {row}: outside its {columns} columns and \
         {usable} usable rows"
    )]
    Cell {
        /// The column's index.
        column: usize,
        /// The row.
        row: usize,
        /// How many advice columns there are.
        columns: usize,
        /// How many rows may be assigned.
        usable: usize,
    },
    /// A cell without a value: the circuit is blank, or reads assigned cells back.
    #[error("the circuit gives no value to advice column {column}, row {row}")]
    Unknown {
        /// The column's index.
        column: usize,
        /// The row.
        row: usize,
    },
    /// The circuit failed.
    #[error("the circuit could not be filled in")]
    Synthesis(#[source] plonk::Error),
    /// Writing the proof failed.
    #[error("the transcript could not be written")]
    Transcript(#[from] io::Error),
    /// The numbers of a stored key are not at hand any more, or others than they should be.
    #[error("the prepared key cannot be read")]
    Stored(#[source] io::Error),
    /// A challenge met a point that has a meaning of its own. As likely as guessing a key.
    #[error("a challenge fell on a point of the evaluation domain; make the proof again")]
    Challenge,
    /// The machine that computes failed.
    #[error(transparent)]
    Device(Box<dyn std::error::Error + Send + Sync>),
}
