//! The unit files of docs/systemd, as systemd itself reads them.

use assert_cmd::cargo::cargo_bin;
use std::fs;
use std::path::Path;
use std::process::Command;

const UNITS: [&str; 2] = ["vigil-follow.service", "vigil-prove@.service"];

fn unit(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/systemd");
    fs::read_to_string(folder.join(name)).unwrap()
}

/// A folder with the units, whose binary is the one just built.
fn installed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let binary = cargo_bin("vigil");
    for name in UNITS {
        let text = unit(name).replace("/usr/local/bin/vigil", binary.to_str().unwrap());
        // systemd asks for an instance of a template.
        fs::write(folder.path().join(name.replace('@', "@8")), text).unwrap();
    }
    folder
}

#[test]
fn units_are_hardened_and_hold_no_secret() {
    for name in UNITS {
        let text = unit(name);
        for line in [
            "DynamicUser=yes",
            "NoNewPrivileges=yes",
            "ProtectSystem=strict",
            "ProtectHome=yes",
            "CapabilityBoundingSet=",
            "StateDirectoryMode=0700",
            "UMask=0077",
            "LimitCORE=0",
            "SystemCallFilter=@system-service",
        ] {
            assert!(text.lines().any(|is| is == line), "{name}: {line}");
        }
        // Secrets come as credentials, never by an environment that children inherit.
        assert!(!text.contains("PASS="), "{name}");
    }
    assert!(unit("vigil-prove@.service").contains("PrivateNetwork=yes"));
    assert!(unit("vigil-follow-token.conf").contains("LoadCredential=beacon-token:"));
}

#[test]
fn systemd_finds_nothing_wrong_and_little_exposed() {
    let is_there = Command::new("systemd-analyze").arg("--version").output();
    if !is_there.is_ok_and(|output| output.status.success()) {
        eprintln!("systemd-analyze is not on this machine: the units were not verified");
        return;
    }
    let folder = installed();
    for name in UNITS {
        let path = folder.path().join(name.replace('@', "@8"));
        for args in [
            &["verify", "--man=no", "--recursive-errors=no"][..],
            // In tenths, of 10.0: a service without any hardening has 9.6.
            &["security", "--offline=yes", "--threshold=15", "--no-pager"][..],
        ] {
            let output = Command::new("systemd-analyze")
                .args(args)
                .arg(&path)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let listed = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{name} {args:?}: {said}{listed}");
            let about_it = |line: &&str| line.contains("vigil-");
            assert_eq!(said.lines().find(about_it), None, "{name} {args:?}");
        }
    }
}
