//! Title, verdict and legend. All text is made of words of this program and numbers: nothing to escape.

use super::{LINE, Layout, MARGIN, STYLE, class, grid};
use crate::commands::duties::calendar::{Calendar, Cell, Per};
use crate::commands::duties::report::Judged;
use crate::commands::duties::text::{percent, period, sentence, together};
use crate::commands::duties::verdict::Verdict;
use std::fmt::{self, Write as _};

/// The document's head, its background and title.
pub(super) fn open(
    svg: &mut String,
    layout: &Layout,
    calendar: &Calendar<'_>,
    validators: usize,
) -> fmt::Result {
    let (width, height) = (layout.width(), layout.height());
    let period = period(calendar);
    write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"what\">\n\
         <title id=\"what\">Duties of {validators} validators, {period}</title>\n\
         <style>\n{STYLE}</style>\n\
         <rect class=\"bg\" width=\"{width}\" height=\"{height}\"/>\n\
         <text class=\"title\" x=\"{MARGIN}\" y=\"{}\">Validator duties</text>\n\
         <text class=\"warn end\" x=\"{}\" y=\"{}\">private: names your validators</text>\n",
        MARGIN + 14,
        width - MARGIN,
        MARGIN + 14,
    )?;
    let draft = if calendar.unsigned_registry {
        ", of an unsigned draft registry"
    } else {
        ""
    };
    writeln!(
        svg,
        "<text x=\"{MARGIN}\" y=\"{}\">{validators} validators, {period}{draft}</text>",
        MARGIN + 14 + LINE
    )
}

/// Whether the policy holds, clause by clause.
pub(super) fn verdict(svg: &mut String, verdict: Option<&Verdict>) -> fmt::Result {
    let Some(verdict) = verdict else {
        return Ok(());
    };
    let mut y = MARGIN + 22 + 2 * LINE;
    let good = percent(verdict.good_bps);
    let (is_good, headline) = match (verdict.holds, verdict.min_good_bps) {
        (Some(holds), Some(least)) => (
            holds,
            format!(
                "The policy {}: {good} of the stake-time met it, {} are needed",
                if holds { "holds" } else { "does not hold" },
                percent(least)
            ),
        ),
        _ => (
            verdict.clauses.iter().all(|clause| clause.fail == 0),
            format!("{good} of the stake-time met the thresholds"),
        ),
    };
    mark(svg, MARGIN + 6, y - 4, is_good)?;
    writeln!(
        svg,
        "<text class=\"strong\" x=\"{}\" y=\"{y}\">{headline}</text>",
        MARGIN + 20
    )?;
    for clause in &verdict.clauses {
        y += LINE;
        mark(svg, MARGIN + 6, y - 4, clause.fail == 0)?;
        named(svg, y, clause.name, &sentence(clause))?;
    }
    y += LINE;
    named(svg, y, "together", &together(verdict))
}

fn named(svg: &mut String, y: u32, name: &str, what: &str) -> fmt::Result {
    writeln!(
        svg,
        "<text class=\"soft\" x=\"{}\" y=\"{y}\">{name}</text><text x=\"{}\" y=\"{y}\">{what}</text>",
        MARGIN + 20,
        MARGIN + 104
    )
}

/// A tick, or a cross: shapes as well as colours.
pub(super) fn mark(svg: &mut String, x: u32, y: u32, is_good: bool) -> fmt::Result {
    let (class, path) = if is_good {
        ("yes", "m-5 0 1.4-1.6 2.3 2.3 4.6-5 1.5 1.4-6.1 6.6z")
    } else {
        (
            "no",
            "m-4.5-3.2 1.3-1.3 3.2 3.2 3.2-3.2 1.3 1.3-3.2 3.2 3.2 3.2-1.3 1.3-3.2-3.2-3.2 3.2-1.3-1.3 3.2-3.2z",
        )
    };
    writeln!(
        svg,
        "<path class=\"{class}\" transform=\"translate({x} {y})\" d=\"M0 0{path}\"/>"
    )
}

/// Draws a mark around a point.
type Draw = fn(&mut String, u32, u32) -> fmt::Result;

/// What colours and marks mean, and the sums.
pub(super) fn legend(
    svg: &mut String,
    layout: &Layout,
    calendar: &Calendar<'_>,
    judged: &[Judged<'_>],
    per: Per,
) -> fmt::Result {
    let mut x = layout.left();
    let mut y = layout.bottom() + grid::STRIP + LINE + 8;
    for cell in Cell::ALL {
        let (class, name) = (class(cell), cell.name());
        write!(
            svg,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{}\" width=\"11\" height=\"11\" rx=\"2\"/>\
             <text class=\"soft\" x=\"{}\" y=\"{y}\">{name}</text>",
            y - 10,
            x + 17
        )?;
        svg.push('\n');
        // Letters of this size are hardly wider than six pixels.
        x += 34 + 6 * name.len() as u32;
    }
    y += LINE;
    x = layout.left();
    if calendar.lines.iter().any(|line| line.events.is_some()) {
        let marks: [(&str, Draw); 4] = [
            ("block proposed", grid::proposed),
            ("proposal missed", grid::proposal_missed),
            ("sync duty", grid::sync_done),
            ("sync bits missed", grid::sync_missed),
        ];
        for (name, draw) in marks {
            draw(svg, x + 5, y - 4)?;
            writeln!(
                svg,
                "<text class=\"soft\" x=\"{}\" y=\"{y}\">{name}</text>",
                x + 17
            )?;
            x += 34 + 6 * name.len() as u32;
        }
    }
    writeln!(
        svg,
        "<text class=\"soft\" x=\"{x}\" y=\"{y}\">a column is {}</text>",
        per.name()
    )?;
    totals(svg, layout, y + LINE, judged)
}

/// "Together: 12 of 640 targets missed; ..."
fn totals(svg: &mut String, layout: &Layout, y: u32, judged: &[Judged<'_>]) -> fmt::Result {
    let rows = || judged.iter().map(|shown| &shown.line.entry.row);
    let sum = |of: fn(&vigil_circuits::ledger::LedgerRow) -> u64| rows().map(of).sum::<u64>();
    writeln!(
        svg,
        "<text x=\"{}\" y=\"{y}\">Together: {} of {} targets, {} of {} proposals and {} of {} sync bits missed; {} slashed</text>",
        layout.left(),
        sum(|row| row.misses()[1].into()),
        sum(|row| row.active_epochs.into()),
        sum(|row| row.proposals_missed.into()),
        sum(|row| row.proposals_due.into()),
        sum(|row| row.sync_missed.into()),
        sum(|row| row.sync_due.into()),
        sum(|row| row.slashed.into()),
    )
}
