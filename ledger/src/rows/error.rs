//! Why a chain gives no rows for a period.

/// Why a chain gives no rows for a period.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// No such period.
    #[error("a period of {epochs} epochs is not possible: it has 1 to 6300")]
    PeriodLength {
        /// What was asked for.
        epochs: u32,
    },
    /// The period ends after the last epoch that there can be.
    #[error(
        "a period of {epochs} epochs from epoch {start_epoch} on ends after the last possible epoch"
    )]
    EpochOverflow {
        /// First epoch.
        start_epoch: u64,
        /// Length.
        epochs: u32,
    },
    /// Flags exist since Altair only.
    #[error(
        "the period starts in epoch {start_epoch}, before altair in epoch {altair_epoch}: there are no participation flags"
    )]
    BeforeAltair {
        /// First epoch of the period.
        start_epoch: u64,
        /// First epoch of Altair.
        altair_epoch: u64,
    },
    /// The period may still change.
    #[error(
        "the period is not final: it needs the checkpoint of epoch {needed}, but epoch {finalized} is the last finalised one; wait, or add later states and blocks"
    )]
    NotFinal {
        /// The epoch whose checkpoint must be finalised.
        needed: u64,
        /// The last finalised epoch.
        finalized: u64,
    },
    /// A state is not there.
    #[error("the state at slot {slot} is missing: it has the final participation of epoch {epoch}")]
    MissingFinalState {
        /// The epoch.
        epoch: u64,
        /// The slot.
        slot: u64,
    },
    /// No state inside an epoch is there.
    #[error(
        "a state inside epoch {epoch} (slots {first_slot} to {last_slot}) is missing: proposers and sync committee are read from it"
    )]
    MissingDutyState {
        /// The epoch.
        epoch: u64,
        /// Its first slot.
        first_slot: u64,
        /// Its last slot.
        last_slot: u64,
    },
    /// Blocks are not there.
    #[error(
        "blocks are known from slot {known_from} on only, but the period starts at slot {first_slot}: add all blocks down to it and the one before"
    )]
    MissingBlocks {
        /// First slot of the period.
        first_slot: u64,
        /// First slot about which anything is known.
        known_from: u64,
    },
    /// No such validator.
    #[error(
        "validator {index} is unknown: the chain has no such validator at the end of epoch {epoch}"
    )]
    UnknownValidator {
        /// Its index.
        index: u64,
        /// The period's last epoch.
        epoch: u64,
    },
    /// A validator is active and has no flags.
    #[error(
        "validator {index} is active in epoch {epoch}, but the epoch's final state has no participation flags for it"
    )]
    MissingFlags {
        /// Its index.
        index: u64,
        /// The epoch.
        epoch: u64,
    },
    /// Epochs come in their order.
    #[error("epoch {expected} is the next one, not epoch {got}")]
    EpochOrder {
        /// The next one.
        expected: u64,
        /// What came.
        got: u64,
    },
    /// Facts about other validators.
    #[error("the facts of epoch {epoch} are about {got} validators, not about {expected}")]
    OtherValidators {
        /// The epoch.
        epoch: u64,
        /// Validators of the period.
        expected: usize,
        /// Validators of the facts.
        got: usize,
    },
    /// The period is not complete.
    #[error("the period has {expected} epochs, but only {got} of them are known")]
    EpochsMissing {
        /// Its length.
        expected: u32,
        /// How many there are.
        got: u32,
    },
    /// An attestation's bits do not fit its committees.
    #[error(
        "an attestation in the block at slot {slot} has {got} bits, but its committees have {expected} members"
    )]
    AttestationSize {
        /// The block's slot.
        slot: u64,
        /// Members of the committees; 0 if one of them does not exist.
        expected: usize,
        /// Bits.
        got: usize,
    },
    /// A lottery without a winner.
    #[error("epoch {epoch} has no proposers: its validators have no effective balance")]
    NoProposer {
        /// The epoch.
        epoch: u64,
    },
    /// The canonical block is not of the slot's proposer.
    #[error(
        "the canonical block at slot {slot} is of validator {got}, but the proposer of that slot is {expected}"
    )]
    WrongProposer {
        /// The slot.
        slot: u64,
        /// Who should have proposed.
        expected: u64,
        /// Who did.
        got: u64,
    },
    /// Bits and seats differ in number.
    #[error(
        "the block at slot {slot} has {got} sync committee bits, but the committee has {expected} seats"
    )]
    SyncSize {
        /// The slot.
        slot: u64,
        /// Seats of the committee.
        expected: usize,
        /// Bits in the block.
        got: usize,
    },
    /// A number is too large for its field of the ledger.
    #[error("{what} of validator {index} is {got}, but a ledger holds less than {limit}")]
    TooLarge {
        /// The validator.
        index: u64,
        /// Which number.
        what: &'static str,
        /// What fits.
        limit: u64,
        /// What it is.
        got: u64,
    },
    /// A row of the preceding period is not of its length.
    #[error(
        "the preceding row of validator {index} has {got} words, but {epochs} epochs need {expected}"
    )]
    PrecedingWords {
        /// The validator.
        index: u64,
        /// Length of the preceding period.
        epochs: u32,
        /// Words for that length.
        expected: usize,
        /// Words of the row.
        got: usize,
    },
    /// Nobody was active.
    #[error("no validator with a balance is active in the period: the network has no performance")]
    NobodyActive,
}
