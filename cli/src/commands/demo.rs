//! `vigil demo`: the whole way on a captured chain, from beacon states to refused lies.

mod chain;
mod settlement;

use crate::progress::spin;
use crate::report::{self, Format, Outcome};
use crate::word::Word;
use anyhow::Context;
use rand_core::OsRng;
use serde::Serialize;
use settlement::PoolBook;
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Instant;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::identity::{Address, OperatorSecret, Purpose, context};
use vigil_circuits::shape::{Family, MIN_K, NATIVE_LANES, Shape};
use vigil_circuits::statement::{
    DutyClaims, DutyStatement, DutyWitness, EnrolmentStatement, EnrolmentWitness, Thresholds,
    Totals,
};
use vigil_ledger::chain::Chain;
use vigil_ledger::file::Ledger;
use vigil_ledger::registry::Registry;
use vigil_params::keys::ProvingKey;
use vigil_params::{ParamsPolicy, Srs, embedded};
use vigil_prover::{
    Engine, ProveError, prove_duty_observed, prove_enrolment_observed, prove_unchecked,
};
use vigil_verifier::{verify_duty, verify_enrolment};

/// A chain of 64 validators, Deneb to Fulu, made by somebody else's state transition.
const CHAIN: &[u8] = include_bytes!("../../../data/chains/sim-deneb-electra-fulu.tar.zst");
const VALIDATORS: u64 = 64;
/// Who runs what: the chain's validators 0 to 23 were often down, 10, 45 and 60 are slashed.
const OPERATORS: [(&str, &[RangeInclusive<u64>]); 4] = [
    ("diligent", &[24..=39]),
    ("often down", &[0..=9, 11..=16]),
    ("slashed", &[40..=55]),
    ("both", &[10..=10, 17..=23, 56..=63]),
];
const START_EPOCH: u64 = 8;
const EPOCHS: u32 = 40;
const CHAIN_ID: u64 = 1;
const POOL: Address = *b"vigil's demo pool \0\0";
const ACCOUNT: Address = *b"an operator's payout";

/// Arguments of `vigil demo`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Needs no files and no network, but with --chain the node anvil and the compiled contracts. Examples:\n  \
    vigil demo\n  vigil demo --chain --anvil /usr/local/bin/anvil"
)]
pub(crate) struct Args {
    #[command(flatten)]
    chain: chain::ChainArgs,
}

/// Where an operator's proofs count, and for whom.
struct Seat {
    chain_id: u64,
    pool: Address,
    account: Address,
}

#[derive(Debug, Serialize)]
struct OperatorReport {
    operator: &'static str,
    validators: u32,
    slashed: u32,
    good_bps: u16,
    performance_bps: u16,
    good_stake: u64,
    prove_seconds: f64,
    verify_seconds: f64,
    proof_bytes: usize,
}

#[derive(Debug, Serialize)]
struct Report {
    chain: &'static str,
    start_epoch: u64,
    epochs: u32,
    params: String,
    enrolled: u32,
    registered: u32,
    operators: Vec<OperatorReport>,
    network_bps: u16,
    settlement: Vec<settlement::Line>,
    flipped_byte_refused: String,
    lie_refused_by_the_prover: String,
    forced_lie_refused_by_the_verifier: String,
    seconds: f64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.start_epoch + u64::from(self.epochs) - 1;
        writeln!(
            f,
            "Chain      {}, epochs {} to {last}",
            self.chain, self.start_epoch
        )?;
        writeln!(f, "Parameters {}", self.params)?;
        writeln!(
            f,
            "Enrolment  {} of {} validators proven to belong to somebody\n",
            self.enrolled, self.registered
        )?;
        writeln!(
            f,
            "operator     V  slashed  good stake  good      performance  prove   verify  proof"
        )?;
        for o in &self.operators {
            writeln!(
                f,
                "{:10} {:>3}  {:>7}  {:>10}  {:>6.2} %  {:>9.2} %  {:>5.2} s  {:>3.0} ms  {} B",
                o.operator,
                o.validators,
                o.slashed,
                o.good_stake,
                f64::from(o.good_bps) / 100.0,
                f64::from(o.performance_bps) / 100.0,
                o.prove_seconds,
                o.verify_seconds * 1e3,
                o.proof_bytes,
            )?;
        }
        settlement::write_table(f, self.network_bps, &self.settlement)?;
        writeln!(
            f,
            "\nOne byte changed:           {}",
            self.flipped_byte_refused
        )?;
        writeln!(
            f,
            "A lie, asked of the prover: {}",
            self.lie_refused_by_the_prover
        )?;
        writeln!(
            f,
            "The lie, proven by force:   {}",
            self.forced_lie_refused_by_the_verifier
        )?;
        write!(
            f,
            "\nDone in {:.1} s. Not shown to the pool: which validators, when, exact rates.",
            self.seconds
        )
    }
}

