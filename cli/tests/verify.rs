//! `vigil verify`, on stored proofs under the embedded ceremony and on one under unsafe parameters.

use crate::run::{Home, stderr, stdout};
use rand_core::OsRng;
use serde_json::Value;
use std::fs;
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::Shape;
use vigil_circuits::synthetic::{
    CHAIN_ID, PAYOUT_ADDRESS, POOL_ADDRESS, SyntheticPool, THRESHOLDS,
};
use vigil_params::keys::{KeyCache, ProvingKey};
use vigil_params::proof_file::ProofFile;
use vigil_params::statement_file::{Setting, Statement, StatementFile};
use vigil_params::{ParamsChoice, dev, embedded};
use vigil_prover::prove_duty;

const STORED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/stored");

/// A home with a stored statement and its proof, as `s.json` and `p`.
fn with_stored(name: &str) -> Home {
    let home = Home::new();
    fs::copy(format!("{STORED}/{name}.json"), home.path("s.json")).unwrap();
    fs::copy(format!("{STORED}/{name}.proof"), home.path("p")).unwrap();
    home
}

const VERIFY: [&str; 5] = ["verify", "--statement", "s.json", "--proof", "p"];

fn verify(home: &Home, more: &[&str], code: i32) -> Value {
    let args: Vec<&str> = VERIFY.iter().chain(more).copied().collect();
    home.json(&args, code)
}

fn statement(home: &Home) -> Value {
    serde_json::from_slice(&fs::read(home.path("s.json")).unwrap()).unwrap()
}

#[test]
fn proofs_of_all_three_statements_hold() {
    for name in ["duty-w1-k11-l4", "enrolment-k11-l4", "membership-k8-l1"] {
        let home = with_stored(name);
        let report = verify(&home, &[], 0);
        assert_eq!(report["valid"], true, "{name}");
        assert_eq!(report["unsafe_params"], false, "{name}");
        assert_eq!(report["params"], "ceremony", "{name}");
        assert_eq!(report["shape"], name);
        assert!(report["verify_seconds"].as_f64().unwrap() > 0.0, "{name}");
        let kept = fs::exists(home.path("cache/vigil/keys")).unwrap();
        assert!(!kept, "{name}: a key that is made at once is not kept");
    }
}

#[test]
fn claims_are_those_of_the_statement_and_readable() {
    let home = with_stored("duty-w1-k11-l4");
    let stated = statement(&home);
    let claims = &verify(&home, &[], 0)["claims"];
    for name in [
        "validators",
        "slashed",
        "good_stake",
        "good_bps",
        "performance_bps",
    ] {
        assert_eq!(claims[name], stated["claims"][name], "{name}");
    }
    let text = stdout(&home.vigil(&VERIFY).code(0));
    assert!(text.starts_with("The proof holds"), "{text}");
    assert!(text.contains("compare it, or say --root"), "{text}");
}

#[test]
fn the_root_that_is_trusted_can_be_demanded() {
    let home = with_stored("duty-w1-k11-l4");
    let root = statement(&home)["ledger_root"].as_str().unwrap().to_owned();
    assert_eq!(verify(&home, &["--root", &root], 0)["root_checked"], true);
    let other = root.replace("0x02", "0x03");
    let report = verify(&home, &["--root", &other], 1);
    assert_eq!(report["valid"], false);
    assert!(
        report["refused"].as_str().unwrap().contains(&other),
        "{report}"
    );
    let args: Vec<&str> = VERIFY.iter().copied().chain(["--root", "0x02"]).collect();
    home.vigil(&args).code(2);
}

#[test]
fn a_larger_claim_or_a_changed_byte_is_refused_with_code_1() {
    let home = with_stored("duty-w1-k11-l4");
    let proof = fs::read(home.path("p")).unwrap();
    let mut larger = statement(&home);
    let claimed = larger["claims"]["performance_bps"].as_u64().unwrap();
    larger["claims"]["performance_bps"] = (claimed + 1).into();
    let honest = fs::read(home.path("s.json")).unwrap();
    fs::write(home.path("s.json"), larger.to_string()).unwrap();
    let report = verify(&home, &[], 1);
    assert_eq!(report["valid"], false);
    assert!(
        report["refused"]
            .as_str()
            .unwrap()
            .contains("does not prove"),
        "{report}"
    );
    let text = stdout(&home.vigil(&VERIFY).code(1));
    assert!(text.starts_with("REFUSED: "), "{text}");

    fs::write(home.path("s.json"), honest).unwrap();
    for from_end in [1, 33, proof.len() / 2] {
        let mut changed = proof.clone();
        let at = changed.len() - from_end;
        changed[at] ^= 1;
        fs::write(home.path("p"), changed).unwrap();
        assert_eq!(
            verify(&home, &[], 1)["valid"],
            false,
            "{from_end} from the end"
        );
    }
}

