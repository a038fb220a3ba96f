//! Where `settle` compares, one below, equal and one above; and every two of these at once.

use crate::calls::{Settles, Twin};
use crate::evm::Evm;
use vigil_circuits::Fr;
use vigil_circuits::header::SignedHeader;
use vigil_circuits::statement::DutyClaims;
use vigil_verifier::settle::{
    Close, Grid, OperatorState, PeriodState, Phase, Policy, PoolState, Record, Rule, State, Strikes,
};

/// An operator proves in time that six of its ten validators are slashed, of which it was charged for two: 40 wei are
/// due, of which 30 are held. It earns 200 of a pot of 1,000, of which 50 are owed.
fn ordinary() -> Settles {
    let policy = Policy {
        min_performance: Rule::Absolute(0),
        min_uptime: Rule::Absolute(0),
        max_outage_epochs: 0,
        leak_below_bps: 0,
        grid: Grid {
            tiers: vec![0, 5_000, 10_000],
            stake_step: 10,
        },
        min_good_bps: 5_000,
        strike_limit: 1,
        strike_window: 1,
        reward_rate: 1,
        penalty: 10,
        bond_per_validator: 10,
    };
    let header = SignedHeader {
        ledger_root: Fr::from(1),
        registry_root: Fr::from(2),
        chain: Fr::from(3),
        start_epoch: 0,
        epochs: 225,
        registered: 100,
        total_good: 1_000,
        total_slashed: 50,
        network_bps: 9_900,
        file_hash: [4; 32],
    };
    let state = State {
        phase: Phase::OnTime,
        pool: PoolState {
            periods: 4,
            is_open: true,
            charged: 5,
            prepaid: 70,
            expected: 0,
            retired: 0,
        },
        period: PeriodState {
            number: 3,
            pot: 1_000,
            earned: 100,
            proven: 20,
            good_stake: 500,
            slashed: 5,
            retired: 0,
            close: None,
        },
        operator: OperatorState {
            bond: 100,
            debt: 50,
            prepaid: 30,
            charged: 2,
            strikes: Strikes::default(),
            barred: false,
            retired: false,
            unproven: 0,
            next: 3,
        },
        validators: 10,
        record: Record::Pending,
    };
    let claims = DutyClaims {
        validators: 10,
        good_bps: 5_000,
        slashed: 6,
        performance_bps: 10_000,
        good_stake: 200,
    };
    Settles(policy, header, state, claims)
}

type Edit = Box<dyn Fn(&mut Settles)>;

/// Values for a field, each an edit.
macro_rules! values {
    ($edits:ident, $part:tt . $($field:ident).+ = $values:expr) => {
        for value in $values {
            $edits.push(Box::new(move |case: &mut Settles| case.$part.$($field).+ = value));
        }
    };
}

fn edits() -> Vec<Edit> {
    const MAX: u128 = u128::MAX;
    let mut edits: Vec<Edit> = Vec::new();
    // The grid, and what a period may earn.
    values!(
        edits,
        3.good_bps = [0, 4_999, 5_001, 10_000, 10_001, u16::MAX]
    );
    values!(
        edits,
        3.performance_bps = [0, 5_000, 9_999, 10_001, u16::MAX]
    );
    values!(edits, 0.min_good_bps = [4_999, 5_001]);
    values!(edits, 0.grid.stake_step = [1, 199, 200, 201, u64::MAX]);
    values!(
        edits,
        3.good_stake = [0, 199, 201, 490, 500, 510, (1 << 48) - 1, 1 << 48, u64::MAX]
    );
    values!(
        edits,
        1.total_good = [0, 699, 700, 701, (1 << 48) - 1, u64::MAX]
    );
    values!(edits, 2.period.good_stake = [0, 799, 800, 801, u64::MAX]);
    values!(edits, 2.period.pot = [0, 1, MAX]);
    values!(
        edits,
        2.period.earned = [0, MAX - 201, MAX - 200, MAX - 199, MAX]
    );
    // Slashings.
    values!(edits, 3.slashed = [0, 1, 2, 3, 10, 11, u32::MAX]);
    values!(edits, 2.operator.charged = [0, 5, 6, 7, u32::MAX]);
    values!(edits, 1.total_slashed = [0, 10, 11, 12, u32::MAX]);
    values!(edits, 2.period.slashed = [0, 43, 44, 45, u32::MAX]);
    values!(
        edits,
        2.pool.charged = [0, u32::MAX - 5, u32::MAX - 4, u32::MAX - 3, u32::MAX]
    );
    // Held, bond, debt.
    values!(edits, 0.penalty = [0, 1, (1 << 80) - 1]);
    values!(edits, 2.operator.prepaid = [0, 39, 40, 41, MAX]);
    values!(edits, 2.operator.bond = [0, 9, 10, 11, MAX - 1, MAX]);
    values!(edits, 2.operator.debt = [0, 199, 200, 201, MAX - 1, MAX]);
    values!(edits, 2.pool.prepaid = [0, 29, 30, 31, MAX]);
    values!(edits, 2.operator.unproven = [1, 2, u32::MAX]);
    // Whose turn it is.
    values!(edits, 3.validators = [0, 9, 11, u32::MAX]);
    values!(edits, 2.validators = [0, 9, 11, u32::MAX]);
    values!(
        edits,
        2.period.proven = [0, u32::MAX - 11, u32::MAX - 10, u32::MAX - 9, u32::MAX]
    );
    values!(edits, 2.operator.next = [2, 4, u64::MAX]);
    values!(edits, 2.period.number = [2, 4, u64::MAX]);
    values!(edits, 2.phase = [Phase::Late]);
    values!(edits, 2.record = [Record::Silent, Record::Concluded]);
    values!(
        edits,
        2.record = [Record::Proven {
            late: false,
            below: false
        }]
    );
    values!(edits, 2.operator.barred = [true]);
    values!(edits, 2.operator.retired = [true]);
    values!(
        edits,
        2.period.close = [Some(Close {
            missing: 0,
            silent: 0,
            strikes: true
        })]
    );
    edits
}

#[test]
fn settle_agrees_on_every_boundary() {
    let mut evm = Evm::new();
    let edits = edits();
    let (mut accepted, mut refused) = (0_u32, 0_u32);
    for first in &edits {
        for second in &edits {
            // The first alone, if both are the same.
            let mut case = ordinary();
            first(&mut case);
            second(&mut case);
            let native = case.native();
            assert!(native == evm.call(case.call()), "{case:?}");
            *if native.is_ok() {
                &mut accepted
            } else {
                &mut refused
            } += 1;
        }
    }
    assert!(ordinary().native().is_ok());
    assert!(
        accepted > 1_000 && refused > 1_000,
        "{accepted} accepted, {refused} refused"
    );
}
