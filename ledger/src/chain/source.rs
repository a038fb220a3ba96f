//! Where beacon data come from: a folder, or a packed archive of one.
//!
//! Both hold `spec.json`, `genesis.json`, `states/*.ssz`, `blocks/*.ssz` and, if there are any,
//! `blocks/orphans/*.ssz`; other files are left alone.

use super::{Chain, ChainBuilder, ChainError};
use crate::beacon::Root;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

const MAX_JSON: u64 = 1 << 20;
/// A mainnet block is below 10 MiB (MAX_PAYLOAD_SIZE), with some room.
const MAX_BLOCK: u64 = 1 << 24;
/// A mainnet state of two million validators has about 350 MB.
const MAX_STATE: u64 = 1 << 30;
/// An archive is held in memory while it is read.
const MAX_ARCHIVE: u64 = 1 << 30;

impl Chain {
    /// Reads a folder.
    ///
    /// # Errors
    /// If a file cannot be read, or as [`ChainBuilder`] says.
    pub fn load(folder: &Path) -> Result<Self, ChainError> {
        let file = |name: &str| folder.join(name);
        Self::load_parts(
            &file("spec.json"),
            &file("genesis.json"),
            &file("states"),
            &file("blocks"),
        )
    }

    /// Reads the same from places of one's own; orphaned blocks may lie in `orphans` below `blocks`.
    ///
    /// # Errors
    /// As [`Chain::load`].
    pub fn load_parts(
        spec: &Path,
        genesis: &Path,
        states: &Path,
        blocks: &Path,
    ) -> Result<Self, ChainError> {
        let spec = read_file(spec, MAX_JSON)?;
        let genesis = read_file(genesis, MAX_JSON)?;
        let mut builder = Self::builder(&spec, &genesis)?;
        builder.add_folder(blocks, Kind::Block)?;
        let orphans = blocks.join("orphans");
        if orphans.is_dir() {
            builder.add_folder(&orphans, Kind::Block)?;
        }
        builder.add_folder(states, Kind::State)?;
        builder.finish()
    }

    /// Reads such a folder packed with tar and zstd.
    ///
    /// # Errors
    /// If the archive is damaged, or as [`ChainBuilder`] says.
    pub fn from_archive(bytes: &[u8]) -> Result<Self, ChainError> {
        let (mut spec, mut genesis, mut content) = (None, None, Vec::new());
        unpack(bytes, |path, data| match Kind::of(path) {
            Some(Kind::Spec) => spec = Some(data),
            Some(Kind::Genesis) => genesis = Some(data),
            Some(kind) => content.push((kind, path.display().to_string(), data)),
            None => {}
        })?;
        let spec = spec.ok_or(ChainError::MissingFile { file: "spec.json" })?;
        let genesis = genesis.ok_or(ChainError::MissingFile {
            file: "genesis.json",
        })?;
        let mut builder = Self::builder(&spec, &genesis)?;
        for (kind, file, data) in content {
            builder.add(kind, &file, &data)?;
        }
        builder.finish()
    }
}

impl ChainBuilder {
    fn add(&mut self, kind: Kind, file: &str, data: &[u8]) -> Result<(), ChainError> {
        match kind {
            Kind::State => self.add_state(file, data),
            Kind::Block => self.add_block(file, data),
            Kind::Spec | Kind::Genesis => Ok(()),
        }
    }

    fn add_folder(&mut self, folder: &Path, kind: Kind) -> Result<(), ChainError> {
        let io_error = |source| ChainError::Io {
            path: folder.to_owned(),
            source,
        };
        let mut paths = std::fs::read_dir(folder)
            .map_err(io_error)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<Vec<PathBuf>>>()
            .map_err(io_error)?;
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "ssz"));
        paths.sort();
        for path in paths {
            let data = read_file(&path, kind.limit())?;
            self.add(kind, &path.display().to_string(), &data)?;
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Spec,
    Genesis,
    State,
    Block,
}

