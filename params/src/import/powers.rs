//! The streamed check that a section holds consecutive powers of tau.

use super::checkpoint::{Checkpoint, Stage as Position, Sums};
use super::weights::{Purpose, weights};
use super::{ImportError, OnProgress, Stage, report};
use crate::ptau::{PtauFile, SectionId};
use group::Curve;
use halo2_proofs::arithmetic::best_multiexp;
use halo2curves::CurveAffine;
use halo2curves::bn256::{Fr, G1Affine, G2Affine, pairing};
use std::io::{Read, Seek};

/// A section is checked in this many chunks, within the bounds below.
const CHUNKS: u64 = 64;
/// Fewest and most points of a chunk: 16 KiB to 4 MiB in G1, 8 KiB to 1 MiB in G2.
const G1_CHUNK: (u64, u64) = (1 << 8, 1 << 16);
const G2_CHUNK: (u64, u64) = (1 << 6, 1 << 13);

/// Checks all powers in G1 and puts those aside that the store keeps.
pub(super) fn check_g1<R: Read + Seek>(
    ptau: &mut PtauFile<R>,
    checkpoint: &mut Checkpoint,
    on_progress: OnProgress<'_>,
) -> Result<(), ImportError> {
    let kept = 1u64 << ptau.power();
    let pairs = 2 * kept - 2;
    while checkpoint.state.next < pairs {
        let (first, count) = chunk(checkpoint.state.next, pairs, G1_CHUNK);
        let points = ptau.read_g1(SectionId::TauG1, first + 1, count)?;
        let weights = weights(&checkpoint.state.seed, Purpose::PowersG1, first, count);
        checkpoint.state.g1.add(&weights, &points);
        // And one more, for the blinding of quotients.
        let keep = (kept + 1).saturating_sub(first + 1).min(count as u64) as usize;
        checkpoint.put_powers(first + 1, &points[..keep])?;
        checkpoint.state.next += count as u64;
        checkpoint.save()?;
        report(on_progress, Stage::PowersG1, checkpoint.state.next, pairs)?;
    }
    let Sums { lower, upper, .. } = checkpoint.state.g1;
    if pairing(&lower, &checkpoint.tau_g2) != pairing(&upper, &G2Affine::generator()) {
        return Err(ImportError::PowersG1);
    }
    checkpoint.advance(Position::PowersG2, 0)?;
    Ok(())
}

/// Checks all powers in G2; those in G1 are known to be right.
pub(super) fn check_g2<R: Read + Seek>(
    ptau: &mut PtauFile<R>,
    checkpoint: &mut Checkpoint,
    on_progress: OnProgress<'_>,
) -> Result<(), ImportError> {
    let pairs = (1u64 << ptau.power()) - 1;
    while checkpoint.state.next < pairs {
        let (first, count) = chunk(checkpoint.state.next, pairs, G2_CHUNK);
        let points = ptau.read_g2(first + 1, count)?;
        let weights = weights(&checkpoint.state.seed, Purpose::PowersG2, first, count);
        checkpoint.state.g2.add(&weights, &points);
        checkpoint.state.next += count as u64;
        checkpoint.save()?;
        report(on_progress, Stage::PowersG2, checkpoint.state.next, pairs)?;
    }
    let tau_g1 = checkpoint.powers(2)?[1];
    let Sums { lower, upper, .. } = checkpoint.state.g2;
    if pairing(&tau_g1, &lower) != pairing(&G1Affine::generator(), &upper) {
        return Err(ImportError::PowersG2);
    }
    checkpoint.advance(Position::Lagrange, 0)?;
    Ok(())
}

/// Whether points in memory are consecutive powers of the tau in `tau_g2`, from the generator on.
pub(super) fn are_powers(points: &[G1Affine], tau_g2: &G2Affine, weights: &[Fr]) -> bool {
    let Some((_, upper)) = points.split_first() else {
        return false;
    };
    let weights = &weights[..upper.len()];
    let lower = best_multiexp(weights, &points[..upper.len()]).to_affine();
    let upper = best_multiexp(weights, upper).to_affine();
    points[0] == G1Affine::generator()
        && pairing(&lower, tau_g2) == pairing(&upper, &G2Affine::generator())
}

/// The next chunk of pairs: where it begins and how many.
fn chunk(next: u64, pairs: u64, (fewest, most): (u64, u64)) -> (u64, usize) {
    let size = (pairs / CHUNKS).clamp(fewest, most);
    (next, size.min(pairs - next) as usize)
}

impl<C: CurveAffine> Sums<C> {
    /// Adds the pairs that `points` make with the last point seen and with each other.
    fn add(&mut self, weights: &[C::Scalar], points: &[C]) {
        let Some((&newest, all_but_newest)) = points.split_last() else {
            return;
        };
        let lower: Vec<C> = std::iter::once(self.last)
            .chain(all_but_newest.iter().copied())
            .collect();
        self.lower = (best_multiexp(weights, &lower) + self.lower).to_affine();
        self.upper = (best_multiexp(weights, points) + self.upper).to_affine();
        self.last = newest;
    }
}
