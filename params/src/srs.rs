//! The structured reference string: powers of tau as halo2 wants them, never without their
//! provenance.

use crate::provenance::{ParamsId, ParamsKind, Provenance};
use halo2_proofs::SerdeFormat;
use halo2_proofs::poly::kzg::commitment::ParamsKZG;
use halo2curves::bn256::{Bn256, G1Affine, G2Affine};
use halo2curves::serde::SerdeObject;
use std::fmt;

/// Parameters for proving (and key generation) with 2^k rows.
#[derive(Clone)]
pub struct Srs {
    kzg: ParamsKZG<Bn256>,
    next_power: Option<G1Affine>,
    provenance: Provenance,
}

/// Parameters for verifying proofs of 2^k rows: three points. Any k will do with them, whatever
/// the size of the parameters at hand.
#[derive(Clone)]
pub struct VerifierSrs {
    kzg: ParamsKZG<Bn256>,
    provenance: Provenance,
}

impl Srs {
    /// From `2^k` powers of tau, or one more, and the Lagrange basis of the same domain, in halo2's order. Whoever
    /// calls this has checked them.
    pub(crate) fn from_points(
        k: u32,
        mut powers: Vec<G1Affine>,
        lagrange: Vec<G1Affine>,
        provenance: Provenance,
    ) -> Self {
        let next_power = powers.get(1 << k).copied();
        powers.truncate(1 << k);
        debug_assert!(powers.len() == 1 << k && lagrange.len() == 1 << k);
        Self {
            kzg: kzg_from_points(k, powers, lagrange, provenance.tau_g2()),
            next_power,
            provenance,
        }
    }

    /// `[tau^(2^k)]_1`, the power after those that halo2 takes; files of the store had none before version 2.
    pub fn next_power(&self) -> Option<G1Affine> {
        self.next_power
    }

    /// What halo2's prover and key generation take.
    pub fn kzg(&self) -> &ParamsKZG<Bn256> {
        &self.kzg
    }

    /// Where they come from.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// log2 of the number of rows.
    pub fn k(&self) -> u32 {
        halo2_proofs::poly::commitment::Params::k(&self.kzg)
    }

    /// Their ID.
    pub fn id(&self) -> ParamsId {
        self.provenance.id()
    }

    /// Who vouches for them.
    pub fn kind(&self) -> ParamsKind {
        self.provenance.kind()
    }

    /// The part that a verifier needs.
    pub fn verifier(&self) -> VerifierSrs {
        VerifierSrs::new(self.k(), self.provenance)
    }
}

impl VerifierSrs {
    /// For proofs of 2^k rows, under the parameters of this provenance.
    pub fn new(k: u32, provenance: Provenance) -> Self {
        let generator = vec![G1Affine::generator()];
        Self {
            kzg: kzg_from_points(k, generator, Vec::new(), provenance.tau_g2()),
            provenance,
        }
    }

    /// What halo2's verifier takes. It holds no basis: nothing can be committed to with it.
    pub fn kzg(&self) -> &ParamsKZG<Bn256> {
        &self.kzg
    }

    /// Where they come from.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }
}

/// `ParamsKZG::from_parts` is a method of an existing value, which it ignores, and the obvious way
/// to get one generates parameters. This one is read from a constant: the generators.
fn kzg_from_points(
    k: u32,
    powers: Vec<G1Affine>,
    lagrange: Vec<G1Affine>,
    tau_g2: G2Affine,
) -> ParamsKZG<Bn256> {
    let mut shell = 0u32.to_le_bytes().to_vec();
    for _ in 0..2 {
        shell.extend(G1Affine::generator().to_raw_bytes());
    }
    for _ in 0..2 {
        shell.extend(G2Affine::generator().to_raw_bytes());
    }
    ParamsKZG::<Bn256>::read_custom(&mut &shell[..], SerdeFormat::RawBytes)
        .expect("k = 0 and four generators are well-formed parameters")
        .from_parts(k, powers, Some(lagrange), G2Affine::generator(), tau_g2)
}

macro_rules! debug_without_points {
    ($name:ident) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("k", &halo2_proofs::poly::commitment::Params::k(&self.kzg))
                    .field("kind", &self.provenance.kind())
                    .field("id", &self.provenance.id())
                    .finish_non_exhaustive()
            }
        }
    };
}

debug_without_points!(Srs);
debug_without_points!(VerifierSrs);
