//! The cells, what they are marked with, and the numbers beside them.

use super::{FIGURE_GAP, FIGURES, Layout, MARK, class, frame};
use crate::commands::duties::calendar::{Calendar, Events};
use crate::commands::duties::report::Judged;
use crate::commands::duties::text::{done, percent, share};
use std::fmt::{self, Write as _};
use std::ops::Range;
use vigil_circuits::ledger::WORD_EPOCHS;

/// Height of the strip of misses at once, with its space.
pub(super) const STRIP: u32 = BARS + 14;
const BARS: u32 = 30;
/// Pixels that an epoch's number needs.
const TICK: u32 = 64;

/// Epochs above the columns, headings above the numbers.
pub(super) fn axis(
    svg: &mut String,
    layout: &Layout,
    calendar: &Calendar<'_>,
    columns: &[Range<u32>],
) -> fmt::Result {
    let y = layout.top() - 8;
    writeln!(
        svg,
        "<text class=\"soft end\" x=\"{}\" y=\"{y}\">epoch</text>",
        layout.left() - 10
    )?;
    // Days where there are several, else as many epochs as fit.
    let day = columns
        .iter()
        .position(|column| column.start >= WORD_EPOCHS as u32)
        .unwrap_or(1);
    let step = (TICK as usize).div_ceil(layout.column as usize * day) * day;
    for (number, column) in columns.iter().enumerate().step_by(step) {
        let x = layout.left() + number as u32 * layout.column;
        if number == 0 || x + TICK <= layout.right() + FIGURE_GAP {
            writeln!(
                svg,
                "<text class=\"soft\" x=\"{x}\" y=\"{y}\">{}</text>",
                calendar.start_epoch + u64::from(column.start)
            )?;
        }
    }
    for (number, name) in FIGURES.iter().enumerate() {
        writeln!(
            svg,
            "<text class=\"soft end\" x=\"{}\" y=\"{y}\">{name}</text>",
            layout.figure(number)
        )?;
    }
    Ok(())
}

/// One validator.
pub(super) fn row(
    svg: &mut String,
    layout: &Layout,
    number: u32,
    shown: &Judged<'_>,
    columns: &[Range<u32>],
) -> fmt::Result {
    let row = &shown.line.entry.row;
    let y = layout.top() + number * layout.row;
    let text = y + layout.row / 2 + 4;
    let (width, height) = (layout.column - layout.gap, layout.row - 2);
    let round = if layout.gap > 1 { " rx=\"2\"" } else { "" };
    let slashed = if row.slashed { ", slashed" } else { "" };
    writeln!(
        svg,
        "<g class=\"validator\"><title>validator {}: {} of {} targets missed{slashed}</title>",
        row.index,
        row.misses()[1],
        row.active_epochs
    )?;
    let name = if row.slashed { "no end" } else { "end" };
    writeln!(
        svg,
        "<text class=\"{name}\" x=\"{}\" y=\"{text}\">{}</text>",
        layout.left() - 10,
        row.index
    )?;
    for (number, column) in columns.iter().enumerate() {
        let x = layout.left() + number as u32 * layout.column;
        writeln!(
            svg,
            "<rect class=\"c {}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"{round}/>",
            class(shown.line.cell(column))
        )?;
    }
    for (number, column) in columns.iter().enumerate() {
        let x = layout.left() + number as u32 * layout.column;
        let events = shown.line.events(column);
        mark(svg, layout, (x + width / 2, y), events)?;
    }
    let figures = [
        share(row, shown.attained.uptime_bps),
        share(row, shown.attained.performance_bps),
        shown.attained.outage_epochs.to_string(),
        done(row.proposals_due, row.proposals_missed),
        done(row.sync_due, row.sync_missed),
    ];
    for (number, figure) in figures.iter().enumerate() {
        writeln!(
            svg,
            "<text class=\"end\" x=\"{}\" y=\"{text}\">{figure}</text>",
            layout.figure(number)
        )?;
    }
    if let Some(compliant) = shown.compliant {
        let x = layout.figure(FIGURES.len() - 1) + MARK - 10;
        frame::mark(svg, x, y + layout.row / 2 - 1, compliant)?;
    }
    svg.push_str("</g>\n");
    Ok(())
}

