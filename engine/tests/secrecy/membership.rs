//! The same statistic for a circuit of Vigil's own: the registration's membership proof, the smallest.
//!
//! Its tag determines the operator's secret, so two witnesses of one statement differ in the place among the operators:
//! one operator is in the tree twice.

use crate::distributions::suspicious;
use crate::generator::Generator;
use halo2_proofs::transcript::TranscriptWriterBuffer;
use halo2curves::bn256::{Fr, G1Affine};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::Shape;
use vigil_circuits::statement::{MembershipStatement, MembershipWitness};
use vigil_circuits::synthetic::SyntheticPool;
use vigil_circuits::tree::Tree;
use vigil_engine::{EngineKey, prove};
use vigil_params::keys::ProvingKey;
use vigil_params::transcript::{EvmChallenge, EvmWrite, SCALAR_BYTES};
use vigil_params::{Srs, embedded};

/// Proofs of each witness.
const PROOFS: u64 = 300;
/// Where the operator is, the first and the second time.
const PLACES: [usize; 2] = [1, 6];

struct Setting {
    srs: Srs,
    key: ProvingKey,
    prepared: EngineKey,
    statement: MembershipStatement,
    circuits: [VigilCircuit; 2],
}

impl Setting {
    fn new() -> Self {
        let shape = Shape::default();
        let srs = embedded::srs(shape.k).unwrap();
        let key = ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
        let next = srs.next_power().unwrap();
        let prepared = EngineKey::new(srs.kzg(), key.halo2())
            .and_then(|key| key.with_next_power(srs.kzg(), next))
            .unwrap();

        let mut rng = ChaCha20Rng::seed_from_u64(5);
        let pool = SyntheticPool::new(&mut rng, Words::W1, 2, 8).unwrap();
        let (mut statement, witness) = pool.membership(1, 77);
        let mut operators: Vec<Fr> = (10..20).map(Fr::from).collect();
        for place in PLACES {
            operators[place] = witness.secret.operator_id(statement.pool);
        }
        let tree = Tree::new(operators, witness.path.levels.len()).unwrap();
        statement.operators_root = tree.root();
        let circuits = PLACES.map(|place| {
            let witness = MembershipWitness {
                secret: witness.secret.clone(),
                path: tree.path(place),
            };
            statement.check(&witness).unwrap();
            VigilCircuit::membership(shape, &statement, &witness).unwrap()
        });
        Self {
            srs,
            key,
            prepared,
            statement,
            circuits,
        }
    }

    fn prove(&self, witness: usize, generator: Generator) -> Vec<u8> {
        let mut transcript =
            <EvmWrite<_> as TranscriptWriterBuffer<_, G1Affine, EvmChallenge>>::init(Vec::new());
        prove(
            &self.prepared,
            self.srs.kzg(),
            self.key.halo2(),
            &self.circuits[witness],
            &self.statement.to_instance().unwrap(),
            generator,
            &mut transcript,
        )
        .unwrap();
        transcript.finalize()
    }

    /// Both coordinates of points, and scalars: all of the proof. The last element is a point's y.
    fn words(&self) -> Vec<(String, usize)> {
        let words = self.prove(0, Generator::new(0, 0..0)).len() / SCALAR_BYTES;
        (1..words)
            .map(|word| (format!("word {}", word - 1), word * SCALAR_BYTES - 1))
            .collect()
    }
}

#[test]
fn no_word_of_a_membership_proof_depends_on_the_place() {
    let setting = Setting::new();
    let caught = suspicious(&setting.words(), PROOFS, |witness, seed| {
        setting.prove(witness, Generator::new(seed, 0..0))
    });
    assert_eq!(caught, [""; 0]);
}

/// Columns that depend on the place are caught when their random rows are always the same, and nothing else is.
#[test]
fn a_membership_proof_without_blinding_is_caught() {
    let setting = Setting::new();
    let cs = setting.key.halo2().get_vk().cs();
    let stuck = 0..cs.num_advice_columns() * (cs.blinding_factors() + 1);
    let caught = suspicious(&setting.words(), PROOFS / 6, |witness, seed| {
        setting.prove(witness, Generator::new(seed, stuck.clone()))
    });
    let [first, second] = setting.circuits.each_ref().map(VigilCircuit::advice);
    let columns = first.iter().zip(&second).enumerate();
    let expected: Vec<String> = columns
        .filter(|(_, (first, second))| first != second)
        .flat_map(|(column, _)| [2 * column, 2 * column + 1])
        .map(|word| format!("word {word}"))
        .collect();
    assert!(
        caught.iter().all(|word| expected.contains(word)),
        "{caught:?}"
    );
    // One word in sixteen is equal by chance in the four bits that are looked at.
    assert!(
        !expected.is_empty() && caught.len() + 2 >= expected.len(),
        "{caught:?}"
    );
}
