use super::*;
use std::sync::atomic::{AtomicBool, Ordering};

fn identity() -> Identity {
    Identity::new([1; 32], [2; 32], (3, 4), true)
}

/// Whoever is killed in the making leaves no store that cannot be used: at no moment is there less
/// under the store's name than all of it.
#[test]
fn a_store_appears_whole() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("follow.redb");
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let first_seen = scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    if let Ok(bytes) = std::fs::read(&path) {
                        return Some(bytes);
                    }
                }
                None
            });
            drop(Store::open(folder.path(), &identity()).unwrap());
            done.store(true, Ordering::Relaxed);
            if let Some(bytes) = first_seen.join().unwrap() {
                let copy = tempfile::tempdir().unwrap();
                std::fs::write(copy.path().join("follow.redb"), bytes).unwrap();
                Store::open(copy.path(), &identity()).unwrap();
            }
        });
    }
}

#[test]
fn what_a_killed_maker_leaves_is_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".vigil-tmp-abc123"), [0; 4096]).unwrap();
    let store = Store::open(folder.path(), &identity()).unwrap();
    let second = Store::open(folder.path(), &identity());
    assert!(matches!(second, Err(StoreError::InUse { .. })));
    drop(store);
    Store::open(folder.path(), &identity()).unwrap();
}

/// `redb` meets some damage with a panic; whoever runs a follower meets an error.
#[test]
fn a_damaged_store_opens_or_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("follow.redb");
    drop(Store::open(folder.path(), &identity()).unwrap());
    let whole = std::fs::read(&path).unwrap();
    let mut refused = 0;
    for place in (0..whole.len()).step_by(whole.len() / 150) {
        let mut damaged = whole.clone();
        damaged[place] ^= 1 << (place % 8);
        std::fs::write(&path, damaged).unwrap();
        let opened = Store::open(folder.path(), &identity());
        refused += u32::from(opened.and_then(|store| store.recorded()).is_err());
    }
    assert!(refused > 0);
}
