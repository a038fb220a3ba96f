// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// What the pool remembers between decisions: twins of `verifier/src/settle/state.rs`, packed for storage.

/// @notice Of the pool.
struct PoolState {
    /// Slashings that operators have been charged for: the sum of their `charged`.
    uint32 charged;
    /// Slashings that nobody has shown yet, but silent operators' bonds have paid for.
    uint32 shared;
}

/// @notice Of a period.
struct PeriodState {
    /// Set aside for rewards, in wei.
    uint128 pot;
    /// Of the pot, what has been earned.
    uint128 earned;
    /// Periods are numbered without gap.
    uint64 number;
    /// Sum of the good stake over the operators with a proof.
    uint64 goodStake;
    /// Sum of their V.
    uint32 proven;
    /// Sum of their slashed validators.
    uint32 slashed;
    /// At the close: slashings that the silent operators' bonds pay for.
    uint32 missing;
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
    /// Paid (or owed) for missing slashings, to be used up by charges for its own, in wei.
    uint128 prepaid;
    /// The newest period with a strike.
    uint64 newestStrike;
    /// Bit j: a strike in period `newestStrike - j`.
    uint64 strikeHistory;
    /// The first period that is not concluded for it.
    uint64 next;
    /// V in the registry version that the period uses.
    uint32 validators;
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
    /// Concluded with a proof.
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

/// @notice Where the clock stands in a period.
enum Phase {
    /// Before the deadline.
    OnTime,
    /// In the grace window.
    Late,
    /// After it.
    Over
}

/// @notice Everything that a decision about an operator in a period looks at, and changes.
struct State {
    Phase phase;
    PoolState pool;
    PeriodState period;
    OperatorState operator;
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
