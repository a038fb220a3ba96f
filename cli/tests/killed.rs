//! SIGKILL at any moment: what was there stays, or the whole new file is there, and what is left over is
//! never taken for it.

use crate::chain;
use crate::prove::{prove, with_ledger};
use crate::run::Home;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};
use vigil_ledger::file::Ledger;
use vigil_params::atomic::TEMPORARY_PREFIX;
use vigil_params::proof_file::ProofFile;
use vigil_params::statement_file::StatementFile;

fn is_temporary(name: &OsStr) -> bool {
    name.to_string_lossy().starts_with(TEMPORARY_PREFIX)
}

fn temporary_files(folder: &Path) -> Vec<fs::DirEntry> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .filter(|entry| is_temporary(&entry.file_name()))
        .collect()
}

/// Removes what an earlier kill left, starts the command and kills it after `delay`, or at the first
/// sight of a temporary file: in the middle of a write. Says whether it was killed in time.
fn kill<A: AsRef<OsStr>>(home: &Home, args: &[A], delay: Option<Duration>) -> bool {
    let folder = home.path("");
    for file in temporary_files(&folder) {
        fs::remove_file(file.path()).unwrap();
    }
    let mut command = home.command(args);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    match delay {
        Some(delay) => sleep(delay),
        None => {
            while temporary_files(&folder).is_empty() && child.try_wait().unwrap().is_none() {
                std::hint::spin_loop();
            }
        }
    }
    // SIGKILL on Unix.
    let _ = child.kill();
    let status = child.wait().unwrap();
    status.code().is_none()
}

/// How long an undisturbed run takes, and then `count` delays spread over it.
fn delays<A: AsRef<OsStr>>(home: &Home, args: &[A], count: u32) -> Vec<Duration> {
    let start = Instant::now();
    home.vigil(args).code(0);
    let whole = start.elapsed();
    (1..=count).map(|i| whole * i / (count + 1)).collect()
}

#[test]
fn a_proof_and_its_statement_are_old_new_or_absent() {
    let (home, _) = with_ledger(4);
    let args = prove(&home, "0.key", &[]);
    home.vigil(&args).code(0);
    let verify = ["verify", "--statement", "s.json", "--proof", "p"];
    let (proof, statement) = (home.path("p"), home.path("s.json"));
    let mut killed = 0;
    for delay in delays(&home, &args, 2)
        .into_iter()
        .map(Some)
        .chain([None; 2])
    {
        // Over old files, then where there are none.
        killed += u32::from(kill(&home, &args, delay));
        home.vigil(&verify).code(0);
        fs::remove_file(&proof).unwrap();
        fs::remove_file(&statement).unwrap();
        killed += u32::from(kill(&home, &args, delay));
        if statement.exists() {
            StatementFile::read(&statement).unwrap();
        }
        if proof.exists() {
            ProofFile::read(&proof).unwrap();
            assert!(statement.exists(), "the statement is written first");
            home.vigil(&verify).code(0);
        }
        home.vigil(&args).code(0);
        home.vigil(&verify).code(0);
    }
    assert!(killed >= 2, "only {killed} runs were killed in time");
}

#[test]
fn a_ledger_is_old_new_or_absent() {
    let home = Home::new();
    chain::unpack(&home);
    let draft = "registry draft --indices 0..63 --operators 2 --out trial";
    home.vigil(&draft.split(' ').collect::<Vec<_>>()).code(0);
    let path = home.path("8.ledger");
    let delays = delays(&home, &chain::BUILD, 3);
    let whole = fs::read(&path).unwrap();
    let mut killed = 0;
    for delay in delays.into_iter().map(Some).chain([None; 2]) {
        killed += u32::from(kill(&home, &chain::BUILD, delay));
        assert_eq!(
            fs::read(&path).unwrap(),
            whole,
            "the old one or the same anew"
        );
        fs::remove_file(&path).unwrap();
        killed += u32::from(kill(&home, &chain::BUILD, delay));
        if path.exists() {
            Ledger::read(&path).unwrap();
            assert_eq!(fs::read(&path).unwrap(), whole);
        }
        // A half-written one that was left over is not in the way, and is no ledger.
        for file in temporary_files(&home.path("")) {
            let left = fs::read(file.path()).unwrap();
            assert!(whole.starts_with(&left), "it is a part of the ledger");
        }
        home.vigil(&chain::BUILD).code(0);
    }
    assert!(killed >= 2, "only {killed} runs were killed in time");
}

#[test]
fn a_secret_is_whole_or_absent_and_always_its_owners() {
    let home = Home::new();
    let args = ["operator", "new", "--out", "o.key", "--no-passphrase"];
    let path = home.path("o.key");
    let delays = delays(&home, &args, 15);
    fs::remove_file(&path).unwrap();
    let id = [
        "operator",
        "id",
        "--key",
        "o.key",
        "--chain-id",
        "1",
        "--pool",
        "0x7676767676767676767676767676767676767676",
    ];
    let mut killed = 0;
    for delay in delays.into_iter().map(Some).chain([None; 15]) {
        killed += u32::from(kill(&home, &args, delay));
        let mut written: Vec<_> = temporary_files(&home.path(""))
            .iter()
            .map(fs::DirEntry::path)
            .collect();
        let made = path.exists();
        if made {
            home.vigil(&id).code(0);
            written.push(path.clone());
        }
        for file in written {
            let mode = fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", file.display());
        }
        // A second run makes a secret of its own, and never another in the place of one.
        home.vigil(&args).code(if made { 2 } else { 0 });
        home.vigil(&id).code(0);
        fs::remove_file(&path).unwrap();
    }
    assert!(killed >= 8, "only {killed} runs were killed in time");
}
