//! The contract's types, and the native ones as the contract has them.

use alloy_primitives::{B256, U256};
use alloy_sol_types::{SolError, sol};
use vigil_verifier::settle as native;

sol! {
    #![sol(extra_derives(Debug))]

    struct SignedHeader {
        uint256 ledgerRoot; uint256 registryRoot; uint256 chain; bytes32 fileHash;
        uint64 startEpoch; uint32 epochs; uint32 registered; uint64 totalGood; uint32 totalSlashed; uint16 networkBps;
    }
    struct Policy {
        bool performanceBelowNetwork; uint16 performanceBps; bool uptimeBelowNetwork; uint16 uptimeBps;
        uint16 maxOutageEpochs; uint16 leakBelowBps; uint16 minGoodBps; uint8 strikeLimit; uint8 strikeWindow;
        uint64 rewardRate; uint64 stakeStep; uint128 penalty; uint128 bondPerValidator; uint16[16] tiers;
    }
    struct Thresholds { uint16 minPerformanceBps; uint16 minUptimeBps; uint16 maxOutageEpochs; }
    struct PoolState { uint128 prepaid; uint128 expected; uint64 periods; uint32 charged; uint32 retired; bool isOpen; }
    struct PeriodState {
        uint128 pot; uint128 earned; uint128 missing; uint64 number; uint64 goodStake; uint32 proven; uint32 slashed;
        uint32 retired; uint32 silent; bool closed; bool strikes;
    }
    struct OperatorState {
        uint128 bond; uint128 debt; uint128 prepaid; uint64 newestStrike; uint64 strikeHistory; uint64 next;
        uint32 charged; uint32 unproven; bool barred; bool retired;
    }
    struct Record { uint8 status; bool late; bool below; }
    struct State {
        uint8 phase; PoolState pool; PeriodState period; OperatorState operator; uint32 validators; Record record;
    }
    struct Claims { uint32 validators; uint16 goodBps; uint32 slashed; uint16 performanceBps; uint64 goodStake; }
    struct Payment {
        uint256 reward; uint256 potToReserve; uint256 bondToReserve; uint256 heldToReserve; uint256 heldToBond;
    }
    struct Conclusion { bool struck; uint256 bondToHeld; }

    function hashHeader(SignedHeader header) returns (bytes32);
    function dutyContext(address pool, address account) returns (uint256);
    function enrolmentContext(address pool, address account) returns (uint256);
    function check(Policy policy);
    function thresholds(Policy policy, uint16 networkBps) returns (Thresholds);
    function open(Policy policy, SignedHeader header, PoolState pool, uint128 funds) returns (PoolState, PeriodState);
    function settle(Policy policy, SignedHeader header, State before, Claims claims) returns (State, Payment);
    function close(Policy policy, SignedHeader header, PoolState pool, PeriodState period)
        returns (PoolState, PeriodState, uint256);
    function conclude(Policy policy, State before) returns (State, Conclusion);
    function topUp(OperatorState before, uint128 amount) returns (OperatorState, uint256);
    function withdrawable(Policy policy, OperatorState operator, uint32 validators, uint64 requested) returns (uint256);
    function retire(PoolState pool, OperatorState operator, uint32 validators) returns (PoolState, OperatorState);

    error BpsOutOfRange(uint256 got);
    error OutageOutOfRange(uint256 got);
    error NotAGrid();
    error StrikesOutOfRange(uint256 window, uint256 limit);
    error AmountOutOfRange(uint256 got);
    error HeaderOutOfRange();
    error StillOpen();
    error RetiredAlready();
    error StillOwes();
    error RangeRefused();
    error RetiredRefused();
    error ValidatorsRefused(uint32 expected, uint32 got);
    error AgainRefused();
    error NotConcludedRefused(uint64 period);
    error GridRefused();
    error GoodStakeRefused(uint64 total, uint64 before, uint64 claimed);
    error SlashedRefused(uint32 total, uint32 before, uint32 claimed);
    error ConclusionOutOfOrder(uint64 expected, uint64 got);
    error NotClosed();
    error ConcludedAgain();
}

