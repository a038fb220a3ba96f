//! Commitments, transforms, evaluations, combinations, divisions.

use super::device::{Bases, Device, Vector, checked, wrapped};
use crate::bytes::{POINT, SCALAR, of_scalars, to_point, to_scalars};
use crate::error::GpuError;
use ff::Field;
use halo2curves::bn256::{Fr, G1Affine};
use std::sync::Arc;
use vigil_engine::EngineError;

impl Device {
    /// The sum of scalar times point.
    pub fn commit(self: &Arc<Self>, bases: &Bases, scalars: &Vector) -> Result<G1Affine, GpuError> {
        let step = "committing";
        self.own(step, &bases.device)?;
        self.own(step, &scalars.device)?;
        let mut point = [0; POINT];
        let context = self.lock();
        // SAFETY: there is room for a point.
        let failure = unsafe {
            (self.object.functions.commit)(
                context.0,
                bases.handle.0,
                scalars.handle.0,
                point.as_mut_ptr(),
            )
        };
        checked(step, failure)?;
        to_point(&point).ok_or(GpuError::Answer { step })
    }

    /// Coefficients from values.
    pub fn coefficients(self: &Arc<Self>, values: &Vector) -> Result<Vector, GpuError> {
        let step = "transforming to coefficients";
        self.own(step, &values.device)?;
        // SAFETY: the vector is this context's.
        self.vector(step, |context, out| unsafe {
            (self.object.functions.coefficients)(context, values.handle.0, out)
        })
    }

    /// Values on a coset, from coefficients and the powers of its shift.
    pub fn coset_values(
        self: &Arc<Self>,
        coefficients: &Vector,
        powers: &Vector,
    ) -> Result<Vector, GpuError> {
        let step = "transforming to values";
        self.own(step, &coefficients.device)?;
        self.own(step, &powers.device)?;
        // SAFETY: the vectors are this context's.
        self.vector(step, |context, out| unsafe {
            (self.object.functions.coset_values)(
                context,
                coefficients.handle.0,
                powers.handle.0,
                out,
            )
        })
    }

    /// 1, base, its square, ...
    pub fn powers(self: &Arc<Self>, base: Fr) -> Result<Vector, GpuError> {
        let base = of_scalars(&[base]);
        // SAFETY: base is one scalar.
        self.vector("making powers", |context, out| unsafe {
            (self.object.functions.powers)(context, base.as_ptr(), out)
        })
    }

    /// The domain's elements times `shift`.
    pub fn points(self: &Arc<Self>, shift: Fr) -> Result<Vector, GpuError> {
        let shift = of_scalars(&[shift]);
        // SAFETY: shift is one scalar.
        self.vector("making points", |context, out| unsafe {
            (self.object.functions.points)(context, shift.as_ptr(), out)
        })
    }

    /// The domain's Lagrange basis at x.
    ///
    /// # Errors
    /// If x is in the domain.
    pub fn lagrange(self: &Arc<Self>, x: Fr) -> Result<Vector, GpuError> {
        let step = "making the Lagrange basis";
        if x.pow_vartime([self.size() as u64]) == Fr::ONE {
            return Err(EngineError::Challenge.into());
        }
        let x = of_scalars(&[x]);
        // SAFETY: x is one scalar.
        self.vector(step, |context, out| unsafe {
            (self.object.functions.lagrange)(context, x.as_ptr(), out)
        })
    }

    /// For each vector, the sum of its elements times the weights so many places before.
    pub fn dots(
        self: &Arc<Self>,
        weights: &Vector,
        queries: &[(&Vector, i32)],
    ) -> Result<Vec<Fr>, GpuError> {
        let step = "evaluating";
        self.own(step, &weights.device)?;
        let vectors: Vec<&Vector> = queries.iter().map(|(vector, _)| *vector).collect();
        let vectors = self.handles(step, &vectors)?;
        let rotations = queries.iter();
        let rotations: Vec<u32> = rotations
            .map(|(_, rotation)| wrapped(*rotation, self.size()))
            .collect();
        let mut sums = vec![0; queries.len() * SCALAR];
        let context = self.lock();
        // SAFETY: vectors, rotations and room for sums are as many; the vectors are this context's.
        let failure = unsafe {
            (self.object.functions.dots)(
                context.0,
                weights.handle.0,
                vectors.as_ptr(),
                rotations.as_ptr(),
                queries.len(),
                sums.as_mut_ptr(),
            )
        };
        checked(step, failure)?;
        to_scalars(&sums).ok_or(GpuError::Answer { step })
    }

    /// The sum of the vectors times their factors.
    pub fn combine(self: &Arc<Self>, terms: &[(&Vector, Fr)]) -> Result<Vector, GpuError> {
        let step = "combining";
        let (vectors, factors): (Vec<&Vector>, Vec<Fr>) = terms.iter().copied().unzip();
        let vectors = self.handles(step, &vectors)?;
        let factors = of_scalars(&factors);
        // SAFETY: there are as many factors as vectors, which are this context's.
        self.vector(step, |context, out| unsafe {
            (self.object.functions.combine)(
                context,
                vectors.as_ptr(),
                factors.as_ptr(),
                terms.len(),
                out,
            )
        })
    }

    /// Divides coefficients by X - a for each point in turn; the quotient and the remainders.
    pub fn divide(
        self: &Arc<Self>,
        dividend: &Vector,
        points: &[Fr],
    ) -> Result<(Vector, Vec<Fr>), GpuError> {
        let step = "dividing";
        self.own(step, &dividend.device)?;
        let bytes = of_scalars(points);
        let mut remainders = vec![0; points.len() * SCALAR];
        // SAFETY: there is room for as many remainders as there are points.
        let quotient = self.vector(step, |context, out| unsafe {
            (self.object.functions.divide)(
                context,
                dividend.handle.0,
                bytes.as_ptr(),
                points.len(),
                out,
                remainders.as_mut_ptr(),
            )
        })?;
        let remainders = to_scalars(&remainders).ok_or(GpuError::Answer { step })?;
        Ok((quotient, remainders))
    }
}
