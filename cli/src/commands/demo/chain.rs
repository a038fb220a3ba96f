//! `vigil demo --chain`: the same operators, but contracts on a real EVM node decide and pay.

mod anvil;
mod plan;
mod report;
mod stage;

use super::{
    CHAIN, EPOCHS, Keys, OPERATORS, START_EPOCH, Seat, VALIDATORS, best_claims, enrol, keys,
    registry, settlement, witness,
};
use crate::progress::spin;
use crate::report::{Format, Outcome, print};
use alloy_primitives::U256;
use anyhow::{Context, ensure};
use plan::{CHAIN_ID, PROOFS, SECONDS_PER_EPOCH, VOTE, WINDOW};
use report::Report;
use stage::{ETHER, Stage};
use std::path::PathBuf;
use std::time::Instant;
use vigil_chain::interface::{DutyPool, LedgerOracle, OperatorRegistry, Policy, PolicyStore, Root};
use vigil_chain::typed_data::HeaderToSign;
use vigil_chain::{Call, to_uint};
use vigil_circuits::Fr;
use vigil_circuits::header::SignedHeader;
use vigil_circuits::identity::OperatorSecret;
use vigil_circuits::identity::{Purpose, context};
use vigil_circuits::statement::{DutyStatement, EnrolmentStatement};
use vigil_ledger::chain::Chain;
use vigil_ledger::file::Ledger;
use vigil_ledger::registry::Registry;
use vigil_prover::prove_duty_observed;

/// Where the contracts and the node are.
#[derive(Debug, clap::Args)]
pub(super) struct ChainArgs {
    /// Deploy the contracts on a local node, and let them decide and pay
    #[arg(long)]
    chain: bool,
    /// The node's program [default: that of contracts/node_modules, else anvil on the PATH]
    #[arg(long, value_name = "PATH", requires = "chain")]
    anvil: Option<PathBuf>,
    /// What Foundry has compiled
    #[arg(
        long,
        value_name = "DIR",
        default_value = "contracts/out",
        requires = "chain"
    )]
    artifacts: PathBuf,
}

/// Number of the shapes in the plan.
const DUTY: u64 = 0;
const ENROLMENT: u64 = 1;
/// The last operator says nothing.
const SILENT: usize = OPERATORS.len() - 1;

impl ChainArgs {
    pub(super) fn is_asked(&self) -> bool {
        self.chain
    }

    /// Shows it.
    pub(super) fn run(&self, format: Format) -> anyhow::Result<Outcome> {
        let start = Instant::now();
        let program = anvil::find(self.anvil.as_deref())?;
        let keys = spin("making keys", keys)?;
        let chain = spin("authenticating the chain", || Chain::from_archive(CHAIN))?;
        let mut stage = spin("deploying the contracts", || {
            Stage::set(&program, &self.artifacts, &chain, &keys)
        })?;
        stage.found()?;
        let indices: Vec<_> = (0..VALIDATORS).map(|index| (index, [0; 48])).collect();
        let (registry, secrets) = registry(CHAIN_ID, stage.pool(), &indices)?;
        let mut play = Play {
            stage,
            keys,
            registry,
            secrets,
        };
        spin("operators register", || play.register())?;
        spin("operators enrol", || play.enrol())?;
        let ledger = Ledger::build(&chain, &play.registry, START_EPOCH, EPOCHS, None)?;
        let policy = settlement::policy();
        let network_bps = chain.network_bps(START_EPOCH, EPOCHS)?;
        let header = ledger.signed_header(&policy.thresholds_in_force(network_bps), network_bps);
        spin("the quorum signs", || play.post(&header))?;
        for operator in 0..SILENT {
            play.settle(operator, &ledger, &header)?;
        }
        spin("the deadline passes", || play.close())?;
        spin("stakers vote", || play.vote())?;
        let report = Report::new(play.stage, start.elapsed().as_secs_f64())?;
        print(&report, format)?;
        Ok(Outcome::Accepted)
    }
}

struct Play {
    stage: Stage,
    keys: Keys,
    registry: Registry,
    secrets: Vec<OperatorSecret>,
}

impl Play {
    fn id(&self, operator: usize) -> Fr {
        self.secrets[operator].operator_id(self.registry.pool_id())
    }

