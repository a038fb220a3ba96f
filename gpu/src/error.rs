//! Why nothing is computed on a device.

use std::path::PathBuf;
use vigil_engine::EngineError;

/// Why nothing is computed on a device.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GpuError {
    /// No shared object.
    #[error(
        "there is no {path}: build it with gpu/build.sh and put it beside the program, or name it in {variable}",
        path = path.display()
    )]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
        /// The variable that names another place.
        variable: &'static str,
    },
    /// Not a shared object of this program's.
    #[error("{path} could not be opened: {reason}", path = path.display())]
    Object {
        /// Its path.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// An object of another version.
    #[error(
        "{path} has interface {got}, but this program speaks {expected}: build it again with gpu/build.sh",
        path = path.display()
    )]
    Interface {
        /// Its path.
        path: PathBuf,
        /// This program's.
        expected: u32,
        /// The object's.
        got: u32,
    },
    /// The device or its driver refused.
    #[error("the device failed in {step}: {reason}")]
    Device {
        /// What it was asked to do.
        step: &'static str,
        /// What the object says.
        reason: String,
    },
    /// The device answered with something that is no number or point.
    #[error("the device's answer to {step} is out of range: its memory or the object is broken")]
    Answer {
        /// What it was asked to do.
        step: &'static str,
    },
    /// Vectors of two devices, or of another length than the domain's.
    #[error("{step} was given {got} where {expected} belong together")]
    Mismatch {
        /// What was to be done.
        step: &'static str,
        /// What it takes.
        expected: usize,
        /// What was given.
        got: usize,
    },
    /// Made on one device, used with another.
    #[error("{step} was given a vector of another device")]
    Foreign {
        /// What was to be done.
        step: &'static str,
    },
    /// The key could not be prepared.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<GpuError> for EngineError {
    fn from(error: GpuError) -> Self {
        match error {
            GpuError::Engine(error) => error,
            other => Self::Device(Box::new(other)),
        }
    }
}
