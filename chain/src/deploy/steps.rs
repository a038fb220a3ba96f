//! The transactions of a deployment, in order. Their contents follow from the plan, the compiled contracts, and the
//! deployer's account and first nonce alone: so that it can be gone on with after a crash, and checked by anybody.

use super::artifact::{Artifact, create_data};
use super::{DeployError, Plan};
use crate::deployment::{Contracts, DeployedShape, Deployment, VERSION};
use crate::interface::{LedgerOracle, Parts, ShapeRegistry, TimelockController};
use crate::node::Request;
use alloy_primitives::{Address, B256, Bytes, Keccak256, U256, hex, keccak256};
use alloy_sol_types::{SolCall, SolValue};
use std::path::Path;

/// What the generator makes of a shape's verifying key.
#[derive(Clone, Debug)]
pub struct ShapeCode {
    /// The shape's name.
    pub shape: String,
    /// What it proves.
    pub family: ShapeFamily,
    /// Validators that it has places for.
    pub capacity: u32,
    /// Name of its verifier's contract.
    pub verifier: String,
    /// The verifier's source.
    pub verifier_source: String,
    /// Name of its key's contract.
    pub key: String,
    /// The key's code.
    pub key_code: Vec<u8>,
}

/// `ShapeRegistry.Family`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShapeFamily {
    /// Duty proofs.
    Duty = 0,
    /// Enrolment proofs.
    Enrolment = 1,
}

/// A transaction of a deployment.
#[derive(Clone, Debug)]
pub struct Step {
    /// The contract that it makes, or what it does.
    pub name: String,
    /// What is sent.
    pub request: Request,
    /// The contract that it makes.
    pub made: Option<Made>,
    /// Names and values of its arguments.
    pub arguments: Vec<(String, String)>,
}

/// A contract that a step makes.
#[derive(Clone, Debug)]
pub struct Made {
    /// Where it will be.
    pub address: Address,
    code: Code,
}

#[derive(Clone, Debug)]
enum Code {
    Compiled(Box<Artifact>),
    Exact(Vec<u8>),
}

impl Made {
    /// Whether this is the code of the contract that was to be made.
    pub fn is_code(&self, code: &[u8]) -> bool {
        match &self.code {
            Code::Compiled(artifact) => artifact.is_code(code),
            Code::Exact(exact) => code == exact,
        }
    }
}

/// All of them.
#[derive(Clone, Debug)]
pub struct Steps {
    /// In order; the first has the deployment's first nonce.
    pub steps: Vec<Step>,
    /// Where everything will be.
    pub deployment: Deployment,
}

/// Contracts before those of the shapes, in order of their nonces.
const CONTRACTS: u64 = 10;

struct Builder<'a> {
    artifacts: &'a Path,
    deployer: Address,
    first_nonce: u64,
    steps: Vec<Step>,
}

impl Steps {
    /// Reads the artifacts, and works everything out.
    pub fn new(
        plan: &Plan,
        shapes: &[ShapeCode],
        artifacts: &Path,
        deployer: Address,
        first_nonce: u64,
    ) -> Result<Self, DeployError> {
        plan.check()?;
        let at = |step: u64| deployer.create(first_nonce + step);
        let contracts = Contracts {
            timelock: at(0),
            clock: at(1),
            policies: at(2),
            shapes: at(3),
            oracle: at(4),
            registry: at(5),
            pool: at(6),
            vault: at(7),
            reserve: at(8),
            governor: at(9),
        };
        let deployed = shapes.iter().zip(0..).map(|(code, i)| DeployedShape {
            shape: code.shape.clone(),
            key: at(CONTRACTS + 2 * i),
            verifier: at(CONTRACTS + 2 * i + 1),
        });
        let deployed: Vec<DeployedShape> = deployed.collect();
        let mut builder = Builder {
            artifacts,
            deployer,
            first_nonce,
            steps: Vec::new(),
        };
        builder.contracts(plan, &contracts)?;
        let mut hashes = Vec::new();
        for (code, place) in shapes.iter().zip(&deployed) {
            hashes.push(builder.shape(code, place)?);
        }
        let batch = Batch::set_up(plan, shapes, &contracts, &deployed, &hashes, deployer);
        builder.governed(&batch, contracts.timelock);
        let steps = builder.steps;
        let mut digest = Keccak256::new();
        for step in &steps {
            digest.update(step.request.to.unwrap_or_default());
            digest.update(keccak256(&step.request.data));
        }
        let deployment = Deployment {
            version: VERSION,
            chain_id: plan.chain_id,
            deployer,
            first_nonce,
            digest: digest.finalize(),
            complete: false,
            contracts,
            shapes: deployed,
        };
        Ok(Self { steps, deployment })
    }
}

