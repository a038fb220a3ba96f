//! Proofs for the stock verifier: of all three statements, equal for equal seeds, and refused where
//! the stock prover's would be.
#![allow(missing_docs, clippy::unwrap_used)]

use halo2_proofs::plonk::{create_proof, verify_proof};
use halo2_proofs::poly::commitment::ParamsProver;
use halo2_proofs::poly::kzg::commitment::KZGCommitmentScheme;
use halo2_proofs::poly::kzg::multiopen::{ProverSHPLONK, VerifierSHPLONK};
use halo2_proofs::poly::kzg::strategy::SingleStrategy;
use halo2_proofs::transcript::{TranscriptReadBuffer, TranscriptWriterBuffer};
use halo2curves::bn256::{Bn256, Fr, G1Affine};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::io;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::{Family, Form, MEMBERSHIP_K, Shape};
use vigil_circuits::synthetic::{SyntheticPool, THRESHOLDS};
use vigil_engine::stored::{self, Section, Shelf};
use vigil_engine::{EngineError, EngineKey, StoredKey, prove, prove_stored};
use vigil_params::keys::ProvingKey;
use vigil_params::transcript::{EvmChallenge, EvmRead, EvmWrite};
use vigil_params::{Srs, dev, embedded};

struct Setting {
    srs: Srs,
    key: ProvingKey,
    prepared: EngineKey,
    circuit: VigilCircuit,
    instance: Vec<Fr>,
}

fn setting(
    shape: Shape,
    words: Words,
    fill: impl FnOnce(&SyntheticPool, Shape) -> (VigilCircuit, Vec<Fr>),
) -> Setting {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let pool = SyntheticPool::new(&mut rng, words, 2, 8).unwrap();
    let srs = embedded::srs(shape.k)
        .or_else(|| dev::unsafe_srs(shape.k, 1))
        .unwrap();
    let key = ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
    let prepared = EngineKey::new(srs.kzg(), key.halo2()).unwrap();
    let (circuit, instance) = fill(&pool, shape);
    Setting {
        srs,
        key,
        prepared,
        circuit,
        instance,
    }
}

fn duty(words: Words, lanes: u32) -> Setting {
    duty_in(words, lanes, Form::Wide)
}

fn duty_in(words: Words, lanes: u32, form: Form) -> Setting {
    // As small as holds the four validators of one operator.
    let shape = Shape::for_validators(Family::Duty(words), 4, lanes, form).unwrap();
    setting(shape, words, |pool, shape| {
        let (statement, witness) = pool.duty(0, THRESHOLDS);
        let circuit = VigilCircuit::duty(shape, &statement, &witness).unwrap();
        let instance = statement.to_instance(shape.capacity()).unwrap();
        (circuit, instance.to_vec())
    })
}

fn enrolment() -> Setting {
    let shape = Shape::wide(Family::Enrolment, 11, 1);
    setting(shape, Words::W1, |pool, shape| {
        let (statement, witness) = pool.enrolment(0);
        let circuit = VigilCircuit::enrolment(shape, &statement, &witness).unwrap();
        let instance = statement.to_instance(shape.capacity()).unwrap();
        (circuit, instance.to_vec())
    })
}

fn membership() -> Setting {
    let shape = Shape::wide(Family::Membership, MEMBERSHIP_K, 1);
    setting(shape, Words::W1, |pool, shape| {
        let (statement, witness) = pool.membership(1, 77);
        let circuit = VigilCircuit::membership(shape, &statement, &witness).unwrap();
        (circuit, statement.to_instance().unwrap().to_vec())
    })
}

fn transcript() -> EvmWrite<Vec<u8>> {
    <EvmWrite<_> as TranscriptWriterBuffer<_, G1Affine, EvmChallenge>>::init(Vec::new())
}

impl Setting {
    fn prove(&self, seed: u64) -> Vec<u8> {
        self.try_prove(seed).unwrap()
    }

    fn try_prove(&self, seed: u64) -> Result<Vec<u8>, EngineError> {
        let mut transcript = transcript();
        prove(
            &self.prepared,
            self.srs.kzg(),
            self.key.halo2(),
            &self.circuit,
            &self.instance,
            ChaCha20Rng::seed_from_u64(seed),
            &mut transcript,
        )?;
        Ok(transcript.finalize())
    }

