//! What nobody gets away with: the command refuses it, and the contract does without the command.

use crate::network::CHAIN_ID;
use crate::pool::Pool;
use crate::registration::{GUILTY, OPERATORS};
use alloy_sol_types::SolCall;
use serde_json::{Value, json};
use std::fs;
use vigil_chain::interface::DutyPool;
use vigil_params::proof_file::ProofFile;

fn refused(shown: &Value) -> &str {
    shown["refused"].as_str().unwrap()
}

impl Pool {
    /// The transaction that the command would send, to be changed.
    fn call(&self, operator: usize, period: u64) -> DutyPool::submitProofCall {
        let shown = self.try_submit(operator, period, OPERATORS[operator].0, &[], 0);
        let data = shown["transaction"]["data"].as_str().unwrap();
        DutyPool::submitProofCall::abi_decode(&hex::decode(&data[2..]).unwrap()).unwrap()
    }

    pub(crate) fn hostile_submissions_are_refused(&self, operator: usize, period: u64) {
        let (network, pool) = (&self.network, self.at.contracts.pool);
        let (name, owner) = (OPERATORS[operator].0, &self.owners[operator]);
        let honest = self.call(operator, period);

        // Somebody else's account.
        let shown = self.try_submit(operator, period, "outsider", &["--send"], 1);
        assert!(
            refused(&shown).contains("only the operator's owner"),
            "{shown}"
        );
        let by_outsider = self.outsider.is_refused(network, pool, honest.abi_encode());
        assert_eq!(by_outsider, "NotAllowed");
        // Another operator's proof.
        let other = DutyPool::submitProofCall {
            id: self.id(GUILTY),
            ..honest.clone()
        };
        let by_other = self.owners[GUILTY].is_refused(network, pool, other.abi_encode());
        assert_eq!(by_other, "ValidatorsRefused");

        // Bytes and claims that were changed on the way.
        self.a_changed_proof_is_refused(operator, period);
        let mut proof = honest.proof.to_vec();
        proof[40] ^= 1;
        let changed = DutyPool::submitProofCall {
            proof: proof.into(),
            ..honest.clone()
        };
        let data = changed.abi_encode();
        let verdict = owner.is_refused(network, pool, data);
        assert!(
            ["InvalidProof", "ScalarOutOfRange"].contains(&verdict.as_str()),
            "{verdict}"
        );
        let cut = DutyPool::submitProofCall {
            proof: honest.proof[1..].to_vec().into(),
            ..honest.clone()
        };
        assert_eq!(
            owner.is_refused(network, pool, cut.abi_encode()),
            "MalformedCall"
        );
        let mut lie = honest.clone();
        lie.claims.goodStake -= 32;
        assert_eq!(
            owner.is_refused(network, pool, lie.abi_encode()),
            "InvalidProof"
        );
        lie.claims.goodStake -= 1;
        assert_eq!(
            owner.is_refused(network, pool, lie.abi_encode()),
            "GridRefused"
        );
        let early = DutyPool::submitProofCall {
            period: period + 1,
            ..honest.clone()
        };
        assert_eq!(
            owner.is_refused(network, pool, early.abi_encode()),
            "NotFinal"
        );

        // Another chain with the same contracts: the context that the pool builds is another.
        network.dev("anvil_setChainId", json!([CHAIN_ID + 1]));
        let args = self.submit_args(operator, period);
        let run = self.home.vigil(&args).code(2);
        let error = crate::run::stderr(&run);
        assert!(error.contains("is on chain 31338, not on 31337"), "{error}");
        let request = vigil_chain::node::Request::call(pool, honest.abi_encode());
        let elsewhere = network
            .node
            .simulate(owner.address(), &request)
            .unwrap_err();
        assert!(
            elsewhere.to_string().contains("InvalidProof"),
            "{elsewhere}"
        );
        network.dev("anvil_setChainId", json!([CHAIN_ID]));
        network.node.simulate(owner.address(), &request).unwrap();

        let nonce = network.node.nonce(owner.address()).unwrap();
        let pending = self.status()["period"]["stands"].clone();
        assert_eq!(
            (pending, self.operator(operator)["standing"].clone()),
            (json!("final"), json!("pending"))
        );
        self.say(&format!(
            "hostile submissions for {name} are refused, none was sent: nonce {nonce}"
        ));
    }

    fn submit_args(&self, operator: usize, period: u64) -> Vec<String> {
        let name = OPERATORS[operator].0;
        let (files, account) = (format!("{name}-{period}"), format!("{name}.account"));
        let (statement, proof) = (format!("{files}.json"), format!("{files}.proof"));
        let period = period.to_string();
        let args = [
            "contract",
            "submit",
            "--deployment",
            "pool.json",
            "--node",
            &self.network.url,
            "--statement",
            &statement,
            "--proof",
            &proof,
            "--period",
            &period,
            "--keystore",
            &account,
            "--keystore-password-file",
            "password",
        ];
        args.map(str::to_owned).to_vec()
    }

    /// By the command, before the contract is asked.
    fn a_changed_proof_is_refused(&self, operator: usize, period: u64) {
        let path = self
            .home
            .path(&format!("{}-{period}.proof", OPERATORS[operator].0));
        let whole = fs::read(&path).unwrap();
        let proof = ProofFile::read(&path).unwrap();
        let mut changed = whole.clone();
        let place = whole.len() - proof.proof().len() / 2;
        changed[place] ^= 1;
        fs::write(&path, &changed).unwrap();
        let shown = self.try_submit(operator, period, OPERATORS[operator].0, &["--send"], 1);
        assert!(!refused(&shown).is_empty());
        fs::write(&path, whole).unwrap();
    }

    pub(crate) fn a_second_submission_is_refused(&self, operator: usize, period: u64) {
        let name = OPERATORS[operator].0;
        let shown = self.try_submit(operator, period, name, &["--send"], 1);
        assert!(refused(&shown).contains("AgainRefused"), "{shown}");
        assert!(
            refused(&shown).contains("One proof an operator and period"),
            "{shown}"
        );
    }
}
