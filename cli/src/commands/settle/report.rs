//! What `vigil settle` prints. Amounts are decimal strings of wei: JSON's readers lose digits above 2^53.

use crate::book::Book;
use serde::Serialize;
use std::fmt;
use std::path::{Path, PathBuf};
use vigil_verifier::settle::{Conclusion, Settlement};

/// The book has been changed.
#[derive(Debug, Serialize)]
pub(super) struct Done {
    book: PathBuf,
}

impl Done {
    pub(super) fn new(book: &Path) -> Self {
        Self { book: book.into() }
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kept in {}", self.book.display())
    }
}

/// What follows from a proof.
#[derive(Debug, Default, Serialize)]
pub(super) struct Decided {
    settled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    /// To the payout account.
    reward: String,
    /// To the reserve, from bond, pot and what it held.
    reserve: String,
    /// Back from the reserve to the bond.
    returned: String,
    bond: String,
    debt: String,
}

impl Decided {
    pub(super) fn of(settlement: &Settlement) -> Self {
        let operator = &settlement.state.operator;
        let reserve = settlement
            .bond_to_reserve
            .saturating_add(settlement.pot_to_reserve)
            .saturating_add(settlement.held_to_reserve);
        Self {
            settled: true,
            refused: None,
            reward: settlement.reward.to_string(),
            reserve: reserve.to_string(),
            returned: settlement.held_to_bond.to_string(),
            bond: operator.bond.to_string(),
            debt: operator.debt.to_string(),
        }
    }

    pub(super) fn refused(cause: String) -> Self {
        Self {
            refused: Some(cause),
            ..Self::default()
        }
    }
}

impl fmt::Display for Decided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(cause) = &self.refused {
            return write!(f, "REFUSED: {cause}");
        }
        writeln!(f, "Settled, in wei:")?;
        writeln!(f, "  to the payout account  {}", self.reward)?;
        writeln!(f, "  to the reserve         {}", self.reserve)?;
        writeln!(f, "  back to the bond       {}", self.returned)?;
        write!(
            f,
            "  bond                   {}, debt {}",
            self.bond, self.debt
        )
    }
}

/// How a period ended.
#[derive(Debug, Serialize)]
pub(super) struct Closed {
    /// Rewards that nobody earned.
    stakers: String,
    operators: Vec<Concluded>,
}

#[derive(Debug, Serialize)]
struct Concluded {
    operator: String,
    struck: bool,
    barred: bool,
    /// From its bond to what the reserve holds.
    held: String,
}

impl Closed {
    pub(super) fn of(to_stakers: u128, conclusions: &[(String, Conclusion)]) -> Self {
        let concluded = |(operator, conclusion): &(String, Conclusion)| Concluded {
            operator: operator.clone(),
            struck: conclusion.struck,
            barred: conclusion.state.operator.barred,
            held: conclusion.bond_to_held.to_string(),
        };
        Self {
            stakers: to_stakers.to_string(),
            operators: conclusions.iter().map(concluded).collect(),
        }
    }
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Closed; {} wei go back to the stakers", self.stakers)?;
        for Concluded {
            operator,
            struck,
            barred,
            held,
        } in &self.operators
        {
            let strike = match (struck, barred) {
                (true, true) => "struck and barred",
                (true, false) => "struck",
                (false, true) => "barred",
                (false, false) => "in order",
            };
            write!(f, "\n  {operator}  {strike}")?;
            if held != "0" {
                write!(f, ", {held} wei held for missing slashings")?;
            }
        }
        Ok(())
    }
}

/// Where everybody stands.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    periods: u64,
    is_open: bool,
    operators: Vec<Standing>,
}

#[derive(Debug, Serialize)]
struct Standing {
    operator: String,
    validators: u32,
    bond: String,
    debt: String,
    held: String,
    charged: u32,
    unproven: u32,
    barred: bool,
}

impl Shown {
    pub(super) fn of(book: &Book) -> Self {
        let standing = |(id, operator): (&String, &crate::book::Operator)| Standing {
            operator: id.clone(),
            validators: operator.validators,
            bond: operator.state.bond.to_string(),
            debt: operator.state.debt.to_string(),
            held: operator.state.prepaid.to_string(),
            charged: operator.state.charged,
            unproven: operator.state.unproven,
            barred: operator.state.barred,
        };
        Self {
            periods: book.state.periods,
            is_open: book.state.is_open,
            operators: book.operators.iter().map(standing).collect(),
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = if self.is_open { "open" } else { "closed" };
        write!(f, "{} periods, the newest {open}", self.periods)?;
        for o in &self.operators {
            write!(
                f,
                "\n  {}\n    V {}, charged for {}, {} periods unproven{}\n    bond {} wei, debt {}, held {}",
                o.operator,
                o.validators,
                o.charged,
                o.unproven,
                if o.barred { ", BARRED" } else { "" },
                o.bond,
                o.debt,
                o.held
            )?;
        }
        Ok(())
    }
}