    /// Enrolment proof of an operator; its owner is the account that the proof is bound to.
    fn enrolment(
        &self,
        operator: usize,
        registry: &Registry,
    ) -> anyhow::Result<(EnrolmentStatement, Vec<u8>)> {
        let seat = Seat {
            chain_id: CHAIN_ID,
            pool: self.stage.pool(),
            account: self.stage.owners[operator].address().into_array(),
        };
        enrol(&self.keys, registry, &self.secrets[operator], &seat)
    }

    fn register(&mut self) -> anyhow::Result<()> {
        let at = self.stage.at();
        let empty = Registry {
            entries: Vec::new(),
            ..self.registry.clone()
        };
        for (operator, (name, _)) in OPERATORS.iter().enumerate() {
            let (statement, proof) = self.enrolment(operator, &empty)?;
            let payout = self.stage.payouts[operator].into_array();
            let call = Call::register(&statement, &payout, ENROLMENT, &proof);
            let owner = &self.stage.owners[operator];
            self.stage.send(owner, at.registry, plan::BOND, call.data)?;
            let what = "registers, with its bond".to_owned();
            self.stage.tell(name, what, Some(plan::BOND))?;
        }
        for entry in &self.registry.entries {
            let call = OperatorRegistry::registerValidatorCall {
                index: entry.index.try_into()?,
                tag: to_uint(entry.tag),
                // This registry is a draft: nobody signed for it.
                evidence: Default::default(),
            };
            self.stage
                .call(&self.stage.staker, at.registry, plan::DEPOSIT, &call)?;
        }
        let count = self.registry.entries.len();
        let what = format!("{count} validators are registered, each with a deposit");
        self.stage
            .tell("somebody", what, Some(plan::DEPOSIT * count as u128))
    }

    fn enrol(&mut self) -> anyhow::Result<()> {
        self.stage.pass(WINDOW)?;
        let at = self.stage.at();
        let root = Root {
            batch: 1,
            registryRoot: to_uint(self.registry.root()?),
            registered: self.registry.entries.len() as u32,
            operatorsRoot: U256::ZERO,
            fileHash: Default::default(),
        };
        let signatures = self.stage.signatures_over_root(&root)?;
        let fix = OperatorRegistry::fixRootCall { root, signatures };
        self.stage.call(&self.stage.staker, at.registry, 0, &fix)?;
        let what = "fixes the root of the registry's next version".to_owned();
        self.stage.tell("the quorum", what, None)?;
        for (operator, (name, _)) in OPERATORS.iter().enumerate() {
            let (statement, proof) = self.enrolment(operator, &self.registry)?;
            let call = Call::enrol(&statement, ENROLMENT, &proof);
            let owner = &self.stage.owners[operator];
            self.stage.send(owner, at.registry, 0, call.data)?;
            let what = format!("proves V = {}", statement.validators);
            self.stage.tell(name, what, None)?;
        }
        let close = OperatorRegistry::closeBatchCall {};
        self.stage
            .call(&self.stage.staker, at.registry, 0, &close)?;
        let what = "every validator is somebody's: the version is active".to_owned();
        self.stage.tell("the registry", what, None)
    }

    fn post(&mut self, header: &SignedHeader) -> anyhow::Result<()> {
        let over = START_EPOCH + u64::from(EPOCHS) + 3;
        self.stage
            .pass_to(plan::GENESIS + over * SECONDS_PER_EPOCH)?;
        let at = self.stage.at();
        let signing = HeaderToSign::new(header, CHAIN_ID, &at.oracle.into_array());
        let signatures = self.stage.signatures(signing.digest())?;
        let call = Call::propose(header, &signatures);
        self.stage
            .send(&self.stage.staker, at.oracle, 0, call.data)?;
        self.stage.pass(WINDOW)?;
        let finalize = LedgerOracle::finalizeCall {};
        self.stage
            .call(&self.stage.staker, at.oracle, 0, &finalize)?;
        let what = format!(
            "signs the ledger of epochs {START_EPOCH} to {}; nobody objects",
            START_EPOCH + u64::from(EPOCHS) - 1
        );
        self.stage.tell("the quorum", what, None)
    }

