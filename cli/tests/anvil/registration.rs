//! Operators and validators join: commands make the proofs, accounts send them.

use crate::actors::ETHER;
use crate::network::CHAIN_ID;
use crate::pool::{Pool, WINDOW, data};
use aes::Aes128;
use aes::cipher::{KeyIvInit, StreamCipher};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolStruct, eip712_domain};
use ctr::Ctr128BE;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use vigil_chain::interface::{OperatorRegistry, Root};
use vigil_ledger::registry::ValidatorKey;

/// The captured chain's 24 to 27 did their duty, 45 is slashed, 0 to 2 were down for hours.
pub(crate) const OPERATORS: [(&str, &[u64]); 3] = [
    ("good", &[24, 25, 26, 27]),
    ("guilty", &[44, 45, 46]),
    ("down", &[0, 1, 2]),
];
pub(crate) const GOOD: usize = 0;
pub(crate) const GUILTY: usize = 1;
pub(crate) const DOWN: usize = 2;
const BOND: u128 = 10 * ETHER;
const PASSWORD: &str = "a keystore's password";

/// The order of BLS12-381's scalar field.
const BLS_ORDER: U256 = U256::from_limbs([
    0xffff_ffff_0000_0001,
    0x53bd_a402_fffe_5bfe,
    0x3339_d808_09a1_d805,
    0x73ed_a753_299d_7d48,
]);

/// The keys of the captured chain's genesis are a test net's: anybody can compute them.
fn interop_key(index: u64) -> [u8; 32] {
    let mut number = [0; 32];
    number[..8].copy_from_slice(&index.to_le_bytes());
    let hash: [u8; 32] = Sha256::digest(number).into();
    (U256::from_le_bytes(hash) % BLS_ORDER).to_be_bytes()
}

/// An EIP-2335 keystore with one round of PBKDF2.
fn keystore(secret: [u8; 32]) -> Value {
    let (salt, iv) = ([3; 32], [4; 16]);
    let mut derived = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(PASSWORD.as_bytes(), &salt, 1, &mut derived);
    let pubkey = ValidatorKey::from_be_bytes(&secret).unwrap().pubkey();
    let mut message = secret;
    let (key, rest) = derived.split_at(16);
    Ctr128BE::<Aes128>::new(key.into(), &iv.into()).apply_keystream(&mut message);
    let checksum = Sha256::new()
        .chain_update(rest)
        .chain_update(message)
        .finalize();
    json!({
        "crypto": {
            "kdf": {"function": "pbkdf2", "message": "", "params":
                {"dklen": 32, "c": 1, "prf": "hmac-sha256", "salt": hex::encode(salt)}},
            "checksum": {"function": "sha256", "params": {}, "message": hex::encode(checksum)},
            "cipher": {"function": "aes-128-ctr", "params": {"iv": hex::encode(iv)}, "message": hex::encode(message)}
        },
        "pubkey": hex::encode(pubkey), "path": "", "uuid": "64625def-3331-4eea-ab6f-782f3ed16a83", "version": 4
    })
}

impl Pool {
    /// Where an operator's rewards go: an account of which nothing else is known.
    pub(crate) fn payout(&self, operator: usize) -> Address {
        Address::repeat_byte(0xb0 + operator as u8)
    }

    pub(crate) fn id(&self, operator: usize) -> U256 {
        let position = U256::from(operator);
        let registry = self.at.contracts.registry;
        let call = OperatorRegistry::idsCall { position };
        self.network.node.view(registry, &call).unwrap()
    }

    /// The transaction of an enrolment proof in NAME.json and NAME.proof.
    fn enrolment(&self, command: &str, name: &str, more: &[&str]) -> Vec<u8> {
        let (statement, proof) = (format!("{name}.json"), format!("{name}.proof"));
        let shape = self
            .at
            .shapes
            .iter()
            .position(|one| one.shape.starts_with("enrolment"));
        let shape = shape.unwrap().to_string();
        let args = [
            "contract",
            "calldata",
            command,
            "--statement",
            &statement,
            "--proof",
            &proof,
            "--shape",
            &shape,
        ];
        data(&self.home.json(&[&args[..], more].concat(), 0))
    }

    pub(crate) fn operators_register(&self) {
        let (pool, chain) = (self.at.contracts.pool.to_string(), CHAIN_ID.to_string());
        for (operator, (name, _)) in OPERATORS.iter().enumerate() {
            let key = format!("{name}.key");
            self.home
                .vigil(&["operator", "new", "--no-passphrase", "--out", &key])
                .code(0);
            let owner = self.owners[operator].address().to_string();
            let none = [
                "enrol",
                "--none",
                "--chain-id",
                &chain,
                "--pool",
                &pool,
                "--key",
                &key,
                "--owner",
                &owner,
                "--statement",
                "none.json",
                "--proof",
                "none.proof",
            ];
            self.home.vigil(&none).code(0);
            let admit = [
                "registry",
                "admit",
                "--operators",
                "operators.json",
                "--statement",
                "none.json",
                "--proof",
                "none.proof",
            ];
            let genesis: &[&str] = if operator == 0 {
                &["--genesis", "chain/genesis.json"]
            } else {
                &[]
            };
            self.home.vigil(&[&admit[..], genesis].concat()).code(0);
            let payout = self.payout(operator).to_string();
            let register = self.enrolment("register", "none", &["--payout", &payout]);
            let registry = self.at.contracts.registry;
            // The proof names the owner: nobody else becomes it.
            let thief = self
                .outsider
                .is_refused(&self.network, registry, register.clone());
            assert_eq!(thief, "InvalidProof");
            self.owners[operator]
                .try_send(&self.network, registry, BOND, register)
                .unwrap();
            assert_eq!(self.operator(operator)["bond_wei"], BOND.to_string());
        }
        self.say("three operators are registered");
    }

