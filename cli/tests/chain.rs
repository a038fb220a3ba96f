//! A captured chain, unpacked where a test can name its files.

use crate::run::Home;
use std::io::Read;
use tar::Archive;

const ARCHIVE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../data/chains/sim-deneb-electra-fulu.tar.zst"
);

/// Unpacks the chain to the folder `chain` of `home`.
pub(crate) fn unpack(home: &Home) {
    let packed = std::fs::File::open(ARCHIVE).unwrap();
    let mut bytes = Vec::new();
    ruzstd::decoding::StreamingDecoder::new(packed)
        .unwrap()
        .read_to_end(&mut bytes)
        .unwrap();
    let folder = home.path("unpacked");
    Archive::new(bytes.as_slice()).unpack(&folder).unwrap();
    std::fs::rename(folder.join("S"), home.path("chain")).unwrap();
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
