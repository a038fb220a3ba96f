//! The cache: never a stale or damaged key, and one key for many processes.

use super::*;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

fn cache() -> (tempfile::TempDir, KeyCache) {
    let folder = tempfile::tempdir().unwrap();
    let cache = KeyCache::new(folder.path().join("keys"));
    (folder, cache)
}

fn ceremony_id() -> ParamsId {
    ParamsChoice::Ceremony.id()
}

fn proving(cache: &KeyCache) -> Cached<ProvingKey> {
    cache
        .proving_key::<Triple>(SHAPE, ceremony_id(), || Ok(ceremony()))
        .unwrap()
}

fn verifying(cache: &KeyCache) -> Cached<VerifyingKey> {
    cache
        .verifying_key::<Triple>(SHAPE, ceremony_id(), || Ok(ceremony()))
        .unwrap()
}

/// The cause that the cache gives for making a key anew.
fn cause<K: std::fmt::Debug>(cached: Cached<K>) -> KeyFileError {
    match cached.outcome {
        CacheOutcome::Rebuilt(cause) => cause,
        other => panic!("{other:?}"),
    }
}

fn edit(path: &Path, edit: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    edit(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_key_is_made_once_and_works_when_it_comes_back() {
    let (_folder, cache) = cache();
    let made = proving(&cache);
    assert!(matches!(made.outcome, CacheOutcome::Generated));
    assert!(made.not_kept.is_none());
    let again = cache
        .proving_key::<Triple>(SHAPE, ceremony_id(), || panic!("no parameters are needed"))
        .unwrap();
    assert!(matches!(again.outcome, CacheOutcome::Loaded));
    assert_eq!(again.key.id(), made.key.id());
    assert_eq!(again.key.provenance(), made.key.provenance());

    let verifying_key = verifying(&cache);
    assert!(matches!(verifying_key.outcome, CacheOutcome::Generated));
    let verifying_key = verifying(&cache);
    assert!(matches!(verifying_key.outcome, CacheOutcome::Loaded));
    let proof = prove(&ceremony(), &again.key, 2, 6);
    assert!(verify(&verifying_key.key, &proof, 6));
}

#[test]
fn a_damaged_key_is_reported_and_replaced() {
    let (_folder, cache) = cache();
    let path = proving(&cache).path;
    let len = fs::metadata(&path).unwrap().len() as usize;
    for place in (0..len).step_by(len / 40).chain([len - 1]) {
        edit(&path, |bytes| bytes[place] ^= 1);
        assert!(
            matches!(cause(proving(&cache)), KeyFileError::Digest),
            "byte {place}"
        );
        assert!(matches!(proving(&cache).outcome, CacheOutcome::Loaded));
    }
    edit(&path, |bytes| bytes.truncate(len - 1));
    assert!(matches!(cause(proving(&cache)), KeyFileError::Digest));
    edit(&path, |bytes| bytes.push(0));
    assert!(matches!(cause(proving(&cache)), KeyFileError::Digest));
    edit(&path, |bytes| bytes.truncate(10));
    assert!(matches!(
        cause(proving(&cache)),
        KeyFileError::Length { got: 10, .. }
    ));
    edit(&path, Vec::clear);
    assert!(matches!(
        cause(proving(&cache)),
        KeyFileError::Length { got: 0, .. }
    ));
    assert!(matches!(proving(&cache).outcome, CacheOutcome::Loaded));
}

/// Damage that somebody covered by a new digest must still not reach halo2's reader, or not be used.
#[test]
fn a_header_of_another_key_is_refused() {
    type IsExpected = fn(&KeyFileError) -> bool;
    let cases: [(usize, IsExpected); 6] = [
        (0, |cause| matches!(cause, KeyFileError::Magic)),
        (8, |cause| matches!(cause, KeyFileError::Version { .. })),
        (10, |cause| matches!(cause, KeyFileError::Header("class"))),
        (11, |cause| matches!(cause, KeyFileError::Header("kind"))),
        (20, |cause| matches!(cause, KeyFileError::Header("[tau]_2"))),
        (208 + 8, |cause| {
            matches!(cause, KeyFileError::Circuit { .. })
        }),
    ];
    let (_folder, cache) = cache();
    let path = verifying(&cache).path;
    for (place, expected) in cases {
        edit(&path, |bytes| {
            bytes[place] ^= 4;
            let body = bytes.len() - 64;
            let digest = crate::digest::FileDigest::of(&bytes[..body]);
            bytes[body..].copy_from_slice(&digest.0);
        });
        let cause = cause(verifying(&cache));
        assert!(expected(&cause), "byte {place}: {cause:?}");
    }
}

#[test]
fn a_changed_circuit_is_a_miss_and_its_old_key_no_use() {
    let (_folder, cache) = cache();
    let old = proving(&cache);
    let quintuple = || {
        cache
            .proving_key::<Quintuple>(SHAPE, ceremony_id(), || Ok(ceremony()))
            .unwrap()
    };
    let new = quintuple();
    assert!(matches!(new.outcome, CacheOutcome::Generated));
    assert_ne!(new.path, old.path);
    fs::copy(&old.path, &new.path).unwrap();
    assert!(matches!(cause(quintuple()), KeyFileError::Circuit { .. }));
}

#[test]
fn swapped_files_are_noticed() {
    let (_folder, cache) = cache();
    let unsafe_id = dev::unsafe_id(1);
    let of_dev =
        || {
            cache
                .verifying_key::<Triple>(SHAPE, unsafe_id, || {
                    Ok(dev::unsafe_srs(SHAPE.k, 1).unwrap())
                })
                .unwrap()
        };
    let of_ceremony = verifying(&cache);
    fs::copy(of_dev().path, &of_ceremony.path).unwrap();
    let swapped = cause(verifying(&cache));
    assert!(
        matches!(swapped, KeyFileError::Params { expected, got }
            if expected == ceremony_id() && got == unsafe_id),
        "{swapped:?}"
    );
    fs::copy(proving(&cache).path, &of_ceremony.path).unwrap();
    assert!(matches!(
        cause(verifying(&cache)),
        KeyFileError::Header("class")
    ));
    let wide = Shape { lanes: 2, ..SHAPE };
    let wide = cache
        .verifying_key::<Triple>(wide, ceremony_id(), || Ok(ceremony()))
        .unwrap();
    fs::copy(wide.path, &of_ceremony.path).unwrap();
    assert!(matches!(
        cause(verifying(&cache)),
        KeyFileError::Shape { .. }
    ));
}

#[test]
fn without_parameters_there_is_no_key() {
    let (_folder, cache) = cache();
    let store = ParamsStore::new(cache.folder().join("nothing"));
    let large = Shape { k: 12, ..SHAPE };
    let error = cache
        .verifying_key::<Triple>(large, ceremony_id(), || {
            store.srs(12, ParamsChoice::Ceremony)
        })
        .unwrap_err();
    assert!(matches!(error, KeyError::Params { .. }));
    let error = cache
        .verifying_key::<Triple>(SHAPE, ceremony_id(), || {
            Ok(dev::unsafe_srs(SHAPE.k, 1).unwrap())
        })
        .unwrap_err();
    assert!(
        matches!(error, KeyError::ParamsId { .. }),
        "no other parameters stand in"
    );
}

#[test]
fn a_key_that_cannot_be_kept_is_still_a_key() {
    let (folder, _) = cache();
    let file = folder.path().join("file");
    fs::write(&file, "in the way").unwrap();
    let cached = proving(&KeyCache::new(file.join("keys")));
    assert!(cached.not_kept.is_some());
    assert!(verify(
        &cached.key.verifying_key(),
        &prove(&ceremony(), &cached.key, 1, 3),
        3
    ));
}

#[test]
fn of_many_at_once_one_makes_the_key() {
    let (_folder, cache) = cache();
    let made = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let srs = || {
                    made.fetch_add(1, Ordering::Relaxed);
                    Ok(ceremony())
                };
                cache
                    .proving_key::<Triple>(SHAPE, ceremony_id(), srs)
                    .unwrap();
            });
        }
    });
    assert_eq!(made.into_inner(), 1);
}

