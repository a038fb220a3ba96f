//! `vigil params`.

use crate::run::{Home, stderr, stdout};
use std::fs;

const PTAU: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../data/ptau/powersOfTau28_hez_final_09.ptau"
);

#[test]
fn the_embedded_ceremony_is_shown_with_its_published_digest() {
    let home = Home::new();
    let shown = home.json(&["params", "show"], 0);
    let embedded = &shown["embedded"];
    assert_eq!(embedded["kind"], "ceremony");
    assert_eq!(embedded["max_k"], 11);
    assert_eq!(embedded["unsafe"], false);
    assert_eq!(embedded["source_is_published"], true);
    assert_eq!(shown["stored"].as_array().unwrap().len(), 0);
    assert_eq!(
        shown["store"],
        home.path("data/vigil/params").to_str().unwrap()
    );
    let text = stdout(&home.vigil(&["params", "show"]).code(0));
    assert!(text.contains("Perpetual Powers of Tau"), "{text}");
    assert!(text.contains("the published digest"), "{text}");
}

#[test]
fn a_ceremony_file_is_imported_into_the_store_that_is_named() {
    let home = Home::new();
    let imported = home.json(&["params", "import", PTAU, "--store", "elsewhere"], 0);
    assert_eq!(imported["params"]["kind"], "ceremony");
    assert_eq!(imported["params"]["source_is_published"], true);
    let stored = home.json(&["params", "show", "--store", "elsewhere"], 0);
    let ks: Vec<u64> = stored["stored"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["max_k"].as_u64().unwrap())
        .collect();
    let sizes: Vec<u64> = imported["sizes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|k| k.as_u64().unwrap())
        .collect();
    assert!(!ks.is_empty());
    for k in sizes {
        assert!(ks.contains(&k), "{k} of {ks:?}");
    }
    assert!(
        !home.path("data").exists(),
        "the default store stays untouched"
    );
}

#[test]
fn a_damaged_file_is_refused_and_nothing_is_stored() {
    let home = Home::new();
    let mut bytes = fs::read(PTAU).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(home.path("bad.ptau"), &bytes).unwrap();
    let error = stderr(&home.vigil(&["params", "import", "bad.ptau"]).code(2));
    assert!(error.contains("cannot import bad.ptau: "), "{error}");
    fs::write(home.path("short.ptau"), &bytes[..1000]).unwrap();
    home.vigil(&["params", "import", "short.ptau"]).code(2);
    let shown = home.json(&["params", "show"], 0);
    assert_eq!(shown["stored"].as_array().unwrap().len(), 0);
}

#[test]
fn development_parameters_are_marked_wherever_they_appear() {
    let home = Home::new();
    let made = home.vigil(&["params", "dev", "--k", "4"]).code(0);
    assert!(stdout(&made).contains("UNSAFE DEVELOPMENT PARAMETERS"));
    assert!(stderr(&made).contains("anybody can forge"));
    let shown = home.json(&["params", "show"], 0);
    assert_eq!(shown["stored"][0]["kind"], "unsafe-dev");
    assert_eq!(shown["stored"][0]["unsafe"], true);
    assert_eq!(shown["stored"][0]["max_k"], 4);
    home.vigil(&["params", "dev", "--k", "25"]).code(2);
    home.vigil(&["params", "dev"]).code(2);
}
