//! Sponge glue: what goes into a permutation and what comes out.
//!
//! | name | equation | degree |
//! |---|---|---|
//! | input i (i < 3) | next state_i = desk_i | 1 + 5 |
//! | input capacity | next state_3 = k_3 (a fixed constant: domain and length) | 1 + 5 |
//! | output | desk_0 = state_0 | 1 + 5 |
//! | absorb i (i < 3) | next state_i = state_i + next chain_i | 1 + 5 |
//! | absorb capacity | next state_3 = state_3 | 1 + 5 |
//! | hold i | next state_i = state_i | 1 + 5 |

use super::Constraints;
use crate::circuit::columns::View;
use crate::poseidon2::RATE;

/// [`Op::Input`](crate::circuit::ops::Op::Input).
pub(super) fn input(view: &mut View<'_, '_>) -> Constraints {
    const NAMES: [&str; RATE] = ["input 0", "input 1", "input 2"];
    let next = view.state(1);
    let desk: [_; RATE] = view.desk();
    let capacity = view.constant(RATE);
    let mut constraints: Constraints = NAMES
        .into_iter()
        .zip(desk)
        .enumerate()
        .map(|(i, (name, desk))| (name, next[i].clone() - desk))
        .collect();
    constraints.push(("input capacity", next[RATE].clone() - capacity));
    constraints
}

/// [`Op::Output`](crate::circuit::ops::Op::Output).
pub(super) fn output(view: &mut View<'_, '_>) -> Constraints {
    let [desk] = view.desk();
    vec![("output", desk - view.state0(0))]
}

/// [`Op::Absorb`](crate::circuit::ops::Op::Absorb).
pub(super) fn absorb(view: &mut View<'_, '_>) -> Constraints {
    const NAMES: [&str; RATE] = ["absorb 0", "absorb 1", "absorb 2"];
    let (cur, next) = (view.state(0), view.state(1));
    let words = view.chains(1);
    let mut constraints: Constraints = NAMES
        .into_iter()
        .zip(words)
        .enumerate()
        .map(|(i, (name, word))| (name, next[i].clone() - cur[i].clone() - word))
        .collect();
    constraints.push(("absorb capacity", next[RATE].clone() - cur[RATE].clone()));
    constraints
}

/// [`Op::Hold`](crate::circuit::ops::Op::Hold).
pub(super) fn hold(view: &mut View<'_, '_>) -> Constraints {
    const NAMES: [&str; 4] = ["hold 0", "hold 1", "hold 2", "hold 3"];
    let (cur, next) = (view.state(0), view.state(1));
    NAMES
        .into_iter()
        .zip(cur)
        .zip(next)
        .map(|((name, a), b)| (name, b - a))
        .collect()
}
