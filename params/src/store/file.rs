//! One file of the parameter store: the points for one k, with their provenance and a digest.
//!
//! Layout in docs/formats.md, "Parameter files".

use super::StoreFileError;
use crate::atomic::{Readers, write_atomically};
use crate::digest::{Digesting, FileDigest, ParamsId};
use crate::provenance::{PROVENANCE_BYTES, Provenance};
use crate::ptau::{G1_BYTES, MAX_POWER, decode_g1};
use crate::srs::Srs;
use halo2curves::bn256::{G1Affine, G2Affine, pairing};
use halo2curves::serde::SerdeObject;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

const MAGIC: [u8; 8] = *b"VIGILSRS";
const VERSION: u16 = 2;
/// Without the power after the last.
const OLD_VERSION: u16 = 1;
const DIGEST_BYTES: usize = 64;
/// Magic, version, k, provenance.
const HEADER_BYTES: usize = 8 + 2 + 1 + PROVENANCE_BYTES;
/// Points decoded at a time.
const CHUNK_POINTS: usize = 1 << 14;

const fn file_bytes(k: u32, version: u16) -> u64 {
    let points = 2 * (1 << k) + (version == VERSION) as u64;
    HEADER_BYTES as u64 + points * G1_BYTES as u64 + DIGEST_BYTES as u64
}

/// Which version has this length for this k.
fn version_of(k: u32, got: u64) -> Result<u16, StoreFileError> {
    let expected = file_bytes(k, VERSION);
    match got {
        _ if got == expected => Ok(VERSION),
        _ if got == file_bytes(k, OLD_VERSION) => Ok(OLD_VERSION),
        _ => Err(StoreFileError::Length { expected, got }),
    }
}

/// Writes 2^k powers and one more, and the 2^k points of the Lagrange basis in halo2's order.
pub(crate) fn write(
    path: &Path,
    k: u32,
    provenance: &Provenance,
    powers: &[G1Affine],
    lagrange: &[G1Affine],
) -> io::Result<()> {
    debug_assert!(powers.len() == (1 << k) + 1 && lagrange.len() == 1 << k);
    write_atomically(path, Readers::Default, |file| {
        let mut writer = Digesting::new(file);
        writer.write_all(&header(k, provenance))?;
        write_points(&mut writer, powers)?;
        write_points(&mut writer, lagrange)?;
        let digest = writer.digest();
        writer.inner.write_all(&digest.0)
    })
}

/// Reads and checks a file that should hold the parameters `id` for 2^k rows.
pub(crate) fn read(path: &Path, k: u32, id: ParamsId) -> Result<Srs, StoreFileError> {
    let file = File::open(path)?;
    let got = file.metadata()?.len();
    let version = version_of(k, got)?;
    let mut reader = Digesting::new(BufReader::with_capacity(1 << 20, file));
    let provenance = read_header(&mut reader, k, version)?;
    if provenance.id() != id {
        return Err(StoreFileError::Id {
            expected: id,
            got: provenance.id(),
        });
    }
    let powers = read_points(&mut reader, (1 << k) + usize::from(version == VERSION))?;
    let lagrange = read_points(&mut reader, 1 << k)?;
    let expected = reader.digest();
    let mut digest = [0; DIGEST_BYTES];
    reader.inner.read_exact(&mut digest)?;
    if FileDigest(digest) != expected {
        return Err(StoreFileError::Digest);
    }
    if !starts_with_tau(&powers, &provenance) {
        return Err(StoreFileError::Tau);
    }
    Ok(Srs::from_points(k, powers, lagrange, provenance))
}

/// The provenance that a file's header names, unchecked beyond the header itself: for listings.
pub(crate) fn peek(path: &Path) -> Result<(u32, Provenance), StoreFileError> {
    let file = File::open(path)?;
    let got = file.metadata()?.len();
    let mut header = [0; HEADER_BYTES];
    if got < HEADER_BYTES as u64 {
        return Err(StoreFileError::Length {
            expected: HEADER_BYTES as u64,
            got,
        });
    }
    (&file).read_exact(&mut header)?;
    let (version, k, provenance) = parse_header(&header)?;
    let expected = file_bytes(k, version);
    if got != expected {
        return Err(StoreFileError::Length { expected, got });
    }
    Ok((k, provenance))
}

fn header(k: u32, provenance: &Provenance) -> Vec<u8> {
    let mut header = Vec::with_capacity(HEADER_BYTES);
    header.extend(MAGIC);
    header.extend(VERSION.to_le_bytes());
    header.push(u8::try_from(k).expect("k is at most 24"));
    header.extend(provenance.to_bytes());
    debug_assert_eq!(header.len(), HEADER_BYTES);
    header
}

fn read_header(
    reader: &mut impl Read,
    k: u32,
    expected: u16,
) -> Result<Provenance, StoreFileError> {
    let mut header = [0; HEADER_BYTES];
    reader.read_exact(&mut header)?;
    let (version, got, provenance) = parse_header(&header)?;
    if version != expected {
        return Err(StoreFileError::Version {
            expected,
            got: version,
        });
    }
    if got == k {
        Ok(provenance)
    } else {
        Err(StoreFileError::Size { expected: k, got })
    }
}

fn parse_header(header: &[u8; HEADER_BYTES]) -> Result<(u16, u32, Provenance), StoreFileError> {
    let (magic, rest) = header.split_at(8);
    let (version, rest) = rest.split_at(2);
    let (k, provenance) = rest.split_at(1);
    if magic != MAGIC {
        return Err(StoreFileError::Magic);
    }
    let got = u16::from_le_bytes([version[0], version[1]]);
    if got != VERSION && got != OLD_VERSION {
        return Err(StoreFileError::Version {
            expected: VERSION,
            got,
        });
    }
    let k = u32::from(k[0]);
    if k > MAX_POWER {
        return Err(StoreFileError::Header("k"));
    }
    let provenance = provenance.try_into().expect("the rest of the header");
    let provenance =
        Provenance::from_bytes(provenance).map_err(|field| StoreFileError::Header(field.0))?;
    Ok((got, k, provenance))
}

fn write_points(writer: &mut impl Write, points: &[G1Affine]) -> io::Result<()> {
    for chunk in points.chunks(CHUNK_POINTS) {
        let mut bytes = Vec::with_capacity(chunk.len() * G1_BYTES);
        for point in chunk {
            point.write_raw(&mut bytes)?;
        }
        writer.write_all(&bytes)?;
    }
    Ok(())
}

fn read_points(reader: &mut impl Read, count: usize) -> Result<Vec<G1Affine>, StoreFileError> {
    let mut points = Vec::with_capacity(count);
    let mut bytes = vec![0; CHUNK_POINTS.min(count) * G1_BYTES];
    while points.len() < count {
        let len = CHUNK_POINTS.min(count - points.len()) * G1_BYTES;
        reader.read_exact(&mut bytes[..len])?;
        let first = points.len() as u64;
        let chunk = decode_g1(&bytes[..len], 0, first).map_err(|_| StoreFileError::Digest)?;
        points.extend(chunk);
    }
    Ok(points)
}

/// Cheap, and it catches a file whose parts were swapped by somebody who fixed the digest. (The engine asks the same of
/// the power after the last.)
fn starts_with_tau(powers: &[G1Affine], provenance: &Provenance) -> bool {
    let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
    powers.first() == Some(&g1)
        && powers
            .get(1)
            .is_none_or(|tau| pairing(tau, &g2) == pairing(&g1, &provenance.tau_g2()))
}
