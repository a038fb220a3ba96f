//! The quotient's pieces have no blinding of their own. What the columns' blinding does to them:
//! even for somebody who knows tau, every usable row and every opening, the random rows that are left move the values of the
//! pieces at tau in every direction. So no equation holds between what a proof shows but those that the verifier checks.

use super::witness;
use crate::backend::{Backend, Challenges, Permuted, Source};
use crate::cpu::Cpu;
use crate::key::EngineKey;
use crate::quotient::Scalars;
use crate::secret::Secret;
use ff::Field;
use halo2_proofs::arithmetic::eval_polynomial;
use halo2_proofs::plonk::Any;
use halo2curves::bn256::Fr;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::Shape;
use vigil_circuits::synthetic::SyntheticPool;
use vigil_params::keys::ProvingKey;
use vigil_params::{Srs, embedded};

/// A proof of the smallest statement, as far as its pieces depend on.
struct Case {
    srs: Srs,
    key: ProvingKey,
    prepared: EngineKey,
    scalars: Scalars,
    /// Coefficients of advice, instance, products.
    polynomials: Vec<Secret<Fr>>,
}

fn case(rng: &mut ChaCha20Rng) -> Case {
    let shape = Shape::default();
    let pool = SyntheticPool::new(&mut *rng, Words::W1, 2, 8).unwrap();
    let srs = embedded::srs(shape.k).unwrap();
    let key = ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
    let prepared = EngineKey::new(srs.kzg(), key.halo2()).unwrap();
    let (statement, witness) = pool.membership(1, 77);
    let circuit = VigilCircuit::membership(shape, &statement, &witness).unwrap();
    let instance = statement.to_instance().unwrap();
    let [beta, gamma, y] = [(); 3].map(|()| Fr::random(&mut *rng));

    let cs = key.halo2().get_vk().cs();
    let (size, usable) = (prepared.plan.fft.size(), prepared.plan.usable());
    let mut polynomials = witness::collect(&circuit, cs, &instance, size, usable).unwrap();
    for cell in polynomials
        .iter_mut()
        .flat_map(|column| &mut column[usable..])
    {
        *cell = Fr::random(&mut *rng);
    }
    let advice = polynomials.len();
    let mut values = Secret::zeros(size);
    values[..instance.len()].copy_from_slice(&instance);
    polynomials.push(values);
    let plan = &prepared.plan;
    let backend = Cpu::new(&prepared, srs.kzg(), key.halo2());
    let columns = cs.permutation().get_columns();
    let mut start = Fr::ONE;
    for (i, members) in columns.chunks(plan.chunk).enumerate() {
        let members = members.iter().map(|column| match column.column_type() {
            Any::Advice(_) => Source::Proof(&polynomials[column.index()]),
            Any::Fixed => Source::Fixed(column.index()),
            Any::Instance => Source::Proof(&polynomials[advice]),
        });
        let permuted = Permuted {
            columns: members.collect(),
            first: i * plan.chunk,
        };
        let mut tail = Secret::zeros(plan.blinding);
        tail.fill_with(|| Fr::random(&mut *rng));
        let challenges = Challenges { beta, gamma };
        let (z, end) = backend
            .product(&permuted, challenges, start, &tail)
            .unwrap();
        start = end;
        polynomials.push(z);
    }
    for polynomial in &mut polynomials {
        plan.fft.coefficients(polynomial);
    }
    let scalars = Scalars { beta, gamma, y };
    Case {
        srs,
        key,
        prepared,
        scalars,
        polynomials,
    }
}

impl Case {
    fn pieces_at(&self, tau: Fr) -> Vec<Fr> {
        let backend = Cpu::new(&self.prepared, self.srs.kzg(), self.key.halo2());
        let table = self.prepared.plan.compiled.table(&self.scalars);
        let polynomials: Vec<_> = self.polynomials.iter().collect();
        let pieces = backend.quotient(&polynomials, &table).unwrap();
        pieces
            .iter()
            .map(|piece| eval_polynomial(piece, tau))
            .collect()
    }

