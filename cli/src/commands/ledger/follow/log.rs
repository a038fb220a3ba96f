//! What happens, to standard error: one line that changes on a terminal, else a line for each event.

use crate::report::{self, Format};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fmt::Display;
use std::io::Write as _;
use vigil_follower::{CrossCheck, Event, FollowError, Progress};

/// Where events go.
#[derive(Debug)]
pub(super) struct Log {
    format: Format,
    bar: ProgressBar,
}

impl Log {
    /// On standard error; indicatif hides the bar where that is no terminal.
    pub(super) fn new(format: Format) -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}") {
            bar.set_style(style);
        }
        Self { format, bar }
    }

    /// Something happened.
    pub(super) fn event(&mut self, event: &Event) {
        match event {
            Event::Snapshot { kind, slot } => {
                let kind = match kind {
                    CrossCheck::Rewards => "rewards",
                    CrossCheck::States => "state",
                    CrossCheck::Blocks => "committees and records",
                };
                self.note(format!("took the {kind} of slot {slot}"));
            }
            Event::Recorded { epoch } => self.note(format!("recorded epoch {epoch}")),
            Event::Walking { slot, until } => {
                self.note(format!(
                    "fetching blocks, at slot {slot} on the way to {until}"
                ));
            }
            Event::Lacking { slot, reason } => {
                self.warn(format!("slot {slot} is not to be had: {reason}"));
            }
            Event::NotCompared {
                part,
                epoch,
                reason,
            } => self.warn(format!(
                "from epoch {epoch} on there are no {part} to compare with: {reason}"
            )),
            Event::Ledger(written) => self.say(format!(
                "wrote the ledger of epoch {} on, {}",
                written.start_epoch,
                written.path.display()
            )),
            // Later versions of the library may tell more.
            _ => {}
        }
    }

    /// How far things are.
    pub(super) fn progress(&mut self, progress: &Progress, epochs: u32) {
        self.bar.set_length(epochs.into());
        self.bar.set_position(progress.recorded);
        self.bar.set_message(format!(
            "epoch {} final, from {} on",
            progress.finalized_epoch, progress.period_start
        ));
    }

    /// It may pass.
    pub(super) fn trouble(&mut self, error: &FollowError) {
        self.warn(format!("{error}; trying again"));
    }

    /// On a terminal the bar says enough.
    fn note(&self, text: String) {
        if self.bar.is_hidden() {
            self.say(text);
        }
    }

    fn warn(&self, text: String) {
        self.bar.suspend(|| match self.format {
            Format::Text => report::warn(&text),
            Format::Json => line(serde_json::json!({ "warning": text })),
        });
    }

    fn say(&self, text: String) {
        self.bar.suspend(|| match self.format {
            Format::Text => line(&text),
            Format::Json => line(serde_json::json!({ "event": text })),
        });
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Nobody is told if standard error is closed.
fn line(text: impl Display) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
