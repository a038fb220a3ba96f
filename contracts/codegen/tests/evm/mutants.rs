//! No change of a true proof, or of what it proves, is accepted: natively or on chain.

use crate::chain::{Deployed, Outcome};
use crate::refused::{plus, plus_order};
use crate::stored::Stored;
use rayon::prelude::*;

/// Order of the base field.
const BASE_ORDER: &str = "30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47";

/// Inputs and proof, one after the other, with what was changed.
struct Mutant {
    what: String,
    inputs: Vec<[u8; 32]>,
    proof: Vec<u8>,
}

struct Mutants<'a> {
    stored: &'a Stored,
    all: Vec<Mutant>,
}

impl<'a> Mutants<'a> {
    fn new(stored: &'a Stored) -> Self {
        Self {
            stored,
            all: Vec::new(),
        }
    }

    fn words(&self) -> usize {
        self.stored.inputs.len() + self.stored.proof.len() / 32
    }

    /// Adds the mutant whose bytes (inputs, then proof) are changed by `change`, unless it changes nothing.
    fn bytes(&mut self, what: String, change: impl FnOnce(&mut [u8])) {
        let honest = [self.stored.inputs.as_flattened(), &self.stored.proof].concat();
        let mut bytes = honest.clone();
        change(&mut bytes);
        if bytes == honest {
            return;
        }
        let (inputs, proof) = bytes.split_at(32 * self.stored.inputs.len());
        self.all.push(Mutant {
            what,
            inputs: inputs.as_chunks().0.to_vec(),
            proof: proof.to_vec(),
        });
    }

    fn word(&mut self, what: &str, at: usize, change: impl FnOnce([u8; 32]) -> Option<[u8; 32]>) {
        self.bytes(format!("word {at}: {what}"), |bytes| {
            let word = &mut bytes[32 * at..32 * at + 32];
            if let Some(changed) = change(word.try_into().unwrap()) {
                word.copy_from_slice(&changed);
            }
        });
    }

    /// Every byte, by a single bit and by another byte.
    fn every_byte(&mut self) {
        for at in 0..32 * self.words() {
            self.bytes(format!("byte {at}, one bit"), |bytes| {
                bytes[at] ^= 1 << (at % 8)
            });
            self.bytes(format!("byte {at}"), |bytes| {
                bytes[at] = bytes[at].wrapping_add(101).rotate_left(at as u32 % 7);
            });
        }
    }

    fn every_word(&mut self) {
        let base: [u8; 32] = hex::decode(BASE_ORDER).unwrap().try_into().unwrap();
        let mut one = [0; 32];
        one[31] = 1;
        for at in 0..self.words() {
            self.word("zero", at, |_| Some([0; 32]));
            self.word("one", at, |_| Some(one));
            self.word("all bits", at, |_| Some([0xff; 32]));
            self.word("one more", at, |word| plus(word, one));
            self.word("r more", at, plus_order);
            self.word("p more", at, |word| plus(word, base));
            self.word("p less it", at, |word| {
                let complement = word.map(|byte| !byte);
                // p - word = p + !word + 1 modulo 2^256, which wraps for words below p.
                Some(wrapping(wrapping(base, complement), one))
            });
            for next in [at + 1, at + 2] {
                if next < self.words() {
                    self.bytes(format!("words {at} and {next} swapped"), |bytes| {
                        let (left, right) = bytes.split_at_mut(32 * next);
                        left[32 * at..32 * at + 32].swap_with_slice(&mut right[..32]);
                    });
                }
            }
            let first = 32 * self.stored.inputs.len();
            let at = 32 * at;
            if at >= first && at + 64 <= 32 * self.words() {
                self.bytes(format!("infinity at {at}"), |bytes| {
                    bytes[at..at + 64].fill(0)
                });
                let start = bytes_of(self.stored)[first..first + 64].to_vec();
                self.bytes(format!("first point at {at}"), |bytes| {
                    bytes[at..at + 64].copy_from_slice(&start);
                });
                self.bytes(format!("generator at {at}"), |bytes| {
                    bytes[at..at + 64].fill(0);
                    bytes[at + 31] = 1;
                    bytes[at + 63] = 2;
                });
            }
        }
    }

    fn lengths(&mut self) {
        let proof = &self.stored.proof;
        for length in (0..proof.len())
            .step_by(31)
            .chain([1, proof.len() - 1, proof.len() - 64])
        {
            self.all.push(Mutant {
                what: format!("{length} bytes"),
                inputs: self.stored.inputs.clone(),
                proof: proof[..length].to_vec(),
            });
        }
        for more in [1, 31, 32, 64, 4096] {
            self.all.push(Mutant {
                what: format!("{more} bytes more"),
                inputs: self.stored.inputs.clone(),
                proof: [proof.as_slice(), &vec![0; more]].concat(),
            });
        }
    }
}

fn bytes_of(stored: &Stored) -> Vec<u8> {
    [stored.inputs.as_flattened(), &stored.proof].concat()
}

fn wrapping(a: [u8; 32], b: [u8; 32]) -> [u8; 32] {
    let mut sum = [0; 32];
    let mut carry = 0;
    for i in (0..32).rev() {
        let digit = u16::from(a[i]) + u16::from(b[i]) + carry;
        sum[i] = digit as u8;
        carry = digit >> 8;
    }
    sum
}

#[test]
fn no_mutant_is_accepted() {
    let mut tried = 0;
    for (name, bytes) in [
        ("duty-w1-k13-n1", true),
        ("duty-w1-k11-l1", true),
        ("enrolment-k11-n1", false),
        ("membership-k8-l1", true),
        ("enrolment-k11-l4", false),
        ("duty-w1-k11-l4", false),
    ] {
        let stored = Stored::load(name);
        let deployed = Deployed::of(&stored);
        let mut mutants = Mutants::new(&stored);
        if bytes {
            mutants.every_byte();
        }
        mutants.every_word();
        mutants.lengths();
        tried += mutants.all.len();
        mutants.all.par_iter().for_each(|mutant| {
            let outcome = deployed.verify(&mutant.inputs, &mutant.proof);
            let native = stored.native(&mutant.inputs, &mutant.proof);
            assert!(!native, "{name}, {}: accepted natively", mutant.what);
            assert!(
                matches!(outcome, Outcome::Reverted(_)),
                "{name}, {}: {outcome:?} on chain",
                mutant.what
            );
        });
    }
    assert!(tried >= 10_000, "{tried}");
}
