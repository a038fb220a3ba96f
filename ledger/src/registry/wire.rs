//! The registry's JSON.

use super::{Registry, RegistryEntry, RegistryError};
use serde::{Deserialize, Serialize};
use vigil_circuits::Fr;
use vigil_circuits::identity::{fr_from_be_bytes, fr_to_be_bytes};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: Format,
    unsigned: bool,
    chain_id: u64,
    pool: String,
    batch: u64,
    entries: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
enum Format {
    #[serde(rename = "vigil.registry.v1")]
    V1,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    index: u64,
    pubkey: String,
    tag: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    signature: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    membership: String,
}

fn encode(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

fn decode(text: &str) -> Option<Vec<u8>> {
    hex::decode(text.strip_prefix("0x")?).ok()
}

fn decode_array<const N: usize>(text: &str) -> Option<[u8; N]> {
    decode(text)?.try_into().ok()
}

impl Registry {
    /// As JSON.
    pub fn to_json(&self) -> String {
        let optional = |bytes: &Vec<u8>| match bytes.is_empty() {
            true => String::new(),
            false => encode(bytes),
        };
        let entries = self.entries.iter().map(|entry| Entry {
            index: entry.index,
            pubkey: encode(&entry.pubkey),
            tag: encode(&fr_to_be_bytes(entry.tag)),
            signature: optional(&entry.signature),
            membership: optional(&entry.membership),
        });
        let file = File {
            format: Format::V1,
            unsigned: self.unsigned,
            chain_id: self.chain_id,
            pool: encode(&self.pool),
            batch: self.batch,
            entries: entries.collect(),
        };
        serde_json::to_string_pretty(&file).expect("plain data has a JSON form")
    }

    /// From JSON; entries are checked for order, not for signatures.
    pub fn from_json(text: &[u8]) -> Result<Self, RegistryError> {
        let file: File = serde_json::from_slice(text).map_err(RegistryError::Format)?;
        let pool = decode_array(&file.pool).ok_or(RegistryError::Pool)?;
        let entries = file
            .entries
            .into_iter()
            .map(entry)
            .collect::<Result<_, _>>()?;
        let registry = Self {
            chain_id: file.chain_id,
            pool,
            batch: file.batch,
            unsigned: file.unsigned,
            entries,
        };
        registry.check_order()?;
        Ok(registry)
    }
}

fn entry(entry: Entry) -> Result<RegistryEntry, RegistryError> {
    let index = entry.index;
    let field = |field, expected| RegistryError::Field {
        index,
        field,
        expected,
    };
    let tag: Option<Fr> = decode_array(&entry.tag).and_then(|bytes| fr_from_be_bytes(&bytes));
    let bytes = |text: &str, name| match text {
        "" => Ok(Vec::new()),
        text => decode(text).ok_or(field(name, "hex with 0x")),
    };
    Ok(RegistryEntry {
        index,
        pubkey: decode_array(&entry.pubkey).ok_or(field("pubkey", "48 bytes in hex"))?,
        tag: tag.ok_or(field("tag", "a field element of 32 bytes in hex"))?,
        signature: bytes(&entry.signature, "signature")?,
        membership: bytes(&entry.membership, "membership")?,
    })
}