impl Builder<'_> {
    /// In the order of `Parts`; every contract knows the others' addresses from the start.
    fn contracts(&mut self, plan: &Plan, at: &Contracts) -> Result<(), DeployError> {
        let parts = Parts {
            timelock: at.timelock,
            clock: at.clock,
            policies: at.policies,
            shapes: at.shapes,
            oracle: at.oracle,
            registry: at.registry,
            pool: at.pool,
            vault: at.vault,
            reserve: at.reserve,
        };
        let delay = U256::from(plan.voting_delay);
        // No delay and the deployer's power until everything is set up: see `Batch`.
        let (proposers, executors) = (vec![self.deployer], vec![Address::ZERO]);
        let timelock = (U256::ZERO, proposers, executors, Address::ZERO);
        self.make("TimelockController", timelock.abi_encode_params())?;
        let clock = (
            at.timelock,
            plan.guardian,
            plan.genesis_time,
            plan.seconds_per_epoch,
        );
        self.make("Clock", clock.abi_encode_params())?;
        let policy = crate::interface::Policy::from(&plan.policy);
        let policies = (at.timelock, at.clock, policy);
        self.make("PolicyStore", policies.abi_encode_params())?;
        self.make("ShapeRegistry", (at.timelock,).abi_encode_params())?;
        let oracle = (parts.clone(), plan.oracle());
        self.make("LedgerOracle", oracle.abi_encode_params())?;
        let registry = (parts.clone(), plan.batches(), plan.max_validators);
        self.make("OperatorRegistry", registry.abi_encode_params())?;
        let pool = (parts.clone(), plan.pool());
        self.make("DutyPool", pool.abi_encode_params())?;
        let (name, symbol) = (plan.share_name.clone(), plan.share_symbol.clone());
        let vault = (parts, plan.deposit_contract, name, symbol);
        self.make("StakingVault", vault.abi_encode_params())?;
        self.make("Reserve", (at.timelock, at.vault).abi_encode_params())?;
        let governor = (
            at.vault,
            at.timelock,
            delay,
            plan.voting_period,
            U256::from(plan.proposal_threshold),
            U256::from(plan.quorum_percent),
        );
        self.make("VigilGovernor", governor.abi_encode_params())
    }

    /// A key, and the verifier that is tied to it; hashes of the verifier's and the key's code.
    fn shape(&mut self, code: &ShapeCode, place: &DeployedShape) -> Result<[B256; 2], DeployError> {
        let key_hash = keccak256(&code.key_code);
        let key_made = Code::Exact(code.key_code.clone());
        let create = create_data(&code.key, &code.key_code)?;
        self.push(code.key.clone(), create, key_made, Vec::new());

        let artifact = Artifact::read(self.artifacts, &code.verifier)?;
        artifact.check_source(&code.shape, &code.verifier_source)?;
        let arguments = (place.key, key_hash).abi_encode_params();
        let create = artifact.create(&arguments)?;
        let Some(verifier_code) = artifact.code_with(place.key.into_word()) else {
            return Err(DeployError::NotOneKey {
                verifier: code.verifier.clone(),
            });
        };
        let verifier_hash = keccak256(&verifier_code);
        let shown = artifact.arguments(&arguments);
        let made = Code::Exact(verifier_code);
        self.push(code.verifier.clone(), create, made, shown);
        Ok([verifier_hash, key_hash])
    }

    /// Setting up, and the end of the deployer's power, happen together or not at all.
    fn governed(&mut self, batch: &Batch, timelock: Address) {
        let (none, zero) = (B256::ZERO, U256::ZERO);
        let schedule = TimelockController::scheduleBatchCall {
            targets: batch.targets.clone(),
            values: vec![zero; batch.targets.len()],
            payloads: batch.payloads.clone(),
            predecessor: none,
            salt: none,
            delay: zero,
        };
        let execute = TimelockController::executeBatchCall {
            targets: batch.targets.clone(),
            values: vec![zero; batch.targets.len()],
            payloads: batch.payloads.clone(),
            predecessor: none,
            salt: none,
        };
        let calls = [
            ("schedule the set-up", schedule.abi_encode()),
            ("set up and hand over", execute.abi_encode()),
        ];
        for (name, data) in calls {
            self.steps.push(Step {
                name: name.to_owned(),
                request: Request::call(timelock, data),
                made: None,
                arguments: batch.shown.clone(),
            });
        }
    }

    fn make(&mut self, name: &str, arguments: Vec<u8>) -> Result<(), DeployError> {
        let artifact = Artifact::read(self.artifacts, name)?;
        let create = artifact.create(&arguments)?;
        let shown = artifact.arguments(&arguments);
        let made = Code::Compiled(Box::new(artifact));
        self.push(name.to_owned(), create, made, shown);
        Ok(())
    }

    fn push(&mut self, name: String, create: Vec<u8>, code: Code, shown: Vec<(String, String)>) {
        let nonce = self.first_nonce + self.steps.len() as u64;
        let address = self.deployer.create(nonce);
        self.steps.push(Step {
            name,
            request: Request::create(create),
            made: Some(Made { address, code }),
            arguments: shown,
        });
    }
}

