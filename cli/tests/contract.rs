//! `vigil contract`.

use crate::run::{Home, stderr, stdout};
use std::fs;
use std::path::Path;

#[test]
fn a_verifier_and_its_key_are_written_as_they_are_checked_in() {
    let home = Home::new();
    let args = [
        "contract",
        "verifier",
        "--shape",
        "membership-k8-l1",
        "--out",
        "src",
    ];
    let shown = home.json(&args, 0);
    assert_eq!(shown["verifier"], "MembershipL1Verifier");
    assert_eq!(shown["key"], "MembershipK8L1Key");
    let checked_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contracts/src");
    let files = shown["files"].as_array().unwrap();
    assert_eq!(files.len(), 3);
    for file in files {
        let written = home.path(file.as_str().unwrap());
        let place = written.strip_prefix(home.path("src")).unwrap();
        assert_eq!(
            fs::read_to_string(&written).unwrap(),
            fs::read_to_string(checked_in.join(place)).unwrap(),
            "{}",
            place.display()
        );
    }
    // The key's source names the hash that the verifier's constructor asks for.
    let key = fs::read_to_string(home.path("src/generated/MembershipK8L1Key.sol")).unwrap();
    assert!(key.contains(shown["key_code_hash"].as_str().unwrap()));
}

#[test]
fn nothing_is_written_without_a_folder() {
    let home = Home::new();
    let run = home
        .vigil(&["contract", "verifier", "--shape", "membership-k8-l1"])
        .code(0);
    assert!(stdout(&run).contains("code hash  0x"));
    assert!(!home.path("generated").exists());
}

#[test]
fn a_shape_that_is_none_is_named() {
    let run = Home::new()
        .vigil(&["contract", "verifier", "--shape", "duty"])
        .code(2);
    assert!(stderr(&run).contains("is not a shape such as"));
}
