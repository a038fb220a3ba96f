//! What Foundry has compiled: code, its constructor's types, the sources that it was made of.

use alloy::dyn_abi::JsonAbiExt;
use alloy::json_abi::JsonAbi;
use alloy_primitives::{B256, Bytes, keccak256};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Largest artifact that is read; the pool's has 400 KiB.
const MAX_BYTES: u64 = 16 << 20;
/// EIP-170.
pub(super) const MAX_CODE_BYTES: usize = 24_576;
/// EIP-3860.
pub(super) const MAX_CREATION_BYTES: usize = 49_152;

/// A compiled contract.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// Its name.
    pub name: String,
    abi: JsonAbi,
    creation: Bytes,
    runtime: Bytes,
    /// Where the constructor writes values into the code, by value.
    immutables: Vec<Vec<Range<usize>>>,
    /// keccak256 of each source, by its path.
    sources: BTreeMap<String, B256>,
}

/// Why an artifact cannot be deployed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArtifactError {
    /// No file.
    #[error("cannot read {}: build the contracts with contracts/test.sh, or say where they are with --artifacts", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Not what Foundry writes.
    #[error("{} is no artifact of Foundry: {detail}", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// More code than an account can have.
    #[error("{name} has {got} bytes of {what}, at most {max} are possible")]
    TooLarge {
        /// Which contract.
        name: String,
        /// Code, or code with the constructor's arguments.
        what: &'static str,
        /// As compiled.
        got: usize,
        /// By the chain's rules.
        max: usize,
    },
    /// Compiled from something else.
    #[error(
        "{name} was compiled from another source than this program generates ({got}, expected {expected}): \
         vigil contract verifier --shape {shape} --out contracts/src, then build again"
    )]
    OtherSource {
        /// Which contract.
        name: String,
        /// Of which circuit.
        shape: String,
        /// keccak256 of the generated source.
        expected: B256,
        /// keccak256 of what was compiled.
        got: B256,
    },
    /// Other arguments than this program knows.
    #[error(
        "the constructor of {name} takes other arguments than this program gives: build the contracts of this version"
    )]
    OtherConstructor {
        /// Which contract.
        name: String,
    },
}

