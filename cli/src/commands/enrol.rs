//! `vigil enrol`: exactly how many validators of a registry are this operator's, proven.

use crate::address::HexAddress;
use crate::output::OutputArgs;
use crate::passphrase::PassphraseArgs;
use crate::proving::ProvingArgs;
use crate::report::{self, Format, Outcome};
use crate::secret_file;
use crate::word::Word;
use anyhow::{Context, bail, ensure};
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;
use vigil_circuits::Fr;
use vigil_circuits::identity::{Address, OperatorSecret, Purpose, registry_root};
use vigil_circuits::shape::Family;
use vigil_circuits::statement::{EnrolmentPlace, EnrolmentStatement, EnrolmentWitness};
use vigil_circuits::tree::{LEDGER_DEPTH, Tree};
use vigil_ledger::registry::Registry;
use vigil_params::ParamsKind;
use vigil_params::statement_file::{Setting, Statement, StatementFile};
use vigil_prover::prove_enrolment_observed;
use vigil_verifier::verify_enrolment;

/// Arguments of `vigil enrol`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Twice in an operator's life with a pool. Once to become one, without validators; then after\n\
    every batch in which it has grown. When the V of all operators add up to the registry's N, each\n\
    is exactly that operator's set. The proof names the owner account and works for no other.\n\n\
    Examples:\n  vigil enrol --none --chain-id 1 --pool 0x7676... --key operator.key --owner 0x6161... \\\n    \
    --statement none.json --proof none.proof\n  \
    vigil enrol --registry registry-1.json --key operator.key --owner 0x6161... \\\n    \
    --statement enrol.json --proof enrol.proof"
)]
pub(crate) struct Args {
    /// The registry version
    #[arg(long, value_name = "FILE.json", required_unless_present = "none")]
    registry: Option<PathBuf>,
    /// Prove V = 0, as an operator that is yet to register its first validator
    #[arg(long)]
    none: bool,
    /// EVM chain of the pool, where there is no registry yet
    #[arg(
        long,
        value_name = "ID",
        conflicts_with = "registry",
        required_unless_present = "registry"
    )]
    chain_id: Option<u64>,
    /// The pool's contract, where there is no registry yet
    #[arg(
        long,
        value_name = "ADDRESS",
        conflicts_with = "registry",
        required_unless_present = "registry"
    )]
    pool: Option<HexAddress>,
    /// The operator's secret
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    /// The owner account that the proof is bound to
    #[arg(long, value_name = "ADDRESS")]
    owner: HexAddress,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    proving: ProvingArgs,
}

#[derive(Debug, Serialize)]
struct Enrolled {
    proven: bool,
    validators: u32,
    registered: u32,
    operator_id: Word,
    registry_root: Word,
    unsigned_registry: bool,
    shape: String,
    k: u32,
    prove_seconds: f64,
    cpu_seconds: f64,
    peak_rss_bytes: u64,
    proof_bytes: usize,
    params: ParamsKind,
    statement: PathBuf,
    proof: PathBuf,
}

impl fmt::Display for Enrolled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            validators,
            registered,
            shape,
            ..
        } = self;
        writeln!(
            f,
            "Proven: {validators} of {registered} validators ({shape})"
        )?;
        writeln!(
            f,
            "  cost       {:.3} s, {:.3} CPU-seconds",
            self.prove_seconds, self.cpu_seconds
        )?;
        writeln!(f, "  operator   {}", self.operator_id)?;
        write!(f, "  registry   {}", self.registry_root)?;
        if self.unsigned_registry {
            f.write_str(", UNSIGNED: nobody vouches for it")?;
        }
        writeln!(f, "\n  statement  {}", self.statement.display())?;
        let proof = self.proof.display();
        writeln!(f, "  proof      {proof}, of {} bytes", self.proof_bytes)?;
        write!(f, "  params     {}", self.params)
    }
}

/// The registry that an enrolment is about.
struct Subject {
    setting: Setting,
    root: Fr,
    tree: Tree,
    registered: u32,
    unsigned: bool,
    places: Vec<EnrolmentPlace>,
}

impl Args {
    /// Proves.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let registry = self
            .registry
            .as_deref()
            .map(|path| {
                Registry::read(path).with_context(|| format!("cannot use {}", path.display()))
            })
            .transpose()?;
        let secret = secret_file::read(&self.key, || self.passphrase.ask())?;
        let subject = self.subject(registry.as_ref(), &secret)?;
        let validators = subject.places.len() as u32;
        let shape = self.output.lanes.smallest(Family::Enrolment, validators)?;
        let pool = subject.setting.pool_id();
        let statement = EnrolmentStatement {
            registry_root: subject.root,
            operator_id: secret.operator_id(pool),
            validators,
            context: subject.setting.context(Purpose::Enrolment),
        };
        let witness = EnrolmentWitness {
            secret,
            pool,
            tree_root: subject.tree.root(),
            registered: subject.registered,
            places: subject.places,
        };
        let (proof, cost) = self.proving.prove(
            shape,
            |engine, key, srs, spinner| {
                prove_enrolment_observed(engine, key, srs, &statement, &witness, |stage| {
                    spinner.enter_stage(stage);
                })
            },
            |key, policy, proof| verify_enrolment(key, policy, &statement, proof).map(drop),
        )?;
        let file = StatementFile::new(subject.setting, Statement::Enrolment(statement))?
            .with_unsigned_registry(subject.unsigned);
        self.output.write(&file, &proof)?;
        let enrolled = Enrolled {
            proven: true,
            validators,
            registered: subject.registered,
            operator_id: statement.operator_id.into(),
            registry_root: statement.registry_root.into(),
            unsigned_registry: subject.unsigned,
            shape: shape.name(),
            k: shape.k,
            prove_seconds: cost.seconds,
            cpu_seconds: cost.cpu_seconds,
            peak_rss_bytes: cost.peak_rss_bytes,
            proof_bytes: proof.proof().len(),
            params: self.proving.params_kind(),
            statement: self.output.statement,
            proof: self.output.proof,
        };
        report::print(&enrolled, format)?;
        Ok(Outcome::Accepted)
    }

    /// The registry, or the empty one that a pool starts with, and the operator's leaves in it.
    fn subject(
        &self,
        registry: Option<&Registry>,
        secret: &OperatorSecret,
    ) -> anyhow::Result<Subject> {
        let setting = |chain_id, pool: Address| Setting {
            chain_id,
            pool,
            account: self.owner.0,
        };
        let Some(registry) = registry else {
            let (Some(chain_id), Some(pool)) = (self.chain_id, self.pool) else {
                bail!("say --registry, or --none with --chain-id and --pool");
            };
            let tree = Tree::new(Vec::new(), LEDGER_DEPTH)?;
            return Ok(Subject {
                setting: setting(chain_id, pool.0),
                root: registry_root(tree.root(), 0),
                tree,
                registered: 0,
                unsigned: false,
                places: Vec::new(),
            });
        };
        if registry.unsigned {
            report::warn("the registry is an UNSIGNED draft: nobody vouches for its entries");
        }
        let tree = registry.tree()?;
        let places = registry.places(secret, &tree);
        let (own, all) = (places.len(), registry.entries.len());
        ensure!(
            own > 0 || self.none,
            "none of the {all} validators has a tag of this operator; --none enrols it without any"
        );
        ensure!(
            own == 0 || !self.none,
            "{own} of the {all} validators have tags of this operator; --none is for one without any"
        );
        Ok(Subject {
            setting: setting(registry.chain_id, registry.pool),
            root: registry.root()?,
            tree,
            registered: all as u32,
            unsigned: registry.unsigned,
            places,
        })
    }
}
