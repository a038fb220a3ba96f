//! Proves many random true statements and many random false ones.

use clap::Parser;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, Write as _};
use std::time::Instant;
use vigil_benches::trials::{Refused, Trials};

/// Proves random true statements, which must verify, and random false ones, which must be refused twice: by the
/// statement's check, and by the verifier when they are proven all the same
///
/// Days of up to as many validators as k = 11 holds, each of a ledger of its own with another operator in it. Ends
/// at the first that is not as it must be, with an error.
#[derive(Debug, Parser)]
#[command(
    after_help = "A thousand of each take about twenty minutes on two cores.\n\n\
    Example:\n  cargo run --release -p vigil-benches --bin trials -- --count 1000 --seed 7"
)]
struct Args {
    /// Statements of each kind
    #[arg(long, value_name = "COUNT", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    count: u64,
    /// Of the statements; blinding is never seeded
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
}

fn main() -> anyhow::Result<()> {
    let Args { count, seed } = Args::parse();
    let start = Instant::now();
    let mut trials = Trials::new(seed)?;
    let bar = ProgressBar::with_draw_target(Some(2 * count), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{msg:16} {wide_bar} {pos} of {len} {eta}") {
        bar.set_style(style);
    }
    bar.set_message("true statements");
    for _ in 0..count {
        trials.truth()?;
        bar.inc(1);
    }
    bar.set_message("false statements");
    let mut refused = Refused::new();
    for _ in 0..count {
        trials.lie(&mut refused)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{}, seed {seed}: {count} proofs of random true statements verified; {count} false statements were refused by \
         the check and their forced proofs by the verifier; {:.0} s",
        trials.shape(),
        start.elapsed().as_secs_f64()
    )?;
    for (lie, count) in &refused {
        writeln!(out, "{count:>6}  {lie}")?;
    }
    Ok(())
}
