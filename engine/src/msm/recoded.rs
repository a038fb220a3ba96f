//! The digits of a class of scalars, window by window.

use super::digits::{Digit, Magnitude, Recoding};
use crate::secret::Secret;

/// All digits of some scalars, and where their points are.
pub(super) struct Recoded<'a> {
    recoding: &'a Recoding,
    /// By member: the point's index, and the sign in the lowest bit.
    tags: Secret<u32>,
    /// By window, then by member.
    digits: Secret<i16>,
}

impl<'a> Recoded<'a> {
    /// Of scalars that the recoding is long enough for, at most `limit`.
    pub(super) fn new<'m>(
        recoding: &'a Recoding,
        limit: usize,
        members: impl Iterator<Item = &'m Magnitude> + Clone,
    ) -> Self {
        let tags = Secret::collect(limit, members.clone().map(Magnitude::tag));
        let count = tags.len();
        let mut digits = Secret::zeros(count * recoding.windows());
        for (member, magnitude) in members.take(count).enumerate() {
            let shifted = recoding.shifted(magnitude);
            for window in 0..recoding.windows() {
                digits[window * count + member] = recoding.digit(&shifted, window);
            }
        }
        Self {
            recoding,
            tags,
            digits,
        }
    }

    pub(super) fn recoding(&self) -> &Recoding {
        self.recoding
    }

    /// How many scalars there are.
    pub(super) fn len(&self) -> usize {
        self.tags.len()
    }

    /// The digits of a window other than zero, by bucket, with `above` added to the bucket's number; how many there are.
    ///
    /// A counting sort: it is stable, so the sums are added in one order only, whatever the machine.
    pub(super) fn sort(&self, window: usize, above: u32, sorted: &mut [Digit]) -> usize {
        let count = self.len();
        let digits = &self.digits[window * count..][..count];
        let mut starts = vec![0u32; self.recoding.buckets() + 2];
        for digit in digits {
            starts[usize::from(digit.unsigned_abs()) + 1] += 1;
        }
        // Zeros are left out.
        starts[1] = 0;
        for bucket in 1..starts.len() {
            starts[bucket] += starts[bucket - 1];
        }
        for (digit, tag) in digits.iter().zip(self.tags.iter()) {
            let bucket = digit.unsigned_abs();
            if bucket > 0 {
                let place = &mut starts[usize::from(bucket)];
                sorted[*place as usize] = Digit {
                    bucket: above | u32::from(bucket),
                    tag: tag ^ u32::from(*digit < 0),
                };
                *place += 1;
            }
        }
        starts[starts.len() - 2] as usize
    }
}
