//! Keys from the cache, in the form that each engine takes.
#![allow(missing_docs, clippy::unwrap_used)]

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::fs;
use std::path::PathBuf;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::Shape;
use vigil_circuits::synthetic::SyntheticPool;
use vigil_params::keys::KeyCache;
use vigil_params::{ParamsPolicy, Srs, embedded};
use vigil_prover::{
    Engine, Key, Loaded, LoadedKey, ProveError, Trouble, prove_membership_observed,
};
use vigil_verifier::verify_membership;

struct Case {
    folder: tempfile::TempDir,
    cache: KeyCache,
    srs: Srs,
    shape: Shape,
}

impl Case {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shape = Shape::default();
        Self {
            cache: KeyCache::new(folder.path().join("keys")),
            srs: embedded::srs(shape.k).unwrap(),
            folder,
            shape,
        }
    }

    fn load(&self, engine: &Engine) -> Loaded {
        engine.load(&self.cache, self.shape, &self.srs).unwrap()
    }

    fn proves(&self, engine: &Engine, key: &LoadedKey) -> Result<(), ProveError> {
        let pool = SyntheticPool::new(&mut ChaCha20Rng::seed_from_u64(3), Words::W1, 2, 8).unwrap();
        let (statement, witness) = pool.membership(1, 77);
        let proof =
            prove_membership_observed(engine, key, &self.srs, &statement, &witness, |_| {})?;
        let key = Key::from(key).verifying_key();
        verify_membership(&key, &ParamsPolicy::default(), &statement, &proof).unwrap();
        Ok(())
    }

    fn prepared(&self) -> PathBuf {
        let mut files = fs::read_dir(self.cache.folder()).unwrap();
        let prepared = files.find_map(|entry| {
            let path = entry.unwrap().path();
            (path.extension()? == "prepared").then_some(path)
        });
        prepared.unwrap()
    }
}

#[test]
fn the_cpu_engine_maps_what_it_prepared_and_the_stock_engine_reads_the_whole_key() {
    let case = Case::new();
    let (cpu, stock) = (Engine::default(), Engine::Stock);
    for _ in 0..2 {
        let loaded = case.load(&cpu);
        assert!(matches!(loaded.key, LoadedKey::Stored(_)));
        assert!(loaded.troubles.is_empty());
        case.proves(&cpu, &loaded.key).unwrap();
    }
    let stored = case.load(&cpu).key;
    let refused = case.proves(&stock, &stored);
    assert!(matches!(refused, Err(ProveError::Prepared { .. })));
    let whole = case.load(&stock);
    assert!(matches!(whole.key, LoadedKey::Whole(_)));
    let (stored, key) = (Key::from(&stored), Key::from(&whole.key));
    assert_eq!(stored.id(), key.id());
    assert_eq!(stored.shape(), key.shape());
    assert_eq!(stored.provenance(), key.provenance());
    for engine in [cpu, stock] {
        case.proves(&engine, &whole.key).unwrap();
    }
}

#[test]
fn a_damaged_file_is_reported_and_made_anew() {
    let case = Case::new();
    let cpu = Engine::default();
    case.load(&cpu);
    let path = case.prepared();
    let whole = fs::read(&path).unwrap();
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    for bytes in [&damaged[..], &whole[..whole.len() - 1], &[]] {
        fs::write(&path, bytes).unwrap();
        let loaded = case.load(&cpu);
        let [(told, Trouble::Rebuilt(_))] = &loaded.troubles[..] else {
            panic!("{:?}", loaded.troubles);
        };
        assert_eq!(*told, path);
        case.proves(&cpu, &loaded.key).unwrap();
        assert!(fs::read(&path).unwrap() == whole, "the same file again");
        assert!(case.load(&cpu).troubles.is_empty());
    }
}

#[test]
fn without_a_folder_the_key_stays_in_memory() {
    let mut case = Case::new();
    let file = case.folder.path().join("file");
    fs::write(&file, b"no folder").unwrap();
    case.cache = KeyCache::new(file.join("keys"));
    let cpu = Engine::default();
    let loaded = case.load(&cpu);
    assert!(matches!(loaded.key, LoadedKey::Whole(_)));
    let mut told = loaded.troubles.iter();
    assert!(told.any(|(_, trouble)| matches!(trouble, Trouble::NotKept(_))));
    case.proves(&cpu, &loaded.key).unwrap();
}
