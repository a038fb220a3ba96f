//! Recomputes every value of a file of known answers.

use super::{Claims, Ledger, Row, Vectors};
use crate::word::Word;
use anyhow::{Context, ensure};
use serde::Serialize;
use std::fmt;
use vigil_circuits::Fr;
use vigil_circuits::identity::{
    OperatorSecret, Pool, fr_from_be_bytes_mod, registry_leaf, registry_root,
};
use vigil_circuits::ledger::{LedgerHeader, LedgerRow, MissedVotes, Words};
use vigil_circuits::poseidon2::{Domain, permute, sponge};
use vigil_circuits::statement::{DutyClaims, Thresholds, Totals, attestation_points, is_compliant};
use vigil_circuits::tree::{LEDGER_DEPTH, OPERATORS_DEPTH, Tree};

/// A value of the file that is not what was computed.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Difference {
    /// Where it stands in the file, such as `ledgers[0].rows[3].tag`.
    pub(crate) path: String,
    /// What the file says.
    pub(crate) file: String,
    /// What was computed.
    pub(crate) computed: String,
}

/// All values of a file, compared.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// How many values were compared.
    pub(crate) compared: usize,
    /// Those that differ.
    pub(crate) differences: Vec<Difference>,
}

impl Comparison {
    fn compare<T: PartialEq + fmt::Display>(&mut self, path: String, file: T, computed: T) {
        self.compared += 1;
        if file != computed {
            self.differences.push(Difference {
                path,
                file: file.to_string(),
                computed: computed.to_string(),
            });
        }
    }

    fn field(&mut self, path: String, file: Word, computed: Fr) {
        self.compare(path, file, Word::from(computed));
    }
}

/// Compares every value. An error says that an input is not one that the protocol has.
pub(crate) fn check(vectors: &Vectors) -> anyhow::Result<Comparison> {
    let mut comparison = Comparison::default();
    check_hash(vectors, &mut comparison)?;
    let pool = Pool(field("pool", vectors.pool)?);
    let secrets = check_operators(vectors, pool, &mut comparison)?;
    for (l, ledger) in vectors.ledgers.iter().enumerate() {
        check_ledger(
            &format!("ledgers[{l}]"),
            ledger,
            pool,
            &secrets,
            &mut comparison,
        )?;
    }
    Ok(comparison)
}

fn field(path: &str, word: Word) -> anyhow::Result<Fr> {
    word.to_fr()
        .with_context(|| format!("{path} is not below the field's modulus"))
}

fn check_hash(vectors: &Vectors, comparison: &mut Comparison) -> anyhow::Result<()> {
    for (p, known) in vectors.permutation.iter().enumerate() {
        let mut state = [Fr::zero(); 4];
        for (i, (element, word)) in state.iter_mut().zip(known.input).enumerate() {
            *element = field(&format!("permutation[{p}].input[{i}]"), word)?;
        }
        for (i, (file, computed)) in known.output.into_iter().zip(permute(state)).enumerate() {
            comparison.field(format!("permutation[{p}].output[{i}]"), file, computed);
        }
    }
    for (s, known) in vectors.sponge.iter().enumerate() {
        let path = format!("sponge[{s}]");
        let domain = domain(known.domain)
            .with_context(|| format!("{path}.domain is {}, which no hash has", known.domain))?;
        let inputs = known
            .inputs
            .iter()
            .map(|&word| field(&format!("{path}.inputs"), word))
            .collect::<anyhow::Result<Vec<_>>>()?;
        comparison.field(
            format!("{path}.output"),
            known.output,
            sponge(domain, &inputs),
        );
    }
    let empty = Tree::new(Vec::new(), LEDGER_DEPTH)?;
    comparison.field(
        "empty_tree_root".to_owned(),
        vectors.empty_tree_root,
        empty.root(),
    );
    Ok(())
}

fn domain(number: u64) -> Option<Domain> {
    [
        Domain::Operator,
        Domain::Tag,
        Domain::RegistryLeaf,
        Domain::RegistryRoot,
        Domain::LedgerLeaf,
        Domain::LedgerRoot,
    ]
    .into_iter()
    .find(|&domain| domain as u64 == number)
}

fn check_operators(
    vectors: &Vectors,
    pool: Pool,
    comparison: &mut Comparison,
) -> anyhow::Result<Vec<OperatorSecret>> {
    let mut secrets = Vec::new();
    let mut ids = Vec::new();
    for (o, operator) in vectors.operators.iter().enumerate() {
        let path = format!("operators[{o}]");
        let secret = OperatorSecret::from_be_bytes(&operator.secret.0)
            .with_context(|| format!("{path}.secret is not below the field's modulus"))?;
        let id = secret.operator_id(pool);
        comparison.field(format!("{path}.operator_id"), operator.operator_id, id);
        secrets.push(secret);
        ids.push(id);
    }
    let root = Tree::new(ids, OPERATORS_DEPTH)?.root();
    comparison.field("operators_root".to_owned(), vectors.operators_root, root);
    Ok(secrets)
}

