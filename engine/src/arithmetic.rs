//! Which of the kernels' two arithmetics is used: one limb after the other, or eight numbers at once.
//!
//! Both give the same numbers, bit for bit, so the choice is no parameter of a proof: it is made once for the
//! process, by what the processor can do.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

/// How field elements are multiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Arithmetic {
    /// One after the other, on every processor.
    Portable,
    /// Eight at once, by the processor's 52-bit multipliers (AVX-512 IFMA).
    Ifma,
}

static PORTABLE: AtomicBool = AtomicBool::new(false);

impl Arithmetic {
    /// The fastest that this processor has.
    pub fn fastest() -> Self {
        if Ifma::detect().is_some() {
            Self::Ifma
        } else {
            Self::Portable
        }
    }

    /// What kernels that begin now use.
    pub fn current() -> Self {
        if PORTABLE.load(Ordering::Relaxed) {
            Self::Portable
        } else {
            Self::fastest()
        }
    }

    /// Chooses for the whole process, from the next kernel on: for comparisons, as no result depends on it. What the processor
    /// does not have is not used either way.
    pub fn select(self) {
        PORTABLE.store(self == Self::Portable, Ordering::Relaxed);
    }
}

impl fmt::Display for Arithmetic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Portable => "portable",
            Self::Ifma => "avx512ifma",
        })
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) use crate::ifma::Ifma;

/// Other processors have none.
#[cfg(not(target_arch = "x86_64"))]
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ifma {}

#[cfg(not(target_arch = "x86_64"))]
impl Ifma {
    pub(crate) fn detect() -> Option<Self> {
        None
    }
}

/// The processor's multipliers, where it has some and they may be used.
pub(crate) fn vectors() -> Option<Ifma> {
    match Arithmetic::current() {
        Arithmetic::Ifma => Ifma::detect(),
        Arithmetic::Portable => None,
    }
}
