//! scratch
use halo2_proofs::transcript::TranscriptWriterBuffer;
use halo2curves::bn256::G1Affine;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::time::Instant;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::{Family, Shape};
use vigil_circuits::synthetic::{SyntheticPool, THRESHOLDS};
use vigil_engine::{Arithmetic, EngineKey, prove};
use vigil_params::dev;
use vigil_params::keys::ProvingKey;
use vigil_params::transcript::{EvmChallenge, EvmWrite};
fn main() {
    let arg = |i: usize, d: u32| std::env::args().nth(i).map_or(d, |k| k.parse().unwrap());
    let (k, lanes, reps, threads) = (arg(1, 13), arg(2, 4), arg(3, 3), arg(4, 1));
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads as usize)
        .use_current_thread()
        .build_global()
        .unwrap();
    let shape = Shape {
        family: Family::Duty(Words::W1),
        k,
        lanes,
    };
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let pool = SyntheticPool::new(&mut rng, Words::W1, 1, shape.capacity() as usize).unwrap();
    let srs = dev::unsafe_srs(k, 0).unwrap();
    let key = ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
    let (statement, witness) = pool.duty(0, THRESHOLDS);
    let circuit = VigilCircuit::duty(shape, &statement, &witness).unwrap();
    let instance = statement.to_instance(shape.capacity()).unwrap();
    let hwm = || {
        std::fs::read_to_string("/proc/self/status")
            .unwrap()
            .lines()
            .filter(|l| l.starts_with("VmHWM") || l.starts_with("VmRSS"))
            .map(|l| {
                l.split_whitespace()
                    .nth(1)
                    .unwrap()
                    .parse::<usize>()
                    .unwrap()
                    / 1024
            })
            .collect::<Vec<_>>()
    };
    println!("after keygen {:?}", hwm());
    let e = vigil_engine::memory::Estimate::new(key.halo2().get_vk().cs(), k, threads as usize);
    println!("{:?} total {} MiB", e, e.total() >> 20);
    let cs = key.halo2().get_vk().cs();
    println!(
        "advice {} fixed {} permuted {} degree {}",
        cs.num_advice_columns(),
        cs.num_fixed_columns(),
        cs.permutation().get_columns().len(),
        cs.degree()
    );
    let only = std::env::args().nth(5);
    for arithmetic in [Arithmetic::Portable, Arithmetic::Ifma] {
        if only
            .as_ref()
            .is_some_and(|only| *only != arithmetic.to_string())
        {
            continue;
        }
        arithmetic.select();
        let prepared = EngineKey::new(srs.kzg(), key.halo2()).unwrap();
        println!("{prepared:?} {:?}", hwm());
        for _ in 0..reps {
            let _ = std::fs::write("/proc/self/clear_refs", "5");
            let t = Instant::now();
            let mut transcript = <EvmWrite<_> as TranscriptWriterBuffer<
                _,
                G1Affine,
                EvmChallenge,
            >>::init(Vec::new());
            prove(
                &prepared,
                srs.kzg(),
                key.halo2(),
                &circuit,
                &instance,
                ChaCha20Rng::seed_from_u64(1),
                &mut transcript,
            )
            .unwrap();
            println!(
                "{arithmetic}: {:?} {}",
                t.elapsed(),
                transcript.finalize().len()
            );
        }
    }
}
