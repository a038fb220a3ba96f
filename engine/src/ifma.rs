//! Arithmetic of eight field elements at once, by the 52-bit multipliers of AVX-512 IFMA.
//!
//! A number x of the field is held as `2^260 x`, in five limbs of 52 bits, limb by limb for eight of them
//! ([`field`]). The field's own form is `2^256 x`: shifted up by four bits it is the other, so reading costs no
//! multiplication. Numbers are not reduced where they need not be: whoever adds knows how large they get.
//!
//! Kernels count with indices: iterators' functions lack the target features and are not inlined, which costs more than the
//! arithmetic itself. What is called in an inner loop takes no closure for the same reason.
//!
//! Intrinsics that touch no memory are safe inside functions of the same target features. What is unsafe is said in
//! [`memory`], and where a kernel is entered: an [`Ifma`] is the proof that the processor has what the kernel needs.
#![allow(clippy::needless_range_loop)]

pub(crate) mod dot;
pub(crate) mod fft;
pub(crate) mod field;
pub(crate) mod memory;
pub(crate) mod points;
pub(crate) mod program;

/// Proof that this processor has AVX-512 F and IFMA.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ifma(());

impl Ifma {
    /// If it has.
    pub(crate) fn detect() -> Option<Self> {
        let found = std::arch::is_x86_feature_detected!("avx512f")
            && std::arch::is_x86_feature_detected!("avx512ifma");
        found.then_some(Self(()))
    }
}
