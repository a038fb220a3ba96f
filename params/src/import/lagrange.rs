//! The last step: Lagrange bases, from the file where it has them, and the store's files.

use super::checkpoint::{Checkpoint, Stage as Position};
use super::powers::are_powers;
use super::weights::{Purpose, weights};
use super::{ImportError, OnProgress, Stage, report};
use crate::embedded;
use crate::provenance::Provenance;
use crate::ptau::{PtauFile, SectionId, from_snarkjs_order};
use crate::store::{ParamsStore, lagrange_basis, write};
use halo2_proofs::arithmetic::best_multiexp;
use halo2_proofs::poly::EvaluationDomain;
use halo2curves::bn256::{Fr, G1Affine};
use std::io::{Read, Seek};

/// Writes a file of the store for each size that the ceremony's file has a basis for and that is
/// larger than the embedded one; without bases, or for a small file, for its own size alone.
pub(super) fn store_bases<R: Read + Seek>(
    store: &ParamsStore,
    ptau: &mut PtauFile<R>,
    checkpoint: &mut Checkpoint,
    provenance: &Provenance,
    on_progress: OnProgress<'_>,
) -> Result<Vec<u32>, ImportError> {
    let power = ptau.power();
    let smallest = if ptau.has_lagrange() {
        power.min(embedded::MAX_K + 1)
    } else {
        power
    };
    let sizes: Vec<u32> = (smallest..=power).collect();
    for (done, &k) in sizes.iter().enumerate() {
        if u64::from(k) >= checkpoint.state.next {
            let powers = checkpoint.powers((1 << k) + 1)?;
            let again = weights(
                &checkpoint.state.seed,
                Purpose::PartialPowers,
                0,
                powers.len(),
            );
            // They were checked when they were read; an interrupted import reads them back from a
            // file that may have been damaged since.
            if !are_powers(&powers, &checkpoint.tau_g2, &again) {
                return Err(ImportError::PartialDamaged);
            }
            let basis = basis(ptau, checkpoint, &powers[..1 << k], k)?;
            write(
                &store.path_of(k, provenance.id()),
                k,
                provenance,
                &powers,
                &basis,
            )?;
            checkpoint.advance(Position::Lagrange, u64::from(k) + 1)?;
        }
        report(
            on_progress,
            Stage::Lagrange,
            done as u64 + 1,
            sizes.len() as u64,
        )?;
    }
    Ok(sizes)
}

fn basis<R: Read + Seek>(
    ptau: &mut PtauFile<R>,
    checkpoint: &Checkpoint,
    powers: &[G1Affine],
    k: u32,
) -> Result<Vec<G1Affine>, ImportError> {
    if !ptau.has_lagrange() {
        return Ok(lagrange_basis(powers, k));
    }
    let first = (1u64 << k) - 1;
    let basis = ptau.read_g1(SectionId::LagrangeG1, first, powers.len())?;
    let basis = from_snarkjs_order(&basis);
    let values = weights(
        &checkpoint.state.seed,
        Purpose::Lagrange,
        first,
        powers.len(),
    );
    if commits_alike(powers, &basis, values, k) {
        Ok(basis)
    } else {
        Err(ImportError::Lagrange { k })
    }
}

/// Whether `basis` commits to `values` as `powers` commit to the polynomial through them.
fn commits_alike(powers: &[G1Affine], basis: &[G1Affine], values: Vec<Fr>, k: u32) -> bool {
    let domain = EvaluationDomain::<Fr>::new(1, k);
    let by_values = best_multiexp(&values, basis);
    let coefficients = domain.lagrange_to_coeff(domain.lagrange_from_vec(values));
    by_values == best_multiexp(&coefficients, powers)
}
