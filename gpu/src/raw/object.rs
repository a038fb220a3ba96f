//! Finding and opening the shared object.

use super::device::Device;
use crate::error::GpuError;
use libloading::{Library, Symbol};
use std::error::Error;
use std::ffi::{c_char, c_void};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fmt};

/// The version of the interface that this program speaks.
const INTERFACE: u32 = 1;

/// The object's name, beside the program.
pub const OBJECT: &str = "libvigil_gpu.so";

/// The variable that names another place.
pub const VARIABLE: &str = "VIGIL_GPU_OBJECT";

/// Null, or a message.
pub(super) type Failure = *const c_char;
/// A context, vector, set of bases or program.
pub(super) type Made = *mut c_void;
/// Scalars or points to be read.
pub(super) type In = *const u8;
/// The same, to be written.
pub(super) type Out = *mut u8;

/// The functions of `vigil_gpu.h`, by their names without the prefix.
macro_rules! functions {
    ($($name:ident: fn($($argument:ty),*) $(-> $result:ty)?;)*) => {
        pub(super) struct Functions {
            $(pub(super) $name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
        }

        impl Functions {
            /// # Safety
            /// The library has to be an object of this interface's version.
            unsafe fn of(library: &Library) -> Result<Self, libloading::Error> {
                Ok(Self {
                    $($name: {
                        let name = concat!("vigil_", stringify!($name));
                        // SAFETY: the caller says that the function has the type of the header, which is this.
                        let symbol: Symbol<'_, unsafe extern "C" fn($($argument),*) $(-> $result)?> =
                            unsafe { library.get(name)? };
                        *symbol
                    },)*
                })
            }
        }
    };
}

functions! {
    open: fn(u32, u32, In, *mut Made) -> Failure;
    close: fn(Made);
    describe: fn(Made, *mut c_char, usize) -> Failure;
    live: fn(Made) -> usize;
    upload: fn(Made, In, *mut Made) -> Failure;
    download: fn(Made, Made, Out) -> Failure;
    upload_bases: fn(Made, In, *mut Made) -> Failure;
    upload_program: fn(Made, *const u32, usize, u32, *mut Made) -> Failure;
    release: fn(Made, Made);
    release_bases: fn(Made, Made);
    release_program: fn(Made, Made);
    commit: fn(Made, Made, Made, Out) -> Failure;
    coefficients: fn(Made, Made, *mut Made) -> Failure;
    coset_values: fn(Made, Made, Made, *mut Made) -> Failure;
    powers: fn(Made, In, *mut Made) -> Failure;
    points: fn(Made, In, *mut Made) -> Failure;
    product: fn(Made, *const Made, *const Made, In, usize, In, In, In, In, usize, *mut Made, Out) -> Failure;
    run: fn(Made, Made, *const Made, usize, In, usize, *mut Made) -> Failure;
    pieces: fn(Made, *const Made, usize, In, In) -> Failure;
    lagrange: fn(Made, In, *mut Made) -> Failure;
    dots: fn(Made, Made, *const Made, *const u32, usize, Out) -> Failure;
    combine: fn(Made, *const Made, In, usize, *mut Made) -> Failure;
    divide: fn(Made, Made, In, usize, *mut Made, Out) -> Failure;
}

/// An opened object.
pub struct Object {
    path: PathBuf,
    emulated: bool,
    pub(super) functions: Functions,
    /// Where the functions are.
    _library: Library,
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object")
            .field("path", &self.path)
            .field("emulated", &self.emulated)
            .finish_non_exhaustive()
    }
}

impl Object {
    fn open(path: &Path) -> Result<Self, GpuError> {
        let failed = |error: libloading::Error| GpuError::Object {
            path: path.to_owned(),
            // What the system says is its cause.
            reason: error
                .source()
                .map_or_else(|| error.to_string(), ToString::to_string),
        };
        // A bare name would be looked for elsewhere.
        let path = std::path::absolute(path).map_err(|error| GpuError::Object {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        // SAFETY: the object is trusted like the program, see the module's argument.
        let library = unsafe { Library::new(&path) }.map_err(failed)?;
        let number = |name: &str| {
            // SAFETY: both functions have had this type since the first version.
            let symbol: Symbol<'_, unsafe extern "C" fn() -> u32> = unsafe { library.get(name)? };
            // SAFETY: they read nothing and return a constant.
            Ok(unsafe { symbol() })
        };
        let got = number("vigil_gpu_abi").map_err(failed)?;
        if got != INTERFACE {
            return Err(GpuError::Interface {
                path,
                expected: INTERFACE,
                got,
            });
        }
        let emulated = number("vigil_gpu_emulated").map_err(failed)? != 0;
        // SAFETY: the version is this program's.
        let functions = unsafe { Functions::of(&library) }.map_err(failed)?;
        Ok(Self {
            path,
            emulated,
            functions,
            _library: library,
        })
    }
}

/// A device that answers. Clones share it.
#[derive(Clone)]
pub struct Gpu {
    object: Arc<Object>,
    name: String,
}

impl fmt::Debug for Gpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gpu")
            .field("name", &self.name)
            .field("object", &self.object)
            .finish()
    }
}

impl Gpu {
    /// The first device, through the object that [`VARIABLE`] names or the one beside the program.
    pub fn find() -> Result<Self, GpuError> {
        let path = match env::var_os(VARIABLE) {
            Some(path) => PathBuf::from(path),
            None => env::current_exe()
                .unwrap_or_default()
                .with_file_name(OBJECT),
        };
        if !path.is_file() {
            return Err(GpuError::Missing {
                path,
                variable: VARIABLE,
            });
        }
        Self::open(&path)
    }

    /// The first device, through this object.
    pub fn open(path: &Path) -> Result<Self, GpuError> {
        let object = Arc::new(Object::open(path)?);
        let name = Device::open(object.clone(), 1)?.describe()?;
        Ok(Self { object, name })
    }

    /// What the device calls itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is the emulator, which is for tests: it computes on the processor, slowly.
    pub fn is_emulated(&self) -> bool {
        self.object.emulated
    }

    /// The device with a domain of 2^k elements.
    pub fn device(&self, k: u32) -> Result<Arc<Device>, GpuError> {
        Device::open(self.object.clone(), k).map(Arc::new)
    }
}

#[cfg(test)]
mod tests {
    use super::Gpu;
    use crate::error::GpuError;
    use std::fs;
    use std::path::Path;

    #[test]
    fn what_is_no_object_is_refused() {
        let path = std::env::temp_dir().join(format!("vigil-no-object-{}.so", std::process::id()));
        fs::write(&path, [0x7f, b'E', b'L', b'F', 0, 0]).unwrap();
        let refused = Gpu::open(&path);
        fs::remove_file(&path).unwrap();
        assert!(
            matches!(refused, Err(GpuError::Object { .. })),
            "{refused:?}"
        );
        let refused = Gpu::open(Path::new("no such object"));
        assert!(
            matches!(refused, Err(GpuError::Object { .. })),
            "{refused:?}"
        );
    }
}
