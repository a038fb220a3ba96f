//! Help, completions, the manual page and errors.

use crate::run::{Home, stderr, stdout};

#[test]
fn help_of_every_command_shows_an_example() {
    let home = Home::new();
    for command in [
        "",
        "params show",
        "params import",
        "params dev",
        "operator new",
        "operator id",
        "registry draft",
        "registry show",
        "ledger root",
        "ledger show",
        "ledger export",
        "prove",
        "verify",
        "selftest",
        "bench prove",
        "completions",
        "man",
    ] {
        let args: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let help = stdout(&home.vigil(&args).code(0));
        let example = format!("  vigil {command}");
        assert!(help.contains("Example"), "{command}: {help}");
        assert!(help.contains(&example), "{command}: {help}");
        assert!(help.contains("--json"), "{command}: {help}");
    }
}

#[test]
fn completions_know_the_commands() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = stdout(&home.vigil(&["completions", shell]).code(0));
        for word in ["selftest", "passphrase-file", "validators"] {
            assert!(script.contains(word), "{shell} lacks {word}");
        }
    }
    home.vigil(&["completions", "csh"]).code(2);
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let home = Home::new();
    assert!(stdout(&home.vigil(&["man"]).code(0)).contains(".TH vigil 1"));
    let page = stdout(&home.vigil(&["man", "params", "import"]).code(0));
    assert!(page.contains("allow\\-other\\-ceremony"), "{page}");
    let json = home.json(&["man"], 0);
    assert!(json["text"].as_str().unwrap().contains(".TH vigil 1"));
    let error = stderr(&home.vigil(&["man", "params", "nothing"]).code(2));
    assert!(error.contains("no command \"params nothing\""), "{error}");
}

#[test]
fn errors_go_to_standard_error_with_code_2_and_as_json_on_request() {
    let home = Home::new();
    let error = stderr(
        &home
            .vigil(&["selftest", "--vectors", "missing.json"])
            .code(2),
    );
    assert!(
        error.starts_with("error: cannot use the vectors missing.json: "),
        "{error}"
    );
    let assert = home.vigil(&["selftest", "--vectors", "missing.json", "--json"]);
    let assert = assert.code(2).stdout("");
    let error: serde_json::Value = serde_json::from_str(&stderr(&assert)).unwrap();
    assert_eq!(error["causes"][0], "cannot use the vectors missing.json");
    home.vigil(&["nothing"]).code(2);
}
