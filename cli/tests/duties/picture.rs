//! The picture and the lines on a terminal.

use super::{EPOCHS, START, devnet, flags, run, words};
use crate::run::{Home, stderr, stdout};
use nix::pty::openpty;
use roxmltree::{Document, Node};
use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

const PICTURE: &str = "duties --ledger period.ledger --registry trial/registry.json \
    --key trial/operator-1.key --svg duties.svg";

fn picture(home: &Home) -> String {
    fs::read_to_string(home.path("duties.svg")).unwrap()
}

fn classes<'a>(node: Node<'a, '_>) -> Vec<&'a str> {
    node.attribute("class").unwrap_or("").split(' ').collect()
}

/// Each validator's index and the classes of its cells.
fn rows(svg: &Document<'_>) -> Vec<(u64, Vec<String>)> {
    let groups = svg
        .descendants()
        .filter(|node| classes(*node).contains(&"validator"));
    groups
        .map(|group| {
            let label = group.children().find(|node| node.has_tag_name("text"));
            let cells = group
                .children()
                .filter(|node| node.has_tag_name("rect"))
                .map(|node| classes(node)[1].to_owned());
            let index = label.unwrap().text().unwrap().parse().unwrap();
            (index, cells.collect())
        })
        .collect()
}

#[test]
fn every_cell_is_what_the_chains_own_records_say() {
    let home = devnet();
    let said = stderr(&run(&home, PICTURE, 0));
    assert!(said.contains("PRIVATE"), "{said}");
    let text = picture(&home);
    let svg = Document::parse(&text).unwrap();
    let rows = rows(&svg);
    assert_eq!(rows.len(), 16);
    let flags = flags(&home);
    let mut seen = std::collections::BTreeMap::<&str, usize>::new();
    for (index, cells) in &rows {
        assert_eq!(cells.len() as u64, EPOCHS, "validator {index}");
        for (epoch, cell) in (START..).zip(cells) {
            let expected = match flags[&(*index, epoch)] {
                [0, ..] => "i",
                [1, 1, 1, 1] => "f",
                [1, _, 1, _] => "p",
                _ => "m",
            };
            assert_eq!(cell, expected, "validator {index}, epoch {epoch}");
            *seen.entry(expected).or_default() += 1;
        }
    }
    // The chain has something of each.
    assert!(["i", "f", "p", "m"].iter().all(|class| seen[class] > 10));
    let all = svg.descendants().filter(|node| classes(*node)[0] == "c");
    assert_eq!(all.count() as u64, 16 * EPOCHS);
    let forbidden = ["script", "image", "foreignObject", "use", "a"];
    assert!(
        !svg.descendants()
            .any(|node| forbidden.contains(&node.tag_name().name()))
    );
    assert!(!text.contains("href") && !text.contains("url(") && !text.contains("onload"));
}

#[test]
fn hours_show_the_worst_of_their_epochs() {
    let home = devnet();
    run(&home, &format!("{PICTURE} --per hour"), 0);
    let text = picture(&home);
    let flags = flags(&home);
    for (index, cells) in rows(&Document::parse(&text).unwrap()) {
        assert_eq!(cells.len(), 10);
        for (hour, cell) in (0u64..).zip(&cells) {
            let epochs = (hour * 225).div_ceil(24)..((hour + 1) * 225).div_ceil(24).min(EPOCHS);
            let known = epochs.map(|k| flags[&(index, START + k)]);
            let active: Vec<_> = known.filter(|flags| flags[0] == 1).collect();
            let missed = active.iter().filter(|flags| flags[2] == 0).count();
            let expected = match active.len() {
                0 => "i",
                all if all == missed => "m",
                _ if missed > 0 => "g",
                _ if active.iter().any(|flags| flags[1] & flags[3] == 0) => "p",
                _ => "f",
            };
            assert_eq!(cell, expected, "validator {index}, hour {hour}");
        }
    }
}

#[test]
fn the_picture_is_its_owners_alone_and_always_the_same() {
    let home = devnet();
    // Somebody's readable file from before is replaced, mode and all.
    fs::write(home.path("duties.svg"), "old").unwrap();
    run(&home, PICTURE, 0);
    let first = picture(&home);
    let mode = fs::metadata(home.path("duties.svg"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    run(&home, PICTURE, 0);
    assert_eq!(picture(&home), first);
    let key = fs::read_to_string(home.path("trial/operator-1.key")).unwrap();
    let secret = key.lines().nth(1).unwrap();
    let assert = run(&home, PICTURE, 0);
    for text in [first, stdout(&assert), stderr(&assert)] {
        assert!(!text.contains(&secret[..16]));
    }
    let files = fs::read_dir(home.path("")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    assert!(
        !names
            .into_iter()
            .any(|name| name.starts_with(".vigil-tmp-"))
    );
}

#[test]
fn a_terminal_gets_colours_and_everything_else_plain_lines() {
    let home = devnet();
    let args = "duties --ledger period.ledger --indices 1,5,20..22";
    let plain = stdout(&run(&home, args, 0));
    assert!(!plain.contains('\x1b'), "{plain}");
    let flags = flags(&home);
    for index in [1, 5, 20, 21, 22] {
        let mut below = plain.lines().skip_while(|line| !line.contains("uptime"));
        let line = below.find(|line| line.trim_start().starts_with(&format!("{index} ")));
        let blocks = line.unwrap().split_ascii_whitespace().nth(1).unwrap();
        let expected: String = (START..START + EPOCHS)
            .map(|epoch| match flags[&(index, epoch)] {
                [0, ..] => '=',
                [1, 1, 1, 1] => '.',
                [1, _, 1, _] => '-',
                _ => 'X',
            })
            .collect();
        assert_eq!(blocks, expected, "validator {index}");
    }
    assert!(on_a_terminal(&home, args, None).contains("\x1b[31m█"));
    assert!(!on_a_terminal(&home, args, Some("1")).contains("\x1b["));

    let few = stdout(&run(&home, &format!("{args} --lines 2"), 0));
    assert!(few.contains("and 3 more: --all shows them"), "{few}");
    let all = stdout(&run(&home, &format!("{args} --all"), 0));
    assert_eq!(all, plain);
}

fn on_a_terminal(home: &Home, line: &str, no_color: Option<&str>) -> String {
    let terminal = openpty(None, None).unwrap();
    let mut command = home.command(&words(line));
    command
        .env("TERM", "xterm")
        .env_remove("NO_COLOR")
        .envs(no_color.map(|value| ("NO_COLOR", value)))
        .stdin(Stdio::null())
        .stdout(terminal.slave)
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    drop(command);
    let mut seen = Vec::new();
    // Linux answers the end of a terminal with an error.
    let _ = File::from(terminal.master).read_to_end(&mut seen);
    assert!(child.wait().unwrap().success());
    String::from_utf8(seen).unwrap()
}