/// Marks over the cell whose middle top is given.
fn mark(svg: &mut String, layout: &Layout, (x, y): (u32, u32), events: Events) -> fmt::Result {
    if events.sync_missed > 0 {
        sync_missed(svg, x, y + layout.row - 4)?;
    } else if events.sync_due > 0 {
        sync_done(svg, x, y + layout.row - 4)?;
    }
    if events.proposals_missed > 0 {
        proposal_missed(svg, x, y + layout.row / 2 - 2)?;
    } else if events.proposals_due > 0 {
        proposed(svg, x, y + layout.row / 2 - 2)?;
    }
    Ok(())
}

/// A block that became canonical: a diamond.
pub(super) fn proposed(svg: &mut String, x: u32, y: u32) -> fmt::Result {
    writeln!(
        svg,
        "<path class=\"done\" d=\"M{x} {}l4 4-4 4-4-4z\"/>",
        y - 4
    )
}

/// One that did not: a cross.
pub(super) fn proposal_missed(svg: &mut String, x: u32, y: u32) -> fmt::Result {
    let cross = format!("M{} {}l8 8m0-8-8 8", x.saturating_sub(4), y - 4);
    writeln!(
        svg,
        "<path class=\"halo\" d=\"{cross}\"/><path class=\"lost\" d=\"{cross}\"/>"
    )
}

/// Sync-committee duty with all bits: a thin line.
pub(super) fn sync_done(svg: &mut String, x: u32, y: u32) -> fmt::Result {
    sync(svg, "sync", x, y)
}

/// With bits missing: a dark one.
pub(super) fn sync_missed(svg: &mut String, x: u32, y: u32) -> fmt::Result {
    sync(svg, "desync", x, y)
}

fn sync(svg: &mut String, class: &str, x: u32, y: u32) -> fmt::Result {
    writeln!(
        svg,
        "<path class=\"{class}\" d=\"M{} {y}h8v2h-8z\"/>",
        x.saturating_sub(4)
    )
}

/// Lines between the days of a longer period.
pub(super) fn days(svg: &mut String, layout: &Layout, columns: &[Range<u32>]) -> fmt::Result {
    let (top, bottom) = (layout.top() - 4, layout.bottom() + 2);
    for (number, column) in columns.iter().enumerate().skip(1) {
        if column.start.is_multiple_of(WORD_EPOCHS as u32) && column.len() < WORD_EPOCHS {
            let x = layout.left() + number as u32 * layout.column;
            writeln!(svg, "<path class=\"day\" d=\"M{x} {top}V{bottom}\"/>")?;
        }
    }
    Ok(())
}

/// How many were down at once: bars below the rows, the highest of them at full height.
pub(super) fn strip(
    svg: &mut String,
    layout: &Layout,
    judged: &[Judged<'_>],
    columns: &[Range<u32>],
) -> fmt::Result {
    let base = layout.bottom() + 10 + BARS;
    writeln!(
        svg,
        "<text class=\"soft end\" x=\"{}\" y=\"{base}\">down at once</text>\
         <path class=\"rule\" d=\"M{} {base}H{}\"/>",
        layout.left() - 10,
        layout.left(),
        layout.right()
    )?;
    let shares: Vec<u32> = columns
        .iter()
        .map(|column| missed_bps(judged, column))
        .collect();
    let Some(most) = shares.iter().copied().max().filter(|&most| most > 0) else {
        return Ok(());
    };
    writeln!(
        svg,
        "<text class=\"soft\" x=\"{}\" y=\"{}\">at most {} of the targets</text>",
        layout.right() + 8,
        base - BARS + 9,
        percent(most)
    )?;
    for (number, share) in (0..).zip(shares).filter(|&(_, share)| share > 0) {
        let height = (share * BARS).div_ceil(most);
        writeln!(
            svg,
            "<rect class=\"m\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{height}\"/>",
            layout.left() + number * layout.column,
            base - height,
            layout.column - layout.gap
        )?;
    }
    Ok(())
}

/// Share of all validators' targets that are missed in a column.
fn missed_bps(judged: &[Judged<'_>], column: &Range<u32>) -> u32 {
    let sums = judged.iter().map(|shown| shown.line.targets(column));
    let (due, missed) = sums.fold((0, 0), |(due, missed), (d, m)| (due + d, missed + m));
    (missed * 10_000).checked_div(due).unwrap_or(0) as u32
}
