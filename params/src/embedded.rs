//! The ceremony's parameters that are part of this program.
//!
//! `powersOfTau28_hez_final_11.ptau` of the Perpetual Powers of Tau ceremony, byte for byte as it is
//! distributed for snarkjs, serves every k up to [`MAX_K`]. It is pinned by its published digest, so
//! its points are not checked again at run time; the tests check them all.

use crate::digest::FileDigest;
use crate::provenance::Provenance;
use crate::ptau::{PtauFile, SectionId, from_snarkjs_order};
use crate::srs::Srs;
use halo2curves::bn256::G2Affine;
use std::io::Cursor;
use std::sync::LazyLock;

static FILE: &[u8] = include_bytes!("../../data/ptau/powersOfTau28_hez_final_11.ptau");

/// Name of the embedded file.
pub const FILE_NAME: &str = "powersOfTau28_hez_final_11.ptau";

/// Largest k that needs no import.
pub const MAX_K: u32 = 11;

/// The published BLAKE2b-512 digest of the embedded file.
pub const FILE_DIGEST: FileDigest = FileDigest([
    0x47, 0xc2, 0x82, 0x11, 0x6b, 0x89, 0x2e, 0x5a, 0xc9, 0x2c, 0xa2, 0x38, 0x57, 0x80, 0x06, 0xe3,
    0x1a, 0x47, 0xe7, 0xc7, 0xe7, 0x0f, 0x0b, 0xaa, 0x8b, 0x68, 0x7f, 0x0a, 0x52, 0x03, 0xe2, 0x8e,
    0xa0, 0x7b, 0xbb, 0xec, 0x76, 0x5a, 0x98, 0xdc, 0xd6, 0x54, 0xba, 0xd6, 0x18, 0x47, 0x5d, 0x46,
    0x61, 0xbf, 0xae, 0xc3, 0xbd, 0x9a, 0xd2, 0xed, 0x12, 0xe7, 0xab, 0xc2, 0x51, 0xd9, 0x4d, 0x33,
]);

static TAU_G2: LazyLock<G2Affine> = LazyLock::new(|| {
    file()
        .read_g2(1, 1)
        .expect("the embedded file is pinned by its digest")[0]
});

/// `[tau]_2` of the ceremony: all of its files, of whatever power, have this one.
pub fn tau_g2() -> G2Affine {
    *TAU_G2
}

/// Where the embedded parameters come from.
pub fn provenance() -> Provenance {
    Provenance::of_ceremony_file(tau_g2(), MAX_K, FILE_DIGEST)
}

/// The ceremony's parameters for 2^k rows; `None` above [`MAX_K`].
pub fn srs(k: u32) -> Option<Srs> {
    if k > MAX_K {
        return None;
    }
    let n = 1usize << k;
    let mut file = file();
    let mut read = |section, first, count| {
        file.read_g1(section, first, count)
            .expect("the embedded file is pinned by its digest")
    };
    // The file has nearly twice as many powers as its largest basis points.
    let powers = read(SectionId::TauG1, 0, n + 1);
    // Bases of 2^0, 2^1, ... points follow each other.
    let lagrange = read(SectionId::LagrangeG1, n as u64 - 1, n);
    Some(Srs::from_points(
        k,
        powers,
        from_snarkjs_order(&lagrange),
        provenance(),
    ))
}

fn file() -> PtauFile<Cursor<&'static [u8]>> {
    PtauFile::open(Cursor::new(FILE)).expect("the embedded file is pinned by its digest")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::ParamsId;
    use crate::provenance::ParamsKind;
    use ff::Field;
    use group::Curve;
    use group::prime::PrimeCurveAffine;
    use halo2_proofs::arithmetic::{best_multiexp, g_to_lagrange};
    use halo2_proofs::poly::EvaluationDomain;
    use halo2_proofs::poly::commitment::{Blind, Params, ParamsProver};
    use halo2curves::bn256::{Fr, G1Affine, pairing};
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    #[test]
    fn the_file_is_the_published_one() {
        assert_eq!(FileDigest::of(FILE), FILE_DIGEST);
    }

    #[test]
    fn the_ceremony_keeps_its_id() {
        let expected: ParamsId =
            "0x7c270322376df4b8290645308c33bf1a90511b2d18507d55b32374785eba05b9"
                .parse()
                .unwrap();
        assert_eq!(provenance().id(), expected);
        assert_eq!(provenance().kind(), ParamsKind::Ceremony);
    }

    #[test]
    fn powers_are_powers_of_one_tau() {
        let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
        let mut rng = ChaCha20Rng::seed_from_u64(11);
        let powers = file().read_g1(SectionId::TauG1, 0, 4095).unwrap();
        assert_eq!(powers[0], g1);
        assert_eq!(pairing(&powers[1], &g2), pairing(&g1, &tau_g2()));
        let weights: Vec<Fr> = (1..powers.len()).map(|_| Fr::random(&mut rng)).collect();
        let lower = best_multiexp(&weights, &powers[..4094]).to_affine();
        let upper = best_multiexp(&weights, &powers[1..]).to_affine();
        assert_eq!(pairing(&lower, &tau_g2()), pairing(&upper, &g2));
    }

    #[test]
    fn lagrange_bases_commit_to_the_same_polynomials() {
        let mut rng = ChaCha20Rng::seed_from_u64(12);
        for k in 1..=MAX_K {
            let srs = srs(k).unwrap();
            let domain = EvaluationDomain::<Fr>::new(1, k);
            let values: Vec<Fr> = (0..1 << k).map(|_| Fr::random(&mut rng)).collect();
            let values = domain.lagrange_from_vec(values);
            let coefficients = domain.lagrange_to_coeff(values.clone());
            assert_eq!(
                srs.kzg().commit_lagrange(&values, Blind::default()),
                srs.kzg().commit(&coefficients, Blind::default()),
                "k = {k}"
            );
        }
    }

    #[test]
    fn the_lagrange_basis_is_the_transformed_one() {
        let srs = srs(6).unwrap();
        let powers: Vec<_> = srs
            .kzg()
            .get_g()
            .iter()
            .map(PrimeCurveAffine::to_curve)
            .collect();
        let transformed = g_to_lagrange::<G1Affine>(powers, 6);
        let domain = EvaluationDomain::<Fr>::new(1, 6);
        for (j, point) in transformed.iter().enumerate() {
            let mut unit = vec![Fr::ZERO; 64];
            unit[j] = Fr::ONE;
            let unit = domain.lagrange_from_vec(unit);
            assert_eq!(
                srs.kzg()
                    .commit_lagrange(&unit, Blind::default())
                    .to_affine(),
                *point
            );
        }
    }

    #[test]
    fn the_next_power_is_there_for_every_size() {
        for k in [0, 3, MAX_K] {
            let srs = srs(k).unwrap();
            let largest = *srs.kzg().get_g().last().unwrap();
            let next = srs.next_power().unwrap();
            assert_eq!(
                pairing(&largest, &tau_g2()),
                pairing(&next, &G2Affine::generator())
            );
        }
    }

    #[test]
    fn nothing_is_made_up_above_the_embedded_size() {
        assert!(srs(MAX_K + 1).is_none());
        assert_eq!(srs(0).unwrap().k(), 0);
    }
}
