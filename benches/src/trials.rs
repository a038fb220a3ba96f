//! Many random statements: true ones must verify, false ones be refused, by the statement's check and, proven all
//! the same, by the verifier.

use crate::report::lie::Lie;
use crate::report::task::Duty;
use anyhow::{Context as _, ensure};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use rand_core::RngCore as _;
use std::collections::BTreeMap;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::{Family, NATIVE_LANES, Shape};
use vigil_circuits::statement::DutyStatement;
use vigil_params::keys::ProvingKey;
use vigil_params::{ParamsPolicy, Srs, dev};
use vigil_prover::{Engine, prove_duty_observed, prove_unchecked};
use vigil_verifier::verify_duty;

/// The embedded parameters' size.
const K: u32 = 11;
const DAY: Words = Words::W1;

/// Keys for many proofs.
#[derive(Debug)]
pub struct Trials {
    srs: Srs,
    key: ProvingKey,
    engine: Engine,
    rng: ChaCha20Rng,
}

/// How many false statements of each kind were refused.
pub type Refused = BTreeMap<Lie, usize>;

impl Trials {
    /// The same seed gives the same statements; the proofs' blinding is the system's.
    pub fn new(seed: u64) -> anyhow::Result<Self> {
        let shape = Shape::wide(Family::Duty(DAY), K, NATIVE_LANES);
        let srs = dev::unsafe_srs(K, 0).context("there are no parameters of this size")?;
        Ok(Self {
            key: ProvingKey::generate::<VigilCircuit>(&srs, shape)?,
            srs,
            engine: Engine::default(),
            rng: ChaCha20Rng::seed_from_u64(seed),
        })
    }

    /// A random true statement is proven and verifies; fails if not.
    pub fn truth(&mut self) -> anyhow::Result<()> {
        let Duty {
            statement, witness, ..
        } = self.duty()?;
        let Self {
            engine, key, srs, ..
        } = self;
        let proof = prove_duty_observed(engine, &*key, srs, &statement, &witness, |_| {})?;
        self.verify(&statement, &proof)
            .context("the proof of a true statement was refused")
    }

    /// A random false statement is refused by its check, and a forced proof of it by the verifier; fails if not.
    pub fn lie(&mut self, refused: &mut Refused) -> anyhow::Result<()> {
        let (lie, duty) = loop {
            let mut duty = self.duty()?;
            let lie = Lie::ALL[self.rng.next_u32() as usize % Lie::ALL.len()];
            if lie.tell(&mut duty, &mut self.rng) {
                break (lie, duty);
            }
        };
        let Duty {
            statement, witness, ..
        } = duty;
        let shape = self.key.shape();
        let circuit = VigilCircuit::duty(shape, &statement, &witness)?;
        let instance = statement.to_instance(shape.capacity())?;
        let forced = prove_unchecked(&self.key, &self.srs, circuit, &instance)?;
        ensure!(
            statement.check(&witness).is_err(),
            "{lie}: the check let it pass"
        );
        ensure!(
            self.verify(&statement, &forced).is_err(),
            "{lie}: the proof was accepted"
        );
        *refused.entry(lie).or_default() += 1;
        Ok(())
    }

    /// Of the proofs.
    pub fn shape(&self) -> Shape {
        self.key.shape()
    }

    fn duty(&mut self) -> anyhow::Result<Duty> {
        let validators = 1 + self.rng.next_u32() % self.key.shape().capacity();
        Duty::random(DAY, validators, &mut self.rng)
    }

    fn verify(&self, statement: &DutyStatement, proof: &[u8]) -> anyhow::Result<()> {
        let policy = ParamsPolicy {
            allow_unsafe: true,
            ..ParamsPolicy::default()
        };
        verify_duty(&self.key.verifying_key(), &policy, statement, proof)?;
        Ok(())
    }
}
