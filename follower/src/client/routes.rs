//! The routes of the Beacon API that a follower needs.

use super::answer::Answer;
use super::json::{
    BlockHeader, Committee, Envelope, FinalityCheckpoints, IndexedValidator, ProposerDuty,
    SyncCommittee,
};
use super::transcode::altair_block;
use super::{NodeError, Nodes, Refusal};
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::collections::HashMap;
use vigil_ledger::beacon::{
    BlockFacts, Checkpoint, Root, Spec, StateFacts, ValidatorFacts, decode_block, decode_state,
};

/// A mainnet block is below 10 MiB (MAX_PAYLOAD_SIZE), with some room.
const MAX_BLOCK: u64 = 1 << 24;
/// A mainnet state of two million validators has about 350 MB.
const MAX_STATE: u64 = 1 << 30;
/// The committees of two million validators are 25 MB of JSON.
const MAX_COMMITTEES: u64 = 1 << 27;
/// Of one validator in a list; a record has about 450 bytes.
const MAX_VALIDATOR: u64 = 1 << 11;
/// The API allows no more in a URL.
const VALIDATORS_IN_A_URL: usize = 64;

/// A block's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The block's root.
    pub root: Root,
    /// Its slot.
    pub slot: u64,
}

/// A beacon committee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotCommittee {
    /// Its slot.
    pub slot: u64,
    /// Its number in the slot.
    pub index: u64,
    /// Validator indices.
    pub members: Vec<u64>,
}

/// Who proposes in an epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposerDuties {
    /// The block that decides it.
    pub dependent_root: Root,
    /// Validator indices, one a slot.
    pub proposers: Vec<u64>,
}

/// A validator, as a state has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValidatorRecord {
    /// Balance and epochs.
    pub facts: ValidatorFacts,
    /// Its public key.
    pub pubkey: [u8; 48],
}

impl Nodes {
    /// The chain's configuration, and which chain it is.
    ///
    /// # Errors
    /// If no node is fit, as for all routes.
    pub fn config(&mut self) -> Result<(Root, Vec<u8>), NodeError> {
        let question = self.small("/eth/v1/config/spec");
        let json = self.ask(question, |answer| {
            Spec::from_json(&answer.body)
                .map(|_| answer.body.clone())
                .map_err(|error| Refusal::undecodable(&error))
        })?;
        // A node that answered was fit, and fit nodes have said their chain.
        Ok((self.chain().unwrap_or_default(), json))
    }

    /// The finalised checkpoint, as of the head.
    ///
    /// # Errors
    /// As [`Nodes::config`].
    pub fn finalized(&mut self) -> Result<Checkpoint, NodeError> {
        let question = self.small("/eth/v1/beacon/states/head/finality_checkpoints");
        let checkpoints: FinalityCheckpoints = self.ask(question, verified)?;
        Ok(Checkpoint {
            epoch: checkpoints.finalized.epoch.0,
            root: checkpoints.finalized.root.0,
        })
    }

    /// The header of a block by slot, root, or name (`head`, `genesis`); `None` if the slot is empty or
    /// the node does not know the block.
    ///
    /// # Errors
    /// As [`Nodes::config`].
    pub fn header(&mut self, id: &str) -> Result<Option<Header>, NodeError> {
        let route = format!("/eth/v1/beacon/headers/{id}");
        let found = self.ask(self.small(&route), |answer| {
            let block: BlockHeader = verified(answer)?;
            Ok(Header {
                root: block.root.0,
                slot: block.header.message.slot.0,
            })
        });
        match found {
            Err(error) if matches!(error.refusal(), Refusal::NotFound) => Ok(None),
            found => found.map(Some),
        }
    }

    /// The block of a root: what does not hash to it is refused.
    ///
    /// # Errors
    /// As [`Nodes::config`], and if it is not that block.
    pub fn block(&mut self, spec: &Spec, root: Root) -> Result<BlockFacts, NodeError> {
        let route = format!("/eth/v2/beacon/blocks/0x{}", hex::encode(root));
        let mut question = self.small(&route);
        (question.ssz, question.limit) = (true, MAX_BLOCK);
        self.ask(question, |answer| {
            let ssz = block_ssz(answer)?;
            let block = decode_block(spec, "the block", &ssz)
                .map_err(|error| Refusal::undecodable(&error))?;
            answer.check_fork(spec, block.slot)?;
            if block.root == root {
                Ok(block)
            } else {
                Err(Refusal::malformed(format!(
                    "it is block {}",
                    hex::encode(block.root)
                )))
            }
        })
    }

