//! Medians and their spread.

use super::contest::{Contestant, Sample, Series};
use super::task::Task;
use serde::Serialize;

/// A figure over several proofs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Figure {
    /// The middle one, or the mean of both.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl Figure {
    /// Of any number of values; zeros of none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (Some(&min), Some(&max)) = (values.first(), values.last()) else {
            return Self::default();
        };
        let half = values.len() / 2;
        let median = match values.len() % 2 {
            0 => (values[half - 1] + values[half]) / 2.0,
            _ => values[half],
        };
        Self { median, min, max }
    }

    /// Between least and largest, as a share of the median.
    pub fn spread(&self) -> f64 {
        match self.median {
            0.0 => 0.0,
            median => (self.max - self.min) / median,
        }
    }
}

impl Series {
    fn figure(&self, of: impl Fn(&Sample) -> f64) -> Figure {
        Figure::of(self.samples.iter().map(of))
    }

    /// CPU-seconds of witness and proof, with the key in memory where there is a key.
    pub fn cpu(&self) -> Figure {
        self.figure(|sample| sample.effort.cpu_seconds)
    }

    /// CPU-seconds with loading the key for this one proof.
    pub fn cpu_with_load(&self) -> f64 {
        self.cpu().median + self.ready.load.cpu_seconds
    }

    /// CPU-seconds of the witness alone.
    pub fn witness_cpu(&self) -> Option<f64> {
        let all: Option<Vec<f64>> = self
            .samples
            .iter()
            .map(|sample| Some(sample.witness?.cpu_seconds))
            .collect();
        all.map(|all| Figure::of(all).median)
    }

    /// By the clock.
    pub fn seconds(&self) -> Figure {
        self.figure(|sample| sample.effort.seconds)
    }

    /// Bytes.
    pub fn peak(&self) -> Figure {
        self.figure(|sample| sample.peak_rss_bytes as f64)
    }

    /// Bytes of the process that makes the witness.
    pub fn witness_peak(&self) -> Option<f64> {
        let all: Option<Vec<f64>> = self
            .samples
            .iter()
            .map(|sample| Some(sample.witness_peak_rss_bytes? as f64))
            .collect();
        all.map(|all| Figure::of(all).median)
    }

    /// CPU-seconds of the proof without the witness, where that is a step of its own.
    pub fn cpu_without_witness(&self) -> f64 {
        self.cpu().median - self.witness_cpu().unwrap_or(0.0)
    }

    /// By the clock.
    pub fn verification(&self) -> Option<f64> {
        let all: Option<Vec<f64>> = self
            .samples
            .iter()
            .map(|sample| sample.verify_seconds)
            .collect();
        all.map(|all| Figure::of(all).median)
    }

    /// Bytes of the last proof; Barretenberg's and ours have one length each.
    pub fn proof_bytes(&self) -> u64 {
        self.samples.last().map_or(0, |sample| sample.proof_bytes)
    }

    /// Median CPU-seconds by stage, in the order of the first proof.
    pub fn stages(&self) -> Vec<(String, f64)> {
        let Some(first) = self.samples.first() else {
            return Vec::new();
        };
        let of = |sample: &Sample, name: &str| {
            let found = sample.stages.iter().find(|(stage, _)| stage == name);
            found.map_or(0.0, |(_, seconds)| *seconds)
        };
        first
            .stages
            .iter()
            .map(|(name, _)| (name.clone(), self.figure(|sample| of(sample, name)).median))
            .collect()
    }
}

/// The series of a task and a contestant.
pub fn find(all: &[Series], task: Task, contestant: Contestant) -> Option<&Series> {
    all.iter()
        .find(|series| series.task == task && series.contestant == contestant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_odd_and_even_numbers() {
        let odd = Figure::of([3.0, 1.0, 2.0]);
        assert_eq!((odd.median, odd.min, odd.max), (2.0, 1.0, 3.0));
        assert_eq!(odd.spread(), 1.0);
        assert_eq!(Figure::of([4.0, 1.0, 2.0, 10.0]).median, 3.0);
        assert_eq!(Figure::of([]), Figure::default());
    }
}
