//! Shapes: which circuit, how many rows, how many lanes side by side.
//!
//! A validator's block lies in a lane of eight columns. Several such lanes side by side are fast to
//! prove; one lane that is folded into two columns ([`Form::Narrow`]) is cheap to verify in a contract.
//! A proof says its shape by [`Shape::name`].

use crate::assemble::{duty, enrolment, membership};
use crate::ledger::Words;
use std::fmt;
use std::str::FromStr;

/// k of the membership proof, which has one size.
pub const MEMBERSHIP_K: u32 = 8;
/// Smallest k of the embedded default, and of the table in [`Shape::for_validators`].
pub const MIN_K: u32 = 11;
/// Largest k.
pub const MAX_K: u32 = 20;
/// Most lanes.
pub const MAX_LANES: u32 = 64;
/// Lanes of shapes for native use.
pub const NATIVE_LANES: u32 = 4;

/// Which statement a circuit proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Duty proof over bitmaps of this many words.
    Duty(Words),
    /// Enrolment proof.
    Enrolment,
    /// A registration's membership proof.
    Membership,
}

/// How a lane's eight columns lie in a circuit.
///
/// Gates and layout are written for eight columns. A narrow lane is the same lane, folded: four
/// neighbouring cells of a row lie below each other in one column, so it has a quarter of the columns
/// and four times the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Form {
    /// Eight advice columns: fast to prove.
    Wide,
    /// Two advice columns: cheap to verify in a contract, where a column costs gas and a row does not.
    Narrow,
}

impl Form {
    /// Rows of the circuit for one row of the lane.
    pub(crate) const fn fold(self) -> usize {
        match self {
            Self::Wide => 1,
            Self::Narrow => 4,
        }
    }

    /// Rows at the end of every column that hold randomness: no constraint may look at them.
    ///
    /// halo2 blinds with as many rows as a column has queries (7 at the desk, or 18 where it is folded with the
    /// chains) plus two, and keeps one more; a test compares this with what it computes.
    pub(crate) const fn blinded_rows(self) -> usize {
        match self {
            Self::Wide => 10,
            Self::Narrow => 21,
        }
    }

    /// Letter of [`Shape::name`].
    const fn letter(self) -> char {
        match self {
            Self::Wide => 'l',
            Self::Narrow => 'n',
        }
    }
}

/// A circuit's size; with the code it determines the verifying key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shape {
    /// Statement.
    pub family: Family,
    /// 2^k rows.
    pub k: u32,
    /// Lanes side by side.
    pub lanes: u32,
    /// How a lane lies.
    pub form: Form,
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duty(words) => write!(f, "duty-w{}", words.count()),
            Self::Enrolment => f.write_str("enrolment"),
            Self::Membership => f.write_str("membership"),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            family,
            k,
            lanes,
            form,
        } = self;
        write!(f, "{family}-k{k}-{}{lanes}", form.letter())
    }
}

impl Shape {
    /// Lanes of eight columns.
    pub const fn wide(family: Family, k: u32, lanes: u32) -> Self {
        Self {
            family,
            k,
            lanes,
            form: Form::Wide,
        }
    }

    /// Lanes of two columns.
    pub const fn narrow(family: Family, k: u32, lanes: u32) -> Self {
        Self {
            family,
            k,
            lanes,
            form: Form::Narrow,
        }
    }

    /// Rows of a lane that a circuit can use.
    pub(crate) fn usable_rows(&self) -> usize {
        (1usize << self.k).saturating_sub(self.form.blinded_rows()) / self.form.fold()
    }

    /// Whether keys of this shape can be made at all: names come from files that anybody may write.
    pub fn is_supported(&self) -> bool {
        (MEMBERSHIP_K..=MAX_K).contains(&self.k)
            && (1..=MAX_LANES).contains(&self.lanes)
            && self.capacity() > 0
    }

    /// Places for validators: how many an operator can prove at once. 0 if k is too small, and for
    /// a membership proof in several lanes: its one statement lies in one, and nothing fills others.
    pub fn capacity(&self) -> u32 {
        let (prelude, block, tail) = match self.family {
            Family::Duty(words) => duty::rows(words),
            Family::Enrolment => enrolment::ROWS,
            Family::Membership => {
                let is_whole = self.usable_rows() >= membership::ROWS;
                return u32::from(is_whole && self.lanes == 1);
            }
        };
        let rows = self.usable_rows().saturating_sub(prelude + tail);
        self.lanes * (rows / block) as u32
    }

    /// The smallest shape with `lanes` lanes and room for `validators`; `None` beyond k = 20.
    ///
    /// k starts at 11, the size of the embedded parameters.
    pub fn for_validators(family: Family, validators: u32, lanes: u32, form: Form) -> Option<Self> {
        if family == Family::Membership {
            return Some(Self::wide(family, MEMBERSHIP_K, 1));
        }
        (MIN_K..=MAX_K)
            .map(|k| Self {
                family,
                k,
                lanes,
                form,
            })
            .find(|shape| shape.capacity() >= validators.max(1))
    }

    /// The shape's name, for instance `duty-w1-k11-l4`; [`FromStr`] is its inverse.
    pub fn name(&self) -> String {
        self.to_string()
    }
}

/// Not the name of a shape.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a shape such as duty-w1-k11-l4, duty-w1-k13-n1 or membership-k9-l1")]
pub struct ParseShapeError(String);

impl FromStr for Shape {
    type Err = ParseShapeError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (rest, lanes) = name.rsplit_once('-')?;
            let form = [Form::Wide, Form::Narrow]
                .into_iter()
                .find(|form| lanes.starts_with(form.letter()))?;
            let (family, k) = rest.rsplit_once("-k")?;
            let family = match family {
                "enrolment" => Family::Enrolment,
                "membership" => Family::Membership,
                duty => {
                    let words = duty.strip_prefix("duty-w")?.parse().ok()?;
                    Family::Duty(Words::from_count(words)?)
                }
            };
            let shape = Self {
                family,
                k: k.parse().ok()?,
                lanes: lanes.strip_prefix(form.letter())?.parse().ok()?,
                form,
            };
            // Refuses "+1", "01" and the like: one shape, one name.
            (shape.name() == name && shape.is_supported()).then_some(shape)
        };
        parse().ok_or_else(|| ParseShapeError(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_back_and_nothing_else_does() {
        for name in [
            "duty-w1-k11-l4",
            "duty-w28-k17-l1",
            "enrolment-k11-l2",
            "duty-w1-k13-n1",
            "duty-w28-k20-n4",
            "membership-k9-l1",
        ] {
            assert_eq!(name.parse::<Shape>().unwrap().name(), name);
        }
        for name in [
            "",
            "duty-w2-k11-l4",
            "duty-w1-k11",
            "duty-w1-k+11-l4",
            "duty-w1-k011-l4",
            "membership-k8-l2",
            "duty-w1-k11-n1",
            "duty-w1-k13-m1",
            "duty-w1-k13-1",
        ] {
            assert!(name.parse::<Shape>().is_err(), "{name}");
        }
    }
}