    /// The state of the canonical chain at a slot, reduced.
    ///
    /// # Errors
    /// As [`Nodes::config`], and if it is not a state at that slot of the chain.
    pub fn state(&mut self, spec: &Spec, slot: u64) -> Result<StateFacts, NodeError> {
        let route = format!("/eth/v2/debug/beacon/states/{}", state_id(slot));
        let mut question = self.small(&route);
        (question.ssz, question.limit) = (true, MAX_STATE);
        question.timeout = self.options.state_timeout;
        let chain = self.chain();
        self.ask(question, |answer| {
            let state = decode_state(spec, "the state", answer.ssz()?)
                .map_err(|error| Refusal::undecodable(&error))?;
            answer.check_fork(spec, state.slot)?;
            match chain {
                Some(expected) if expected != state.genesis_validators_root => {
                    return Err(Refusal::WrongChain {
                        expected: hex::encode(expected),
                        got: hex::encode(state.genesis_validators_root),
                    });
                }
                _ => {}
            }
            if state.slot == slot {
                Ok(state)
            } else {
                Err(Refusal::malformed(format!("it is of slot {}", state.slot)))
            }
        })
    }

    /// All committees of an epoch, by the state at a slot, by slot and index.
    ///
    /// # Errors
    /// As [`Nodes::config`], and if they are not all committees of the epoch.
    pub fn committees(
        &mut self,
        spec: &Spec,
        slot: u64,
        epoch: u64,
    ) -> Result<Vec<SlotCommittee>, NodeError> {
        let route = format!(
            "/eth/v1/beacon/states/{}/committees?epoch={epoch}",
            state_id(slot)
        );
        let mut question = self.small(&route);
        question.limit = MAX_COMMITTEES;
        self.ask(question, |answer| {
            let committees: Vec<Committee> = verified(answer)?;
            let committees = committees
                .into_iter()
                .map(|committee| SlotCommittee {
                    slot: committee.slot.0,
                    index: committee.index.0,
                    members: committee.validators.iter().map(|index| index.0).collect(),
                })
                .collect();
            in_order(committees, spec, epoch).ok_or_else(|| {
                Refusal::malformed("its committees are not all committees of the epoch")
            })
        })
    }

    /// The sync committee of an epoch, by the state at a slot: validator indices, one a seat.
    ///
    /// # Errors
    /// As [`Nodes::config`].
    pub fn sync_committee(&mut self, slot: u64, epoch: u64) -> Result<Vec<u64>, NodeError> {
        let route = format!(
            "/eth/v1/beacon/states/{}/sync_committees?epoch={epoch}",
            state_id(slot)
        );
        let committee: SyncCommittee = self.ask(self.small(&route), verified)?;
        Ok(committee.validators.iter().map(|index| index.0).collect())
    }

    /// Who proposes in an epoch.
    ///
    /// # Errors
    /// As [`Nodes::config`]. Many nodes know the present and the next epoch only.
    pub fn proposers(&mut self, spec: &Spec, epoch: u64) -> Result<ProposerDuties, NodeError> {
        let route = format!("/eth/v1/validator/duties/proposer/{epoch}");
        let slots_per_epoch = spec.slots_per_epoch();
        self.ask(self.small(&route), |answer| {
            let answer: Envelope<Vec<ProposerDuty>> = answer.json()?;
            if answer.execution_optimistic {
                return Err(Refusal::Optimistic);
            }
            let mut duties = answer.data;
            duties.sort_by_key(|duty| duty.slot.0);
            // Some nodes leave out slot 0, which nobody had to propose.
            if epoch == 0 && duties.first().is_some_and(|duty| duty.slot.0 == 1) {
                let nobody = ProposerDuty {
                    slot: duties[0].slot,
                    validator_index: duties[0].validator_index,
                };
                duties.insert(0, nobody);
                duties[0].slot.0 = 0;
            }
            let slots = (epoch * slots_per_epoch..).take(slots_per_epoch as usize);
            if !duties.iter().map(|duty| duty.slot.0).eq(slots) {
                return Err(Refusal::malformed(
                    "it has not one proposer for each slot of the epoch",
                ));
            }
            let dependent_root = answer
                .dependent_root
                .ok_or_else(|| Refusal::malformed("it has no dependent_root"))?;
            Ok(ProposerDuties {
                dependent_root: dependent_root.0,
                proposers: duties.iter().map(|duty| duty.validator_index.0).collect(),
            })
        })
    }

    /// Records of validators by the state at a slot; those that it does not know are left out.
    ///
    /// # Errors
    /// As [`Nodes::config`].
    pub fn validators(
        &mut self,
        slot: u64,
        indices: &[u64],
    ) -> Result<HashMap<u64, ValidatorRecord>, NodeError> {
        let route = format!("/eth/v1/beacon/states/{}/validators", state_id(slot));
        let ids: Vec<String> = indices.iter().map(u64::to_string).collect();
        let body = serde_json::json!({ "ids": ids }).to_string();
        let mut question = self.small(&route);
        question.post = Some(&body);
        question.limit += MAX_VALIDATOR * indices.len() as u64;
        match self.ask(question, records) {
            // Older nodes know the GET form only.
            Err(error)
                if matches!(
                    error.refusal(),
                    Refusal::NotFound
                        | Refusal::Status {
                            status: 405 | 415 | 501
                        }
                ) => {}
            result => return result,
        }
        let mut found = HashMap::new();
        for ids in ids.chunks(VALIDATORS_IN_A_URL) {
            let listed = format!("{route}?id={}", ids.join(","));
            let mut records_of = self.ask(self.small(&listed), records)?;
            if records_of.len() < ids.len() {
                // Nodes read lists in one of two ways, and take no notice of the other.
                let repeated = format!("{route}?id={}", ids.join("&id="));
                records_of.extend(self.ask(self.small(&repeated), records)?);
            }
            found.extend(records_of);
        }
        Ok(found)
    }
}

