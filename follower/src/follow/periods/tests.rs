//! Many periods, of facts that no chain is needed for.

use super::*;
use crate::store::Identity;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use vigil_ledger::beacon::ValidatorFacts;
use vigil_ledger::epoch::{EpochFacts, ValidatorEpoch};

const CHAIN: Root = [3; 32];
const START: u64 = 100;

fn registry(validators: u64) -> Registry {
    let validators: Vec<_> = (0..validators).map(|index| (index, [0; 48])).collect();
    let rng = &mut ChaCha20Rng::seed_from_u64(1);
    Registry::draft(1, [7; 20], &validators, 4, rng).unwrap().0
}

/// Validator 0 is always up, 1 never, 2 down around each border of periods, the others now and then.
fn facts(epoch: u64, period: u64, validators: u64) -> EpochFacts {
    let record = ValidatorFacts {
        effective_balance: 32_000_000_000,
        slashed: false,
        activation_epoch: 0,
        exit_epoch: u64::MAX,
    };
    let is_up = |index: u64| match index {
        0 => true,
        1 => false,
        2 => (20..period - 30).contains(&((epoch - START) % period)),
        index => (epoch * 7 + index * 13) % 11 > 3,
    };
    let validator = |index| ValidatorEpoch {
        record: Some(record),
        flags: Some(if is_up(index) { 0b111 } else { 0 }),
        ..ValidatorEpoch::default()
    };
    EpochFacts {
        epoch,
        validators: (0..validators).map(validator).collect(),
    }
}

fn options(folder: &Path, epochs: u32) -> Options {
    Options {
        start_epoch: START,
        epochs,
        periods: None,
        source: crate::Source::States,
        cross_check: Vec::new(),
        folder: folder.to_owned(),
        preceding: None,
        retry_lacking: std::time::Duration::ZERO,
    }
}

fn open(folder: &Path, epochs: u32) -> (Store, Result<Periods, FollowError>) {
    let identity = Identity::new(CHAIN, [1; 32], (START, epochs), true);
    let store = Store::open(folder, &identity).unwrap();
    let periods = Periods::open(&mut options(folder, epochs), &store);
    (store, periods)
}

/// Periods of so many epochs, with a restart in each, against ledgers from the facts alone.
fn continues(epochs: u32, periods: u64) {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(6);
    let mut previous: Option<Ledger> = None;
    let mut down = [0u64; 6];
    for period in 0..periods {
        let start = START + period * u64::from(epochs);
        let (mut store, opened) = open(folder.path(), epochs);
        let mut written = opened.unwrap();
        assert_eq!(written.start(), start);
        let mut assembly =
            Assembly::new(CHAIN, &registry, (start, epochs), previous.as_ref()).unwrap();
        let before = down;
        for epoch in start..start + u64::from(epochs) {
            let facts = facts(epoch, epochs.into(), 6);
            for (down, validator) in down.iter_mut().zip(&facts.validators) {
                *down = if validator.flags == Some(0) {
                    *down + 1
                } else {
                    0
                };
            }
            assembly.push(&facts).unwrap();
            store.record(&facts, None, &[]).unwrap();
        }
        let expected = assembly.finish().unwrap();
        let ledger = written
            .write(&mut store, &registry, CHAIN, Vec::new())
            .unwrap();
        let ledger = Ledger::read(&ledger.path).unwrap();
        assert_eq!(ledger.to_bytes(), expected.to_bytes());
        for (entry, down) in ledger.entries().iter().zip(before) {
            assert_eq!(u64::from(entry.row.run_in), down.min(8191));
        }
        assert_eq!(store.recorded().unwrap().len(), 0);
        previous = Some(expected);
    }
    assert!(down[1] == periods * u64::from(epochs) && down[2] == 30);
}

#[test]
fn weeks_continue_one_another() {
    continues(226, 3);
}

#[test]
fn frames_continue_one_another() {
    continues(1576, 2);
}