#[test]
fn files_that_are_no_proof_or_no_statement_are_errors() {
    let home = with_stored("duty-w1-k11-l4");
    let proof = fs::read(home.path("p")).unwrap();
    for bad in [
        vec![],
        proof[..40].to_vec(),
        proof[..proof.len() - 1].to_vec(),
        vec![0; 1 << 20],
    ] {
        fs::write(home.path("p"), bad).unwrap();
        let error = stderr(&home.vigil(&VERIFY).code(2).stdout(""));
        assert!(
            error.starts_with("error: cannot use the proof p: "),
            "{error}"
        );
    }
    fs::write(home.path("p"), proof).unwrap();
    let mut unknown = statement(&home);
    unknown["extra"] = 1.into();
    for bad in [
        String::new(),
        "{}".into(),
        unknown.to_string(),
        " ".repeat(1 << 20),
    ] {
        fs::write(home.path("s.json"), bad).unwrap();
        let error = stderr(&home.vigil(&VERIFY).code(2).stdout(""));
        assert!(
            error.starts_with("error: cannot use the statement s.json: "),
            "{error}"
        );
    }
}

#[test]
fn a_proof_of_another_kind_of_statement_is_refused() {
    let home = with_stored("duty-w1-k11-l4");
    fs::copy(format!("{STORED}/enrolment-k11-l4.proof"), home.path("p")).unwrap();
    let report = verify(&home, &[], 1);
    assert!(
        report["refused"].as_str().unwrap().contains("another kind"),
        "{report}"
    );
}

/// Beyond the embedded parameters keys are kept.
#[test]
fn a_damaged_cached_key_is_reported_and_made_anew() {
    let home = with_stored("duty-w1-k13-n1");
    verify(&home, &["--allow-unsafe-params"], 0);
    let keys = home.path("cache/vigil/keys");
    let mut kept = 0;
    for entry in fs::read_dir(&keys).unwrap() {
        let path = entry.unwrap().path();
        if !path.to_str().unwrap().ends_with(".lock") {
            fs::write(path, b"damaged").unwrap();
            kept += 1;
        }
    }
    assert_eq!(kept, 1);
    let args = VERIFY.iter().chain(&["--allow-unsafe-params"]);
    let args: Vec<_> = args.copied().collect();
    let run = home.vigil(&args).code(0);
    assert!(
        stderr(&run).contains("it was made anew"),
        "{}",
        stderr(&run)
    );
    let run = home.vigil(&args).code(0);
    assert!(!stderr(&run).contains("anew"), "{}", stderr(&run));
}

/// A file with a right digest can hold any key. Under the embedded parameters none is looked at: one that is damaged is
/// not even noticed.
#[test]
fn no_file_has_a_say_under_the_embedded_parameters() {
    let home = with_stored("duty-w1-k11-l4");
    let shape: Shape = "duty-w1-k11-l4".parse().unwrap();
    let cache = KeyCache::new(home.path("cache/vigil/keys"));
    let ceremony = ParamsChoice::Ceremony.id();
    let srs = || Ok(embedded::srs(shape.k).unwrap());
    let planted = cache.verifying_key::<VigilCircuit>(shape, ceremony, srs);
    let planted = planted.unwrap().path;
    fs::write(&planted, b"planted").unwrap();
    let run = home.vigil(&VERIFY).code(0);
    assert_eq!(stderr(&run), "");
    assert_eq!(fs::read(&planted).unwrap(), b"planted");
}

#[test]
fn unsafe_parameters_are_refused_unless_asked_for() {
    let home = Home::new();
    let shape: Shape = "duty-w1-k11-l4".parse().unwrap();
    let srs = dev::unsafe_srs(shape.k, 5).unwrap();
    let key = ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
    let pool = SyntheticPool::new(&mut OsRng, Words::W1, 1, 2).unwrap();
    let (statement, witness) = pool.duty(0, THRESHOLDS);
    let proof = prove_duty(&key, &srs, &statement, &witness).unwrap();
    let setting = Setting {
        chain_id: CHAIN_ID,
        pool: POOL_ADDRESS,
        account: PAYOUT_ADDRESS,
    };
    ProofFile::new(&key.verifying_key(), proof)
        .unwrap()
        .write(&home.path("p"))
        .unwrap();
    let statement = StatementFile::new(setting, Statement::Duty(statement)).unwrap();
    statement.write(&home.path("s.json")).unwrap();

    let report = verify(&home, &[], 1);
    assert_eq!(report["valid"], false);
    assert_eq!(report["unsafe_params"], true);
    assert!(
        report["refused"]
            .as_str()
            .unwrap()
            .contains("unsafe development"),
        "{report}"
    );
    assert!(
        !home.path("data").exists(),
        "refused before any parameters were made"
    );

    let report = verify(&home, &["--allow-unsafe-params"], 1);
    assert_eq!(report["valid"], false, "another seed is another tau");
    assert!(
        !home.path("data").exists(),
        "refused before any parameters were made"
    );
    let report = verify(&home, &["--allow-unsafe-params", "--dev-seed", "5"], 0);
    assert_eq!(report["valid"], true);
    assert_eq!(report["unsafe_params"], true);
}
