//! Prepared keys: mapped as they were written, and nothing else than that is ever mapped.

use super::*;
use ff::Field;
use halo2curves::serde::SerdeObject;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Columns of two sections; the second is longer than what is hashed at once, and ends within a piece.
fn columns() -> [Vec<Vec<Fr>>; 2] {
    let column = |from: u64, length: u64| (from..from + length).map(Fr::from).collect();
    [
        vec![column(1, 32), column(7, 32)],
        vec![column(100, 40_000), column(9, 3)],
    ]
}

fn put(sections: &mut Sections<'_>, columns: &[Vec<Vec<Fr>>]) -> io::Result<()> {
    for section in columns {
        let section: Vec<&[Fr]> = section.iter().map(|column| &column[..]).collect();
        sections.put(&section)?;
    }
    Ok(())
}

struct Case {
    _folder: tempfile::TempDir,
    cache: KeyCache,
    key: ProvingKey,
}

impl Case {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            cache: KeyCache::new(folder.path().join("keys")),
            key: ProvingKey::generate::<Triple>(&ceremony(), SHAPE).unwrap(),
            _folder: folder,
        }
    }

    fn keep(&self, columns: &[Vec<Vec<Fr>>]) -> PathBuf {
        let path: io::Result<PathBuf> = self
            .cache
            .keep_prepared(&self.key, |sections| put(sections, columns));
        path.unwrap()
    }

    fn open(&self) -> Option<Result<PreparedKey, KeyFileError>> {
        let id = ParamsChoice::Ceremony.id();
        let (_, key) = self.cache.prepared_key::<Triple>(SHAPE, id)?;
        Some(key)
    }

    fn cause(&self) -> KeyFileError {
        self.open().unwrap().unwrap_err()
    }
}

fn edit(path: &Path, edit: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    edit(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[test]
fn what_was_put_is_mapped() {
    let case = Case::new();
    assert!(case.open().is_none());
    case.keep(&columns());
    let key = case.open().unwrap().unwrap();
    assert_eq!(key.id(), case.key.id());
    assert_eq!(key.shape(), SHAPE);
    assert_eq!(key.provenance(), case.key.provenance());
    assert_eq!(key.bytes(), 32 * (64 + 40_003));
    for (section, columns) in columns().iter().enumerate() {
        assert_eq!(key.section(section).unwrap()[..], columns.concat());
    }
    assert!(key.section(2).is_err());
    let proof = prove(&ceremony(), &case.key, 2, 6);
    assert!(verify(key.verifying_key(), &proof, 6));
}

#[test]
fn a_key_may_be_replaced_while_it_is_mapped() {
    let case = Case::new();
    case.keep(&columns());
    let old = case.open().unwrap().unwrap();
    let section = old.section(0).unwrap();
    let others = [vec![vec![Fr::from(5); 3]]];
    case.keep(&others);
    assert_eq!(section[..], columns()[0].concat());
    assert_eq!(old.section(1).unwrap()[..], columns()[1].concat());
    let new = case.open().unwrap().unwrap();
    assert_eq!(new.section(0).unwrap()[..], others[0].concat());
}

#[cfg(unix)]
#[test]
fn nobody_else_may_write_into_what_is_mapped() {
    use std::os::unix::fs::PermissionsExt;
    let case = Case::new();
    let mode = fs::metadata(case.keep(&columns())).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
}

#[test]
fn damage_is_an_error() {
    let case = Case::new();
    let path = case.keep(&columns());
    let whole = fs::read(&path).unwrap();
    let head = 1 << 16;
    let second = 2 * head;
    let places = (0..head).step_by(997);
    let places = places
        .chain([head, head + 2047, second, second + 4_000, whole.len() - 100])
        .chain(whole.len() - 64 - 24..whole.len());
    for place in places {
        edit(&path, |bytes| bytes[place] ^= 1);
        assert!(case.open().unwrap().is_err(), "byte {place}");
        fs::write(&path, &whole).unwrap();
    }
    for length in (0..whole.len()).step_by(9973).chain([71, 72, 73, 500]) {
        fs::write(&path, &whole[..length]).unwrap();
        assert!(case.open().unwrap().is_err(), "{length} bytes");
        let mut longer = whole.clone();
        longer.extend(&whole[..length + 1]);
        fs::write(&path, longer).unwrap();
        assert!(case.open().unwrap().is_err(), "{length} more bytes");
    }
    fs::write(&path, &whole).unwrap();
    assert!(case.open().unwrap().is_ok());
}

/// Absurd lengths at the end, whatever the digest.
#[test]
fn lengths_that_no_file_has_are_refused() {
    let case = Case::new();
    let path = case.keep(&columns());
    let whole = fs::read(&path).unwrap();
    let count = whole.len() - 64 - 8;
    for word in [0u64, 1, 3, 63, 65, 1 << 32, u64::MAX / 32, u64::MAX] {
        for place in [count, count - 8, count - 16] {
            edit(&path, |bytes| {
                bytes[place..place + 8].copy_from_slice(&word.to_le_bytes());
            });
            assert!(case.open().unwrap().is_err(), "{word} at {place}");
            fs::write(&path, &whole).unwrap();
        }
    }
}

#[test]
fn a_number_that_is_not_reduced_is_refused() {
    let case = Case::new();
    for bytes in [modulus(), [0xff; 32]] {
        let mut columns = columns();
        columns[1][0][39_999] = Fr::from_raw_bytes_unchecked(&bytes);
        case.keep(&columns);
        assert!(matches!(case.cause(), KeyFileError::Number));
    }
    let mut largest = modulus();
    largest[0] -= 1;
    let mut columns = columns();
    columns[0][1][31] = Fr::from_raw_bytes(&largest).unwrap();
    case.keep(&columns);
    let key = case.open().unwrap().unwrap();
    assert_eq!(key.section(0).unwrap()[..], columns[0].concat());
}

/// r, lowest byte first.
fn modulus() -> [u8; 32] {
    let mut bytes = (-Fr::ONE).to_repr();
    bytes.as_mut()[0] += 1;
    let mut modulus = [0; 32];
    modulus.copy_from_slice(bytes.as_ref());
    modulus
}

#[test]
fn the_file_of_another_key_is_refused() {
    let case = Case::new();
    let path = case.keep(&columns());
    let other = ProvingKey::generate::<Quintuple>(&ceremony(), SHAPE).unwrap();
    let of_other: io::Result<PathBuf> = case
        .cache
        .keep_prepared(&other, |sections| put(sections, &columns()));
    fs::copy(of_other.unwrap(), &path).unwrap();
    assert!(matches!(case.cause(), KeyFileError::Circuit { .. }));
    let proving: Cached<ProvingKey> = case
        .cache
        .proving_key::<Triple>(SHAPE, ParamsChoice::Ceremony.id(), || Ok(ceremony()))
        .unwrap();
    fs::copy(proving.path, &path).unwrap();
    assert!(case.open().unwrap().is_err());
}

#[test]
fn what_could_not_be_filled_is_not_kept() {
    let case = Case::new();
    let refused: io::Result<PathBuf> = case.cache.keep_prepared(&case.key, |sections| {
        put(sections, &columns()[..1])?;
        Err(io::Error::other("no"))
    });
    assert!(refused.is_err());
    assert!(case.open().is_none());
}
