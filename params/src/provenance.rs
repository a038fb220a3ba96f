//! Where parameters come from, in a form that cannot get lost.

use crate::digest::{FileDigest, hash_parts};
use crate::embedded;
use crate::ptau::{G2_BYTES, decode_g2};
use group::GroupEncoding;
use halo2curves::bn256::G2Affine;
use halo2curves::serde::SerdeObject;
use serde::{Deserialize, Serialize};
use std::fmt;

pub use crate::digest::ParamsId;

const ID_DOMAIN: &[u8; 16] = b"vigil.params.id1";

/// Who vouches that nobody knows tau.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParamsKind {
    /// The Perpetual Powers of Tau ceremony whose parameters are part of this program.
    Ceremony,
    /// Some other ceremony's file, imported on explicit request.
    OtherCeremony,
    /// Made on this machine from a tau that is known: anybody can forge proofs.
    UnsafeDev,
}

impl ParamsKind {
    /// The byte that stands for it in files.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ceremony => 1,
            Self::OtherCeremony => 2,
            Self::UnsafeDev => 0xdd,
        }
    }

    /// Inverse of [`Self::code`].
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Ceremony),
            2 => Some(Self::OtherCeremony),
            0xdd => Some(Self::UnsafeDev),
            _ => None,
        }
    }

    /// Whether proofs under such parameters can be forged by whoever made them.
    pub const fn is_unsafe(self) -> bool {
        matches!(self, Self::UnsafeDev)
    }
}

impl fmt::Display for ParamsKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ceremony => "Perpetual Powers of Tau",
            Self::OtherCeremony => "OTHER CEREMONY",
            Self::UnsafeDev => "UNSAFE DEVELOPMENT PARAMETERS",
        })
    }
}

/// Where parameters come from. Kind and ID follow from `[tau]_2`; nobody can set them by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provenance {
    kind: ParamsKind,
    tau_g2: G2Affine,
    source_power: u32,
    source_digest: Option<FileDigest>,
}

impl Provenance {
    /// Of a ceremony's file: it is *the* ceremony exactly if its `[tau]_2` is the embedded one.
    pub(crate) fn of_ceremony_file(
        tau_g2: G2Affine,
        source_power: u32,
        source_digest: FileDigest,
    ) -> Self {
        let kind = if tau_g2 == embedded::tau_g2() {
            ParamsKind::Ceremony
        } else {
            ParamsKind::OtherCeremony
        };
        Self {
            kind,
            tau_g2,
            source_power,
            source_digest: Some(source_digest),
        }
    }

    /// Of parameters whose tau is known.
    pub(crate) fn of_unsafe_dev(tau_g2: G2Affine, source_power: u32) -> Self {
        Self {
            kind: ParamsKind::UnsafeDev,
            tau_g2,
            source_power,
            source_digest: None,
        }
    }

    /// Who vouches for them.
    pub fn kind(&self) -> ParamsKind {
        self.kind
    }

    /// Whether proofs under them can be forged.
    pub fn is_unsafe(&self) -> bool {
        self.kind.is_unsafe()
    }

    /// Their ID, of which the kind is a part: a hash of kind and `[tau]_2`.
    pub fn id(&self) -> ParamsId {
        ParamsId(hash_parts(
            ID_DOMAIN,
            &[&[self.kind.code()], self.tau_g2.to_bytes().as_ref()],
        ))
    }

    /// `[tau]_2`: with the generators, all that a verifier needs.
    pub fn tau_g2(&self) -> G2Affine {
        self.tau_g2
    }

    /// Power of the file they were read from, or the k they were made for.
    pub fn source_power(&self) -> u32 {
        self.source_power
    }

    /// BLAKE2b-512 of the ceremony file they were read from; none for development parameters.
    pub fn source_digest(&self) -> Option<&FileDigest> {
        self.source_digest.as_ref()
    }
}

/// A provenance in the header of a file: kind, power of the source, `[tau]_2`, digest of the source.
pub(crate) const PROVENANCE_BYTES: usize = 1 + 4 + G2_BYTES + 64;

/// The field of an encoded provenance that makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DamagedField(pub(crate) &'static str);

impl Provenance {
    pub(crate) fn to_bytes(self) -> [u8; PROVENANCE_BYTES] {
        let mut bytes = Vec::with_capacity(PROVENANCE_BYTES);
        bytes.push(self.kind.code());
        bytes.extend(self.source_power.to_le_bytes());
        bytes.extend(self.tau_g2.to_raw_bytes());
        bytes.extend(self.source_digest.map_or([0; 64], |digest| digest.0));
        bytes
            .try_into()
            .expect("one byte, four, a point and a digest")
    }

