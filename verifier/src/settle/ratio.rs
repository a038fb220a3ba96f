//! Fractions of amounts, in 256 bits as the contract has them.

use ruint::aliases::U256;

/// `floor(amount * factors / divisors)`; 0 if a divisor is 0.
pub(super) fn floor(amount: u128, factors: [u64; 2], divisors: [u64; 2]) -> u128 {
    let (numerator, denominator) = fraction(amount, factors, divisors);
    if denominator.is_zero() {
        return 0;
    }
    (numerator / denominator).saturating_to()
}

/// `ceil(amount * factors / divisors)`; 0 if a divisor is 0.
pub(super) fn ceil(amount: u128, factors: [u64; 2], divisors: [u64; 2]) -> u128 {
    let (numerator, denominator) = fraction(amount, factors, divisors);
    if denominator.is_zero() {
        return 0;
    }
    numerator.div_ceil(denominator).saturating_to()
}

/// At most 2^128 * 2^64 * 2^64: nothing wraps.
fn fraction(amount: u128, factors: [u64; 2], divisors: [u64; 2]) -> (U256, U256) {
    let product = |factors: [u64; 2]| U256::from(factors[0]) * U256::from(factors[1]);
    (
        U256::from(amount).wrapping_mul(product(factors)),
        product(divisors),
    )
}
