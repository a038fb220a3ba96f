//! Which engine a user asks for, and which one there is.

use crate::engine::{Engine, PreparedKeys};
use std::fmt;
use std::str::FromStr;

/// What a user asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EngineChoice {
    /// halo2-axiom's own prover, the reference.
    Stock,
    /// The project's, on the processor.
    #[default]
    Cpu,
    /// The project's, on a GPU.
    Cuda,
    /// On a GPU if there is one, else on the processor.
    Auto,
}

const NAMES: [(EngineChoice, &str); 4] = [
    (EngineChoice::Stock, "stock"),
    (EngineChoice::Cpu, "cpu"),
    (EngineChoice::Cuda, "cuda"),
    (EngineChoice::Auto, "auto"),
];

/// Not the name of an engine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no engine {got:?}; there are stock, cpu, cuda and auto")]
pub struct ParseEngineError {
    got: String,
}

impl FromStr for EngineChoice {
    type Err = ParseEngineError;

    fn from_str(name: &str) -> Result<Self, ParseEngineError> {
        let known = NAMES.iter().find(|(_, known)| *known == name);
        known.map(|(choice, _)| *choice).ok_or(ParseEngineError {
            got: name.to_owned(),
        })
    }
}

impl fmt::Display for EngineChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMES.iter().find(|(choice, _)| choice == self);
        f.write_str(name.map_or("", |(_, name)| name))
    }
}

/// Why there is no GPU to compute on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoGpu {
    /// A program without the engine.
    #[error("this program was built without the cuda engine; build it with --features cuda")]
    NotBuilt,
    /// Only what the tests use, which is slower than the processor.
    #[error("there is only an emulator of a device")]
    Emulated,
    /// No object, driver or device.
    #[cfg(feature = "cuda")]
    #[error("there is no device to compute on")]
    Device(#[from] vigil_gpu::GpuError),
}

impl EngineChoice {
    /// The engine. `without` is told why [`Auto`](Self::Auto) does without a GPU.
    pub fn open(self, without: impl FnOnce(NoGpu)) -> Result<Engine, NoGpu> {
        let cpu = Engine::Cpu(PreparedKeys::default());
        match self {
            Self::Stock => Ok(Engine::Stock),
            Self::Cpu => Ok(cpu),
            Self::Cuda => cuda(true),
            Self::Auto => Ok(cuda(false).unwrap_or_else(|reason| {
                without(reason);
                cpu
            })),
        }
    }
}

#[cfg(feature = "cuda")]
fn cuda(emulated_too: bool) -> Result<Engine, NoGpu> {
    let gpu = vigil_gpu::Gpu::find()?;
    if gpu.is_emulated() && !emulated_too {
        return Err(NoGpu::Emulated);
    }
    Ok(Engine::Cuda(gpu, PreparedKeys::default()))
}

#[cfg(not(feature = "cuda"))]
fn cuda(_emulated_too: bool) -> Result<Engine, NoGpu> {
    Err(NoGpu::NotBuilt)
}

#[cfg(test)]
mod tests {
    use super::{EngineChoice, NAMES};

    #[test]
    fn names_lead_back() {
        for (choice, name) in NAMES {
            assert_eq!(choice.to_string(), name);
            assert_eq!(name.parse(), Ok(choice));
        }
        let unknown = "gpu".parse::<EngineChoice>().unwrap_err().to_string();
        assert!(
            NAMES.iter().all(|(_, name)| unknown.contains(name)),
            "{unknown}"
        );
    }

    /// Tests have no device, and name no object.
    #[test]
    fn without_a_device_auto_says_why_and_computes_on_the_processor() {
        let mut reason = None;
        let engine = EngineChoice::Auto.open(|why| reason = Some(why)).unwrap();
        assert_eq!(engine.to_string(), "cpu");
        assert!(reason.is_some());
        assert!(EngineChoice::Cuda.open(|_| ()).is_err());
    }
}