fn check_ledger(
    path: &str,
    ledger: &Ledger,
    pool: Pool,
    secrets: &[OperatorSecret],
    comparison: &mut Comparison,
) -> anyhow::Result<()> {
    let words = Words::for_epochs(ledger.epochs)
        .with_context(|| format!("{path}.epochs is {}, not 1 to 6300", ledger.epochs))?;
    comparison.compare(format!("{path}.words"), ledger.words, words.count());
    let thresholds = Thresholds {
        min_performance_bps: ledger.policy.min_performance_bps,
        min_uptime_bps: ledger.policy.min_uptime_bps,
        max_outage_epochs: ledger.policy.max_outage_epochs,
    };
    let mut registry = Vec::new();
    let mut leaves = Vec::new();
    let mut rows = Vec::new();
    for (r, known) in ledger.rows.iter().enumerate() {
        let path = format!("{path}.rows[{r}]");
        let row = to_row(&path, known, words)?;
        let tag = secrets
            .get(known.operator)
            .with_context(|| {
                let count = secrets.len();
                format!(
                    "{path}.operator is {}, of {count} operators",
                    known.operator
                )
            })?
            .tag(known.index, pool);
        let mut field = |name: &str, file, computed| {
            comparison.field(format!("{path}.{name}"), file, computed);
        };
        registry.push(registry_leaf(row.index, tag));
        leaves.push(row.leaf(tag));
        field("tag", known.tag, tag);
        field("meta", known.meta, row.meta());
        field("duties", known.duties, row.duties());
        field(
            "registry_leaf",
            known.registry_leaf,
            registry_leaf(row.index, tag),
        );
        field("ledger_leaf", known.ledger_leaf, row.leaf(tag));
        let name = |name: &str| format!("{path}.{name}");
        let points = attestation_points(&row);
        comparison.compare(name("attestation_points"), known.attestation_points, points);
        comparison.compare(
            name("longest_outage"),
            known.longest_outage,
            row.longest_outage(),
        );
        let compliant = is_compliant(&row, &thresholds);
        comparison.compare(name("compliant"), known.compliant, compliant);
        rows.push((known.operator, row, compliant));
    }
    let registered = u32::try_from(rows.len())?;
    let registry_root = registry_root(Tree::new(registry, LEDGER_DEPTH)?.root(), registered);
    comparison.field(
        format!("{path}.registry_root"),
        ledger.registry_root,
        registry_root,
    );
    let header = LedgerHeader {
        tree_root: Tree::new(leaves, LEDGER_DEPTH)?.root(),
        registry_root,
        chain: fr_from_be_bytes_mod(&ledger.genesis_validators_root.0),
        start_epoch: ledger.start_epoch,
        epochs: ledger.epochs,
        registered,
    };
    comparison.field(
        format!("{path}.ledger_root"),
        ledger.ledger_root,
        header.root(),
    );
    let count = ledger.best_claims.len();
    comparison.compare(format!("{path}.best_claims.length"), count, secrets.len());
    for (operator, known) in ledger.best_claims.iter().enumerate() {
        let own = rows.iter().filter(|(owner, ..)| *owner == operator);
        let claims = Totals::of(own.map(|(_, row, compliant)| (row, *compliant))).best_claims();
        check_claims(
            &format!("{path}.best_claims[{operator}]"),
            known,
            claims,
            comparison,
        );
    }
    Ok(())
}

fn check_claims(path: &str, known: &Claims, computed: DutyClaims, comparison: &mut Comparison) {
    let name = |name: &str| format!("{path}.{name}");
    comparison.compare(name("validators"), known.validators, computed.validators);
    comparison.compare(name("slashed"), known.slashed, computed.slashed);
    comparison.compare(name("good_stake"), known.good_stake, computed.good_stake);
    comparison.compare(name("good_bps"), known.good_bps, computed.good_bps);
    let performance = computed.performance_bps;
    comparison.compare(name("performance_bps"), known.performance_bps, performance);
}

fn to_row(path: &str, known: &Row, words: Words) -> anyhow::Result<LedgerRow> {
    ensure!(
        known.slashed <= 1,
        "{path}.slashed is {}, not 0 or 1",
        known.slashed
    );
    let bitmap = |name: &str, bitmap: &[Word]| {
        let (expected, got) = (words.count(), bitmap.len());
        ensure!(
            got == expected,
            "{path}.{name} has {got} words, expected {expected}"
        );
        bitmap
            .iter()
            .map(|word| word.to_bits())
            .collect::<Option<Vec<_>>>()
            .with_context(|| format!("{path}.{name} has a bit at 225 or above"))
    };
    let source = bitmap("missed_source", &known.missed_source)?;
    let target = bitmap("missed_target", &known.missed_target)?;
    let head = bitmap("missed_head", &known.missed_head)?;
    let votes = source.into_iter().zip(target).zip(head);
    Ok(LedgerRow {
        index: known.index,
        active_epochs: known.active_epochs,
        effective_balance: known.effective_balance,
        slashed: known.slashed == 1,
        run_in: known.run_in,
        proposals_due: known.proposals_due,
        proposals_missed: known.proposals_missed,
        sync_due: known.sync_due,
        sync_missed: known.sync_missed,
        words: votes
            .map(|((source, target), head)| MissedVotes {
                source,
                target,
                head,
            })
            .collect(),
    })
}

#[cfg(test)]
mod tests;
