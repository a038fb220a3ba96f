//! Which scalars are treated alike: a small model of cost, and the cheapest way to cut.

use super::digits::{MAX_WINDOW, Magnitude, windows};

/// Lengths at which scalars may be cut into classes.
const CUTS: [usize; 9] = [1, 2, 4, 8, 16, 32, 64, 128, Magnitude::MAX_BITS];
/// Multiplications to add a point to its bucket: two and a square, and three for its share of an
/// inversion.
const ADD: usize = 6;
/// Multiplications for a bucket in the sum over buckets: an addition for its row, one for its column, and
/// a share of the running sums over both.
const BUCKET: usize = 15;

/// Scalars longer than `above` bits and not longer than `bits`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) above: usize,
    pub(super) bits: usize,
    /// Bits of a window.
    pub(super) window: usize,
}

impl Class {
    pub(super) fn contains(&self, bits: usize) -> bool {
        self.above < bits && bits <= self.bits
    }
}

/// The cheapest classes for so many scalars of each length.
pub(super) fn plan(histogram: &[usize; Magnitude::MAX_BITS + 1]) -> Vec<Class> {
    // The cheapest way to treat all scalars up to each cut, shortest first.
    let mut best: Vec<(usize, Vec<Class>)> = vec![(0, Vec::new())];
    for (i, &bits) in CUTS.iter().enumerate() {
        let cheapest = (0..=i)
            .map(|j| {
                let above = if j == 0 { 0 } else { CUTS[j - 1] };
                let count: usize = histogram[above + 1..=bits].iter().sum();
                let (cost, mut classes) = best[j].clone();
                if count == 0 {
                    return (cost, classes);
                }
                let (own, window) = cheapest_window(count, bits);
                classes.push(Class {
                    above,
                    bits,
                    window,
                });
                (cost + own, classes)
            })
            .min_by_key(|(cost, classes)| (*cost, classes.len()))
            .unwrap_or_default();
        best.push(cheapest);
    }
    best.pop().map(|(_, classes)| classes).unwrap_or_default()
}

fn cheapest_window(count: usize, bits: usize) -> (usize, usize) {
    (2..=MAX_WINDOW)
        .map(|window| {
            let one = ADD * count + (BUCKET << (window - 1));
            (windows(bits, window) * one, window)
        })
        .min()
        .unwrap_or((usize::MAX, 2))
}

#[cfg(test)]
mod tests {
    use super::{Class, Magnitude, plan};

    fn histogram(counts: &[(usize, usize)]) -> [usize; Magnitude::MAX_BITS + 1] {
        let mut histogram = [0; Magnitude::MAX_BITS + 1];
        for (bits, count) in counts {
            histogram[*bits] = *count;
        }
        histogram
    }

    #[test]
    fn a_few_long_scalars_do_not_stretch_many_bits() {
        let classes = plan(&histogram(&[(1, 100_000), (253, 7)]));
        assert_eq!(classes.len(), 2);
        assert_eq!((classes[0].above, classes[0].bits), (0, 1));
        assert!(classes[1].window < 6, "{classes:?}");
    }

    #[test]
    fn every_scalar_is_in_exactly_one_class() {
        let counts: Vec<_> = (1..=253).map(|bits| (bits, bits * bits)).collect();
        let classes = plan(&histogram(&counts));
        for bits in 1..=253 {
            let holding = classes.iter().filter(|class: &&Class| class.contains(bits));
            assert_eq!(holding.count(), 1, "{bits}: {classes:?}");
        }
    }

    #[test]
    fn nothing_needs_no_class() {
        assert_eq!(plan(&histogram(&[])), []);
    }

    #[test]
    fn random_scalars_get_wide_windows() {
        let classes = plan(&histogram(&[(253, 1 << 17)]));
        assert_eq!(classes.len(), 1);
        assert!((12..=14).contains(&classes[0].window), "{classes:?}");
    }
}
