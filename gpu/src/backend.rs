//! The engine's verbs, on a device.

use crate::error::GpuError;
use crate::key::GpuKey;
use crate::raw::{Step, Vector};
use ff::{Field, PrimeField};
use halo2curves::bn256::{Fr, G1Affine};
use vigil_engine::backend::{
    Backend, Basis, Challenges, Divided, Dividend, Form, Permuted, Source,
};
use vigil_engine::{EngineError, Plan, Secret};

impl GpuKey {
    fn values<'a>(&'a self, source: &Source<'a, Vector>) -> &'a Vector {
        match source {
            Source::Fixed(column) => &self.fixed[*column].values,
            Source::Sigma(column) => &self.sigma[*column].values,
            Source::Proof(values) => values,
        }
    }

    fn polynomial<'a>(&'a self, source: &Source<'a, Vector>) -> &'a Vector {
        match source {
            Source::Fixed(column) => &self.fixed[*column].coefficients,
            Source::Sigma(column) => &self.sigma[*column].coefficients,
            Source::Proof(coefficients) => coefficients,
        }
    }
}

impl Backend for GpuKey {
    type Polynomial = Vector;

    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn upload(&self, numbers: Vec<Secret<Fr>>) -> Result<Vec<Vector>, EngineError> {
        each(numbers.iter().map(|numbers| self.device.upload(numbers)))
    }

    fn commit(&self, basis: Basis, polynomials: &[Vector]) -> Result<Vec<G1Affine>, EngineError> {
        let bases = match basis {
            Basis::Lagrange => &self.lagrange,
            Basis::Monomial => &self.monomial,
        };
        let polynomials = polynomials.iter();
        each(polynomials.map(|polynomial| self.device.commit(bases, polynomial)))
    }

    fn product(
        &self,
        permuted: &Permuted<'_, Vector>,
        Challenges { beta, gamma }: Challenges,
        start: Fr,
        tail: &[Fr],
    ) -> Result<(Vector, Fr), EngineError> {
        let columns = permuted.columns.iter();
        let columns: Vec<&Vector> = columns.map(|column| self.values(column)).collect();
        let sigma = &self.sigma[permuted.first..permuted.first + columns.len()];
        let sigma: Vec<&Vector> = sigma.iter().map(|sigma| &sigma.values).collect();
        let first = beta * Fr::DELTA.pow_vartime([permuted.first as u64]);
        let shifts = std::iter::successors(Some(first), |shift| Some(*shift * Fr::DELTA));
        let step = Step {
            columns: &columns,
            sigma: &sigma,
            shifts: &shifts.take(columns.len()).collect::<Vec<_>>(),
            beta,
            gamma,
            start,
            tail,
        };
        Ok(self.device.product(&step)?)
    }

    fn coefficients(&self, values: &[&Vector]) -> Result<Vec<Vector>, EngineError> {
        each(values.iter().map(|values| self.device.coefficients(values)))
    }

    fn quotient(&self, polynomials: &[&Vector], table: &[Fr]) -> Result<Vec<Vector>, EngineError> {
        let cosets = &self.plan.cosets;
        let table = [table, self.plan.compiled.program.constants()].concat();
        let on_cosets = self.powers.iter().zip(&self.on_cosets);
        let mut values = each(on_cosets.map(|(powers, of_key)| {
            let moved = polynomials
                .iter()
                .map(|polynomial| self.device.coset_values(polynomial, powers))
                .collect::<Result<Vec<_>, _>>()?;
            let columns: Vec<&Vector> = of_key.iter().chain(&moved).collect();
            self.device.run(&self.program, &columns, &table)
        }))?;
        let inverses = (0..cosets.count()).map(|coset| cosets.shift(coset).invert());
        let inverses: Vec<Fr> = inverses
            .map(|inverse| inverse.unwrap_or(Fr::ZERO))
            .collect();
        self.device
            .pieces(&mut values, &inverses, cosets.matrix())?;
        Ok(values)
    }

    fn evaluate(
        &self,
        form: Form,
        x: Fr,
        queries: &[(Source<'_, Vector>, i32)],
    ) -> Result<Vec<Fr>, EngineError> {
        let (weights, queries): (Vector, Vec<_>) = match form {
            Form::Values => (
                self.device.lagrange(x)?,
                queries
                    .iter()
                    .map(|(source, rotation)| (self.values(source), *rotation))
                    .collect(),
            ),
            Form::Coefficients => (
                self.device.powers(x)?,
                queries
                    .iter()
                    .map(|(source, _)| (self.polynomial(source), 0))
                    .collect(),
            ),
        };
        Ok(self.device.dots(&weights, &queries)?)
    }

    fn combine(&self, terms: &[(Source<'_, Vector>, Fr)]) -> Result<Vector, EngineError> {
        let terms = terms.iter();
        let terms: Vec<_> = terms
            .map(|(source, factor)| (self.polynomial(source), *factor))
            .collect();
        Ok(self.device.combine(&terms)?)
    }

    fn divide(
        &self,
        dividends: &[Dividend<'_, Vector>],
    ) -> Result<Vec<Divided<Vector>>, EngineError> {
        let dividends = dividends.iter();
        each(dividends.map(|(dividend, points)| self.device.divide(dividend, points)))
    }
}

fn each<T>(results: impl Iterator<Item = Result<T, GpuError>>) -> Result<Vec<T>, EngineError> {
    Ok(results.collect::<Result<_, _>>()?)
}
