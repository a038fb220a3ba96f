//! Why a contract refused: its custom errors by name, with what they say and what that means.

mod known;

use alloy::dyn_abi::{DynSolValue, ErrorExt};
use alloy::json_abi::Error as Declaration;
use alloy_primitives::{Selector, hex};
use alloy_sol_types::{Panic, Revert as Reason, SolError};
use known::KNOWN;
use std::fmt;

/// What came back instead of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revert {
    /// One of the contracts' errors.
    Known {
        /// Its name.
        name: String,
        /// Names and values of what it says.
        fields: Vec<(String, String)>,
        /// What it means.
        meaning: &'static str,
    },
    /// Text, by a contract that is not of this pool.
    Reason(String),
    /// The compiler's own check failed.
    Panic(String),
    /// Nothing was said. Calls of an account without code end so, and out of gas.
    Silent,
    /// An error that this program does not know.
    Unknown(Selector),
}

impl Revert {
    /// Reads what a call returned when it failed.
    pub fn decode(data: &[u8]) -> Self {
        let Some(selector) = data.get(..4) else {
            return Self::Silent;
        };
        let selector = Selector::from_slice(selector);
        if let Some(known) = decode_known(selector, data) {
            return known;
        }
        if let Ok(reason) = Reason::abi_decode(data) {
            return Self::Reason(reason.reason);
        }
        if let Ok(panic) = Panic::abi_decode(data) {
            return Self::Panic(panic.to_string());
        }
        Self::Unknown(selector)
    }

    /// The error's name, where it has one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Known { name, .. } => Some(name),
            _ => None,
        }
    }
}

fn decode_known(selector: Selector, data: &[u8]) -> Option<Revert> {
    KNOWN.iter().find_map(|&(declared, meaning)| {
        let error = Declaration::parse(declared).ok()?;
        if error.selector() != selector {
            return None;
        }
        let values = error.decode_error(data).ok()?.body;
        let names = error.inputs.iter().map(|input| input.name.clone());
        let fields = names.zip(values.iter().map(show)).collect();
        Some(Revert::Known {
            name: error.name,
            fields,
            meaning,
        })
    })
}

/// A value as people read it: decimal numbers, hex bytes.
pub(crate) fn show(value: &DynSolValue) -> String {
    let list = |values: &[DynSolValue], open: char, close: char| {
        let shown: Vec<String> = values.iter().map(show).collect();
        format!("{open}{}{close}", shown.join(", "))
    };
    match value {
        DynSolValue::Bool(value) => value.to_string(),
        DynSolValue::Int(value, _) => value.to_string(),
        DynSolValue::Uint(value, _) => value.to_string(),
        DynSolValue::FixedBytes(word, size) => hex::encode_prefixed(&word[..*size]),
        DynSolValue::Address(account) => account.to_string(),
        DynSolValue::Bytes(bytes) if bytes.len() > MAX_SHOWN => {
            format!(
                "{}... ({} bytes)",
                hex::encode_prefixed(&bytes[..MAX_SHOWN]),
                bytes.len()
            )
        }
        DynSolValue::Bytes(bytes) => hex::encode_prefixed(bytes),
        DynSolValue::String(text) => format!("{text:?}"),
        DynSolValue::Array(values) | DynSolValue::FixedArray(values) => list(values, '[', ']'),
        DynSolValue::Tuple(values) => list(values, '(', ')'),
        other => format!("{other:?}"),
    }
}

/// Bytes of which no more is shown.
const MAX_SHOWN: usize = 32;

impl fmt::Display for Revert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known {
                name,
                fields,
                meaning,
            } => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(field, value)| format!("{field} {value}"))
                    .collect();
                write!(f, "{name}({}): {meaning}", fields.join(", "))
            }
            Self::Reason(reason) => write!(f, "{reason:?}"),
            Self::Panic(panic) => write!(f, "{panic}"),
            Self::Silent => write!(f, "no reason given: no such contract, or out of gas"),
            Self::Unknown(selector) => {
                write!(f, "an error that this program does not know, {selector}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::U256;
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;

    /// Errors of the sources with what stands above them.
    fn declared() -> BTreeMap<String, String> {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contracts/src");
        let mut declared = BTreeMap::new();
        for folder in [sources.clone(), sources.join("settlement")] {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    continue;
                }
                let mut notice = String::new();
                for line in fs::read_to_string(&path).unwrap().lines() {
                    let line = line.trim();
                    if let Some(comment) = line.strip_prefix("///") {
                        let comment = comment.trim();
                        match comment.strip_prefix("@notice ") {
                            Some(first) => notice = first.to_owned(),
                            None => notice = format!("{notice} {comment}"),
                        }
                    } else if let Some(error) = line.strip_prefix("error ") {
                        let error = error.trim_end_matches(';');
                        // An enum is a number on the wire.
                        let error = error.replace("Standing ", "uint8 ");
                        declared.entry(error).or_insert(notice.clone());
                    }
                }
            }
        }
        declared
    }

    #[test]
    fn every_error_of_the_sources_is_known_with_its_meaning() {
        let known: BTreeMap<_, _> = KNOWN.iter().copied().collect();
        let declared = declared();
        assert!(declared.len() > 60, "{}", declared.len());
        for (error, notice) in declared {
            let meaning = known.get(error.as_str());
            // A name that two contracts have may be explained twice.
            assert!(meaning.is_some(), "{error} is not known: {notice}");
            assert!(Declaration::parse(&error).is_ok(), "{error}");
            assert_eq!(*meaning.unwrap(), notice, "{error}");
        }
    }

    #[test]
    fn an_error_is_told_by_name_value_and_meaning() {
        let selector = Declaration::parse("WrongBond(uint256 expected, uint256 got)")
            .unwrap()
            .selector();
        let mut data = selector.to_vec();
        data.extend(U256::from(10).to_be_bytes::<32>());
        data.extend(U256::from(9).to_be_bytes::<32>());
        assert_eq!(
            Revert::decode(&data).to_string(),
            "WrongBond(expected 10, got 9): Another amount was expected."
        );
        // Cut off, it is none that is known.
        data.pop();
        assert_eq!(Revert::decode(&data), Revert::Unknown(selector));
    }

    #[test]
    fn text_panics_and_silence_are_told_apart() {
        let reason = Reason::from("too late").abi_encode();
        assert_eq!(Revert::decode(&reason).to_string(), "\"too late\"");
        let panic = Panic::from(0x11).abi_encode();
        assert!(matches!(Revert::decode(&panic), Revert::Panic(_)));
        assert_eq!(Revert::decode(&[]), Revert::Silent);
        assert_eq!(Revert::decode(&[1, 2, 3]), Revert::Silent);
    }
}
