//! Time, memory, ratios and stages as pictures.

use super::contest::{Contestant, Series};
use super::document::Report;
use anyhow::Context as _;
use plotters::prelude::*;
use std::path::Path;

const SIZE: (u32, u32) = (760, 420);
const RATIO: &str = "ratio";
const FONT: (&str, i32) = ("sans-serif", 17);
const SMALL: (&str, i32) = ("sans-serif", 12);

const fn color(contestant: Contestant) -> RGBColor {
    match contestant {
        Contestant::Vigil => RGBColor(0x1b, 0x7f, 0x5c),
        Contestant::Contract => RGBColor(0x8c, 0xc0, 0xa8),
        Contestant::Stock => RGBColor(0x6b, 0x72, 0x80),
        Contestant::Noir => RGBColor(0xc7, 0x7d, 0x0a),
        Contestant::Circom => RGBColor(0x1d, 0x4e, 0x89),
    }
}

/// Stages, from dark to light and round again.
const STAGES: [RGBColor; 10] = [
    RGBColor(0x6b, 0x72, 0x80),
    RGBColor(0x0f, 0x4c, 0x5c),
    RGBColor(0x1b, 0x7f, 0x5c),
    RGBColor(0x9b, 0xc5, 0x3d),
    RGBColor(0x5b, 0xa3, 0xd0),
    RGBColor(0x1d, 0x4e, 0x89),
    RGBColor(0xb0, 0x2a, 0x37),
    RGBColor(0xc7, 0x7d, 0x0a),
    RGBColor(0xe9, 0xc4, 0x6a),
    RGBColor(0x7a, 0x4e, 0x9b),
];

/// Draws all of them into a folder, as `benchmarks-*.svg`.
pub fn draw(report: &Report, folder: &Path) -> anyhow::Result<()> {
    let path = |name: &str| folder.join(format!("benchmarks-{name}.svg"));
    let by_validators =
        |name: &str, title: &str, unit: &str, value: &dyn Fn(&Series) -> Option<f64>| {
            lines(report, &path(name), title, unit, value)
                .with_context(|| format!("cannot draw {name}"))
        };
    by_validators(
        "time",
        "CPU time of a proof, witness included",
        "CPU seconds",
        &|series| Some(series.cpu().median),
    )?;
    by_validators("memory", "Peak memory of a proof", "MiB", &|series| {
        Some(series.peak().median / f64::from(1 << 20))
    })?;
    by_validators(
        RATIO,
        "Vigil's CPU time over each peer's (below 1: Vigil is cheaper)",
        "ratio",
        &|series| {
            let ours = report.find(series.task, Contestant::Vigil)?;
            Contestant::PEERS
                .contains(&series.contestant)
                .then(|| ours.cpu().median / series.cpu().median)
        },
    )?;
    stages(report, &path("stages")).context("cannot draw stages")
}

