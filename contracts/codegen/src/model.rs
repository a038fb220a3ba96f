//! The circuit as a verifier sees it, read from halo2's constraint system.

use halo2_proofs::plonk::{Any, ConstraintSystem, Expression};
use halo2_proofs::poly::Rotation;
use halo2curves::bn256::Fr;

/// Something that the generated verifiers have no code for. Vigil's circuits use none of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unsupported {
    /// A lookup argument.
    #[error("the circuit has {0} lookups, the generator knows none")]
    Lookups(usize),
    /// Challenges between phases of witness generation.
    #[error("the circuit has {0} phase challenges, the generator knows none")]
    Challenges(usize),
    /// Public inputs elsewhere than in one column, looked at in its own row.
    #[error("public inputs must be one column, queried in the current row only")]
    Instance,
    /// A wired column that is not an advice column queried in its own row.
    #[error("only advice columns that are queried in the current row can be wired")]
    Wired,
    /// A selector that key generation left in an expression.
    #[error("a gate holds a virtual selector: read the constraint system of a verifying key")]
    Selector,
    /// Nothing to check, or nothing to wire.
    #[error("a circuit needs gates, advice columns and a wired column")]
    Empty,
}

/// A gate's name and its constraints, each of which must vanish.
#[derive(Clone, Debug)]
pub struct Gate {
    /// As the circuit names it.
    pub name: String,
    /// In order.
    pub constraints: Vec<Expression<Fr>>,
}

/// Everything about a circuit that does not depend on k or on fixed cells.
#[derive(Clone, Debug)]
pub struct Circuit {
    /// Advice columns.
    pub advice: usize,
    /// Fixed columns.
    pub fixed: usize,
    /// Advice queries, as (column, rotation), in the order of their evaluations in a proof.
    pub advice_queries: Vec<(usize, i32)>,
    /// Fixed queries.
    pub fixed_queries: Vec<(usize, i32)>,
    /// Of every wired column, the position of its query in the current row.
    pub wired: Vec<usize>,
    /// Wired columns that one permutation product covers.
    pub columns_per_product: usize,
    /// Commitments of the quotient polynomial.
    pub quotient_pieces: usize,
    /// Rows of randomness before the last row, which no constraint looks at.
    pub blinding: usize,
    /// All gates.
    pub gates: Vec<Gate>,
}

impl Circuit {
    /// Reads a verifying key's constraint system.
    pub fn read(cs: &ConstraintSystem<Fr>) -> Result<Self, Unsupported> {
        if !cs.lookups().is_empty() {
            return Err(Unsupported::Lookups(cs.lookups().len()));
        }
        if cs.num_challenges() > 0 {
            return Err(Unsupported::Challenges(cs.num_challenges()));
        }
        let current_row = |queries: &[(_, Rotation)]| queries.iter().all(|(_, at)| at.0 == 0);
        if cs.num_instance_columns() != 1 || !current_row(cs.instance_queries()) {
            return Err(Unsupported::Instance);
        }
        let advice_queries: Vec<_> = cs
            .advice_queries()
            .iter()
            .map(|(column, at)| (column.index(), at.0))
            .collect();
        let wired = cs
            .permutation()
            .get_columns()
            .iter()
            .map(|column| match column.column_type() {
                Any::Advice(_) => advice_queries
                    .iter()
                    .position(|&query| query == (column.index(), 0))
                    .ok_or(Unsupported::Wired),
                _ => Err(Unsupported::Wired),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let gates: Vec<_> = cs
            .gates()
            .iter()
            .map(|gate| Gate {
                name: gate.name().to_owned(),
                constraints: gate.polynomials().to_vec(),
            })
            .collect();
        if gates.is_empty() || advice_queries.is_empty() || wired.is_empty() {
            return Err(Unsupported::Empty);
        }
        let degree = cs.degree();
        Ok(Self {
            advice: cs.num_advice_columns(),
            fixed: cs.num_fixed_columns(),
            advice_queries,
            fixed_queries: cs
                .fixed_queries()
                .iter()
                .map(|(column, at)| (column.index(), at.0))
                .collect(),
            wired,
            columns_per_product: degree - 2,
            quotient_pieces: degree - 1,
            blinding: cs.blinding_factors(),
            gates,
        })
    }

    /// Permutation products.
    pub fn products(&self) -> usize {
        self.wired.len().div_ceil(self.columns_per_product)
    }

    /// Rotation of the row that ends the permutation argument.
    pub fn last_rotation(&self) -> i32 {
        -(self.blinding as i32 + 1)
    }
}
