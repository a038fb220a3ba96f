//! Histories of random operators, periods and behaviours.

use super::*;
use proptest::prelude::*;

/// What an operator does in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Proves,
    ProvesLate,
    Silent,
}

/// What happens to an operator in a period.
#[derive(Clone, Copy, Debug)]
struct Turn {
    act: Act,
    /// One more of its validators is slashed.
    slashed: bool,
    /// It has one more validator from this period on.
    grows: bool,
    /// Somebody concludes it right after the close.
    concluded: bool,
    /// It proves one of the periods that it was silent in.
    arrears: bool,
    tiers: (usize, usize),
}

#[derive(Clone, Debug)]
struct Operator {
    state: OperatorState,
    /// V and slashed validators, by period.
    history: Vec<(u32, u32)>,
    records: Vec<Record>,
    validators: u32,
    slashed: u32,
    stake: u64,
    /// Taken from bond, rewards and top-ups, less what came back.
    paid: u128,
}

/// A pool's books, as a contract keeps them.
#[derive(Clone, Debug)]
struct Books {
    policy: Policy,
    pool: PoolState,
    periods: Vec<(SignedHeader, PeriodState)>,
    operators: Vec<Operator>,
}

impl Books {
    fn open(&mut self, turns: &[Turn], funds: u128) {
        for (operator, turn) in self.operators.iter_mut().zip(turns) {
            operator.validators += u32::from(turn.grows);
            if turn.slashed && operator.slashed < operator.validators {
                operator.slashed += 1;
            }
            operator
                .history
                .push((operator.validators, operator.slashed));
            operator.records.push(Record::Pending);
        }
        let operators = &self.operators;
        let header = SignedHeader {
            registered: operators.iter().map(|o| o.validators).sum(),
            total_good: operators.iter().map(|o| o.stake).sum(),
            total_slashed: operators.iter().map(|o| o.slashed).sum(),
            ..header()
        };
        let opening = open(&self.policy, &header, self.pool, funds).unwrap();
        self.pool = opening.pool;
        self.periods.push((header, opening.period));
    }

    fn state(&self, i: usize, period: usize, phase: Phase) -> State {
        State {
            phase,
            pool: self.pool,
            period: self.periods[period].1,
            operator: self.operators[i].state,
            validators: self.operators[i].history[period].0,
            record: self.operators[i].records[period],
        }
    }

    fn keep(&mut self, i: usize, period: usize, state: State) {
        self.pool = state.pool;
        self.periods[period].1 = state.period;
        self.operators[i].state = state.operator;
        self.operators[i].records[period] = state.record;
    }

    fn settle(
        &mut self,
        i: usize,
        period: usize,
        phase: Phase,
        tiers: (usize, usize),
    ) -> Settlement {
        let operator = &self.operators[i];
        let (validators, slashed) = operator.history[period];
        let grid = &self.policy.grid.tiers;
        let claims = DutyClaims {
            validators,
            good_bps: grid[tiers.0],
            slashed,
            performance_bps: grid[tiers.1],
            good_stake: operator.stake,
        };
        let before = self.state(i, period, phase);
        let s = settle(&self.policy, &self.periods[period].0, before, &claims).unwrap();
        let (from, to) = (before.operator.bond, s.state.operator.bond);
        assert_eq!(from + s.held_to_bond, to + s.bond_to_reserve);
        self.operators[i].paid += s.bond_to_reserve + s.pot_to_reserve;
        self.operators[i].paid -= s.held_to_bond;
        self.keep(i, period, s.state);
        s
    }

    /// Concludes for an operator every period that is closed.
    fn catch_up(&mut self, i: usize) {
        while let Some(period) =
            usize::try_from(self.operators[i].state.next)
                .ok()
                .filter(|&next| {
                    self.periods
                        .get(next)
                        .is_some_and(|(_, p)| p.close.is_some())
                })
        {
            let before = self.state(i, period, Phase::Late);
            let c = conclude(&self.policy, before).unwrap();
            assert_eq!(before.operator.bond, c.state.operator.bond + c.bond_to_held);
            self.operators[i].paid += c.bond_to_held;
            self.keep(i, period, c.state);
        }
    }

    fn silent_period(&self, i: usize) -> Option<usize> {
        self.operators[i]
            .records
            .iter()
            .position(|&record| record == Record::Silent)
    }

    /// What holds at any time.
    fn check(&self) {
        for operator in &self.operators {
            let state = &operator.state;
            let due = self.policy.penalty * u128::from(state.charged) + state.prepaid;
            assert_eq!(operator.paid + state.debt, due);
            assert!(state.charged <= operator.slashed);
            assert!(state.debt == 0 || state.bond == 0);
        }
        let sum = |of: fn(&OperatorState) -> u128| -> u128 {
            self.operators.iter().map(|o| of(&o.state)).sum()
        };
        assert_eq!(u128::from(self.pool.charged), sum(|o| o.charged.into()));
        assert_eq!(self.pool.prepaid, sum(|o| o.prepaid));
    }
}

fn turn() -> impl Strategy<Value = Turn> {
    let act = prop_oneof![
        5 => Just(Act::Proves),
        1 => Just(Act::ProvesLate),
        3 => Just(Act::Silent),
    ];
    let flags = (
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.2),
        prop::bool::ANY,
        prop::bool::weighted(0.3),
    );
    (act, flags, (0usize..7, 0usize..7)).prop_map(|(act, flags, tiers)| Turn {
        act,
        slashed: flags.0,
        grows: flags.1,
        concluded: flags.2,
        arrears: flags.3,
        tiers,
    })
}

