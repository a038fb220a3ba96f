//! What a proof asks of the allocator.
//!
//! A proof in which every vector of some size ends where a page ends, and behind it is a page that nobody may touch.
//!
//! The kernels for AVX-512 read and write through pointers. Valgrind hides these instructions from programs and Miri does not know
//! them, so the processor itself watches here: whatever reaches behind a vector, or into one that was given back, ends
//! the process with a signal. The proofs with either arithmetic are equal besides.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![allow(missing_docs, unsafe_code, clippy::print_stdout, clippy::unwrap_used)]

use halo2_proofs::transcript::TranscriptWriterBuffer;
use halo2curves::bn256::{Fr, G1Affine};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::alloc::{GlobalAlloc, Layout, System};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{env, hint, ptr};
use vigil_circuits::circuit::VigilCircuit;
use vigil_circuits::ledger::Words;
use vigil_circuits::shape::{Family, Shape};
use vigil_circuits::synthetic::{SyntheticPool, THRESHOLDS};
use vigil_engine::{Arithmetic, EngineKey, prove};
use vigil_params::keys::ProvingKey;
use vigil_params::transcript::{EvmChallenge, EvmWrite};
use vigil_params::{Srs, dev, embedded};

const PAGE: usize = 4096;
/// Smaller ones are left alone: a process may have 65,530 mappings.
const LEAST: usize = 1024;
/// Tells a process to reach behind a vector.
const REACH: &str = "VIGIL_TEST_REACH";

static GUARDED: AtomicUsize = AtomicUsize::new(0);
static ALL: AtomicUsize = AtomicUsize::new(0);

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
        ALL.fetch_add(1, Ordering::Relaxed);
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

/// The tests of this file count what the whole process does, and one chooses its arithmetic.
static ALONE: Mutex<()> = Mutex::new(());

struct Case {
    srs: Srs,
    key: ProvingKey,
    circuit: VigilCircuit,
    instance: Vec<Fr>,
}

fn membership() -> Case {
    let shape = Shape::default();
    let srs = embedded::srs(shape.k).unwrap();
    let pool = SyntheticPool::new(&mut ChaCha20Rng::seed_from_u64(5), Words::W1, 2, 8).unwrap();
    let (statement, witness) = pool.membership(1, 77);
    Case {
        key: ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap(),
        circuit: VigilCircuit::membership(shape, &statement, &witness).unwrap(),
        instance: statement.to_instance().unwrap().to_vec(),
        srs,
    }
}

fn duty(k: u32) -> Case {
    let shape = Shape::wide(Family::Duty(Words::W1), k, 1);
    let srs = dev::unsafe_srs(k, 0).unwrap();
    let pool = SyntheticPool::new(&mut ChaCha20Rng::seed_from_u64(5), Words::W1, 1, 2).unwrap();
    let (statement, witness) = pool.duty(0, THRESHOLDS);
    Case {
        key: ProvingKey::generate::<VigilCircuit>(&srs, shape).unwrap(),
        circuit: VigilCircuit::duty(shape, &statement, &witness).unwrap(),
        instance: statement.to_instance(shape.capacity()).unwrap().to_vec(),
        srs,
    }
}

impl Case {
    fn prepare(&self) -> EngineKey {
        EngineKey::new(self.srs.kzg(), self.key.halo2()).unwrap()
    }

    fn prove(&self, prepared: &EngineKey) -> Vec<u8> {
        let mut transcript =
            <EvmWrite<_> as TranscriptWriterBuffer<_, G1Affine, EvmChallenge>>::init(Vec::new());
        prove(
            prepared,
            self.srs.kzg(),
            self.key.halo2(),
            &self.circuit,
            &self.instance,
            ChaCha20Rng::seed_from_u64(1),
            &mut transcript,
        )
        .unwrap();
        transcript.finalize()
    }
}

#[test]
fn no_kernel_reaches_behind_its_vectors() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let case = membership();
    let proofs = [Arithmetic::Portable, Arithmetic::fastest()].map(|arithmetic| {
        arithmetic.select();
        case.prove(&case.prepare())
    });
    assert!(proofs[0] == proofs[1]);
    assert!(GUARDED.load(Ordering::Relaxed) > 1000);
}

/// Inner loops do not ask for memory: with four times the rows there are not nearly four times as many allocations, and
/// hundreds of cells for each.
#[test]
fn allocations_do_not_follow_the_rows() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let [few, many] = [11, 13].map(|k| {
        let case = duty(k);
        let prepared = case.prepare();
        let before = ALL.load(Ordering::Relaxed);
        case.prove(&prepared);
        ALL.load(Ordering::Relaxed) - before
    });
    let said = format!("{few} allocations for 2^11 rows, {many} for 2^13");
    assert!(many < 2 * few, "{said}");
    println!("{said}");
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
