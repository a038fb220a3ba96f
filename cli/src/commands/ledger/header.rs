//! The header that a quorum signs under a policy.

use vigil_ledger::file::Ledger;
use vigil_params::header_file::HeaderFile;
use vigil_verifier::settle::Policy;

/// Of a ledger, and of how all validators of the chain performed in its period.
pub(super) fn header_for(policy: &Policy, ledger: &Ledger, network_bps: u16) -> HeaderFile {
    let thresholds = policy.thresholds_in_force(network_bps);
    HeaderFile {
        header: ledger.signed_header(&thresholds, network_bps),
        unsigned_registry: ledger.unsigned_registry(),
    }
}
