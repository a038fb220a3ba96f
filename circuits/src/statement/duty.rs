//! The duty statement, clauses S1 to S10 (protocol section 6).

use super::performance::{Totals, is_compliant};
use super::{BPS, DutyClaims, GOOD_STAKE_BITS, Thresholds, Violation};
use crate::identity::{INDEX_BITS, OperatorSecret, Pool};
use crate::ledger::{
    BALANCE_BITS, EPOCH_COUNT_BITS, LedgerHeader, LedgerRow, SYNC_BITS, WORD_EPOCHS, Words,
};
use crate::tree::{LEDGER_DEPTH, Path};
use halo2curves::bn256::Fr;

/// What a duty proof says in public.
///
/// Of the ledger with root `ledger_root`, exactly `claims.validators` distinct validators belong to
/// the operator; `claims.slashed` of them are slashed; at least `claims.good_stake` stake-time met
/// the policy; together they performed at least `claims.performance_bps`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DutyStatement {
    /// Root of the period's ledger.
    pub ledger_root: Fr,
    /// The operator, `sponge(1; secret, pool)`.
    pub operator_id: Fr,
    /// Thresholds in force.
    pub thresholds: Thresholds,
    /// What the operator claims.
    pub claims: DutyClaims,
    /// Chain, contract, payout account and purpose, see [`crate::identity::context`].
    pub context: Fr,
}

/// One of the operator's validators.
#[derive(Clone, Debug)]
pub struct DutyPlace {
    /// Its row.
    pub row: LedgerRow,
    /// Path of the row's leaf in the ledger's tree.
    pub path: Path,
    /// Whether it is counted as compliant.
    pub compliant: bool,
}

/// What a duty proof hides.
#[derive(Clone, Debug)]
pub struct DutyWitness {
    /// The operator's secret.
    pub secret: OperatorSecret,
    /// The pool; public in the protocol, but not an input of the proof.
    pub pool: Pool,
    /// The header under `ledger_root`.
    pub header: LedgerHeader,
    /// The operator's validators, by increasing index.
    pub places: Vec<DutyPlace>,
}

impl DutyStatement {
    /// Whether the statement is true of `witness`: the specification in code.
    pub fn check(&self, witness: &DutyWitness) -> Result<(), Violation> {
        self.check_claim_ranges()?;
        self.check_s1(witness)?;
        self.check_s2(witness)?;
        self.check_s3_s4(witness)?;
        self.check_s5(witness)?;
        self.check_s6(witness)?;
        self.check_s7(witness)?;
        let totals = Totals::of(
            witness
                .places
                .iter()
                .map(|place| (&place.row, place.compliant)),
        );
        self.check_s8(&totals)?;
        self.check_s9(&totals)
        // S10: the context is bound by the instance alone.
    }

    /// Claims and thresholds are integers in their ranges.
    pub(crate) fn check_claim_ranges(&self) -> Result<(), Violation> {
        let bps = [
            self.thresholds.min_performance_bps,
            self.thresholds.min_uptime_bps,
            self.claims.good_bps,
            self.claims.performance_bps,
        ];
        let in_range = bps.iter().all(|&bps| bps <= BPS)
            && self.thresholds.max_outage_epochs < 1 << EPOCH_COUNT_BITS
            && self.claims.good_stake < 1 << GOOD_STAKE_BITS;
        in_range.then_some(()).ok_or(Violation::ClaimRange)
    }

    /// S1: `O = sponge(1; s, pool)`.
    fn check_s1(&self, witness: &DutyWitness) -> Result<(), Violation> {
        (self.operator_id == witness.secret.operator_id(witness.pool))
            .then_some(())
            .ok_or(Violation::S1OperatorId)
    }

    /// S2: R is the root of the header whose tree root is used below.
    fn check_s2(&self, witness: &DutyWitness) -> Result<(), Violation> {
        (self.ledger_root == witness.header.root())
            .then_some(())
            .ok_or(Violation::S2LedgerRoot)
    }

    /// S3 and S4: each row, with the operator's own tag, is a leaf of that tree.
    ///
    /// A row under somebody else's tag is another leaf, so natively the two clauses are one test;
    /// [`Violation::S4Tag`] is for callers who know the registry's tag.
    fn check_s3_s4(&self, witness: &DutyWitness) -> Result<(), Violation> {
        let is_member = |place: &DutyPlace| {
            let tag = witness.secret.tag(place.row.index, witness.pool);
            place.path.levels.len() == LEDGER_DEPTH
                && place
                    .path
                    .leads_to(place.row.leaf(tag), witness.header.tree_root)
        };
        witness
            .places
            .iter()
            .all(is_member)
            .then_some(())
            .ok_or(Violation::S3Membership)
    }

    /// S5: indices strictly increase.
    fn check_s5(&self, witness: &DutyWitness) -> Result<(), Violation> {
        witness
            .places
            .is_sorted_by(|a, b| a.row.index < b.row.index)
            .then_some(())
            .ok_or(Violation::S5Order)
    }

    /// S6: fields are in their ranges and nothing is missed that was not due.
    fn check_s6(&self, witness: &DutyWitness) -> Result<(), Violation> {
        let is_sane = |row: &LedgerRow| {
            Words::from_count(row.words.len()).is_some()
                && row.index >> INDEX_BITS == 0
                && row.active_epochs >> EPOCH_COUNT_BITS == 0
                && row.run_in >> EPOCH_COUNT_BITS == 0
                && row.effective_balance >> BALANCE_BITS == 0
                && row.sync_due >> SYNC_BITS == 0
                && row.sync_missed <= row.sync_due
                && row.proposals_missed <= row.proposals_due
                && row
                    .misses()
                    .iter()
                    .all(|&missed| missed <= u32::from(row.active_epochs))
                && usize::from(row.active_epochs) <= row.words.len() * WORD_EPOCHS
        };
        witness
            .places
            .iter()
            .all(|place| is_sane(&place.row))
            .then_some(())
            .ok_or(Violation::S6Fields)
    }

    /// S7: who is marked compliant meets the policy.
    fn check_s7(&self, witness: &DutyWitness) -> Result<(), Violation> {
        witness
            .places
            .iter()
            .all(|place| !place.compliant || is_compliant(&place.row, &self.thresholds))
            .then_some(())
            .ok_or(Violation::S7Compliant)
    }

    /// S8: V and slashed are exact.
    fn check_s8(&self, totals: &Totals) -> Result<(), Violation> {
        ((self.claims.validators, self.claims.slashed) == (totals.validators, totals.slashed))
            .then_some(())
            .ok_or(Violation::S8Counts)
    }

    /// S9: the other claims are at most what the rows give.
    fn check_s9(&self, totals: &Totals) -> Result<(), Violation> {
        let holds = self.claims.good_stake <= totals.good
            && u64::from(self.claims.good_bps) * totals.all <= u64::from(BPS) * totals.good
            && totals.performs(self.claims.performance_bps);
        holds.then_some(()).ok_or(Violation::S9Claims)
    }
}
