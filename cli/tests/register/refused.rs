//! Registrations and registries that are refused, and files that are neither.

use super::pool::{BATCH, Pool, VALIDATORS, flip_hex, refs};
use crate::run::{Home, stderr};
use std::fs;

impl Pool {
    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.home.path(name)).unwrap()
    }

    /// Builds after 7.json has become `text`; what the refusal says.
    fn refuses(&self, text: &str, index_file: &str) -> String {
        let honest = self.text(index_file);
        fs::write(self.home.path(index_file), text).unwrap();
        let report = self.build(BATCH, &VALIDATORS, 1);
        fs::write(self.home.path(index_file), honest).unwrap();
        assert_eq!(report["built"], false);
        assert!(!self.home.path("registry.json").exists());
        report["refused"].as_str().unwrap().to_owned()
    }

    /// The value of a field in a registration.
    fn field(&self, name: &str, field: &str) -> String {
        let json: serde_json::Value = serde_json::from_str(&self.text(name)).unwrap();
        json["validator"][field].as_str().unwrap().to_owned()
    }
}

#[test]
fn every_false_registration_is_refused_by_file_and_validator() {
    let pool = Pool::with_registrations();
    let honest = pool.text("7.json");
    let swapped =
        |field| honest.replace(&pool.field("7.json", field), &pool.field("12.json", field));
    for (text, cause) in [
        (
            flip_hex(&honest, "signature", 100),
            "7.json: the registration of validator 7 is not signed by its key",
        ),
        (
            swapped("pubkey"),
            "12.json: validators 7 and 12 have the same public key",
        ),
        (
            swapped("tag"),
            "12.json: validators 7 and 12 have the same tag",
        ),
        (
            swapped("membership"),
            "7.json: the membership proof of validator 7 does not hold",
        ),
        (
            swapped("signature"),
            "7.json: the registration of validator 7 is not signed by its key",
        ),
        (
            honest.replace("\"index\": 7", "\"index\": 12"),
            "validator 12 is registered twice",
        ),
        (
            honest.replace("\"index\": 7", "\"index\": 8"),
            "7.json: the registration of validator 8 is not signed by its key",
        ),
        (
            honest.replace("\"chain_id\": 1", "\"chain_id\": 2"),
            "7.json: it is of the pool",
        ),
        (
            flip_hex(&honest, "genesis_fork_version", 3),
            "7.json: it is of the beacon chain",
        ),
        (
            flip_hex(&honest, "operators_root", 40),
            "register again with the pool's list",
        ),
    ] {
        let refused = pool.refuses(&text, "7.json");
        assert!(refused.contains(cause), "{cause}: {refused}");
    }
    // Nothing above left a trace: the honest ones still build.
    pool.build(BATCH, &VALIDATORS, 0);
}

#[test]
fn a_tag_of_another_operator_needs_its_membership_proof() {
    let pool = Pool::with_registrations();
    // Operator 1 registers validator 7 too; its tag alone is worth nothing in operator 0's file.
    let honest = pool.text("7.json");
    let (tag, signature) = (
        pool.field("7.json", "tag"),
        pool.field("7.json", "signature"),
    );
    pool.register(1, 7, BATCH, 0);
    assert_ne!(pool.field("7.json", "tag"), tag);
    let foreign = honest.replace(&tag, &pool.field("7.json", "tag"));
    let refused = pool.refuses(&foreign, "7.json");
    assert!(refused.contains("not signed by its key"), "{refused}");
    let signed = foreign.replace(&signature, &pool.field("7.json", "signature"));
    let refused = pool.refuses(&signed, "7.json");
    assert!(
        refused.contains("7.json: the membership proof of validator 7 does not hold"),
        "{refused}"
    );
}

#[test]
fn strangers_stale_batches_and_old_lists_are_refused() {
    let pool = Pool::with_registrations();
    let refused = pool.build(BATCH + 1, &VALIDATORS, 1);
    let refused = refused["refused"].as_str().unwrap();
    assert!(
        refused.contains("7.json: the registration of validator 7 is for batch 3, expected 4"),
        "{refused}"
    );
    assert_eq!(
        pool.admit(0, &[], 1)["admitted"],
        false,
        "in the list already"
    );

    // Who is not in the list cannot even make a registration.
    let new = ["operator", "new", "--no-passphrase", "--out", "2.key"];
    pool.home.vigil(&new).code(0);
    let args = pool.register_args(2, 55, BATCH);
    let error = stderr(&pool.home.vigil(&refs(&args)).code(2));
    assert!(error.contains("not in the operators' list"), "{error}");
    assert!(!pool.home.path("55.json").exists());

    // The list of an earlier day, without the second operator.
    let list = pool.text("operators.json");
    let mut shorter: serde_json::Value = serde_json::from_str(&list).unwrap();
    shorter["operators"].as_array_mut().unwrap().pop();
    fs::write(pool.home.path("operators.json"), shorter.to_string()).unwrap();
    let refused = pool.build(BATCH, &VALIDATORS, 1);
    assert!(
        refused["refused"]
            .as_str()
            .unwrap()
            .contains("not the first 2 of this list"),
        "{refused}"
    );
    fs::write(pool.home.path("operators.json"), list).unwrap();
    pool.build(BATCH, &VALIDATORS, 0);
    fs::write(pool.home.path("shorter.json"), shorter.to_string()).unwrap();
    let verify = [
        "registry",
        "verify",
        "registry.json",
        "--operators",
        "shorter.json",
    ];
    assert_eq!(pool.home.json(&verify, 1)["valid"], false);
}