    fn prove_stock(&self, seed: u64) -> Vec<u8> {
        let mut transcript = transcript();
        create_proof::<KZGCommitmentScheme<Bn256>, ProverSHPLONK<'_, Bn256>, _, _, _, _>(
            self.srs.kzg(),
            self.key.halo2(),
            std::slice::from_ref(&self.circuit),
            &[&[&self.instance]],
            ChaCha20Rng::seed_from_u64(seed),
            &mut transcript,
        )
        .unwrap();
        transcript.finalize()
    }

    fn accepts(&self, proof: &[u8], instance: &[Fr]) -> bool {
        let mut transcript =
            <EvmRead<&[u8]> as TranscriptReadBuffer<_, G1Affine, EvmChallenge>>::init(proof);
        verify_proof::<KZGCommitmentScheme<Bn256>, VerifierSHPLONK<'_, Bn256>, _, _, _>(
            self.srs.kzg(),
            self.key.halo2().get_vk(),
            SingleStrategy::new(self.srs.kzg()),
            &[&[instance]],
            &mut transcript,
        )
        .is_ok()
    }
}

#[test]
fn the_stock_verifier_accepts_all_three_statements() {
    let settings = [
        duty(Words::W1, 1),
        duty(Words::W1, 4),
        duty_in(Words::W1, 1, Form::Narrow),
        duty(Words::W7, 4),
        duty(Words::W28, 4),
        enrolment(),
        membership(),
    ];
    for setting in settings {
        let proof = setting.prove(1);
        let shape = setting.key.shape();
        assert!(setting.accepts(&proof, &setting.instance), "{shape}");
        assert_eq!(proof.len(), setting.prove_stock(1).len(), "{shape}");
        for row in 0..setting.instance.len() {
            let mut other = setting.instance.clone();
            other[row] += Fr::one();
            assert!(!setting.accepts(&proof, &other), "{shape}, input {row}");
        }
    }
}

#[test]
fn one_seed_gives_one_proof_on_any_number_of_threads() {
    let setting = duty(Words::W1, 1);
    let proof = setting.prove(5);
    assert_eq!(proof, setting.prove(5));
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        assert_eq!(proof, pool.install(|| setting.prove(5)), "{threads}");
    }
    let other = setting.prove(6);
    assert_ne!(proof[..64], other[..64], "blinding depends on the seed");
}

/// With the power after the last, each piece of the quotient is blinded; nothing before it changes, and neither does
/// the verifier.
#[test]
fn blinded_pieces_are_accepted() {
    const POINT: usize = 64;
    for mut setting in [duty(Words::W1, 1), membership()] {
        let cs = setting.key.halo2().get_vk().cs();
        let products = cs
            .permutation()
            .get_columns()
            .len()
            .div_ceil(cs.degree() - 2);
        let before = POINT * (cs.num_advice_columns() + products + 1);
        let after = before + POINT * (cs.degree() - 1);
        let bare = setting.prove(4);
        let next = setting.srs.next_power().unwrap();
        setting.prepared = setting
            .prepared
            .with_next_power(setting.srs.kzg(), next)
            .unwrap();
        let blinded = setting.prove(4);
        assert!(setting.accepts(&blinded, &setting.instance));
        assert_eq!(blinded.len(), bare.len());
        assert_eq!(blinded[..before], bare[..before]);
        let pieces = bare[before..after]
            .chunks(POINT)
            .zip(blinded[before..after].chunks(POINT));
        assert!(pieces.clone().count() >= 2);
        for (bare, blinded) in pieces {
            assert_ne!(bare, blinded);
        }
    }
}

#[test]
fn another_power_than_the_next_is_refused() {
    let setting = membership();
    let powers = setting.srs.kzg().get_g();
    for wrong in [powers[0], powers[powers.len() - 1]] {
        let prepared = EngineKey::new(setting.srs.kzg(), setting.key.halo2()).unwrap();
        let refused = prepared.with_next_power(setting.srs.kzg(), wrong);
        assert!(matches!(refused, Err(EngineError::Parameters)));
    }
}

/// Advice and permutation products: where stock is determined by its generator, the bytes are equal.
#[test]
fn the_proof_begins_like_the_stock_prover_s() {
    const POINT: usize = 64;
    for setting in [
        duty(Words::W1, 1),
        duty_in(Words::W1, 1, Form::Narrow),
        enrolment(),
        membership(),
    ] {
        let cs = setting.key.halo2().get_vk().cs();
        let products = cs
            .permutation()
            .get_columns()
            .len()
            .div_ceil(cs.degree() - 2);
        let common = POINT * (cs.num_advice_columns() + products);
        let (ours, stock) = (setting.prove(3), setting.prove_stock(3));
        assert_eq!(ours[..common], stock[..common]);
        assert_ne!(ours[common..][..POINT], stock[common..][..POINT]);
    }
}

#[test]
fn a_changed_witness_is_refused() {
    let mut setting = duty(Words::W1, 1);
    let columns = setting.circuit.advice().len();
    assert!(setting.accepts(&setting.prove(1), &setting.instance));
    for column in 0..columns {
        let honest = setting.circuit.advice()[column][40];
        setting.circuit.tamper(column, 40, honest + Fr::one());
        let proof = setting.prove(1);
        assert!(!setting.accepts(&proof, &setting.instance), "{column}");
        setting.circuit.tamper(column, 40, honest);
    }
}

