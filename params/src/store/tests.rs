use super::*;
use halo2_proofs::poly::commitment::{Blind, Params};
use halo2_proofs::poly::{EvaluationDomain, LagrangeCoeff, Polynomial};
use halo2curves::bn256::Fr;

const SEED: u64 = 5;
const DEV: ParamsChoice = ParamsChoice::UnsafeDev { seed: SEED };

fn store() -> (tempfile::TempDir, ParamsStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = ParamsStore::new(folder.path().join("params"));
    (folder, store)
}

/// Writes a file of the store as another ceremony's import would.
fn other_ceremony(store: &ParamsStore, k: u32) -> ParamsId {
    let (powers, lagrange, dev) = dev::unsafe_points(k, SEED).unwrap();
    let digest = crate::digest::FileDigest([7; 64]);
    let provenance = Provenance::of_ceremony_file(dev.tau_g2(), k, digest);
    store.keep(k, (powers, lagrange, provenance)).unwrap();
    provenance.id()
}

fn some_values(k: u32) -> Polynomial<Fr, LagrangeCoeff> {
    let values = (0..1u64 << k).map(|i| Fr::from(i * i + 1)).collect();
    EvaluationDomain::<Fr>::new(1, k).lagrange_from_vec(values)
}

fn same(a: &Srs, b: &Srs) -> bool {
    let values = some_values(a.k());
    a.provenance().tau_g2() == b.provenance().tau_g2()
        && a.kzg().get_g() == b.kzg().get_g()
        && a.next_power() == b.next_power()
        && a.kzg().commit_lagrange(&values, Blind::default())
            == b.kzg().commit_lagrange(&values, Blind::default())
}

#[test]
fn nothing_is_made_up() {
    let (_folder, store) = store();
    let error = store.srs(12, ParamsChoice::Ceremony).unwrap_err();
    assert!(matches!(
        error,
        ParamsError::NotImported { k: 12, largest: 11 }
    ));
    let text = error.to_string();
    assert!(text.contains("powersOfTau28_hez_final_12.ptau"), "{text}");
    assert!(text.contains("vigil params import"), "{text}");

    // Neither unsafe nor other parameters stand in for the ceremony's, nor for each other.
    store.srs(12, DEV).unwrap();
    let id = other_ceremony(&store, 12);
    assert!(store.srs(12, ParamsChoice::Ceremony).is_err());
    let unsafe_id = ParamsChoice::OtherCeremony(dev::unsafe_id(SEED));
    assert!(matches!(
        store.srs(12, unsafe_id),
        Err(ParamsError::OtherNotImported { k: 12, .. })
    ));
    assert!(matches!(
        store.srs(13, ParamsChoice::OtherCeremony(id)),
        Err(ParamsError::OtherNotImported { k: 13, .. })
    ));
    assert!(matches!(
        store.srs(MAX_POWER + 1, ParamsChoice::Ceremony),
        Err(ParamsError::TooLarge { .. })
    ));
}

#[test]
fn small_sizes_need_no_store() {
    let (_folder, store) = store();
    for k in 1..=embedded::MAX_K {
        let srs = store.srs(k, ParamsChoice::Ceremony).unwrap();
        assert_eq!((srs.k(), srs.kind()), (k, ParamsKind::Ceremony));
    }
    assert!(!store.folder().exists());
}

#[test]
fn unsafe_parameters_come_back_with_their_mark() {
    let (_folder, store) = store();
    let made = store.srs(6, DEV).unwrap();
    let again = store.srs(6, DEV).unwrap();
    assert!(again.provenance().is_unsafe());
    assert_eq!(again.id(), DEV.id());
    assert!(same(&made, &again));
    let listed = store.list().unwrap();
    assert_eq!((listed.len(), listed[0].k), (1, 6));
    assert!(listed[0].provenance.is_unsafe());
}

#[test]
fn a_larger_file_serves_smaller_sizes_and_the_result_is_kept() {
    let (_folder, store) = store();
    let id = other_ceremony(&store, 9);
    let choice = ParamsChoice::OtherCeremony(id);
    let derived = store.srs(7, choice).unwrap();
    assert!(same(&derived, &dev::unsafe_srs(7, SEED).unwrap()));
    let kept: Vec<u32> = store
        .list()
        .unwrap()
        .iter()
        .map(|stored| stored.k)
        .collect();
    assert_eq!(kept, [7, 9]);
    assert!(same(&store.srs(7, choice).unwrap(), &derived));
}