struct Keys {
    srs: Srs,
    duty: ProvingKey,
    enrolment: ProvingKey,
    engine: Engine,
}

impl Args {
    /// Runs the demonstration.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        if self.chain.is_asked() {
            return self.chain.run(format);
        }
        let start = Instant::now();
        let chain = spin("authenticating the chain", || Chain::from_archive(CHAIN))?;
        let indices: Vec<_> = (0..VALIDATORS).map(|index| (index, [0; 48])).collect();
        let (registry, secrets) = registry(CHAIN_ID, POOL, &indices)?;
        let ledger = Ledger::build(&chain, &registry, START_EPOCH, EPOCHS, None)?;
        let policy = settlement::policy();
        let network_bps = chain.network_bps(START_EPOCH, EPOCHS)?;
        let thresholds = policy.thresholds_in_force(network_bps);
        let header = ledger.signed_header(&thresholds, network_bps);
        let keys = spin("making keys", keys)?;

        let mut enrolled = Vec::new();
        for secret in &secrets {
            let seat = Seat {
                chain_id: CHAIN_ID,
                pool: POOL,
                account: ACCOUNT,
            };
            let (statement, _) = spin("enrolling", || enrol(&keys, &registry, secret, &seat))?;
            let validators = statement.validators;
            let id = secret.operator_id(registry.pool_id());
            enrolled.push((Word::from(id), validators));
        }
        // Refused if the V of all operators did not add up to N.
        let accounts = [POOL, ACCOUNT];
        let mut book = PoolBook::open(policy.clone(), header, &enrolled, CHAIN_ID, accounts)?;

        let mut operators = Vec::new();
        let mut last = None;
        for (&(name, _), secret) in OPERATORS.iter().zip(&secrets) {
            let witness = witness(&ledger, &registry, secret, &thresholds);
            let claims = policy.grid.round_down(best_claims(&witness));
            let id = secret.operator_id(registry.pool_id());
            let statement = book.expected(id.into(), claims)?;
            let (report, proof) = spin("proving a period", || {
                prove(&keys, name, &statement, &witness)
            })?;
            operators.push(report);
            book.settle(name, &statement)?;
            last = Some((statement, witness, proof));
        }
        let (statement, witness, proof) = last.context("there are operators")?;
        let (flipped, asked, forced) = spin("lying", || lies(&keys, &statement, &witness, &proof))?;
        let report = Report {
            chain: "captured, 64 validators, Deneb to Fulu",
            start_epoch: START_EPOCH,
            epochs: EPOCHS,
            params: format!("{} (embedded, k = {MIN_K})", keys.srs.provenance().kind()),
            enrolled: enrolled.iter().map(|(_, validators)| validators).sum(),
            registered: ledger.header().registered,
            operators,
            network_bps,
            settlement: book.close()?,
            flipped_byte_refused: flipped,
            lie_refused_by_the_prover: asked,
            forced_lie_refused_by_the_verifier: forced,
            seconds: start.elapsed().as_secs_f64(),
        };
        report::print(&report, format)?;
        Ok(Outcome::Accepted)
    }
}

/// An unsigned registry in which each operator has its own validators.
fn registry(
    chain_id: u64,
    pool: Address,
    indices: &[(u64, [u8; 48])],
) -> anyhow::Result<(Registry, Vec<OperatorSecret>)> {
    let operators = OPERATORS.len();
    let (mut registry, secrets) = Registry::draft(chain_id, pool, indices, operators, &mut OsRng)?;
    let pool = registry.pool_id();
    for entry in &mut registry.entries {
        let runs = |(_, ranges): &(&str, &[RangeInclusive<u64>])| {
            ranges.iter().any(|range| range.contains(&entry.index))
        };
        let owner = OPERATORS.iter().position(runs);
        entry.tag =
            secrets[owner.context("every validator has an operator")?].tag(entry.index, pool);
    }
    Ok((registry, secrets))
}

