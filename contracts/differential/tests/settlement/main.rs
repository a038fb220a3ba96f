//! `contracts/src/settlement` decides as `vigil_verifier::settle` does: same states, same amounts, same
//! reason of a refusal, on random inputs that lie on boundaries more often than not.
#![allow(missing_docs, clippy::unwrap_used)]

mod abi;
mod boundaries;
mod calls;
mod evm;
mod inputs;
#[path = "../common/solc.rs"]
mod solc;

use alloy_sol_types::{SolCall, SolStruct};
use calls::{
    Checks, Closes, Concludes, Opens, Retires, Settles, Thresholds, TopUps, Twin, Withdrawals,
};
use evm::Evm;
use ff::PrimeField;
use inputs::Inputs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use vigil_circuits::identity::{Purpose, context};

/// Cases with one seed.
const RUN: u64 = 10_000;

/// Compares on `cases` inputs. At least `refused` and `accepted` of a hundred must be, or the inputs are poor.
fn compare<T: Twin>(cases: u64, [refused, accepted]: [u64; 2]) {
    let (next, refusals) = (AtomicU64::new(0), AtomicU64::new(0));
    let runs = cases.div_ceil(RUN);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let mut evm = Evm::new();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= runs {
                        break;
                    }
                    let mut inputs = Inputs::new(seed);
                    for case in 0..RUN {
                        let input = T::random(&mut inputs);
                        let native = input.native();
                        refusals.fetch_add(u64::from(native.is_err()), Ordering::Relaxed);
                        let chain = evm.call(input.call());
                        assert!(native == chain, "seed {seed}, case {case}: {input:?}\nnative {native:02x?}\nchain {chain:02x?}");
                    }
                }
            });
        }
    });
    let (total, refusals) = (runs * RUN, refusals.into_inner());
    assert!(
        refusals * 100 >= refused * total && (total - refusals) * 100 >= accepted * total,
        "{refusals} of {total} were refused"
    );
}

#[test]
fn settle_agrees() {
    compare::<Settles>(1_000_000, [25, 40]);
}

#[test]
fn conclude_agrees() {
    compare::<Concludes>(200_000, [10, 50]);
}

#[test]
fn close_agrees() {
    compare::<Closes>(100_000, [0, 100]);
}

#[test]
fn open_agrees() {
    compare::<Opens>(50_000, [10, 30]);
}

#[test]
fn retire_agrees() {
    compare::<Retires>(50_000, [10, 30]);
}

#[test]
fn top_up_agrees() {
    compare::<TopUps>(50_000, [0, 100]);
}

#[test]
fn withdrawable_agrees() {
    compare::<Withdrawals>(50_000, [0, 100]);
}

#[test]
fn thresholds_agree() {
    compare::<Thresholds>(50_000, [0, 100]);
}

#[test]
fn policies_are_in_range_alike() {
    compare::<Checks>(50_000, [30, 30]);
}

#[test]
fn headers_are_hashed_as_eip_712_says() {
    let mut evm = Evm::new();
    let mut inputs = Inputs::new(0);
    for _ in 0..100 {
        let header = abi::SignedHeader::from(&inputs.any_header());
        let expected = header.eip712_hash_struct();
        let call = abi::hashHeaderCall { header }.abi_encode();
        assert_eq!(evm.call(call).unwrap(), expected.0);
    }
}

#[test]
fn contexts_agree() {
    let mut evm = Evm::new();
    for byte in 0..=u8::MAX {
        let (pool, account) = ([byte; 20], [!byte; 20]);
        let context = |purpose| {
            let mut bytes = context(evm::CHAIN, &pool, &account, purpose).to_repr();
            bytes.reverse();
            bytes.to_vec()
        };
        let (duty, enrolment) = (context(Purpose::Duty), context(Purpose::Enrolment));
        let (pool, account) = (pool.into(), account.into());
        let call = abi::dutyContextCall { pool, account }.abi_encode();
        assert_eq!(evm.call(call).unwrap(), duty);
        let call = abi::enrolmentContextCall { pool, account }.abi_encode();
        assert_eq!(evm.call(call).unwrap(), enrolment);
    }
}

#[test]
fn every_refusal_occurs() {
    let mut evm = Evm::new();
    let mut inputs = Inputs::new(u64::MAX);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20_000 {
        for call in [
            Settles::random(&mut inputs).call(),
            Concludes::random(&mut inputs).call(),
            Opens::random(&mut inputs).call(),
            Retires::random(&mut inputs).call(),
            Checks::random(&mut inputs).call(),
        ] {
            if let Err(reason) = evm.call(call) {
                seen.insert(reason[..4].to_vec());
            }
        }
    }
    assert_eq!(seen.len(), abi::REFUSALS, "{seen:02x?}");
}
