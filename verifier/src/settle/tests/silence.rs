//! What silence costs, and what comes back.

use super::*;

#[test]
fn silent_bonds_pay_for_missing_slashings_pro_rata() {
    let header = SignedHeader {
        total_slashed: 2,
        ..header()
    };
    let mut state = state();
    state.pool.charged = 1;
    state.period.proven = 3;
    let over = closed(&header, state);
    // One slashing is missing, seven validators are silent, four of them this operator's.
    assert_eq!(over.period.close.unwrap().missing, COIN);
    let conclusion = conclude(&policy(), over).unwrap();
    let share = (4 * COIN).div_ceil(7);
    assert_eq!(conclusion.bond_to_held, share, "rounded up");
    assert_eq!(conclusion.state.operator.unproven, 1);
    assert_eq!(conclusion.state.pool.prepaid, share);
    assert_eq!(conclusion.state.pool.expected, COIN - share, "the others'");

    // The next period does not ask again for what is prepaid or expected.
    let next = open(&policy(), &header, conclusion.state.pool, 0).unwrap();
    let closing = close(&policy(), &header, next.pool, next.period);
    assert_eq!(closing.period.close.unwrap().missing, 0);
}

#[test]
fn a_share_is_at_most_v_penalties_and_at_most_the_bond() {
    // More missing slashings than silent validators: impossible under honest totals.
    let header = SignedHeader {
        total_slashed: 9,
        registered: 9,
        ..header()
    };
    let mut many = state();
    many.period.proven = 5;
    many.operator.bond = 100 * COIN;
    let conclusion = conclude(&policy(), closed(&header, many)).unwrap();
    assert_eq!(conclusion.bond_to_held, 4 * COIN);
    // In all: what it has prepaid and been charged for counts.
    many.operator.prepaid = COIN;
    many.operator.charged = 2;
    many.pool.charged = 2;
    let conclusion = conclude(&policy(), closed(&header, many)).unwrap();
    assert_eq!(conclusion.bond_to_held, COIN);

    // What a bond cannot pay is no debt, but asked again in the next period.
    let mut poor = state();
    poor.period.proven = 6;
    poor.operator.bond = COIN / 4;
    let alone = SignedHeader {
        total_slashed: 1,
        registered: 10,
        ..header
    };
    let conclusion = conclude(&policy(), closed(&alone, poor)).unwrap();
    assert_eq!(conclusion.bond_to_held, COIN / 4);
    let State { pool, operator, .. } = conclusion.state;
    assert_eq!((operator.bond, operator.debt, pool.expected), (0, 0, 0));
    let next = open(&policy(), &alone, pool, 0).unwrap();
    let closing = close(&policy(), &alone, next.pool, next.period);
    assert_eq!(closing.period.close.unwrap().missing, 3 * COIN / 4);
}

#[test]
fn arrears_use_what_was_prepaid_and_return_the_rest() {
    let silent = conclude(&policy(), closed(&header(), state())).unwrap();
    let share = (4 * COIN).div_ceil(10);
    assert_eq!(silent.bond_to_held, share);
    assert_eq!(withdrawable(&policy(), &silent.state.operator, 4, 2), 0);

    let one = DutyClaims {
        slashed: 1,
        ..claims()
    };
    let guilty = settle(&policy(), &header(), silent.state, &one).unwrap();
    assert_eq!((guilty.reward, guilty.held_to_bond), (0, 0));
    assert_eq!(guilty.held_to_reserve, share);
    assert_eq!(guilty.bond_to_reserve, COIN - share, "charged once in all");
    let State {
        pool,
        operator,
        record,
        ..
    } = guilty.state;
    assert_eq!((pool.charged, pool.prepaid), (1, 0));
    assert_eq!((record, operator.bond), (Record::Concluded, 2 * COIN));

    let innocent = settle(&policy(), &header(), silent.state, &claims()).unwrap();
    assert_eq!(innocent.held_to_bond, share);
    assert_eq!(innocent.state.operator.bond, 3 * COIN);
    assert_eq!(
        innocent.state.pool.prepaid, 0,
        "so the next close asks those still silent"
    );

    // Only the last of the arrears frees what is held.
    let mut twice = silent.state;
    twice.operator.unproven = 2;
    let first = settle(&policy(), &header(), twice, &claims()).unwrap();
    assert_eq!((first.held_to_bond, first.state.operator.unproven), (0, 1));
}

#[test]
fn nothing_to_prove_is_not_silence() {
    let mut empty = state();
    empty.validators = 0;
    empty.period.proven = 10;
    let late = Record::Proven {
        late: true,
        below: true,
    };
    for record in [Record::Pending, late] {
        let conclusion = conclude(&policy(), closed(&header(), State { record, ..empty })).unwrap();
        assert_eq!(conclusion.state.record, Record::Concluded);
        assert!(!conclusion.struck);
        assert_eq!(conclusion.state.operator.unproven, 0);
    }
}

#[test]
fn nothing_is_concluded_early_or_out_of_order() {
    assert_eq!(
        conclude(&policy(), state()),
        Err(ConcludeRefused::NotClosed)
    );
    let mut other = closed(&header(), state());
    other.operator.next = 1;
    let refused = conclude(&policy(), other);
    assert_eq!(
        refused,
        Err(ConcludeRefused::Order {
            expected: 1,
            got: 2
        })
    );
    let mut again = closed(&header(), state());
    again.record = Record::Silent;
    assert_eq!(conclude(&policy(), again), Err(ConcludeRefused::Again));
}
