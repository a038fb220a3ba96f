//! Whether a point of G2's curve is in the subgroup of order r, four times faster than by
//! multiplying it with r.
//!
//! Let psi be the Frobenius endomorphism, carried over to the twist. Every point satisfies
//! `psi^2(Q) - t psi(Q) + p Q = 0` with the trace t, and `r = p + 1 - t`. If `psi(Q) = (t - 1) Q`,
//! then `((t-1)^2 - t (t-1) + p) Q = (p + 1 - t) Q = r Q = 0`: so that equation implies membership.
//! Conversely psi acts on the subgroup as multiplication by `p = t - 1 (mod r)`. In the curve's
//! parameter x, `t - 1 = 6 x^2`, half as long as r.

use ff::{Field, PrimeField};
use group::Group;
use group::prime::PrimeCurveAffine;
use halo2curves::bn256::{Fq, Fq2, G2, G2Affine};
use std::sync::LazyLock;

/// `6 x^2` for `x = 4965661367192848881`.
const TRACE_MINUS_ONE: u128 = 6 * 4_965_661_367_192_848_881 * 4_965_661_367_192_848_881;

/// `psi(x, y) = (conj(x) to_x, conj(y) to_y)`, with `to_x = xi^((p-1)/3)`, `to_y = xi^((p-1)/2)` for the
/// twist's `xi = 9 + u`.
struct Twist {
    to_x: Fq2,
    to_y: Fq2,
}

static TWIST: LazyLock<Twist> = LazyLock::new(|| {
    let xi = Fq2 {
        c0: Fq::from(9),
        c1: Fq::ONE,
    };
    Twist {
        to_x: xi.pow_vartime(words_of_quotient(3)),
        to_y: xi.pow_vartime(words_of_quotient(2)),
    }
});

/// Whether `point`, which is on the curve, is in the subgroup.
pub(super) fn is_in_subgroup(point: &G2Affine) -> bool {
    let conjugate = |value: Fq2| Fq2 {
        c0: value.c0,
        c1: -value.c1,
    };
    let image = G2Affine {
        x: conjugate(point.x) * TWIST.to_x,
        y: conjugate(point.y) * TWIST.to_y,
    };
    image.to_curve() == times_trace_minus_one(point)
}

fn times_trace_minus_one(point: &G2Affine) -> G2 {
    let bits = u128::BITS - TRACE_MINUS_ONE.leading_zeros();
    (0..bits).rev().fold(G2::identity(), |sum, bit| {
        let sum = sum.double();
        if TRACE_MINUS_ONE >> bit & 1 == 1 {
            sum + point
        } else {
            sum
        }
    })
}

/// `(p - 1) / divisor` in little-endian words; the division is exact for 2 and 3.
fn words_of_quotient(divisor: u64) -> [u64; 4] {
    let mut words = [0; 4];
    let mut remainder = 0u128;
    let minus_one = (-Fq::ONE).to_repr();
    for (word, bytes) in words.iter_mut().zip(minus_one.chunks_exact(8)).rev() {
        let digit = bytes
            .iter()
            .rev()
            .fold(0u64, |sum, &byte| sum << 8 | u64::from(byte));
        let value = remainder << 64 | u128::from(digit);
        *word = (value / u128::from(divisor)) as u64;
        remainder = value % u128::from(divisor);
    }
    debug_assert_eq!(remainder, 0);
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use group::Curve;
    use group::cofactor::CofactorGroup;
    use halo2curves::CurveAffine;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    #[test]
    fn agrees_with_multiplication_by_the_order() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        for _ in 0..20 {
            let member = G2::random(&mut rng).to_affine();
            assert!(is_in_subgroup(&member));
        }
        assert!(is_in_subgroup(&G2Affine::generator()));
        let mut outside = 0;
        while outside < 20 {
            let x = Fq2::random(&mut rng);
            let y = Option::<Fq2>::from((x.square() * x + G2Affine::b()).sqrt());
            let point = y.and_then(|y| Option::<G2Affine>::from(G2Affine::from_xy(x, y)));
            let Some(point) = point else { continue };
            assert!(!bool::from(point.to_curve().is_torsion_free()));
            assert!(!is_in_subgroup(&point));
            // In the subgroup after the cofactor is cleared; sums with members stay outside.
            assert!(is_in_subgroup(
                &point.to_curve().clear_cofactor().to_affine()
            ));
            let sum = (point.to_curve() + G2::generator()).to_affine();
            assert!(!is_in_subgroup(&sum));
            outside += 1;
        }
    }

    /// Points whose order is a small factor of the cofactor are the ones that a sloppy test misses.
    #[test]
    fn refuses_points_of_small_order() {
        const SMALL_FACTOR: u64 = 10_069;
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let x = std::iter::repeat_with(|| Fq2::random(&mut rng));
        let mut curve_points = x.filter_map(|x| {
            let y = Option::<Fq2>::from((x.square() * x + G2Affine::b()).sqrt())?;
            Option::<G2Affine>::from(G2Affine::from_xy(x, y))
        });
        let small = curve_points
            .find_map(|point| {
                // Times r and times the cofactor without the small factor.
                let times = |point: G2, words: [u64; 4]| {
                    (0..256).rev().fold(G2::identity(), |sum, bit| {
                        let sum = sum.double();
                        if words[bit / 64] >> (bit % 64) & 1 == 1 {
                            sum + point
                        } else {
                            sum
                        }
                    })
                };
                let point = times(point.to_curve(), order());
                let point = times(point, cofactor_without(SMALL_FACTOR)).to_affine();
                (!bool::from(point.is_identity())).then_some(point)
            })
            .unwrap();
        assert!(!is_in_subgroup(&small));
        let times_factor = (0..64).rev().fold(G2::identity(), |sum, bit| {
            let sum = sum.double();
            if SMALL_FACTOR >> bit & 1 == 1 {
                sum + small
            } else {
                sum
            }
        });
        assert!(
            bool::from(times_factor.is_identity()),
            "its order is the small factor"
        );
    }

    fn order() -> [u64; 4] {
        let minus_one = (-halo2curves::bn256::Fr::ONE).to_repr();
        let mut words = [0; 4];
        for (word, bytes) in words.iter_mut().zip(minus_one.chunks_exact(8)) {
            *word = u64::from_le_bytes(bytes.try_into().unwrap());
        }
        words[0] += 1;
        words
    }

    /// `(2 p - r) / factor`.
    fn cofactor_without(factor: u64) -> [u64; 4] {
        let words: [u64; 4] = [
            0x345f_2299_c0f9_fa8d,
            0x06ce_ecda_572a_2489,
            0xb850_45b6_8181_585e,
            0x3064_4e72_e131_a029,
        ];
        let mut quotient = [0; 4];
        let mut remainder = 0u128;
        for i in (0..4).rev() {
            let value = remainder << 64 | u128::from(words[i]);
            quotient[i] = (value / u128::from(factor)) as u64;
            remainder = value % u128::from(factor);
        }
        assert_eq!(remainder, 0);
        quotient
    }
}
