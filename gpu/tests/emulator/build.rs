//! The emulator, compiled once for all tests; or, where there is a device, the object that a variable names.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::{env, fs};
use vigil_gpu::Gpu;
use vigil_gpu::raw::VARIABLE;

static EMULATOR: LazyLock<Gpu> = LazyLock::new(|| {
    if let Some(object) = env::var_os(VARIABLE) {
        return Gpu::open(Path::new(&object)).unwrap();
    }
    let object = compile("libvigil_gpu_emulator.so", &[]);
    let gpu = Gpu::open(&object).unwrap();
    assert!(gpu.is_emulated());
    gpu
});

pub(crate) fn emulator() -> &'static Gpu {
    &EMULATOR
}

/// Compiles the kernels with some definitions; any warning is an error.
pub(crate) fn compile(name: &str, definitions: &[&str]) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("kernels/vigil_gpu.cu");
    let object = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // Another run of the tests may have the old one open.
    let fresh = object.with_extension(format!("{}", std::process::id()));
    let compiler = env::var_os("CXX").unwrap_or_else(|| "g++".into());
    let output = Command::new(&compiler)
        .args(["-std=c++17", "-O2", "-Wall", "-Wextra", "-Werror"])
        .args(["-shared", "-fPIC", "-x", "c++"])
        .args(definitions)
        .arg(&source)
        .arg("-o")
        .arg(&fresh)
        .output()
        .unwrap_or_else(|error| {
            panic!("these tests need a C++ compiler, {compiler:?} (or set CXX): {error}")
        });
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    fs::rename(&fresh, &object).unwrap();
    object
}
