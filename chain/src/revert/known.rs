//! The contracts' own errors and what they mean, as `contracts/src` says it (tested), and those of OpenZeppelin that
//! can be met.

/// Declaration and meaning.
pub(super) const KNOWN: &[(&str, &str)] = &[
    ("NoSuchOperator(uint256 id)", "There is no such operator."),
    (
        "BondTooSmall(uint256 expected, uint256 got)",
        "A smaller bond than is asked for.",
    ),
    (
        "NotInGoodStanding(uint256 id)",
        "The operator is barred, retired or in debt: it takes no validators.",
    ),
    (
        "NotRequested(uint256 id, uint64 period)",
        "Nothing was requested in this period, or it is too long ago.",
    ),
    (
        "StillGrows(uint256 id)",
        "An operator that grows does not retire.",
    ),
    (
        "BondLocked(uint256 wanted, uint256 free)",
        "More than may leave now.",
    ),
    ("BadProof()", "A verifier answered, but not with yes."),
    (
        "BadRegistration()",
        "An index below 2^40 and a tag that is a field element other than 0 are needed.",
    ),
    (
        "WrongDeposit(uint256 expected, uint256 got)",
        "Another amount was expected.",
    ),
    (
        "WrongTime(uint64 batch)",
        "Not at this time: see the batch.",
    ),
    (
        "WrongBatch(uint64 expected, uint64 got)",
        "The root is not about the open batch.",
    ),
    (
        "RegisteredOutOfRange(uint32 before, uint32 registrations, uint32 got)",
        "N must grow, by no more than was registered.",
    ),
    (
        "TooManyEnrolled()",
        "More validators are enrolled than the batch added: a proof must be wrong.",
    ),
    (
        "NotAllowed(address caller)",
        "Another account than `caller` may do this.",
    ),
    ("IsPaused()", "Nothing is done during a pause."),
    ("IsRunning()", "There is no pause to end."),
    (
        "BadGenesis()",
        "An epoch of no length, or a genesis in the future.",
    ),
    (
        "NotOpen(uint64 period)",
        "The period is not open yet: one after the other.",
    ),
    (
        "GraceNotOver(uint64 until)",
        "The grace window is not over.",
    ),
    (
        "GraceOver(uint64 until)",
        "The grace window is over: close the period and conclude it for the operator, then prove.",
    ),
    (
        "ShapeTooSmall(uint32 capacity, uint32 validators)",
        "The shape has too few places.",
    ),
    (
        "WrongKey()",
        "The key's contract is not the one expected, or is another circuit's.",
    ),
    (
        "MalformedCall()",
        "The call is not canonically encoded, or a proof does not have its one length.",
    ),
    (
        "InputOutOfRange()",
        "A public input is not below the field's order, or not in the statement's range.",
    ),
    (
        "ScalarOutOfRange()",
        "A scalar of the proof is not below the field's order.",
    ),
    ("InvalidProof()", "The proof does not prove the statement."),
    ("AlreadyProposed()", "A header waits already."),
    ("AlreadyRejected()", "A vote has rejected this very header."),
    ("NothingProposed()", "No header waits."),
    (
        "StillChallengeable(uint64 until)",
        "The challenge window is not over.",
    ),
    (
        "NotContiguous(uint64 expected, uint64 got)",
        "Periods follow each other without gap or overlap.",
    ),
    (
        "EpochsOutOfRange(uint32 got, uint32 max)",
        "No epochs, or more than the rows have room for.",
    ),
    (
        "NotOver(uint64 epoch)",
        "The period's end cannot be finalised yet.",
    ),
    (
        "WrongChain(uint256 expected, uint256 got)",
        "Another chain's ledger.",
    ),
    (
        "WrongRegistry(uint256 expectedRoot, uint32 expectedRegistered)",
        "Not the registry version of the period.",
    ),
    (
        "RootOutOfRange(uint256 root)",
        "A root that is no field element.",
    ),
    ("NotRejected()", "No vote has rejected this header."),
    ("NotFinal(uint64 period)", "The period has no final header."),
    (
        "BadId(uint256 id)",
        "An id is a field element other than 0, and registered once.",
    ),
    ("TooManyOperators()", "The operators' tree is full."),
    (
        "NotOwner(uint256 id, address caller)",
        "No such operator, or another's.",
    ),
    ("NoPayout()", "Payments to nobody."),
    (
        "EnrolledAlready(uint64 batch)",
        "Enrolled in this batch already.",
    ),
    (
        "NoIncrease(uint32 before, uint32 claimed)",
        "Leaves are only ever added.",
    ),
    (
        "TooManyValidators(uint32 claimed, uint32 max)",
        "More than the cap or than the shape has places for.",
    ),
    ("NothingOwed(address account)", "`account` is owed nothing."),
    (
        "WrongStanding(address account, uint8 standing)",
        "The account's standing does not allow this.",
    ),
    (
        "WrongBond(uint256 expected, uint256 got)",
        "Another amount was expected.",
    ),
    ("TooManyMembers()", "There are as many members as can be."),
    (
        "TooFewMembers(uint256 members)",
        "There are too few members to decide anything.",
    ),
    (
        "NoQuorum(uint256 members, uint256 signatures)",
        "Not more than two thirds.",
    ),
    (
        "BadSigner(address signer)",
        "Signatures are sorted by signer, each is a member's.",
    ),
    ("StillBonded(uint64 until)", "The bond is not free yet."),
    (
        "NoConflict()",
        "The two do not exclude each other, or are not by one account.",
    ),
    (
        "CodeDiffers(address account, bytes32 expected, bytes32 got)",
        "A contract has another code than was voted.",
    ),
    (
        "NoSuchShape(uint256 shape)",
        "There is no such shape in this family, or it is retired.",
    ),
    (
        "HeaderOutOfRange()",
        "More than 10,000 basis points, more slashed than registered, or 2^48 of good stake.",
    ),
    (
        "NothingToDo()",
        "So little that it buys no share, or is worth nothing.",
    ),
    (
        "NotIdle(uint256 wanted, uint256 idle)",
        "More than is here; the rest is in validators.",
    ),
    (
        "DepositRootChanged(bytes32 expected, bytes32 got)",
        "Somebody has deposited since the quorum looked: it looks again.",
    ),
    ("TooManyDeposits(uint256 got)", "More than a call may have."),
    (
        "NotArrived(uint256 wanted, uint256 arrived)",
        "More than has arrived and is not booked yet.",
    ),
    ("RetiredAlready()", "The operator is retired already."),
    (
        "StillOwes()",
        "An operator retires between periods, after a proof for every period and without debt.",
    ),
    (
        "BpsOutOfRange(uint256 got)",
        "A share of more than the whole.",
    ),
    (
        "OutageOutOfRange(uint256 got)",
        "An outage longer than the statement can say.",
    ),
    (
        "NotAGrid()",
        "Tiers that do not increase strictly from 0 to at most 10,000, or a step of 0.",
    ),
    (
        "StrikesOutOfRange(uint256 window, uint256 limit)",
        "Strikes that never count, or never expire.",
    ),
    (
        "AmountOutOfRange(uint256 got)",
        "An amount that could overflow.",
    ),
    ("StillOpen()", "The period before is not closed yet."),
    ("RangeRefused()", "A claim that no statement can make."),
    (
        "RetiredRefused()",
        "A retired operator has nothing to prove.",
    ),
    (
        "ValidatorsRefused(uint32 expected, uint32 got)",
        "Another V than the registry's.",
    ),
    ("AgainRefused()", "One proof an operator and period."),
    (
        "NotConcludedRefused(uint64 period)",
        "Silence has its consequences first: `period` is to be concluded for this operator before.",
    ),
    ("GridRefused()", "A rate where a tier is asked for."),
    (
        "GoodStakeRefused(uint64 total, uint64 before, uint64 claimed)",
        "More good stake than the pool has.",
    ),
    (
        "SlashedRefused(uint32 total, uint32 before, uint32 claimed)",
        "More slashed validators than the pool has.",
    ),
    (
        "ConclusionOutOfOrder(uint64 expected, uint64 got)",
        "Periods are concluded one after the other.",
    ),
    (
        "NotClosed()",
        "The grace window is not over, or nobody has closed the period.",
    ),
    (
        "ConcludedAgain()",
        "The period is concluded for this operator.",
    ),
    (
        "AccessControlUnauthorizedAccount(address account, bytes32 neededRole)",
        "Another account than `account` may do this.",
    ),
    ("ECDSAInvalidSignature()", "A signature is none."),
    (
        "ECDSAInvalidSignatureLength(uint256 length)",
        "A signature has 65 bytes.",
    ),
    (
        "ECDSAInvalidSignatureS(bytes32 s)",
        "A signature is none: its s is in the upper half.",
    ),
    ("FailedCall()", "A receiver took no payment."),
    (
        "InsufficientBalance(uint256 balance, uint256 needed)",
        "The contract has less than it would pay.",
    ),
    (
        "GovernorUnexpectedProposalState(uint256 proposalId, uint8 current, bytes32 expectedStates)",
        "The proposal is in another state: not yet, or not any more.",
    ),
    (
        "GovernorInsufficientProposerVotes(address proposer, uint256 votes, uint256 threshold)",
        "Too few votes to propose.",
    ),
    (
        "ReentrancyGuardReentrantCall()",
        "A call from inside a call.",
    ),
    (
        "SafeCastOverflowedUintDowncast(uint8 bits, uint256 value)",
        "An amount is too large.",
    ),
    (
        "TimelockUnexpectedOperationState(bytes32 operationId, bytes32 expectedStates)",
        "The operation is in another state: not due yet, or done.",
    ),
];