fn books(coins: std::ops::Range<u128>) -> impl Strategy<Value = Books> {
    let one = (0u32..6, coins, 1u64..50).prop_map(|(validators, coins, step)| Operator {
        state: OperatorState {
            bond: coins * COIN,
            ..OperatorState::default()
        },
        history: Vec::new(),
        records: Vec::new(),
        validators,
        slashed: 0,
        stake: 100 * step,
        paid: 0,
    });
    proptest::collection::vec(one, 1..6).prop_map(|operators| Books {
        policy: policy(),
        pool: PoolState::default(),
        periods: Vec::new(),
        operators,
    })
}

fn history() -> impl Strategy<Value = Vec<Vec<Turn>>> {
    proptest::collection::vec(proptest::collection::vec(turn(), 6), 1..8)
}

/// Runs a history through the books and checks them after every step.
fn play(books: &mut Books, history: &[Vec<Turn>], funds: u128) {
    for (period, turns) in history.iter().enumerate() {
        books.open(turns, funds);
        let mut given = 0;
        for (phase, act) in [(Phase::OnTime, Act::Proves), (Phase::Late, Act::ProvesLate)] {
            for (i, turn) in turns.iter().enumerate().take(books.operators.len()) {
                if turn.act == act && books.operators[i].validators > 0 {
                    books.catch_up(i);
                    let s = books.settle(i, period, phase, turn.tiers);
                    assert!(phase == Phase::OnTime || s.reward + s.pot_to_reserve == 0);
                    given += s.reward + s.pot_to_reserve;
                    books.check();
                }
            }
        }
        let (header, state) = books.periods[period];
        let closing = close(&books.policy, &header, books.pool, state);
        assert_eq!(
            given + closing.to_stakers,
            state.pot,
            "the pot is given out exactly"
        );
        books.pool = closing.pool;
        books.periods[period].1 = closing.period;
        // Behind everything that the chain shows stands somebody's bond, or will.
        if closing.period.close.unwrap().silent > 0 {
            let unseen = u128::from(header.total_slashed - books.pool.charged);
            let covered = books.pool.prepaid + books.pool.expected;
            assert!(covered >= books.policy.penalty * unseen);
        }
        for (i, turn) in turns.iter().enumerate().take(books.operators.len()) {
            if turn.concluded {
                books.catch_up(i);
            }
            if let Some(silent) = books.silent_period(i).filter(|_| turn.arrears) {
                let s = books.settle(i, silent, Phase::Late, turn.tiers);
                assert_eq!(s.reward + s.pot_to_reserve, 0);
            }
            books.check();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn money_adds_up(mut books in books(0..4), history in history(), funds in 0u128..20_000_000) {
        play(&mut books, &history, funds);
    }

    #[test]
    fn in_the_end_each_loss_is_paid_once_by_its_operator(
        mut books in books(100..101), history in history(), arrears in any::<u64>()
    ) {
        play(&mut books, &history, 1_000_000);
        let mut order: Vec<usize> = (0..books.operators.len()).collect();
        order.rotate_left(arrears as usize % books.operators.len());
        for i in order {
            books.catch_up(i);
            while let Some(silent) = books.silent_period(i) {
                books.settle(i, silent, Phase::Late, (0, 0));
                books.check();
            }
        }
        prop_assert_eq!(books.pool.prepaid, 0);
        for operator in &books.operators {
            let slashed = if operator.validators == 0 { 0 } else { operator.slashed };
            prop_assert_eq!(operator.paid, COIN * u128::from(slashed));
        }
    }

    #[test]
    fn the_order_of_proofs_does_not_matter(
        books in books(0..4), turns in proptest::collection::vec(turn(), 6), funds in 0u128..20_000_000
    ) {
        let run = |reverse: bool| {
            let mut books = books.clone();
            books.open(&turns, funds);
            let mut order: Vec<usize> = (0..books.operators.len()).collect();
            order.retain(|&i| turns[i].act != Act::Silent && books.operators[i].validators > 0);
            if reverse {
                order.reverse();
            }
            for &i in &order {
                let phase = match turns[i].act {
                    Act::ProvesLate => Phase::Late,
                    _ => Phase::OnTime,
                };
                books.settle(i, 0, phase, turns[i].tiers);
            }
            let (header, state) = books.periods[0];
            let closing = close(&books.policy, &header, books.pool, state);
            (books.pool, books.periods[0].1) = (closing.pool, closing.period);
            let mut all: Vec<usize> = (0..books.operators.len()).collect();
            if reverse {
                all.reverse();
            }
            all.into_iter().for_each(|i| books.catch_up(i));
            let operators: Vec<_> = books.operators.iter().map(|o| (o.state, o.paid)).collect();
            (operators, books.pool, closing.to_stakers)
        };
        prop_assert_eq!(run(false), run(true));
    }

    #[test]
    fn rounding_down_is_the_strongest_weaker_claim(
        good_bps in 0u16..=10_000, performance_bps in 0u16..=10_000, good_stake in 0u64..1 << 48
    ) {
        let grid = policy().grid;
        let claims = DutyClaims { good_bps, performance_bps, good_stake, ..claims() };
        let rounded = grid.round_down(claims);
        prop_assert!(grid.contains(&rounded));
        prop_assert!(rounded.good_bps <= good_bps && rounded.performance_bps <= performance_bps);
        prop_assert!(good_stake - rounded.good_stake < grid.stake_step);
        let between = |tier: &u16, low, high| low < *tier && *tier <= high;
        prop_assert!(!grid.tiers.iter().any(|t| between(t, rounded.good_bps, good_bps)));
        prop_assert!(!grid.tiers.iter().any(|t| between(t, rounded.performance_bps, performance_bps)));
    }
}
