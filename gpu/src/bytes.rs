//! Numbers and points as the interface has them: in Montgomery's form, lowest byte first, as the
//! processor's library holds them too.

use halo2curves::bn256::{Fr, G1Affine};
use halo2curves::serde::SerdeObject;
use vigil_engine::Secret;

/// Bytes of a scalar.
pub(crate) const SCALAR: usize = 32;
/// Bytes of a point.
pub(crate) const POINT: usize = 64;

/// The scalars, one after the other.
pub(crate) fn of_scalars(scalars: &[Fr]) -> Secret<u8> {
    let mut bytes = Secret::zeros(scalars.len() * SCALAR);
    for (scalar, mut bytes) in scalars.iter().zip(bytes.chunks_exact_mut(SCALAR)) {
        // A slice of the right length takes everything.
        let written = scalar.write_raw(&mut bytes);
        debug_assert!(written.is_ok() && bytes.is_empty());
    }
    bytes
}

/// The points, one after the other.
pub(crate) fn of_points(points: &[G1Affine]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(points.len() * POINT);
    for point in points {
        // A vector takes everything.
        let written = point.write_raw(&mut bytes);
        debug_assert!(written.is_ok());
    }
    bytes
}

/// The scalars, if all are below the modulus.
pub(crate) fn to_scalars(bytes: &[u8]) -> Option<Vec<Fr>> {
    bytes.chunks_exact(SCALAR).map(Fr::from_raw_bytes).collect()
}

/// The point, if it is on the curve.
pub(crate) fn to_point(bytes: &[u8; POINT]) -> Option<G1Affine> {
    G1Affine::from_raw_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::{POINT, of_points, of_scalars, to_point, to_scalars};
    use group::prime::PrimeCurveAffine;
    use halo2curves::bn256::{Fr, G1Affine};

    #[test]
    fn there_and_back() {
        let scalars = [Fr::zero(), Fr::one(), -Fr::one()];
        assert_eq!(to_scalars(&of_scalars(&scalars)).unwrap(), scalars);
        for point in [G1Affine::identity(), G1Affine::generator()] {
            let bytes: [u8; POINT] = of_points(&[point]).try_into().unwrap();
            assert_eq!(to_point(&bytes), Some(point));
        }
    }

    #[test]
    fn what_is_no_number_or_point_is_refused() {
        assert_eq!(to_scalars(&[0xff; 32]), None);
        let mut off = [0; POINT];
        off[0] = 5;
        assert_eq!(to_point(&off), None);
    }
}
