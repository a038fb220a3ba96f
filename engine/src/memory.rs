//! How much memory a proof takes at most, told beforehand.
//!
//! Nearly all of it is columns, and how many there are at once follows from the circuit. The sum is an estimate: a test compares it
//! with what proofs were seen to take.

use halo2_proofs::plonk::ConstraintSystem;
use halo2curves::bn256::{Fr, G1Affine};

/// What the program takes without any columns.
const PROGRAM: usize = 8 << 20;
/// Bytes of scratch that one sum over points needs for each point: magnitudes, shifted ones, digits.
const SUM: usize = 40 + 40 + 16;

/// Where the key and the work are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The key in memory, the work on the processor.
    Memory,
    /// The key [stored](crate::stored) and mapped, one coset at a time; the work on the processor.
    Mapped,
    /// The work and what the key was prepared to on a device with memory of its own, which is not counted here; neither is
    /// what the device's driver takes for itself.
    Device,
}

/// Bytes that making one proof takes, by what they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The parameters' points.
    pub parameters: usize,
    /// halo2's proving key.
    pub key: usize,
    /// What the engine makes of it.
    pub prepared: usize,
    /// The circuit's cells, and as much again: what the allocator keeps of a circuit that was looked at to find the key.
    pub circuit: usize,
    /// All columns and polynomials at their peak.
    pub proof: usize,
}

impl Estimate {
    /// For a circuit of 2^k rows, on so many threads.
    pub fn new(cs: &ConstraintSystem<Fr>, k: u32, threads: usize, place: Place) -> Self {
        let rows = 1 << k;
        let column = rows * size_of::<Fr>();
        let pieces = cs.degree() - 1;
        let permuted = cs.permutation().get_columns().len();
        let products = permuted.div_ceil(pieces.max(2) - 1);
        let of_key = cs.num_fixed_columns() + permuted;
        let advice = cs.num_advice_columns();
        let of_proof = advice + cs.num_instance_columns() + products;
        // Values, coefficients, values on a coset; the random polynomial, and the quotient on each coset.
        let quotient = column * (3 * of_proof + 1 + pieces);
        let basis = rows * size_of::<G1Affine>();
        // Powers of the cosets' shifts, and roots.
        let plan = column * (pieces + 2);
        // Each of the key's columns and four more on a coset.
        let on_coset = column * (of_key + 4);
        let work = quotient + threads * rows * SUM;
        let (key, prepared, proof) = match place {
            Place::Memory => (2 * of_key + 3, plan + pieces * on_coset + basis, work),
            Place::Mapped => (2 * of_key, plan + on_coset + basis, work),
            // On their way to the device, advice and the random polynomial.
            Place::Device => (2 * of_key + 3, plan + basis, column * (advice + 1)),
        };
        Self {
            parameters: 2 * basis,
            key: column * key,
            prepared,
            circuit: 2 * column * (advice + cs.num_fixed_columns()),
            proof,
        }
    }

    /// All of it, and the program itself.
    pub fn total(&self) -> usize {
        PROGRAM + self.parameters + self.key + self.prepared + self.circuit + self.proof
    }
}

#[cfg(test)]
mod tests {
    use super::{Estimate, Place};
    use crate::key::EngineKey;
    use vigil_circuits::circuit::VigilCircuit;
    use vigil_circuits::shape::Shape;
    use vigil_params::embedded;
    use vigil_params::keys::ProvingKey;

    /// What a device does not have: the plan is counted as it is, and less is needed than where the work is here.
    #[test]
    fn a_device_leaves_the_plan_and_the_key_here() {
        let shape = Shape::default();
        let srs = embedded::srs(shape.k).unwrap();
        let key = ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
        let prepared = EngineKey::new(srs.kzg(), key.halo2()).unwrap();
        let cs = key.halo2().get_vk().cs();
        let [memory, mapped, device] = [Place::Memory, Place::Mapped, Place::Device]
            .map(|place| Estimate::new(cs, shape.k, 2, place));
        let plan = prepared.plan.memory() + size_of_val(&prepared.lagrange[..]);
        assert!((plan..plan + plan / 4).contains(&device.prepared));
        let others = prepared.memory();
        assert!((others..others + others / 10).contains(&memory.prepared));
        assert!(device.total() < mapped.total() && mapped.total() < memory.total());
    }
}
