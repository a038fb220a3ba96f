//! A circuit's digest: everything that key generation would commit to, without the commitments.

use super::ShapedCircuit;
use crate::digest::CircuitDigest;
use blake2b_simd::{Params, State};
use ff::{Field, PrimeField};
use halo2_proofs::circuit::Value;
use halo2_proofs::plonk::{
    Advice, Any, Assigned, Assignment, Challenge, Circuit, Column, ConstraintSystem, Error, Fixed,
    FloorPlanner, Instance, Selector,
};
use halo2curves::bn256::Fr;
use vigil_circuits::shape::Shape;

/// A release of halo2-axiom may change what a circuit means or how a key is stored.
const DOMAIN: &[u8; 16] = b"vigil/halo2-0.53";

/// Digest of the circuit of `shape`: its name, columns, gates, lookups, fixed cells, selectors and
/// copies. It takes one synthesis, no commitment.
pub fn circuit_digest<C: ShapedCircuit>(shape: Shape) -> Result<CircuitDigest, Error> {
    let circuit = C::blank(shape);
    let mut constraints = ConstraintSystem::<Fr>::default();
    let config = <C as Circuit<Fr>>::configure_with_params(&mut constraints, circuit.params());
    let mut recorder = Recorder(Params::new().hash_length(32).personal(DOMAIN).to_state());
    recorder.text(&shape.name());
    recorder.text(&format!("{:?}", constraints.pinned()));
    let constants = constraints.constants().clone();
    C::FloorPlanner::synthesize(&mut recorder, &circuit, config, constants)?;
    let mut digest = [0; 32];
    digest.copy_from_slice(recorder.0.finalize().as_bytes());
    Ok(CircuitDigest(digest))
}

/// Hashes each assignment as it comes, with a tag and fixed-length fields.
struct Recorder(State);

impl Recorder {
    fn text(&mut self, text: &str) {
        self.0.update(&(text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
    }

    fn cell(&mut self, tag: u8, column: usize, row: usize) {
        self.0.update(&[tag]);
        self.0.update(&(column as u64).to_le_bytes());
        self.0.update(&(row as u64).to_le_bytes());
    }

    fn value(&mut self, value: Fr) {
        self.0.update(value.to_repr().as_ref());
    }

    fn any(&mut self, column: Column<Any>, row: usize) {
        let tag = match column.column_type() {
            Any::Advice(_) => b'a',
            Any::Fixed => b'f',
            Any::Instance => b'i',
        };
        self.cell(tag, column.index(), row);
    }
}

impl Assignment<Fr> for Recorder {
    fn enable_selector<A, AR>(&mut self, _: A, selector: &Selector, row: usize) -> Result<(), Error>
    where
        A: FnOnce() -> AR,
        AR: Into<String>,
    {
        self.cell(b'S', selector.index(), row);
        Ok(())
    }

    fn assign_fixed(&mut self, column: Column<Fixed>, row: usize, to: Assigned<Fr>) {
        self.cell(b'F', column.index(), row);
        self.value(to.evaluate());
    }

    fn copy(
        &mut self,
        left_column: Column<Any>,
        left_row: usize,
        right_column: Column<Any>,
        right_row: usize,
    ) {
        self.0.update(b"C");
        self.any(left_column, left_row);
        self.any(right_column, right_row);
    }

    fn fill_from_row(
        &mut self,
        column: Column<Fixed>,
        row: usize,
        to: Value<Assigned<Fr>>,
    ) -> Result<(), Error> {
        self.cell(b'R', column.index(), row);
        let mut filler = None;
        to.map(|to| filler = Some(to.evaluate()));
        self.value(filler.unwrap_or(Fr::ZERO));
        Ok(())
    }

    // The rest is witness, or names: no part of a key.

    fn assign_advice<'v>(
        &mut self,
        _: Column<Advice>,
        _: usize,
        _: Value<Assigned<Fr>>,
    ) -> Value<&'v Assigned<Fr>> {
        Value::unknown()
    }

    fn query_instance(&self, _: Column<Instance>, _: usize) -> Result<Value<Fr>, Error> {
        Ok(Value::unknown())
    }

    fn get_challenge(&self, _: Challenge) -> Value<Fr> {
        Value::unknown()
    }

    fn enter_region<NR, N>(&mut self, _: N)
    where
        NR: Into<String>,
        N: FnOnce() -> NR,
    {
    }

    fn annotate_column<A, AR>(&mut self, _: A, _: Column<Any>)
    where
        A: FnOnce() -> AR,
        AR: Into<String>,
    {
    }

    fn exit_region(&mut self) {}

    fn push_namespace<NR, N>(&mut self, _: N)
    where
        NR: Into<String>,
        N: FnOnce() -> NR,
    {
    }

    fn pop_namespace(&mut self, _: Option<String>) {}
}
