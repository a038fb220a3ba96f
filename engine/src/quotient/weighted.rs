//! The weighted sum of all constraints, with as few products as their linear parts allow.
//!
//! Constraints under one selector are summed first and multiplied by it once. Inside such a group
//! there are two ways to write a sum of weighted sums, and the cheaper one is taken for each part of
//! the group that shares nothing with the others:
//!
//! - as they stand: `w_1 (a + 5 b) + w_2 (a - 7 b)`, a product for each weight and for each factor;
//! - by term: `(w_1 + w_2) a + (5 w_1 - 7 w_2) b`, a product for each term, because what stands before it is
//!   known before the first row.

use super::graph::{Graph, Id, Node};
use ff::Field;
use halo2curves::bn256::Fr;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A linear combination of the constraints' weights, by constraint.
pub(super) type Coefficient = Vec<(usize, Fr)>;

/// On what a node depends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Constant,
    /// The key's columns: a selector.
    Key,
    Proof,
}

/// The sum's node, and the coefficients that it reads as scalars from number `first` on.
pub(super) fn sum(
    graph: &mut Graph,
    constraints: &[Id],
    first: u32,
    is_key: impl Fn(u32) -> bool,
) -> (Id, Vec<Coefficient>) {
    let kinds = kinds(graph, is_key);
    let splits = splits(graph, &kinds);
    let mut groups: BTreeMap<Option<Id>, Vec<(Id, Coefficient)>> = BTreeMap::new();
    for (i, id) in constraints.iter().enumerate() {
        let mut stack = vec![(*id, Fr::ONE)];
        while let Some((id, sign)) = stack.pop() {
            let mut put = |selector, rest| {
                let group: &mut Vec<(Id, Coefficient)> = groups.entry(selector).or_default();
                match group.iter_mut().find(|(other, _)| *other == rest) {
                    Some((_, coefficient)) => coefficient.push((i, sign)),
                    None => group.push((rest, vec![(i, sign)])),
                }
            };
            let kind = |id: Id| kinds[id as usize];
            match graph.node(id) {
                Node::Mul(a, b) if (kind(a), kind(b)) == (Kind::Key, Kind::Proof) => {
                    put(Some(a), b)
                }
                Node::Mul(a, b) if (kind(a), kind(b)) == (Kind::Proof, Kind::Key) => {
                    put(Some(b), a)
                }
                Node::Add(a, b) if splits[id as usize] => stack.extend([(b, sign), (a, sign)]),
                Node::Sub(a, b) if splits[id as usize] => stack.extend([(b, -sign), (a, sign)]),
                _ => put(None, id),
            }
        }
    }

    let mut writer = Writer {
        graph,
        first,
        coefficients: Vec::new(),
        slots: HashMap::new(),
    };
    let mut total = writer.graph.constant(Fr::ZERO);
    for (selector, members) in groups {
        let mut sum = writer.graph.constant(Fr::ZERO);
        for part in parts(writer.graph, members) {
            sum = writer.add_part(sum, part);
        }
        if let Some(selector) = selector {
            sum = writer.graph.mul(selector, sum);
        }
        total = writer.graph.add(total, sum);
    }
    (total, writer.coefficients)
}

fn kinds(graph: &Graph, is_key: impl Fn(u32) -> bool) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::with_capacity(graph.nodes().len());
    for node in graph.nodes() {
        kinds.push(match *node {
            Node::Constant(_) => Kind::Constant,
            Node::Scalar(_) => Kind::Proof,
            Node::Cell { column, .. } if is_key(column) => Kind::Key,
            Node::Cell { .. } => Kind::Proof,
            Node::Add(a, b) | Node::Sub(a, b) | Node::Mul(a, b) => {
                kinds[a as usize].max(kinds[b as usize])
            }
        });
    }
    kinds
}

/// Which nodes are sums with a selector before one of the terms.
fn splits(graph: &Graph, kinds: &[Kind]) -> Vec<bool> {
    let mut splits: Vec<bool> = Vec::with_capacity(kinds.len());
    for node in graph.nodes() {
        splits.push(match *node {
            Node::Add(a, b) | Node::Sub(a, b) => splits[a as usize] || splits[b as usize],
            Node::Mul(a, b) => {
                let (a, b) = (kinds[a as usize], kinds[b as usize]);
                a.min(b) == Kind::Key && a.max(b) == Kind::Proof
            }
            Node::Constant(_) | Node::Scalar(_) | Node::Cell { .. } => false,
        });
    }
    splits
}