#[derive(Deserialize)]
struct Wire {
    abi: JsonAbi,
    bytecode: Code,
    #[serde(rename = "deployedBytecode")]
    runtime: Code,
    metadata: Metadata,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Code {
    object: Bytes,
    #[serde(default)]
    immutable_references: BTreeMap<String, Vec<Place>>,
}

#[derive(Deserialize)]
struct Place {
    start: usize,
    length: usize,
}

#[derive(Deserialize)]
struct Metadata {
    sources: BTreeMap<String, Source>,
}

#[derive(Deserialize)]
struct Source {
    keccak256: B256,
}

impl Artifact {
    /// From Foundry's output folder: `NAME.sol/NAME.json`, or `NAME.default.json`, as Foundry calls it where it
    /// has compiled the contract with the pool's settings as well.
    pub fn read(folder: &Path, name: &str) -> Result<Self, ArtifactError> {
        let folder = folder.join(format!("{name}.sol"));
        let plain = folder.join(format!("{name}.json"));
        let by_profile = folder.join(format!("{name}.default.json"));
        let path = if !plain.exists() && by_profile.exists() {
            by_profile
        } else {
            plain
        };
        let mut text = Vec::new();
        File::open(&path)
            .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut text))
            .map_err(|source| ArtifactError::Missing {
                path: path.clone(),
                source,
            })?;
        if text.len() as u64 > MAX_BYTES {
            let detail = format!("it has more than {MAX_BYTES} bytes");
            return Err(ArtifactError::Malformed { path, detail });
        }
        Self::parse(name, &text).map_err(|detail| ArtifactError::Malformed { path, detail })?
    }

    /// The inner result is about the code, the outer about the file.
    fn parse(name: &str, text: &[u8]) -> Result<Result<Self, ArtifactError>, String> {
        let wire: Wire = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let size = wire.runtime.object.len();
        let places = wire.runtime.immutable_references.into_values();
        let immutables: Vec<Vec<Range<usize>>> = places
            .map(|places| {
                let range = |place: Place| place.start..place.start.saturating_add(place.length);
                places.into_iter().map(range).collect()
            })
            .collect();
        if size == 0 {
            return Err("it has no code: is it an interface?".to_owned());
        }
        let mut ranges = immutables.iter().flatten();
        if ranges.any(|range| range.end > size || range.len() != 32) {
            return Err("its immutables lie outside of its code".to_owned());
        }
        if size > MAX_CODE_BYTES {
            return Ok(Err(too_large(name, "code", size, MAX_CODE_BYTES)));
        }
        let sources = wire.metadata.sources.into_iter();
        Ok(Ok(Self {
            name: name.to_owned(),
            abi: wire.abi,
            creation: wire.bytecode.object,
            runtime: wire.runtime.object,
            immutables,
            sources: sources.map(|(path, of)| (path, of.keccak256)).collect(),
        }))
    }

    /// Code that makes the contract, for ABI-encoded arguments of its constructor.
    pub fn create(&self, arguments: &[u8]) -> Result<Vec<u8>, ArtifactError> {
        let other = || ArtifactError::OtherConstructor {
            name: self.name.clone(),
        };
        match &self.abi.constructor {
            // What decodes and encodes to the same bytes has the same layout.
            Some(constructor) => {
                let values = constructor
                    .abi_decode_input(arguments)
                    .map_err(|_| other())?;
                let again = constructor.abi_encode_input_raw(&values);
                if again.map_err(|_| other())? != arguments {
                    return Err(other());
                }
            }
            None if arguments.is_empty() => {}
            None => return Err(other()),
        }
        let code = [&self.creation, arguments].concat();
        if code.len() > MAX_CREATION_BYTES {
            let what = "code and arguments";
            return Err(too_large(&self.name, what, code.len(), MAX_CREATION_BYTES));
        }
        Ok(code)
    }

    /// Names and values of the constructor's arguments.
    pub fn arguments(&self, encoded: &[u8]) -> Vec<(String, String)> {
        let Some(constructor) = &self.abi.constructor else {
            return Vec::new();
        };
        let values = constructor.abi_decode_input(encoded).unwrap_or_default();
        let names = constructor.inputs.iter().map(|input| input.name.clone());
        names.zip(values.iter().map(crate::revert::show)).collect()
    }

    /// Whether an account's code is this contract's, whatever its constructor was given.
    pub fn is_code(&self, code: &[u8]) -> bool {
        code.len() == self.runtime.len() && self.masked(code) == self.masked(&self.runtime)
    }

    /// Its code if its only immutable is `word`; `None` if it has more than one.
    pub fn code_with(&self, word: B256) -> Option<Vec<u8>> {
        let [places] = self.immutables.as_slice() else {
            return None;
        };
        let mut code = self.runtime.to_vec();
        for place in places {
            code[place.clone()].copy_from_slice(word.as_slice());
        }
        Some(code)
    }

    fn masked(&self, code: &[u8]) -> Vec<u8> {
        let mut masked = code.to_vec();
        for place in self.immutables.iter().flatten() {
            masked[place.clone()].fill(0);
        }
        masked
    }

    /// Refuses what was not compiled from `source`.
    pub fn check_source(&self, shape: &str, source: &str) -> Result<(), ArtifactError> {
        let file = format!("{}.sol", self.name);
        let expected = keccak256(source);
        let is_it = |path: &&String| path.rsplit('/').next() == Some(&file);
        let path = self.sources.keys().find(is_it);
        let got = path.map_or(B256::ZERO, |path| self.sources[path]);
        if got == expected {
            return Ok(());
        }
        Err(ArtifactError::OtherSource {
            name: self.name.clone(),
            shape: shape.to_owned(),
            expected,
            got,
        })
    }
}

fn too_large(name: &str, what: &'static str, got: usize, max: usize) -> ArtifactError {
    ArtifactError::TooLarge {
        name: name.to_owned(),
        what,
        got,
        max,
    }
}

