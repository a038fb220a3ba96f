//! CPU time by stage of the engine, from what it says as each begins.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use vigil_engine::stage::TARGET;

/// Listens to the engine.
#[derive(Clone, Debug, Default)]
pub struct Stages(Arc<Mutex<Times>>);

#[derive(Debug, Default)]
struct Times {
    current: Option<(String, f64)>,
    sums: Vec<(String, f64)>,
}

impl Times {
    fn enter(&mut self, next: Option<String>) {
        let now = cpu_seconds();
        if let Some((stage, since)) = self.current.take() {
            match self.sums.iter_mut().find(|(name, _)| *name == stage) {
                Some((_, sum)) => *sum += now - since,
                None => self.sums.push((stage, now - since)),
            }
        }
        self.current = next.map(|stage| (stage, now));
    }
}

impl Stages {
    /// Runs `work`; returns its value and the CPU-seconds of all threads in each stage, those before the
    /// engine's first as `first`.
    pub fn of<T>(first: &str, work: impl FnOnce() -> T) -> (T, Vec<(String, f64)>) {
        let stages = Self::default();
        stages.enter(Some(first.to_owned()));
        let value = tracing::subscriber::with_default(stages.clone(), work);
        stages.enter(None);
        let times = std::mem::take(&mut *stages.0.lock().unwrap_or_else(PoisonError::into_inner));
        (value, times.sums)
    }

    fn enter(&self, stage: Option<String>) {
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        times.enter(stage);
    }
}

impl Subscriber for Stages {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == TARGET
    }

    fn event(&self, event: &Event<'_>) {
        let mut name = Name(None);
        event.record(&mut name);
        if name.0.is_some() {
            self.enter(name.0);
        }
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Name(Option<String>);

impl Visit for Name {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "stage" {
            self.0 = Some(value.to_owned());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

/// Of this process so far.
fn cpu_seconds() -> f64 {
    getrusage(UsageWho::RUSAGE_SELF).map_or(0.0, |usage| {
        let time = usage.user_time() + usage.system_time();
        time.num_microseconds() as f64 / 1e6
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_told_apart_and_others_are_not_heard() {
        let ((), times) = Stages::of("before", || {
            tracing::trace!(target: TARGET, stage = "one");
            tracing::trace!(target: "another", stage = "two");
            tracing::trace!(target: TARGET, stage = "three");
            tracing::trace!(target: TARGET, stage = "one");
        });
        let names: Vec<_> = times.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["before", "one", "three"]);
        assert!(times.iter().all(|(_, seconds)| *seconds >= 0.0));
    }
}