/// Were nothing forgotten, it would be larger in the end than it ever gets.
#[test]
fn the_store_does_not_grow_with_the_number_of_periods() {
    const VALIDATORS: u64 = 2000;
    const EPOCHS: u32 = 40;
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(VALIDATORS);
    let (mut store, periods) = open(folder.path(), EPOCHS);
    let mut periods = periods.unwrap();
    let size = || {
        let file = std::fs::metadata(folder.path().join("follow.redb"));
        file.unwrap().len()
    };
    let one_epoch = postcard::to_stdvec(&facts(START, 40, VALIDATORS))
        .unwrap()
        .len();
    let (mut largest, mut total) = (0, 0);
    let mut after_a_period = Vec::new();
    for period in 0..6 {
        let start = START + period * u64::from(EPOCHS);
        for epoch in start..start + u64::from(EPOCHS) {
            let facts = facts(epoch, EPOCHS.into(), VALIDATORS);
            store.record(&facts, None, &[]).unwrap();
            total += one_epoch as u64;
            largest = largest.max(size());
        }
        periods
            .write(&mut store, &registry, CHAIN, Vec::new())
            .unwrap();
        after_a_period.push(size());
    }
    assert!(largest < total / 2, "{largest} of {total}");
    // The room of a period's epochs is given back.
    let period = one_epoch as u64 * u64::from(EPOCHS);
    assert!(
        after_a_period.iter().all(|&size| size < period / 2),
        "{after_a_period:?}, a period has {period}"
    );
}

const KILLED: (&str, u32, u64, u64) = ("VIGIL_TEST_KILLED_STORE", 40, 1000, 12);

/// Records epochs and writes ledgers until there are enough.
fn go_on(folder: &Path) {
    let (_, epochs, validators, enough) = KILLED;
    let registry = registry(validators);
    let (mut store, periods) = open(folder, epochs);
    let mut periods = periods.unwrap();
    while periods.written().len() < enough as usize {
        let start = periods.start();
        let recorded = store.recorded().unwrap();
        for epoch in start..start + u64::from(epochs) {
            if !recorded.contains(&epoch) {
                store
                    .record(&facts(epoch, epochs.into(), validators), None, &[])
                    .unwrap();
            }
        }
        periods
            .write(&mut store, &registry, CHAIN, Vec::new())
            .unwrap();
    }
}

/// The process that is killed: a run of this test alone, with the folder named.
#[test]
fn a_process_that_is_killed() {
    if let Ok(folder) = std::env::var(KILLED.0) {
        go_on(Path::new(&folder));
    }
}

/// Whoever comes after finds a whole store, and ends with the same ledgers.
#[test]
fn killed_at_any_moment_the_store_goes_on() {
    let (name, epochs, _, enough) = KILLED;
    let folder = tempfile::tempdir().unwrap();
    let mut kills = 0;
    loop {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "follow::periods::tests::a_process_that_is_killed",
            ])
            .env(name, folder.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(30 + kills * 61 % 200));
        let is_over = child.try_wait().unwrap();
        if is_over.is_none() && kills < 25 {
            child.kill().unwrap();
            kills += 1;
        }
        let status = child.wait().unwrap();
        let (store, periods) = open(folder.path(), epochs);
        let periods = periods.unwrap();
        // Nothing is left of what has its ledger, and nothing is lacking below what is there.
        let recorded = store.recorded().unwrap();
        let next = periods.start();
        assert!(recorded.iter().copied().eq((next..).take(recorded.len())));
        if status.success() {
            break;
        }
    }
    assert!(kills >= 5, "killed {kills} times only");
    let other = tempfile::tempdir().unwrap();
    go_on(other.path());
    let length = u64::from(epochs);
    for start in (START..START + enough * length).step_by(epochs as usize) {
        let read = |folder: &Path| std::fs::read(folder.join(format!("{start}.ledger"))).unwrap();
        assert!(
            read(folder.path()) == read(other.path()),
            "period from {start} on"
        );
    }
}

#[test]
fn a_ledger_that_the_next_one_continues_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, periods) = open(folder.path(), 40);
    let mut periods = periods.unwrap();
    for epoch in START..START + 40 {
        store.record(&facts(epoch, 80, 6), None, &[]).unwrap();
    }
    let registry = registry(6);
    let written = periods
        .write(&mut store, &registry, CHAIN, Vec::new())
        .unwrap();
    drop((store, periods));
    let bytes = std::fs::read(&written.path).unwrap();
    let reopened = || open(folder.path(), 40).1;
    assert_eq!(
        reopened().unwrap().written(),
        std::slice::from_ref(&written)
    );
    for damage in [&bytes[1..], &[]] {
        std::fs::write(&written.path, damage).unwrap();
        assert!(matches!(reopened(), Err(FollowError::LostLedger { .. })));
    }
    std::fs::remove_file(&written.path).unwrap();
    let error = reopened().unwrap_err();
    assert!(error.to_string().contains("100.ledger"), "{error}");
    std::fs::write(&written.path, bytes).unwrap();
    reopened().unwrap();
}
