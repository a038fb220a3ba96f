//! The report with ours alone, and a few of the many random statements.

use std::fs;
use vigil_benches::report::contest::{Contestant, Ready, Sample, Series};
use vigil_benches::report::document::Report;
use vigil_benches::report::lie::Lie;
use vigil_benches::report::machine::{Machine, Watch};
use vigil_benches::report::task::{Task, public_inputs};
use vigil_benches::report::{ours, plots};
use vigil_benches::trials::{Refused, Trials};
use vigil_engine::stage::Stage;

const TASK: Task = Task {
    validators: 3,
    words: 1,
};

/// What the report's own process answers.
fn served(
    contestant: Contestant,
    make: bool,
    lines: &str,
    folder: &std::path::Path,
) -> Vec<String> {
    let arguments = serde_json::to_string(&(TASK, contestant, make)).unwrap();
    let mut output = Vec::new();
    ours::serve(&arguments, folder, lines.as_bytes(), &mut output).unwrap();
    let text = String::from_utf8(output).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn ours_alone_makes_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let made = served(Contestant::Vigil, true, "", folder.path());
    let lines = served(Contestant::Vigil, false, "prove\nlie\n", folder.path());
    let [ready, sample, refused] = &lines[..] else {
        panic!("{} answers", lines.len());
    };
    let made: Ready = serde_json::from_str(&made[0]).unwrap();
    let ready: Ready = serde_json::from_str(ready).unwrap();
    assert_eq!(ready.circuit, made.circuit);
    assert!(ready.key_bytes > 0 && ready.load.seconds > 0.0);

    let sample: Sample = serde_json::from_str(sample).unwrap();
    let statement = task_statement();
    assert_eq!(sample.public_inputs, statement);
    // All of the time is in one of the stages, and each stage is heard of.
    let sum: f64 = sample.stages.iter().map(|(_, seconds)| seconds).sum();
    assert!(
        (sum / sample.effort.cpu_seconds - 1.0).abs() < 0.1,
        "{sample:?}"
    );
    for stage in Stage::ALL {
        assert!(
            sample.stages.iter().any(|(name, _)| name == stage.name()),
            "{}",
            stage.name()
        );
    }
    let (refused, told): (usize, usize) = serde_json::from_str(refused).unwrap();
    assert_eq!(refused, told);
    assert!(
        told + 3 >= Lie::ALL.len(),
        "three validators give occasion for most lies"
    );

    let report = Report {
        machine: Machine::this(),
        noise: Watch::start().stop(),
        command: "command".into(),
        runs: 1,
        series: vec![Series {
            task: TASK,
            contestant: Contestant::Vigil,
            ready,
            samples: vec![sample],
            refused: (refused, told),
        }],
        absent: vec![(Contestant::Noir, "npm ci".into())],
        failures: Vec::new(),
    };
    let text = report.to_string();
    for expected in [
        "absent: `npm ci`",
        "| 1 | 3 | duty-w1-k",
        "| 1.000 |",
        "false statements refused",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
    plots::draw(&report, folder.path()).unwrap();
    for name in ["time", "memory", "stages"] {
        let picture = folder.path().join(format!("benchmarks-{name}.svg"));
        assert!(
            fs::read_to_string(picture).unwrap().ends_with("</svg>\n"),
            "{name}"
        );
    }
}

fn task_statement() -> Vec<String> {
    let duty = TASK.duty().unwrap();
    public_inputs(&duty.statement)
        .unwrap()
        .iter()
        .map(hex::encode)
        .collect()
}

#[test]
fn random_truths_verify_and_random_lies_do_not() {
    let mut trials = Trials::new(1).unwrap();
    let mut refused = Refused::new();
    for _ in 0..5 {
        trials.truth().unwrap();
        trials.lie(&mut refused).unwrap();
    }
    assert_eq!(refused.values().sum::<usize>(), 5);
}
