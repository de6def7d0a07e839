//! `budgetd explain`: a published decision in plain words, from what was published.

use super::accounts::named_or_only;
use super::{CliError, Context, DONE, Ending, now, parse_day};
use crate::domain::text::escape;
use crate::domain::{Account, Day};
use crate::report::{self, ExplainError};
use crate::store::ledger::Publication;
use crate::workflow::{Workspace, latest_publication};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The week, by any of its days [default: the newest]
    #[arg(long, value_name = "DAY", value_parser = parse_day)]
    week: Option<Day>,
    /// Only this channel, step by step
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// The account (needed where there are several)
    #[arg(long, value_name = "ID")]
    account: Option<String>,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let workspace = context.workspace()?;
    let account = named_or_only(&workspace, arguments.account.as_deref())?;
    let publication = publication(&workspace, account, arguments.week)?;
    let decision: serde_json::Value =
        serde_json::from_str(&publication.decision).map_err(|error| CliError {
            status: 4,
            message: format!("the ledger's copy of the decision is damaged: {error}"),
            hint: Some("restore the state from a backup".to_owned()),
        })?;
    context.output.json(&decision);
    if !context.output.is_json() {
        let channel = arguments.channel.as_deref();
        let text = report::explain(account, &decision, channel)
            .map_err(|error| no_explanation(&error, &publication, channel.unwrap_or_default()))?;
        context.output.line(text.trim_end());
    }
    Ok(DONE)
}

fn no_explanation(error: &ExplainError, publication: &Publication, channel: &str) -> CliError {
    match error {
        ExplainError::NoSuchChannel { channels } => CliError::usage(
            format!(
                "the decision for the week of {} has no channel \"{}\"",
                publication.week,
                escape(channel)
            ),
            format!("it has {}", channels.join(", ")),
        ),
        ExplainError::NoDecision => {
            CliError::usage(error.to_string(), "a newer budgetd may have written it")
        }
    }
}

fn publication(
    workspace: &Workspace,
    account: &Account,
    day: Option<Day>,
) -> Result<Publication, CliError> {
    let found = match workspace.ledger_to_read()? {
        None => None,
        Some(ledger) => match day {
            Some(day) => ledger.publication(&account.id, account.week_of(day))?,
            None => latest_publication(&ledger, account, now())?,
        },
    };
    found.ok_or_else(|| {
        let message = match day {
            Some(day) => format!("the week of {} was not decided", account.week_of(day)),
            None => "nothing was decided yet".to_owned(),
        };
        CliError { status: super::NO, message, hint: Some("`budgetd status` says why".to_owned()) }
    })
}