/// How many reasons to refuse there are.
pub(crate) const REFUSALS: usize = 20;

/// Tiers of a policy: places after the last are 0.
const PLACES: usize = native::MAX_TIERS;

impl From<&vigil_circuits::header::SignedHeader> for SignedHeader {
    /// Roots and hash take no part in decisions.
    fn from(h: &vigil_circuits::header::SignedHeader) -> Self {
        Self {
            ledgerRoot: U256::MAX,
            registryRoot: U256::MAX,
            chain: U256::MAX,
            fileHash: B256::from(h.file_hash),
            startEpoch: h.start_epoch,
            epochs: h.epochs,
            registered: h.registered,
            totalGood: h.total_good,
            totalSlashed: h.total_slashed,
            networkBps: h.network_bps,
        }
    }
}

impl From<&native::Policy> for Policy {
    fn from(p: &native::Policy) -> Self {
        let rule = |rule| match rule {
            native::Rule::Absolute(bps) => (false, bps),
            native::Rule::BelowNetwork(leeway) => (true, leeway),
        };
        let (performance, uptime) = (rule(p.min_performance), rule(p.min_uptime));
        let mut tiers = [0; PLACES];
        tiers[..p.grid.tiers.len()].copy_from_slice(&p.grid.tiers);
        Self {
            performanceBelowNetwork: performance.0,
            performanceBps: performance.1,
            uptimeBelowNetwork: uptime.0,
            uptimeBps: uptime.1,
            maxOutageEpochs: p.max_outage_epochs,
            leakBelowBps: p.leak_below_bps,
            minGoodBps: p.min_good_bps,
            strikeLimit: p.strike_limit,
            strikeWindow: p.strike_window,
            rewardRate: p.reward_rate,
            stakeStep: p.grid.stake_step,
            penalty: p.penalty,
            bondPerValidator: p.bond_per_validator,
            tiers,
        }
    }
}

impl From<native::PoolState> for PoolState {
    fn from(p: native::PoolState) -> Self {
        Self {
            prepaid: p.prepaid,
            expected: p.expected,
            periods: p.periods,
            charged: p.charged,
            retired: p.retired,
            isOpen: p.is_open,
        }
    }
}

impl From<native::PeriodState> for PeriodState {
    fn from(p: native::PeriodState) -> Self {
        let close = p.close.unwrap_or(native::Close {
            missing: 0,
            silent: 0,
            strikes: false,
        });
        Self {
            pot: p.pot,
            earned: p.earned,
            number: p.number,
            goodStake: p.good_stake,
            proven: p.proven,
            slashed: p.slashed,
            retired: p.retired,
            missing: close.missing,
            silent: close.silent,
            closed: p.close.is_some(),
            strikes: close.strikes,
        }
    }
}

impl From<native::OperatorState> for OperatorState {
    fn from(o: native::OperatorState) -> Self {
        Self {
            bond: o.bond,
            debt: o.debt,
            prepaid: o.prepaid,
            newestStrike: o.strikes.newest,
            strikeHistory: o.strikes.history,
            next: o.next,
            charged: o.charged,
            unproven: o.unproven,
            barred: o.barred,
            retired: o.retired,
        }
    }
}

impl From<native::Record> for Record {
    fn from(record: native::Record) -> Self {
        let (status, late, below) = match record {
            native::Record::Pending => (0, false, false),
            native::Record::Proven { late, below } => (1, late, below),
            native::Record::Silent => (2, false, false),
            native::Record::Concluded => (3, false, false),
        };
        Self {
            status,
            late,
            below,
        }
    }
}

impl From<native::State> for State {
    fn from(s: native::State) -> Self {
        let phase = match s.phase {
            native::Phase::OnTime => 0,
            native::Phase::Late => 1,
        };
        Self {
            phase,
            pool: s.pool.into(),
            period: s.period.into(),
            operator: s.operator.into(),
            validators: s.validators,
            record: s.record.into(),
        }
    }
}

