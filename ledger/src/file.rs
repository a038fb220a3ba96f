//! The published ledger: rows, tags and what the root commits to, in one `.ledger` file.
//!
//! Little-endian, no padding:
//!
//! ```text
//! magic "vigil.ledger\0\0\0\x01" (16)   flags u8 (bit 0: unsigned registry)   words u8
//! genesis_validators_root (32)   registry_root (32)   start_epoch u64   epochs u32   N u32
//! N rows: index u64, first_active u16, active_epochs u16, effective_balance u16, slashed u8, run_in u16,
//!         proposals_due u16, proposals_missed u16, sync_due u32, sync_missed u32, tag (32),
//!         words times source, target, head (32 each)
//! ledger_root (32)
//! ```
//! Reading checks the length against N before anything is allocated, then every field, the order
//! and the root: a file that differs in one bit is an error. `first_active` only serves the export: it
//! says which epochs `active_epochs` counts.

mod read;
mod wire;

pub use read::LedgerFileError;

use sha2::{Digest, Sha256};
use std::io::Write;
use std::path::Path;
use vigil_circuits::Fr;
use vigil_circuits::header::{HeaderTotals, SignedHeader};
use vigil_circuits::identity::{fr_from_be_bytes_mod, fr_to_be_bytes};
use vigil_circuits::ledger::{LedgerHeader, LedgerRow, Words};
use vigil_circuits::statement::Thresholds;
use vigil_circuits::tree::{LEDGER_DEPTH, Path as TreePath, TooManyLeaves, Tree};

const MAGIC: &[u8; 16] = b"vigil.ledger\0\0\0\x01";
/// A row with what its leaf and its export need besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The row.
    pub row: LedgerRow,
    /// The validator's tag.
    pub tag: Fr,
    /// The first active epoch, counted from the period's first; the active ones follow it.
    pub first_active: u16,
}

/// A period's ledger.
#[derive(Clone, Debug)]
pub struct Ledger {
    genesis_validators_root: [u8; 32],
    unsigned_registry: bool,
    words: Words,
    header: LedgerHeader,
    entries: Vec<LedgerEntry>,
    tree: Tree,
}

/// What a ledger is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerPeriod {
    /// The chain's genesis_validators_root.
    pub genesis_validators_root: [u8; 32],
    /// Root of the registry version.
    pub registry_root: Fr,
    /// The registry is an unsigned draft.
    pub unsigned_registry: bool,
    /// First epoch.
    pub start_epoch: u64,
    /// Length in epochs, 1 to 6,300.
    pub epochs: u32,
}

impl Ledger {
    /// Puts rows together; they are sorted by index and have bitmaps of the period's words.
    pub fn new(period: LedgerPeriod, entries: Vec<LedgerEntry>) -> Result<Self, LedgerFileError> {
        let words = Words::for_epochs(period.epochs)
            .ok_or(LedgerFileError::Epochs { got: period.epochs })?;
        read::check_entries(&entries, words, period.epochs)?;
        let leaves = entries
            .iter()
            .map(|entry| entry.row.leaf(entry.tag))
            .collect();
        let tree = Tree::new(leaves, LEDGER_DEPTH)
            .map_err(|TooManyLeaves { leaves, .. }| LedgerFileError::TooMany { got: leaves })?;
        let header = LedgerHeader {
            tree_root: tree.root(),
            registry_root: period.registry_root,
            chain: fr_from_be_bytes_mod(&period.genesis_validators_root),
            start_epoch: period.start_epoch,
            epochs: period.epochs,
            registered: entries.len() as u32,
        };
        Ok(Self {
            genesis_validators_root: period.genesis_validators_root,
            unsigned_registry: period.unsigned_registry,
            words,
            header,
            entries,
            tree,
        })
    }

    /// What the root commits to.
    pub fn header(&self) -> &LedgerHeader {
        &self.header
    }

    /// The ledger root.
    pub fn root(&self) -> Fr {
        self.header.root()
    }

    /// Rows with their tags, by increasing index.
    pub fn entries(&self) -> &[LedgerEntry] {
        &self.entries
    }

    /// Words of a bitmap.
    pub fn words(&self) -> Words {
        self.words
    }

    /// Whether nobody vouches for the registry.
    pub fn unsigned_registry(&self) -> bool {
        self.unsigned_registry
    }

    /// The chain's genesis_validators_root.
    pub fn genesis_validators_root(&self) -> &[u8; 32] {
        &self.genesis_validators_root
    }

    /// Path of the entry at `position`.
    pub fn path(&self, position: usize) -> TreePath {
        self.tree.path(position)
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(read::file_bytes(self.entries.len(), self.words));
        let head = wire::Head {
            magic: *MAGIC,
            flags: self.unsigned_registry.into(),
            words: self.words.count() as u8,
            genesis_validators_root: self.genesis_validators_root,
            registry_root: fr_to_be_bytes(self.header.registry_root),
            start_epoch: self.header.start_epoch,
            epochs: self.header.epochs,
            rows: self.header.registered,
        };
        append(&mut bytes, &head);
        for entry in &self.entries {
            append(&mut bytes, &wire::Row::of(entry));
            for votes in &entry.row.words {
                append(&mut bytes, &wire::Word::of(votes));
            }
        }
        bytes.extend_from_slice(&fr_to_be_bytes(self.root()));
        bytes
    }

    /// The header that a quorum signs, for the thresholds in force and the network's performance.
    pub fn signed_header(&self, thresholds: &Thresholds, network_bps: u16) -> SignedHeader {
        let rows = self.entries.iter().map(|entry| &entry.row);
        let totals = HeaderTotals::of(rows, thresholds);
        SignedHeader::new(&self.header, totals, network_bps, self.file_hash())
    }

    /// SHA-256 of the file, which the quorum signs.
    pub fn file_hash(&self) -> [u8; 32] {
        Sha256::digest(self.to_bytes()).into()
    }

    /// Writes the file: after this call, or a crash in it, there is the old file or the new one.
    pub fn write(&self, path: &Path) -> Result<(), LedgerFileError> {
        let io = |source| LedgerFileError::Io {
            path: path.display().to_string(),
            source,
        };
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut builder = tempfile::Builder::new();
        // As all of Vigil's: what a killed process left behind may be deleted.
        builder.prefix(".vigil-tmp-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // A ledger is published; the crate's own 0600 is for secrets. The process's mask counts.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let mut file = builder.tempfile_in(folder).map_err(io)?;
        file.write_all(&self.to_bytes()).map_err(io)?;
        file.as_file().sync_all().map_err(io)?;
        file.persist(path).map_err(|error| io(error.error))?;
        // Windows cannot open folders, and journals renames anyway.
        if cfg!(unix) {
            let folder = std::fs::File::open(folder).map_err(io)?;
            folder.sync_all().map_err(io)?;
        }
        Ok(())
    }
}

/// Appends a struct of [`wire`].
fn append<T>(bytes: &mut Vec<u8>, part: &T)
where
    T: wincode::SchemaWrite<wincode::config::DefaultConfig, Src = T>,
{
    wincode::serialize_into(&mut *bytes, part).expect("a vector takes what has a fixed width");
}

#[cfg(test)]
mod tests;
