//! The section table and the header.

use super::points::{G1_BYTES, G2_BYTES, decode_g1, decode_g2};
use super::{MAX_POWER, PtauError};
use ff::PrimeField;
use halo2curves::bn256::{Fq, G1Affine, G2Affine};
use std::io::{self, Read, Seek, SeekFrom};

const MAGIC: [u8; 4] = *b"ptau";
const VERSION: u32 = 1;
/// A prepared file has eleven.
const MAX_SECTIONS: u32 = 64;
/// Length prefix, modulus, power, power of the whole ceremony.
const HEADER_BYTES: u64 = 4 + 32 + 4 + 4;
const PREAMBLE_BYTES: u64 = 12;
const SECTION_HEADER_BYTES: u64 = 12;

/// The sections that we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum SectionId {
    Header = 1,
    TauG1 = 2,
    TauG2 = 3,
    LagrangeG1 = 12,
}

impl SectionId {
    const fn what(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::TauG1 => "powers of tau in G1",
            Self::TauG2 => "powers of tau in G2",
            Self::LagrangeG1 => "Lagrange bases in G1",
        }
    }

    /// Size in a file of this power.
    const fn bytes(self, power: u32) -> u64 {
        match self {
            Self::Header => HEADER_BYTES,
            Self::TauG1 => ((1 << (power + 1)) - 1) * G1_BYTES as u64,
            Self::TauG2 => (1 << power) * G2_BYTES as u64,
            // One basis for each domain of 2^0 .. 2^(power + 1).
            Self::LagrangeG1 => ((1 << (power + 2)) - 1) * G1_BYTES as u64,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Section {
    id: u32,
    offset: u64,
    bytes: u64,
}

/// A file whose layout is sound; points are read and checked on demand.
#[derive(Debug)]
pub(crate) struct PtauFile<R> {
    reader: R,
    power: u32,
    sections: Vec<Section>,
}

impl<R: Read + Seek> PtauFile<R> {
    /// Reads header and section table.
    pub(crate) fn open(mut reader: R) -> Result<Self, PtauError> {
        let len = reader.seek(SeekFrom::End(0))?;
        reader.seek(SeekFrom::Start(0))?;
        let sections = read_sections(&mut reader, len)?;
        let mut file = Self {
            reader,
            power: 0,
            sections,
        };
        file.power = file.read_header()?;
        for id in [SectionId::TauG1, SectionId::TauG2] {
            file.expect_size(id)?;
        }
        if file.has_lagrange() {
            file.expect_size(SectionId::LagrangeG1)?;
        }
        Ok(file)
    }

    /// P: the file serves up to 2^P rows.
    pub(crate) fn power(&self) -> u32 {
        self.power
    }

    /// Whether Lagrange bases come with it.
    pub(crate) fn has_lagrange(&self) -> bool {
        self.find(SectionId::LagrangeG1).is_ok()
    }

    /// `count` points of a G1 section from `first` on, each on the curve and finite.
    pub(crate) fn read_g1(
        &mut self,
        id: SectionId,
        first: u64,
        count: usize,
    ) -> Result<Vec<G1Affine>, PtauError> {
        let bytes = self.read_range(id, first * G1_BYTES as u64, count * G1_BYTES)?;
        decode_g1(&bytes, id as u32, first)
    }

    /// `count` powers of tau in G2 from `first` on, each in the subgroup and finite.
    pub(crate) fn read_g2(&mut self, first: u64, count: usize) -> Result<Vec<G2Affine>, PtauError> {
        let id = SectionId::TauG2;
        let bytes = self.read_range(id, first * G2_BYTES as u64, count * G2_BYTES)?;
        decode_g2(&bytes, id as u32, first)
    }

    /// Bytes of the file.
    pub(crate) fn len(&mut self) -> io::Result<u64> {
        self.reader.seek(SeekFrom::End(0))
    }

    /// The whole file from its beginning, for a digest.
    pub(crate) fn rewind(&mut self) -> io::Result<&mut R> {
        self.reader.seek(SeekFrom::Start(0))?;
        Ok(&mut self.reader)
    }

    fn find(&self, id: SectionId) -> Result<Section, PtauError> {
        self.sections
            .iter()
            .find(|section| section.id == id as u32)
            .copied()
            .ok_or(PtauError::MissingSection {
                section: id as u32,
                what: id.what(),
            })
    }

    fn expect_size(&self, id: SectionId) -> Result<(), PtauError> {
        let section = self.find(id)?;
        let expected = id.bytes(self.power);
        if section.bytes == expected {
            Ok(())
        } else {
            Err(PtauError::SectionSize {
                section: section.id,
                expected,
                got: section.bytes,
            })
        }
    }

    fn read_range(&mut self, id: SectionId, start: u64, len: usize) -> Result<Vec<u8>, PtauError> {
        let section = self.find(id)?;
        debug_assert!(start + len as u64 <= section.bytes);
        self.reader.seek(SeekFrom::Start(section.offset + start))?;
        let mut bytes = vec![0; len];
        self.reader.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn read_header(&mut self) -> Result<u32, PtauError> {
        self.expect_size(SectionId::Header)?;
        let header = self.read_range(SectionId::Header, 0, HEADER_BYTES as usize)?;
        let (field, powers) = header.split_at(36);
        let minus_one = (-<Fq as ff::Field>::ONE).to_repr();
        let mut modulus = minus_one;
        // The modulus is odd, so adding one to `modulus - 1` carries nowhere.
        modulus[0] += 1;
        if field[..4] != 32u32.to_le_bytes() || field[4..] != modulus {
            return Err(PtauError::Field);
        }
        let mut power = [0; 4];
        power.copy_from_slice(&powers[..4]);
        let got = u32::from_le_bytes(power);
        if (1..=MAX_POWER).contains(&got) {
            Ok(got)
        } else {
            Err(PtauError::Power { got })
        }
    }
}

fn read_sections<R: Read + Seek>(reader: &mut R, len: u64) -> Result<Vec<Section>, PtauError> {
    let truncated = |expected| PtauError::Truncated { expected, got: len };
    if len < PREAMBLE_BYTES {
        return Err(truncated(PREAMBLE_BYTES));
    }
    let mut magic = [0; 4];
    reader.read_exact(&mut magic)?;
    if magic != MAGIC {
        return Err(PtauError::Magic { got: magic });
    }
    let version = read_u32(reader)?;
    if version != VERSION {
        return Err(PtauError::Version {
            expected: VERSION,
            got: version,
        });
    }
    let count = read_u32(reader)?;
    if count > MAX_SECTIONS {
        return Err(PtauError::SectionCount {
            max: MAX_SECTIONS,
            got: count,
        });
    }
    let mut sections: Vec<Section> = Vec::new();
    let mut offset = PREAMBLE_BYTES;
    for _ in 0..count {
        let start = offset + SECTION_HEADER_BYTES;
        if start > len {
            return Err(truncated(start));
        }
        let id = read_u32(reader)?;
        let mut bytes = [0; 8];
        reader.read_exact(&mut bytes)?;
        let bytes = u64::from_le_bytes(bytes);
        check_order(&sections, id)?;
        // A size near 2^64 must not wrap around.
        let end = start.saturating_add(bytes);
        if end > len {
            return Err(truncated(end));
        }
        sections.push(Section {
            id,
            offset: start,
            bytes,
        });
        offset = reader.seek(SeekFrom::Start(end))?;
    }
    if offset == len {
        Ok(sections)
    } else {
        Err(PtauError::TrailingData {
            expected: offset,
            got: len,
        })
    }
}

fn check_order(sections: &[Section], id: u32) -> Result<(), PtauError> {
    if sections.iter().any(|section| section.id == id) {
        return Err(PtauError::DuplicateSection { section: id });
    }
    match sections.last() {
        Some(last) if last.id > id => Err(PtauError::SectionOrder {
            previous: last.id,
            section: id,
        }),
        _ => Ok(()),
    }
}

fn read_u32<R: Read>(reader: &mut R) -> Result<u32, PtauError> {
    let mut bytes = [0; 4];
    reader.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}