/// One line a contestant, of days; both axes logarithmic.
fn lines(
    report: &Report,
    path: &Path,
    title: &str,
    unit: &str,
    value: &dyn Fn(&Series) -> Option<f64>,
) -> anyhow::Result<()> {
    let points = |contestant: Contestant| -> Vec<(f64, f64)> {
        let tasks = report.tasks();
        let days = tasks.iter().filter(|task| task.words == 1);
        days.filter_map(|task| {
            let value = value(report.find(*task, contestant)?)?;
            Some((f64::from(task.validators), value))
        })
        .collect()
    };
    let all: Vec<_> = report
        .contestants()
        .map(|contestant| (contestant, points(contestant)))
        .filter(|(_, points)| !points.is_empty())
        .collect();
    let flat = || all.iter().flat_map(|(_, points)| points.iter().copied());
    let bounds = |of: fn((f64, f64)) -> f64| {
        let least = flat().map(of).fold(f64::INFINITY, f64::min);
        let most = flat().map(of).fold(f64::NEG_INFINITY, f64::max);
        (least, most)
    };
    let ((x0, x1), (y0, y1)) = (bounds(|point| point.0), bounds(|point| point.1));
    if !(x0 > 0.0 && y0 > 0.0) {
        return Ok(());
    }
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, FONT)
        .margin(14)
        .x_label_area_size(42)
        .y_label_area_size(64)
        .build_cartesian_2d(
            (x0 * 0.9..x1 * 1.2).log_scale(),
            (y0 * 0.7..y1 * 1.6).log_scale(),
        )?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .x_desc("validators")
        .y_desc(unit)
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| {
            if *y < 10.0 {
                format!("{y:.2}")
            } else {
                format!("{y:.0}")
            }
        })
        .draw()?;
    for (contestant, points) in &all {
        let color = color(*contestant);
        chart.draw_series(
            points
                .iter()
                .map(|point| Circle::new(*point, 3, color.filled())),
        )?;
        chart
            .draw_series(LineSeries::new(
                points.iter().copied(),
                color.stroke_width(2),
            ))?
            .label(contestant.name())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(match unit {
            RATIO => SeriesLabelPosition::UpperRight,
            _ => SeriesLabelPosition::UpperLeft,
        })
        .background_style(WHITE)
        .border_style(RGBColor(0xcc, 0xcc, 0xcc))
        .draw()?;
    area.present()?;
    Ok(())
}

/// One bar a task, split by stage.
fn stages(report: &Report, path: &Path) -> anyhow::Result<()> {
    let bars: Vec<_> = report
        .tasks()
        .into_iter()
        .filter_map(|task| Some((task, report.find(task, Contestant::Vigil)?)))
        .filter(|(_, series)| !series.stages().is_empty())
        .collect();
    let Some((_, first)) = bars.first() else {
        return Ok(());
    };
    let (left, right, top, height) = (190, 744, 84, 26);
    let total = top + bars.len() as i32 * height + 16;
    let area = SVGBackend::new(path, (SIZE.0, total as u32)).into_drawing_area();
    area.fill(&WHITE)?;
    area.draw(&Text::new(
        "Where the CPU time of Vigil's engine goes",
        (14, 12),
        FONT.into_font(),
    ))?;
    // The key to the colours, five a line.
    for (i, (name, _)) in first.stages().iter().enumerate() {
        let (x, y) = (14 + (i as i32 % 5) * 148, 40 + (i as i32 / 5) * 18);
        let color = STAGES[i % STAGES.len()];
        area.draw(&Rectangle::new([(x, y), (x + 11, y + 11)], color.filled()))?;
        area.draw(&Text::new(name.clone(), (x + 16, y), SMALL.into_font()))?;
    }
    for (row, (task, series)) in bars.iter().enumerate() {
        let y = top + row as i32 * height;
        let stages = series.stages();
        let sum: f64 = stages.iter().map(|(_, seconds)| seconds).sum();
        let label = format!(
            "{} validator{}, {} day{}: {:.1} s",
            task.validators,
            if task.validators == 1 { "" } else { "s" },
            task.words,
            if task.words == 1 { "" } else { "s" },
            sum
        );
        area.draw(&Text::new(label, (14, y + 4), SMALL.into_font()))?;
        let mut before = 0.0;
        for (i, (_, seconds)) in stages.iter().enumerate() {
            let at = |share: f64| left + (share * f64::from(right - left)) as i32;
            let (from, to) = (before / sum, (before + seconds) / sum);
            before += seconds;
            let color = STAGES[i % STAGES.len()];
            area.draw(&Rectangle::new(
                [(at(from), y), (at(to), y + height - 6)],
                color.filled(),
            ))?;
            if to - from > 0.05 {
                let text = format!("{:.0}%", 100.0 * (to - from));
                let style = SMALL.into_font().color(&WHITE);
                area.draw(&Text::new(text, (at(from) + 4, y + 4), style))?;
            }
        }
    }
    area.present()?;
    Ok(())
}