#[test]
fn every_flipped_byte_is_refused() {
    let setting = membership();
    let proof = setting.prove(1);
    for byte in (0..proof.len()).step_by(7) {
        let mut forged = proof.clone();
        forged[byte] ^= 1 << (byte % 8);
        assert!(!setting.accepts(&forged, &setting.instance), "byte {byte}");
    }
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let (duty, membership) = (duty(Words::W1, 1), membership());
    let prepared = EngineKey::new(membership.srs.kzg(), duty.key.halo2());
    if duty.srs.k() != membership.srs.k() {
        assert!(matches!(prepared, Err(EngineError::Size { .. })));
    }
    let foreign = Setting {
        prepared: membership.prepared,
        ..duty
    };
    assert!(matches!(foreign.try_prove(1), Err(EngineError::Key)));
    let mut other_tau = self::membership();
    other_tau.srs = dev::unsafe_srs(other_tau.srs.k(), 1).unwrap();
    assert!(matches!(
        other_tau.try_prove(1),
        Err(EngineError::Parameters)
    ));
    let blank = VigilCircuit::blank(foreign.key.shape());
    let mut setting = self::duty(Words::W1, 1);
    setting.circuit = blank;
    assert!(matches!(
        setting.try_prove(1),
        Err(EngineError::Unknown { column: 0, row: 0 })
    ));
    setting.instance = vec![Fr::one(); 1 << 11];
    assert!(matches!(
        setting.try_prove(1),
        Err(EngineError::Instance { .. })
    ));
}

/// A key on a shelf in memory.
#[derive(Clone, Default)]
struct Memory(Vec<Vec<Fr>>);

impl Memory {
    fn of(setting: &Setting) -> Self {
        let mut sections = Self::default();
        let written: Result<(), EngineError> =
            stored::write(setting.srs.kzg(), setting.key.halo2(), |columns| {
                sections.0.push(columns.concat());
                Ok(())
            });
        written.unwrap();
        sections
    }
}

impl Shelf for Memory {
    fn section(&self, section: usize) -> io::Result<Section> {
        let missing = || io::Error::other("there is no such section");
        let numbers = self.0.get(section).ok_or_else(missing)?;
        Ok(Box::new(numbers.clone()))
    }
}

/// What a key is stored for: the same proofs.
#[test]
fn a_stored_key_gives_the_same_proof() {
    for setting in [
        duty(Words::W1, 2),
        duty_in(Words::W1, 1, Form::Narrow),
        enrolment(),
        membership(),
    ] {
        let (params, vk) = (setting.srs.kzg(), setting.key.halo2().get_vk());
        let shelf = Box::new(Memory::of(&setting));
        let key = StoredKey::new(params, vk, shelf).unwrap();
        let mut transcript = transcript();
        let (circuit, instance) = (&setting.circuit, &setting.instance);
        let rng = ChaCha20Rng::seed_from_u64(8);
        prove_stored(&key, params, vk, circuit, instance, rng, &mut transcript).unwrap();
        assert!(
            transcript.finalize() == setting.prove(8),
            "{}",
            setting.key.shape()
        );
    }
}

#[test]
fn a_shelf_that_does_not_hold_the_key_is_an_error() {
    let setting = membership();
    let whole = Memory::of(&setting);
    let open = |sections: &Memory| {
        StoredKey::new(
            setting.srs.kzg(),
            setting.key.halo2().get_vk(),
            Box::new(sections.clone()),
        )
    };
    assert!(open(&whole).is_ok());
    for section in 0..whole.0.len() {
        let mut short = whole.clone();
        short.0[section].pop();
        assert!(matches!(open(&short), Err(EngineError::Stored(_))));
        let mut fewer = whole.clone();
        fewer.0.truncate(section);
        assert!(matches!(open(&fewer), Err(EngineError::Stored(_))));
    }
}

/// Numbers of another key, or damaged ones, make a proof that no verifier accepts.
#[test]
fn changed_numbers_are_refused_by_the_verifier() {
    let setting = membership();
    let (params, vk) = (setting.srs.kzg(), setting.key.halo2().get_vk());
    let whole = Memory::of(&setting);
    for section in 0..whole.0.len() {
        let mut changed = whole.clone();
        changed.0[section][1] += Fr::one();
        let key = StoredKey::new(params, vk, Box::new(changed)).unwrap();
        let mut transcript = transcript();
        let (circuit, instance) = (&setting.circuit, &setting.instance);
        let rng = ChaCha20Rng::seed_from_u64(8);
        prove_stored(&key, params, vk, circuit, instance, rng, &mut transcript).unwrap();
        let proof = transcript.finalize();
        assert!(!setting.accepts(&proof, instance), "section {section}");
    }
}
