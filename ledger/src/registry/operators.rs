//! The operators' list: who may register validators, in order of admission.

use super::{Batch, PoolSetting, RegistryError, read};
use std::collections::HashMap;
use std::path::Path;
use vigil_circuits::Fr;
use vigil_circuits::identity::{Address, OperatorSecret, fr_to_be_bytes};
use vigil_circuits::tree::{OPERATORS_DEPTH, Path as TreePath, Tree};

/// Room for 4^6 operators of less than 256 bytes.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// A registered operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operator {
    /// `sponge(1; secret, pool)`.
    pub id: Fr,
    /// Its owner account, which its enrolment proof for V = 0 names.
    pub owner: Address,
}

/// The operators of a pool; the list only grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operators {
    /// The pool and its beacon chain.
    pub setting: PoolSetting,
    list: Vec<Operator>,
}

impl Operators {
    /// A list; refused if an id stands twice or there are more than its tree holds.
    pub fn new(setting: PoolSetting, list: Vec<Operator>) -> Result<Self, RegistryError> {
        let mut positions = HashMap::new();
        for (position, operator) in list.iter().enumerate() {
            if let Some(previous) = positions.insert(fr_to_be_bytes(operator.id), position) {
                return Err(RegistryError::DuplicateOperator { previous, position });
            }
        }
        let operators = Self { setting, list };
        operators.tree(operators.list.len())?;
        Ok(operators)
    }

    /// All of them, in order of admission.
    pub fn list(&self) -> &[Operator] {
        &self.list
    }

    /// The list with one more.
    pub fn with(&self, operator: Operator) -> Result<Self, RegistryError> {
        let mut list = self.list.clone();
        list.push(operator);
        Self::new(self.setting, list)
    }

    /// Root of the tree over all of them.
    pub fn root(&self) -> Result<Fr, RegistryError> {
        Ok(self.tree(self.list.len())?.root())
    }

    /// A batch that all of them may take part in.
    pub fn batch(&self, number: u64) -> Result<Batch, RegistryError> {
        Ok(Batch {
            number,
            operators: self.list.len() as u32,
            operators_root: self.root()?,
        })
    }

    /// The path of this secret's operator in the tree of all.
    pub fn path_of(&self, secret: &OperatorSecret) -> Result<TreePath, RegistryError> {
        let id = secret.operator_id(self.setting.pool_id());
        let position = self
            .list
            .iter()
            .position(|operator| operator.id == id)
            .ok_or(RegistryError::UnknownOperator)?;
        Ok(self.tree(self.list.len())?.path(position))
    }

    /// The batch's operators are the first ones of this list.
    pub fn check_batch(&self, batch: &Batch) -> Result<(), RegistryError> {
        let count = batch.operators as usize;
        let is_ours = count <= self.list.len() && self.tree(count)?.root() == batch.operators_root;
        is_ours.then_some(()).ok_or(RegistryError::OtherOperators {
            batch: batch.number,
            operators: batch.operators,
        })
    }

    /// What is to be used with this list is of its beacon chain and its pool.
    pub fn check_setting(&self, got: &PoolSetting) -> Result<(), RegistryError> {
        let expected = &self.setting;
        if expected.beacon != got.beacon {
            return Err(RegistryError::OtherBeaconChain {
                expected: expected.beacon,
                got: got.beacon,
            });
        }
        if expected != got {
            return Err(RegistryError::OtherPool {
                expected: expected.to_string(),
                got: got.to_string(),
            });
        }
        Ok(())
    }

    /// Reads a list.
    pub fn read(path: &Path) -> Result<Self, RegistryError> {
        Self::from_json(&read(path, MAX_FILE_BYTES)?)
    }

    /// The tree over the first `count`.
    fn tree(&self, count: usize) -> Result<Tree, RegistryError> {
        let leaves = self.list[..count].iter().map(|operator| operator.id);
        Ok(Tree::new(leaves.collect(), OPERATORS_DEPTH)?)
    }
}
