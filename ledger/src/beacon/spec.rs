//! The chain's configuration: preset and fork schedule, from `spec.json` of the beacon API.

use super::preset::{Mainnet, Minimal, Preset};
use crate::chain::ChainError;
use serde_json::{Map, Value};
use std::fmt;
use typenum::Unsigned as _;

/// The presets whose container sizes this crate knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresetName {
    /// 32 slots an epoch.
    Mainnet,
    /// 8 slots an epoch, for test chains.
    Minimal,
}

impl fmt::Display for PresetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mainnet => "mainnet",
            Self::Minimal => "minimal",
        })
    }
}

/// The forks whose containers this crate knows, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fork {
    /// Participation flags and sync committees.
    Altair,
    /// Execution payloads.
    Bellatrix,
    /// Withdrawals.
    Capella,
    /// Blobs.
    Deneb,
    /// Effective balances up to 2048 ETH.
    Electra,
    /// Proposers known an epoch ahead.
    Fulu,
}

impl Fork {
    const ALL: [Self; 6] = [
        Self::Altair,
        Self::Bellatrix,
        Self::Capella,
        Self::Deneb,
        Self::Electra,
        Self::Fulu,
    ];

    /// The fork of a name, as the `Eth-Consensus-Version` header has it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|fork| fork.name().eq_ignore_ascii_case(name))
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Altair => "altair",
            Self::Bellatrix => "bellatrix",
            Self::Capella => "capella",
            Self::Deneb => "deneb",
            Self::Electra => "electra",
            Self::Fulu => "fulu",
        }
    }
}

impl fmt::Display for Fork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A fork of the schedule.
#[derive(Clone, Debug)]
struct Scheduled {
    epoch: u64,
    name: String,
    /// `None` for a fork that this crate does not know.
    known: Option<(Fork, [u8; 4])>,
}

/// Preset and fork schedule of a chain.
#[derive(Clone, Debug)]
pub struct Spec {
    preset: PresetName,
    schedule: Vec<Scheduled>,
}

const FORK_EPOCH: &str = "_FORK_EPOCH";

impl Spec {
    /// From the answer of `/eth/v1/config/spec`, with or without its `data` envelope.
    ///
    /// # Errors
    /// If it is not such an answer, names an unknown preset, or changes sizes of a known one.
    pub fn from_json(json: &[u8]) -> Result<Self, ChainError> {
        let fields = api_object("spec.json", json)?;
        let preset = match text(&fields, "PRESET_BASE")? {
            "mainnet" => PresetName::Mainnet,
            "minimal" => PresetName::Minimal,
            other => {
                return Err(ChainError::UnknownPreset {
                    got: other.to_owned(),
                });
            }
        };
        match preset {
            PresetName::Mainnet => check_sizes::<Mainnet>(&fields, preset)?,
            PresetName::Minimal => check_sizes::<Minimal>(&fields, preset)?,
        }
        let mut schedule = Vec::new();
        for key in fields.keys() {
            let Some(name) = key.strip_suffix(FORK_EPOCH) else {
                continue;
            };
            let known = match Fork::from_name(name) {
                Some(fork) => Some((fork, version(&fields, &format!("{name}_FORK_VERSION"))?)),
                None => None,
            };
            schedule.push(Scheduled {
                epoch: number(&fields, key)?,
                name: name.to_lowercase(),
                known,
            });
        }
        // Forks of the same epoch: the newest counts, and unknown ones are newer than known ones.
        schedule.sort_by_key(|fork| (fork.epoch, fork.known.is_none(), fork.known));
        Ok(Self { preset, schedule })
    }

    /// The preset.
    pub fn preset(&self) -> PresetName {
        self.preset
    }

    /// SLOTS_PER_EPOCH.
    pub fn slots_per_epoch(&self) -> u64 {
        match self.preset {
            PresetName::Mainnet => Mainnet::SLOTS_PER_EPOCH,
            PresetName::Minimal => Minimal::SLOTS_PER_EPOCH,
        }
    }

    pub(crate) fn shuffle_round_count(&self) -> u8 {
        match self.preset {
            PresetName::Mainnet => Mainnet::SHUFFLE_ROUND_COUNT,
            PresetName::Minimal => Minimal::SHUFFLE_ROUND_COUNT,
        }
    }

    pub(crate) fn target_committee_size(&self) -> u64 {
        match self.preset {
            PresetName::Mainnet => Mainnet::TARGET_COMMITTEE_SIZE,
            PresetName::Minimal => Minimal::TARGET_COMMITTEE_SIZE,
        }
    }

    pub(crate) fn max_committees_per_slot(&self) -> u64 {
        match self.preset {
            PresetName::Mainnet => <Mainnet as Preset>::MaxCommitteesPerSlot::U64,
            PresetName::Minimal => <Minimal as Preset>::MaxCommitteesPerSlot::U64,
        }
    }

    /// The epoch of a slot.
    pub fn epoch_of(&self, slot: u64) -> u64 {
        slot / self.slots_per_epoch()
    }

    /// First epoch with Altair's rules from its first slot on, if the schedule has Altair.
    pub fn altair_epoch(&self) -> Option<u64> {
        self.schedule
            .iter()
            .find(|fork| matches!(fork.known, Some((Fork::Altair, _))))
            .map(|fork| fork.epoch)
    }

