//! `vigil registry`.

use crate::run::{Home, stderr, stdout};
use std::fs;

fn draft(home: &Home, indices: &str, code: i32) -> assert_cmd::assert::Assert {
    let args = [
        "registry",
        "draft",
        "--indices",
        indices,
        "--operators",
        "4",
        "--out",
        "trial",
    ];
    home.vigil(&args).code(code)
}

#[test]
fn a_draft_has_the_files_that_scripts_expect_and_says_it_is_unsigned() {
    let home = Home::new();
    let text = stdout(&draft(&home, "0..63", 0));
    assert!(
        text.contains("UNSIGNED draft: 64 validators of 4 operators"),
        "{text}"
    );
    let mut names: Vec<_> = fs::read_dir(home.path("trial"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "operator-0.key",
            "operator-1.key",
            "operator-2.key",
            "operator-3.key",
            "registry.json"
        ]
    );
    let shown = home.json(&["registry", "show", "trial/registry.json"], 0);
    assert_eq!(shown["unsigned"], true);
    assert_eq!(shown["validators"], 64);
    assert!(
        text.contains(shown["registry_root"].as_str().unwrap()),
        "{text}"
    );
    let pool = format!("0x{}", "0".repeat(40));
    let id = [
        "operator",
        "id",
        "--key",
        "trial/operator-3.key",
        "--chain-id",
        "1",
        "--pool",
        &pool,
    ];
    home.vigil(&id).code(0);
    assert_eq!(
        fs::read_dir(home.path("")).unwrap().count(),
        1,
        "nothing else is left"
    );
}

#[test]
fn a_draft_overwrites_nothing_and_needs_a_sensible_range() {
    let home = Home::new();
    draft(&home, "5..5", 0);
    let before = fs::read(home.path("trial/operator-0.key")).unwrap();
    assert!(stderr(&draft(&home, "0..63", 2)).contains("never overwritten"));
    assert_eq!(fs::read(home.path("trial/operator-0.key")).unwrap(), before);
    let home = Home::new();
    for bad in [
        "",
        "5",
        "5..4",
        "0..1048576",
        "a..b",
        "1099511627775..1099511627776",
    ] {
        draft(&home, bad, 2);
        assert!(!home.path("trial").exists(), "{bad}");
    }
}

#[test]
fn a_damaged_registry_is_an_error() {
    let home = Home::new();
    draft(&home, "0..3", 0);
    let json = fs::read_to_string(home.path("trial/registry.json")).unwrap();
    for bad in [&json[..json.len() / 2], "", &json.replace("v1", "v2")] {
        fs::write(home.path("bad.json"), bad).unwrap();
        home.vigil(&["registry", "show", "bad.json"])
            .code(2)
            .stdout("");
    }
}

/// The folder's files, or none if it does not exist.
fn files(home: &Home, folder: &str) -> usize {
    fs::read_dir(home.path(folder)).map_or(0, Iterator::count)
}

#[cfg(unix)]
#[test]
fn a_draft_that_is_killed_leaves_all_of_its_folder_or_none() {
    const OPERATORS: usize = 64;
    let home = Home::new();
    let (mut killed, mut complete) = (0, 0);
    for round in 0..24 {
        let out = format!("trial-{round}");
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_vigil"))
            .args(["registry", "draft", "--indices", "0..999", "--operators"])
            .args([&OPERATORS.to_string(), "--out", &out])
            .current_dir(home.path(""))
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // From before its first file to after its last.
        let started = std::time::Instant::now();
        let is_due = || match round % 4 {
            0 => started.elapsed().as_millis() >= 4 * round,
            1 => files_in_progress(&home) >= 1,
            2 => files_in_progress(&home) >= OPERATORS / 2,
            _ => home.path(&out).exists(),
        };
        while !is_due() && child.try_wait().unwrap().is_none() {}
        child.kill().unwrap();
        killed += usize::from(!child.wait().unwrap().success());
        match files(&home, &out) {
            0 => assert!(!home.path(&out).exists()),
            count => {
                assert_eq!(count, OPERATORS + 1);
                complete += 1;
                let file = format!("{out}/registry.json");
                home.vigil(&["registry", "show", &file]).code(0);
            }
        }
        for entry in fs::read_dir(home.path("")).unwrap() {
            let path = entry.unwrap().path();
            if path
                .file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with(".vigil-tmp-")
            {
                fs::remove_dir_all(path).unwrap();
            }
        }
    }
    assert!(killed > 0, "nobody was killed in time");
    assert!(complete > 0, "nobody was late");
}

/// Files in folders that are yet to be renamed.
fn files_in_progress(home: &Home) -> usize {
    let entries = fs::read_dir(home.path("")).unwrap().map(Result::unwrap);
    let names = entries.map(|entry| entry.file_name().into_string().unwrap());
    names
        .filter(|name| name.starts_with(".vigil-tmp-"))
        .map(|name| files(home, &name))
        .sum()
}