impl From<&vigil_circuits::statement::DutyClaims> for Claims {
    fn from(c: &vigil_circuits::statement::DutyClaims) -> Self {
        Self {
            validators: c.validators,
            goodBps: c.good_bps,
            slashed: c.slashed,
            performanceBps: c.performance_bps,
            goodStake: c.good_stake,
        }
    }
}

/// A refusal of `settle` as the contract reverts with it.
pub(crate) fn refusal(refusal: native::Refusal) -> Vec<u8> {
    match refusal {
        native::Refusal::Range => RangeRefused {}.abi_encode(),
        native::Refusal::Validators { expected, got } => {
            ValidatorsRefused { expected, got }.abi_encode()
        }
        native::Refusal::Again => AgainRefused {}.abi_encode(),
        native::Refusal::NotConcluded { period } => NotConcludedRefused { period }.abi_encode(),
        native::Refusal::Retired => RetiredRefused {}.abi_encode(),
        native::Refusal::Grid => GridRefused {}.abi_encode(),
        native::Refusal::GoodStake {
            total,
            before,
            claimed,
        } => GoodStakeRefused {
            total,
            before,
            claimed,
        }
        .abi_encode(),
        native::Refusal::Slashed {
            total,
            before,
            claimed,
        } => SlashedRefused {
            total,
            before,
            claimed,
        }
        .abi_encode(),
        other => panic!("a refusal that the contract does not know: {other}"),
    }
}

/// A refusal of `open`.
pub(crate) fn open_refused(refused: native::OpenRefused) -> Vec<u8> {
    match refused {
        native::OpenRefused::StillOpen => StillOpen {}.abi_encode(),
        native::OpenRefused::Header(_) => HeaderOutOfRange {}.abi_encode(),
        other => panic!("a refusal that the contract does not know: {other}"),
    }
}

/// A refusal of `retire`.
pub(crate) fn retire_refused(refused: native::RetireRefused) -> Vec<u8> {
    match refused {
        native::RetireRefused::Again => RetiredAlready {}.abi_encode(),
        native::RetireRefused::Owes => StillOwes {}.abi_encode(),
        other => panic!("a refusal that the contract does not know: {other}"),
    }
}

/// A refusal of `conclude`.
pub(crate) fn conclude_refused(refused: native::ConcludeRefused) -> Vec<u8> {
    match refused {
        native::ConcludeRefused::Order { expected, got } => {
            ConclusionOutOfOrder { expected, got }.abi_encode()
        }
        native::ConcludeRefused::NotClosed => NotClosed {}.abi_encode(),
        native::ConcludeRefused::Again => ConcludedAgain {}.abi_encode(),
        other => panic!("a refusal that the contract does not know: {other}"),
    }
}

/// A policy out of its ranges. The native error names the amount's field, the contract the amount.
pub(crate) fn policy_error(policy: &native::Policy, error: native::PolicyError) -> Vec<u8> {
    match error {
        native::PolicyError::Bps { got, .. } => BpsOutOfRange {
            got: U256::from(got),
        }
        .abi_encode(),
        native::PolicyError::Outage { got } => OutageOutOfRange {
            got: U256::from(got),
        }
        .abi_encode(),
        native::PolicyError::Grid => NotAGrid {}.abi_encode(),
        native::PolicyError::Strikes { window, limit } => StrikesOutOfRange {
            window: U256::from(window),
            limit: U256::from(limit),
        }
        .abi_encode(),
        native::PolicyError::Amount { field } => {
            let got = match field {
                "penalty" => policy.penalty,
                _ => policy.bond_per_validator,
            };
            AmountOutOfRange {
                got: U256::from(got),
            }
            .abi_encode()
        }
        other => panic!("an error that the contract does not know: {other}"),
    }
}