/// The committees of an epoch by slot and index, if each slot has the same number of them.
fn in_order(
    mut committees: Vec<SlotCommittee>,
    spec: &Spec,
    epoch: u64,
) -> Option<Vec<SlotCommittee>> {
    let slots_per_epoch = spec.slots_per_epoch();
    let first_slot = epoch.checked_mul(slots_per_epoch)?;
    let per_slot = committees.len() as u64 / slots_per_epoch;
    let mut is_whole = |transposed: bool| {
        if transposed {
            for committee in &mut committees {
                let slot = first_slot.saturating_add(committee.index);
                (committee.slot, committee.index) = (slot, committee.slot);
            }
        }
        committees.sort_by_key(|committee| (committee.slot, committee.index));
        let places = (first_slot..first_slot + slots_per_epoch)
            .flat_map(|slot| (0..per_slot).map(move |index| (slot, index)));
        per_slot > 0
            && places.eq(committees
                .iter()
                .map(|committee| (committee.slot, committee.index)))
    };
    // Lodestar 1.5 has the slot in the epoch as `index` and the committee's number as `slot`.
    (is_whole(false) || is_whole(true)).then_some(committees)
}

/// As the node has it, or from JSON.
fn block_ssz(answer: &Answer) -> Result<Cow<'_, [u8]>, Refusal> {
    if answer.is_json() {
        let block: serde_json::Value = verified(answer)?;
        return altair_block(&block).map(Cow::Owned);
    }
    answer.ssz().map(Cow::Borrowed)
}

fn records(answer: &Answer) -> Result<HashMap<u64, ValidatorRecord>, Refusal> {
    let validators: Vec<IndexedValidator> = verified(answer)?;
    let record = |validator: &IndexedValidator| ValidatorRecord {
        facts: validator.validator.facts(),
        pubkey: validator.validator.pubkey.0,
    };
    Ok(validators
        .iter()
        .map(|validator| (validator.index.0, record(validator)))
        .collect())
}

/// The content of an answer that is not optimistic.
pub(super) fn verified<T: DeserializeOwned>(answer: &Answer) -> Result<T, Refusal> {
    let envelope: Envelope<T> = answer.json()?;
    if envelope.execution_optimistic {
        return Err(Refusal::Optimistic);
    }
    Ok(envelope.data)
}

/// The genesis state goes by name: nodes keep it apart.
fn state_id(slot: u64) -> String {
    match slot {
        0 => "genesis".to_owned(),
        slot => slot.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> Spec {
        let sizes = [
            ("SLOTS_PER_EPOCH", 8),
            ("SHUFFLE_ROUND_COUNT", 10),
            ("TARGET_COMMITTEE_SIZE", 4),
            ("SLOTS_PER_HISTORICAL_ROOT", 64),
            ("EPOCHS_PER_HISTORICAL_VECTOR", 64),
            ("EPOCHS_PER_SLASHINGS_VECTOR", 64),
            ("SYNC_COMMITTEE_SIZE", 32),
            ("MAX_COMMITTEES_PER_SLOT", 4),
        ];
        let mut fields = serde_json::json!({"PRESET_BASE": "minimal"});
        for (name, size) in sizes {
            fields[name] = serde_json::json!(size.to_string());
        }
        Spec::from_json(fields.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn committees_come_in_order_and_all_of_them() {
        let committees = |transposed: bool| -> Vec<SlotCommittee> {
            let places = (0..2).flat_map(|index| (0..8).map(move |place| (place, index)));
            places
                .map(|(place, index)| SlotCommittee {
                    slot: if transposed { index } else { 24 + place },
                    index: if transposed { place } else { index },
                    members: vec![24 + place, index],
                })
                .collect()
        };
        for transposed in [false, true] {
            let ordered = in_order(committees(transposed), &spec(), 3).unwrap();
            for committee in &ordered {
                assert_eq!(committee.members, [committee.slot, committee.index]);
            }
            let mut lacking = committees(transposed);
            lacking.pop();
            assert_eq!(in_order(lacking, &spec(), 3), None);
            assert_eq!(in_order(Vec::new(), &spec(), 3), None);
        }
        assert_eq!(in_order(committees(false), &spec(), 4), None);
    }
}