/// The error for k = 5 after one edit of its file.
fn damaged(edit: impl FnOnce(&mut Vec<u8>)) -> StoreFileError {
    let (_folder, store) = store();
    store.srs(5, DEV).unwrap();
    let path = store.path_of(5, DEV.id());
    let mut bytes = fs::read(&path).unwrap();
    edit(&mut bytes);
    fs::write(&path, bytes).unwrap();
    match store.srs(5, DEV) {
        Err(ParamsError::File { source, .. }) => source,
        other => panic!("{other:?}"),
    }
}

#[test]
fn truncated_or_extended() {
    assert!(matches!(
        damaged(Vec::clear),
        StoreFileError::Length { got: 0, .. }
    ));
    assert!(matches!(
        damaged(|bytes| bytes.push(0)),
        StoreFileError::Length { .. }
    ));
    assert!(matches!(
        damaged(|bytes| bytes.truncate(bytes.len() - 1)),
        StoreFileError::Length { .. }
    ));
}

#[test]
fn every_part_is_covered() {
    let len = {
        let (_folder, store) = store();
        store.srs(5, DEV).unwrap();
        fs::read(store.path_of(5, DEV.id())).unwrap().len()
    };
    for place in (0..len).step_by(41).chain([len - 1]) {
        damaged(|bytes| bytes[place] ^= 1);
    }
    assert!(matches!(
        damaged(|bytes| bytes[0] ^= 1),
        StoreFileError::Magic
    ));
    assert!(matches!(
        damaged(|bytes| bytes[8] = 9),
        StoreFileError::Version {
            expected: 2,
            got: 9
        }
    ));
    assert!(matches!(
        damaged(|bytes| bytes[11] = 9),
        StoreFileError::Header("kind")
    ));
    assert!(matches!(
        damaged(|bytes| bytes[10] = 6),
        StoreFileError::Size {
            expected: 5,
            got: 6
        }
    ));
    // In the source's digest, which nothing else looks at.
    assert!(matches!(
        damaged(|bytes| bytes[160] ^= 1),
        StoreFileError::Digest
    ));
}

/// As files were before the power after the last was kept.
#[test]
fn the_first_version_is_still_read() {
    let (_folder, store) = store();
    let made = store.srs(5, DEV).unwrap();
    assert!(made.next_power().is_some());
    let path = store.path_of(5, DEV.id());
    let mut bytes = fs::read(&path).unwrap();
    let next = bytes.len() - 64 - (32 + 1) * 64;
    bytes.drain(next..next + 64);
    bytes[8] = 1;
    redigest(&mut bytes);
    fs::write(&path, bytes).unwrap();
    let old = store.srs(5, DEV).unwrap();
    assert!(old.next_power().is_none());
    assert!(made.kzg().get_g() == old.kzg().get_g());
}

/// What a file claims to be must follow from its points, whatever its digest says.
#[test]
fn a_mark_cannot_be_changed() {
    for kind in [ParamsKind::Ceremony, ParamsKind::OtherCeremony] {
        let error = damaged(|bytes| {
            bytes[11] = kind.code();
            redigest(bytes);
        });
        // As another ceremony it is well-formed, but has another ID than its name.
        assert!(
            matches!(
                error,
                StoreFileError::Header("kind") | StoreFileError::Id { .. }
            ),
            "{error:?}"
        );
    }
}

#[test]
fn points_of_another_tau() {
    let error = damaged(|bytes| {
        // The second power takes the third's place, and the other way round.
        let first = bytes.len() - 64 - (2 * 32 + 1) * 64;
        for i in 0..64 {
            bytes.swap(first + 64 + i, first + 128 + i);
        }
        redigest(bytes);
    });
    assert!(matches!(error, StoreFileError::Tau), "{error:?}");
}

#[test]
fn swapped_files() {
    let (_folder, store) = store();
    store.srs(5, DEV).unwrap();
    let other = ParamsChoice::UnsafeDev { seed: SEED + 1 };
    store.srs(5, other).unwrap();
    fs::copy(store.path_of(5, other.id()), store.path_of(5, DEV.id())).unwrap();
    let error = store.srs(5, DEV).unwrap_err();
    assert!(
        matches!(error, ParamsError::File { source: StoreFileError::Id { expected, got }, .. }
            if expected == DEV.id() && got == other.id())
    );
}

#[test]
fn files_of_others_are_left_alone() {
    let (_folder, store) = store();
    store.srs(5, DEV).unwrap();
    fs::write(store.folder().join("notes.txt"), "mine").unwrap();
    fs::write(store.folder().join("broken.srs"), "mine").unwrap();
    assert_eq!(store.list().unwrap().len(), 1);
}

fn redigest(bytes: &mut Vec<u8>) {
    bytes.truncate(bytes.len() - 64);
    let digest = crate::digest::FileDigest::of(bytes);
    bytes.extend(digest.0);
}
