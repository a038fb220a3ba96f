//! A proof in which every vector of some size ends where a page ends, and behind it is a page that nobody may touch.
//!
//! The kernels for AVX-512 read and write through pointers. Valgrind hides these instructions from programs and Miri does not know
//! them, so the processor itself watches here: whatever reaches behind a vector, or into one that was given back, ends
//! the process with a signal. The proofs with either arithmetic are equal besides.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![allow(missing_docs, unsafe_code, clippy::unwrap_used)]

use halo2_proofs::transcript::TranscriptWriterBuffer;
use halo2curves::bn256::G1Affine;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::alloc::{GlobalAlloc, Layout, System};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, hint, ptr};
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::Shape;
use vigil_circuits::synthetic::SyntheticPool;
use vigil_engine::{Arithmetic, EngineKey, prove};
use vigil_params::embedded;
use vigil_params::keys::ProvingKey;
use vigil_params::transcript::{EvmChallenge, EvmWrite};

const PAGE: usize = 4096;
/// Smaller ones are left alone: a process may have 65,530 mappings.
const LEAST: usize = 1024;
/// Tells a process to reach behind a vector.
const REACH: &str = "VIGIL_TEST_REACH";

static GUARDED: AtomicUsize = AtomicUsize::new(0);

struct Guard;

#[global_allocator]
static GUARD: Guard = Guard;

fn is_guarded(layout: Layout) -> bool {
    layout.size() >= LEAST && layout.align() <= PAGE
}

// SAFETY: what is not guarded is the system's. What is, is a mapping of its own, of as many pages as it takes and one
// more; it begins less than a page after the mapping, at a multiple of the alignment, so that `dealloc` finds the mapping again.
unsafe impl GlobalAlloc for Guard {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !is_guarded(layout) {
            // SAFETY: the caller's layout.
            return unsafe { System.alloc(layout) };
        }
        let pages = layout.size().next_multiple_of(PAGE);
        // SAFETY: a new mapping of whole pages, the last of which is closed.
        unsafe {
            let protection = libc::PROT_READ | libc::PROT_WRITE;
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            let map = libc::mmap(ptr::null_mut(), pages + PAGE, protection, flags, -1, 0);
            if map == libc::MAP_FAILED
                || libc::mprotect(map.byte_add(pages), PAGE, libc::PROT_NONE) != 0
            {
                return ptr::null_mut();
            }
            GUARDED.fetch_add(1, Ordering::Relaxed);
            let before = (pages - layout.size()) / layout.align() * layout.align();
            map.byte_add(before).cast()
        }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if !is_guarded(layout) {
            // SAFETY: the caller's, and the system gave it.
            return unsafe { System.dealloc(pointer, layout) };
        }
        let pages = layout.size().next_multiple_of(PAGE);
        let map = pointer.map_addr(|address| address / PAGE * PAGE);
        // SAFETY: the mapping that `alloc` made.
        unsafe { libc::munmap(map.cast(), pages + PAGE) };
    }
}

#[test]
fn no_kernel_reaches_behind_its_vectors() {
    let shape = Shape::default();
    let srs = embedded::srs(shape.k).unwrap();
    let key = ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let pool = SyntheticPool::new(&mut rng, Words::W1, 2, 8).unwrap();
    let (statement, witness) = pool.membership(1, 77);
    let circuit = VigilCircuit::membership(shape, &statement, &witness).unwrap();
    let instance = statement.to_instance().unwrap();
    let proofs = [Arithmetic::Portable, Arithmetic::fastest()].map(|arithmetic| {
        arithmetic.select();
        let prepared = EngineKey::new(srs.kzg(), key.halo2()).unwrap();
        let mut transcript =
            <EvmWrite<_> as TranscriptWriterBuffer<_, G1Affine, EvmChallenge>>::init(Vec::new());
        let rng = ChaCha20Rng::seed_from_u64(1);
        let (params, key) = (srs.kzg(), key.halo2());
        prove(
            &prepared,
            params,
            key,
            &circuit,
            &instance,
            rng,
            &mut transcript,
        )
        .unwrap();
        transcript.finalize()
    });
    assert!(proofs[0] == proofs[1]);
    assert!(GUARDED.load(Ordering::Relaxed) > 1000);
}

/// The guard works: a process that reads one byte too many is stopped by a signal.
#[test]
fn reaching_behind_a_vector_is_noticed() {
    use std::os::unix::process::ExitStatusExt;
    if env::var_os(REACH).is_some() {
        let vector = hint::black_box(vec![1u8; LEAST + 24]);
        // SAFETY: none, and that is the point: the byte behind the vector is in the closed page.
        let byte = unsafe { vector.as_ptr().add(vector.len()).read_volatile() };
        panic!("read {byte}");
    }
    let status = Command::new(env::current_exe().unwrap())
        .args(["--exact", "reaching_behind_a_vector_is_noticed"])
        .env(REACH, "")
        .status()
        .unwrap();
    assert_eq!(status.signal(), Some(libc::SIGSEGV));
}
