//! A device, and what is on it.

use super::object::{Failure, Made, Object};
use crate::bytes::{SCALAR, of_points, of_scalars, to_scalars};
use crate::error::GpuError;
use ff::PrimeField;
use halo2curves::bn256::{Fr, G1Affine};
use std::ffi::{CStr, c_char};
use std::fmt;
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the object made and will release. Only the object's functions look at what it points to.
pub(super) struct Handle(pub(super) Made);

// SAFETY: nothing behind it is bound to a thread, and it is only looked at under the device's lock.
unsafe impl Send for Handle {}
// SAFETY: as above.
unsafe impl Sync for Handle {}

/// A device with the roots of unity of one domain.
pub struct Device {
    pub(super) object: Arc<Object>,
    context: Mutex<Handle>,
    size: usize,
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device")
            .field("object", &self.object)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        let context = self.lock().0;
        // SAFETY: whatever was made with it holds an `Arc` of this, so it is gone.
        unsafe { (self.object.functions.close)(context) };
    }
}

/// What is on a device: released once, before the device is closed.
macro_rules! made {
    ($(#[$doc:meta])* $name:ident, $release:ident $(, $field:ident)*) => {
        $(#[$doc])*
        pub struct $name {
            pub(super) device: Arc<Device>,
            pub(super) handle: Handle,
            $(pub(super) $field: usize,)*
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                let context = self.device.lock();
                // SAFETY: it was made with this context, and nobody else releases it.
                unsafe { (self.device.object.functions.$release)(context.0, self.handle.0) };
            }
        }
    };
}

made! {
    /// As many scalars as the domain has elements. They are overwritten when this is dropped.
    Vector, release
}
made! {
    /// As many points.
    Bases, release_bases
}
made! {
    /// Compiled constraints, with how many columns and table entries they read.
    Program, release_program, columns, table
}
impl Device {
    pub(super) fn open(object: Arc<Object>, k: u32) -> Result<Self, GpuError> {
        let omega = (k..Fr::S).fold(Fr::ROOT_OF_UNITY, |root, _| root.square());
        let omega = of_scalars(&[omega]);
        let mut context = ptr::null_mut();
        // SAFETY: omega is one scalar.
        let failure = unsafe { (object.functions.open)(0, k, omega.as_ptr(), &mut context) };
        checked("opening", failure)?;
        Ok(Self {
            object,
            context: Mutex::new(Handle(context)),
            // The object refuses larger ones.
            size: 1 << k,
        })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Handle> {
        // A thread that panicked with the lock was not inside of the object.
        self.context.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the device calls itself.
    pub fn describe(&self) -> Result<String, GpuError> {
        let mut name = [0; 256];
        let context = self.lock();
        // SAFETY: so many bytes may be written.
        let failure = unsafe {
            (self.object.functions.describe)(
                context.0,
                name.as_mut_ptr().cast::<c_char>(),
                name.len(),
            )
        };
        checked("describing itself", failure)?;
        let name = CStr::from_bytes_until_nul(&name).unwrap_or_default();
        Ok(name.to_string_lossy().into_owned())
    }

    /// How many vectors, bases and programs are on it.
    pub fn live(&self) -> usize {
        // SAFETY: the context is open.
        unsafe { (self.object.functions.live)(self.lock().0) }
    }

    /// How many elements the domain has.
    pub fn size(&self) -> usize {
        self.size
    }

    pub(super) fn require(
        &self,
        step: &'static str,
        got: usize,
        expected: usize,
    ) -> Result<(), GpuError> {
        (got == expected).then_some(()).ok_or(GpuError::Mismatch {
            step,
            expected,
            got,
        })
    }

    pub(super) fn own(
        self: &Arc<Self>,
        step: &'static str,
        other: &Arc<Self>,
    ) -> Result<(), GpuError> {
        Arc::ptr_eq(self, other)
            .then_some(())
            .ok_or(GpuError::Foreign { step })
    }

    pub(super) fn handles(
        self: &Arc<Self>,
        step: &'static str,
        vectors: &[&Vector],
    ) -> Result<Vec<Made>, GpuError> {
        for vector in vectors {
            self.own(step, &vector.device)?;
        }
        Ok(vectors.iter().map(|vector| vector.handle.0).collect())
    }

    /// A vector that `fill` makes.
    pub(super) fn vector(
        self: &Arc<Self>,
        step: &'static str,
        fill: impl FnOnce(Made, *mut Made) -> Failure,
    ) -> Result<Vector, GpuError> {
        let mut made = ptr::null_mut();
        let context = self.lock();
        checked(step, fill(context.0, &mut made))?;
        Ok(Vector {
            device: self.clone(),
            handle: Handle(made),
        })
    }

    /// Takes scalars over.
    pub fn upload(self: &Arc<Self>, scalars: &[Fr]) -> Result<Vector, GpuError> {
        let step = "taking scalars";
        self.require(step, scalars.len(), self.size)?;
        let bytes = of_scalars(scalars);
        // SAFETY: there are as many scalars as the domain has elements.
        self.vector(step, |context, out| unsafe {
            (self.object.functions.upload)(context, bytes.as_ptr(), out)
        })
    }

    /// Gives scalars back: for tests, as nothing else needs them.
    pub fn download(self: &Arc<Self>, vector: &Vector) -> Result<Vec<Fr>, GpuError> {
        let step = "giving scalars back";
        self.own(step, &vector.device)?;
        let mut bytes = vec![0; self.size * SCALAR];
        let context = self.lock();
        // SAFETY: there is room for as many scalars as the domain has elements.
        let failure = unsafe {
            (self.object.functions.download)(context.0, vector.handle.0, bytes.as_mut_ptr())
        };
        checked(step, failure)?;
        to_scalars(&bytes).ok_or(GpuError::Answer { step })
    }

    /// Takes points over.
    pub fn upload_bases(self: &Arc<Self>, points: &[G1Affine]) -> Result<Bases, GpuError> {
        let step = "taking points";
        self.require(step, points.len(), self.size)?;
        let bytes = of_points(points);
        let mut made = ptr::null_mut();
        let context = self.lock();
        // SAFETY: there are as many points as the domain has elements.
        let failure =
            unsafe { (self.object.functions.upload_bases)(context.0, bytes.as_ptr(), &mut made) };
        checked(step, failure)?;
        Ok(Bases {
            device: self.clone(),
            handle: Handle(made),
        })
    }
}

pub(super) fn checked(step: &'static str, failure: Failure) -> Result<(), GpuError> {
    if failure.is_null() {
        return Ok(());
    }
    // SAFETY: a failure is a string with a final zero, which holds until this thread's next call.
    let reason = unsafe { CStr::from_ptr(failure) };
    Err(GpuError::Device {
        step,
        reason: reason.to_string_lossy().into_owned(),
    })
}

/// A rotation as a number of rows further down.
pub(super) fn wrapped(rotation: i32, size: usize) -> u32 {
    // A domain has at most 2^26 elements.
    i64::from(rotation).rem_euclid(size as i64) as u32
}
