//! What two sources say differently about a registered validator.

use super::FLAGS;
use crate::beacon::ValidatorFacts;
use crate::epoch::{EpochFacts, ValidatorEpoch};
use std::fmt;

/// What a difference is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// TIMELY_SOURCE_FLAG_INDEX.
    TimelySource,
    /// TIMELY_TARGET_FLAG_INDEX.
    TimelyTarget,
    /// TIMELY_HEAD_FLAG_INDEX.
    TimelyHead,
    /// Blocks to propose.
    ProposalsDue,
    /// Those that are not there.
    ProposalsMissed,
    /// Whoever proposed a slot's block.
    Proposal,
    /// Seats in the sync committee, once for each block.
    SyncDue,
    /// Those whose bit is not set.
    SyncMissed,
    /// In Gwei.
    EffectiveBalance,
    /// The chain's flag.
    Slashed,
    /// First active epoch.
    ActivationEpoch,
    /// First epoch after.
    ExitEpoch,
}

impl Subject {
    /// In the order of their bits.
    pub const FLAGS: [Self; 3] = [Self::TimelySource, Self::TimelyTarget, Self::TimelyHead];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::TimelySource => "timely source",
            Self::TimelyTarget => "timely target",
            Self::TimelyHead => "timely head",
            Self::ProposalsDue => "proposals due",
            Self::ProposalsMissed => "proposals missed",
            Self::Proposal => "proposal",
            Self::SyncDue => "sync seats due",
            Self::SyncMissed => "sync seats missed",
            Self::EffectiveBalance => "effective balance",
            Self::Slashed => "slashed",
            Self::ActivationEpoch => "activation epoch",
            Self::ExitEpoch => "exit epoch",
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a source says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number, or a flag: 0 or 1.
    Number(u64),
    /// A balance change in Gwei, from which others conclude.
    Reward(i64),
    /// It does not know the validator, or has nothing about it.
    Nothing,
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Reward(reward) => write!(f, "a reward of {reward} Gwei"),
            Self::Nothing => f.write_str("nothing"),
        }
    }
}

/// Two sources contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Validator.
    pub index: u64,
    /// Epoch.
    pub epoch: u64,
    /// Slot, if it is about one.
    pub slot: Option<u64>,
    /// What about.
    pub subject: Subject,
    /// What the ledger's source says.
    pub main: Value,
    /// What the other one says.
    pub other: Value,
}

/// The first difference between facts of an epoch about validators `indices`, from two sources.
pub fn first_difference(
    indices: &[u64],
    main: &EpochFacts,
    other: &EpochFacts,
) -> Option<Difference> {
    let (epoch, nobody) = (main.epoch, ValidatorEpoch::default());
    indices.iter().enumerate().find_map(|(place, &index)| {
        let ours = values(main.validators.get(place).unwrap_or(&nobody));
        let theirs = values(other.validators.get(place).unwrap_or(&nobody));
        let mut pairs = ours.into_iter().zip(theirs);
        let ((subject, main), (_, other)) = pairs.find(|(ours, theirs)| ours != theirs)?;
        Some(Difference {
            index,
            epoch,
            slot: None,
            subject,
            main,
            other,
        })
    })
}

/// Everything that a ledger takes of a validator's epoch.
fn values(of: &ValidatorEpoch) -> [(Subject, Value); 11] {
    let flag = |bit: u8| match of.flags {
        Some(flags) => Value::Number(u64::from((flags & FLAGS) >> bit & 1)),
        None => Value::Nothing,
    };
    let record = |field: fn(&ValidatorFacts) -> u64| match &of.record {
        Some(record) => Value::Number(field(record)),
        None => Value::Nothing,
    };
    let count = |count: u32| Value::Number(count.into());
    [
        (Subject::TimelySource, flag(0)),
        (Subject::TimelyTarget, flag(1)),
        (Subject::TimelyHead, flag(2)),
        (Subject::ProposalsDue, count(of.proposals.due)),
        (Subject::ProposalsMissed, count(of.proposals.missed)),
        (Subject::SyncDue, count(of.sync.due)),
        (Subject::SyncMissed, count(of.sync.missed)),
        (Subject::EffectiveBalance, record(|r| r.effective_balance)),
        (Subject::Slashed, record(|r| r.slashed.into())),
        (Subject::ActivationEpoch, record(|r| r.activation_epoch)),
        (Subject::ExitEpoch, record(|r| r.exit_epoch)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::epoch::Count;

    type Edit = fn(&mut ValidatorEpoch);

    fn facts() -> EpochFacts {
        let record = ValidatorFacts {
            effective_balance: 32_000_000_000,
            slashed: false,
            activation_epoch: 0,
            exit_epoch: u64::MAX,
        };
        let validator = ValidatorEpoch {
            record: Some(record),
            flags: Some(0b011),
            proposals: Count { due: 1, missed: 0 },
            sync: Count { due: 8, missed: 2 },
        };
        EpochFacts {
            epoch: 7,
            validators: vec![validator; 3],
        }
    }

    #[test]
    fn every_difference_is_named() {
        let indices = [3, 4, 9];
        assert_eq!(first_difference(&indices, &facts(), &facts()), None);
        let edits: [(Subject, Edit); 11] = [
            (Subject::TimelySource, |v| v.flags = Some(0b010)),
            (Subject::TimelyTarget, |v| v.flags = Some(0b001)),
            (Subject::TimelyHead, |v| v.flags = Some(0b111)),
            (Subject::ProposalsDue, |v| v.proposals.due = 2),
            (Subject::ProposalsMissed, |v| v.proposals.missed = 1),
            (Subject::SyncDue, |v| v.sync.due = 9),
            (Subject::SyncMissed, |v| v.sync.missed = 3),
            (Subject::EffectiveBalance, |v| v.record = None),
            (Subject::Slashed, |v| {
                v.record.as_mut().unwrap().slashed = true;
            }),
            (Subject::ActivationEpoch, |v| {
                v.record.as_mut().unwrap().activation_epoch = 5;
            }),
            (Subject::ExitEpoch, |v| {
                v.record.as_mut().unwrap().exit_epoch = 5;
            }),
        ];
        for (subject, edit) in edits {
            let mut other = facts();
            edit(&mut other.validators[2]);
            let found = first_difference(&indices, &facts(), &other).unwrap();
            assert_eq!((found.subject, found.index, found.epoch), (subject, 9, 7));
            assert_ne!(found.main, found.other);
        }
        // The other bits of a participation byte mean nothing.
        let mut other = facts();
        other.validators[0].flags = Some(0b1_011);
        assert_eq!(first_difference(&indices, &facts(), &other), None);
        // Another length does not hide anything.
        other.validators.pop();
        let found = first_difference(&indices, &facts(), &other).unwrap();
        assert_eq!((found.index, found.other), (9, Value::Nothing));
    }
}
