//! docs/settlement.md and the tests name each other.

/// The tests of a file.
fn tests(source: &'static str) -> impl Iterator<Item = &'static str> {
    let heads = source.lines().zip(source.lines().skip(1));
    heads
        .filter(|(line, _)| line.trim() == "#[test]")
        .filter_map(|(_, head)| head.trim().strip_prefix("fn ")?.split('(').next())
}

#[test]
fn the_documented_rules_are_the_tested_ones() {
    let sources = [
        include_str!("policy.rs"),
        include_str!("claims.rs"),
        include_str!("money.rs"),
        include_str!("strikes.rs"),
        include_str!("silence.rs"),
        include_str!("random.rs"),
    ];
    let tested: Vec<&str> = sources.into_iter().flat_map(tests).collect();
    let document = include_str!("../../../../docs/settlement.md");
    let rows = document.lines().filter(|line| line.starts_with("| "));
    let mut documented = Vec::new();
    for row in rows.filter(|row| !row.starts_with("| rule ")) {
        let names = row.rsplit('|').nth(1).unwrap().split(", ");
        let names: Vec<&str> = names.map(|name| name.trim().trim_matches('`')).collect();
        assert!(names.iter().all(|name| !name.is_empty()), "no test: {row}");
        documented.extend(names);
    }
    for name in &tested {
        assert!(
            documented.contains(name),
            "{name} is not in docs/settlement.md"
        );
    }
    for name in &documented {
        assert!(
            tested.contains(name),
            "docs/settlement.md names {name}, which is no test"
        );
    }
}
