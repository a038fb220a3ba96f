//! A reference string for Barretenberg, made here: **unsafe**, its secret is known.
//!
//! Two files of uncompressed points, every coordinate 32 big-endian bytes: `bn254_g1.dat` the powers of tau,
//! `bn254_g2.dat` tau in G2, the parts of a coordinate's extension with the constant one last.

use anyhow::Context as _;
use halo2_proofs::poly::commitment::ParamsProver as _;
use halo2curves::bn256::{Fq, G1Affine};
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use vigil_params::{Srs, dev};

/// The file with tau in G2.
pub const TAU: &str = "bn254_g2.dat";

/// Writes both files for circuits of up to 2^k gates.
pub fn write(folder: &Path, k: u32, seed: u64) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let srs = dev::unsafe_srs(k, seed).context("there are no parameters of this size")?;
    let mut file = BufWriter::new(File::create(folder.join("bn254_g1.dat"))?);
    for G1Affine { x, y } in srs.kzg().get_g() {
        file.write_all(&bytes(x))?;
        file.write_all(&bytes(y))?;
    }
    file.flush()?;
    fs::write(folder.join(TAU), tau(&srs))?;
    Ok(())
}

/// In the order of contracts: the imaginary part first.
fn tau(srs: &Srs) -> Vec<u8> {
    let tau = srs.provenance().tau_g2();
    let parts = [tau.x.c1, tau.x.c0, tau.y.c1, tau.y.c0];
    parts.iter().flat_map(bytes).collect()
}

fn bytes(coordinate: &Fq) -> [u8; 32] {
    let mut bytes = coordinate.to_bytes();
    bytes.reverse();
    bytes
}
