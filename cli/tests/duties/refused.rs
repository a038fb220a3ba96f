//! What `vigil duties` refuses, and how it says so.

use super::{devnet, run, words};
use crate::run::stderr;
use std::fs;

#[test]
fn wrong_files_and_strangers_are_refused() {
    let home = devnet();
    let ledger = fs::read(home.path("period.ledger")).unwrap();
    let mut flipped = ledger.clone();
    flipped[ledger.len() / 2] ^= 1;
    fs::write(home.path("flipped.ledger"), flipped).unwrap();
    fs::write(home.path("short.ledger"), &ledger[..500]).unwrap();
    fs::create_dir(home.path("junk")).unwrap();
    fs::write(home.path("junk/follow.redb"), &ledger).unwrap();
    fs::create_dir(home.path("none")).unwrap();
    run(
        &home,
        "registry draft --indices 0..63 --operators 2 --out other",
        0,
    );
    run(&home, "operator new --out stranger.key --no-passphrase", 0);
    fs::write(home.path("policy.json"), "{}").unwrap();
    let registry = "--registry trial/registry.json";
    for (args, cause) in [
        ("--ledger flipped.ledger --indices 1".to_owned(), "ledger"),
        ("--ledger short.ledger --indices 1".to_owned(), "ledger"),
        (
            "--ledger missing.ledger --indices 1".to_owned(),
            "missing.ledger",
        ),
        (
            "--ledger period.ledger --indices 64".to_owned(),
            "validator 64 is not in the ledger",
        ),
        (
            "--ledger period.ledger --indices 60..70".to_owned(),
            "validator 64 is not in the ledger",
        ),
        (
            "--ledger period.ledger --indices 0..18446744073709551615".to_owned(),
            "validator 64 is not",
        ),
        (
            "--ledger period.ledger --indices x".to_owned(),
            "expected an index",
        ),
        (
            "--ledger period.ledger --registry other/registry.json --key other/operator-0.key"
                .to_owned(),
            "of another registry version",
        ),
        (
            format!("--ledger period.ledger {registry} --key stranger.key"),
            "none of the 64 validators",
        ),
        (
            format!("--ledger period.ledger {registry} --key period.ledger"),
            "operator secret",
        ),
        (
            "--ledger period.ledger --indices 1 --policy policy.json".to_owned(),
            "policy",
        ),
        (
            format!("--store junk {registry} --indices 1"),
            "junk/follow.redb",
        ),
        (
            format!("--store none {registry} --indices 1"),
            "none/follow.redb",
        ),
    ] {
        let assert = run(&home, &format!("duties {args} --svg no.svg"), 2);
        let said = stderr(&assert);
        assert!(said.contains(cause), "{args}: {said}");
        assert!(!said.contains("panicked"), "{args}: {said}");
        assert!(assert.get_output().stdout.is_empty(), "{args}");
    }
    assert!(!home.path("no.svg").exists());
    // A picture of what is there, where no file can be.
    let error = "duties --ledger period.ledger --indices 1 --svg trial";
    assert!(stderr(&run(&home, error, 2)).contains("cannot write trial"));
}

#[test]
fn sources_and_owners_are_asked_for_one_by_one() {
    let home = crate::run::Home::new();
    for line in [
        "duties",
        "duties --ledger a",
        "duties --indices 1",
        "duties --ledger a --store b --indices 1",
        "duties --ledger a --key k",
        "duties --store b --indices 1",
        "duties --ledger a --beacon http://127.0.0.1 --indices 1",
        "duties --ledger a --indices 1 --min-uptime-bps 9000",
        "duties --ledger a --indices 1 --network-bps 9000",
    ] {
        let said = stderr(&home.vigil(&words(line)).code(2));
        assert!(
            said.contains("Usage") || said.contains("required"),
            "{line}: {said}"
        );
    }
}
