//! The tables of docs/incentives.md, and its plot.

#![allow(clippy::print_stdout, reason = "its tables are its output")]

use anyhow::Context;
use clap::Parser;
use plotters::prelude::*;
use std::path::{Path, PathBuf};
use vigil_benches::incentives::{
    CALM, OPERATORS, Setting, Strategy, VALIDATORS, negligence_table, simulate, slashing_table,
};

/// What an operator gains by which behaviour, by the pool's own rules.
#[derive(Debug, Parser)]
struct Args {
    /// Also draw the year's payoffs
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    println!(
        "{OPERATORS} operators of {VALIDATORS} validators, a year of daily periods; ether a year, for the odd one\n"
    );
    print(
        "| days on which half of the validators fail | payoff | of honest |",
        &negligence_table(),
    );
    print(
        "| bond / penalty | slashed at once | proves | falls silent | silent, then back | always late | penalties not covered |",
        &slashing_table(),
    );
    if let Some(path) = &args.svg {
        draw(path).with_context(|| format!("cannot draw {}", path.display()))?;
    }
    Ok(())
}

fn print(header: &str, rows: &[String]) {
    let columns = header.matches('|').count() - 1;
    println!("{header}\n|{}", "---|".repeat(columns));
    println!("{}\n", rows.join("\n"));
}

/// Payoff by the number of slashed validators, one line a behaviour.
fn draw(path: &Path) -> anyhow::Result<()> {
    let setting = |slashed| Setting {
        bond: 0.5,
        slashed,
        ..CALM
    };
    let lines = [
        ("proves", Strategy::Proves, RGBColor(0x1b, 0x7f, 0x5c)),
        (
            "silent, then back",
            Strategy::SilentThenArrears,
            RGBColor(0xc7, 0x7d, 0x0a),
        ),
        (
            "falls silent",
            Strategy::FallsSilent,
            RGBColor(0xb0, 0x2a, 0x37),
        ),
    ];
    let area = SVGBackend::new(path, (760, 420)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(
            "A year's payoff after a slashing, bond = half a penalty a validator",
            ("sans-serif", 17),
        )
        .margin(14)
        .x_label_area_size(42)
        .y_label_area_size(56)
        .build_cartesian_2d(0u32..VALIDATORS, -28f64..8f64)?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .x_desc("validators slashed at once, of 50")
        .y_desc("ether")
        .draw()?;
    for (name, strategy, color) in lines {
        let points = (0..=VALIDATORS)
            .map(|slashed| (slashed, simulate(&setting(slashed), strategy, 0).payoff()));
        chart
            .draw_series(LineSeries::new(points, color.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE)
        .border_style(RGBColor(0xcc, 0xcc, 0xcc))
        .draw()?;
    area.present()?;
    Ok(())
}
