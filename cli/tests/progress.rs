//! What is shown while a proof is made: on a terminal its stages, elsewhere nothing.

use crate::prove::{prove, with_ledger};
use crate::run::{stderr, stdout};
use nix::pty::openpty;
use std::fs::File;
use std::io::Read as _;
use std::process::Stdio;
use std::thread;

#[test]
fn a_terminal_sees_the_stages_and_a_pipe_sees_none() {
    let (home, _) = with_ledger(4);
    let args = prove(&home, "0.key", &["--threads", "2"]);
    let quiet = home.vigil(&args).code(0);
    assert_eq!(stderr(&quiet), "");
    assert!(stdout(&quiet).starts_with("Proven for 2 validators"));

    let terminal = openpty(None, None).unwrap();
    let mut command = home.command(&args);
    command
        .env("TERM", "xterm")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(terminal.slave);
    let mut child = command.spawn().unwrap();
    // The last copy of the slave is the child's, so that its end is the end of what can be read.
    drop(command);
    let seen = thread::spawn(move || {
        let mut seen = Vec::new();
        // Linux answers the end of a terminal with an error.
        let _ = File::from(terminal.master).read_to_end(&mut seen);
        String::from_utf8_lossy(&seen).into_owned()
    });
    assert!(child.wait().unwrap().success());
    let seen = seen.join().unwrap();
    let mut rest = seen.as_str();
    for stage in [
        "preparing the proving key",
        "proving",
        "verifying the proof",
    ] {
        let at = rest.find(stage);
        let at = at.unwrap_or_else(|| panic!("{stage} is not shown in time: {seen:?}"));
        rest = &rest[at..];
    }
    // A spinner, not a share of a whole that nobody knows.
    assert!(!seen.contains('%'), "{seen:?}");
}

#[test]
fn the_number_of_threads_is_checked_and_kept() {
    let (home, _) = with_ledger(4);
    for absurd in ["0", "1025", "99999999999", "two"] {
        let args = prove(&home, "0.key", &["--threads", absurd]);
        let error = stderr(&home.vigil(&args).code(2));
        assert!(error.contains("--threads"), "{error}");
        let args = ["bench", "prove", "--validators", "1", "--threads", absurd];
        let error = stderr(&home.vigil(&args).code(2));
        assert!(error.contains("--threads"), "{error}");
    }
    let args = [
        "bench",
        "prove",
        "--validators",
        "1",
        "--warm-ups",
        "0",
        "--threads",
        "3",
    ];
    assert_eq!(home.json(&args, 0)["threads"], 3);
}
