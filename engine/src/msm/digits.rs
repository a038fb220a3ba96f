//! Scalars as signed numbers, and their digits.

use ff::PrimeField;
use halo2curves::bn256::Fr;

const LIMBS: usize = 4;
/// Digits are kept in sixteen bits, sign included.
pub(super) const MAX_WINDOW: usize = 15;
/// (r + 1) / 2 in little-endian limbs: from here on, r - s is shorter than s.
const HALF: [u64; LIMBS] = [
    0xa1f0_fac9_f800_0001,
    0x9419_f424_3cdc_b848,
    0xdc28_22db_40c0_ac2e,
    0x1832_2739_7098_d014,
];
/// r.
const MODULUS: [u64; LIMBS] = [
    0x43e1_f593_f000_0001,
    0x2833_e848_79b9_7091,
    0xb850_45b6_8181_585d,
    0x3064_4e72_e131_a029,
];

/// The absolute value of a scalar other than zero, its sign, and which point it belongs to.
#[derive(Clone, Copy, Default)]
pub(super) struct Magnitude {
    limbs: [u64; LIMBS],
    /// The point's index, and the sign in the lowest bit.
    tag: u32,
}

impl Magnitude {
    /// Bits of (r - 1) / 2.
    pub(super) const MAX_BITS: usize = 253;

    /// Of the scalar of point `index`; none if it is zero.
    pub(super) fn new(index: usize, scalar: &Fr) -> Option<Self> {
        let repr = scalar.to_repr();
        let mut limbs = [0; LIMBS];
        for (limb, bytes) in limbs.iter_mut().zip(repr.as_ref().chunks_exact(8)) {
            *limb = u64::from_le_bytes(bytes.try_into().expect("a chunk of eight"));
        }
        if limbs == [0; LIMBS] {
            return None;
        }
        let negative = at_least(&limbs, &HALF);
        if negative {
            limbs = subtract(&MODULUS, &limbs);
        }
        let index = u32::try_from(index).expect("parameters have at most 2^28 points");
        let tag = index << 1 | u32::from(negative);
        Some(Self { limbs, tag })
    }

    /// The point's index, and the sign in the lowest bit.
    pub(super) fn tag(&self) -> u32 {
        self.tag
    }

    /// Its length.
    pub(super) fn bits(&self) -> usize {
        let top = self.limbs.iter().rposition(|limb| *limb != 0).unwrap_or(0);
        64 * (top + 1) - self.limbs[top].leading_zeros() as usize
    }
}

fn at_least(a: &[u64; LIMBS], b: &[u64; LIMBS]) -> bool {
    a.iter().rev().ge(b.iter().rev())
}

fn subtract(a: &[u64; LIMBS], b: &[u64; LIMBS]) -> [u64; LIMBS] {
    let mut borrow = false;
    std::array::from_fn(|i| {
        let (difference, first) = a[i].overflowing_sub(b[i]);
        let (difference, second) = difference.overflowing_sub(u64::from(borrow));
        borrow = first || second;
        difference
    })
}

/// Signed digits of numbers below 2^bits.
///
/// A number is shifted up by half a window in every window but the last. Then each window of the
/// sum, less that half, is a digit between -2^(c-1) and 2^(c-1) - 1, and windows can be read one
/// without the other. The last window is read as it is; with two bits to spare it is at most 2^(c-1) too.
#[derive(Clone, Debug)]
pub(super) struct Recoding {
    window: usize,
    windows: usize,
    offset: [u64; LIMBS],
}

/// A digit that is not zero: which bucket, and which point with which sign.
#[derive(Clone, Copy, Default)]
pub(crate) struct Digit {
    /// The absolute value, from 1 to 2^(c-1).
    pub(crate) bucket: u32,
    /// The point's index, and the sign in the lowest bit.
    pub(crate) tag: u32,
}

impl Digit {
    /// Which point.
    pub(crate) fn index(self) -> usize {
        (self.tag >> 1) as usize
    }

    /// Whether the point is taken off.
    pub(crate) fn is_negative(self) -> bool {
        self.tag & 1 == 1
    }
}

impl Recoding {
    pub(super) fn new(bits: usize, window: usize) -> Self {
        debug_assert!((2..=MAX_WINDOW).contains(&window));
        let windows = windows(bits, window);
        let mut offset = [0; LIMBS];
        for w in 0..windows - 1 {
            let bit = window * w + window - 1;
            offset[bit / 64] |= 1 << (bit % 64);
        }
        Self {
            window,
            windows,
            offset,
        }
    }

