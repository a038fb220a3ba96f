// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// What the pool remembers between decisions: twins of `verifier/src/settle/state.rs`, packed for storage.

/// @notice Of the pool.
struct PoolState {
    /// The sum of operators' `prepaid`, in wei: what is held for them.
    uint128 prepaid;
    /// Shares that are still to be taken, by periods that are not concluded for everybody, in wei.
    uint128 expected;
    /// Periods that have been opened; the next one has this number.
    uint64 periods;
    /// Slashings that operators have been charged for: the sum of their `charged`.
    uint32 charged;
    /// Validators of retired operators.
    uint32 retired;
    /// The last of the periods is not closed yet.
    bool isOpen;
}

/// @notice Of a period.
struct PeriodState {
    /// Set aside for rewards, in wei.
    uint128 pot;
    /// Of the pot, what has been earned.
    uint128 earned;
    /// At the close: penalties for slashings that nobody has shown and no share has prepaid, in wei.
    uint128 missing;
    /// Periods are numbered from 0 without gap.
    uint64 number;
    /// Sum of the good stake of all proofs.
    uint64 goodStake;
    /// Sum of V over the operators with a proof before the close.
    uint32 proven;
    /// Sum of the slashed validators of all proofs.
    uint32 slashed;
    /// Validators of operators that had retired when it began.
    uint32 retired;
    /// At the close: validators of operators without a proof.
    uint32 silent;
    /// Whether the grace window is over and acted upon.
    bool closed;
    /// At the close: whether at least half of N is proven, so that strikes count.
    bool strikes;
}

/// @notice Of an operator.
struct OperatorState {
    /// In wei.
    uint128 bond;
    /// Charges that the bond could not pay, in wei.
    uint128 debt;
    /// Taken from the bond for missing slashings and held, in wei.
    uint128 prepaid;
    /// The newest period with a strike.
    uint64 newestStrike;
    /// Bit j: a strike in period `newestStrike - j`.
    uint64 strikeHistory;
    /// The first period that is not concluded for it.
    uint64 next;
    /// Slashed validators that it has been charged for.
    uint32 charged;
    /// Periods without a proof.
    uint32 unproven;
    /// Earns nothing and takes no more validators until a vote lifts it.
    bool barred;
    /// A vote has found that none of its validators can be slashed any more.
    bool retired;
}

/// @notice How far an operator has come in a period.
enum Status {
    /// No proof yet.
    Pending,
    /// A proof, not concluded yet.
    Proven,
    /// Concluded without a proof: one is still owed.
    Silent,
    /// Concluded with a proof, or without a duty.
    Concluded
}

/// @notice Of an operator in a period. The flags belong to `Proven`.
struct Record {
    Status status;
    /// After the deadline.
    bool late;
    /// Below `minGoodBps`.
    bool below;
}

/// @notice Where the clock stands before a period is closed.
enum Phase {
    /// Before the deadline.
    OnTime,
    /// In the grace window.
    Late
}

/// @notice Everything that a decision about an operator in a period looks at, and changes.
struct State {
    Phase phase;
    PoolState pool;
    PeriodState period;
    OperatorState operator;
    /// V, by the registry version that the period uses.
    uint32 validators;
    Record record;
}

/// @notice What an operator claims in a duty proof. V and `slashed` are exact, the rest lower bounds.
struct Claims {
    /// V, the operator's validators.
    uint32 validators;
    /// Share of its stake-time that met the policy, at least.
    uint16 goodBps;
    /// How many of its validators are slashed.
    uint32 slashed;
    /// Aggregate performance, at least.
    uint16 performanceBps;
    /// Stake-time that met the policy, in increment-epochs, at least; below 2^48.
    uint64 goodStake;
}
