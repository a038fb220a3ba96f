//! Blinding of the quotient's pieces, as in PlonK.
//!
//! A random multiple of `X^n` is added to each piece but the last, and the same number taken from the next piece's constant:
//! with `h_i + b_i X^n - b_(i-1)` for `h_i`, the sum of the pieces times `x^(n i)` is at x what it was, for any x, so no
//! verifier can tell. But each commitment but the last is now uniform, and the last follows from the others and
//! from what the columns are at tau. It takes the power `tau^n`, one more than a basis of n powers has.
//!
//! Pieces stay polynomials of n coefficients. Only their commitments change, and the openings: the sum of the pieces that is
//! opened at x has become larger by `b (X^n - x^n)`, b being the sum of `x^(n i) b_i`. What dividing that by
//! `X - x` gives is a geometric series.

use crate::opening::geometric;
use crate::secret::Secret;
use ff::Field;
use group::Curve;
use halo2curves::bn256::{Fr, G1Affine};

/// The powers that it takes: `[1]` and `[tau^n]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Powers {
    pub(crate) one: G1Affine,
    pub(crate) next: G1Affine,
}

impl Powers {
    /// The commitments to the blinded pieces. There is a blind for each piece, the last of which is not used.
    pub(crate) fn blind(&self, pieces: &[G1Affine], blinds: &[Fr]) -> Vec<G1Affine> {
        let last = pieces.len() - 1;
        let mut owed = Fr::ZERO;
        let blinded = pieces
            .iter()
            .zip(blinds)
            .enumerate()
            .map(|(i, (piece, blind))| {
                let blind = if i < last { *blind } else { Fr::ZERO };
                let piece = self.next * blind - self.one * owed + piece;
                owed = blind;
                piece.to_affine()
            });
        blinded.collect()
    }
}

/// `factor (X^n - x^n)`, added to a polynomial that is opened at x.
#[derive(Clone, Copy)]
pub(crate) struct Excess {
    pub(crate) x: Fr,
    pub(crate) factor: Fr,
    rows: usize,
}

impl Excess {
    /// Of the sum of pieces at x.
    pub(crate) fn new(blinds: &[Fr], x: Fr, rows: usize) -> Self {
        let used = &blinds[..blinds.len() - 1];
        let powers = geometric(x.pow_vartime([rows as u64]));
        Self {
            x,
            factor: used
                .iter()
                .zip(powers)
                .map(|(blind, power)| *blind * power)
                .sum(),
            rows,
        }
    }

    /// So many times as much.
    pub(crate) fn times(self, factor: Fr) -> Self {
        Self {
            factor: self.factor * factor,
            ..self
        }
    }

    /// `u^n - x^n`.
    pub(crate) fn at(&self, u: Fr) -> Fr {
        let power = |x: Fr| x.pow_vartime([self.rows as u64]);
        power(u) - power(self.x)
    }

    /// `(X^n - point^n) / (X - point)`.
    pub(crate) fn quotient(&self, point: Fr) -> Secret<Fr> {
        let mut coefficients = Secret::zeros(self.rows);
        for (coefficient, power) in coefficients.iter_mut().rev().zip(geometric(point)) {
            *coefficient = power;
        }
        coefficients
    }
}

#[cfg(test)]
mod tests {
    use super::{Excess, Powers};
    use ff::Field;
    use group::Curve;
    use halo2_proofs::arithmetic::eval_polynomial;
    use halo2curves::bn256::{Fr, G1Affine};

    const ROWS: usize = 8;

    #[test]
    fn the_series_is_the_quotient() {
        let (x, u) = (Fr::from(5), Fr::from(7));
        let excess = Excess::new(&[Fr::from(3), Fr::from(99)], x, ROWS);
        assert_eq!(excess.factor, Fr::from(3));
        let quotient = eval_polynomial(&excess.quotient(x), u);
        assert_eq!(quotient * (u - x), excess.at(u));
    }

    #[test]
    fn the_sum_of_pieces_stays_what_it_was_at_every_point() {
        let g = G1Affine::generator();
        let tau = Fr::from(11);
        let next = tau.pow_vartime([ROWS as u64]);
        let powers = Powers {
            one: g,
            next: (g * next).to_affine(),
        };
        let pieces: Vec<_> = [4, 5, 6].map(|i| (g * Fr::from(i)).to_affine()).to_vec();
        let blinds = [Fr::from(21), Fr::from(22), Fr::from(23)];
        let blinded = powers.blind(&pieces, &blinds);
        assert!(
            blinded
                .iter()
                .zip(&pieces)
                .all(|(blinded, piece)| blinded != piece)
        );
        let fold = |pieces: &[G1Affine], xn: Fr| {
            pieces
                .iter()
                .rev()
                .fold(g * Fr::ZERO, |sum, piece| sum * xn + piece)
        };
        // As polynomials at tau, for the number tau^n in the place of x^n.
        assert_eq!(fold(&blinded, next), fold(&pieces, next));
        // And for another x, up to the excess.
        let x = Fr::from(13);
        let excess = Excess::new(&blinds, x, ROWS);
        let xn = x.pow_vartime([ROWS as u64]);
        let expected = fold(&pieces, xn) + g * (excess.factor * excess.at(tau));
        assert_eq!(fold(&blinded, xn), expected);
    }
}
