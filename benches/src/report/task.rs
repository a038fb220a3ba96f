//! The statements that all contestants prove, and their form for the peers.

use anyhow::Context as _;
use halo2curves::bn256::Fr;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
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

    /// The statement, with the best claims that are true, and its witness.
    pub fn duty(&self) -> anyhow::Result<(DutyStatement, DutyWitness)> {
        let seed = u64::from(self.validators) << 8 | self.words as u64;
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let pool = SyntheticPool::new(&mut rng, self.words()?, 1, self.validators as usize)?;
        Ok(pool.duty(0, THRESHOLDS))
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

/// A statement that is not true of its witness, clause by clause: what every contestant must refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Lie {
    /// S1: another operator's id.
    Operator,
    /// S3: a validator that missed nothing.
    Row,
    /// S7: a slashed or failing validator counted as compliant.
    Compliant,
    /// S8: one slashed validator fewer, or one more.
    Slashed,
    /// S9: more good stake.
    GoodStake,
    /// S9: a better performance.
    Performance,
}

impl Lie {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Operator,
        Self::Row,
        Self::Compliant,
        Self::Slashed,
        Self::GoodStake,
        Self::Performance,
    ];

    /// Tells it; `false` if these rows give no occasion for it, or it happens to be true.
    pub fn tell(self, statement: &mut DutyStatement, witness: &mut DutyWitness) -> bool {
        let claims = &mut statement.claims;
        match self {
            Self::Operator => statement.operator_id += Fr::one(),
            Self::Row => {
                let failed = |place: &&mut DutyPlace| {
                    place.row.words.iter().any(|word| word.head.count() > 0)
                };
                let Some(place) = witness.places.iter_mut().find(failed) else {
                    return false;
                };
                for word in &mut place.row.words {
                    *word = Default::default();
                }
            }
            Self::Compliant => {
                let failing = |place: &&mut DutyPlace| !place.compliant;
                let Some(place) = witness.places.iter_mut().find(failing) else {
                    return false;
                };
                place.compliant = true;
            }
            Self::Slashed => claims.slashed = claims.slashed.checked_sub(1).unwrap_or(1),
            Self::GoodStake => claims.good_stake += 1,
            Self::Performance => claims.performance_bps += 1,
        }
        statement.check(witness).is_err()
    }
}

/// How many lies a contestant refuses, of how many there are for this task. `refuses` is given the inputs.
pub fn refusals(
    task: Task,
    mut refuses: impl FnMut(&Value) -> anyhow::Result<bool>,
) -> anyhow::Result<(usize, usize)> {
    let (mut refused, mut told) = (0, 0);
    for lie in Lie::ALL {
        let (mut statement, mut witness) = task.duty()?;
        if lie.tell(&mut statement, &mut witness) {
            told += 1;
            refused += usize::from(refuses(&inputs(&statement, &witness)?)?);
        }
    }
    Ok((refused, told))
}
