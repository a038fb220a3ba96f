//! The circuit's advice columns, filled in.

use crate::error::EngineError;
use crate::secret::Secret;
use ff::BatchInvert;
use halo2_proofs::circuit::Value;
use halo2_proofs::plonk::{
    Advice, Any, Assigned, Assignment, Challenge, Circuit, Column, ConstraintSystem, Error, Fixed,
    FloorPlanner, Instance, Selector,
};
use halo2curves::bn256::Fr;
use std::collections::BTreeMap;

/// Runs the circuit; returns its advice columns of `rows` rows each, zero where nothing is assigned.
pub(crate) fn collect<C: Circuit<Fr>>(
    circuit: &C,
    cs: &ConstraintSystem<Fr>,
    instance: &[Fr],
    rows: usize,
    usable: usize,
) -> Result<Vec<Secret<Fr>>, EngineError> {
    let config = C::configure_with_params(&mut ConstraintSystem::default(), circuit.params());
    let mut witness = Witness {
        advice: vec![Secret::zeros(rows); cs.num_advice_columns()],
        fractions: BTreeMap::new(),
        instance,
        usable,
        failure: None,
    };
    let constants = cs.constants().clone();
    C::FloorPlanner::synthesize(&mut witness, circuit, config, constants)
        .map_err(EngineError::Synthesis)?;
    witness.finish()
}

struct Witness<'a> {
    advice: Vec<Secret<Fr>>,
    /// By column and row, what cells are still to be divided by, all at once.
    fractions: BTreeMap<(usize, usize), Fr>,
    instance: &'a [Fr],
    usable: usize,
    /// Assigning an advice cell cannot fail in halo2's interface, so what went wrong first waits here.
    failure: Option<EngineError>,
}

impl Witness<'_> {
    fn finish(mut self) -> Result<Vec<Secret<Fr>>, EngineError> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        // A zero denominator stays zero, as in halo2.
        self.fractions.values_mut().batch_invert();
        for ((column, row), inverse) in self.fractions {
            self.advice[column][row] *= inverse;
        }
        Ok(self.advice)
    }

    fn assign(
        &mut self,
        column: usize,
        row: usize,
        value: Value<Assigned<Fr>>,
    ) -> Result<(), EngineError> {
        let columns = self.advice.len();
        let usable = self.usable;
        if column >= columns || row >= usable {
            return Err(EngineError::Cell {
                column,
                row,
                columns,
                usable,
            });
        }
        let mut known = None;
        value.map(|value| known = Some(value));
        let value = known.ok_or(EngineError::Unknown { column, row })?;
        self.advice[column][row] = value.numerator();
        // A cell may be assigned again, and the last value counts.
        match value.denominator() {
            Some(denominator) => self.fractions.insert((column, row), denominator),
            None => self.fractions.remove(&(column, row)),
        };
        Ok(())
    }
}

impl Assignment<Fr> for Witness<'_> {
    /// The answer refers to nothing: halo2 asks for a reference of any lifetime, which only unsafe
    /// code can give. A circuit that computes with cells read back is told by
    /// [`EngineError::Unknown`].
    fn assign_advice<'v>(
        &mut self,
        column: Column<Advice>,
        row: usize,
        to: Value<Assigned<Fr>>,
    ) -> Value<&'v Assigned<Fr>> {
        if self.failure.is_none() {
            self.failure = self.assign(column.index(), row, to).err();
        }
        Value::unknown()
    }

    fn query_instance(&self, _: Column<Instance>, row: usize) -> Result<Value<Fr>, Error> {
        if row >= self.usable {
            return Err(Error::BoundsFailure);
        }
        let value = self.instance.get(row).ok_or(Error::BoundsFailure)?;
        Ok(Value::known(*value))
    }

    fn get_challenge(&self, _: Challenge) -> Value<Fr> {
        Value::unknown()
    }

    // What remains is the key's business: fixed cells, selectors, copies, names.

    fn enter_region<NR: Into<String>, N: FnOnce() -> NR>(&mut self, _: N) {}

    fn annotate_column<A: FnOnce() -> AR, AR: Into<String>>(&mut self, _: A, _: Column<Any>) {}

    fn exit_region(&mut self) {}

    fn enable_selector<A: FnOnce() -> AR, AR: Into<String>>(
        &mut self,
        _: A,
        _: &Selector,
        _: usize,
    ) -> Result<(), Error> {
        Ok(())
    }

    fn assign_fixed(&mut self, _: Column<Fixed>, _: usize, _: Assigned<Fr>) {}

    fn copy(&mut self, _: Column<Any>, _: usize, _: Column<Any>, _: usize) {}

    fn fill_from_row(
        &mut self,
        _: Column<Fixed>,
        _: usize,
        _: Value<Assigned<Fr>>,
    ) -> Result<(), Error> {
        Ok(())
    }

    fn push_namespace<NR: Into<String>, N: FnOnce() -> NR>(&mut self, _: N) {}

    fn pop_namespace(&mut self, _: Option<String>) {}
}
