//! scratch
use ff::Field;
use group::{Curve, prime::PrimeCurveAffine};
use halo2curves::bn256::{Fq, Fr, G1, G1Affine};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use std::time::Instant;
use vigil_engine::{
    Arithmetic,
    fft::Fft,
    msm::msm,
    quotient::{graph::Graph, program::Program},
};

fn time(name: &str, reps: usize, mut f: impl FnMut()) {
    for a in [Arithmetic::Portable, Arithmetic::Ifma] {
        a.select();
        f();
        let mut best = f64::MAX;
        for _ in 0..reps {
            let c = Instant::now();
            f();
            best = best.min(c.elapsed().as_secs_f64() * 1e3);
        }
        println!("{name:30} {a:12} {best:9.3} ms cpu");
    }
}
fn main() {
    let k: u32 = std::env::args().nth(1).map_or(14, |k| k.parse().unwrap());
    let only = std::env::args().nth(2).unwrap_or_default();
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build_global()
        .unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let n = 1usize << k;
    let a: Vec<Fr> = (0..n).map(|_| Fr::random(&mut rng)).collect();
    if only.is_empty() || only == "inv" {
        let mut x = Fq::from(7);
        let t = Instant::now();
        for _ in 0..10000 {
            x = x.invert().unwrap() + Fq::ONE;
        }
        println!("invert {:?} {:?}", t.elapsed() / 10000, x == Fq::ONE);
        for _ in 0..10 {
            let mut x = Fq::from(7);
            let t = Instant::now();
            for _ in 0..100000 {
                x = x * x + Fq::ONE;
            }
            print!("mul latency {:?} {:?} ", t.elapsed() / 100000, x == Fq::ONE);
            let t = Instant::now();
            for _ in 0..500 {
                x = x.invert().unwrap() + Fq::ONE;
            }
            println!("inv {:?} {:?}", t.elapsed() / 500, x == Fq::ONE);
        }
    }
    if only.is_empty() || only == "fft" {
        let fft = Fft::new(k);
        let mut v = a.clone();
        time("coefficients", 1000, || fft.coefficients(&mut v));
        let mut w = a.clone();
        time("coset", 1000, || fft.coset_values(&a, &a, &mut w));
    }
    if only.is_empty() || only == "program" {
        let mut g = Graph::default();
        let mut root = g.cell(0, 0);
        for i in 0..200u32 {
            let (x, y) = (g.cell(i % 4, (i as i32 % 3) - 1), g.cell((i + 1) % 4, 0));
            let s = g.scalar(0);
            let m = g.mul(x, s);
            let t = g.add(m, y);
            let u = g.mul(t, t);
            let v = g.mul(u, root);
            root = g.add(v, x);
        }
        let p = Program::compile(&g, root, 1);
        println!(
            "{} instructions {} mul",
            p.instructions(),
            p.multiplications()
        );
        let cols = [&a[..], &a, &a, &a];
        let mut out = a.clone();
        time("program", 200, || p.run(&cols, &[Fr::from(77)], &mut out));
    }
    if only.is_empty() || only == "msm" {
        let mut p = G1::from(G1Affine::generator());
        let mut pts = Vec::with_capacity(n);
        for _ in 0..n {
            pts.push(p);
            p = p + p + G1Affine::generator();
        }
        let mut bases = vec![G1Affine::default(); n];
        G1::batch_normalize(&pts, &mut bases);
        time("msm random", 40, || {
            std::hint::black_box(msm(&a, &bases));
        });
        let bits: Vec<Fr> = a
            .iter()
            .map(|_| Fr::from(u64::from(rng.next_u32() & 1)))
            .collect();
        time("msm bits", 40, || {
            std::hint::black_box(msm(&bits, &bases));
        });
        let bytes: Vec<Fr> = a
            .iter()
            .map(|_| Fr::from(u64::from(rng.next_u32() & 0xffff)))
            .collect();
        time("msm 16 bit", 40, || {
            std::hint::black_box(msm(&bytes, &bases));
        });
    }
}
