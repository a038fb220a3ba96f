//! Doctored files, each refused by its own error.

use super::*;
use crate::ptau::{G1_BYTES, G2_BYTES};

const POWER: u32 = 5;

/// Imports the doctored file and returns the error; the store must be as it was.
fn refuse(bytes: &[u8]) -> ImportError {
    let bench = Bench::new();
    let source = bench.source(bytes);
    let error = import(&bench.store(), &source, OTHER, &mut quietly).unwrap_err();
    assert!(bench.names().is_empty(), "{error}: {:?}", bench.names());
    error
}

/// The error after one edit of a sound file's sections.
fn edited(edit: impl FnOnce(&mut ForgedPtau)) -> ImportError {
    let mut file = forged(POWER);
    edit(&mut file);
    refuse(&file.to_bytes())
}

/// The error after one edit of a sound file's bytes.
fn patched(edit: impl FnOnce(&mut Vec<u8>)) -> ImportError {
    let mut bytes = forged(POWER).to_bytes();
    edit(&mut bytes);
    refuse(&bytes)
}

macro_rules! assert_refused {
    ($error:expr, $pattern:pat) => {
        let error = $error;
        assert!(matches!(error, $pattern), "{error:?}");
    };
}

fn swap(section: &mut [u8], a: usize, b: usize, len: usize) {
    for i in 0..len {
        section.swap(a * len + i, b * len + i);
    }
}

#[test]
fn some_other_file() {
    assert_refused!(
        patched(|bytes| bytes[0] = b'z'),
        ImportError::Ptau(PtauError::Magic { .. })
    );
    assert_refused!(
        patched(|bytes| bytes[4] = 2),
        ImportError::Ptau(PtauError::Version {
            expected: 1,
            got: 2
        })
    );
    assert_refused!(
        patched(|bytes| bytes[8..12].fill(0xff)),
        ImportError::Ptau(PtauError::SectionCount { got: u32::MAX, .. })
    );
    assert_refused!(
        refuse(b""),
        ImportError::Ptau(PtauError::Truncated { got: 0, .. })
    );
}

#[test]
fn truncated_anywhere() {
    let bytes = forged(2).to_bytes();
    for len in (0..bytes.len()).step_by(7) {
        assert_refused!(
            refuse(&bytes[..len]),
            ImportError::Ptau(PtauError::Truncated { .. } | PtauError::Magic { .. })
        );
    }
    assert_refused!(
        patched(|bytes| bytes.truncate(bytes.len() - 1)),
        ImportError::Ptau(PtauError::Truncated { .. })
    );
    assert_refused!(
        patched(|bytes| bytes[16..24].fill(0xff)),
        ImportError::Ptau(PtauError::Truncated {
            expected: u64::MAX,
            ..
        })
    );
}

/// Without bases there is no byte that does not matter, but for the size of the whole ceremony.
#[test]
fn a_bit_flipped_anywhere() {
    let bytes = ForgedPtau::new(2, 1, false).unwrap().to_bytes();
    let whole_ceremony = 24 + 40..24 + 44;
    for place in (0..bytes.len()).filter(|place| !whole_ceremony.contains(place)) {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1 << (place % 8);
        refuse(&flipped);
    }
}

#[test]
fn trailing_data() {
    assert_refused!(
        patched(|bytes| bytes.push(0)),
        ImportError::Ptau(PtauError::TrailingData { .. })
    );
}

#[test]
fn sections_missing_twice_or_out_of_order() {
    for section in [1, 2, 3] {
        let error = edited(|file| file.sections.retain(|(number, _)| *number != section));
        assert!(
            matches!(error, ImportError::Ptau(PtauError::MissingSection { section: s, .. }) if s == section),
            "{error:?}"
        );
    }
    assert_refused!(
        edited(|file| {
            let copy = file.sections[1].clone();
            file.sections.push(copy);
        }),
        ImportError::Ptau(PtauError::DuplicateSection { section: 2 })
    );
    assert_refused!(
        edited(|file| file.sections.swap(1, 2)),
        ImportError::Ptau(PtauError::SectionOrder {
            previous: 3,
            section: 2
        })
    );
}

#[test]
fn sections_of_the_wrong_size() {
    for section in [1, 2, 3, 12] {
        let error = edited(|file| file.section(section).unwrap().truncate(20));
        assert!(
            matches!(error, ImportError::Ptau(PtauError::SectionSize { section: s, .. }) if s == section),
            "{error:?}"
        );
    }
    // A header that claims another power.
    assert_refused!(
        edited(|file| file.section(1).unwrap()[36] = 6),
        ImportError::Ptau(PtauError::SectionSize { section: 2, .. })
    );
}

