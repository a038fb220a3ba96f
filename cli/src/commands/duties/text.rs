//! The calendar on a terminal: a line for each validator, misses first.

use super::calendar::{Calendar, Cell, Per};
use super::report::Judged;
use super::verdict::{Clause, Verdict};
use std::fmt::{self, Write as _};
use std::io::{IsTerminal as _, stdout};
use vigil_circuits::ledger::LedgerRow;

/// Beside these there is room for an index and the totals.
const COLUMNS: usize = 100;

/// How it is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// What a column covers; else the finest that fits.
    pub(super) per: Option<Per>,
    /// At most so many validators.
    pub(super) lines: usize,
    /// Blocks in colours instead of plain characters.
    pub(super) colour: bool,
}

/// Whether standard output takes colours and nobody forbids them (no-color.org).
pub(super) fn may_colour() -> bool {
    let forbids = |name, value: fn(&std::ffi::OsStr) -> bool| {
        std::env::var_os(name).is_some_and(|is| value(&is))
    };
    stdout().is_terminal()
        && !forbids("NO_COLOR", |value| !value.is_empty())
        && !forbids("TERM", |value| value == "dumb")
}

/// Basis points as a percentage.
pub(super) fn percent(bps: impl Into<u32>) -> String {
    let bps = bps.into();
    format!("{}.{:02} %", bps / 100, bps % 100)
}

/// The whole text. `judged` are the calendar's lines, the worst first.
pub(super) fn render(
    calendar: &Calendar<'_>,
    judged: &[Judged<'_>],
    verdict: Option<&Verdict>,
    look: Look,
) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut text, calendar, judged, verdict, look);
    text
}

/// "epochs 8 to 47, all recorded".
pub(super) fn period(calendar: &Calendar<'_>) -> String {
    let last = calendar.start_epoch + u64::from(calendar.epochs) - 1;
    let recorded = match calendar.recorded {
        all if all == calendar.epochs => "all recorded".to_owned(),
        some => format!("{some} of {} recorded", calendar.epochs),
    };
    format!("epochs {} to {last}, {recorded}", calendar.start_epoch)
}

