//! What depends on the key only, made once and kept on the device.

use crate::error::GpuError;
use crate::raw::{Bases, Device, Gpu, Program, Vector};
use halo2_proofs::plonk::ProvingKey;
use halo2_proofs::poly::commitment::{Params, ParamsProver};
use halo2_proofs::poly::kzg::commitment::ParamsKZG;
use halo2curves::bn256::{Bn256, Fr, G1Affine};
use std::fmt;
use std::sync::Arc;
use vigil_engine::{EngineError, Plan, bases};

/// A polynomial of the key in both forms.
pub(crate) struct Column {
    pub(crate) values: Vector,
    pub(crate) coefficients: Vector,
}

/// A proving key, prepared on a device. It goes with the key and the parameters that it was made of.
pub struct GpuKey {
    pub(crate) plan: Plan,
    pub(crate) device: Arc<Device>,
    pub(crate) program: Program,
    pub(crate) fixed: Vec<Column>,
    pub(crate) sigma: Vec<Column>,
    /// By coset, the powers of its shift.
    pub(crate) powers: Vec<Vector>,
    /// By coset and column: fixed, sigma, l_0, l_last, l_active, X.
    pub(crate) on_cosets: Vec<Vec<Vector>>,
    pub(crate) lagrange: Bases,
    pub(crate) monomial: Bases,
}

impl fmt::Debug for GpuKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GpuKey")
            .field("device", &self.device)
            .finish_non_exhaustive()
    }
}

impl GpuKey {
    /// See [`Plan::with_next_power`].
    pub fn with_next_power(
        self,
        params: &ParamsKZG<Bn256>,
        next: G1Affine,
    ) -> Result<Self, EngineError> {
        let plan = self.plan.with_next_power(params, next)?;
        Ok(Self { plan, ..self })
    }

    /// Prepares a key.
    pub fn new(
        gpu: &Gpu,
        params: &ParamsKZG<Bn256>,
        key: &ProvingKey<G1Affine>,
    ) -> Result<Self, GpuError> {
        let plan = Plan::new(params, key.get_vk())?;
        let device = gpu.device(params.k())?;
        let column = |(values, coefficients): (&[Fr], &[Fr])| -> Result<Column, GpuError> {
            Ok(Column {
                values: device.upload(values)?,
                coefficients: device.upload(coefficients)?,
            })
        };
        let values = key.fixed_values().iter().map(|values| values.values());
        let polynomials = key
            .fixed_polys()
            .iter()
            .map(|polynomial| polynomial.values());
        let fixed: Vec<Column> = values
            .zip(polynomials)
            .map(column)
            .collect::<Result<_, _>>()?;
        let permutation = key.permutation();
        let values = permutation
            .permutations()
            .iter()
            .map(|values| values.values());
        let polynomials = permutation
            .polys()
            .iter()
            .map(|polynomial| polynomial.values());
        let sigma: Vec<Column> = values
            .zip(polynomials)
            .map(column)
            .collect::<Result<_, _>>()?;
        let lagrange = [key.l0(), key.l_last(), key.l_active_row()]
            .into_iter()
            .map(|polynomial| device.upload(polynomial.values()))
            .collect::<Result<Vec<_>, _>>()?;

        let mut powers = Vec::new();
        let mut on_cosets = Vec::new();
        for coset in 0..plan.cosets.count() {
            let shift = plan.cosets.shift(coset);
            let of_shift = device.powers(shift)?;
            let mut columns = fixed
                .iter()
                .chain(&sigma)
                .map(|column| &column.coefficients)
                .chain(&lagrange)
                .map(|polynomial| device.coset_values(polynomial, &of_shift))
                .collect::<Result<Vec<_>, _>>()?;
            columns.push(device.points(shift)?);
            powers.push(of_shift);
            on_cosets.push(columns);
        }
        Ok(Self {
            program: device.upload_program(&plan.compiled.program)?,
            lagrange: device
                .upload_bases(&bases::lagrange(params).map_err(vigil_engine::EngineError::from)?)?,
            monomial: device.upload_bases(params.get_g())?,
            plan,
            device,
            fixed,
            sigma,
            powers,
            on_cosets,
        })
    }

    /// How many vectors, sets of points and programs are on its device.
    pub fn live(&self) -> usize {
        self.device.live()
    }

    /// Bytes that it takes on the device, the work of a proof aside.
    pub fn memory(&self) -> usize {
        let scalars = 2 * (self.fixed.len() + self.sigma.len())
            + self.powers.len()
            + self.on_cosets.iter().map(Vec::len).sum::<usize>();
        self.device.size() * (scalars * 32 + 2 * 64)
    }
}
