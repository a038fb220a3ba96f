//! Runs `vigil` in a folder of its own.

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use std::ffi::OsStr;
use std::path::PathBuf;
use tempfile::TempDir;

/// A home with nothing in it.
pub(crate) struct Home {
    folder: TempDir,
}

impl Home {
    /// A new one.
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A path in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `vigil` there, not yet running.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, args: &[A]) -> std::process::Command {
        let mut command = std::process::Command::new(cargo_bin("vigil"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env("XDG_DATA_HOME", self.path("data"))
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env("HOME", self.folder.path());
        command
    }

    /// Runs `vigil` there, without a terminal.
    pub(crate) fn vigil<A: AsRef<OsStr>>(&self, args: &[A]) -> Assert {
        Command::from_std(self.command(args))
            .write_stdin("")
            .assert()
    }

    /// Runs `vigil ... --json` there and reads its document.
    pub(crate) fn json(&self, args: &[&str], code: i32) -> Value {
        let with_json: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        let assert = self.vigil(&with_json).code(code);
        serde_json::from_slice(&assert.get_output().stdout).unwrap()
    }
}

/// Standard output of a finished run.
pub(crate) fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

/// Standard error of a finished run.
pub(crate) fn stderr(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}