#[test]
fn a_finished_registry_is_checked_again() {
    let pool = Pool::with_registrations();
    pool.build(BATCH, &VALIDATORS, 0);
    let honest = pool.text("registry.json");
    let other = format!("0x{}", "1".repeat(64));
    for (text, cause) in [
        (flip_hex(&honest, "signature", 7), "not signed by its key"),
        (
            flip_hex(&honest, "membership", 3000),
            "membership proof of validator 3",
        ),
        (
            honest.replace("\"number\": 3", "\"number\": 4"),
            "which the registry does not list",
        ),
        (
            honest.replace("\"unsigned\": false", "\"unsigned\": true"),
            "UNSIGNED draft",
        ),
        (
            honest.replace("\"index\": 7", "\"index\": 2"),
            "must be sorted by index",
        ),
        (
            honest.replace("\"index\": 7", "\"index\": 3"),
            "validator 3 is registered twice",
        ),
    ] {
        assert_ne!(text, honest, "{cause}");
        fs::write(pool.home.path("bad.json"), text).unwrap();
        let refused = pool.home.json(&["registry", "verify", "bad.json"], 1);
        assert_eq!(refused["valid"], false);
        let refused = refused["refused"].as_str().unwrap();
        assert!(refused.contains(cause), "{cause}: {refused}");
    }
    let verify = ["registry", "verify", "registry.json", "--root", &other];
    let refused = pool.home.json(&verify, 1);
    assert!(
        refused["refused"].as_str().unwrap().contains(&other),
        "{refused}"
    );
}

#[test]
fn what_is_no_registry_is_an_error_and_never_a_panic() {
    let home = Home::new();
    let draft = [
        "registry",
        "draft",
        "--indices",
        "0..3",
        "--operators",
        "2",
        "--out",
        "trial",
    ];
    home.vigil(&draft).code(0);
    let text = fs::read_to_string(home.path("trial/registry.json")).unwrap();
    let bad = [
        String::new(),
        "null".into(),
        "[]".into(),
        "[".repeat(100_000),
        text[..text.len() / 3].to_owned(),
        text.replace("\"entries\": [", "\"entries\": [1, "),
        text.replace("\"entries\"", "\"others\""),
        text.replace("\"chain_id\": 1", "\"chain_id\": -1"),
        text.replace("\"chain_id\": 1", "\"chain_id\": 1e400"),
        text.replace("\"index\": 2", "\"index\": 18446744073709551616"),
        text.replace("\"unsigned\": true", "\"unsigned\": \"true\""),
        text.replace("vigil.registry.v1", "vigil.registry.v2"),
        text.replace("\"tag\": \"0x", "\"tag\": \"0x\u{1f511}"),
        text.replace("\"pubkey\": \"0x00", "\"pubkey\": \"0x"),
        text.replace("\"batches\": []", "\"batches\": [{}]"),
    ];
    for bad in bad {
        assert_ne!(bad, text);
        fs::write(home.path("bad.json"), &bad).unwrap();
        for command in ["show", "verify"] {
            let run = home
                .vigil(&["registry", command, "bad.json"])
                .code(2)
                .stdout("");
            let error = stderr(&run);
            assert!(error.starts_with("error: "), "{error}");
        }
    }
    // Larger than any registry can be, without taking the space.
    let huge = fs::File::create(home.path("huge.json")).unwrap();
    huge.set_len((1 << 33) + 1).unwrap();
    let error = stderr(&home.vigil(&["registry", "show", "huge.json"]).code(2));
    assert!(error.contains("more than 8589934592 bytes"), "{error}");
    let error = stderr(&home.vigil(&["registry", "show", "missing.json"]).code(2));
    assert!(error.contains("cannot read missing.json"), "{error}");
}
