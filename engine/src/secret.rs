//! Numbers that say something about the witness, overwritten before their memory is given back.

use std::fmt;
use std::hint::black_box;
use std::ops::{Deref, DerefMut};

/// A vector of such numbers. It never grows: growing would leave its old memory behind as it is.
#[derive(Clone, Default)]
pub struct Secret<T: Copy + Default>(Vec<T>);

impl<T: Copy + Default> Secret<T> {
    /// So many zeros.
    pub fn zeros(count: usize) -> Self {
        Self(vec![T::default(); count])
    }

    /// The items, which are at most `limit`.
    pub fn collect(limit: usize, items: impl Iterator<Item = T>) -> Self {
        let mut collected = Vec::with_capacity(limit);
        collected.extend(items.take(limit));
        Self(collected)
    }
}

impl<T: Copy + Default> Deref for Secret<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Copy + Default> DerefMut for Secret<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<T: Copy + Default> Drop for Secret<T> {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

/// Only how many there are.
impl<T: Copy + Default> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.0.len())
    }
}

/// Overwrites numbers that nobody reads afterwards; the compiler is kept from noticing that.
fn wipe<T: Copy + Default>(numbers: &mut [T]) {
    numbers.fill(T::default());
    black_box(numbers);
}

#[cfg(test)]
mod tests {
    use super::{Secret, wipe};

    #[test]
    fn nothing_is_left() {
        let mut numbers = [7u64; 9];
        wipe(&mut numbers);
        assert_eq!(numbers, [0; 9]);
    }

    #[test]
    fn collecting_does_not_grow() {
        let secret = Secret::collect(5, 1..=5u64);
        assert_eq!((secret.len(), secret.0.capacity()), (5, 5));
        assert_eq!(Secret::collect(2, 1..=5u64)[..], [1, 2]);
    }

    #[test]
    fn it_does_not_show() {
        assert_eq!(format!("{:?}", Secret(vec![1234u64; 3])), "Secret(3)");
    }
}
