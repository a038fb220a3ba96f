//! A pool with two operators and their validators' keystores.

use crate::run::Home;
use aes::Aes128;
use aes::cipher::{KeyIvInit, StreamCipher};
use ctr::Ctr128BE;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use vigil_ledger::registry::ValidatorKey;

pub(crate) const POOL: &str = "0x7676767676767676767676767676767676767676";
/// The account of each operator.
pub(crate) const OWNERS: [&str; 2] = [
    "0x5050505050505050505050505050505050505050",
    "0x5050505050505050505050505050505050505051",
];
pub(crate) const BATCH: u64 = 3;
/// Who runs which validator, in the order in which they register.
pub(crate) const VALIDATORS: [(usize, u64); 4] = [(0, 7), (1, 100_000), (0, 12), (1, 3)];
const PASSWORD: &str = "a keystore's password";

pub(crate) struct Pool {
    pub(crate) home: Home,
}

/// What `Home::vigil` takes.
pub(crate) fn refs(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}

/// The text with one hex digit of a field changed, `at` digits behind its 0x.
pub(crate) fn flip_hex(text: &str, field: &str, at: usize) -> String {
    let before = format!("\"{field}\": \"0x");
    let place = text.find(&before).unwrap() + before.len() + at;
    let digit = if &text[place..=place] == "0" {
        "1"
    } else {
        "0"
    };
    format!("{}{digit}{}", &text[..place], &text[place + 1..])
}

/// Secret keys of validators of the captured chain; its genesis is a test net's, with keys that anybody
/// can compute.
const KEYS: [(u64, &str); 4] = [
    (
        3,
        "25b1166a43c109cb330af8945d364722757c65ed2bfed5444b5a2f057f82d391",
    ),
    (
        7,
        "3a941600dc41e5d20e818473b817a28507c23cdfdb4b659c15461ee5c71e41f5",
    ),
    (
        12,
        "15283c540041cd85c4533ee47517c8bb101c6207e9acbba2935287405a78502c",
    ),
    (
        40,
        "37e63244dc9308ed78074cf7f2a2172c05ee5a9959b87b18b6716de78675d2a3",
    ),
];

/// The captured chain's secret key of a validator, or some other for all but a few.
fn key(index: u64) -> [u8; 32] {
    let mut secret: [u8; 32] = Sha256::digest(index.to_le_bytes()).into();
    secret[0] = 0x17;
    if let Some((_, known)) = KEYS.iter().find(|(known, _)| *known == index) {
        hex::decode_to_slice(known, &mut secret).unwrap();
    }
    secret
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
            "cipher": {"function": "aes-128-ctr", "params": {"iv": hex::encode(iv)},
                "message": hex::encode(message)}
        },
        "description": "a test's", "pubkey": hex::encode(pubkey),
        "path": "m/12381/3600/0/0/0", "uuid": "64625def-3331-4eea-ab6f-782f3ed16a83", "version": 4
    })
}

/// Copies a folder's files and folders.
fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

impl Pool {
    /// Two operators, admitted by their enrolments for V = 0.
    fn new() -> Self {
        let pool = Self { home: Home::new() };
        let genesis = json!({"data": {
            "genesis_time": "1700000000",
            "genesis_validators_root":
                "0x2f513e78c878859531a60cb1772f401bef9d71e3a10bc999cc47b4802a3be636",
            "genesis_fork_version": "0x00000001"
        }});
        fs::write(pool.home.path("genesis.json"), genesis.to_string()).unwrap();
        fs::write(pool.home.path("password"), PASSWORD).unwrap();
        for operator in 0..2 {
            let key = format!("{operator}.key");
            let new = ["operator", "new", "--no-passphrase", "--out", &key];
            pool.home.vigil(&new).code(0);
            let none = ["--none", "--chain-id", "1", "--pool", POOL];
            pool.enrol(operator, &none, 0);
            let genesis: &[&str] = if operator == 0 {
                &["--genesis", "genesis.json"]
            } else {
                &[]
            };
            let admitted = pool.admit(operator, genesis, 0);
            assert_eq!(admitted["operators"], operator + 1);
        }
        pool
    }

