//! The JSON of registries, registrations and operators' lists.

use super::{
    Batch, BeaconChain, Operator, Operators, PoolSetting, Registration, Registry, RegistryEntry,
    RegistryError,
};
use crate::beacon::spec::hex_bytes;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use vigil_circuits::Fr;
use vigil_circuits::identity::{Address, fr_from_be_bytes, fr_to_be_bytes};

/// Longest membership proof, the bytes of its file; real ones have about 2 KiB.
const MAX_MEMBERSHIP_BYTES: usize = 1 << 12;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RegistryJson {
    format: RegistryFormat,
    unsigned: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    beacon: Option<BeaconJson>,
    chain_id: u64,
    pool: String,
    batches: Vec<BatchJson>,
    entries: Vec<EntryJson>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RegistrationJson {
    format: RegistrationFormat,
    beacon: BeaconJson,
    chain_id: u64,
    pool: String,
    batch: BatchJson,
    validator: EntryJson,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OperatorsJson {
    format: OperatorsFormat,
    beacon: BeaconJson,
    chain_id: u64,
    pool: String,
    operators: Vec<OperatorJson>,
}

#[derive(Serialize, Deserialize)]
enum RegistryFormat {
    #[serde(rename = "vigil.registry.v1")]
    V1,
}

#[derive(Serialize, Deserialize)]
enum RegistrationFormat {
    #[serde(rename = "vigil.registration.v1")]
    V1,
}

#[derive(Serialize, Deserialize)]
enum OperatorsFormat {
    #[serde(rename = "vigil.operators.v1")]
    V1,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BeaconJson {
    genesis_validators_root: String,
    genesis_fork_version: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BatchJson {
    number: u64,
    operators: u32,
    operators_root: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OperatorJson {
    operator_id: String,
    owner: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryJson {
    batch: u64,
    index: u64,
    pubkey: String,
    tag: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    signature: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    membership: String,
}

impl Registry {
    /// As JSON.
    pub fn to_json(&self) -> String {
        print(&RegistryJson {
            format: RegistryFormat::V1,
            unsigned: self.unsigned,
            beacon: self.beacon.as_ref().map(BeaconJson::from),
            chain_id: self.chain_id,
            pool: encode(&self.pool),
            batches: self.batches.iter().map(BatchJson::from).collect(),
            entries: self.entries.iter().map(EntryJson::from).collect(),
        })
    }

    /// From JSON. What [`Registry::check`] asks holds; who vouches for it is not asked.
    pub fn from_json(text: &[u8]) -> Result<Self, RegistryError> {
        let json: RegistryJson = parse("vigil.registry.v1", text)?;
        let registry = Self {
            beacon: json.beacon.map(TryInto::try_into).transpose()?,
            chain_id: json.chain_id,
            pool: address("pool", &json.pool)?,
            unsigned: json.unsigned,
            batches: all(json.batches)?,
            entries: all(json.entries)?,
        };
        registry.check()?;
        Ok(registry)
    }
}

impl Registration {
    /// As JSON.
    pub fn to_json(&self) -> String {
        print(&RegistrationJson {
            format: RegistrationFormat::V1,
            beacon: (&self.setting.beacon).into(),
            chain_id: self.setting.chain_id,
            pool: encode(&self.setting.pool),
            batch: (&self.batch).into(),
            validator: (&self.entry).into(),
        })
    }

    /// From JSON; nothing is verified yet.
    pub fn from_json(text: &[u8]) -> Result<Self, RegistryError> {
        let json: RegistrationJson = parse("vigil.registration.v1", text)?;
        Ok(Self {
            setting: setting(json.beacon, json.chain_id, &json.pool)?,
            batch: json.batch.try_into()?,
            entry: json.validator.try_into()?,
        })
    }
}

impl Operators {
    /// As JSON.
    pub fn to_json(&self) -> String {
        let operators = self.list().iter().map(|operator| OperatorJson {
            operator_id: encode(&fr_to_be_bytes(operator.id)),
            owner: encode(&operator.owner),
        });
        print(&OperatorsJson {
            format: OperatorsFormat::V1,
            beacon: (&self.setting.beacon).into(),
            chain_id: self.setting.chain_id,
            pool: encode(&self.setting.pool),
            operators: operators.collect(),
        })
    }

    /// From JSON.
    pub fn from_json(text: &[u8]) -> Result<Self, RegistryError> {
        let json: OperatorsJson = parse("vigil.operators.v1", text)?;
        let setting = setting(json.beacon, json.chain_id, &json.pool)?;
        Self::new(setting, all(json.operators)?)
    }
}

fn print(json: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(json).expect("plain data has a JSON form");
    text.push('\n');
    text
}

fn parse<T: DeserializeOwned>(format: &'static str, text: &[u8]) -> Result<T, RegistryError> {
    serde_json::from_slice(text).map_err(|source| RegistryError::Format { format, source })
}

fn all<J, T: TryFrom<J>>(json: Vec<J>) -> Result<Vec<T>, T::Error> {
    json.into_iter().map(T::try_from).collect()
}

fn encode(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

fn header<T>(
    field: &'static str,
    expected: &'static str,
    value: Option<T>,
) -> Result<T, RegistryError> {
    value.ok_or(RegistryError::Header { field, expected })
}

fn address(field: &'static str, text: &str) -> Result<Address, RegistryError> {
    header(field, "0x and 40 hex digits", hex_bytes(text))
}

fn element(text: &str) -> Option<Fr> {
    hex_bytes(text).and_then(|bytes| fr_from_be_bytes(&bytes))
}

fn setting(beacon: BeaconJson, chain_id: u64, pool: &str) -> Result<PoolSetting, RegistryError> {
    Ok(PoolSetting {
        beacon: beacon.try_into()?,
        chain_id,
        pool: address("pool", pool)?,
    })
}

impl From<&BeaconChain> for BeaconJson {
    fn from(beacon: &BeaconChain) -> Self {
        Self {
            genesis_validators_root: encode(&beacon.genesis_validators_root),
            genesis_fork_version: encode(&beacon.genesis_fork_version),
        }
    }
}

impl TryFrom<BeaconJson> for BeaconChain {
    type Error = RegistryError;

    fn try_from(json: BeaconJson) -> Result<Self, RegistryError> {
        let root = hex_bytes(&json.genesis_validators_root);
        let version = hex_bytes(&json.genesis_fork_version);
        Ok(Self {
            genesis_validators_root: header(
                "genesis_validators_root",
                "0x and 64 hex digits",
                root,
            )?,
            genesis_fork_version: header("genesis_fork_version", "0x and 8 hex digits", version)?,
        })
    }
}

impl From<&Batch> for BatchJson {
    fn from(batch: &Batch) -> Self {
        Self {
            number: batch.number,
            operators: batch.operators,
            operators_root: encode(&fr_to_be_bytes(batch.operators_root)),
        }
    }
}

impl TryFrom<BatchJson> for Batch {
    type Error = RegistryError;

    fn try_from(json: BatchJson) -> Result<Self, RegistryError> {
        let root = element(&json.operators_root);
        Ok(Self {
            number: json.number,
            operators: json.operators,
            operators_root: header("operators_root", "a field element of 32 bytes in hex", root)?,
        })
    }
}

impl TryFrom<OperatorJson> for Operator {
    type Error = RegistryError;

    fn try_from(json: OperatorJson) -> Result<Self, RegistryError> {
        let id = element(&json.operator_id);
        Ok(Self {
            id: header("operator_id", "a field element of 32 bytes in hex", id)?,
            owner: address("owner", &json.owner)?,
        })
    }
}

impl From<&RegistryEntry> for EntryJson {
    fn from(entry: &RegistryEntry) -> Self {
        let optional = |bytes: &Vec<u8>| match bytes.is_empty() {
            true => String::new(),
            false => encode(bytes),
        };
        Self {
            batch: entry.batch,
            index: entry.index,
            pubkey: encode(&entry.pubkey),
            tag: encode(&fr_to_be_bytes(entry.tag)),
            signature: optional(&entry.signature),
            membership: optional(&entry.membership),
        }
    }
}

impl TryFrom<EntryJson> for RegistryEntry {
    type Error = RegistryError;

    fn try_from(json: EntryJson) -> Result<Self, RegistryError> {
        let index = json.index;
        let field = |field, expected| RegistryError::Field {
            index,
            field,
            expected,
        };
        let pubkey = hex_bytes(&json.pubkey);
        let tag = element(&json.tag);
        let signature = match json.signature.as_str() {
            "" => Some(Vec::new()),
            text => hex_bytes::<96>(text).map(Vec::from),
        };
        let membership = match json.membership.as_str() {
            "" => Some(Vec::new()),
            text if text.len() > 2 + 2 * MAX_MEMBERSHIP_BYTES => None,
            text => text
                .strip_prefix("0x")
                .and_then(|digits| hex::decode(digits).ok()),
        };
        Ok(Self {
            batch: json.batch,
            index,
            pubkey: pubkey.ok_or(field("pubkey", "48 bytes in hex"))?,
            tag: tag.ok_or(field("tag", "a field element of 32 bytes in hex"))?,
            signature: signature.ok_or(field("signature", "96 bytes in hex"))?,
            membership: membership.ok_or(field("membership", "at most 4096 bytes in hex"))?,
        })
    }
}
