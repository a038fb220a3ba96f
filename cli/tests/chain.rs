//! A captured chain, unpacked where a test can name its files.

use crate::run::Home;
use std::io::Read;
use tar::Archive;

const CHAINS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/chains");

/// Unpacks the simulated chain to the folder `chain` of `home`.
pub(crate) fn unpack(home: &Home) {
    unpack_as_chain(home, "sim-deneb-electra-fulu", "S");
}

/// Unpacks the chain of a running node with planned faults.
pub(crate) fn unpack_devnet(home: &Home) {
    unpack_as_chain(home, "devnet-electra-fulu", "A");
}

fn unpack_as_chain(home: &Home, name: &str, top: &str) {
    let packed = std::fs::File::open(format!("{CHAINS}/{name}.tar.zst")).unwrap();
    let mut bytes = Vec::new();
    ruzstd::decoding::StreamingDecoder::new(packed)
        .unwrap()
        .read_to_end(&mut bytes)
        .unwrap();
    let folder = home.path("unpacked");
    Archive::new(bytes.as_slice()).unpack(&folder).unwrap();
    std::fs::rename(folder.join(top), home.path("chain")).unwrap();
}

/// `vigil ledger build` of epochs 8 to 47 with the registry `trial/registry.json`.
pub(crate) const BUILD: [&str; 18] = [
    "ledger",
    "build",
    "--states",
    "chain/states",
    "--blocks",
    "chain/blocks",
    "--spec",
    "chain/spec.json",
    "--genesis",
    "chain/genesis.json",
    "--registry",
    "trial/registry.json",
    "--start-epoch",
    "8",
    "--epochs",
    "40",
    "--out",
    "8.ledger",
];
