//! `vigil contract calldata`: the data of a transaction, for any wallet to send.

use super::proven::{ProvenArgs, Refused};
use crate::address::HexAddress;
use crate::report::{self, Format, Outcome};
use anyhow::{Context, bail, ensure};
use clap::Subcommand;
use serde::{Serialize, Serializer};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use vigil_chain::Call;
use vigil_params::header_file::HeaderFile;
use vigil_params::statement_file::Statement;

/// Which transaction.
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Nothing is sent and no key is needed. A proof is checked first, for a wrong one would only cost gas:\n\
    exits with 1 if it is refused.\n\n\
    Example:\n  cast send --keystore owner.json $(vigil contract calldata submit --statement duty.json \\\n    \
    --proof duty.proof --period 12 --shape 0 --json | jq -r '.to, .data')"
)]
pub(crate) enum Command {
    /// Settle a period on a duty proof (DutyPool.submitProof)
    Submit(SubmitArgs),
    /// Become an operator, on a proof of V = 0 (OperatorRegistry.register)
    Register(RegisterArgs),
    /// Open one's leaves of a batch (OperatorRegistry.enrol)
    Enrol(EnrolArgs),
    /// Bring a period's header and its members' signatures (LedgerOracle.propose)
    Propose(ProposeArgs),
}

/// A proof, and the verifier that is to check it.
#[derive(Debug, clap::Args)]
pub(crate) struct ProofArgs {
    #[command(flatten)]
    proven: ProvenArgs,
    /// Number of the proof's shape in the pool's ShapeRegistry
    #[arg(long, value_name = "NUMBER")]
    shape: u64,
}

/// Arguments of `vigil contract calldata submit`.
#[derive(Debug, clap::Args)]
pub(crate) struct SubmitArgs {
    #[command(flatten)]
    proof: ProofArgs,
    /// The period's number in the pool
    #[arg(long, value_name = "NUMBER")]
    period: u64,
}

/// Arguments of `vigil contract calldata register`.
#[derive(Debug, clap::Args)]
pub(crate) struct RegisterArgs {
    #[command(flatten)]
    proof: ProofArgs,
    /// Account that rewards go to
    #[arg(long, value_name = "ADDRESS")]
    payout: HexAddress,
    /// The OperatorRegistry contract, to be shown as the receiver
    #[arg(long, value_name = "ADDRESS")]
    to: Option<HexAddress>,
}

/// Arguments of `vigil contract calldata enrol`.
#[derive(Debug, clap::Args)]
pub(crate) struct EnrolArgs {
    #[command(flatten)]
    proof: ProofArgs,
    /// The OperatorRegistry contract, to be shown as the receiver
    #[arg(long, value_name = "ADDRESS")]
    to: Option<HexAddress>,
}

/// Arguments of `vigil contract calldata propose`.
#[derive(Debug, clap::Args)]
pub(crate) struct ProposeArgs {
    /// The period's header
    #[arg(long, value_name = "FILE")]
    header: PathBuf,
    /// Members' signatures over `vigil contract typed-data`, in the order of their accounts
    #[arg(long, value_name = "HEX", num_args = 1.., required = true)]
    signatures: Vec<Signature>,
    /// The LedgerOracle contract, to be shown as the receiver
    #[arg(long, value_name = "ADDRESS")]
    to: Option<HexAddress>,
}

/// 65 bytes: r, s, v.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signature([u8; 65]);

impl FromStr for Signature {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 65];
        text.strip_prefix("0x")
            .and_then(|digits| hex::decode_to_slice(digits, &mut bytes).ok())
            .map(|()| Self(bytes))
            .ok_or("expected 0x and 130 hex digits: r, s and v")
    }
}

#[derive(Debug, Serialize)]
struct Shown {
    contract: &'static str,
    function: &'static str,
    sender: Sender,
    /// The sender's account, where the proof names it.
    from: Option<HexAddress>,
    to: Option<HexAddress>,
    #[serde(serialize_with = "as_hex")]
    data: Vec<u8>,
}

/// Who the contract takes it from.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Sender {
    Owner,
    Anybody,
}