/// Two processes, each this test under another name in the environment.
#[test]
fn two_processes_share_one_cache() {
    const FOLDER: &str = "VIGIL_TEST_KEY_CACHE";
    if let Some(folder) = std::env::var_os(FOLDER) {
        let key = proving(&KeyCache::new(folder)).key;
        assert!(verify(
            &key.verifying_key(),
            &prove(&ceremony(), &key, 1, 3),
            3
        ));
        return;
    }
    let (_folder, cache) = cache();
    let children: Vec<_> = (0..2)
        .map(|_| {
            std::process::Command::new(std::env::current_exe().unwrap())
                .args([
                    "--exact",
                    "keys::tests::cached::two_processes_share_one_cache",
                ])
                .env(FOLDER, cache.folder())
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert!(matches!(proving(&cache).outcome, CacheOutcome::Loaded));
}

#[test]
fn the_circuits_of_vigil_have_keys() {
    let (_folder, cache) = cache();
    let shape: Shape = "membership-k8-l1".parse().unwrap();
    let srs = || Ok(embedded::srs(shape.k).unwrap());
    let made = cache
        .proving_key::<VigilCircuit>(shape, ceremony_id(), srs)
        .unwrap();
    let again = cache
        .proving_key::<VigilCircuit>(shape, ceremony_id(), srs)
        .unwrap();
    assert!(matches!(again.outcome, CacheOutcome::Loaded));
    assert_eq!(made.key.id(), again.key.id());
}
