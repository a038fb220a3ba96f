//! What is computed row by row.

use crate::build::emulator;
use crate::kernels::{numbers, powers};
use ff::{Field, PrimeField};
use halo2curves::bn256::Fr;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use vigil_engine::fft::Fft;
use vigil_engine::quotient::cosets::Cosets;
use vigil_engine::quotient::graph::Graph;
use vigil_engine::quotient::program::Program;
use vigil_gpu::raw::Step;

/// As the argument defines it; a zero denominator counts as a zero factor.
fn product(columns: &[Vec<Fr>], sigma: &[Vec<Fr>], step: &Step<'_>, omega: Fr) -> Vec<Fr> {
    let mut z = vec![step.start];
    let mut x = Fr::ONE;
    for row in 0..columns[0].len() - 1 {
        let mut factor = Fr::ONE;
        for ((column, sigma), shift) in columns.iter().zip(sigma).zip(step.shifts) {
            let below = step.beta * sigma[row] + step.gamma + column[row];
            factor *= below.invert().unwrap_or(Fr::ZERO);
            factor *= *shift * x + step.gamma + column[row];
        }
        z.push(z[row] * factor);
        x *= omega;
    }
    let usable = z.len() - step.tail.len();
    z[usable..].copy_from_slice(step.tail);
    z
}

#[test]
fn products() {
    for k in [1, 3, 6, 10, 12] {
        let size = 1usize << k;
        let device = emulator().device(k).unwrap();
        let inputs =
            |seed: u64| -> Vec<Vec<Fr>> { (0..3).map(|i| numbers(size, seed + i)).collect() };
        let (columns, mut sigma) = (inputs(1), inputs(4));
        let [beta, gamma, start] = [1000, 5000, 79].map(Fr::from);
        let zero = k == 6;
        if zero {
            // A denominator that vanishes, in one row.
            sigma[1][9] = -(gamma + columns[1][9]) * beta.invert().unwrap();
        }
        let upload = |vectors: &[Vec<Fr>]| -> Vec<_> {
            vectors.iter().map(|v| device.upload(v).unwrap()).collect()
        };
        let (on_device, sigma_on_device) = (upload(&columns), upload(&sigma));
        let tail = numbers(size / 2, 8);
        for tail in [&tail[..], &[]] {
            let step = Step {
                columns: &on_device.iter().collect::<Vec<_>>(),
                sigma: &sigma_on_device.iter().collect::<Vec<_>>(),
                shifts: &[beta, beta * Fr::DELTA, Fr::ZERO],
                beta,
                gamma,
                start,
                tail,
            };
            let expected = product(&columns, &sigma, &step, Fft::new(k).omega());
            let (z, last) = device.product(&step).unwrap();
            assert_eq!(device.download(&z).unwrap(), expected, "{k}");
            assert_eq!(last, expected[size - tail.len() - 1], "{k}");
            assert_eq!(last == Fr::ZERO, zero, "{k}");
        }
    }
}

#[test]
fn programs() {
    for seed in 0..20 {
        compare_programs(8, seed);
    }
}

/// More rows than lanes: each lane goes through several.
#[test]
fn a_program_over_many_rows() {
    compare_programs(16, 0);
}

fn compare_programs(k: u32, seed: u64) {
    let size = 1 << k;
    let columns: Vec<Vec<Fr>> = (0..4).map(|i| numbers(size, i)).collect();
    let slices: Vec<&[Fr]> = columns.iter().map(|column| &column[..]).collect();
    let scalars = [Fr::from(5), -Fr::from(9)];
    let device = emulator().device(k).unwrap();
    let on_device: Vec<_> = columns.iter().map(|v| device.upload(v).unwrap()).collect();

    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let mut pick = |n: usize| (rng.next_u64() % n as u64) as usize;
    let mut graph = Graph::default();
    let mut ids = vec![
        graph.scalar(0),
        graph.scalar(1),
        graph.constant(Fr::from(6)),
    ];
    for _ in 0..60 {
        let (a, b) = (ids[pick(ids.len())], ids[pick(ids.len())]);
        ids.push(match pick(4) {
            0 => graph.add(a, b),
            1 => graph.sub(a, b),
            2 => graph.mul(a, b),
            _ => graph.cell(pick(4) as u32, pick(600) as i32 - 300),
        });
    }
    // A bare cell, a bare scalar and a bare constant are programs too.
    for root in [ids[ids.len() - 1], ids[0], ids[2], graph.cell(1, -1)] {
        let program = Program::compile(&graph, root, scalars.len());
        let mut expected = vec![Fr::ZERO; size];
        program.run(&slices, &scalars, &mut expected);
        let table = [&scalars[..], program.constants()].concat();
        let program = device.upload_program(&program).unwrap();
        let columns: Vec<_> = on_device.iter().collect();
        let result = device.run(&program, &columns, &table).unwrap();
        assert_eq!(device.download(&result).unwrap(), expected, "{seed}");
    }
}

#[test]
fn pieces_of_a_product_with_the_vanishing_polynomial() {
    let (k, size) = (4, 16);
    let fft = Fft::new(k);
    let device = emulator().device(k).unwrap();
    for count in [1, 2, 5, 8, 16] {
        let cosets = Cosets::new(&fft, count);
        let quotient = numbers(size * count, count as u64);
        let mut values: Vec<_> = (0..count)
            .map(|coset| {
                let values: Vec<Fr> = powers(fft.omega(), size)
                    .iter()
                    .map(|x| {
                        let x = cosets.shift(coset) * x;
                        let value = quotient.iter().rev().fold(Fr::ZERO, |sum, c| sum * x + c);
                        value * (x.pow_vartime([size as u64]) - Fr::ONE)
                    })
                    .collect();
                device.upload(&values).unwrap()
            })
            .collect();
        let inverses: Vec<Fr> = (0..count)
            .map(|c| cosets.shift(c).invert().unwrap())
            .collect();
        device
            .pieces(&mut values, &inverses, cosets.matrix())
            .unwrap();
        let pieces: Vec<Fr> = values
            .iter()
            .flat_map(|v| device.download(v).unwrap())
            .collect();
        assert_eq!(pieces, quotient, "{count} pieces");
    }
}