    /// Refuses a kind that does not follow from `[tau]_2`: no file can call itself the ceremony.
    pub(crate) fn from_bytes(bytes: &[u8; PROVENANCE_BYTES]) -> Result<Self, DamagedField> {
        let (&[code, p0, p1, p2, p3], rest) = bytes
            .split_first_chunk()
            .ok_or(DamagedField("provenance"))?;
        let (tau_g2, digest) = rest.split_at(G2_BYTES);
        let kind = ParamsKind::from_code(code).ok_or(DamagedField("kind"))?;
        let power = u32::from_le_bytes([p0, p1, p2, p3]);
        let tau_g2 = decode_g2(tau_g2, 0, 0).map_err(|_| DamagedField("[tau]_2"))?[0];
        let digest = FileDigest(digest.try_into().map_err(|_| DamagedField("provenance"))?);
        let provenance = match kind {
            ParamsKind::UnsafeDev => Self::of_unsafe_dev(tau_g2, power),
            ParamsKind::Ceremony | ParamsKind::OtherCeremony => {
                Self::of_ceremony_file(tau_g2, power, digest)
            }
        };
        if provenance.kind == kind {
            Ok(provenance)
        } else {
            Err(DamagedField("kind"))
        }
    }
}

/// Which parameters somebody accepts. The default is the embedded ceremony alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParamsPolicy {
    /// Another ceremony, named by its ID.
    pub other_ceremony: Option<ParamsId>,
    /// Unsafe development parameters, for tests and benchmarks.
    pub allow_unsafe: bool,
}

/// Parameters that a [`ParamsPolicy`] does not accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParamsRefused {
    /// Unsafe development parameters.
    #[error(
        "unsafe development parameters {id}: whoever made them can forge proofs; \
         they are accepted only where that was asked for"
    )]
    Unsafe {
        /// Their ID.
        id: ParamsId,
    },
    /// Another ceremony, which was not asked for.
    #[error(
        "parameters {id} are of another ceremony; they are accepted only where that ID was named"
    )]
    OtherCeremony {
        /// Their ID.
        id: ParamsId,
    },
    /// Says it is the embedded ceremony, and is not.
    #[error("parameters marked as the embedded ceremony have the ID {got}, not {expected}")]
    NotTheCeremony {
        /// The ceremony's.
        expected: ParamsId,
        /// As read.
        got: ParamsId,
    },
}

impl ParamsPolicy {
    /// Whether parameters of this kind and ID, as some file's header names them, are accepted.
    pub fn accept(&self, kind: ParamsKind, id: ParamsId) -> Result<(), ParamsRefused> {
        match kind {
            ParamsKind::Ceremony if id == embedded::provenance().id() => Ok(()),
            ParamsKind::Ceremony => Err(ParamsRefused::NotTheCeremony {
                expected: embedded::provenance().id(),
                got: id,
            }),
            ParamsKind::OtherCeremony if self.other_ceremony == Some(id) => Ok(()),
            ParamsKind::OtherCeremony => Err(ParamsRefused::OtherCeremony { id }),
            ParamsKind::UnsafeDev if self.allow_unsafe => Ok(()),
            ParamsKind::UnsafeDev => Err(ParamsRefused::Unsafe { id }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use group::Curve;
    use halo2curves::bn256::G2;

    fn some_tau() -> G2Affine {
        (G2::generator() + G2::generator()).to_affine()
    }

    #[test]
    fn the_kind_is_part_of_the_id_and_follows_from_tau() {
        let digest = FileDigest::of(b"");
        let other = Provenance::of_ceremony_file(some_tau(), 12, digest);
        let dev = Provenance::of_unsafe_dev(some_tau(), 12);
        let genuine = Provenance::of_ceremony_file(embedded::tau_g2(), 12, digest);
        assert_eq!(other.kind(), ParamsKind::OtherCeremony);
        assert_eq!(genuine.kind(), ParamsKind::Ceremony);
        assert_eq!(genuine.id(), embedded::provenance().id());
        assert_ne!(other.id(), dev.id());
        assert_ne!(
            Provenance::of_unsafe_dev(embedded::tau_g2(), 12).id(),
            genuine.id()
        );
    }

    #[test]
    fn by_default_only_the_ceremony_is_accepted() {
        let id = Provenance::of_unsafe_dev(some_tau(), 12).id();
        let ceremony = embedded::provenance().id();
        let strict = ParamsPolicy::default();
        assert_eq!(strict.accept(ParamsKind::Ceremony, ceremony), Ok(()));
        assert_eq!(
            strict.accept(ParamsKind::Ceremony, id),
            Err(ParamsRefused::NotTheCeremony {
                expected: ceremony,
                got: id
            })
        );
        assert_eq!(
            strict.accept(ParamsKind::OtherCeremony, id),
            Err(ParamsRefused::OtherCeremony { id })
        );
        assert_eq!(
            strict.accept(ParamsKind::UnsafeDev, id),
            Err(ParamsRefused::Unsafe { id })
        );
        let lax = ParamsPolicy {
            other_ceremony: Some(id),
            allow_unsafe: true,
        };
        assert_eq!(lax.accept(ParamsKind::OtherCeremony, id), Ok(()));
        assert!(lax.accept(ParamsKind::OtherCeremony, ceremony).is_err());
        assert_eq!(lax.accept(ParamsKind::UnsafeDev, id), Ok(()));
    }

    #[test]
    fn codes_are_the_inverse_of_kinds() {
        for kind in [
            ParamsKind::Ceremony,
            ParamsKind::OtherCeremony,
            ParamsKind::UnsafeDev,
        ] {
            assert_eq!(ParamsKind::from_code(kind.code()), Some(kind));
        }
        assert_eq!(ParamsKind::from_code(0), None);
    }
}
