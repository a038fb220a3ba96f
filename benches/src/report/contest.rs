//! What is measured of a contestant.

use crate::report::task::Task;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Contestant {
    /// Vigil with its own engine.
    Vigil,
    /// Vigil with the narrow lane that contracts verify.
    Contract,
    /// Vigil's circuit with halo2-axiom's prover.
    Stock,
    /// Noir and Barretenberg's UltraHonk.
    Noir,
    /// circom and Groth16 by arkworks.
    Circom,
}

impl Contestant {
    /// All of them, ours first.
    pub const ALL: [Self; 5] = [
        Self::Vigil,
        Self::Contract,
        Self::Stock,
        Self::Noir,
        Self::Circom,
    ];

    /// Those with which Vigil is compared.
    pub const PEERS: [Self; 3] = [Self::Stock, Self::Noir, Self::Circom];

    /// Name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vigil => "Vigil",
            Self::Contract => "Vigil, narrow lane for contracts",
            Self::Stock => "Vigil's circuit, halo2-axiom's prover",
            Self::Noir => "Noir, Barretenberg UltraHonk",
            Self::Circom => "circom, ark-groth16",
        }
    }
}

impl fmt::Display for Contestant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What there is before the first proof.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ready {
    /// The circuit in its own system's words.
    pub circuit: String,
    /// What the prover keeps on disk.
    pub key_bytes: u64,
    /// From the disk until a proof can begin; 0 where each proof does that itself.
    pub load: Effort,
    /// Making the keys (and compiling, for the peers), once for all.
    pub setup: Effort,
}

/// Time of a piece of work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Effort {
    /// By the clock.
    pub seconds: f64,
    /// Of all threads, user and system.
    pub cpu_seconds: f64,
}

impl std::ops::AddAssign for Effort {
    fn add_assign(&mut self, other: Self) {
        self.seconds += other.seconds;
        self.cpu_seconds += other.cpu_seconds;
    }
}

/// One proof.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sample {
    /// Witness and proof.
    pub effort: Effort,
    /// Of that, what is spent on the witness alone, where it is a step of its own.
    pub witness: Option<Effort>,
    /// The largest resident set of the process that proves.
    pub peak_rss_bytes: u64,
    /// The same of the one that makes the witness, where that is another.
    pub witness_peak_rss_bytes: Option<u64>,
    /// Length of the proof.
    pub proof_bytes: u64,
    /// By the clock; `None` where only a contract can verify with parameters made here.
    pub verify_seconds: Option<f64>,
    /// Gas of the transaction that verifies it, where the contestant brings a contract.
    #[serde(default)]
    pub verify_gas: Option<u64>,
    /// CPU-seconds by stage, where the prover says them.
    pub stages: Vec<(String, f64)>,
    /// The public inputs in the proof, 32 big-endian bytes each, hexadecimal.
    pub public_inputs: Vec<String>,
}

/// All proofs of one task by one contestant.
#[derive(Clone, Debug, Serialize)]
pub struct Series {
    /// What was proven.
    pub task: Task,
    /// By whom.
    pub contestant: Contestant,
    /// Before the first.
    pub ready: Ready,
    /// In the order in which they were made.
    pub samples: Vec<Sample>,
    /// How many false statements were refused, of how many told.
    pub refused: (usize, usize),
}
