//! What can be wrong with a powers-of-tau file.

use super::MAX_POWER;
use std::io;

/// What is wrong with a powers-of-tau file, before any pairing is computed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PtauError {
    /// The system's answer.
    #[error("cannot read the file")]
    Io(#[from] io::Error),
    /// Some other kind of file.
    #[error("not a snarkjs powers-of-tau file: it begins with {got:02x?}, not with \"ptau\"")]
    Magic {
        /// The first bytes.
        got: [u8; 4],
    },
    /// A later format.
    #[error("version {got} of the ptau format is unknown, expected {expected}")]
    Version {
        /// Known.
        expected: u32,
        /// As read.
        got: u32,
    },
    /// An absurd number of sections.
    #[error("the file announces {got} sections, at most {max} make sense")]
    SectionCount {
        /// At most.
        max: u32,
        /// As read.
        got: u32,
    },
    /// A section twice.
    #[error("section {section} occurs twice")]
    DuplicateSection {
        /// Which.
        section: u32,
    },
    /// Sections not by increasing number.
    #[error("section {section} follows section {previous}: sections must be in increasing order")]
    SectionOrder {
        /// The one before.
        previous: u32,
        /// Out of place.
        section: u32,
    },
    /// A section that is needed is not there.
    #[error("section {section} ({what}) is missing")]
    MissingSection {
        /// Which.
        section: u32,
        /// What it holds.
        what: &'static str,
    },
    /// A section of the wrong size for the file's power.
    #[error("section {section} has {got} bytes, expected {expected} for this power")]
    SectionSize {
        /// Which.
        section: u32,
        /// From the power.
        expected: u64,
        /// As announced.
        got: u64,
    },
    /// The file ends early.
    #[error(
        "the file is truncated: it has {got} bytes, its sections need at least {expected}; \
         download it again"
    )]
    Truncated {
        /// From the section table.
        expected: u64,
        /// On disk.
        got: u64,
    },
    /// The file goes on after its last section.
    #[error("the file has {got} bytes, but its sections end after {expected}")]
    TrailingData {
        /// From the section table.
        expected: u64,
        /// On disk.
        got: u64,
    },
    /// Another curve.
    #[error("the file is for another curve: its field is not the base field of BN254")]
    Field,
    /// The power is too large, or nothing.
    #[error("power {got} is not between 1 and {MAX_POWER}")]
    Power {
        /// As read.
        got: u32,
    },
    /// A coordinate is not reduced.
    #[error("point {index} of section {section} has a coordinate that is not below the modulus")]
    Coordinate {
        /// Which section.
        section: u32,
        /// Which point.
        index: u64,
    },
    /// Not a point.
    #[error("point {index} of section {section} is not on the curve")]
    OffCurve {
        /// Which section.
        section: u32,
        /// Which point.
        index: u64,
    },
    /// A power of tau cannot be zero.
    #[error("point {index} of section {section} is the point at infinity")]
    Infinity {
        /// Which section.
        section: u32,
        /// Which point.
        index: u64,
    },
    /// In G2's curve, but not in the group.
    #[error("point {index} of section {section} is not in the subgroup of order r")]
    Subgroup {
        /// Which section.
        section: u32,
        /// Which point.
        index: u64,
    },
}
