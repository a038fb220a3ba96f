//! The processor.

use crate::backend::{Backend, Basis, Challenges, Divided, Dividend, Form, Permuted, Source};
use crate::columns::KeyColumns;
use crate::error::EngineError;
use crate::evaluate::Weights;
use crate::key::EngineKey;
use crate::msm::msm;
use crate::permutation::Set;
use crate::plan::Plan;
use crate::secret::Secret;
use crate::stage::Stage;
use crate::stored::StoredKey;
use ff::Field;
use group::Curve;
use halo2_proofs::arithmetic::eval_polynomial;
use halo2_proofs::plonk::ProvingKey;
use halo2_proofs::poly::commitment::ParamsProver;
use halo2_proofs::poly::kzg::commitment::ParamsKZG;
use halo2curves::bn256::{Bn256, Fr, G1, G1Affine};
use rayon::prelude::*;
use std::fmt;

/// The processor, with what the key was prepared to. The key's own columns stay where they are.
#[derive(Clone, Copy)]
pub struct Cpu<'a> {
    plan: &'a Plan,
    params: &'a ParamsKZG<Bn256>,
    lagrange: &'a [G1Affine],
    columns: KeyColumns<'a>,
}

impl fmt::Debug for Cpu<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cpu")
            .field("rows", &self.plan.fft.size())
            .finish_non_exhaustive()
    }
}

impl<'a> Cpu<'a> {
    /// `prepared` must have been made of this very key and parameters; the driver asks.
    pub fn new(
        prepared: &'a EngineKey,
        params: &'a ParamsKZG<Bn256>,
        key: &'a ProvingKey<G1Affine>,
    ) -> Self {
        Self {
            plan: &prepared.plan,
            params,
            lagrange: &prepared.lagrange,
            columns: KeyColumns::Memory {
                key,
                on_cosets: &prepared.columns,
            },
        }
    }

    /// With a key that is kept elsewhere, made of these parameters; the driver asks.
    pub fn stored(stored: &'a StoredKey, params: &'a ParamsKZG<Bn256>) -> Self {
        Self {
            plan: &stored.plan,
            params,
            lagrange: &stored.lagrange,
            columns: KeyColumns::Stored(stored),
        }
    }

    fn values<'b>(&'b self, source: Source<'b, Secret<Fr>>) -> &'b [Fr] {
        match source {
            Source::Fixed(column) => self.columns.fixed(Form::Values, column),
            Source::Sigma(column) => self.columns.sigma(Form::Values, column),
            Source::Proof(values) => values,
        }
    }

    fn polynomial<'b>(&'b self, source: Source<'b, Secret<Fr>>) -> &'b [Fr] {
        match source {
            Source::Fixed(column) => self.columns.fixed(Form::Coefficients, column),
            Source::Sigma(column) => self.columns.sigma(Form::Coefficients, column),
            Source::Proof(coefficients) => coefficients,
        }
    }
}

