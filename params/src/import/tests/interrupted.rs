//! Imports that are stopped, killed or find their state damaged.

use super::*;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Asks the test below to be the process that is killed.
const VICTIM: &str = "VIGIL_TEST_IMPORT_VICTIM";

/// Power 9: the sections take four and eight chunks.
fn source() -> Vec<u8> {
    forged(9).to_bytes()
}

fn uninterrupted() -> Vec<(String, Vec<u8>)> {
    let bench = Bench::new();
    let source = bench.source(&source());
    import(&bench.store(), &source, OTHER, &mut quietly).unwrap();
    bench.contents()
}

/// Imports and breaks off at the progress report number `steps`.
fn stop_after(bench: &Bench, source: &Path, steps: usize) {
    let mut left = steps;
    let mut on_progress = |_| {
        left -= 1;
        if left == 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let stopped = import(&bench.store(), source, OTHER, &mut on_progress);
    assert!(matches!(stopped, Err(ImportError::Stopped)), "{stopped:?}");
}

#[test]
fn stopped_anywhere_it_goes_on_and_ends_the_same() {
    let expected = uninterrupted();
    // One report of the digest, four in G1, eight in G2, one of the basis.
    for steps in 2..=14 {
        let bench = Bench::new();
        let source = bench.source(&source());
        stop_after(&bench, &source, steps);
        let imported = import(&bench.store(), &source, OTHER, &mut quietly).unwrap();
        assert_eq!(imported.start, Start::Resumed, "{steps}");
        assert_eq!(bench.contents(), expected, "{steps}");
    }
}

#[test]
fn stopped_between_two_sizes_it_makes_only_the_second() {
    let bench = Bench::new();
    let source = bench.source(&forged(13).to_bytes());
    let mut at_first_size = |progress: Progress| match progress.stage {
        Stage::Lagrange => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    let stopped = import(&bench.store(), &source, OTHER, &mut at_first_size);
    assert!(matches!(stopped, Err(ImportError::Stopped)));
    let stored = bench.store().list().unwrap();
    assert_eq!(
        stored.iter().map(|stored| stored.k).collect::<Vec<_>>(),
        [12]
    );
    let modified = || fs::metadata(&stored[0].path).unwrap().modified().unwrap();
    let before = modified();
    let imported = import(&bench.store(), &source, OTHER, &mut quietly).unwrap();
    assert_eq!(
        (imported.start, imported.sizes),
        (Start::Resumed, vec![12, 13])
    );
    assert_eq!(modified(), before);
    assert_eq!(bench.names().len(), 2);
}

#[test]
fn resuming_does_not_check_again_what_was_checked() {
    let bench = Bench::new();
    let source = bench.source(&source());
    stop_after(&bench, &source, 4);
    let mut first = None;
    let mut on_progress = |progress: Progress| {
        if progress.stage == Stage::PowersG1 {
            first.get_or_insert(progress.done);
        }
        ControlFlow::Continue(())
    };
    import(&bench.store(), &source, OTHER, &mut on_progress).unwrap();
    assert_eq!(first, Some(4 * 256 - 2), "three chunks were done");
}

#[test]
fn a_changed_source_is_noticed() {
    let bench = Bench::new();
    let path = bench.source(&source());
    stop_after(&bench, &path, 4);
    let old = FileDigest::of(&source());
    let changed = ForgedPtau::new(9, 2, true).unwrap().to_bytes();
    let path = bench.source(&changed);
    let imported = import(&bench.store(), &path, OTHER, &mut quietly).unwrap();
    assert_eq!(imported.start, Start::SourceChanged(old));
    assert_eq!(
        imported.provenance.source_digest(),
        Some(&FileDigest::of(&changed))
    );
}

#[test]
fn a_damaged_checkpoint_is_noticed() {
    let expected = uninterrupted();
    let damages: [fn(&mut Vec<u8>); 5] = [
        |bytes| bytes[20] ^= 1,
        |bytes| *bytes.last_mut().unwrap() ^= 1,
        |bytes| bytes.truncate(100),
        |bytes| bytes.push(0),
        Vec::clear,
    ];
    for damage in damages {
        let bench = Bench::new();
        let source = bench.source(&source());
        stop_after(&bench, &source, 4);
        let path = bench.store().folder().join("import.checkpoint");
        let mut bytes = fs::read(&path).unwrap();
        damage(&mut bytes);
        fs::write(&path, bytes).unwrap();
        let imported = import(&bench.store(), &source, OTHER, &mut quietly).unwrap();
        assert_eq!(imported.start, Start::CheckpointDamaged);
        assert_eq!(bench.contents(), expected);
    }
}

#[test]
fn damaged_powers_are_noticed_and_removed() {
    let damages: [fn(&mut Vec<u8>); 3] = [
        // Another point of the curve, and right where no single-point check sees it.
        |bytes| bytes.copy_within(64..128, 128),
        |bytes| bytes[70] ^= 1,
        |bytes| bytes.truncate(100),
    ];
    for damage in damages {
        let bench = Bench::new();
        let source = bench.source(&source());
        stop_after(&bench, &source, 12);
        let path = bench.store().folder().join("import.partial");
        let mut bytes = fs::read(&path).unwrap();
        damage(&mut bytes);
        fs::write(&path, bytes).unwrap();
        let result = import(&bench.store(), &source, OTHER, &mut quietly);
        assert!(
            matches!(result, Err(ImportError::PartialDamaged)),
            "{result:?}"
        );
        assert!(bench.names().is_empty());
        let again = import(&bench.store(), &source, OTHER, &mut quietly).unwrap();
        assert_eq!(again.start, Start::Fresh);
    }
}

#[test]
fn two_imports_do_not_mix() {
    let bench = Bench::new();
    let source = bench.source(&source());
    let store = bench.store();
    let mut inner = None;
    let mut on_progress = |_| {
        if inner.is_none() {
            inner = Some(import(&store, &source, OTHER, &mut quietly));
        }
        ControlFlow::Continue(())
    };
    import(&bench.store(), &source, OTHER, &mut on_progress).unwrap();
    assert!(matches!(inner, Some(Err(ImportError::Busy))));
}

/// Runs itself as the process to be killed.
#[test]
fn killed_it_goes_on_and_ends_the_same() {
    if let Some(folder) = std::env::var_os(VICTIM) {
        let folder = PathBuf::from(folder);
        let store = ParamsStore::new(folder.join("store"));
        let mut slowly = |_| {
            std::thread::sleep(Duration::from_millis(20));
            ControlFlow::Continue(())
        };
        import(&store, &folder.join("source.ptau"), OTHER, &mut slowly).unwrap();
        return;
    }
    let expected = uninterrupted();
    for checkpoints in [1, 6] {
        let bench = Bench::new();
        let source = bench.source(&source());
        kill_after(&bench, checkpoints);
        let temporary = |name: &String| name.starts_with(crate::atomic::TEMPORARY_PREFIX);
        let finished = |name: &String| name.ends_with(crate::store::EXTENSION);
        assert!(!bench.names().iter().any(finished), "killed before the end");
        let imported = import(&bench.store(), &source, OTHER, &mut quietly).unwrap();
        assert_eq!(imported.start, Start::Resumed);
        let mut contents = bench.contents();
        contents.retain(|(name, _)| !temporary(name));
        assert_eq!(contents, expected);
    }
}

/// Starts the victim and kills it once its checkpoint has changed so many times.
fn kill_after(bench: &Bench, checkpoints: usize) {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "import::tests::interrupted::killed_it_goes_on_and_ends_the_same",
        ])
        .env(VICTIM, bench.folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let path = bench.store().folder().join("import.checkpoint");
    let (mut last, mut changes) = (None, 0);
    let began = Instant::now();
    while changes < checkpoints {
        assert!(
            victim.try_wait().unwrap().is_none(),
            "it ended before it was killed"
        );
        assert!(
            began.elapsed() < Duration::from_secs(120),
            "no checkpoint in time"
        );
        let now = fs::read(&path).ok();
        if now != last {
            (last, changes) = (now, changes + 1);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    victim.kill().unwrap();
    victim.wait().unwrap();
}
