//! Shapes: which circuit, how many rows, how many lanes side by side.
//!
//! A validator's block lies in a lane of eight advice columns. One lane is cheap to verify in a
//! contract; several lanes of the same gates hold more validators at a small k. A proof says its
//! shape by [`Shape::name`].

use crate::ledger::Words;
use std::fmt;
use std::str::FromStr;

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

/// A circuit's size; with the code it determines the verifying key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shape {
    /// Statement.
    pub family: Family,
    /// 2^k rows.
    pub k: u32,
    /// Lanes side by side.
    pub lanes: u32,
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
        write!(f, "{}-k{}-l{}", self.family, self.k, self.lanes)
    }
}

impl Shape {
    /// The shape's name, for instance `duty-w1-k11-l4`; [`FromStr`] is its inverse.
    pub fn name(&self) -> String {
        self.to_string()
    }
}

/// Not the name of a shape.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a shape such as duty-w1-k11-l4, enrolment-k11-l2 or membership-k9-l1")]
pub struct ParseShapeError(String);

impl FromStr for Shape {
    type Err = ParseShapeError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (rest, lanes) = name.rsplit_once("-l")?;
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
                lanes: lanes.parse().ok()?,
            };
            // Refuses "+1", "01" and the like: one shape, one name.
            (shape.name() == name).then_some(shape)
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
        ] {
            assert!(name.parse::<Shape>().is_err(), "{name}");
        }
    }
}
