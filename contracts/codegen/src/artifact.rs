//! The contracts of a shape: its circuit's verifier and its key.

use crate::inputs::inputs;
use crate::key::KeyError;
use crate::model::{Circuit, Unsupported};
use crate::verifier::Plan;
use crate::word::WORD;
use askama::Template;
use sha3::{Digest, Keccak256};
use vigil_circuits::shape::{Family, Form, Shape};
use vigil_params::keys::VerifyingKey;

/// Why there is no contract.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// The circuit uses something that the generator does not know.
    #[error("cannot generate a verifier for {shape}")]
    Circuit {
        /// Which shape.
        shape: Shape,
        /// Why.
        source: Unsupported,
    },
    /// The key cannot be used on chain.
    #[error("cannot write the key of {shape} as a contract")]
    Key {
        /// Which shape.
        shape: Shape,
        /// Why.
        source: KeyError,
    },
    /// A template's fault.
    #[error("cannot render a contract")]
    Render(#[from] askama::Error),
}

/// A generated contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// The contract's name; its file has the same and `.sol`.
    pub name: String,
    /// Its source.
    pub source: String,
}

/// Both contracts of a shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifacts {
    /// Verifier of all sizes of the shape's circuit.
    pub verifier: Artifact,
    /// Verifying key.
    pub key: Artifact,
    /// The key contract's code.
    pub key_code: Vec<u8>,
}

/// What all verifiers share; part of the Solidity project, not generated.
const INTERFACE: &str = include_str!("../../src/IProofVerifier.sol");

impl Artifacts {
    /// All sources, by their places below a Solidity project's source folder.
    pub fn sources(&self) -> [(String, &str); 3] {
        let place = |artifact: &Artifact| format!("generated/{}.sol", artifact.name);
        [
            (place(&self.verifier), self.verifier.source.as_str()),
            (place(&self.key), self.key.source.as_str()),
            ("IProofVerifier.sol".to_owned(), INTERFACE),
        ]
    }

    /// Hash of the key contract's code, which the verifier's constructor asks for.
    pub fn key_code_hash(&self) -> [u8; 32] {
        Keccak256::digest(&self.key_code).into()
    }
}

#[derive(Template)]
#[template(path = "Key.sol", escape = "none")]
struct KeySource<'a> {
    name: &'a str,
    shape: &'a str,
    params: String,
    is_unsafe: bool,
    words: usize,
    code_hash: String,
    lines: Vec<String>,
}

/// Name of the verifier of a shape's circuit, for instance `DutyW1N1Verifier`.
pub fn verifier_name(shape: Shape) -> String {
    format!("{}{}Verifier", circuit(shape.family), lanes(shape))
}

/// Name of a shape's key, for instance `DutyW1K13N1Key`.
pub fn key_name(shape: Shape) -> String {
    format!("{}K{}{}Key", circuit(shape.family), shape.k, lanes(shape))
}

fn lanes(shape: Shape) -> String {
    let letter = match shape.form {
        Form::Wide => 'L',
        Form::Narrow => 'N',
    };
    format!("{letter}{}", shape.lanes)
}

fn circuit(family: Family) -> String {
    let statement = statement(family);
    match family {
        Family::Duty(words) => format!("{statement}W{}", words.count()),
        _ => statement.to_owned(),
    }
}

fn statement(family: Family) -> &'static str {
    match family {
        Family::Duty(_) => "Duty",
        Family::Enrolment => "Enrolment",
        Family::Membership => "Membership",
    }
}

/// Generates the contracts of `key`.
pub fn generate(key: &VerifyingKey) -> Result<Artifacts, GenerateError> {
    let shape = key.shape();
    let circuit = Circuit::read(key.halo2().cs())
        .map_err(|source| GenerateError::Circuit { shape, source })?;
    let plan = Plan::new(circuit, inputs(shape.family))
        .map_err(|source| GenerateError::Circuit { shape, source })?;
    let data = plan
        .key()
        .data(
            key.halo2(),
            shape.k,
            key.provenance().tau_g2(),
            shape.capacity(),
        )
        .map_err(|source| GenerateError::Key { shape, source })?;
    let mut key_code = vec![0];
    key_code.extend(&data);
    let name = key_name(shape);
    let source = KeySource {
        name: &name,
        shape: &shape.name(),
        params: key.provenance().id().to_string(),
        is_unsafe: key.provenance().is_unsafe(),
        words: data.len() / WORD,
        code_hash: hex::encode(Keccak256::digest(&key_code)),
        lines: data.chunks(WORD).map(hex::encode).collect(),
    }
    .render()?;
    let verifier = verifier_name(shape);
    Ok(Artifacts {
        verifier: Artifact {
            source: plan.source(&verifier, statement(shape.family).to_lowercase().as_str())?,
            name: verifier,
        },
        key: Artifact { name, source },
        key_code,
    })
}
