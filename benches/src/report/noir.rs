//! Noir and Barretenberg's UltraHonk as a files.

use super::contest::{Ready, Sample};
use super::evm::{self, Verifier};
use super::process::{ProcessCost, run};
use super::task::{Task, inputs};
use super::{crs, ours};
use anyhow::{Context as _, ensure};
use std::env::consts::{ARCH, OS};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// Zero knowledge, and the transcript that contracts read, as in ours.
const TARGET: [&str; 2] = ["-t", "evm"];

/// One program, compiled, with its verifying key.
#[derive(Debug)]
pub struct Noir {
    files: Files,
    verifier: Verifier,
}

/// Where everything is.
#[derive(Debug)]
struct Files {
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
        let files = Files {
            inputs: folder.join("inputs.json"),
            crs: folder.join("crs"),
            folder: folder.to_owned(),
            peers: peers.to_owned(),
        };
        fs::write(
            &files.inputs,
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
            let (_, answer) = files.barretenberg("gates", &[])?;
            let answer = answer
                .get(answer.find('{').unwrap_or(0)..)
                .unwrap_or_default();
            let answer: serde_json::Value = serde_json::from_str(answer)?;
            let gates = answer["functions"][0]["circuit_size"].as_u64();
            gates.context("Barretenberg says no circuit size")?
        };
        // Zero knowledge may need a few rows more.
        crs::write(
            &files.crs,
            (gates + 64).next_power_of_two().ilog2(),
            ours::SEED,
        )?;
        let (key, _) = files.barretenberg("write_vk", &["-o", "key"])?;
        let mut setup = compiled.effort;
        setup += key.effort;
        let ready = Ready {
            circuit: format!("{gates} gates"),
            key_bytes: fs::metadata(files.program())?.len()
                + fs::metadata(folder.join("key/vk"))?.len(),
            load: Default::default(),
            setup,
        };
        let verifier = files.verifier()?;
        Ok((Self { files, verifier }, ready))
    }

    /// Witness and proof.
    pub fn prove(&mut self) -> anyhow::Result<Sample> {
        let witness_file = self.files.folder.join("witness.gz");
        let (witness, _) = self.files.witness(&self.files.inputs, &witness_file)?;
        let arguments = ["-w", "witness.gz", "-k", "key/vk", "-o", "proof"];
        let (proof, _) = self.files.barretenberg("prove", &arguments)?;
        let public = fs::read(self.files.folder.join("proof/public_inputs"))?;
        let proof_file = fs::read(self.files.folder.join("proof/proof"))?;
        let gas = self.verifier.verify(&proof_file, &public)?;
        let mut other = public.clone();
        other[31] ^= 1;
        ensure!(gas.is_some(), "the contract refuses the proof");
        ensure!(
            self.verifier.verify(&proof_file, &other)?.is_none(),
            "the contract accepts the proof for another statement"
        );
        let mut effort = witness.effort;
        effort += proof.effort;
        Ok(Sample {
            effort,
            witness: Some(witness.effort),
            peak_rss_bytes: proof.peak_rss_bytes,
            witness_peak_rss_bytes: Some(witness.peak_rss_bytes),
            proof_bytes: proof_file.len() as u64,
            verify_seconds: None,
            verify_gas: gas,
            stages: Vec::new(),
            public_inputs: public.chunks(32).map(hex::encode).collect(),
        })
    }

    /// How many lies have no witness, of how many told.
    pub fn refusals(&self, task: Task) -> anyhow::Result<(usize, usize)> {
        super::lie::refusals(task, |inputs| {
            let file = self.files.folder.join("lie.json");
            fs::write(&file, inputs.to_string())?;
            Ok(self
                .files
                .witness(&file, &self.files.folder.join("lie.gz"))
                .is_err())
        })
    }
}

impl Files {
    /// The contract that Barretenberg writes, for the parameters made here.
    fn verifier(&self) -> anyhow::Result<Verifier> {
        let at = |name: &str| self.folder.join(name);
        let arguments = [
            "write_solidity_verifier",
            "--optimized",
            "-k",
            "key/vk",
            "-o",
            "theirs.sol",
        ];
        let arguments = arguments
            .map(OsString::from)
            .into_iter()
            .chain(TARGET.map(OsString::from));
        let program = barretenberg(&self.peers);
        run(&self.folder, &program, &arguments.collect::<Vec<_>>())?;
        let source = fs::read_to_string(at("theirs.sol"))?;
        let tau = fs::read(self.crs.join(crs::TAU))?;
        fs::write(at("ours.sol"), evm::with_tau(&source, &tau)?)?;
        let script = self.peers.join("noir-solidity.mjs");
        let arguments = [script, at("ours.sol"), at("code")].map(PathBuf::into_os_string);
        run(&self.folder, Path::new("node"), &arguments)?;
        Verifier::deploy(hex::decode(fs::read_to_string(at("code"))?)?)
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
