//! Every file that the command reads, damaged in every way that comes to mind: it is refused with a
//! message, quickly, and nothing panics.

use crate::chain;
use crate::prove::{prove, with_ledger};
use crate::run::{Home, stderr};
use crate::settle::{self, POOL};
use serde_json::Value;
use std::fs::{self, File, OpenOptions};
use std::time::{Duration, Instant};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../data");
const SPARSE_BYTES: u64 = 10 << 30;
/// Reading ten GiB takes longer, and more memory than most machines have to spare.
const AT_ONCE: Duration = Duration::from_secs(20);

/// A kind of file and the command that reads it.
struct Kind {
    file: &'static str,
    command: Vec<&'static str>,
    /// Where a flipped bit must be noticed.
    flips: Flips,
}

enum Flips {
    /// Everywhere: these many places will do.
    Spread(usize),
    /// Here, counted from the end where negative.
    At(&'static [isize]),
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

fn kinds() -> Vec<Kind> {
    let verify = words("verify --statement s.json --proof p --allow-unsigned-registry");
    let build = chain::BUILD.to_vec();
    let spread = |file, command, places| Kind {
        file,
        command,
        flips: Flips::Spread(places),
    };
    vec![
        spread("p", verify.clone(), 12),
        spread("s.json", verify, 6),
        spread(
            "trial/registry.json",
            words("registry show trial/registry.json"),
            6,
        ),
        spread(
            "trial/operator-1.key",
            [
                words("operator id --key trial/operator-1.key --chain-id 1 --pool").as_slice(),
                &[POOL],
            ]
            .concat(),
            6,
        ),
        Kind {
            file: "8.ledger",
            command: words("ledger show 8.ledger"),
            // The whole header, the first row's index, the end of the last bitmap, the root.
            flips: Flips::At(&[0, 7, 8, 9, 10, 41, 42, 73, 74, 82, 86, 90, -33, -32, -1]),
        },
        // Another digit in these is another header or policy, not a damaged one.
        spread("8.header", settle::prove(&[]), 0),
        spread("policy.json", settle::prove(&[]), 0),
        spread("b.json", words("settle show --book b.json"), 0),
        spread("vectors.json", words("selftest --vectors vectors.json"), 6),
        Kind {
            file: "small.ptau",
            command: words("params import small.ptau"),
            // The headers and the powers; powers of alpha and beta are left unread.
            flips: Flips::At(&[0, 4, 8, 12, 24, 100, 1_000, 60_000, 70_000, 100_000]),
        },
        spread("chain/spec.json", build.clone(), 3),
        spread("chain/genesis.json", build.clone(), 3),
        spread("chain/states/e0020_s00175.ssz", build.clone(), 2),
        spread("chain/blocks/00170.ssz", build, 0),
    ]
}

fn with_every_kind() -> Home {
    let home = settle::proven();
    home.vigil(&words(settle::NEW)).code(0);
    fs::copy(
        format!("{DATA}/protocol-vectors.json"),
        home.path("vectors.json"),
    )
    .unwrap();
    fs::copy(
        format!("{DATA}/ptau/powersOfTau28_hez_final_09.ptau"),
        home.path("small.ptau"),
    )
    .unwrap();
    for kind in kinds() {
        // So that a refusal below is of the damage.
        home.vigil(&kind.command).code(0);
    }
    home
}

/// Runs the command, which must refuse; a proof that is well formed and wrong is the only one that
/// may be answered by 1.
fn assert_refused(home: &Home, kind: &Kind, damage: &str) {
    let start = Instant::now();
    let run = home.vigil(&kind.command);
    let took = start.elapsed();
    let code = run.get_output().status.code();
    let error = stderr(&run);
    let what = format!("{} {damage}: {code:?}, {error}", kind.file);
    assert!(!error.contains("panicked"), "{what}");
    let is_proof = ["p", "s.json"].contains(&kind.file) && kind.command[0] == "verify";
    match code {
        Some(1) if is_proof => {}
        Some(2) => assert!(error.contains("error: "), "{what}"),
        _ => panic!("{what}"),
    }
    assert!(took < AT_ONCE, "{what}: took {took:?}");
}

#[test]
fn damaged_files_of_every_kind_are_refused() {
    let home = with_every_kind();
    for kind in kinds() {
        let path = home.path(kind.file);
        let whole = fs::read(&path).unwrap();
        let refused = |bytes: &[u8], damage: &str| {
            fs::write(&path, bytes).unwrap();
            assert_refused(&home, &kind, damage);
        };
        refused(&[], "empty");
        refused(&[0xff; 1000], "of nothing but ones");
        for length in [1, whole.len() / 2, whole.len() - 2] {
            refused(&whole[..length], "truncated");
        }
        let places: Vec<usize> = match kind.flips {
            Flips::Spread(count) => (0..count).map(|i| i * whole.len() / count).collect(),
            Flips::At(places) => places
                .iter()
                .map(|&at| usize::try_from(at).unwrap_or_else(|_| whole.len() - at.unsigned_abs()))
                .collect(),
        };
        for place in places {
            let mut flipped = whole.clone();
            // The highest bit: in a text it is no letter's.
            flipped[place] ^= 0x80;
            refused(&flipped, &format!("flipped at {place}"));
        }
        fs::remove_file(&path).unwrap();
        if !kind.file.starts_with("chain/blocks") {
            fs::create_dir(&path).unwrap();
            assert_refused(&home, &kind, "a folder");
            fs::remove_dir(&path).unwrap();
        }
        fs::write(&path, whole).unwrap();
    }
}

#[test]
fn files_of_ten_gigabytes_are_refused_at_once() {
    let home = with_every_kind();
    for kind in kinds() {
        let path = home.path(kind.file);
        let whole = fs::read(&path).unwrap();
        let stretched = OpenOptions::new().write(true).open(&path).unwrap();
        stretched.set_len(SPARSE_BYTES).unwrap();
        assert_refused(&home, &kind, "followed by ten GiB of zeros");
        fs::remove_file(&path).unwrap();
        let zeros = File::create(&path).unwrap();
        zeros.set_len(SPARSE_BYTES).unwrap();
        assert_refused(&home, &kind, "of ten GiB of zeros");
        fs::write(&path, whole).unwrap();
    }
}

#[test]
fn a_file_of_one_kind_is_no_file_of_another() {
    let home = with_every_kind();
    let kinds = kinds();
    let whole: Vec<_> = kinds
        .iter()
        .map(|kind| fs::read(home.path(kind.file)).unwrap())
        .collect();
    // A block out of place only leaves the chain, and what is missing then is an error of its own.
    for (kind, own) in kinds.iter().zip(&whole) {
        let path = home.path(kind.file);
        for (other, bytes) in kinds.iter().zip(&whole) {
            if other.file != kind.file {
                fs::write(&path, bytes).unwrap();
                assert_refused(&home, kind, &format!("in whose place is {}", other.file));
            }
        }
        fs::write(&path, own).unwrap();
    }
}

#[test]
fn more_validators_than_places_are_refused() {
    let home = settle::proven();
    let mut statement: Value =
        serde_json::from_slice(&fs::read(home.path("s.json")).unwrap()).unwrap();
    statement["claims"]["validators"] = 1000.into();
    fs::write(home.path("s.json"), statement.to_string()).unwrap();
    let verify = words("verify --statement s.json --proof p --allow-unsigned-registry");
    let report = home.json(&verify, 1);
    let refused = report["refused"].as_str().unwrap();
    assert!(refused.contains("1000"), "{report}");
}

#[test]
fn ledgers_and_keys_of_another_pool_or_period_do_not_mix() {
    let (home, _) = with_ledger(4);
    home.vigil(&prove(&home, "0.key", &[])).code(0);
    let (other, ledger) = with_ledger(4);
    // Another registry: nobody's tags are in it.
    let strange = other.path("period.ledger");
    fs::copy(home.path("period.ledger"), home.path("own.ledger")).unwrap();
    fs::copy(strange, home.path("period.ledger")).unwrap();
    let error = stderr(&home.vigil(&prove(&home, "0.key", &[])).code(2));
    assert!(error.contains("none of the 4 validators"), "{error}");
    // Another period's root, or another registry's.
    let root = home.json(&["ledger", "root", "period.ledger"], 0)["ledger_root"].clone();
    assert_ne!(ledger.header().registered, 0);
    let verify = ["verify", "--statement", "s.json", "--proof", "p", "--root"];
    let refused = [verify.as_slice(), &[root.as_str().unwrap()]].concat();
    assert_eq!(home.json(&refused, 1)["valid"], false);
    let root = home.json(&["ledger", "root", "own.ledger"], 0)["ledger_root"].clone();
    let held = [verify.as_slice(), &[root.as_str().unwrap()]].concat();
    assert_eq!(home.json(&held, 0)["valid"], true);
}
