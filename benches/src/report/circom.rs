//! circom and Groth16 by arkworks as a contestant.

use super::contest::{Ready, Sample};
use super::process::{Served, run};
use super::task::{Task, inputs};
use anyhow::Context as _;
use halo2curves::bn256::Fr;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use vigil_circuits::identity::fr_to_be_bytes;
use vigil_circuits::poseidon2::constants::{
    EXTERNAL_CONSTANTS, INTERNAL_CONSTANTS, INTERNAL_DIAGONAL,
};
use vigil_circuits::statement::DutyInput;

const SOURCES: [&str; 5] = ["duty", "epochs", "numbers", "poseidon2", "row"];

/// One circuit, compiled, with its key in a process of its own.
#[derive(Debug)]
pub struct Circom {
    folder: PathBuf,
    peers: PathBuf,
    inputs: PathBuf,
    prover: Served,
}

impl Circom {
    /// Why it cannot take part, if so.
    pub fn missing(peers: &Path) -> Option<String> {
        let needs = [
            (
                peers.join("node_modules/circom2"),
                format!("npm ci --prefix {}", peers.display()),
            ),
            (program(peers), build(peers)),
        ];
        let missing = needs.into_iter().find(|(path, _)| !path.exists());
        missing.map(|(_, command)| command)
    }

    /// Compiles the circuit, makes its keys and loads them.
    pub fn start(task: Task, peers: &Path, folder: &Path) -> anyhow::Result<(Self, Ready)> {
        fs::create_dir_all(folder)?;
        for name in SOURCES {
            let name = format!("{name}.circom");
            fs::copy(peers.join("circom").join(&name), folder.join(&name))?;
        }
        fs::write(folder.join("constants.circom"), constants())?;
        let public: Vec<_> = DutyInput::ALL.iter().map(|input| input.label()).collect();
        let main = format!(
            "pragma circom 2.1.6;\ninclude \"duty.circom\";\ncomponent main {{public [{}]}} = Duty({});\n",
            public.join(", "),
            task.validators
        );
        fs::write(folder.join("main.circom"), main)?;
        let arguments = [
            peers.join("node_modules/circom2/cli.js").into_os_string(),
            "main.circom".into(),
            "--r1cs".into(),
            "--wasm".into(),
            "--O1".into(),
        ];
        let (compiled, _) = run(folder, Path::new("node"), &arguments)?;

        let duty = task.duty()?;
        let inputs_file = folder.join("inputs.json");
        fs::write(
            &inputs_file,
            inputs(&duty.statement, &duty.witness)?.to_string(),
        )?;
        let command = || {
            let mut command = Command::new(program(peers));
            command
                .arg(folder.join("main.r1cs"))
                .arg(folder.join("key"));
            command
        };
        let (maker, made) = Served::start(command().arg("make"))?;
        drop(maker);
        let (prover, mut ready) = Served::start(&mut command())?;
        ready.setup = made.setup;
        ready.setup += compiled.effort;
        let contestant = Self {
            folder: folder.to_owned(),
            peers: peers.to_owned(),
            inputs: inputs_file,
            prover,
        };
        Ok((contestant, ready))
    }

    /// Witness and proof.
    pub fn prove(&mut self) -> anyhow::Result<Sample> {
        let witness_file = self.folder.join("witness.wtns");
        let (witness, _) = self.witness(&self.inputs, &witness_file)?;
        let mut sample = self
            .prover
            .prove(&witness_file.to_string_lossy())
            .context("ark-groth16")?;
        sample.effort += witness.effort;
        sample.witness = Some(witness.effort);
        sample.witness_peak_rss_bytes = Some(witness.peak_rss_bytes);
        Ok(sample)
    }

    fn witness(
        &self,
        inputs: &Path,
        to: &Path,
    ) -> anyhow::Result<(super::process::ProcessCost, String)> {
        let script = self.peers.join("circom-witness.mjs");
        let arguments: Vec<OsString> = [&script, &self.folder, inputs, to]
            .map(|path: &Path| path.into())
            .into();
        run(&self.folder, Path::new("node"), &arguments)
    }

    /// How many lies have no witness, of how many told.
    pub fn refusals(&self, task: Task) -> anyhow::Result<(usize, usize)> {
        super::lie::refusals(task, |inputs| {
            let file = self.folder.join("lie.json");
            fs::write(&file, inputs.to_string())?;
            Ok(self.witness(&file, &self.folder.join("lie.wtns")).is_err())
        })
    }
}

fn program(peers: &Path) -> PathBuf {
    peers.join("groth16/target/release/vigil-peer-groth16")
}

fn build(peers: &Path) -> String {
    let manifest = peers.join("groth16/Cargo.toml");
    let target = peers.join("groth16/target");
    format!(
        "cargo build --release --manifest-path {} --target-dir {}",
        manifest.display(),
        target.display()
    )
}

/// The protocol's constants as circom functions.
fn constants() -> String {
    let mut text = "pragma circom 2.1.6;\n".to_owned();
    let decimal = |value: &Fr| {
        let bytes = fr_to_be_bytes(*value);
        format!("0x{}", hex::encode(bytes))
    };
    let mut function = |name: &str, values: &mut dyn Iterator<Item = &Fr>| {
        let values: Vec<_> = values.map(decimal).collect();
        let _ = writeln!(
            text,
            "function {name}(i) {{\n    var values[{}] = [{}];\n    return values[i];\n}}",
            values.len(),
            values.join(", ")
        );
    };
    function(
        "external_constants",
        &mut EXTERNAL_CONSTANTS.iter().flatten(),
    );
    function("internal_constant", &mut INTERNAL_CONSTANTS.iter());
    function("diagonal", &mut INTERNAL_DIAGONAL.iter());
    text
}
