use super::*;
use serde_json::Value;
use std::collections::BTreeSet;

fn genuine() -> Value {
    serde_json::from_str(include_str!("../../../../data/protocol-vectors.json")).unwrap()
}

fn differing(file: &Value) -> Vec<String> {
    let vectors = serde_json::from_value(file.clone()).unwrap();
    let differences = check(&vectors).unwrap().differences;
    differences.into_iter().map(|d| d.path).collect()
}

/// Another value of the same type.
fn change(value: &mut Value) {
    *value = match value {
        Value::Bool(value) => Value::from(!*value),
        Value::Number(number) => Value::from(number.as_u64().unwrap() + 1),
        Value::String(hex) if hex.ends_with('0') => format!("{}1", &hex[..65]).into(),
        Value::String(hex) => format!("{}0", &hex[..65]).into(),
        other => panic!("not a value: {other}"),
    };
}

/// Every name that holds a computed value, each at its first place in the file.
fn computed_places(file: &Value) -> Vec<String> {
    const INPUTS: [&str; 22] = [
        "description",
        "pool",
        "secret",
        "input",
        "inputs",
        "domain",
        "policy",
        "operator",
        "genesis_validators_root",
        "start_epoch",
        "epochs",
        "index",
        "active_epochs",
        "effective_balance",
        "run_in",
        "proposals_due",
        "proposals_missed",
        "sync_due",
        "sync_missed",
        "missed_source",
        "missed_target",
        "missed_head",
    ];
    fn walk(value: &Value, pointer: &str, names: &mut BTreeSet<String>, out: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    let is_slashed_flag = name == "slashed" && fields.contains_key("tag");
                    if !INPUTS.contains(&name.as_str()) && !is_slashed_flag {
                        walk(value, &format!("{pointer}/{name}"), names, out);
                    }
                }
            }
            Value::Array(values) => {
                for (i, value) in values.iter().enumerate() {
                    walk(value, &format!("{pointer}/{i}"), names, out);
                }
            }
            _ => {
                let name: String = pointer.chars().filter(|c| !c.is_ascii_digit()).collect();
                if names.insert(name) {
                    out.push(pointer.to_owned());
                }
            }
        }
    }
    let mut out = Vec::new();
    walk(file, "", &mut BTreeSet::new(), &mut out);
    out
}

#[test]
fn the_genuine_file_has_no_difference() {
    let vectors = serde_json::from_value(genuine()).unwrap();
    let comparison = check(&vectors).unwrap();
    assert_eq!(comparison.differences, []);
    assert!(comparison.compared > 400, "{}", comparison.compared);
}

#[test]
fn one_changed_value_of_each_kind_is_named_and_nothing_else() {
    let genuine = genuine();
    let places = computed_places(&genuine);
    assert!(places.len() > 20, "{places:?}");
    for place in places {
        if place.ends_with("/words") {
            continue; // Changes the length of every bitmap: another file, not another answer.
        }
        let mut file = genuine.clone();
        change(file.pointer_mut(&place).unwrap());
        let named = differing(&file);
        let expected: String = place[1..]
            .split('/')
            .map(|part| match part.parse::<usize>() {
                Ok(i) => format!("[{i}]"),
                Err(_) => format!(".{part}"),
            })
            .collect();
        assert_eq!(named, [&expected[1..]], "{place}");
    }
}

#[test]
fn a_value_that_nobody_compares_is_an_error() {
    let mut file = genuine();
    file["extra"] = 1.into();
    assert!(serde_json::from_value::<Vectors>(file).is_err());
}
