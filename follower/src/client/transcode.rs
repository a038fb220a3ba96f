//! A block's JSON as SSZ, for nodes of Altair's time, which answer blocks in JSON alone.
//!
//! The block is then decoded and hashed like any other, so a slip in here shows as another root.

use super::Refusal;
use serde_json::Value;

/// SSZ types, as far as they matter to the encoding.
#[derive(Debug)]
enum Type {
    Number,
    Bytes(usize),
    /// A bit vector, as long as the preset has it.
    Bits,
    /// A bit list with its delimiting bit.
    BitList,
    Vector(&'static Type),
    List(&'static Type),
    Container(&'static [(&'static str, &'static Type)]),
}

use Type::{BitList, Bits, Bytes, Container, List, Number, Vector};

const ROOT: Type = Bytes(32);
const PUBKEY: Type = Bytes(48);
const SIGNATURE: Type = Bytes(96);
const CHECKPOINT: Type = Container(&[("epoch", &Number), ("root", &ROOT)]);
const ATTESTATION_DATA: Type = Container(&[
    ("slot", &Number),
    ("index", &Number),
    ("beacon_block_root", &ROOT),
    ("source", &CHECKPOINT),
    ("target", &CHECKPOINT),
]);
const ATTESTATION: Type = Container(&[
    ("aggregation_bits", &BitList),
    ("data", &ATTESTATION_DATA),
    ("signature", &SIGNATURE),
]);
const INDEXED_ATTESTATION: Type = Container(&[
    ("attesting_indices", &List(&Number)),
    ("data", &ATTESTATION_DATA),
    ("signature", &SIGNATURE),
]);
const ATTESTER_SLASHING: Type = Container(&[
    ("attestation_1", &INDEXED_ATTESTATION),
    ("attestation_2", &INDEXED_ATTESTATION),
]);
const SIGNED_HEADER: Type = Container(&[
    (
        "message",
        &Container(&[
            ("slot", &Number),
            ("proposer_index", &Number),
            ("parent_root", &ROOT),
            ("state_root", &ROOT),
            ("body_root", &ROOT),
        ]),
    ),
    ("signature", &SIGNATURE),
]);
const PROPOSER_SLASHING: Type = Container(&[
    ("signed_header_1", &SIGNED_HEADER),
    ("signed_header_2", &SIGNED_HEADER),
]);
const ETH1_DATA: Type = Container(&[
    ("deposit_root", &ROOT),
    ("deposit_count", &Number),
    ("block_hash", &ROOT),
]);
const DEPOSIT: Type = Container(&[
    ("proof", &Vector(&ROOT)),
    (
        "data",
        &Container(&[
            ("pubkey", &PUBKEY),
            ("withdrawal_credentials", &ROOT),
            ("amount", &Number),
            ("signature", &SIGNATURE),
        ]),
    ),
]);
const VOLUNTARY_EXIT: Type = Container(&[
    (
        "message",
        &Container(&[("epoch", &Number), ("validator_index", &Number)]),
    ),
    ("signature", &SIGNATURE),
]);
const SYNC_AGGREGATE: Type = Container(&[
    ("sync_committee_bits", &Bits),
    ("sync_committee_signature", &SIGNATURE),
]);
const SIGNED_BLOCK_ALTAIR: Type = Container(&[
    (
        "message",
        &Container(&[
            ("slot", &Number),
            ("proposer_index", &Number),
            ("parent_root", &ROOT),
            ("state_root", &ROOT),
            (
                "body",
                &Container(&[
                    ("randao_reveal", &SIGNATURE),
                    ("eth1_data", &ETH1_DATA),
                    ("graffiti", &ROOT),
                    ("proposer_slashings", &List(&PROPOSER_SLASHING)),
                    ("attester_slashings", &List(&ATTESTER_SLASHING)),
                    ("attestations", &List(&ATTESTATION)),
                    ("deposits", &List(&DEPOSIT)),
                    ("voluntary_exits", &List(&VOLUNTARY_EXIT)),
                    ("sync_aggregate", &SYNC_AGGREGATE),
                ]),
            ),
        ]),
    ),
    ("signature", &SIGNATURE),
]);

/// The SSZ bytes of an Altair `SignedBeaconBlock` in the API's JSON.
pub(super) fn altair_block(block: &Value) -> Result<Vec<u8>, Refusal> {
    let mut ssz = Vec::new();
    encode(&SIGNED_BLOCK_ALTAIR, block, "block", &mut ssz)?;
    Ok(ssz)
}

impl Type {
    fn is_fixed(&self) -> bool {
        match self {
            Number | Bytes(_) | Bits | Vector(_) => true,
            BitList | List(_) => false,
            Container(fields) => fields.iter().all(|(_, ty)| ty.is_fixed()),
        }
    }
}

fn encode(ty: &Type, value: &Value, name: &str, out: &mut Vec<u8>) -> Result<(), Refusal> {
    let not = |what: &str| Refusal::malformed(format!("{name} in the block is not {what}"));
    match ty {
        Number => {
            let number = value.as_str().and_then(|text| text.parse::<u64>().ok());
            out.extend_from_slice(&number.ok_or_else(|| not("a number"))?.to_le_bytes());
        }
        Bytes(_) | Bits | BitList => {
            let bytes = value
                .as_str()
                .and_then(|text| text.strip_prefix("0x"))
                .and_then(|digits| hex::decode(digits).ok())
                .filter(|bytes| !matches!(ty, Bytes(length) if bytes.len() != *length));
            out.extend(bytes.ok_or_else(|| not("hex of its length"))?);
        }
        Vector(element) | List(element) => {
            let elements = value.as_array().ok_or_else(|| not("a list"))?;
            let parts = elements.iter().map(|value| (*element, value, name));
            encode_parts(parts, out)?;
        }
        Container(fields) => {
            let parts: Vec<_> = fields
                .iter()
                .map(|&(name, ty)| value.get(name).map(|value| (ty, value, name)))
                .collect::<Option<_>>()
                .ok_or_else(|| not("complete"))?;
            encode_parts(parts.into_iter(), out)?;
        }
    }
    Ok(())
}

/// Fixed parts in their place; of the others the offset there, and the content after all of them.
fn encode_parts<'a>(
    parts: impl Iterator<Item = (&'a Type, &'a Value, &'a str)>,
    out: &mut Vec<u8>,
) -> Result<(), Refusal> {
    const OFFSET: usize = 4;
    let start = out.len();
    let mut open = Vec::new();
    for (ty, value, name) in parts {
        if ty.is_fixed() {
            encode(ty, value, name, out)?;
        } else {
            open.push((out.len(), ty, value, name));
            out.extend_from_slice(&[0; OFFSET]);
        }
    }
    for (place, ty, value, name) in open {
        // An answer is bounded far below 4 GiB.
        let offset = (out.len() - start) as u32;
        out[place..place + OFFSET].copy_from_slice(&offset.to_le_bytes());
        encode(ty, value, name, out)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn variable_parts_come_after_their_offsets() {
        let ty = Container(&[("a", &Number), ("b", &List(&Number)), ("c", &Bytes(1))]);
        let mut ssz = Vec::new();
        let value = json!({"a": "1", "b": ["2", "3"], "c": "0xff"});
        encode(&ty, &value, "it", &mut ssz).unwrap();
        let expected = "0100000000000000 0d000000 ff 0200000000000000 0300000000000000";
        assert_eq!(hex::encode(ssz), expected.replace(' ', ""));
    }

    #[test]
    fn what_is_no_block_is_refused() {
        for block in [
            json!(null),
            json!({}),
            json!({"message": {"slot": 7}, "signature": "0x"}),
            json!({"message": [], "signature": "0x00"}),
        ] {
            assert!(matches!(
                altair_block(&block),
                Err(Refusal::Malformed { .. })
            ));
        }
        let short = encode(&ROOT, &json!("0x00"), "root", &mut Vec::new());
        assert!(matches!(short, Err(Refusal::Malformed { detail }) if detail.contains("root")));
    }
}
