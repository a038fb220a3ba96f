//! Committees, proposers and sync committees as states give them, against what the node of the captured chain
//! answered about each epoch.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "common/capture.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod capture;

use capture::{Capture, DEVNET};
use serde_json::Value;
use vigil_ledger::beacon::{Spec, decode_state};
use vigil_ledger::epoch::{EpochDuties, Seats, places};

fn answer(capture: &Capture, kind: &str, epoch: u64) -> Option<Value> {
    let file = capture
        .files
        .get(&format!("duties/{kind}_{epoch:04}.json"))?;
    Some(serde_json::from_slice::<Value>(file).unwrap()["data"].take())
}

fn number(value: &Value) -> u64 {
    value.as_str().unwrap().parse().unwrap()
}

fn numbers(values: &Value) -> Vec<u64> {
    values.as_array().unwrap().iter().map(number).collect()
}

#[test]
fn duties_are_those_that_a_real_node_told() {
    let capture = Capture::open(DEVNET);
    let spec = Spec::from_json(&capture.files["spec.json"]).unwrap();
    let everybody: Vec<u64> = (0..64).collect();
    let whos = places(&everybody);
    let mut compared = 0;
    for (path, ssz) in &capture.files {
        if !path.starts_with("states/e") {
            continue;
        }
        let state = decode_state(&spec, path, ssz).unwrap();
        let epoch = spec.epoch_of(state.slot);
        let Some(committees) = answer(&capture, "committees", epoch) else {
            continue;
        };
        let mut seats = Seats::new(&spec, everybody.len());
        for committee in committees.as_array().unwrap() {
            let members = numbers(&committee["validators"]);
            seats.insert(number(&committee["slot"]), members.into_iter(), &whos);
        }
        assert_eq!(
            Seats::of_state(&spec, &state, &everybody),
            seats,
            "committees of epoch {epoch}"
        );
        let told = answer(&capture, "proposer", epoch).unwrap();
        let proposers: Vec<u64> = told
            .as_array()
            .unwrap()
            .iter()
            .map(|duty| number(&duty["validator_index"]))
            .collect();
        let sync_committee = numbers(&answer(&capture, "sync", epoch).unwrap()["validators"]);
        let expected = EpochDuties {
            proposers,
            sync_committee,
        };
        let duties = EpochDuties::of_state(&spec, &state).unwrap();
        assert_eq!(duties, expected, "epoch {epoch}");
        compared += 1;
    }
    // Electra up to epoch 39, Fulu from there on.
    assert!(compared > 90, "{compared} epochs");
}