/// Members of a group that have terms in common.
#[derive(Debug, Default)]
struct Part {
    members: Vec<(Id, Coefficient)>,
    /// Each member as a sum of terms, constants first.
    expansions: Vec<(Fr, BTreeMap<Id, Fr>)>,
    terms: BTreeSet<Id>,
    /// Products with numbers inside of the members.
    scalings: BTreeSet<Id>,
}

fn parts(graph: &Graph, members: Vec<(Id, Coefficient)>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (id, coefficient) in members {
        let (constant, terms, scalings) = expand(graph, id);
        let mut merged = Part {
            terms: terms.keys().copied().collect(),
            scalings,
            ..Part::default()
        };
        let mut apart = Vec::new();
        for part in parts {
            if part.terms.is_disjoint(&merged.terms) {
                apart.push(part);
            } else {
                merged.members.extend(part.members);
                merged.expansions.extend(part.expansions);
                merged.terms.extend(part.terms);
                merged.scalings.extend(part.scalings);
            }
        }
        merged.members.push((id, coefficient));
        merged.expansions.push((constant, terms));
        apart.push(merged);
        parts = apart;
    }
    parts
}

/// A node as a sum: its constant, its terms with their factors, and the products with numbers in it.
fn expand(graph: &Graph, id: Id) -> (Fr, BTreeMap<Id, Fr>, BTreeSet<Id>) {
    let mut constant = Fr::ZERO;
    let mut terms = BTreeMap::new();
    let mut scalings = BTreeSet::new();
    // Operands have smaller numbers, so each node is met once, with all of its factor.
    let mut pending = BTreeMap::from([(id, Fr::ONE)]);
    while let Some((id, factor)) = pending.pop_last() {
        let mut put = |id: Id, factor: Fr| *pending.entry(id).or_insert(Fr::ZERO) += factor;
        match graph.node(id) {
            Node::Constant(value) => constant += factor * value,
            Node::Add(a, b) => {
                put(a, factor);
                put(b, factor);
            }
            Node::Sub(a, b) => {
                put(a, factor);
                put(b, -factor);
            }
            Node::Mul(a, b) => match (graph.node(a), graph.node(b)) {
                (Node::Constant(scale), _) => {
                    scalings.insert(id);
                    put(b, factor * scale);
                }
                (_, Node::Constant(scale)) => {
                    scalings.insert(id);
                    put(a, factor * scale);
                }
                _ => {
                    terms.insert(id, factor);
                }
            },
            Node::Scalar(_) | Node::Cell { .. } => {
                terms.insert(id, factor);
            }
        }
    }
    (constant, terms, scalings)
}

struct Writer<'a> {
    graph: &'a mut Graph,
    first: u32,
    coefficients: Vec<Coefficient>,
    slots: HashMap<Coefficient, u32>,
}

impl Writer<'_> {
    fn add_part(&mut self, sum: Id, part: Part) -> Id {
        let as_they_stand = part.members.len() + part.scalings.len();
        if part.terms.len() >= as_they_stand {
            return part
                .members
                .into_iter()
                .fold(sum, |sum, (id, coefficient)| {
                    self.add_term(sum, id, coefficient)
                });
        }
        let mut constant = Coefficient::new();
        let mut by_term: BTreeMap<Id, Coefficient> = BTreeMap::new();
        for ((_, weights), (own, terms)) in part.members.iter().zip(&part.expansions) {
            let scaled = |factor: Fr| {
                weights
                    .iter()
                    .map(move |(i, weight)| (*i, *weight * factor))
            };
            constant.extend(scaled(*own));
            for (id, factor) in terms {
                by_term.entry(*id).or_default().extend(scaled(*factor));
            }
        }
        let one = self.graph.constant(Fr::ONE);
        let sum = self.add_term(sum, one, constant);
        by_term.into_iter().fold(sum, |sum, (id, coefficient)| {
            self.add_term(sum, id, coefficient)
        })
    }

    fn add_term(&mut self, sum: Id, id: Id, coefficient: Coefficient) -> Id {
        let mut merged: BTreeMap<usize, Fr> = BTreeMap::new();
        for (i, factor) in coefficient {
            *merged.entry(i).or_insert(Fr::ZERO) += factor;
        }
        let coefficient: Coefficient = merged
            .into_iter()
            .filter(|(_, factor)| *factor != Fr::ZERO)
            .collect();
        if coefficient.is_empty() {
            return sum;
        }
        let slot = match self.slots.get(&coefficient) {
            Some(slot) => *slot,
            None => {
                let slot = self.first + self.coefficients.len() as u32;
                self.coefficients.push(coefficient.clone());
                self.slots.insert(coefficient, slot);
                slot
            }
        };
        let scalar = self.graph.scalar(slot);
        let term = self.graph.mul(scalar, id);
        self.graph.add(sum, term)
    }
}

