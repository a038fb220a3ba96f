//! Progress bars: on a terminal only, and never in the way of the result.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use std::ops::ControlFlow;
use std::time::Duration;
use vigil_params::import::{Progress, Stage};
use vigil_prover::Stage as ProofStage;

/// The bar of an import, which starts anew with each stage.
#[derive(Debug)]
pub(crate) struct ImportBar {
    bar: ProgressBar,
    stage: Option<Stage>,
}

impl ImportBar {
    /// On standard error; indicatif hides it where that is no terminal.
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{msg:26} {wide_bar} {percent:>3} % {eta}")
        {
            bar.set_style(style);
        }
        Self { bar, stage: None }
    }

    /// Shows how far the import is.
    pub(crate) fn show(&mut self, progress: Progress) -> ControlFlow<()> {
        if self.stage != Some(progress.stage) {
            self.stage = Some(progress.stage);
            self.bar.reset();
            self.bar.set_message(describe(progress.stage));
        }
        self.bar.set_length(progress.total);
        self.bar.set_position(progress.done);
        ControlFlow::Continue(())
    }
}

impl Drop for ImportBar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Says what is going on and for how long, where nothing tells how much of it is left.
#[derive(Debug)]
pub(crate) struct Spinner {
    bar: ProgressBar,
}

impl Spinner {
    /// On standard error; indicatif hides it where that is no terminal.
    pub(crate) fn new(message: &'static str) -> Self {
        let bar = ProgressBar::new_spinner().with_message(message);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar }
    }

    /// Goes on to something else.
    pub(crate) fn enter(&self, message: &'static str) {
        self.bar.reset_elapsed();
        self.bar.set_message(message);
    }

    /// Goes on to the next stage of a proof.
    pub(crate) fn enter_stage(&self, stage: ProofStage) {
        self.enter(match stage {
            ProofStage::Check => "checking the statement",
            ProofStage::Witness => "filling in the circuit",
            ProofStage::Proof => "proving",
            _ => "working",
        });
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A bar over `total` pieces of work, for [`ProgressBar::inc`] from any thread; gone when dropped.
pub(crate) fn count(message: &'static str, total: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos} of {len} {eta}") {
        bar.set_style(style);
    }
    bar.with_message(message)
        .with_finish(ProgressFinish::AndClear)
}

/// Says what is going on while `work` runs.
pub(crate) fn spin<T>(message: &'static str, work: impl FnOnce() -> T) -> T {
    let _spinner = Spinner::new(message);
    work()
}

fn describe(stage: Stage) -> &'static str {
    match stage {
        Stage::Digest => "hashing the file",
        Stage::PowersG1 => "checking powers in G1",
        Stage::PowersG2 => "checking powers in G2",
        Stage::Lagrange => "checking Lagrange bases",
        _ => "importing",
    }
}
