//! Synthetic pools with realistic faults, for tests, benchmarks and trials.
//!
//! Nothing here is chain data: rates are those of an ordinary day, seeded and reproducible.

use crate::identity::{
    Address, OperatorSecret, Pool, Purpose, context, registry_leaf, registry_root,
};
use crate::ledger::{LedgerHeader, LedgerRow, MissedVotes, WORD_EPOCHS, Words};
use crate::statement::{
    DutyPlace, DutyStatement, DutyWitness, EnrolmentPlace, EnrolmentStatement, EnrolmentWitness,
    MembershipStatement, MembershipWitness, Thresholds, Totals, is_compliant,
};
use crate::tree::{LEDGER_DEPTH, OPERATORS_DEPTH, TooManyLeaves, Tree};
use halo2curves::bn256::Fr;
use rand_core::{CryptoRng, RngCore};

/// Chain of the synthetic pools.
pub const CHAIN_ID: u64 = 1;
/// Their contract.
pub const POOL_ADDRESS: Address = [0x76; 20];
/// Payout account of their duty proofs.
pub const PAYOUT_ADDRESS: Address = [0x61; 20];
/// Owner in their enrolment proofs.
pub const OWNER_ADDRESS: Address = [0x6f; 20];

/// Thresholds that some of the synthetic validators miss.
pub const THRESHOLDS: Thresholds = Thresholds {
    min_performance_bps: 9_500,
    min_uptime_bps: 9_700,
    max_outage_epochs: 12,
};

/// A pool with its operators, registry and one period's ledger.
#[derive(Debug)]
pub struct SyntheticPool {
    /// The pool.
    pub pool: Pool,
    /// Operators' secrets.
    pub secrets: Vec<OperatorSecret>,
    /// Rows by increasing index, with the operator of each.
    pub rows: Vec<(usize, LedgerRow)>,
    /// Header over the rows.
    pub header: LedgerHeader,
    ledger: Tree,
    registry: Tree,
    operators: Tree,
}

impl SyntheticPool {
    /// `validators` of `operators` operators over a full period of `words`.
    pub fn new<R: RngCore + CryptoRng>(
        rng: &mut R,
        words: Words,
        operators: usize,
        validators: usize,
    ) -> Result<Self, TooManyLeaves> {
        let pool = Pool::new(CHAIN_ID, &POOL_ADDRESS);
        let secrets: Vec<_> = (0..operators)
            .map(|_| OperatorSecret::random(rng))
            .collect();
        let mut index = 0;
        let rows: Vec<(usize, LedgerRow)> = (0..validators)
            .map(|i| {
                index += 1 + below(rng, 100);
                (i % operators.max(1), random_row(rng, words, index))
            })
            .collect();
        Self::from_rows(pool, secrets, rows, words)
    }

    /// The same over given rows.
    pub fn from_rows(
        pool: Pool,
        secrets: Vec<OperatorSecret>,
        rows: Vec<(usize, LedgerRow)>,
        words: Words,
    ) -> Result<Self, TooManyLeaves> {
        let tags: Vec<Fr> = rows
            .iter()
            .map(|(operator, row)| secrets[*operator].tag(row.index, pool))
            .collect();
        let leaves = rows
            .iter()
            .zip(&tags)
            .map(|((_, row), tag)| row.leaf(*tag))
            .collect();
        let ledger = Tree::new(leaves, LEDGER_DEPTH)?;
        let leaves = rows
            .iter()
            .zip(&tags)
            .map(|((_, row), tag)| registry_leaf(row.index, *tag))
            .collect();
        let registry = Tree::new(leaves, LEDGER_DEPTH)?;
        let ids = secrets
            .iter()
            .map(|secret| secret.operator_id(pool))
            .collect();
        let operators = Tree::new(ids, OPERATORS_DEPTH)?;
        let registered = rows.len() as u32;
        let header = LedgerHeader {
            tree_root: ledger.root(),
            registry_root: registry_root(registry.root(), registered),
            chain: Fr::from(0xc4a1),
            start_epoch: 300_000,
            epochs: words.max_epochs() as u32,
            registered,
        };
        Ok(Self {
            pool,
            secrets,
            rows,
            header,
            ledger,
            registry,
            operators,
        })
    }

