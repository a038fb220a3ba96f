//! The statements that all contestants prove, and their form for the peers.

use anyhow::Context as _;
use halo2curves::bn256::Fr;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vigil_circuits::identity::fr_to_be_bytes;
use vigil_circuits::ledger::Words;
use vigil_circuits::statement::{DutyInput, DutyPlace, DutyStatement, DutyWitness};
use vigil_circuits::synthetic::{SyntheticPool, THRESHOLDS};

/// One operator's period. The same task is the same statement for every contestant and in every process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Task {
    /// V.
    pub validators: u32,
    /// W.
    pub words: usize,
}

impl Task {
    /// W, if it is one.
    pub fn words(&self) -> anyhow::Result<Words> {
        Words::from_count(self.words).context("a period has 1, 7 or 28 words")
    }

    /// V times the days of the period.
    pub fn validator_days(&self) -> f64 {
        f64::from(self.validators) * self.words as f64
    }

    /// Seeded by the task.
    pub fn rng(&self) -> ChaCha20Rng {
        ChaCha20Rng::seed_from_u64(u64::from(self.validators) << 8 | self.words as u64)
    }

    /// Its duty.
    pub fn duty(&self) -> anyhow::Result<Duty> {
        Duty::random(self.words()?, self.validators, &mut self.rng())
    }
}

/// A true statement.
#[derive(Clone, Debug)]
pub struct Duty {
    /// With the best claims that are true.
    pub statement: DutyStatement,
    /// Its witness.
    pub witness: DutyWitness,
    /// As many validators of another operator, in the same ledger.
    pub strangers: Vec<DutyPlace>,
}

impl Duty {
    /// Of a random ledger of two operators.
    pub fn random(
        words: Words,
        validators: u32,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> anyhow::Result<Self> {
        let pool = SyntheticPool::new(rng, words, 2, 2 * validators as usize)?;
        let (statement, witness) = pool.duty(0, THRESHOLDS);
        let (_, other) = pool.duty(1, THRESHOLDS);
        Ok(Self {
            statement,
            witness,
            strangers: other.places,
        })
    }
}

/// The public inputs, 32 big-endian bytes each.
pub fn public_inputs(statement: &DutyStatement) -> anyhow::Result<Vec<[u8; 32]>> {
    let instance = statement.to_instance(statement.claims.validators)?;
    Ok(instance.into_iter().map(fr_to_be_bytes).collect())
}

/// Inputs of the peers' circuits by name: what is public, what is not, and one object a row.
pub fn inputs(statement: &DutyStatement, witness: &DutyWitness) -> anyhow::Result<Value> {
    let public = public_inputs(statement)?;
    let mut inputs: serde_json::Map<String, Value> = DutyInput::ALL
        .iter()
        .zip(&public)
        .map(|(input, bytes)| (input.label().to_owned(), bytes_text(bytes)))
        .collect();
    let header = &witness.header;
    let rows: Vec<Value> = witness
        .places
        .iter()
        .map(row)
        .collect::<anyhow::Result<_>>()?;
    inputs.insert("secret".into(), bytes_text(&witness.secret.to_be_bytes()));
    inputs.insert("pool".into(), field(witness.pool.0));
    inputs.insert(
        "header".into(),
        json!([
            field(header.tree_root),
            field(header.registry_root),
            field(header.chain),
            number(header.start_epoch),
            number(u64::from(header.epochs)),
            number(u64::from(header.registered)),
        ]),
    );
    inputs.insert("rows".into(), Value::Array(rows));
    Ok(Value::Object(inputs))
}

fn row(place: &DutyPlace) -> anyhow::Result<Value> {
    let row = &place.row;
    let [word] = &row.words[..] else {
        anyhow::bail!(
            "the peers prove days, not periods of {} words",
            row.words.len()
        );
    };
    let path: Vec<Value> = place
        .path
        .levels
        .iter()
        .map(|children| children.iter().map(|child| field(*child)).collect())
        .collect();
    let pair = |due: u64, missed: u64| json!([number(due), number(missed)]);
    Ok(json!({
        "enabled": number(1),
        "compliant": number(u64::from(place.compliant)),
        "index": number(row.index),
        "active_epochs": number(u64::from(row.active_epochs)),
        "effective_balance": number(u64::from(row.effective_balance)),
        "slashed": number(u64::from(row.slashed)),
        "run_in": number(u64::from(row.run_in)),
        "proposals": pair(u64::from(row.proposals_due), u64::from(row.proposals_missed)),
        "sync": pair(u64::from(row.sync_due), u64::from(row.sync_missed)),
        "source": field(word.source.to_fr()),
        "target": field(word.target.to_fr()),
        "head": field(word.head.to_fr()),
        "path": path,
    }))
}

fn field(value: Fr) -> Value {
    bytes_text(&fr_to_be_bytes(value))
}

fn number(value: u64) -> Value {
    Value::String(format!("{value:#x}"))
}

fn bytes_text(bytes: &[u8; 32]) -> Value {
    Value::String(format!("0x{}", hex::encode(bytes)))
}
