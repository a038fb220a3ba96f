//! The captured chains, unpacked in memory.

use std::collections::BTreeMap;
use std::io::Read as _;
use vigil_ledger::chain::{Chain, ChainBuilder, ChainError};

pub(crate) const DEVNET: &str = "devnet-electra-fulu";
pub(crate) const SIM: &str = "sim-deneb-electra-fulu";
pub(crate) const MAINNET_PRESET: &str = "sim-mainnet-preset";

/// All files of an archive by their path below its top folder.
#[derive(Clone)]
pub(crate) struct Capture {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

pub(crate) fn archive(name: &str) -> Vec<u8> {
    let path = format!(
        "{}/../data/chains/{name}.tar.zst",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read(path).unwrap()
}

impl Capture {
    pub(crate) fn open(name: &str) -> Self {
        Self::unpack(&archive(name))
    }

    pub(crate) fn unpack(packed: &[u8]) -> Self {
        let decoder = ruzstd::decoding::StreamingDecoder::new(packed).unwrap();
        let mut files = BTreeMap::new();
        for entry in tar::Archive::new(decoder).entries().unwrap() {
            let mut entry = entry.unwrap();
            if entry.header().entry_type().is_file() {
                let path = entry.path().unwrap().to_str().unwrap().to_owned();
                let (_, below) = path.split_once('/').unwrap();
                let mut data = Vec::new();
                entry.read_to_end(&mut data).unwrap();
                files.insert(below.to_owned(), data);
            }
        }
        Self { files }
    }

    pub(crate) fn builder(&self) -> Result<ChainBuilder, ChainError> {
        Chain::builder(&self.files["spec.json"], &self.files["genesis.json"])
    }

    pub(crate) fn chain(&self) -> Result<Chain, ChainError> {
        self.filled_builder()?.finish()
    }

    pub(crate) fn filled_builder(&self) -> Result<ChainBuilder, ChainError> {
        let mut builder = self.builder()?;
        for (path, data) in self.files.iter().filter(|(path, _)| path.ends_with(".ssz")) {
            if path.starts_with("states/") {
                builder.add_state(path, data)?;
            } else {
                builder.add_block(path, data)?;
            }
        }
        Ok(builder)
    }
}