    /// Proves, is refused where it should be, and settles.
    fn settle(
        &mut self,
        operator: usize,
        ledger: &Ledger,
        header: &SignedHeader,
    ) -> anyhow::Result<()> {
        let (name, _) = OPERATORS[operator];
        let policy = settlement::policy();
        let thresholds = policy.thresholds_in_force(header.network_bps);
        let witness = witness(ledger, &self.registry, &self.secrets[operator], &thresholds);
        let payout = self.stage.payouts[operator].into_array();
        let statement = DutyStatement {
            ledger_root: header.ledger_root,
            operator_id: self.id(operator),
            thresholds,
            claims: policy.grid.round_down(best_claims(&witness)),
            context: context(CHAIN_ID, &self.stage.pool(), &payout, Purpose::Duty),
        };
        let Keys {
            engine, srs, duty, ..
        } = &self.keys;
        let proof = spin("proving a period", || {
            prove_duty_observed(engine, duty, srs, &statement, &witness, |_| {})
        })?;
        let (at, owner) = (self.stage.at(), &self.stage.owners[operator]);
        let submit = |statement: &DutyStatement, proof: &[u8]| {
            Call::submit_proof(statement, 0, DUTY, proof).data
        };
        let mut refused = Vec::new();
        if operator == 0 {
            let mut changed = proof.clone();
            changed[proof.len() / 2] ^= 1;
            let thief = &self.stage.staker;
            let mut lie = statement;
            lie.claims.good_stake -= policy.grid.stake_step;
            refused = vec![
                (
                    "somebody else sends the proof",
                    self.stage
                        .refusal(thief, at.pool, submit(&statement, &proof))?,
                ),
                (
                    "with a bit of the proof changed",
                    self.stage
                        .refusal(owner, at.pool, submit(&statement, &changed))?,
                ),
                (
                    "with another claim than is proven",
                    self.stage.refusal(owner, at.pool, submit(&lie, &proof))?,
                ),
            ];
        }
        let mined = self
            .stage
            .send(owner, at.pool, 0, submit(&statement, &proof))?;
        let settled = mined.event::<DutyPool::Settled>(at.pool);
        let payment = settled
            .context("a settled proof is told as an event")?
            .payment;
        if operator == 0 {
            let again = self
                .stage
                .refusal(owner, at.pool, submit(&statement, &proof))?;
            refused.push(("the same proof again", again));
        }
        for (what, error) in refused {
            self.stage
                .tell(name, format!("{what}: REFUSED, {error}"), None)?;
        }
        let (reward, charged) = (payment.reward.to(), payment.bondToReserve.to());
        let what = format!("is settled with {} gas: earns", mined.gas_used);
        self.stage.tell(name, what, Some(reward))?;
        if charged > 0 {
            let what = format!(
                "{} slashed: its bond pays the reserve",
                statement.claims.slashed
            );
            self.stage.tell(name, what, Some(charged))?;
        }
        if reward > 0 {
            let account = self.stage.payouts[operator];
            let pay = DutyPool::payCall { account };
            self.stage.call(&self.stage.staker, at.pool, 0, &pay)?;
            ensure!(
                self.stage.balance(account)? == payment.reward,
                "a payout account must get its reward"
            );
        }
        Ok(())
    }

    fn close(&mut self) -> anyhow::Result<()> {
        self.stage.pass(2 * PROOFS)?;
        let at = self.stage.at();
        let close = DutyPool::closePeriodCall {};
        self.stage.call(&self.stage.staker, at.pool, 0, &close)?;
        let reserve = self.stage.balance(at.reserve)?;
        for (operator, (name, _)) in OPERATORS.iter().enumerate() {
            let id = to_uint(self.id(operator));
            let before = self.stage.operator(id)?;
            let conclude = DutyPool::concludeCall { id, period: 0 };
            self.stage.call(&self.stage.staker, at.pool, 0, &conclude)?;
            let after = self.stage.operator(id)?;
            if operator == SILENT {
                let what = "was silent until the deadline: its bond pays for the slashing that nobody has shown, held";
                let share = before.bond - after.bond;
                self.stage.tell(name, what.to_owned(), Some(share))?;
            }
            if after.strikeHistory != before.strikeHistory {
                self.stage.tell(name, "gets a strike".to_owned(), None)?;
            }
        }
        ensure!(
            self.stage.balance(at.reserve)? == reserve,
            "what a silent bond pays is held, not spent"
        );
        Ok(())
    }

    fn vote(&mut self) -> anyhow::Result<()> {
        let at = self.stage.at();
        let mut changed = settlement::policy();
        changed.penalty = 2 * ETHER;
        let adopt = PolicyStore::adoptCall {
            policy: Policy::from(&changed),
        };
        self.stage.vote(at.policies, &adopt, "a higher penalty")?;
        let what = format!(
            "double the penalty, by vote and after {} s: for periods that begin later",
            VOTE
        );
        self.stage.tell("the stakers", what, None)
    }
}