    pub(crate) fn validators_register(&self) {
        fs::write(self.home.path("bls-password"), PASSWORD).unwrap();
        let registry = self.at.contracts.registry;
        for (name, validators) in OPERATORS {
            for &index in validators {
                let (key, out) = (format!("{name}.key"), format!("{index}.json"));
                fs::write(
                    self.home.path("keystore.json"),
                    keystore(interop_key(index)).to_string(),
                )
                .unwrap();
                let number = index.to_string();
                let register = [
                    "operator",
                    "register",
                    "--key",
                    &key,
                    "--index",
                    &number,
                    "--keystore",
                    "keystore.json",
                    "--keystore-password-file",
                    "bls-password",
                    "--operators",
                    "operators.json",
                    "--batch",
                    "1",
                    "--out",
                    &out,
                ];
                self.home.vigil(&register).code(0);
                let evidence = fs::read(self.home.path(&out)).unwrap();
                let registration: Value = serde_json::from_slice(&evidence).unwrap();
                let call = OperatorRegistry::registerValidatorCall {
                    index: index.try_into().unwrap(),
                    tag: registration["validator"]["tag"]
                        .as_str()
                        .unwrap()
                        .parse()
                        .unwrap(),
                    evidence: evidence.into(),
                };
                // Anybody pays D: the operator stays unnamed.
                self.outsider
                    .send(&self.network, registry, ETHER / 10, &call);
            }
        }
        assert_eq!(self.status()["batch"]["registrations"], 10);
        self.say("ten validators are registered");
    }

    pub(crate) fn quorum_fixes_the_root(&self) {
        let files: Vec<String> = OPERATORS
            .iter()
            .flat_map(|(_, validators)| validators.iter().map(|index| format!("{index}.json")))
            .collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let args = [
            "registry",
            "build",
            "--operators",
            "operators.json",
            "--batch",
            "1",
            "--out",
            "registry.json",
            "--registrations",
        ];
        let built = self.home.json(&[&args[..], &files].concat(), 0);
        assert_eq!(built["validators"], 10);
        self.network.pass(WINDOW);
        let (oracle, registry) = (self.at.contracts.oracle, self.at.contracts.registry);
        let file = fs::read(self.home.path("registry.json")).unwrap();
        let written: Value = serde_json::from_slice(&file).unwrap();
        let operators_root = &written["batches"][0]["operators_root"];
        let root = Root {
            batch: 1,
            registryRoot: built["registry_root"].as_str().unwrap().parse().unwrap(),
            registered: 10,
            operatorsRoot: operators_root.as_str().unwrap().parse().unwrap(),
            fileHash: B256::from_slice(&Sha256::digest(&file)),
        };
        let domain = eip712_domain! {
            name: "Vigil", version: "1", chain_id: CHAIN_ID, verifying_contract: oracle,
        };
        let digest = root.eip712_signing_hash(&domain);
        let fix = |count| OperatorRegistry::fixRootCall {
            root: root.clone(),
            signatures: self
                .signatures(digest, count)
                .iter()
                .map(|s| s.to_vec().into())
                .collect(),
        };
        let few = self
            .outsider
            .is_refused(&self.network, registry, fix(3).abi_encode());
        assert_eq!(few, "NoQuorum");
        self.outsider.send(&self.network, registry, 0, &fix(5));
        self.say("the quorum has fixed the registry's root");
    }

    pub(crate) fn operators_enrol(&self) {
        let registry = self.at.contracts.registry;
        for (operator, (name, validators)) in OPERATORS.iter().enumerate() {
            let (key, owner) = (
                format!("{name}.key"),
                self.owners[operator].address().to_string(),
            );
            let files = format!("{name}-enrol");
            let (statement, proof) = (format!("{files}.json"), format!("{files}.proof"));
            let enrol = [
                "enrol",
                "--registry",
                "registry.json",
                "--key",
                &key,
                "--owner",
                &owner,
                "--statement",
                &statement,
                "--proof",
                &proof,
            ];
            assert_eq!(self.home.json(&enrol, 0)["validators"], validators.len());
            let early = OperatorRegistry::closeBatchCall {}.abi_encode();
            assert_eq!(
                self.outsider.is_refused(&self.network, registry, early),
                "WrongTime"
            );
            let data = self.enrolment("enrol", &files, &[]);
            let other = self
                .outsider
                .is_refused(&self.network, registry, data.clone());
            assert_eq!(other, "NotOwner");
            self.owners[operator]
                .try_send(&self.network, registry, 0, data.clone())
                .unwrap();
            let again = self.owners[operator].is_refused(&self.network, registry, data);
            assert_eq!(again, "EnrolledAlready");
        }
        self.outsider.send(
            &self.network,
            registry,
            0,
            &OperatorRegistry::closeBatchCall {},
        );
        let status = self.status();
        assert_eq!(status["registry_versions"], 2);
        assert!(status["epoch"].as_u64().unwrap() < 7, "before period 0");
        // D comes back for each validator of the increase.
        let before = self.network.node.balance(registry).unwrap();
        assert_eq!(before, U256::from(10 * ETHER / 10));
        self.say("every leaf is opened: the registry has a version");
    }
}
