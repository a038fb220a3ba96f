use super::*;
use crate::forge::{ForgedPtau, g2_point_outside_the_subgroup};
use crate::store::ParamsChoice;
use crate::{dev, embedded};
use halo2_proofs::poly::commitment::ParamsProver;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;

mod interrupted;
mod refused;

/// A folder with a source file and a store.
struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn store(&self) -> ParamsStore {
        ParamsStore::new(self.folder.path().join("store"))
    }

    fn source(&self, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join("source.ptau");
        File::create(&path).unwrap().write_all(bytes).unwrap();
        path
    }

    /// Names in the store's folder, without the lock.
    fn names(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.store().folder()) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "import.lock")
            .collect();
        names.sort();
        names
    }

    fn contents(&self) -> Vec<(String, Vec<u8>)> {
        let read = |name: String| {
            let bytes = fs::read(self.store().folder().join(&name)).unwrap();
            (name, bytes)
        };
        self.names().into_iter().map(read).collect()
    }
}

const OTHER: ImportOptions = ImportOptions {
    allow_other_ceremony: true,
};

fn quietly(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// A sound file of this power; each is made once.
fn forged(power: u32) -> ForgedPtau {
    static MADE: Mutex<BTreeMap<u32, ForgedPtau>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap();
    let make = || ForgedPtau::new(power, 1, true).unwrap();
    made.entry(power).or_insert_with(make).clone()
}

fn genuine(power: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!(
        "../data/ptau/powersOfTau28_hez_final_{power:02}.ptau"
    ))
}

#[test]
fn the_genuine_files_are_the_ceremony() {
    let published = [
        (
            9,
            "0x94f108a80e81b5d932d8e8c9e8fd7f46cf32457e31462deeeef37af1b71c2c1b\
             3c71fb0d9b59c654ec266b042735f50311f9fd1d4cadce47ab234ad163157cb5"
                .parse()
                .unwrap(),
        ),
        (11, embedded::FILE_DIGEST),
    ];
    for (power, digest) in published {
        let bench = Bench::new();
        let imported = import(
            &bench.store(),
            &genuine(power),
            ImportOptions::default(),
            &mut quietly,
        )
        .unwrap();
        assert_eq!(imported.provenance.kind(), ParamsKind::Ceremony);
        assert_eq!(imported.provenance.id(), embedded::provenance().id());
        assert_eq!(imported.provenance.source_digest(), Some(&digest));
        assert_eq!(
            (imported.sizes, imported.start),
            (vec![power], Start::Fresh)
        );
        let path = bench.store().path_of(power, embedded::provenance().id());
        let stored = crate::store::read(&path, power, embedded::provenance().id()).unwrap();
        assert_eq!(
            stored.kzg().get_g(),
            embedded::srs(power).unwrap().kzg().get_g()
        );
        assert_eq!(
            bench.names().len(),
            1,
            "nothing but the store's file is left"
        );
    }
}

#[test]
fn every_size_above_the_embedded_one_comes_from_one_file() {
    let bench = Bench::new();
    let source = bench.source(&forged(13).to_bytes());
    let imported = import(&bench.store(), &source, OTHER, &mut quietly).unwrap();
    assert_eq!(imported.sizes, [12, 13]);
    let id = imported.provenance.id();
    for k in [7, 12, 13] {
        let srs = bench
            .store()
            .srs(k, ParamsChoice::OtherCeremony(id))
            .unwrap();
        assert_eq!(srs.kind(), ParamsKind::OtherCeremony);
        assert_eq!(
            srs.kzg().get_g(),
            dev::unsafe_srs(k, 1).unwrap().kzg().get_g()
        );
    }
}

#[test]
fn with_and_without_lagrange_bases_the_store_is_the_same() {
    let contents = [true, false].map(|with_lagrange| {
        let bench = Bench::new();
        let mut forged = ForgedPtau::new(6, 1, with_lagrange).unwrap();
        let source = bench.source(&forged.to_bytes());
        import(&bench.store(), &source, OTHER, &mut quietly).unwrap();
        assert_eq!(forged.section(12).is_some(), with_lagrange);
        let (_, bytes) = bench.contents().remove(0);
        // The digest of the source is part of header and trailer.
        bytes[208..bytes.len() - 64].to_vec()
    });
    assert_eq!(contents[0], contents[1]);
}

#[test]
fn another_ceremony_takes_a_flag_and_keeps_its_mark() {
    let bench = Bench::new();
    let source = bench.source(&forged(6).to_bytes());
    let refused = import(
        &bench.store(),
        &source,
        ImportOptions::default(),
        &mut quietly,
    );
    assert!(matches!(refused, Err(ImportError::OtherCeremony)));
    assert!(bench.names().is_empty());

    let imported = import(&bench.store(), &source, OTHER, &mut quietly).unwrap();
    assert_eq!(imported.provenance.kind(), ParamsKind::OtherCeremony);
    let listed = bench.store().list().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].provenance.kind(), ParamsKind::OtherCeremony);
    // The ceremony's parameters are still the embedded ones.
    let srs = bench.store().srs(6, ParamsChoice::Ceremony).unwrap();
    assert_eq!(srs.kind(), ParamsKind::Ceremony);
    assert_eq!(srs.kzg().get_g(), embedded::srs(6).unwrap().kzg().get_g());
}

#[test]
fn progress_rises_to_its_total_in_every_stage() {
    let bench = Bench::new();
    let source = bench.source(&forged(9).to_bytes());
    let mut seen: Vec<Progress> = Vec::new();
    let mut on_progress = |progress| {
        seen.push(progress);
        ControlFlow::Continue(())
    };
    import(&bench.store(), &source, OTHER, &mut on_progress).unwrap();
    for stage in [
        Stage::Digest,
        Stage::PowersG1,
        Stage::PowersG2,
        Stage::Lagrange,
    ] {
        let steps: Vec<_> = seen.iter().filter(|step| step.stage == stage).collect();
        let last = steps.last().unwrap();
        assert_eq!(last.done, last.total, "{stage:?}");
        assert!(steps.is_sorted_by(|a, b| a.done < b.done), "{stage:?}");
    }
}
