//! Where a pool stands, by what its contracts say at one block.

use crate::deployment::Deployment;
use crate::interface::{
    Clock, DutyPool, Final, LedgerOracle, OperatorRegistry, OperatorState, PeriodState, Policy,
    PolicyStore, PoolState, StakingVault,
};
use crate::node::{Node, NodeError};
use alloy_primitives::{Address, U256};

/// How far an operator has come in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No proof yet.
    Pending,
    /// A proof, not concluded yet.
    Proven,
    /// Concluded without a proof.
    Silent,
    /// Concluded with a proof, or without a duty.
    Concluded,
}

impl Standing {
    fn new(status: u8) -> Self {
        match status {
            1 => Self::Proven,
            2 => Self::Silent,
            3 => Self::Concluded,
            _ => Self::Pending,
        }
    }

    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Proven => "proven",
            Self::Silent => "silent",
            Self::Concluded => "concluded",
        }
    }
}

/// An operator.
#[derive(Clone, Debug)]
pub struct Operator {
    /// Its id.
    pub id: U256,
    /// Who submits for it.
    pub owner: Address,
    /// Where rewards go.
    pub payout: Address,
    /// V in the period's registry version.
    pub validators: u32,
    /// Its account.
    pub account: OperatorState,
    /// In the period.
    pub standing: Option<Standing>,
    /// What its payout account can fetch, in wei.
    pub owed: U256,
}

/// A period that has a final header.
#[derive(Clone, Debug)]
pub struct Period {
    /// Its number.
    pub number: u64,
    /// Its header.
    pub last: Final,
    /// Its policy.
    pub policy: Policy,
    /// Whether the pool has opened it.
    pub is_open: bool,
    /// Its state, once opened.
    pub state: PeriodState,
    /// When proofs are late, in the clock's time; `None` before it is opened.
    pub proofs_until: Option<u64>,
    /// When it can be closed.
    pub grace_until: Option<u64>,
}

/// The open batch.
#[derive(Clone, Copy, Debug)]
pub struct Batch {
    /// Its number.
    pub number: u64,
    /// 0 before the first registration.
    pub registration_ends: u64,
    /// 0 until its root is fixed.
    pub enrolment_ends: u64,
    /// Registrations.
    pub registrations: u32,
    /// N of its root.
    pub registered: u32,
    /// Of its new leaves, how many are opened.
    pub enrolled: u32,
}

/// All of it.
#[derive(Clone, Debug)]
pub struct Status {
    /// The block that was looked at.
    pub block: u64,
    /// The clock's time, which stands still during a pause.
    pub time: u64,
    /// The beacon chain's epoch.
    pub epoch: u64,
    /// When the pause began, if there is one.
    pub paused_at: Option<u64>,
    /// Who may pause.
    pub guardian: Address,
    /// Members whose signatures count.
    pub members: U256,
    /// Periods with a final header.
    pub periods: u64,
    /// First epoch of the next one.
    pub next_epoch: u64,
    /// When the header that waits can become final.
    pub final_from: Option<u64>,
    /// Versions of the registry, with the empty one.
    pub versions: U256,
    /// The open batch.
    pub batch: Batch,
    /// The pool's own.
    pub pool: PoolState,
    /// For the rewards of periods to come, in wei.
    pub budget: u128,
    /// The stakers' principal that is here, in wei.
    pub idle: U256,
    /// And in validators.
    pub staked: U256,
    /// What the reserve has, in wei.
    pub reserve: U256,
    /// The newest policy.
    pub policy: Policy,
    /// The period that was asked for, or the newest that has a final header.
    pub period: Option<Period>,
    /// In order of registration.
    pub operators: Vec<Operator>,
}

