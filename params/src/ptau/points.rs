//! Points from bytes, each checked.

use super::PtauError;
use super::subgroup::is_in_subgroup;
use halo2curves::CurveAffine;
use halo2curves::bn256::{Fq, Fq2, G1Affine, G2Affine};
use halo2curves::serde::SerdeObject;
use rayon::prelude::*;

/// Bytes of a G1 point.
pub(crate) const G1_BYTES: usize = 64;
/// Bytes of a G2 point.
pub(crate) const G2_BYTES: usize = 128;

/// G1 points; `section` and `first` are for the message. G1's cofactor is 1, so a point on the curve
/// is in the group.
pub(crate) fn decode_g1(
    bytes: &[u8],
    section: u32,
    first: u64,
) -> Result<Vec<G1Affine>, PtauError> {
    decode(
        bytes,
        G1_BYTES,
        section,
        first,
        decode_point::<Fq, G1Affine>,
    )
}

/// G2 points, with the subgroup check that their large cofactor calls for.
pub(crate) fn decode_g2(
    bytes: &[u8],
    section: u32,
    first: u64,
) -> Result<Vec<G2Affine>, PtauError> {
    decode(bytes, G2_BYTES, section, first, |bytes, section, index| {
        let point: G2Affine = decode_point::<Fq2, G2Affine>(bytes, section, index)?;
        if is_in_subgroup(&point) {
            Ok(point)
        } else {
            Err(PtauError::Subgroup { section, index })
        }
    })
}

/// Decodes in parallel; the first bad point in the file's order is the one reported.
fn decode<P: Send>(
    bytes: &[u8],
    point_bytes: usize,
    section: u32,
    first: u64,
    decode_one: impl Fn(&[u8], u32, u64) -> Result<P, PtauError> + Sync,
) -> Result<Vec<P>, PtauError> {
    let decoded: Vec<Result<P, PtauError>> = bytes
        .par_chunks_exact(point_bytes)
        .enumerate()
        .map(|(offset, bytes)| decode_one(bytes, section, first + offset as u64))
        .collect();
    decoded.into_iter().collect()
}

fn decode_point<F, C>(bytes: &[u8], section: u32, index: u64) -> Result<C, PtauError>
where
    F: SerdeObject,
    C: CurveAffine<Base = F>,
{
    let (x, y) = bytes.split_at(bytes.len() / 2);
    let coordinate =
        |bytes| F::from_raw_bytes(bytes).ok_or(PtauError::Coordinate { section, index });
    let (x, y) = (coordinate(x)?, coordinate(y)?);
    let point =
        Option::<C>::from(C::from_xy(x, y)).ok_or(PtauError::OffCurve { section, index })?;
    if bool::from(point.is_identity()) {
        return Err(PtauError::Infinity { section, index });
    }
    Ok(point)
}