/// Code that makes a contract of nothing but `code`.
pub(super) fn create_data(name: &str, code: &[u8]) -> Result<Vec<u8>, ArtifactError> {
    let Some(size) = u16::try_from(code.len())
        .ok()
        .filter(|_| code.len() <= MAX_CODE_BYTES)
    else {
        return Err(too_large(name, "code", code.len(), MAX_CODE_BYTES));
    };
    let [high, low] = size.to_be_bytes();
    // PUSH2 size, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN: ten bytes, then the code.
    let mut creation = vec![0x61, high, low, 0x80, 0x60, 10, 0x5f, 0x39, 0x5f, 0xf3];
    creation.extend(code);
    Ok(creation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// 40 bytes of code with one immutable, whose constructor takes a number.
    fn json() -> Value {
        json!({
            "abi": [{ "type": "constructor", "stateMutability": "nonpayable",
                "inputs": [{ "name": "windowSeconds", "type": "uint64", "internalType": "uint64" }] }],
            "bytecode": { "object": "0x6001" },
            "deployedBytecode": {
                "object": format!("0x{}", "11".repeat(40)),
                "immutableReferences": { "7": [{ "start": 4, "length": 32 }] },
            },
            "metadata": { "sources": { "src/generated/It.sol": { "keccak256": keccak256("contract It {}") } } },
        })
    }

    fn parse(json: &Value) -> Result<Result<Artifact, ArtifactError>, String> {
        Artifact::parse("It", json.to_string().as_bytes())
    }

    fn artifact() -> Artifact {
        parse(&json()).unwrap().unwrap()
    }

    #[test]
    fn a_constructor_takes_the_arguments_of_its_types_and_no_others() {
        let artifact = artifact();
        let word = B256::with_last_byte(9);
        let code = artifact.create(word.as_slice()).unwrap();
        assert_eq!(code, [&[0x60, 0x01], word.as_slice()].concat());
        let shown = artifact.arguments(word.as_slice());
        assert_eq!(shown, [("windowSeconds".to_owned(), "9".to_owned())]);
        for arguments in [vec![], vec![0; 64], vec![0; 31]] {
            let error = artifact.create(&arguments).unwrap_err();
            assert!(matches!(error, ArtifactError::OtherConstructor { .. }));
        }
    }

    #[test]
    fn code_is_told_by_everything_but_its_immutables() {
        let artifact = artifact();
        let code = artifact.code_with(B256::repeat_byte(7)).unwrap();
        assert_eq!((code[3], code[4], code[35], code[36]), (0x11, 7, 7, 0x11));
        assert!(artifact.is_code(&code));
        assert!(!artifact.is_code(&code[1..]));
        let mut other = code;
        other[39] ^= 1;
        assert!(!artifact.is_code(&other));
    }

    #[test]
    fn what_was_compiled_from_another_source_is_refused_with_the_way_out() {
        let artifact = artifact();
        artifact.check_source("a-shape", "contract It {}").unwrap();
        let error = artifact
            .check_source("a-shape", "contract It { }")
            .unwrap_err();
        assert!(
            error
                .to_string()
                .contains("vigil contract verifier --shape a-shape")
        );
    }

    #[test]
    fn damaged_and_outsized_artifacts_are_refused() {
        let with = |change: fn(&mut Value)| {
            let mut json = json();
            change(&mut json);
            parse(&json)
        };
        let outside = |json: &mut Value| {
            json["deployedBytecode"]["immutableReferences"]["7"][0]["start"] = json!(9);
        };
        assert!(with(outside).unwrap_err().contains("immutables"));
        let overflow = |json: &mut Value| {
            json["deployedBytecode"]["immutableReferences"]["7"][0]["start"] = json!(usize::MAX);
        };
        assert!(with(overflow).unwrap_err().contains("immutables"));
        let empty = |json: &mut Value| json["deployedBytecode"] = json!({ "object": "0x" });
        assert!(with(empty).unwrap_err().contains("no code"));
        let unlinked = |json: &mut Value| json["bytecode"]["object"] = json!("0x60__$ab$__");
        assert!(with(unlinked).is_err());
        let large = |json: &mut Value| {
            json["deployedBytecode"]["object"] = json!(format!("0x{}", "00".repeat(24_577)));
        };
        let error = with(large).unwrap().unwrap_err();
        assert!(error.to_string().contains("24577 bytes of code"), "{error}");
        assert!(Artifact::parse("It", b"{").is_err());
        let missing = Artifact::read(Path::new("nowhere"), "It").unwrap_err();
        assert!(missing.to_string().contains("contracts/test.sh"));
    }

    #[test]
    fn an_artifact_may_be_named_by_its_settings() {
        let folder = tempfile::tempdir().unwrap();
        let of = folder.path().join("It.sol");
        std::fs::create_dir(&of).unwrap();
        std::fs::write(of.join("It.small.json"), b"{").unwrap();
        let missing = Artifact::read(folder.path(), "It").unwrap_err();
        assert!(missing.to_string().contains("It.json"), "{missing}");
        std::fs::write(of.join("It.default.json"), json().to_string()).unwrap();
        assert_eq!(Artifact::read(folder.path(), "It").unwrap().name, "It");
        // The plain name comes first.
        std::fs::write(of.join("It.json"), b"{").unwrap();
        assert!(Artifact::read(folder.path(), "It").is_err());
    }

    #[test]
    fn data_becomes_the_code_of_a_contract() {
        let creation = create_data("Key", &[0; 300]).unwrap();
        assert_eq!(creation[..4], [0x61, 1, 44, 0x80]);
        assert_eq!(creation.len(), 310);
        create_data("Key", &[0; MAX_CODE_BYTES]).unwrap();
        assert!(create_data("Key", &[0; MAX_CODE_BYTES + 1]).is_err());
    }
}