impl Status {
    /// Asks the contracts; `looked` is called with the number of operators that are looked at, of how many.
    pub fn read(
        node: &mut Node,
        deployment: &Deployment,
        period: Option<u64>,
        mut looked: impl FnMut(u64, u64),
    ) -> Result<Self, NodeError> {
        let block = node.pin()?;
        let node = &*node;
        let at = &deployment.contracts;
        let periods = node.view(at.oracle, &LedgerOracle::periodsCall {})?;
        let pool = node.view(at.pool, &DutyPool::poolStateCall {})?;
        let number = period.or(periods.checked_sub(1));
        let period = number
            .map(|number| Period::read(node, deployment, &pool, number))
            .transpose()?;
        let proposed = node.view(at.oracle, &LedgerOracle::proposedAtCall {})?;
        let window = node.view(at.oracle, &LedgerOracle::challengeWindowCall {})?;
        let paused = node.view(at.clock, &Clock::pausedAtCall {})?;
        let count = node.view(at.registry, &OperatorRegistry::operatorCountCall {})?;
        let count: u64 = count.saturating_to();
        let mut operators = Vec::new();
        for position in 0..count {
            looked(position, count);
            operators.push(Operator::read(node, deployment, period.as_ref(), position)?);
        }
        Ok(Self {
            block,
            time: node.view(at.clock, &Clock::timeCall {})?,
            epoch: node.view(at.clock, &Clock::epochCall {})?,
            paused_at: (paused != 0).then_some(paused),
            guardian: node.view(at.clock, &Clock::guardianCall {})?,
            members: node.view(at.oracle, &LedgerOracle::memberCountCall {})?,
            periods,
            next_epoch: node.view(at.oracle, &LedgerOracle::nextEpochCall {})?,
            final_from: (proposed != 0).then(|| proposed.saturating_add(window)),
            versions: node.view(at.registry, &OperatorRegistry::versionCountCall {})?,
            batch: Batch::read(node, at.registry)?,
            pool,
            budget: node.view(at.pool, &DutyPool::budgetCall {})?,
            idle: node.view(at.vault, &StakingVault::idleCall {})?,
            staked: node.view(at.vault, &StakingVault::stakedCall {})?,
            reserve: node.balance(at.reserve)?,
            policy: node.view(at.policies, &PolicyStore::newestCall {})?,
            period,
            operators,
        })
    }
}

impl Batch {
    fn read(node: &Node, registry: Address) -> Result<Self, NodeError> {
        let number = node.view(registry, &OperatorRegistry::currentCall {})?;
        let batch = node.view(registry, &OperatorRegistry::batchesCall { number })?;
        Ok(Self {
            number,
            registration_ends: batch.registrationEnds,
            enrolment_ends: batch.enrolmentEnds,
            registrations: batch.registrations,
            registered: batch.registered,
            enrolled: batch.enrolled,
        })
    }
}

impl Period {
    fn read(
        node: &Node,
        deployment: &Deployment,
        pool: &PoolState,
        number: u64,
    ) -> Result<Self, NodeError> {
        let at = &deployment.contracts;
        let last = node.view(at.oracle, &LedgerOracle::finalOfCall { period: number })?;
        let start = last.header.startEpoch;
        let is_open = number < pool.periods;
        let begins = node.view(at.pool, &DutyPool::beginsAtCall { period: number })?;
        let proofs = node.view(at.pool, &DutyPool::proofWindowCall {})?;
        let grace = node.view(at.pool, &DutyPool::graceWindowCall {})?;
        let proofs_until = is_open.then(|| begins.saturating_add(proofs));
        Ok(Self {
            number,
            policy: node.view(
                at.policies,
                &PolicyStore::policyForCall { startEpoch: start },
            )?,
            last,
            is_open,
            state: node.view(at.pool, &DutyPool::periodOfCall { period: number })?,
            proofs_until,
            grace_until: proofs_until.map(|until| until.saturating_add(grace)),
        })
    }
}

impl Operator {
    fn read(
        node: &Node,
        deployment: &Deployment,
        period: Option<&Period>,
        position: u64,
    ) -> Result<Self, NodeError> {
        let at = &deployment.contracts;
        let position = U256::from(position);
        let id = node.view(at.registry, &OperatorRegistry::idsCall { position })?;
        let accounts = node.view(at.registry, &OperatorRegistry::accountsOfCall { id })?;
        let version = period.map_or(u64::MAX >> 16, |period| period.last.version);
        let validators = OperatorRegistry::validatorsAtCall { id, version };
        let record = period.map(|period| {
            let period = period.number;
            node.view(at.pool, &DutyPool::recordOfCall { id, period })
        });
        let account = accounts.payout;
        Ok(Self {
            id,
            owner: accounts.owner,
            payout: account,
            validators: node.view(at.registry, &validators)?,
            account: node.view(at.pool, &DutyPool::operatorOfCall { id })?,
            standing: record
                .transpose()?
                .map(|record| Standing::new(record.status)),
            owed: node.view(at.pool, &DutyPool::owedCall { account })?,
        })
    }

    /// Strikes that count at the end of a period.
    pub fn strikes(&self, policy: &Policy, period: u64) -> u32 {
        let account = &self.account;
        let age = period.saturating_sub(account.newestStrike);
        let window = u64::from(policy.strikeWindow);
        if age >= window {
            return 0;
        }
        let counted = window - age;
        let mask = if counted >= 64 {
            u64::MAX
        } else {
            (1 << counted) - 1
        };
        (account.strikeHistory & mask).count_ones()
    }
}
