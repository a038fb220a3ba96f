//! Groth16 over a circom circuit: says when its key is in memory, then makes a proof of each witness file that it
//! is told of, one a line. Its setup is its own and thrown away: **unsafe**, like all that is made for a benchmark.

mod formats;
// The report's own way of measuring.
#[path = "../../../../cli/src/usage.rs"]
mod usage;

use anyhow::{Context as _, ensure};
use ark_bn254::{Bn254, Fr};
use ark_ff::{BigInteger as _, PrimeField as _, UniformRand as _};
use ark_groth16::{Groth16, PreparedVerifyingKey, ProvingKey, prepare_verifying_key};
use ark_relations::lc;
use ark_relations::r1cs::{
    ConstraintMatrices, ConstraintSynthesizer, ConstraintSystemRef, SynthesisError, Variable,
};
use ark_serialize::{CanonicalDeserialize as _, CanonicalSerialize as _};
use ark_snark::{CircuitSpecificSetupSNARK as _, SNARK as _};
use rand::rngs::OsRng;
use serde::Serialize;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::path::PathBuf;
use std::time::Instant;
use usage::{Cost, measure};

/// Constraints without values, for the setup.
struct Blank<'a>(&'a ConstraintMatrices<Fr>);

impl ConstraintSynthesizer<Fr> for Blank<'_> {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let instance = self.0.num_instance_variables;
        for _ in 1..instance {
            cs.new_input_variable(|| Err(SynthesisError::AssignmentMissing))?;
        }
        for _ in 0..self.0.num_witness_variables {
            cs.new_witness_variable(|| Err(SynthesisError::AssignmentMissing))?;
        }
        let combination = |row: &[(Fr, usize)]| {
            row.iter().fold(lc!(), |sum, &(coefficient, wire)| {
                let variable = match wire {
                    0 => Variable::One,
                    wire if wire < instance => Variable::Instance(wire),
                    wire => Variable::Witness(wire - instance),
                };
                sum + (coefficient, variable)
            })
        };
        for ((a, b), c) in self.0.a.iter().zip(&self.0.b).zip(&self.0.c) {
            cs.enforce_constraint(combination(a), combination(b), combination(c))?;
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Effort {
    seconds: f64,
    cpu_seconds: f64,
}

impl From<&Cost> for Effort {
    fn from(cost: &Cost) -> Self {
        Self {
            seconds: cost.seconds,
            cpu_seconds: cost.cpu_seconds,
        }
    }
}

#[derive(Serialize)]
struct Ready {
    circuit: String,
    key_bytes: u64,
    load: Effort,
    setup: Effort,
}

#[derive(Serialize)]
struct Sample {
    effort: Effort,
    witness: Option<Effort>,
    peak_rss_bytes: u64,
    witness_peak_rss_bytes: Option<u64>,
    proof_bytes: u64,
    verify_seconds: Option<f64>,
    stages: Vec<(String, f64)>,
    public_inputs: Vec<String>,
}

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let usage = "the arguments are an .r1cs file, a key file, and `make` to make it";
    let circuit = arguments.next().context(usage)?;
    let key_file = arguments.next().context(usage)?;
    let matrices = formats::constraints(&fs::read(&circuit)?)?;
    if arguments.next().is_some() {
        return make(&matrices, &key_file);
    }
    let (key, load) = measure(|| {
        let file = BufReader::new(File::open(&key_file)?);
        // Our own file: points are not checked, as nobody would at each start.
        anyhow::Ok(ProvingKey::<Bn254>::deserialize_uncompressed_unchecked(file)?)
    })?;
    let key = key?;
    let prepared = prepare_verifying_key(&key.vk);
    say(&Ready {
        circuit: name(&matrices),
        key_bytes: fs::metadata(&key_file)?.len(),
        load: Effort::from(&load),
        setup: Effort { seconds: 0.0, cpu_seconds: 0.0 },
    })?;
    for line in io::stdin().lines() {
        let witness = fs::read(line?)?;
        say(&prove(&matrices, &key, &prepared, &witness)?)?;
    }
    Ok(())
}

fn name(matrices: &ConstraintMatrices<Fr>) -> String {
    format!("{} constraints", matrices.num_constraints)
}

fn make(matrices: &ConstraintMatrices<Fr>, key_file: &PathBuf) -> anyhow::Result<()> {
    let (keys, setup) = measure(|| Groth16::<Bn254>::setup(Blank(matrices), &mut OsRng))?;
    let (key, _) = keys?;
    let mut file = BufWriter::new(File::create(key_file)?);
    key.serialize_uncompressed(&mut file)?;
    file.flush()?;
    say(&Ready {
        circuit: name(matrices),
        key_bytes: fs::metadata(key_file)?.len(),
        load: Effort { seconds: 0.0, cpu_seconds: 0.0 },
        setup: Effort::from(&setup),
    })
}

fn prove(
    matrices: &ConstraintMatrices<Fr>,
    key: &ProvingKey<Bn254>,
    prepared: &PreparedVerifyingKey<Bn254>,
    witness: &[u8],
) -> anyhow::Result<Sample> {
    let instance = matrices.num_instance_variables;
    let ((proof, wires), cost) = {
        let (made, cost) = measure(|| {
            let wires = formats::witness(witness)?;
            let proof = Groth16::<Bn254>::create_proof_with_reduction_and_matrices(
                key,
                Fr::rand(&mut OsRng),
                Fr::rand(&mut OsRng),
                matrices,
                instance,
                matrices.num_constraints,
                &wires,
            )?;
            anyhow::Ok((proof, wires))
        })?;
        (made?, cost)
    };
    let public = &wires[1..instance];
    let start = Instant::now();
    let holds = Groth16::<Bn254>::verify_with_processed_vk(prepared, public, &proof)?;
    let verify_seconds = start.elapsed().as_secs_f64();
    ensure!(holds, "the proof does not verify");
    let mut other = public.to_vec();
    other[0] += Fr::from(1u8);
    ensure!(
        !Groth16::<Bn254>::verify_with_processed_vk(prepared, &other, &proof)?,
        "the proof verifies for another statement"
    );
    let text = |value: &Fr| hex::encode(value.into_bigint().to_bytes_be());
    Ok(Sample {
        effort: Effort::from(&cost),
        witness: None,
        peak_rss_bytes: cost.peak_rss_bytes,
        witness_peak_rss_bytes: None,
        proof_bytes: proof.compressed_size() as u64,
        verify_seconds: Some(verify_seconds),
        stages: Vec::new(),
        public_inputs: public.iter().map(text).collect(),
    })
}

fn say(value: &impl Serialize) -> anyhow::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{}", serde_json::to_string(value)?)?;
    output.flush()?;
    Ok(())
}