#[cfg(test)]
mod tests {
    use super::{Coefficient, sum};
    use crate::quotient::graph::{Graph, Id, Node};
    use ff::Field;
    use halo2curves::bn256::Fr;

    /// Column 0 is the key's, the others are the proof's.
    const COLUMNS: u64 = 5;

    fn evaluate(graph: &Graph, id: Id, scalars: &[Fr]) -> Fr {
        let value = |id| evaluate(graph, id, scalars);
        match graph.node(id) {
            Node::Constant(value) => value,
            Node::Scalar(index) => scalars[index as usize],
            Node::Cell { column, rotation } => {
                Fr::from(1000 + 17 * u64::from(column))
                    + Fr::from(u64::from(rotation.unsigned_abs()))
            }
            Node::Add(a, b) => value(a) + value(b),
            Node::Sub(a, b) => value(a) - value(b),
            Node::Mul(a, b) => value(a) * value(b),
        }
    }

    fn check(graph: &mut Graph, constraints: &[Id]) -> Vec<Coefficient> {
        let (root, coefficients) = sum(graph, constraints, 0, |column| column == 0);
        let weight = |i: usize| Fr::from(3 + 2 * i as u64).square();
        let scalars: Vec<Fr> = coefficients
            .iter()
            .map(|terms| terms.iter().map(|(i, factor)| weight(*i) * factor).sum())
            .collect();
        let expected: Fr = constraints
            .iter()
            .enumerate()
            .map(|(i, id)| weight(i) * evaluate(graph, *id, &[]))
            .sum();
        assert_eq!(evaluate(graph, root, &scalars), expected);
        coefficients
    }

    #[test]
    fn linear_constraints_are_written_by_term() {
        let mut graph = Graph::default();
        let selector = graph.cell(0, 0);
        let cells = [graph.cell(1, 0), graph.cell(2, 0)];
        let constraints: Vec<Id> = (0..COLUMNS)
            .map(|i| {
                let factors = [5 + i, 9 + i * i].map(|n| graph.constant(Fr::from(n)));
                let terms = [0, 1].map(|j| graph.mul(cells[j], factors[j]));
                let linear = graph.sub(terms[0], terms[1]);
                let one = graph.constant(Fr::ONE);
                let linear = graph.add(linear, one);
                graph.mul(selector, linear)
            })
            .collect();
        // Two cells and the constant, instead of fifteen products.
        assert_eq!(check(&mut graph, &constraints).len(), 3);
    }

    #[test]
    fn other_constraints_stay_as_they_are() {
        let mut graph = Graph::default();
        let cells: Vec<Id> = (0..COLUMNS as u32)
            .map(|c| graph.cell(c, c as i32))
            .collect();
        let product = graph.mul(cells[1], cells[2]);
        let other = graph.sub(product, cells[3]);
        let selected = graph.mul(cells[0], other);
        let square = graph.mul(cells[0], cells[0]);
        let again = graph.mul(square, other);
        let mixed = graph.sub(again, cells[4]);
        let shared = graph.add(mixed, product);
        let constraints = [
            product, other, selected, again, mixed, shared, product, square,
        ];
        check(&mut graph, &constraints);
    }

    #[test]
    fn what_cancels_disappears() {
        let mut graph = Graph::default();
        let a = graph.cell(1, 0);
        let zero = graph.constant(Fr::ZERO);
        let negative = graph.sub(zero, a);
        check(&mut graph, &[a, negative, zero]);
    }
}
