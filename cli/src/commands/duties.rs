//! `vigil duties`: a calendar of one's own validators, and whether the policy would hold.

mod calendar;
mod mine;
mod report;
mod rules;
mod source;
mod svg;
mod text;
mod verdict;

use super::ledger::warn_if_unsigned;
use crate::report::{Format, Outcome, print_json, warn, write_out};
use anyhow::Context;
use calendar::{Calendar, Per};
use report::{Judged, Report};
use std::cmp::Reverse;
use std::path::PathBuf;
use verdict::Attained;
use vigil_circuits::statement::is_compliant;
use vigil_ledger::registry::Registry;
use vigil_params::atomic::{Readers, write_bytes_atomically};

/// What is said of everything that this command writes.
const PRIVATE: &str =
    "this output is PRIVATE: it says which validators are yours and when they were down";

/// Arguments of `vigil duties`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exits with 1 if the policy would not hold.\n\n\
    Examples:\n  vigil duties --ledger period.ledger --registry registry.json --key operator.key\n  \
    vigil duties --store follow --registry registry.json --indices 7,20..51 --policy policy.json\n  \
    vigil duties --beacon http://127.0.0.1:5052 --store look --start-epoch 350000 --epochs 1575 \\\n    \
    --registry registry.json --key operator.key --svg duties.svg")]
pub(crate) struct Args {
    #[command(flatten)]
    source: source::SourceArgs,
    #[command(flatten)]
    mine: mine::MineArgs,
    #[command(flatten)]
    rules: rules::RulesArgs,
    /// What a column covers [default: the finest that fits]
    #[arg(long, value_enum)]
    per: Option<Per>,
    /// Draw the calendar into a file that only its owner may read
    #[arg(long, value_name = "FILE.svg")]
    svg: Option<PathBuf>,
    /// Show so many validators, the worst first
    #[arg(long, value_name = "N", default_value_t = 20)]
    lines: usize,
    /// Show all validators
    #[arg(long, conflicts_with = "lines")]
    all: bool,
}

impl Args {
    /// Shows them.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let registry = self.source.registry.as_deref().map(Registry::read);
        let registry = registry.transpose().context("cannot use the registry")?;
        let watched = self.source.read(registry.as_ref())?;
        warn_if_unsigned(&watched.ledger);
        let positions = self.mine.positions(&watched.ledger, registry.as_ref())?;
        let rules = self.rules.read(&watched.ledger)?;
        let calendar = Calendar::new(&watched, &positions);
        let verdict = rules.as_ref().map(|rules| {
            let rows: Vec<_> = calendar.lines.iter().map(|line| &line.entry.row).collect();
            verdict::judge(&rows, rules)
        });
        let judge = |line| Judged {
            line,
            attained: Attained::of(&line.entry.row),
            compliant: rules
                .as_ref()
                .map(|rules| is_compliant(&line.entry.row, &rules.thresholds)),
        };
        let mut judged: Vec<Judged<'_>> = calendar.lines.iter().map(judge).collect();

        warn(PRIVATE);
        if let Some(file) = &self.svg {
            let per = self.per.unwrap_or_else(|| svg::finest(calendar.epochs));
            let picture = svg::draw(&calendar, &judged, verdict.as_ref(), per)?;
            write_bytes_atomically(file, Readers::Owner, picture.as_bytes())
                .with_context(|| format!("cannot write {}", file.display()))?;
        }
        judged.sort_by_key(worst_first);
        match format {
            Format::Json => print_json(&Report::new(&calendar, &judged, verdict.as_ref()))?,
            Format::Text => {
                let look = text::Look {
                    per: self.per,
                    lines: if self.all { usize::MAX } else { self.lines },
                    colour: text::may_colour(),
                };
                let text = text::render(&calendar, &judged, verdict.as_ref(), look);
                write_out(text.as_bytes())?;
            }
        }
        Ok(match verdict.and_then(|verdict| verdict.holds) {
            Some(false) => Outcome::Refused,
            _ => Outcome::Accepted,
        })
    }
}

/// What fails the policy, then what missed most.
fn worst_first(judged: &Judged<'_>) -> impl Ord + use<> {
    let row = &judged.line.entry.row;
    let [source, target, head] = row.misses();
    (
        judged.compliant.unwrap_or(true),
        Reverse((target, source + head)),
        Reverse((row.proposals_missed, row.sync_missed)),
        row.index,
    )
}