/// What the timelock does at once: shapes, members, roles, and its own delay.
struct Batch {
    targets: Vec<Address>,
    payloads: Vec<Bytes>,
    shown: Vec<(String, String)>,
}

/// A role of OpenZeppelin's timelock.
pub(super) fn role(name: &str) -> B256 {
    keccak256(name)
}

impl Batch {
    fn set_up(
        plan: &Plan,
        shapes: &[ShapeCode],
        at: &Contracts,
        deployed: &[DeployedShape],
        hashes: &[[B256; 2]],
        deployer: Address,
    ) -> Self {
        let mut batch = Self {
            targets: Vec::new(),
            payloads: Vec::new(),
            shown: Vec::new(),
        };
        for ((code, place), [verifier_hash, key_hash]) in shapes.iter().zip(deployed).zip(hashes) {
            let add = ShapeRegistry::addCall {
                family: code.family as u8,
                verifier: place.verifier,
                codeHash: *verifier_hash,
                keyCodeHash: *key_hash,
                capacity: code.capacity,
            };
            let shown = format!("{} by {}", code.shape, hex::encode_prefixed(place.verifier));
            batch.add(at.shapes, &add, "ShapeRegistry.add", shown);
        }
        for &account in &plan.members {
            let admit = LedgerOracle::admitCall { account };
            batch.add(at.oracle, &admit, "LedgerOracle.admit", account.to_string());
        }
        for name in ["PROPOSER_ROLE", "CANCELLER_ROLE"] {
            let grant = TimelockController::grantRoleCall {
                role: role(name),
                account: at.governor,
            };
            batch.add(
                at.timelock,
                &grant,
                "grantRole",
                format!("{name} to the governor"),
            );
            let revoke = TimelockController::revokeRoleCall {
                role: role(name),
                account: deployer,
            };
            batch.add(
                at.timelock,
                &revoke,
                "revokeRole",
                format!("{name} of the deployer"),
            );
        }
        let delay = TimelockController::updateDelayCall {
            newDelay: U256::from(plan.timelock_delay),
        };
        let shown = format!("{} s", plan.timelock_delay);
        batch.add(at.timelock, &delay, "updateDelay", shown);
        batch
    }

    fn add<C: SolCall>(&mut self, target: Address, call: &C, name: &str, shown: String) {
        self.targets.push(target);
        self.payloads.push(call.abi_encode().into());
        self.shown.push((name.to_owned(), shown));
    }
}
