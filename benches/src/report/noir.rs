//! Noir and Barretenberg's UltraHonk as a contestant.

use super::contest::{Ready, Sample};
use super::process::{ProcessCost, run};
use super::task::{Task, inputs};
use super::{crs, ours};
use anyhow::{Context as _, ensure};
use std::env::consts::{ARCH, OS};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Zero knowledge, and the transcript that contracts read, as in ours.
const TARGET: [&str; 2] = ["-t", "evm"];

/// One program, compiled, with its verifying key.
#[derive(Debug)]
pub struct Noir {
    folder: PathBuf,
    peers: PathBuf,
    inputs: PathBuf,
    crs: PathBuf,
}

impl Noir {
    /// Why it cannot take part, if so.
    pub fn missing(peers: &Path) -> Option<String> {
        (!barretenberg(peers).exists()).then(|| format!("npm ci --prefix {}", peers.display()))
    }

    /// Compiles the program and makes its verifying key; Barretenberg makes the proving key in each proof.
    pub fn start(task: Task, peers: &Path, folder: &Path) -> anyhow::Result<(Self, Ready)> {
        let duty = task.duty()?;
        fs::create_dir_all(folder)?;
        let contestant = Self {
            inputs: folder.join("inputs.json"),
            crs: folder.join("crs"),
            folder: folder.to_owned(),
            peers: peers.to_owned(),
        };
        fs::write(
            &contestant.inputs,
            inputs(&duty.statement, &duty.witness)?.to_string(),
        )?;
        let script = peers.join("noir-compile.mjs");
        let arguments = [
            script.into_os_string(),
            task.validators.to_string().into(),
            folder.into(),
        ];
        let (compiled, _) = run(folder, Path::new("node"), &arguments)?;
        let gates = {
            let (_, answer) = contestant.barretenberg("gates", &[])?;
            let answer = answer
                .get(answer.find('{').unwrap_or(0)..)
                .unwrap_or_default();
            let answer: serde_json::Value = serde_json::from_str(answer)?;
            let gates = answer["functions"][0]["circuit_size"].as_u64();
            gates.context("Barretenberg says no circuit size")?
        };
        // Zero knowledge may need a few rows more.
        crs::write(
            &contestant.crs,
            (gates + 64).next_power_of_two().ilog2() + 1,
            ours::SEED,
        )?;
        let (key, _) = contestant.barretenberg("write_vk", &["-o", "key"])?;
        let mut setup = compiled.effort;
        setup += key.effort;
        let ready = Ready {
            circuit: format!("{gates} gates"),
            key_bytes: fs::metadata(contestant.program())?.len()
                + fs::metadata(folder.join("key/vk"))?.len(),
            load: Default::default(),
            setup,
        };
        Ok((contestant, ready))
    }

    /// Witness and proof.
    pub fn prove(&mut self) -> anyhow::Result<Sample> {
        let witness_file = self.folder.join("witness.gz");
        let (witness, _) = self.witness(&self.inputs, &witness_file)?;
        let arguments = ["-w", "witness.gz", "-k", "key/vk", "-o", "proof"];
        let (proof, _) = self.barretenberg("prove", &arguments)?;
        let public = fs::read(self.folder.join("proof/public_inputs"))?;
        self.check_but_for_the_pairing()?;
        let mut effort = witness.effort;
        effort += proof.effort;
        Ok(Sample {
            effort,
            witness: Some(witness.effort),
            peak_rss_bytes: proof.peak_rss_bytes,
            witness_peak_rss_bytes: Some(witness.peak_rss_bytes),
            proof_bytes: fs::metadata(self.folder.join("proof/proof"))?.len(),
            verify_seconds: None,
            stages: Vec::new(),
            public_inputs: public.chunks(32).map(hex::encode).collect(),
        })
    }

    /// Barretenberg's verifier has the ceremony's tau in G2 compiled in, so a proof under parameters made here must
    /// fail in its last step, the pairing, and not before: the sumcheck comes first.
    fn check_but_for_the_pairing(&self) -> anyhow::Result<()> {
        let output = Command::new(barretenberg(&self.peers))
            .arg("verify")
            .args(TARGET)
            .args([
                "-k",
                "key/vk",
                "-p",
                "proof/proof",
                "-i",
                "proof/public_inputs",
                "-c",
            ])
            .arg(&self.crs)
            .current_dir(&self.folder)
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(
            said.contains("failed at pairing check"),
            "the proof fails before the pairing: {said}"
        );
        Ok(())
    }

    /// How many lies have no witness, of how many told.
    pub fn refusals(&self, task: Task) -> anyhow::Result<(usize, usize)> {
        super::lie::refusals(task, |inputs| {
            let file = self.folder.join("lie.json");
            fs::write(&file, inputs.to_string())?;
            Ok(self.witness(&file, &self.folder.join("lie.gz")).is_err())
        })
    }

    fn program(&self) -> PathBuf {
        self.folder.join("duty.json")
    }

    fn witness(&self, inputs: &Path, to: &Path) -> anyhow::Result<(ProcessCost, String)> {
        let script = self.peers.join("noir-witness.mjs");
        let arguments: Vec<OsString> = [&script, &self.program(), inputs, to]
            .map(|path: &Path| path.into())
            .into();
        run(&self.folder, Path::new("node"), &arguments)
    }

    fn barretenberg(
        &self,
        what: &str,
        arguments: &[&str],
    ) -> anyhow::Result<(ProcessCost, String)> {
        let mut words: Vec<OsString> = vec![what.into(), "-b".into(), self.program().into()];
        if what != "gates" {
            words.extend(TARGET.map(OsString::from));
            words.extend(["-c".into(), self.crs.clone().into()]);
        }
        words.extend(arguments.iter().map(OsString::from));
        run(&self.folder, &barretenberg(&self.peers), &words)
    }
}

/// The native program in the npm package.
fn barretenberg(peers: &Path) -> PathBuf {
    let arch = if ARCH == "aarch64" { "arm64" } else { "amd64" };
    peers.join(format!("node_modules/@aztec/bb.js/build/{arch}-{OS}/bb"))
}
