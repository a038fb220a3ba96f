//! What does not belong together is refused before the object sees it.

use crate::build::{compile, emulator};
use halo2curves::bn256::Fr;
use std::fs;
use vigil_gpu::{Gpu, GpuError};

#[test]
fn vectors_of_another_length_or_device() {
    let device = emulator().device(3).unwrap();
    let short = device.upload(&[Fr::one(); 7]);
    assert!(matches!(
        short,
        Err(GpuError::Mismatch {
            expected: 8,
            got: 7,
            ..
        })
    ));
    let other = emulator().device(3).unwrap();
    let vector = other.upload(&[Fr::one(); 8]).unwrap();
    assert!(matches!(
        device.coefficients(&vector),
        Err(GpuError::Foreign { .. })
    ));
    assert!(matches!(
        device.combine(&[(&vector, Fr::one())]),
        Err(GpuError::Foreign { .. })
    ));
}

#[test]
fn domains_that_are_too_small_or_too_large() {
    for k in [0, 27, 64] {
        let refused = emulator().device(k);
        let Err(GpuError::Device { reason, .. }) = refused else {
            panic!("{k}: {refused:?}");
        };
        assert!(reason.contains("is not between 2^1 and 2^26"), "{reason}");
    }
}

#[test]
fn more_pieces_than_the_kernel_has_room_for() {
    let device = emulator().device(2).unwrap();
    let mut values: Vec<_> = (0..17)
        .map(|_| device.upload(&[Fr::one(); 4]).unwrap())
        .collect();
    let refused = device.pieces(
        &mut values,
        &[Fr::one(); 17],
        &vec![vec![Fr::one(); 17]; 17],
    );
    assert!(
        matches!(refused, Err(GpuError::Device { .. })),
        "{refused:?}"
    );
}

#[test]
fn everything_is_released() {
    let device = emulator().device(4).unwrap();
    let vector = device.upload(&[Fr::one(); 16]).unwrap();
    let other = device.coefficients(&vector).unwrap();
    assert_eq!(device.live(), 2);
    drop(vector);
    drop(other);
    assert_eq!(device.live(), 0);
}

/// Only the compiler's version of it can be made here, whatever is compared.
#[test]
fn an_object_of_another_version() {
    let object = compile("libvigil_gpu_other.so", &["-DVIGIL_GPU_ABI=99"]);
    let refused = Gpu::open(&object);
    fs::remove_file(&object).unwrap();
    assert!(
        matches!(
            refused,
            Err(GpuError::Interface {
                expected: 1,
                got: 99,
                ..
            })
        ),
        "{refused:?}"
    );
}