    pub(super) fn windows(&self) -> usize {
        self.windows
    }

    /// Bits of a window.
    pub(super) fn window(&self) -> usize {
        self.window
    }

    /// The largest bucket's number.
    pub(super) fn buckets(&self) -> usize {
        1 << (self.window - 1)
    }

    /// The number with its offset, ready to be read.
    pub(super) fn shifted(&self, magnitude: &Magnitude) -> Magnitude {
        let mut carry = false;
        let limbs = std::array::from_fn(|i| {
            let (sum, first) = magnitude.limbs[i].overflowing_add(self.offset[i]);
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            carry = first || second;
            sum
        });
        Magnitude {
            limbs,
            ..*magnitude
        }
    }

    /// The digit of one window of a shifted number.
    pub(super) fn digit(&self, shifted: &Magnitude, window: usize) -> i16 {
        let bit = self.window * window;
        let (limb, shift) = (bit / 64, bit % 64);
        let mut raw = shifted.limbs.get(limb).map_or(0, |limb| limb >> shift);
        if shift + self.window > 64 {
            raw |= shifted
                .limbs
                .get(limb + 1)
                .map_or(0, |limb| limb << (64 - shift));
        }
        // At most fifteen bits, and sixteen with a sign.
        let raw = (raw & ((1 << self.window) - 1)) as i16;
        if window + 1 == self.windows {
            raw
        } else {
            raw - (1 << (self.window - 1))
        }
    }
}

/// How many windows numbers below 2^bits have.
pub(super) fn windows(bits: usize, window: usize) -> usize {
    (bits + 2).div_ceil(window)
}

#[cfg(test)]
mod tests {
    use super::{HALF, LIMBS, MAX_WINDOW, MODULUS, Magnitude, Recoding, at_least, subtract};
    use ff::{Field, PrimeField};
    use halo2curves::bn256::Fr;

    #[test]
    fn the_constants_are_the_field_s() {
        let minus_one = (-Fr::ONE).to_repr();
        let limb =
            |i: usize| u64::from_le_bytes(minus_one.as_ref()[8 * i..][..8].try_into().unwrap());
        let minus_one: [u64; LIMBS] = std::array::from_fn(limb);
        assert_eq!(subtract(&MODULUS, &minus_one), [1, 0, 0, 0]);
        // Twice the half is one more than r.
        assert_eq!(subtract(&MODULUS, &HALF), subtract(&HALF, &[1, 0, 0, 0]));
        assert!(at_least(&HALF, &HALF) && !at_least(&minus_one, &MODULUS));
    }

    #[test]
    fn digits_add_up_to_the_scalar() {
        let cases = [
            Fr::ONE,
            -Fr::ONE,
            Fr::from(2),
            Fr::from(u64::MAX),
            Fr::TWO_INV,
            Fr::TWO_INV - Fr::ONE,
            Fr::from(255),
            -Fr::from(1 << 32),
        ];
        for scalar in cases {
            for window in 2..=MAX_WINDOW {
                let magnitude = Magnitude::new(5, &scalar).unwrap();
                assert_eq!(magnitude.tag() >> 1, 5);
                let recoding = Recoding::new(magnitude.bits(), window);
                let shifted = recoding.shifted(&magnitude);
                let mut sum = Fr::ZERO;
                for w in (0..recoding.windows()).rev() {
                    sum *= Fr::from(1 << window);
                    let digit = recoding.digit(&shifted, w);
                    assert!(usize::from(digit.unsigned_abs()) <= recoding.buckets());
                    let value = Fr::from(u64::from(digit.unsigned_abs()));
                    let negative = (magnitude.tag() & 1 == 1) != (digit < 0);
                    sum += if negative { -value } else { value };
                }
                assert_eq!(sum, scalar, "window {window}");
            }
        }
    }

    #[test]
    fn zero_has_no_magnitude_and_minus_one_a_short_one() {
        assert!(Magnitude::new(0, &Fr::ZERO).is_none());
        assert_eq!(Magnitude::new(0, &-Fr::ONE).unwrap().bits(), 1);
        let longest = Magnitude::new(0, &Fr::TWO_INV).unwrap();
        assert_eq!(longest.bits(), Magnitude::MAX_BITS);
    }
}
