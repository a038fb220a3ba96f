//! `vigil selftest`.

use crate::run::{Home, stdout};
use serde_json::Value;
use std::fs;

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/protocol-vectors.json");

fn genuine() -> Value {
    serde_json::from_slice(&fs::read(VECTORS).unwrap()).unwrap()
}

#[test]
fn the_genuine_file_passes() {
    let home = Home::new();
    let text = stdout(&home.vigil(&["selftest", "--vectors", VECTORS]).code(0));
    assert!(text.starts_with("ok: all "), "{text}");
    let report = home.json(&["selftest", "--vectors", VECTORS], 0);
    assert_eq!(report["passed"], true);
    assert!(report["compared"].as_u64().unwrap() > 400);
}

#[test]
fn a_changed_value_fails_with_code_1_and_is_named() {
    let home = Home::new();
    let mut file = genuine();
    let points = &mut file["ledgers"][1]["rows"][2]["attestation_points"];
    let genuine = points.as_u64().unwrap();
    *points = (genuine + 1).into();
    fs::write(home.path("changed.json"), file.to_string()).unwrap();
    let report = home.json(&["selftest", "--vectors", "changed.json"], 1);
    assert_eq!(report["passed"], false);
    assert_eq!(
        report["differences"],
        serde_json::json!([{
            "path": "ledgers[1].rows[2].attestation_points",
            "file": (genuine + 1).to_string(),
            "computed": genuine.to_string(),
        }])
    );
    let text = stdout(
        &home
            .vigil(&["selftest", "--vectors", "changed.json"])
            .code(1),
    );
    assert!(
        text.contains("ledgers[1].rows[2].attestation_points differs"),
        "{text}"
    );
    assert!(text.contains("FAILED: 1 of "), "{text}");
}

#[test]
fn files_that_are_no_vectors_are_errors_and_not_failures() {
    let home = Home::new();
    let whole = genuine().to_string();
    let mut unknown_domain = genuine();
    unknown_domain["sponge"][0]["domain"] = 7.into();
    let mut above_modulus = genuine();
    above_modulus["pool"] = format!("0x{}", "f".repeat(64)).into();
    let mut stranger = genuine();
    stranger["ledgers"][0]["rows"][0]["operator"] = 99.into();
    let mut wide = genuine();
    wide["ledgers"][0]["rows"][0]["missed_head"][0] = format!("0x{}", "f".repeat(64)).into();
    for bad in [
        String::new(),
        whole[..whole.len() / 2].to_owned(),
        unknown_domain.to_string(),
        above_modulus.to_string(),
        stranger.to_string(),
        wide.to_string(),
    ] {
        fs::write(home.path("bad.json"), bad).unwrap();
        home.vigil(&["selftest", "--vectors", "bad.json"])
            .code(2)
            .stdout("");
    }
}