impl Backend for Cpu<'_> {
    type Polynomial = Secret<Fr>;

    fn plan(&self) -> &Plan {
        self.plan
    }

    fn upload(&self, numbers: Vec<Secret<Fr>>) -> Result<Vec<Secret<Fr>>, EngineError> {
        Ok(numbers)
    }

    fn commit(
        &self,
        basis: Basis,
        polynomials: &[Secret<Fr>],
    ) -> Result<Vec<G1Affine>, EngineError> {
        let bases = match basis {
            Basis::Lagrange => self.lagrange,
            Basis::Monomial => self.params.get_g(),
        };
        let points: Vec<G1> = polynomials
            .par_iter()
            .map(|polynomial| msm(polynomial, bases))
            .collect();
        Ok(points.iter().map(Curve::to_affine).collect())
    }

    fn product(
        &self,
        permuted: &Permuted<'_, Secret<Fr>>,
        challenges: Challenges,
        start: Fr,
        tail: &[Fr],
    ) -> Result<(Secret<Fr>, Fr), EngineError> {
        let columns = permuted.columns.iter();
        let members = permuted.first..permuted.first + permuted.columns.len();
        let set = Set {
            columns: columns.map(|column| self.values(*column)).collect(),
            sigma: members.map(|i| self.values(Source::Sigma(i))).collect(),
            first: permuted.first,
        };
        Ok(set.product(&self.plan.fft, challenges, start, tail))
    }

    fn coefficients(&self, values: &[&Secret<Fr>]) -> Result<Vec<Secret<Fr>>, EngineError> {
        let values = values.par_iter();
        Ok(values
            .map(|values| {
                let mut polynomial = (*values).clone();
                self.plan.fft.coefficients(&mut polynomial);
                polynomial
            })
            .collect())
    }

    fn quotient(
        &self,
        polynomials: &[&Secret<Fr>],
        table: &[Fr],
    ) -> Result<Vec<Secret<Fr>>, EngineError> {
        let Plan {
            fft,
            cosets,
            compiled,
            ..
        } = self.plan;
        debug_assert_eq!(polynomials.len(), compiled.sources.of_proof());
        let mut moved = vec![Secret::zeros(fft.size()); polynomials.len()];
        let values = (0..cosets.count())
            .map(|coset| {
                let of_key = self.columns.on_coset(coset)?;
                Stage::Transforms.begins();
                moved
                    .par_iter_mut()
                    .zip(polynomials)
                    .for_each(|(values, polynomial)| {
                        fft.coset_values(polynomial, cosets.powers(coset), values);
                    });
                let mut columns = of_key.columns();
                columns.extend(moved.iter().map(|values| &values[..]));
                Stage::Constraints.begins();
                let mut values = Secret::zeros(fft.size());
                compiled.program.run(&columns, table, &mut values);
                Ok(values)
            })
            .collect::<Result<_, EngineError>>()?;
        Stage::Pieces.begins();
        Ok(cosets.pieces(fft, values))
    }

    fn evaluate(
        &self,
        form: Form,
        x: Fr,
        queries: &[(Source<'_, Secret<Fr>>, i32)],
    ) -> Result<Vec<Fr>, EngineError> {
        let queries = queries.par_iter();
        Ok(match form {
            Form::Values => {
                let weights = Weights::new(&self.plan.fft, x)?;
                queries
                    .map(|(source, rotation)| weights.evaluate(self.values(*source), *rotation))
                    .collect()
            }
            Form::Coefficients => queries
                .map(|(source, rotation)| {
                    debug_assert_eq!(*rotation, 0, "coefficients are not rotated");
                    eval_polynomial(self.polynomial(*source), x)
                })
                .collect(),
        })
    }

    fn combine(&self, terms: &[(Source<'_, Secret<Fr>>, Fr)]) -> Result<Secret<Fr>, EngineError> {
        let terms: Vec<_> = terms
            .iter()
            .map(|(source, factor)| (self.polynomial(*source), *factor))
            .collect();
        Ok(combine(&terms))
    }

    fn divide(
        &self,
        dividends: &[Dividend<'_, Secret<Fr>>],
    ) -> Result<Vec<Divided<Secret<Fr>>>, EngineError> {
        let dividends = dividends.par_iter();
        Ok(dividends
            .map(|(dividend, points)| {
                let mut quotient = (*dividend).clone();
                let points = points.iter();
                let remainders = points.map(|point| divide(&mut quotient, *point)).collect();
                (quotient, remainders)
            })
            .collect())
    }
}

/// The sum of the polynomials times their factors.
fn combine(terms: &[(&[Fr], Fr)]) -> Secret<Fr> {
    const CHUNK: usize = 1 << 10;
    let size = terms.iter().map(|(term, _)| term.len()).max().unwrap_or(0);
    let mut sum = Secret::zeros(size);
    sum.par_chunks_mut(CHUNK).enumerate().for_each(|(i, sum)| {
        for (polynomial, factor) in terms {
            let start = (i * CHUNK).min(polynomial.len());
            let coefficients = &polynomial[start..];
            if *factor == Fr::ONE {
                for (sum, coefficient) in sum.iter_mut().zip(coefficients) {
                    *sum += coefficient;
                }
            } else {
                for (sum, coefficient) in sum.iter_mut().zip(coefficients) {
                    *sum += *coefficient * factor;
                }
            }
        }
    });
    sum
}

/// Divides by X - point in place; returns the remainder. The top coefficient becomes zero.
fn divide(polynomial: &mut [Fr], point: Fr) -> Fr {
    let mut carry = Fr::ZERO;
    for coefficient in polynomial.iter_mut().rev() {
        let next = *coefficient + carry * point;
        *coefficient = carry;
        carry = next;
    }
    carry
}

#[cfg(test)]
mod tests {
    use super::{combine, divide};
    use ff::Field;
    use halo2_proofs::arithmetic::eval_polynomial;
    use halo2curves::bn256::Fr;

    #[test]
    fn division_leaves_the_evaluation() {
        let polynomial: Vec<Fr> = (1..9).map(|i| Fr::from(i * i + 3)).collect();
        let mut quotient = polynomial.clone();
        let point = Fr::from(5);
        let remainder = divide(&mut quotient, point);
        assert_eq!(remainder, eval_polynomial(&polynomial, point));
        let x = Fr::from(77);
        let product = eval_polynomial(&quotient, x) * (x - point) + remainder;
        assert_eq!(product, eval_polynomial(&polynomial, x));
    }

    #[test]
    fn a_combination_is_as_long_as_its_longest_term() {
        let [one, two, five] = [1, 2, 5].map(Fr::from);
        let sum = combine(&[(&[one, two], Fr::ONE), (&[one, one, one], five)]);
        assert_eq!(sum[..], [6, 7, 5].map(Fr::from));
        assert!(combine(&[]).is_empty());
    }
}
