//! `vigil bench`.

use crate::run::{Home, stderr, stdout};

#[test]
fn a_bench_says_what_the_issue_asks_and_its_figures_make_sense() {
    let home = Home::new();
    let args = ["bench", "prove", "--validators", "2", "--warm-ups", "0"];
    let report = home.json(&args, 0);
    assert_eq!(report["validators"], 2);
    assert_eq!(report["k"], 11);
    assert_eq!(report["params"], "unsafe-dev");
    assert!(report["capacity"].as_u64().unwrap() >= 12);
    assert!(report["proof_bytes"].as_u64().unwrap() > 1000);
    assert!(report["peak_rss_bytes"].as_u64().unwrap() > 1 << 20);
    assert!(report["key_file_bytes"].as_u64().unwrap() > 1 << 20);
    for seconds in [
        "prove_seconds",
        "cpu_seconds",
        "verify_seconds",
        "keygen_seconds",
        "load_seconds",
    ] {
        assert!(report[seconds].as_f64().unwrap() > 0.0, "{seconds}");
    }
    assert!(
        !home.path("data").exists(),
        "a benchmark leaves nothing behind"
    );
}

#[test]
fn shapes_that_cannot_be_are_refused_before_any_work() {
    let home = Home::new();
    let full = ["bench", "prove", "--validators", "1000", "--k", "11"];
    let error = stderr(&home.vigil(&full).code(2));
    assert!(error.contains("do not fit"), "{error}");
    for bad in [
        ["--validators", "0", "--words", "1"],
        ["--validators", "1", "--words", "2"],
        ["--validators", "1", "--k", "21"],
        ["--validators", "1", "--lanes", "0"],
    ] {
        let args: Vec<&str> = ["bench", "prove"].into_iter().chain(bad).collect();
        home.vigil(&args).code(2);
    }
}

/// The tests have no device. Why there is none depends on what the program was built with.
#[test]
fn without_a_gpu_auto_goes_on_and_cuda_says_why_not() {
    let home = Home::new();
    let bench = ["bench", "prove", "--validators", "1", "--warm-ups", "0"];
    let with = |engine| [&bench[..], &["--engine", engine]].concat();
    let error = stderr(&home.vigil(&with("cuda")).code(2));
    assert!(
        error.contains("cuda") || error.contains("no device"),
        "{error}"
    );

    let assert = home.vigil(&with("auto")).code(0);
    assert!(stderr(&assert).contains("warning: the cpu engine is used: "));
    assert!(stdout(&assert).contains("engine   cpu"));
    let error = stderr(&home.vigil(&with("gpu")).code(2));
    assert!(error.contains("stock, cpu, cuda and auto"), "{error}");
}
