//! Ranges of integers that field elements stand for, and sums in which one of them is not known.

use crate::sheet::limbs;
use ff::Field;
use halo2curves::bn256::Fr;

/// Integers in two's complement; only numbers of less than 500 bits are multiplied.
pub(super) type Int = ruint::Uint<1024, 16>;
/// Column of the sheet and row.
pub(super) type Cell = (usize, usize);

pub(super) fn int(value: u64) -> Int {
    Int::from(value)
}

pub(super) fn power(bits: usize) -> Int {
    int(1) << bits
}

pub(super) fn less(a: Int, b: Int) -> bool {
    let top = power(1023);
    (a ^ top) < (b ^ top)
}

fn magnitude(a: Int) -> Int {
    if less(a, Int::ZERO) {
        a.wrapping_neg()
    } else {
        a
    }
}

/// The field's order.
pub(super) fn order() -> Int {
    of_limbs(limbs(-Fr::ONE)) + int(1)
}

fn of_limbs(limbs: [u64; 4]) -> Int {
    let mut all = [0; 16];
    all[..4].copy_from_slice(&limbs);
    Int::from_limbs(all)
}

/// The integer nearest to 0 that a constant stands for.
pub(super) fn of_field(value: Fr) -> Int {
    let (positive, negative) = (of_limbs(limbs(value)), of_limbs(limbs(-value)));
    if less(negative, positive) {
        negative.wrapping_neg()
    } else {
        positive
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) low: Int,
    pub(super) high: Int,
}

impl Range {
    pub(super) fn new(low: Int, high: Int) -> Self {
        Self { low, high }
    }

    pub(super) fn below(bound: u64) -> Self {
        Self::new(Int::ZERO, int(bound - 1))
    }

    pub(super) fn exact(value: Int) -> Self {
        Self::new(value, value)
    }

    pub(super) fn add(self, other: Self) -> Self {
        Self::new(
            self.low.wrapping_add(other.low),
            self.high.wrapping_add(other.high),
        )
    }

    /// Either of the two.
    pub(super) fn or(self, other: Self) -> Self {
        let low = if less(other.low, self.low) {
            other.low
        } else {
            self.low
        };
        let high = if less(self.high, other.high) {
            other.high
        } else {
            self.high
        };
        Self::new(low, high)
    }

    pub(super) fn negated(self) -> Self {
        Self::new(self.high.wrapping_neg(), self.low.wrapping_neg())
    }

    pub(super) fn times(self, other: Self) -> Option<Self> {
        let [a, b, c, d] = [self.low, self.high, other.low, other.high];
        if [a, b, c, d]
            .iter()
            .any(|&x| magnitude(x) >> 500 != Int::ZERO)
        {
            return None;
        }
        let products = [(a, c), (a, d), (b, c), (b, d)].map(|(x, y)| x.wrapping_mul(y));
        let least = |x: Int, y: Int| if less(x, y) { x } else { y };
        let most = |x: Int, y: Int| if less(x, y) { y } else { x };
        Some(Self::new(
            products.into_iter().reduce(least)?,
            products.into_iter().reduce(most)?,
        ))
    }

    /// All that is nearer to 0 than `bound`.
    pub(super) fn is_within(self, bound: Int) -> bool {
        magnitude(self.low) < bound && magnitude(self.high) < bound
    }
}

/// A sum of which at most one cell has no range yet.
#[derive(Clone, Copy)]
pub(super) struct Linear {
    pub(super) known: Range,
    pub(super) unknown: Option<(Cell, Int)>,
}

impl Linear {
    pub(super) fn scaled(self, by: Int) -> Option<Self> {
        Some(Self {
            known: self.known.times(Range::exact(by))?,
            unknown: self
                .unknown
                .map(|(cell, scale)| (cell, scale.wrapping_mul(by))),
        })
    }

    pub(super) fn plus(self, other: Self) -> Option<Self> {
        let unknown = match (self.unknown, other.unknown) {
            (Some((a, x)), Some((b, y))) if a == b => Some((a, x.wrapping_add(y))),
            (Some(_), Some(_)) => return None,
            (a, b) => a.or(b),
        };
        Some(Self {
            known: self.known.add(other.known),
            unknown,
        })
    }

    pub(super) fn by(self, other: Self) -> Option<Self> {
        match (self.unknown, other.unknown) {
            (None, None) => Some(Self {
                known: self.known.times(other.known)?,
                unknown: None,
            }),
            (Some(_), None) if other.known.low == other.known.high => self.scaled(other.known.low),
            (None, Some(_)) if self.known.low == self.known.high => other.scaled(self.known.low),
            _ => None,
        }
    }
}