    /// The fork in force at a slot, and its version.
    ///
    /// # Errors
    /// If that fork is none that this crate knows.
    pub fn fork_at(&self, slot: u64) -> Result<(Fork, [u8; 4]), ChainError> {
        let epoch = self.epoch_of(slot);
        let in_force = self.schedule.iter().rfind(|fork| fork.epoch <= epoch);
        match in_force {
            Some(Scheduled {
                known: Some(known), ..
            }) => Ok(*known),
            Some(Scheduled { name, .. }) => Err(ChainError::UnknownFork {
                fork: name.clone(),
                slot,
            }),
            None => Err(ChainError::UnknownFork {
                fork: "phase0".to_owned(),
                slot,
            }),
        }
    }
}

/// Sizes that a test network may have changed without saying so in PRESET_BASE.
fn check_sizes<P: Preset>(
    fields: &Map<String, Value>,
    preset: PresetName,
) -> Result<(), ChainError> {
    let sizes = [
        ("SLOTS_PER_EPOCH", P::SLOTS_PER_EPOCH),
        ("SHUFFLE_ROUND_COUNT", P::SHUFFLE_ROUND_COUNT.into()),
        ("TARGET_COMMITTEE_SIZE", P::TARGET_COMMITTEE_SIZE),
        ("SLOTS_PER_HISTORICAL_ROOT", P::SlotsPerHistoricalRoot::U64),
        (
            "EPOCHS_PER_HISTORICAL_VECTOR",
            P::EpochsPerHistoricalVector::U64,
        ),
        (
            "EPOCHS_PER_SLASHINGS_VECTOR",
            P::EpochsPerSlashingsVector::U64,
        ),
        ("SYNC_COMMITTEE_SIZE", P::SyncCommitteeSize::U64),
        ("MAX_COMMITTEES_PER_SLOT", P::MaxCommitteesPerSlot::U64),
    ];
    for (name, expected) in sizes {
        let got = number(fields, name)?;
        if got != expected {
            return Err(ChainError::PresetSize {
                name,
                preset,
                expected,
                got,
            });
        }
    }
    Ok(())
}

/// The object in an answer of the beacon API, with or without its `data` envelope.
pub(crate) fn api_object(
    file: &'static str,
    json: &[u8],
) -> Result<Map<String, Value>, ChainError> {
    let bad = |detail: String| ChainError::Json { file, detail };
    let value: Value = serde_json::from_slice(json).map_err(|e| bad(e.to_string()))?;
    let Value::Object(mut outer) = value else {
        return Err(bad("not an object".to_owned()));
    };
    match outer.remove("data") {
        Some(Value::Object(data)) => Ok(data),
        Some(_) => Err(bad("`data` is not an object".to_owned())),
        None => Ok(outer),
    }
}

fn text<'a>(fields: &'a Map<String, Value>, key: &str) -> Result<&'a str, ChainError> {
    fields
        .get(key)
        .and_then(Value::as_str)
        .ok_or_else(|| ChainError::Json {
            file: "spec.json",
            detail: format!("{key} is missing or no string"),
        })
}

fn number(fields: &Map<String, Value>, key: &str) -> Result<u64, ChainError> {
    text(fields, key)?.parse().map_err(|_| ChainError::Json {
        file: "spec.json",
        detail: format!("{key} is no 64-bit number"),
    })
}

fn version(fields: &Map<String, Value>, key: &str) -> Result<[u8; 4], ChainError> {
    hex_bytes(text(fields, key)?).ok_or_else(|| ChainError::Json {
        file: "spec.json",
        detail: format!("{key} is not 0x and 8 hex digits"),
    })
}

/// `0x` and the hex digits of N bytes.
pub(crate) fn hex_bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text.strip_prefix("0x")?, &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(preset: &str, extra: &str) -> Result<Spec, ChainError> {
        let json = format!(
            r#"{{"data":{{"PRESET_BASE":"{preset}","SLOTS_PER_EPOCH":"8","SHUFFLE_ROUND_COUNT":"10","TARGET_COMMITTEE_SIZE":"4",
            "SLOTS_PER_HISTORICAL_ROOT":"64","EPOCHS_PER_HISTORICAL_VECTOR":"64",
            "EPOCHS_PER_SLASHINGS_VECTOR":"64","SYNC_COMMITTEE_SIZE":"32","MAX_COMMITTEES_PER_SLOT":"4",
            "ALTAIR_FORK_EPOCH":"2","ALTAIR_FORK_VERSION":"0x01000001",
            "DENEB_FORK_EPOCH":"5","DENEB_FORK_VERSION":"0x04000001"{extra}}}}}"#
        );
        Spec::from_json(json.as_bytes())
    }

    #[test]
    fn the_schedule_decides_the_fork_of_a_slot() {
        let spec = spec("minimal", r#","GLOAS_FORK_EPOCH":"9""#).unwrap();
        assert!(
            matches!(spec.fork_at(15), Err(ChainError::UnknownFork { fork, .. }) if fork == "phase0")
        );
        assert_eq!(spec.fork_at(16).unwrap(), (Fork::Altair, [1, 0, 0, 1]));
        assert_eq!(spec.fork_at(39).unwrap().0, Fork::Altair);
        assert_eq!(spec.fork_at(71).unwrap().0, Fork::Deneb);
        assert!(
            matches!(spec.fork_at(72), Err(ChainError::UnknownFork { fork, slot: 72 }) if fork == "gloas")
        );
    }

    #[test]
    fn sizes_of_another_preset_are_refused() {
        assert!(matches!(
            spec("mainnet", "").unwrap_err(),
            ChainError::PresetSize {
                name: "SLOTS_PER_EPOCH",
                expected: 32,
                got: 8,
                ..
            }
        ));
        assert!(
            matches!(spec("gnosis", "").unwrap_err(), ChainError::UnknownPreset { got } if got == "gnosis")
        );
    }
}
