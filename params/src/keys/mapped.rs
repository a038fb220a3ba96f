//! Numbers of a file, looked at where the system keeps the file: the one place of this crate with unsafe code.
#![allow(unsafe_code)]

use halo2curves::bn256::Fr;
use memmap2::{Mmap, MmapOptions};
use std::fs::File;
use std::io;
use std::mem::{align_of, size_of};
use std::ops::Deref;

/// Bytes of a number: its limbs as they are in memory, lowest first.
pub(super) const NUMBER_BYTES: usize = 32;

const _: () = {
    assert!(size_of::<Fr>() == NUMBER_BYTES && align_of::<Fr>() == align_of::<u64>());
    assert!(
        cfg!(target_endian = "little"),
        "files have the lowest byte first"
    );
};

/// Numbers of a file, mapped for reading. Whoever maps them asks whether they are below the modulus.
///
/// The mapping ends with this value.
#[derive(Debug)]
pub struct Numbers(Mmap);

impl Numbers {
    /// So many, from this place on, which is a multiple of a page's size.
    pub(super) fn map(file: &File, offset: u64, count: usize) -> io::Result<Self> {
        let invalid = |what| io::Error::new(io::ErrorKind::InvalidData, what);
        let bytes = count
            .checked_mul(NUMBER_BYTES)
            .ok_or_else(|| invalid("too many numbers"))?;
        let end = offset.checked_add(bytes as u64);
        // Whoever reads a mapping behind the file's end is killed by the system.
        let length = file.metadata()?.len();
        if end.is_none_or(|end| length < end) {
            return Err(invalid("the file ends too early"));
        }
        let mut options = MmapOptions::new();
        options.offset(offset).len(bytes);
        // SAFETY: what a mapping demands is that nobody changes the file while it is mapped. The cache's files are
        // readable and writable by their owner alone, and no program of this project changes one: it renames a new file
        // into place, which leaves this one as it is for whoever has it open. Somebody who could write into the owner's
        // cache could do so with the owner's programs, too. If it happened: cut short, the process is stopped by a signal.
        // Changed, the numbers are others than were checked; no branch or index that could leave a buffer depends on
        // a key's numbers without its own check, and a proof made with them does not verify, so it is not written.
        let map = unsafe { options.map(file)? };
        let aligned = map.as_ptr().addr().is_multiple_of(align_of::<Fr>());
        (map.len() == bytes && aligned)
            .then_some(Self(map))
            .ok_or_else(|| invalid("the file is not where numbers can be"))
    }

    /// The same as bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Deref for Numbers {
    type Target = [Fr];

    fn deref(&self) -> &[Fr] {
        let bytes = self.bytes();
        // SAFETY: the address was found to be aligned, and the length is a multiple of a number's. In halo2curves-axiom,
        // which Cargo.toml pins to one version, `Fr` is a structure with the single field `[u64; 4]`, whose size is asserted
        // above, so there is no padding, and every bit pattern is valid for the compiler. The borrow is kept.
        // `numbers_are_what_was_written` compares with what the library itself writes.
        unsafe { std::slice::from_raw_parts(bytes.as_ptr().cast(), bytes.len() / NUMBER_BYTES) }
    }
}

#[cfg(test)]
mod tests {
    use super::{NUMBER_BYTES, Numbers};
    use ff::Field;
    use halo2curves::bn256::Fr;
    use halo2curves::serde::SerdeObject;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
    use std::io::Write;

    #[test]
    fn numbers_are_what_was_written() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let numbers = [Fr::ZERO, Fr::ONE, -Fr::ONE, Fr::random(&mut rng)];
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&[7; 4096]).unwrap();
        for number in &numbers {
            number.write_raw(&mut file).unwrap();
        }
        let mapped = Numbers::map(&file, 4096, 4).unwrap();
        assert_eq!(mapped[..], numbers);
        assert_eq!(mapped.bytes().len(), 4 * NUMBER_BYTES);
        assert_eq!(Numbers::map(&file, 4096, 2).unwrap()[..], numbers[..2]);
    }

    #[test]
    fn nothing_is_mapped_behind_the_end_or_off_a_number_s_place() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&[0; 4096 + 64]).unwrap();
        assert!(Numbers::map(&file, 4096, 2).is_ok());
        for (offset, count) in [
            (4096, 3),
            (8192, 1),
            (0, usize::MAX),
            (u64::MAX, 1),
            (4097, 1),
        ] {
            assert!(Numbers::map(&file, offset, count).is_err(), "{offset}");
        }
    }
}
