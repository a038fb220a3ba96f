//! What several values in one say of each of them: meta, duties, misses, and the totals at the most places that any
//! shape has. Ranges are those of [`super::integers`], so digits and wires are what bounds the parts.

use super::integers::{INVERSES, Integers, check_duties};
use super::layout::duty;
use super::ops::Op;
use super::ranges::{Int, Range, int, less, order, power};
use super::*;
use crate::gates::TOTAL_BITS;
use crate::ledger::Words;
use crate::shape::{MAX_K, MAX_LANES};

const DESK: usize = 7;

/// Values side by side, the lowest first, say what each of them is: none reaches the next one's place.
fn assert_unique(what: &str, parts: &[(Int, Range)]) {
    let mut reached = Int::ZERO;
    for (place, range) in parts {
        assert!(reached < *place, "{what}: a part reaches {place}");
        reached += place.wrapping_mul(range.high.wrapping_sub(range.low));
    }
    assert!(reached < order(), "{what} can wrap");
}

/// The most places that any shape has.
fn most_places() -> u64 {
    let families = Words::ALL.map(Family::Duty);
    let forms = [Shape::wide, Shape::narrow];
    let places = families
        .into_iter()
        .flat_map(|family| forms.map(|form| u64::from(form(family, MAX_K, MAX_LANES).capacity())));
    places.max().unwrap()
}

fn duties_are_integers(shape: Shape) {
    let mut integers = Integers::new(shape);
    check_duties(&mut integers).unwrap();
    for inverse in INVERSES {
        // due * inverse + z = 1, due * z + 0 = 0.
        let class = |row: usize| integers.class((DESK, row));
        let next = integers
            .rows(Op::MulAdd)
            .into_iter()
            .filter(|&row| row + 1 != inverse && class(row) == class(inverse - 1));
        let next: Vec<_> = next
            .filter(|&row| class(row + 1) == class(inverse + 1))
            .collect();
        assert_eq!(next.len(), 1, "{inverse}");
        let one = Range::exact(int(1));
        assert_eq!(integers.desk(inverse + 2), one);
        for zero in [next[0] + 2, next[0] + 3] {
            assert_eq!(integers.desk(zero), Range::exact(Int::ZERO));
        }
    }

    let fields = integers.rows(Op::Fields);
    assert!(!fields.is_empty());
    for row in fields {
        let [active, run_in, balance] = [0, 1, 2].map(|i| integers.chain(i, row));
        let parts = [
            (int(1), integers.desk(row)),
            (power(40), active),
            (power(53), balance),
            (power(66), run_in),
        ];
        assert_unique("meta", &parts);
    }
    for row in integers.rows(Op::Duties) {
        let parts = [
            (int(1), integers.chain(0, row)),
            (power(16), integers.chain(1, row)),
            (power(32), integers.desk(row)),
            (power(56), integers.desk(row + 1)),
        ];
        assert_unique("duties", &parts);
        // What a place adds to the totals, and all of them.
        let [done, due] = [2, 0].map(|i| integers.chain(i, row));
        let [sync_done, sync_due] = [2, 0].map(|i| integers.desk(row + i));
        assert_totals(integers.desk(row + 6), &[done, due, sync_done, sync_due]);
    }
    for row in integers.rows(Op::Hits) {
        // Hits, and what the walk counts: no more than two a step of each.
        let counted = Range::new(Int::ZERO, int(226 * 28));
        let parts = [0, 1, 2].map(|i| {
            let hits = integers.chain(i, row);
            (power(16 * i), hits.add(counted))
        });
        assert_unique("misses", &parts);
    }
    for row in integers.rows(Op::Stake) {
        // Points are 54 for an epoch at most; the equations' ranges do not know that hits are no more than epochs.
        let parts = [3, 4, 6].map(|i| integers.desk(row + i));
        assert_totals(integers.desk(row + 2), &parts);
    }
    // Packed totals, limbs of the margin: each is below the place of the next.
    let radix = [TOTAL_BITS, 64].map(|bits| Range::exact(power(bits)));
    let packs = integers.rows(Op::MulAdd).into_iter();
    let packs: Vec<_> = packs
        .filter(|&row| {
            let place = integers.range((DESK, row + 1));
            place.is_some_and(|place| radix.contains(&place))
        })
        .collect();
    assert_eq!(packs.len(), 1 + 2 + 3 + 2);
    for row in packs {
        let (top, place) = (integers.desk(row), integers.desk(row + 1).low);
        assert_unique("totals", &[(int(1), integers.desk(row + 2)), (place, top)]);
        assert!(!less(integers.desk(row + 2).low, Int::ZERO));
    }
}

/// With the most places, no part of a packed sum reaches the next one, and the sum does not wrap.
fn assert_totals(balance: Range, parts: &[Range]) {
    let places = int(most_places());
    let mut sum = Int::ZERO;
    for (i, part) in parts.iter().enumerate() {
        let one = balance.times(*part).unwrap();
        assert_eq!(one.low, Int::ZERO);
        let all = one.high * places;
        assert!(all < power(TOTAL_BITS), "part {i} reaches {all}");
        sum += all << (i * TOTAL_BITS);
    }
    assert!(sum < order());
}

#[test]
fn equations_of_duty_circuits_hold_of_integers() {
    assert!(most_places() < 1 << 20);
    duties_are_integers(duty(Words::W1, 10, 1));
    duties_are_integers(duty(Words::W1, 11, 3));
    duties_are_integers(duty(Words::W7, 12, 2));
    duties_are_integers(duty(Words::W28, 13, 1));
}