    /// An operator's duty statement, with its best claims, and the witness.
    pub fn duty(&self, operator: usize, thresholds: Thresholds) -> (DutyStatement, DutyWitness) {
        let places: Vec<_> = self
            .of(operator)
            .map(|(position, row)| DutyPlace {
                row: row.clone(),
                path: self.ledger.path(position),
                compliant: is_compliant(row, &thresholds),
            })
            .collect();
        let totals = Totals::of(places.iter().map(|place| (&place.row, place.compliant)));
        let statement = DutyStatement {
            ledger_root: self.header.root(),
            operator_id: self.secrets[operator].operator_id(self.pool),
            thresholds,
            claims: totals.best_claims(),
            context: context(CHAIN_ID, &POOL_ADDRESS, &PAYOUT_ADDRESS, Purpose::Duty),
        };
        let secret = self.secrets[operator].clone();
        (
            statement,
            DutyWitness {
                secret,
                pool: self.pool,
                header: self.header,
                places,
            },
        )
    }

    /// An operator's enrolment statement and witness.
    pub fn enrolment(&self, operator: usize) -> (EnrolmentStatement, EnrolmentWitness) {
        let places: Vec<_> = self
            .of(operator)
            .map(|(position, row)| EnrolmentPlace {
                index: row.index,
                path: self.registry.path(position),
            })
            .collect();
        let statement = EnrolmentStatement {
            registry_root: self.header.registry_root,
            operator_id: self.secrets[operator].operator_id(self.pool),
            validators: places.len() as u32,
            context: context(CHAIN_ID, &POOL_ADDRESS, &OWNER_ADDRESS, Purpose::Enrolment),
        };
        let witness = EnrolmentWitness {
            secret: self.secrets[operator].clone(),
            pool: self.pool,
            tree_root: self.registry.root(),
            registered: self.header.registered,
            places,
        };
        (statement, witness)
    }

    /// A membership statement for validator `index` and its witness.
    pub fn membership(
        &self,
        operator: usize,
        index: u64,
    ) -> (MembershipStatement, MembershipWitness) {
        let secret = self.secrets[operator].clone();
        let statement = MembershipStatement {
            operators_root: self.operators.root(),
            pool: self.pool,
            index,
            tag: secret.tag(index, self.pool),
            context: context(CHAIN_ID, &POOL_ADDRESS, &[0; 20], Purpose::Registration),
        };
        (
            statement,
            MembershipWitness {
                secret,
                path: self.operators.path(operator),
            },
        )
    }

    fn of(&self, operator: usize) -> impl Iterator<Item = (usize, &LedgerRow)> {
        self.rows
            .iter()
            .enumerate()
            .filter(move |(_, (owner, _))| *owner == operator)
            .map(|(position, (_, row))| (position, row))
    }
}

/// Uniform enough below `bound`, for synthetic data.
fn below<R: RngCore>(rng: &mut R, bound: u64) -> u64 {
    rng.next_u64() % bound
}

/// A validator's period: mostly fine, some with an outage, few slashed, exited or never active.
pub fn random_row<R: RngCore>(rng: &mut R, words: Words, index: u64) -> LedgerRow {
    let epochs = words.max_epochs();
    let active = match below(rng, 20) {
        0 => 0,
        1 => below(rng, epochs as u64 + 1) as usize,
        _ => epochs,
    };
    let mut row = LedgerRow {
        index,
        active_epochs: active as u16,
        effective_balance: if active == 0 {
            0
        } else {
            [32, 32, 17, 64, 2048][below(rng, 5) as usize]
        },
        slashed: below(rng, 30) == 0,
        run_in: if below(rng, 10) == 0 {
            below(rng, 20) as u16
        } else {
            0
        },
        proposals_due: 0,
        proposals_missed: 0,
        sync_due: 0,
        sync_missed: 0,
        words: vec![MissedVotes::default(); words.count()],
    };
    if active > 0 && below(rng, 8) == 0 {
        row.proposals_due = 1 + below(rng, 3) as u16;
        row.proposals_missed = below(rng, u64::from(row.proposals_due) + 1) as u16;
    }
    if active > 0 && below(rng, 12) == 0 {
        row.sync_due = 1 + below(rng, 7_200) as u32;
        row.sync_missed = below(rng, u64::from(row.sync_due / 10) + 1) as u32;
    }
    let outage = (below(rng, 6) == 0 && active > 0).then(|| {
        let start = below(rng, active as u64) as usize;
        start..(start + 1 + below(rng, 40) as usize).min(active)
    });
    for epoch in 0..active {
        let is_out = outage
            .as_ref()
            .is_some_and(|outage| outage.contains(&epoch));
        let word = &mut row.words[epoch / WORD_EPOCHS];
        let epoch = epoch % WORD_EPOCHS;
        if is_out || below(rng, 400) == 0 {
            word.source.set(epoch);
        }
        if is_out || below(rng, 400) == 0 {
            word.target.set(epoch);
        }
        if is_out || below(rng, 60) == 0 {
            word.head.set(epoch);
        }
    }
    row
}
