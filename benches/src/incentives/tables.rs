//! The tables of docs/incentives.md.

use super::{CALM, Setting, Strategy, mean_payoff, simulate};

/// Years of luck that a mean is over.
const YEARS: u64 = 10;
/// A table of negligence: days, payoff, share of the honest payoff.
pub fn negligence_table() -> Vec<String> {
    let payoff = |share| mean_payoff(&CALM, Strategy::Negligent(share), YEARS);
    let honest = payoff(0.0);
    [0.0, 0.01, 0.03, 0.05, 0.10, 0.20, 0.30]
        .map(|share| {
            let (days, of_honest) = (100.0 * share, 100.0 * payoff(share) / honest);
            format!("| {days:.0} % | {:.2} | {of_honest:.0} % |", payoff(share))
        })
        .to_vec()
}

/// A table of slashings: bond / penalty, slashed, payoff by strategy, what the stakers lose.
pub fn slashing_table() -> Vec<String> {
    let bonds = [0.25, 0.5, 1.0];
    let row = |bond, slashed| {
        let setting = Setting {
            bond,
            slashed,
            ..CALM
        };
        let payoff = |strategy| simulate(&setting, strategy, 0).payoff();
        format!(
            "| {bond} | {slashed} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} |",
            payoff(Strategy::Proves),
            payoff(Strategy::FallsSilent),
            payoff(Strategy::SilentThenArrears),
            payoff(Strategy::Late),
            simulate(&setting, Strategy::Proves, 0).uncovered,
        )
    };
    bonds
        .into_iter()
        .flat_map(|bond| [1, 5, 15, 25, 50].map(|slashed| row(bond, slashed)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_these_figures() {
        let document = include_str!("../../../docs/incentives.md");
        for row in negligence_table().into_iter().chain(slashing_table()) {
            assert!(document.contains(&row), "docs/incentives.md lacks {row}");
        }
    }
}