    /// The same, with a registration of every validator. Made once; everybody gets a copy.
    pub(crate) fn with_registrations() -> Self {
        static ORIGINAL: OnceLock<Pool> = OnceLock::new();
        let original = ORIGINAL.get_or_init(|| {
            let pool = Self::new();
            for (operator, index) in VALIDATORS {
                pool.register(operator, index, BATCH, 0);
            }
            pool
        });
        let pool = Self { home: Home::new() };
        copy(&original.home.path(""), &pool.home.path(""));
        pool
    }

    pub(crate) fn admit(&self, operator: usize, more: &[&str], code: i32) -> Value {
        let (statement, proof) = (
            format!("{operator}-enrol.json"),
            format!("{operator}-enrol.proof"),
        );
        let args = [
            "registry",
            "admit",
            "--operators",
            "operators.json",
            "--statement",
            &statement,
            "--proof",
            &proof,
        ];
        self.home.json(&[&args, more].concat(), code)
    }

    pub(crate) fn enrol_args(&self, operator: usize, more: &[&str]) -> Vec<String> {
        let (key, name) = (format!("{operator}.key"), format!("{operator}-enrol"));
        let (statement, proof) = (format!("{name}.json"), format!("{name}.proof"));
        let args = [
            "enrol",
            "--key",
            &key,
            "--owner",
            OWNERS[operator],
            "--statement",
            &statement,
            "--proof",
            &proof,
        ];
        args.iter().chain(more).map(|&arg| arg.to_owned()).collect()
    }

    pub(crate) fn enrol(&self, operator: usize, more: &[&str], code: i32) -> Value {
        self.home
            .json(&refs(&self.enrol_args(operator, more)), code)
    }

    pub(crate) fn verify_enrolment(&self, operator: usize, more: &[&str], code: i32) -> Value {
        let (statement, proof) = (
            format!("{operator}-enrol.json"),
            format!("{operator}-enrol.proof"),
        );
        let args = ["verify", "--statement", &statement, "--proof", &proof];
        self.home.json(&[&args, more].concat(), code)
    }

    pub(crate) fn register_args(&self, operator: usize, index: u64, batch: u64) -> Vec<String> {
        let name = format!("keystore-{index}.json");
        fs::write(self.home.path(&name), keystore(key(index)).to_string()).unwrap();
        let (key, out) = (format!("{operator}.key"), format!("{index}.json"));
        let (index, batch) = (index.to_string(), batch.to_string());
        let args = [
            "operator",
            "register",
            "--key",
            &key,
            "--index",
            &index,
            "--keystore",
            &name,
            "--keystore-password-file",
            "password",
            "--operators",
            "operators.json",
            "--batch",
            &batch,
            "--out",
            &out,
        ];
        args.map(str::to_owned).to_vec()
    }

    /// Writes INDEX.json.
    pub(crate) fn register(&self, operator: usize, index: u64, batch: u64, code: i32) -> Value {
        self.home
            .json(&refs(&self.register_args(operator, index, batch)), code)
    }

    /// Builds registry.json from the files of these validators.
    pub(crate) fn build(&self, batch: u64, validators: &[(usize, u64)], code: i32) -> Value {
        self.build_with(batch, validators, &[], code)
    }

    /// The same, with more arguments.
    pub(crate) fn build_with(
        &self,
        batch: u64,
        validators: &[(usize, u64)],
        more: &[&str],
        code: i32,
    ) -> Value {
        let batch = batch.to_string();
        let files: Vec<_> = validators
            .iter()
            .map(|(_, index)| format!("{index}.json"))
            .collect();
        let args = [
            "registry",
            "build",
            "--operators",
            "operators.json",
            "--batch",
            &batch,
            "--out",
            "registry.json",
            "--registrations",
        ];
        self.home
            .json(&[&args, &refs(&files)[..], more].concat(), code)
    }
}