fn keys() -> anyhow::Result<Keys> {
    let srs = embedded::srs(MIN_K).context("the parameters are embedded")?;
    let shape = |family| Shape::wide(family, MIN_K, NATIVE_LANES);
    let words = vigil_circuits::ledger::Words::W1;
    let duty = ProvingKey::generate::<VigilCircuit>(&srs, shape(Family::Duty(words)))?;
    let enrolment = ProvingKey::generate::<VigilCircuit>(&srs, shape(Family::Enrolment))?;
    Ok(Keys {
        srs,
        duty,
        enrolment,
        engine: Engine::default(),
    })
}

/// One operator's V, proven; the proof holds.
fn enrol(
    keys: &Keys,
    registry: &Registry,
    secret: &OperatorSecret,
    seat: &Seat,
) -> anyhow::Result<(EnrolmentStatement, Vec<u8>)> {
    let pool = registry.pool_id();
    let tree = registry.tree()?;
    let places = registry.places(secret, &tree);
    let statement = EnrolmentStatement {
        registry_root: registry.root()?,
        operator_id: secret.operator_id(pool),
        validators: places.len() as u32,
        context: context(seat.chain_id, &seat.pool, &seat.account, Purpose::Enrolment),
    };
    let witness = EnrolmentWitness {
        secret: secret.clone(),
        pool,
        tree_root: tree.root(),
        registered: registry.entries.len() as u32,
        places,
    };
    let Keys { engine, srs, .. } = keys;
    let proof =
        prove_enrolment_observed(engine, &keys.enrolment, srs, &statement, &witness, |_| {})?;
    let key = keys.enrolment.verifying_key();
    verify_enrolment(&key, &ParamsPolicy::default(), &statement, &proof)?;
    Ok((statement, proof))
}

/// An operator's rows.
fn witness(
    ledger: &Ledger,
    registry: &Registry,
    secret: &OperatorSecret,
    thresholds: &Thresholds,
) -> DutyWitness {
    let pool = registry.pool_id();
    DutyWitness {
        secret: secret.clone(),
        pool,
        header: *ledger.header(),
        places: ledger.places(secret, pool, thresholds),
    }
}

fn best_claims(witness: &DutyWitness) -> DutyClaims {
    let rows = witness
        .places
        .iter()
        .map(|place| (&place.row, place.compliant));
    Totals::of(rows).best_claims()
}

fn prove(
    keys: &Keys,
    operator: &'static str,
    statement: &DutyStatement,
    witness: &DutyWitness,
) -> anyhow::Result<(OperatorReport, Vec<u8>)> {
    let start = Instant::now();
    let Keys { engine, srs, .. } = keys;
    let proof = prove_duty_observed(engine, &keys.duty, srs, statement, witness, |_| {})?;
    let prove_seconds = start.elapsed().as_secs_f64();
    let key = keys.duty.verifying_key();
    let start = Instant::now();
    let DutyClaims {
        validators,
        good_bps,
        slashed,
        performance_bps,
        good_stake,
    } = verify_duty(&key, &ParamsPolicy::default(), statement, &proof)?;
    let report = OperatorReport {
        operator,
        validators,
        slashed,
        good_bps,
        performance_bps,
        good_stake,
        prove_seconds,
        verify_seconds: start.elapsed().as_secs_f64(),
        proof_bytes: proof.len(),
    };
    Ok((report, proof))
}

/// What a changed byte, a false claim and a forced proof of it are answered.
fn lies(
    keys: &Keys,
    statement: &DutyStatement,
    witness: &DutyWitness,
    proof: &[u8],
) -> anyhow::Result<(String, String, String)> {
    let key = keys.duty.verifying_key();
    let policy = ParamsPolicy::default();
    let mut flipped = proof.to_vec();
    flipped[proof.len() / 2] ^= 1;
    let flipped = verify_duty(&key, &policy, statement, &flipped)
        .err()
        .context("a changed proof must be refused")?;

    let mut lie = *statement;
    lie.claims.good_stake += 1;
    let Keys { engine, srs, .. } = keys;
    let asked = match prove_duty_observed(engine, &keys.duty, srs, &lie, witness, |_| {}) {
        Err(error @ ProveError::Untrue(_)) => error,
        _ => anyhow::bail!("a false claim must be refused"),
    };
    let shape = keys.duty.shape();
    let circuit = VigilCircuit::duty(shape, &lie, witness)?;
    let forced = prove_unchecked(
        &keys.duty,
        &keys.srs,
        circuit,
        &lie.to_instance(shape.capacity())?,
    )?;
    let forced = verify_duty(&key, &policy, &lie, &forced)
        .err()
        .context("a proof of a false claim must be refused")?;
    Ok((flipped.to_string(), asked.to_string(), forced.to_string()))
}