fn as_hex<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("0x{}", hex::encode(bytes)))
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}.{}", self.contract, self.function)?;
        match (self.sender, &self.from) {
            (Sender::Owner, Some(account)) => {
                writeln!(f, "  from  {account}, the operator's owner")?
            }
            (Sender::Owner, None) => writeln!(f, "  from  the operator's owner")?,
            (Sender::Anybody, _) => writeln!(f, "  from  anybody")?,
        }
        match &self.to {
            Some(account) => writeln!(f, "  to    {account}")?,
            None => writeln!(f, "  to    the deployment's {}", self.contract)?,
        }
        write!(f, "  data  0x{}", hex::encode(&self.data))
    }
}

impl Command {
    /// Encodes it.
    pub(crate) fn run(self, format: Format) -> anyhow::Result<Outcome> {
        let encoded = match self {
            Self::Submit(args) => args.encode(),
            Self::Register(args) => args.encode(),
            Self::Enrol(args) => args.encode(),
            Self::Propose(args) => args.encode(),
        };
        let shown = match encoded {
            Ok(shown) => shown,
            Err(error) => {
                report::print(&error.downcast::<Refused>()?, format)?;
                return Ok(Outcome::Refused);
            }
        };
        report::print(&shown, format)?;
        Ok(Outcome::Accepted)
    }
}

impl Shown {
    fn new(call: Call, sender: Sender, from: Option<HexAddress>, to: Option<HexAddress>) -> Self {
        Self {
            contract: call.contract.name(),
            function: call.signature,
            sender,
            from,
            to,
            data: call.data,
        }
    }
}

impl SubmitArgs {
    fn encode(&self) -> anyhow::Result<Shown> {
        let (setting, statement, proof) = self.proof.proven.read()?;
        let Statement::Duty(duty) = statement else {
            bail!("a period is settled on a duty proof; this statement is another's");
        };
        let call = Call::submit_proof(&duty, self.period, self.proof.shape, proof.proof());
        // A duty proof names the payout account, not the owner.
        Ok(Shown::new(
            call,
            Sender::Owner,
            None,
            Some(HexAddress(setting.pool)),
        ))
    }
}

impl RegisterArgs {
    fn encode(&self) -> anyhow::Result<Shown> {
        let (setting, statement, proof) = self.proof.proven.read()?;
        let Statement::Enrolment(enrolment) = statement else {
            bail!("an operator registers with an enrolment proof; this statement is another's");
        };
        ensure!(
            enrolment.validators == 0,
            "an operator registers with a proof of V = 0, this one is of V = {}: see vigil enrol --none",
            enrolment.validators
        );
        let call = Call::register(&enrolment, &self.payout.0, self.proof.shape, proof.proof());
        Ok(Shown::new(
            call,
            Sender::Owner,
            Some(HexAddress(setting.account)),
            self.to,
        ))
    }
}

impl EnrolArgs {
    fn encode(&self) -> anyhow::Result<Shown> {
        let (setting, statement, proof) = self.proof.proven.read()?;
        let Statement::Enrolment(enrolment) = statement else {
            bail!(
                "a batch's leaves are opened with an enrolment proof; this statement is another's"
            );
        };
        let call = Call::enrol(&enrolment, self.proof.shape, proof.proof());
        Ok(Shown::new(
            call,
            Sender::Owner,
            Some(HexAddress(setting.account)),
            self.to,
        ))
    }
}

impl ProposeArgs {
    fn encode(&self) -> anyhow::Result<Shown> {
        let file = HeaderFile::read(&self.header)
            .with_context(|| format!("cannot use the header {}", self.header.display()))?;
        ensure!(
            !file.unsigned_registry,
            "the header is about an UNSIGNED draft registry: no quorum signs it"
        );
        let signatures: Vec<[u8; 65]> = self
            .signatures
            .iter()
            .map(|signature| signature.0)
            .collect();
        Ok(Shown::new(
            Call::propose(&file.header, &signatures),
            Sender::Anybody,
            None,
            self.to,
        ))
    }
}
