//! A transaction before and after it is sent.

use alloy_primitives::utils::{format_ether, format_units};
use alloy_primitives::{Address, B256, Bytes, U256};
use serde::Serialize;
use std::fmt;
use vigil_chain::Call;
use vigil_chain::node::{Mined, Prepared};

/// Names and values of a call's arguments.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Argument {
    pub(super) name: String,
    pub(super) value: String,
}

/// For a list of them.
pub(super) fn arguments(pairs: Vec<(String, String)>) -> Vec<Argument> {
    let argument = |(name, value)| Argument { name, value };
    pairs.into_iter().map(argument).collect()
}

/// How a transaction came onto the chain.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Receipt {
    pub(super) transaction: B256,
    pub(super) block: u64,
    pub(super) gas_used: u64,
    fee_wei: String,
}

impl From<&Mined> for Receipt {
    fn from(mined: &Mined) -> Self {
        Self {
            transaction: mined.hash,
            block: mined.block,
            gas_used: mined.gas_used,
            fee_wei: mined.fee.to_string(),
        }
    }
}

/// What a unit of gas may cost, with its part for the proposer, in gwei.
pub(super) fn gwei(wei: u128) -> String {
    format_units(wei, "gwei").unwrap_or_else(|_| wei.to_string())
}

/// What is or would be sent.
#[derive(Debug, Serialize)]
pub(super) struct Transaction {
    contract: &'static str,
    function: &'static str,
    arguments: Vec<Argument>,
    chain_id: u64,
    from: Address,
    to: Option<Address>,
    nonce: u64,
    value_wei: String,
    gas_estimate: u64,
    gas_limit: u64,
    max_fee_per_gas_wei: String,
    max_priority_fee_per_gas_wei: String,
    most_it_costs_wei: String,
    data: Bytes,
    #[serde(skip)]
    prepared: Prepared,
}

impl Transaction {
    /// For a call that is prepared.
    pub(super) fn new(call: &Call, prepared: Prepared) -> Self {
        Self {
            contract: call.contract.name(),
            function: call.signature,
            arguments: arguments(call.arguments()),
            chain_id: prepared.chain_id,
            from: prepared.from,
            to: prepared.request.to,
            nonce: prepared.nonce,
            value_wei: prepared.request.value.to_string(),
            gas_estimate: prepared.gas,
            gas_limit: prepared.gas_limit,
            max_fee_per_gas_wei: prepared.max_fee_per_gas.to_string(),
            max_priority_fee_per_gas_wei: prepared.max_priority_fee_per_gas.to_string(),
            most_it_costs_wei: prepared.most_it_costs().to_string(),
            data: prepared.request.data.clone(),
            prepared,
        }
    }

    pub(super) fn prepared(&self) -> &Prepared {
        &self.prepared
    }
}

/// Ether, for people.
pub(in crate::commands) fn ether(wei: U256) -> String {
    let text = format_ether(wei);
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short.is_empty() { "0" } else { short }.to_owned()
}

impl fmt::Display for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prepared = &self.prepared;
        writeln!(f, "{}.{}", self.contract, self.function)?;
        for Argument { name, value } in &self.arguments {
            writeln!(f, "    {name:22} {value}")?;
        }
        writeln!(f, "  chain    {}", self.chain_id)?;
        writeln!(f, "  from     {}, transaction {}", self.from, self.nonce)?;
        if let Some(to) = self.to {
            writeln!(f, "  to       {to}")?;
        }
        writeln!(f, "  value    {} ether", ether(prepared.request.value))?;
        writeln!(
            f,
            "  gas      {}, at most {}, at most {} gwei each ({} for the proposer)",
            self.gas_estimate,
            self.gas_limit,
            gwei(prepared.max_fee_per_gas),
            gwei(prepared.max_priority_fee_per_gas)
        )?;
        writeln!(
            f,
            "  costs    at most {} ether",
            ether(prepared.most_it_costs())
        )?;
        write!(f, "  data     {}", self.data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ether_is_short() {
        let shown = |wei: u64| ether(U256::from(wei));
        assert_eq!(shown(0), "0");
        assert_eq!(shown(1), "0.000000000000000001");
        assert_eq!(shown(10_000_000_000_000_000_000), "10");
        assert_eq!(shown(1_500_000_000_000_000_000), "1.5");
    }
}
