//! The points that commitments are made of: powers of tau, and the Lagrange basis.

use halo2_proofs::SerdeFormat;
use halo2_proofs::poly::commitment::{Params, ParamsProver};
use halo2_proofs::poly::kzg::commitment::ParamsKZG;
use halo2curves::bn256::{Bn256, G1Affine};
use halo2curves::serde::SerdeObject;
use std::io;

/// Bytes of a point as halo2 writes it raw.
const POINT: usize = 64;

/// The Lagrange basis of `params`.
///
/// halo2 lends the powers of tau, but not this basis; it only writes it, after k and the powers. So
/// this is a writer that skips those.
pub fn lagrange(params: &ParamsKZG<Bn256>) -> io::Result<Vec<G1Affine>> {
    let count = params.get_g().len();
    let mut reader = Lagrange {
        skip: size_of::<u32>() + count * POINT,
        count,
        pending: Vec::with_capacity(POINT),
        points: Vec::with_capacity(count),
    };
    params.write_custom(&mut reader, SerdeFormat::RawBytesUnchecked)?;
    debug_assert_eq!(reader.points.len() as u64, params.n());
    Ok(reader.points)
}

struct Lagrange {
    skip: usize,
    count: usize,
    pending: Vec<u8>,
    points: Vec<G1Affine>,
}

impl io::Write for Lagrange {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let skipped = self.skip.min(bytes.len());
        self.skip -= skipped;
        for byte in &bytes[skipped..] {
            if self.points.len() == self.count {
                break;
            }
            self.pending.push(*byte);
            if self.pending.len() == POINT {
                // The points were checked when the parameters were read.
                self.points
                    .push(G1Affine::from_raw_bytes_unchecked(&self.pending));
                self.pending.clear();
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::lagrange;
    use group::Curve;
    use halo2_proofs::poly::EvaluationDomain;
    use halo2_proofs::poly::commitment::{Blind, Params};
    use halo2_proofs::poly::kzg::commitment::ParamsKZG;
    use halo2curves::bn256::{Bn256, Fr};
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    #[test]
    fn each_point_commits_to_its_row() {
        let params = ParamsKZG::<Bn256>::setup(4, ChaCha20Rng::seed_from_u64(3));
        let domain = EvaluationDomain::new(2, 4);
        let points = lagrange(&params).unwrap();
        for (row, point) in points.iter().enumerate() {
            let mut unit = domain.empty_lagrange();
            unit[row] = Fr::one();
            let commitment = params.commit_lagrange(&unit, Blind::default());
            assert_eq!(commitment.to_affine(), *point, "row {row}");
        }
        assert_eq!(points.len(), 16);
    }
}