    /// A change of an advice column's random rows that neither its commitment nor its openings show.
    fn unseen(&self, column: usize, x: Fr, tau: Fr) -> Vec<Fr> {
        let fft = &self.prepared.plan.fft;
        let queries = self.key.halo2().get_vk().cs().advice_queries().iter();
        let openings = queries
            .filter(|(queried, _)| queried.index() == column)
            .map(|(_, rotation)| x * fft.rotation(rotation.0));
        let usable = (0..self.prepared.plan.usable()).map(|row| fft.rotation(row as i32));
        let mut change = vec![Fr::ONE];
        for root in usable.chain(openings).chain([tau]) {
            change.push(Fr::ZERO);
            for i in (0..change.len()).rev() {
                let lower = if i == 0 { Fr::ZERO } else { change[i - 1] };
                change[i] = lower - change[i] * root;
            }
        }
        assert!(change.len() < fft.size(), "a random row is left");
        change
    }

    /// How fast the pieces at tau move with a change of a column.
    fn derivative(&mut self, column: usize, change: &[Fr], tau: Fr) -> Vec<Fr> {
        let original = self.polynomials[column].clone();
        let degree = self.prepared.plan.cosets.count() as u64 + 1;
        let mut sum = vec![Fr::ZERO; self.prepared.plan.cosets.count()];
        for step in 0..=degree {
            let weight = derivative_weight(step, degree);
            for (value, piece) in sum.iter_mut().zip(self.pieces_at(tau)) {
                *value += weight * piece;
            }
            for (coefficient, change) in self.polynomials[column].iter_mut().zip(change) {
                *coefficient += change;
            }
        }
        self.polynomials[column] = original;
        sum
    }
}

/// The derivative at 0 of the polynomial that is 1 at `step` and 0 at the other numbers up to `degree`.
fn derivative_weight(step: u64, degree: u64) -> Fr {
    if step == 0 {
        let others = (1..=degree).map(|other| derivative_weight(other, degree));
        return -others.sum::<Fr>();
    }
    let others = (1..=degree).filter(|other| *other != step);
    let own = Fr::from(step);
    others.fold(own.invert().unwrap(), |product, other| {
        let other = Fr::from(other);
        product * -other * (own - other).invert().unwrap()
    })
}

fn rank(mut rows: Vec<Vec<Fr>>) -> usize {
    let mut rank = 0;
    for column in 0..rows[0].len() {
        let Some(pivot) = (rank..rows.len()).find(|row| rows[*row][column] != Fr::ZERO) else {
            continue;
        };
        rows.swap(rank, pivot);
        let inverse = rows[rank][column].invert().unwrap();
        let (above, below) = rows.split_at_mut(rank + 1);
        for row in below {
            let factor = row[column] * inverse;
            row.iter_mut()
                .zip(&above[rank])
                .for_each(|(a, b)| *a -= factor * b);
        }
        rank += 1;
    }
    rank
}

#[test]
fn unused_blinding_moves_the_pieces_in_every_direction() {
    let mut rng = ChaCha20Rng::seed_from_u64(11);
    let mut case = case(&mut rng);
    let [x, tau] = [(); 2].map(|()| Fr::random(&mut rng));
    let pieces = case.prepared.plan.cosets.count();
    let advice = case.key.halo2().get_vk().cs().num_advice_columns();
    let directions: Vec<Vec<Fr>> = (0..advice)
        .map(|column| {
            let change = case.unseen(column, x, tau);
            case.derivative(column, &change, tau)
        })
        .collect();
    assert_eq!(rank(directions.clone()), pieces);
    assert_eq!(rank(directions[..pieces - 1].to_vec()), pieces - 1);
}

#[test]
fn derivatives_of_powers() {
    for power in 0..=4u64 {
        let sum: Fr = (0..=4)
            .map(|step| derivative_weight(step, 4) * Fr::from(step).pow_vartime([power]))
            .sum();
        assert_eq!(sum, Fr::from(u64::from(power == 1)), "{power}");
    }
}
