//! circom's two binary formats: `.r1cs` (constraints) and `.wtns` (a witness).

use anyhow::{Context, ensure};
use ark_bn254::Fr;
use ark_ff::PrimeField;
use ark_relations::r1cs::ConstraintMatrices;
use std::collections::HashMap;

/// Little-endian bytes, read from the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> anyhow::Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length).context("the file is truncated")?;
        self.0 = rest;
        Ok(taken)
    }

    fn u32(&mut self) -> anyhow::Result<u32> {
        Ok(u32::from_le_bytes(self.take(4)?.try_into()?))
    }

    fn u64(&mut self) -> anyhow::Result<u64> {
        Ok(u64::from_le_bytes(self.take(8)?.try_into()?))
    }

    fn field(&mut self) -> anyhow::Result<Fr> {
        Ok(Fr::from_le_bytes_mod_order(self.take(32)?))
    }
}

/// Sections of a file by type, after magic and version.
fn sections<'a>(bytes: &'a [u8], magic: &[u8]) -> anyhow::Result<HashMap<u32, Reader<'a>>> {
    let mut file = Reader(bytes);
    ensure!(file.take(4)? == magic, "it is not a file of this kind");
    file.u32()?;
    let count = file.u32()?;
    let mut sections = HashMap::new();
    for _ in 0..count {
        let kind = file.u32()?;
        let length = usize::try_from(file.u64()?)?;
        sections.insert(kind, Reader(file.take(length)?));
    }
    Ok(sections)
}

/// The constraints of a `.r1cs` file. Instance variables are the constant one and the public inputs.
pub fn constraints(bytes: &[u8]) -> anyhow::Result<ConstraintMatrices<Fr>> {
    let mut sections = sections(bytes, b"r1cs")?;
    let mut header = sections.remove(&1).context("there is no header")?;
    ensure!(header.u32()? == 32, "the field has another size");
    header.take(32)?;
    let wires = header.u32()? as usize;
    let public = (header.u32()? + header.u32()?) as usize;
    header.take(4 + 8)?;
    let count = header.u32()? as usize;
    let mut body = sections.remove(&2).context("there are no constraints")?;
    let mut matrices: [Vec<Vec<(Fr, usize)>>; 3] = Default::default();
    for _ in 0..count {
        for matrix in &mut matrices {
            let length = body.u32()?;
            let terms = (0..length).map(|_| {
                let wire = body.u32()? as usize;
                ensure!(wire < wires, "a wire that does not exist");
                Ok((body.field()?, wire))
            });
            matrix.push(terms.collect::<anyhow::Result<_>>()?);
        }
    }
    let [a, b, c] = matrices;
    let terms = |matrix: &[Vec<_>]| matrix.iter().map(Vec::len).sum();
    Ok(ConstraintMatrices {
        num_instance_variables: public + 1,
        num_witness_variables: wires - public - 1,
        num_constraints: count,
        a_num_non_zero: terms(&a),
        b_num_non_zero: terms(&b),
        c_num_non_zero: terms(&c),
        a,
        b,
        c,
    })
}

/// All wires of a `.wtns` file.
pub fn witness(bytes: &[u8]) -> anyhow::Result<Vec<Fr>> {
    let mut sections = sections(bytes, b"wtns")?;
    let mut header = sections.remove(&1).context("there is no header")?;
    ensure!(header.u32()? == 32, "the field has another size");
    header.take(32)?;
    let count = header.u32()?;
    let mut body = sections.remove(&2).context("there are no values")?;
    (0..count).map(|_| body.field()).collect()
}