fn write(
    text: &mut String,
    calendar: &Calendar<'_>,
    judged: &[Judged<'_>],
    verdict: Option<&Verdict>,
    look: Look,
) -> fmt::Result {
    writeln!(text, "{} validators, {}", judged.len(), period(calendar))?;
    if calendar.unsigned_registry {
        writeln!(text, "of an UNSIGNED draft registry: nobody vouches for it")?;
    }
    if let Some(verdict) = verdict {
        write_verdict(text, verdict)?;
    }
    let per = look
        .per
        .unwrap_or_else(|| Per::finest(calendar.epochs, COLUMNS));
    let columns = per.columns(calendar.epochs);
    let width = columns.len().max(8);
    writeln!(
        text,
        "\n{:>12}  {:width$}  {:>9} {:>9} {:>6} {:>9} {:>12}",
        "validator",
        format!("{} each", per.name()),
        "uptime",
        "votes",
        "outage",
        "proposals",
        "sync"
    )?;
    for shown in judged.iter().take(look.lines) {
        let row = &shown.line.entry.row;
        let mark = if shown.compliant == Some(false) {
            '!'
        } else {
            ' '
        };
        write!(text, "{mark}{:>11}  ", row.index)?;
        for column in &columns {
            glyph(text, shown.line.cell(column), look.colour)?;
        }
        let fill = width - columns.len();
        write!(
            text,
            "{:fill$}  {:>9} {:>9} {:>6} {:>9} {:>12}",
            "",
            share(row, shown.attained.uptime_bps),
            share(row, shown.attained.performance_bps),
            shown.attained.outage_epochs,
            done(row.proposals_due, row.proposals_missed),
            done(row.sync_due, row.sync_missed),
        )?;
        if row.slashed {
            text.push_str("  SLASHED");
        }
        text.push('\n');
    }
    if let Some(more) = judged
        .len()
        .checked_sub(look.lines)
        .filter(|&more| more > 0)
    {
        writeln!(text, "{:>12}  and {more} more: --all shows them", "")?;
    }
    text.push('\n');
    for cell in Cell::ALL {
        glyph(text, cell, look.colour)?;
        write!(text, " {}  ", cell.name())?;
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    Ok(())
}

fn write_verdict(text: &mut String, verdict: &Verdict) -> fmt::Result {
    let good = percent(verdict.good_bps);
    match (verdict.holds, verdict.min_good_bps) {
        (Some(holds), Some(least)) => writeln!(
            text,
            "the policy {}: {good} of the stake-time met it, {} are needed",
            if holds { "HOLDS" } else { "DOES NOT HOLD" },
            percent(least)
        )?,
        _ => writeln!(text, "{good} of the stake-time met the thresholds")?,
    }
    for clause in &verdict.clauses {
        writeln!(text, "  {:12} {}", clause.name, sentence(clause))?;
    }
    writeln!(text, "  {:12} {}", "together", together(verdict))?;
    if let Some(claims) = verdict.claims {
        writeln!(
            text,
            "  {:12} {} good, {} performance, {} increment-epochs",
            "claims",
            percent(claims.good_bps()),
            percent(claims.performance_bps()),
            claims.good_stake()
        )?;
    }
    Ok(())
}

/// "97.03 %: attestations 96.90 %, proposals 83.33 %, sync none due".
pub(super) fn together(verdict: &Verdict) -> String {
    let part = |bps: Option<u16>| bps.map_or("none due".to_owned(), percent);
    format!(
        "{}: attestations {}, proposals {}, sync {}",
        percent(verdict.performance_bps),
        part(verdict.attestations.bps),
        part(verdict.proposals.bps),
        part(verdict.sync.bps)
    )
}

/// "at least 95.00 %: 14 hold, 2 fail, the worst by 4.12 %".
pub(super) fn sentence(clause: &Clause) -> String {
    let Clause {
        name,
        threshold,
        hold,
        fail,
        worst,
    } = *clause;
    let by = threshold.abs_diff(worst);
    let (asked, by) = match name {
        "outage" => (
            format!("at most {threshold} epochs"),
            format!("{by} epochs"),
        ),
        "slashed" => ("none".to_owned(), String::new()),
        _ => (format!("at least {}", percent(threshold)), percent(by)),
    };
    let outcome = match (hold, fail) {
        (all, 0) => format!("{all} hold"),
        (0, all) => format!("{all} fail"),
        _ => format!("{hold} hold, {fail} fail"),
    };
    let margin = match (name, fail) {
        ("slashed", _) => String::new(),
        (_, 0) => format!(", the closest with {by} to spare"),
        _ => format!(", the worst by {by}"),
    };
    format!("{asked}: {outcome}{margin}")
}

/// A share of a validator's active epochs, or a dash where it had none.
pub(super) fn share(row: &LedgerRow, bps: u16) -> String {
    match row.active_epochs {
        0 => "-".to_owned(),
        _ => percent(bps),
    }
}

/// "3/4", or a dash where there was nothing to do.
pub(super) fn done(due: impl Into<u32>, missed: impl Into<u32>) -> String {
    match due.into() {
        0 => "-".to_owned(),
        due => format!("{}/{due}", due.saturating_sub(missed.into())),
    }
}

/// Blocks grow with what is missed, so that they can be told apart without their colours too.
fn glyph(text: &mut String, cell: Cell, colour: bool) -> fmt::Result {
    if !colour {
        text.push(match cell {
            Cell::Full => '.',
            Cell::Partial => '-',
            Cell::Gaps => 'x',
            Cell::Missed => 'X',
            Cell::Inactive => '=',
            Cell::Unknown => '?',
        });
        return Ok(());
    }
    let (code, block) = match cell {
        Cell::Full => ("32", '▂'),
        Cell::Partial => ("33", '▄'),
        Cell::Gaps => ("38;5;208", '▆'),
        Cell::Missed => ("31", '█'),
        Cell::Inactive => ("90", '·'),
        Cell::Unknown => ("90", ' '),
    };
    write!(text, "\x1b[{code}m{block}\x1b[0m")
}