#[test]
fn another_field_or_an_absurd_power() {
    assert_refused!(
        edited(|file| file.section(1).unwrap()[4] ^= 2),
        ImportError::Ptau(PtauError::Field)
    );
    assert_refused!(
        edited(|file| file.section(1).unwrap()[0] = 48),
        ImportError::Ptau(PtauError::Field)
    );
    for power in [0, 25, 255] {
        let error = edited(|file| file.section(1).unwrap()[36] = power);
        assert!(
            matches!(error, ImportError::Ptau(PtauError::Power { got }) if got == u32::from(power)),
            "{error:?}"
        );
    }
}

#[test]
fn points_that_are_none() {
    // Points 3 of the sections; in section 12 one of the basis for this power.
    for (section, index, len) in [(2, 3, G1_BYTES), (3, 3, G2_BYTES), (12, 40, G1_BYTES)] {
        let place = index * len..(index + 1) * len;
        let error = edited(|file| file.section(section).unwrap()[place.clone()].fill(0xff));
        assert!(
            matches!(error, ImportError::Ptau(PtauError::Coordinate { section: s, index: i })
                if s == section && i == index as u64),
            "{error:?}"
        );
        let error = edited(|file| file.section(section).unwrap()[place.start] ^= 1);
        assert!(
            matches!(error, ImportError::Ptau(PtauError::OffCurve { section: s, index: i })
                if s == section && i == index as u64),
            "{error:?}"
        );
        let error = edited(|file| file.section(section).unwrap()[place.clone()].fill(0));
        assert!(
            matches!(error, ImportError::Ptau(PtauError::Infinity { section: s, index: i })
                if s == section && i == index as u64),
            "{error:?}"
        );
    }
}

#[test]
fn a_point_outside_the_subgroup() {
    let point = g2_point_outside_the_subgroup();
    assert_refused!(
        edited(|file| {
            file.section(3).unwrap()[3 * G2_BYTES..4 * G2_BYTES].copy_from_slice(&point);
        }),
        ImportError::Ptau(PtauError::Subgroup {
            section: 3,
            index: 3
        })
    );
}

#[test]
fn powers_of_something_else() {
    assert_refused!(
        edited(|file| swap(file.section(2).unwrap(), 0, 1, G1_BYTES)),
        ImportError::Generator { group: "G1" }
    );
    assert_refused!(
        edited(|file| swap(file.section(3).unwrap(), 0, 1, G2_BYTES)),
        ImportError::Generator { group: "G2" }
    );
    // Another tau in G1, in G2, and only its [tau]_2.
    let mut other = ForgedPtau::new(POWER, 2, true).unwrap();
    let g1 = other.section(2).unwrap().clone();
    let g2 = other.section(3).unwrap().clone();
    assert_refused!(
        edited(|file| *file.section(2).unwrap() = g1),
        ImportError::PowersG1
    );
    assert_refused!(
        edited(|file| *file.section(3).unwrap() = g2.clone()),
        ImportError::PowersG1
    );
    assert_refused!(
        edited(|file| {
            let place = G2_BYTES..2 * G2_BYTES;
            file.section(3).unwrap()[place.clone()].copy_from_slice(&g2[place]);
        }),
        ImportError::PowersG1
    );
}

#[test]
fn one_power_out_of_place() {
    let last_g1 = (1 << (POWER + 1)) - 2;
    let last_g2 = (1 << POWER) - 1;
    for (a, b) in [(1, 2), (10, 20), (31, 32), (last_g1 - 1, last_g1)] {
        assert_refused!(
            edited(|file| swap(file.section(2).unwrap(), a, b, G1_BYTES)),
            ImportError::PowersG1
        );
    }
    for (a, b) in [(2, 3), (last_g2 - 1, last_g2)] {
        assert_refused!(
            edited(|file| swap(file.section(3).unwrap(), a, b, G2_BYTES)),
            ImportError::PowersG2
        );
    }
    // The last power alone, replaced by the one before it.
    assert_refused!(
        edited(|file| {
            let (from, to) = ((last_g1 - 1) * G1_BYTES, last_g1 * G1_BYTES);
            file.section(2).unwrap().copy_within(from..to, to);
        }),
        ImportError::PowersG1
    );
}

#[test]
fn a_basis_of_something_else() {
    // The basis of 2^5 points begins at point 2^5 - 1.
    let first = (1 << POWER) - 1;
    for (a, b) in [(first, first + 1), (first + 3, first + 31)] {
        assert_refused!(
            edited(|file| swap(file.section(12).unwrap(), a, b, G1_BYTES)),
            ImportError::Lagrange { k: POWER }
        );
    }
}

#[test]
fn a_source_that_is_not_there() {
    let bench = Bench::new();
    let missing = bench.folder.path().join("nothing.ptau");
    let error = import(&bench.store(), &missing, OTHER, &mut quietly).unwrap_err();
    assert_refused!(error, ImportError::Ptau(PtauError::Io(_)));
}
