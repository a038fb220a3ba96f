//! Why an import failed.

use crate::ptau::PtauError;
use std::io;

/// Why a ceremony file was not imported. The store is as it was before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// Layout, header or a single point.
    #[error("the ceremony file is refused")]
    Ptau(#[from] PtauError),
    /// The store's folder.
    #[error("cannot write to the parameter store")]
    Store(#[from] io::Error),
    /// Its `[tau]_2` is not the embedded ceremony's.
    #[error(
        "the file is not of the Perpetual Powers of Tau ceremony: its [tau]_2 differs from the \
         embedded one; another ceremony's file is imported only on explicit request, and its \
         parameters stay marked"
    )]
    OtherCeremony,
    /// The zeroth power is not the generator.
    #[error("the first point in {group} is not the generator")]
    Generator {
        /// G1 or G2.
        group: &'static str,
    },
    /// The pairing check failed.
    #[error("the points in G1 are not consecutive powers of the file's tau")]
    PowersG1,
    /// The pairing check failed.
    #[error("the points in G2 are not consecutive powers of the file's tau")]
    PowersG2,
    /// Basis and powers disagree.
    #[error("the file's Lagrange basis for 2^{k} rows does not belong to its powers")]
    Lagrange {
        /// Which.
        k: u32,
    },
    /// What an earlier, interrupted import had put aside was damaged since.
    #[error("what an interrupted import left in the store is damaged; it was removed, start again")]
    PartialDamaged,
    /// Another import is running.
    #[error("another import into this store is running")]
    Busy,
    /// The caller's progress function said so.
    #[error("stopped on request; the same import goes on from here")]
    Stopped,
}

impl ImportError {
    /// Whether the file, or what was put aside of it, was found wrong: trying again is no use.
    pub(super) fn is_verdict(&self) -> bool {
        match self {
            Self::Ptau(PtauError::Io(_)) | Self::Store(_) | Self::Busy | Self::Stopped => false,
            Self::Ptau(_)
            | Self::OtherCeremony
            | Self::Generator { .. }
            | Self::PowersG1
            | Self::PowersG2
            | Self::Lagrange { .. }
            | Self::PartialDamaged => true,
        }
    }
}
