//! Arity-4 Merkle trees of Poseidon2 nodes (protocol section 3), and paths in them.

use crate::poseidon2::compress4;
use ff::Field;
use halo2curves::bn256::Fr;

/// Children of an inner node.
pub const ARITY: usize = 4;
/// Depth of the registry and ledger trees: up to 4^10 = 1,048,576 validators.
pub const LEDGER_DEPTH: usize = 10;
/// Depth of the operators' tree: up to 4^6 = 4,096 operators.
pub const OPERATORS_DEPTH: usize = 6;

/// More leaves than the tree's depth has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{leaves} leaves do not fit a tree of depth {depth} (at most {})", ARITY.pow(*depth as u32))]
pub struct TooManyLeaves {
    /// Leaves given.
    pub leaves: usize,
    /// Depth of the tree.
    pub depth: usize,
}

/// A tree with its inner nodes, ready to hand out paths. Missing leaves are 0.
#[derive(Clone, Debug)]
pub struct Tree {
    /// `levels[0]` the leaves, `levels[depth]` the root; only nodes above a given leaf are stored.
    levels: Vec<Vec<Fr>>,
    /// `empty[l]`: the node of level `l` above empty leaves only.
    empty: Vec<Fr>,
}

impl Tree {
    /// Builds the tree over `leaves`, in order.
    pub fn new(leaves: Vec<Fr>, depth: usize) -> Result<Self, TooManyLeaves> {
        if leaves.len() > ARITY.pow(depth as u32) {
            return Err(TooManyLeaves {
                leaves: leaves.len(),
                depth,
            });
        }
        let mut empty = vec![Fr::ZERO];
        let mut levels = vec![leaves];
        for level in 0..depth {
            let blank = empty[level];
            let parents = levels[level]
                .chunks(ARITY)
                .map(|chunk| {
                    compress4(&std::array::from_fn(|i| {
                        chunk.get(i).copied().unwrap_or(blank)
                    }))
                })
                .collect();
            levels.push(parents);
            empty.push(compress4(&[blank; ARITY]));
        }
        Ok(Self { levels, empty })
    }

    /// Levels of inner nodes.
    pub fn depth(&self) -> usize {
        self.levels.len() - 1
    }

    /// The root.
    pub fn root(&self) -> Fr {
        self.node(self.depth(), 0)
    }

    /// The path of the leaf at `position` (which may be an empty one).
    ///
    /// # Panics
    /// If `position` is not below `4^depth`.
    pub fn path(&self, position: usize) -> Path {
        assert!(
            position < ARITY.pow(self.depth() as u32),
            "position outside the tree"
        );
        let levels = (0..self.depth())
            .map(|level| {
                let first = (position >> (2 * level)) / ARITY * ARITY;
                std::array::from_fn(|i| self.node(level, first + i))
            })
            .collect();
        Path { position, levels }
    }

    fn node(&self, level: usize, position: usize) -> Fr {
        self.levels[level]
            .get(position)
            .copied()
            .unwrap_or(self.empty[level])
    }
}

/// The way from a leaf to the root: at each level the four children among which the node stands.
#[derive(Clone, PartialEq, Eq)]
pub struct Path {
    /// Position of the leaf, from the left.
    pub position: usize,
    /// Children of each ancestor, from the leaf's parent up.
    pub levels: Vec<[Fr; ARITY]>,
}

impl Path {
    /// Whether `leaf` stands among the first children, and each node among the next ones, up to
    /// `root`. This is what the circuit proves: membership, not the position.
    pub fn leads_to(&self, leaf: Fr, root: Fr) -> bool {
        let top = self.levels.iter().try_fold(leaf, |node, children| {
            children.contains(&node).then(|| compress4(children))
        });
        top == Some(root)
    }
}

/// A path tells which validator it belongs to, so its contents stay out of logs.
impl std::fmt::Debug for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Path({} levels)", self.levels.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leaf_has_a_path_and_no_stranger_has() {
        let tree = Tree::new((1..=9).map(Fr::from).collect(), 3).unwrap();
        for position in 0..9 {
            let path = tree.path(position);
            assert!(path.leads_to(Fr::from(position as u64 + 1), tree.root()));
            assert!(!path.leads_to(Fr::from(100), tree.root()));
        }
        assert!(
            tree.path(20).leads_to(Fr::ZERO, tree.root()),
            "an empty leaf is 0"
        );
    }

    #[test]
    fn refuses_more_leaves_than_fit() {
        let error = Tree::new(vec![Fr::ONE; 17], 2).unwrap_err();
        assert_eq!(
            error,
            TooManyLeaves {
                leaves: 17,
                depth: 2
            }
        );
        assert!(error.to_string().contains("at most 16"));
    }
}