impl Kind {
    /// By the place in an archive; what a state or block is says its content alone.
    fn of(path: &Path) -> Option<Self> {
        // The first part is the folder that was packed.
        let parts: Vec<&str> = path
            .components()
            .skip(1)
            .map(|part| match part {
                Component::Normal(name) => name.to_str(),
                _ => None,
            })
            .collect::<Option<_>>()?;
        match parts.as_slice() {
            ["spec.json"] => Some(Self::Spec),
            ["genesis.json"] => Some(Self::Genesis),
            ["states", name] if name.ends_with(".ssz") => Some(Self::State),
            ["blocks", name] | ["blocks", "orphans", name] if name.ends_with(".ssz") => {
                Some(Self::Block)
            }
            _ => None,
        }
    }

    fn limit(self) -> u64 {
        match self {
            Self::Spec | Self::Genesis => MAX_JSON,
            Self::State => MAX_STATE,
            Self::Block => MAX_BLOCK,
        }
    }
}

type Decoder<'a> = StreamingDecoder<&'a [u8], FrameDecoder>;

fn unpack(bytes: &[u8], mut each: impl FnMut(&Path, Vec<u8>)) -> Result<(), ChainError> {
    let damaged = |detail: String| ChainError::Archive { detail };
    let decoder = StreamingDecoder::new(bytes).map_err(|e| damaged(e.to_string()))?;
    // One byte more than allowed, so that reaching the limit shows.
    let mut archive = tar::Archive::new(decoder.take(MAX_ARCHIVE + 1));
    let mut total = 0;
    for entry in archive.entries().map_err(|e| damaged(e.to_string()))? {
        let mut entry = entry.map_err(|e| damaged(e.to_string()))?;
        let path = entry
            .path()
            .map_err(|e| damaged(e.to_string()))?
            .into_owned();
        let Some(kind) = Kind::of(&path) else {
            continue;
        };
        let file = path.display().to_string();
        total += entry.size();
        if entry.size() > kind.limit() {
            return Err(ChainError::TooLarge {
                file,
                limit: kind.limit(),
            });
        }
        if total > MAX_ARCHIVE {
            return Err(ChainError::TooLarge {
                file: "the archive".to_owned(),
                limit: MAX_ARCHIVE,
            });
        }
        let size = entry.size();
        let mut data = Vec::new();
        entry
            .read_to_end(&mut data)
            .map_err(|e| damaged(e.to_string()))?;
        if data.len() as u64 != size {
            return Err(damaged(format!(
                "{file} has {} of its {size} bytes",
                data.len()
            )));
        }
        each(&path, data);
    }
    check_whole(archive.into_inner())
}

/// The decoder computes the checksum of what it unpacked, but leaves comparing it to others.
fn check_whole(mut unpacked: io::Take<Decoder<'_>>) -> Result<(), ChainError> {
    let damaged = |detail: String| ChainError::Archive { detail };
    io::copy(&mut unpacked, &mut io::sink()).map_err(|e| damaged(e.to_string()))?;
    if unpacked.limit() == 0 {
        return Err(ChainError::TooLarge {
            file: "the archive".to_owned(),
            limit: MAX_ARCHIVE,
        });
    }
    let (left, frame) = unpacked.into_inner().into_parts();
    if !left.is_empty() {
        return Err(damaged(format!("{} bytes follow its end", left.len())));
    }
    let (expected, got) = (
        frame.get_checksum_from_data(),
        frame.get_calculated_checksum(),
    );
    if expected.is_some() && expected != got {
        return Err(damaged(
            "its checksum is not that of its content".to_owned(),
        ));
    }
    Ok(())
}

fn read_file(path: &Path, limit: u64) -> Result<Vec<u8>, ChainError> {
    let io_error = |source| ChainError::Io {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(io_error)?;
    let mut data = Vec::new();
    file.take(limit + 1)
        .read_to_end(&mut data)
        .map_err(io_error)?;
    if data.len() as u64 > limit {
        return Err(ChainError::TooLarge {
            file: path.display().to_string(),
            limit,
        });
    }
    Ok(data)
}

/// From the answer of `/eth/v1/beacon/genesis`.
///
/// # Errors
/// If it is not such an answer.
pub fn genesis_validators_root(json: &[u8]) -> Result<Root, ChainError> {
    use crate::beacon::spec::{api_object, hex_bytes};
    api_object("genesis.json", json)?
        .get("genesis_validators_root")
        .and_then(|root| root.as_str())
        .and_then(hex_bytes)
        .ok_or_else(|| ChainError::Json {
            file: "genesis.json",
            detail: "genesis_validators_root is not 0x and 64 hex digits".to_owned(),
        })
}
