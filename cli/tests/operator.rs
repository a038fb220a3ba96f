//! `vigil operator`.

use crate::run::{Home, stderr, stdout};
use std::fs;

const POOL: &str = "0x7676767676767676767676767676767676767676";

fn id(home: &Home, key: &str, more: &[&str]) -> String {
    let args = [
        "operator",
        "id",
        "--key",
        key,
        "--chain-id",
        "1",
        "--pool",
        POOL,
    ];
    let args: Vec<&str> = args.iter().chain(more).copied().collect();
    stdout(&home.vigil(&args).code(0)).trim().to_owned()
}

#[cfg(unix)]
fn assert_owner_only(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn an_encrypted_secret_opens_with_its_passphrase_only() {
    let home = Home::new();
    fs::write(home.path("right"), "correct horse\n").unwrap();
    fs::write(home.path("wrong"), "battery staple\n").unwrap();
    let new = [
        "operator",
        "new",
        "--out",
        "a.key",
        "--passphrase-file",
        "right",
    ];
    let created = home.json(&new, 0);
    assert_eq!(created["encrypted"], true);
    #[cfg(unix)]
    assert_owner_only(&home.path("a.key"));
    let content = fs::read_to_string(home.path("a.key")).unwrap();
    assert!(
        content.starts_with("-----BEGIN AGE ENCRYPTED FILE-----"),
        "{content}"
    );

    let first = id(&home, "a.key", &["--passphrase-file", "right"]);
    assert!(first.starts_with("0x") && first.len() == 66, "{first}");
    assert_eq!(first, id(&home, "a.key", &["--passphrase-file", "right"]));

    let args = [
        "operator",
        "id",
        "--key",
        "a.key",
        "--chain-id",
        "1",
        "--pool",
        POOL,
    ];
    let wrong: Vec<&str> = args
        .iter()
        .copied()
        .chain(["--passphrase-file", "wrong"])
        .collect();
    let error = stderr(&home.vigil(&wrong).code(2).stdout(""));
    assert!(
        error.contains("cannot read the operator secret in a.key: the passphrase is wrong"),
        "{error}"
    );
    let error = stderr(&home.vigil(&args).code(2).stdout(""));
    assert!(error.contains("no terminal"), "{error}");
}

#[test]
fn a_secret_is_never_overwritten_and_each_is_another() {
    let home = Home::new();
    for key in ["a.key", "b.key"] {
        let created = home.json(&["operator", "new", "--out", key, "--no-passphrase"], 0);
        assert_eq!(created["encrypted"], false);
        #[cfg(unix)]
        assert_owner_only(&home.path(key));
    }
    let (a, b) = (id(&home, "a.key", &[]), id(&home, "b.key", &[]));
    assert_ne!(a, b);
    let again = home.vigil(&["operator", "new", "--out", "a.key", "--no-passphrase"]);
    assert!(stderr(&again.code(2)).contains("never overwritten"));
    assert_eq!(a, id(&home, "a.key", &[]));
}

#[test]
fn without_a_terminal_a_passphrase_must_come_from_a_file_or_be_declined() {
    let home = Home::new();
    let error = stderr(&home.vigil(&["operator", "new", "--out", "a.key"]).code(2));
    assert!(error.contains("--passphrase-file"), "{error}");
    fs::write(home.path("empty"), "\n").unwrap();
    home.vigil(&[
        "operator",
        "new",
        "--out",
        "a.key",
        "--passphrase-file",
        "empty",
    ])
    .code(2);
    let both = [
        "operator",
        "new",
        "--out",
        "a.key",
        "--no-passphrase",
        "--passphrase-file",
        "x",
    ];
    home.vigil(&both).code(2);
    assert!(!home.path("a.key").exists());
}

#[test]
fn the_id_is_bound_to_chain_and_pool() {
    let home = Home::new();
    home.vigil(&["operator", "new", "--out", "a.key", "--no-passphrase"])
        .code(0);
    let base = id(&home, "a.key", &[]);
    for (chain, pool) in [
        ("2", POOL),
        ("1", "0x7676767676767676767676767676767676767677"),
    ] {
        let args = [
            "operator",
            "id",
            "--key",
            "a.key",
            "--chain-id",
            chain,
            "--pool",
            pool,
        ];
        assert_ne!(base, stdout(&home.vigil(&args).code(0)).trim());
    }
    for pool in ["", "0x76", "7676767676767676767676767676767676767676"] {
        let args = [
            "operator",
            "id",
            "--key",
            "a.key",
            "--chain-id",
            "1",
            "--pool",
            pool,
        ];
        home.vigil(&args).code(2);
    }
}

#[test]
fn damaged_key_files_are_errors() {
    let home = Home::new();
    fs::write(home.path("pass"), "p\n").unwrap();
    let new = [
        "operator",
        "new",
        "--out",
        "a.key",
        "--passphrase-file",
        "pass",
    ];
    home.vigil(&new).code(0);
    let good = fs::read(home.path("a.key")).unwrap();
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] = if flipped[middle] == b'A' { b'B' } else { b'A' };
    for bad in [
        flipped,
        good[..good.len() / 2].to_vec(),
        vec![b'x'; 100_000],
    ] {
        fs::write(home.path("bad.key"), bad).unwrap();
        let args = [
            "operator",
            "id",
            "--key",
            "bad.key",
            "--chain-id",
            "1",
            "--pool",
            POOL,
        ];
        let args: Vec<&str> = args
            .iter()
            .copied()
            .chain(["--passphrase-file", "pass"])
            .collect();
        home.vigil(&args).code(2).stdout("");
    }
}
