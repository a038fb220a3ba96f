//! For tests: powers-of-tau files of a known tau, to be taken apart and put together wrongly.
//!
//! Such a file is well-formed and its powers are right, but it is nobody's ceremony: importing it
//! takes the explicit flag for other ceremonies.

use crate::dev;
use crate::ptau::to_snarkjs_order;
use ff::{Field, PrimeField};
use group::Curve;
use group::prime::PrimeCurveAffine;
use halo2curves::bn256::{Fq, G1Affine, G2, G2Affine};
use halo2curves::serde::SerdeObject;

/// A file as its sections, by number.
#[derive(Clone, Debug)]
pub struct ForgedPtau {
    /// Number and content of each section, in the file's order.
    pub sections: Vec<(u32, Vec<u8>)>,
}

impl ForgedPtau {
    /// A sound file of this power with the tau of [`dev::unsafe_srs`]; `None` above power 20.
    pub fn new(power: u32, seed: u64, with_lagrange: bool) -> Option<Self> {
        const MAX_POWER: u32 = 20;
        if power > MAX_POWER {
            return None;
        }
        let (mut powers, _, _) = dev::unsafe_points(power + 1, seed)?;
        // A ceremony has one power less than twice 2^power.
        powers.truncate((2 << power) - 1);
        let mut sections = vec![
            (1, header(power)),
            (2, g1_bytes(&powers)),
            (3, g2_bytes(power, seed)),
        ];
        if with_lagrange {
            let mut bases = Vec::new();
            for k in 0..=power + 1 {
                let (_, basis, _) = dev::unsafe_points(k, seed)?;
                bases.extend(g1_bytes(&to_snarkjs_order(&basis)));
            }
            sections.push((12, bases));
        }
        Some(Self { sections })
    }

    /// The content of a section.
    pub fn section(&mut self, number: u32) -> Option<&mut Vec<u8>> {
        self.sections
            .iter_mut()
            .find(|(other, _)| *other == number)
            .map(|(_, content)| content)
    }

    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = b"ptau".to_vec();
        bytes.extend(1u32.to_le_bytes());
        bytes.extend((self.sections.len() as u32).to_le_bytes());
        for (number, content) in &self.sections {
            bytes.extend(number.to_le_bytes());
            bytes.extend((content.len() as u64).to_le_bytes());
            bytes.extend(content);
        }
        bytes
    }
}

fn header(power: u32) -> Vec<u8> {
    let mut modulus = (-Fq::ONE).to_repr();
    modulus[0] += 1;
    let mut header = 32u32.to_le_bytes().to_vec();
    header.extend(modulus);
    header.extend(power.to_le_bytes());
    header.extend(power.to_le_bytes());
    header
}

fn g1_bytes(points: &[G1Affine]) -> Vec<u8> {
    points.iter().flat_map(SerdeObject::to_raw_bytes).collect()
}

fn g2_bytes(power: u32, seed: u64) -> Vec<u8> {
    let tau = dev::tau(seed);
    std::iter::successors(Some(G2::generator()), |point| Some(point * tau))
        .take(1 << power)
        .flat_map(|point| point.to_affine().to_raw_bytes())
        .collect()
}

/// A point on G2's curve that is not in the subgroup.
pub fn g2_point_outside_the_subgroup() -> Vec<u8> {
    use group::cofactor::CofactorGroup;
    use halo2curves::CurveAffine;
    use halo2curves::bn256::Fq2;
    (1u64..)
        .map(|x| Fq2 {
            c0: Fq::from(x),
            c1: Fq::ONE,
        })
        .filter_map(|x| {
            let y = Option::<Fq2>::from((x.square() * x + G2Affine::b()).sqrt())?;
            Option::<G2Affine>::from(G2Affine::from_xy(x, y))
        })
        .find(|point| !bool::from(point.to_curve().is_torsion_free()))
        .map(|point| point.to_raw_bytes())
        .expect("almost every point of the curve is outside the subgroup")
}
