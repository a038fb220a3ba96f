//! The calendar as a picture: rows are validators, columns epochs, colours what became of the votes.
//!
//! One self-contained file without scripts, the same bytes for the same duties; its colours follow the
//! reader's preference for light or dark, and grow louder with what is missed, so that they differ in
//! brightness too.

mod frame;
mod grid;

use super::calendar::{Calendar, Cell, Per};
use super::report::Judged;
use super::verdict::Verdict;
use anyhow::ensure;
use std::fmt;

const STYLE: &str = include_str!("svg/style.css");
/// More make no picture that anybody can open.
const MAX_CELLS: usize = 250_000;
/// More columns than this are narrower than can be told apart.
const MAX_COLUMNS: usize = 240;

/// Space around everything.
const MARGIN: u32 = 28;
/// For the validators' indices.
const LABELS: u32 = 84;
/// A column of numbers at the right, and how many there are.
const FIGURE: u32 = 72;
const FIGURES: [&str; 5] = ["uptime", "votes", "outage", "proposals", "sync"];
/// Between the cells and the numbers.
const FIGURE_GAP: u32 = 12;
/// The mark of whether a validator meets the policy.
const MARK: u32 = 28;
/// Below it, text would not fit.
const MIN_WIDTH: u32 = 860;
/// A line of text.
const LINE: u32 = 20;
/// From the frame's text to the first row: the axis.
const AXIS: u32 = 26;

/// The finest columns that can be told apart.
pub(super) fn finest(epochs: u32) -> Per {
    Per::finest(epochs, MAX_COLUMNS)
}

/// Where everything is.
#[derive(Clone, Copy, Debug)]
struct Layout {
    /// Width of a column.
    column: u32,
    /// Height of a row.
    row: u32,
    /// Empty pixels between neighbours.
    gap: u32,
    columns: u32,
    rows: u32,
    /// Lines of text about the policy.
    lines: u32,
}

impl Layout {
    fn new(columns: usize, rows: usize, verdict: Option<&Verdict>) -> Self {
        let (column, gap) = match columns {
            ..=31 => (20, 2),
            32..=60 => (14, 2),
            61..=100 => (8, 1),
            101..=MAX_COLUMNS => (4, 0),
            _ => (2, 0),
        };
        Self {
            column,
            row: if rows > 100 { 11 } else { 18 },
            gap,
            columns: columns as u32,
            rows: rows as u32,
            lines: verdict.map_or(0, |verdict| verdict.clauses.len() as u32 + 2),
        }
    }

    fn left(&self) -> u32 {
        MARGIN + LABELS
    }

    /// Right end of the cells.
    fn right(&self) -> u32 {
        self.left() + self.columns * self.column
    }

    /// Top of the first row.
    fn top(&self) -> u32 {
        let text = 2 + self.lines + u32::from(self.lines > 0);
        MARGIN + text * LINE + AXIS
    }

    fn bottom(&self) -> u32 {
        self.top() + self.rows * self.row
    }

    /// Right end of a column of numbers.
    fn figure(&self, number: usize) -> u32 {
        // The last one, of sync bits, is the widest.
        let wider = u32::from(number + 1 == FIGURES.len()) * FIGURE / 4;
        self.right() + FIGURE_GAP + FIGURE * (number as u32 + 1) + wider
    }

    fn width(&self) -> u32 {
        (self.figure(FIGURES.len() - 1) + MARK + MARGIN).max(MIN_WIDTH)
    }

    fn height(&self) -> u32 {
        self.bottom() + grid::STRIP + 3 * LINE + MARGIN
    }
}

/// The picture. `judged` are the calendar's lines, by index.
pub(super) fn draw(
    calendar: &Calendar<'_>,
    judged: &[Judged<'_>],
    verdict: Option<&Verdict>,
    per: Per,
) -> anyhow::Result<String> {
    let columns = per.columns(calendar.epochs);
    let cells = columns.len() * judged.len();
    ensure!(
        cells <= MAX_CELLS,
        "{} validators times {} columns are too much for a picture: say a coarser --per, or fewer validators",
        judged.len(),
        columns.len()
    );
    let layout = Layout::new(columns.len(), judged.len(), verdict);
    let mut svg = String::with_capacity(80 * cells + 16_384);
    // Writing to a string cannot fail.
    let mut parts = || -> fmt::Result {
        frame::open(&mut svg, &layout, calendar, judged.len())?;
        frame::verdict(&mut svg, verdict)?;
        grid::axis(&mut svg, &layout, calendar, &columns)?;
        for (number, shown) in judged.iter().enumerate() {
            grid::row(&mut svg, &layout, number as u32, shown, &columns)?;
        }
        grid::days(&mut svg, &layout, &columns)?;
        grid::strip(&mut svg, &layout, judged, &columns)?;
        frame::legend(&mut svg, &layout, calendar, judged, per)?;
        svg.push_str("</svg>\n");
        Ok(())
    };
    parts()?;
    Ok(svg)
}

fn class(cell: Cell) -> &'static str {
    match cell {
        Cell::Full => "f",
        Cell::Partial => "p",
        Cell::Gaps => "g",
        Cell::Missed => "m",
        Cell::Inactive => "i",
        Cell::Unknown => "u",
    }
}
