//! Which accounts a command serves, and serving them one after the other: trouble in one is
//! reported and keeps no other from being served.

use serde_json::{Value, json};

use super::{CliError, Context, DONE};
use crate::domain::Account;
use crate::workflow::{Interrupt, Unit, Workspace};

/// All accounts, or the one named.
pub fn named_or_all<'w>(
    workspace: &'w Workspace,
    id: Option<&str>,
) -> Result<Vec<&'w Account>, CliError> {
    match id {
        Some(id) => Ok(vec![workspace.account(id)?]),
        None => Ok(workspace.config.accounts.iter().collect()),
    }
}

/// The account named, or the only one.
pub fn named_or_only<'w>(
    workspace: &'w Workspace,
    id: Option<&str>,
) -> Result<&'w Account, CliError> {
    match (id, workspace.config.accounts.as_slice()) {
        (Some(id), _) => Ok(workspace.account(id)?),
        (None, [only]) => Ok(only),
        (None, several) => {
            let ids: Vec<&str> = several.iter().map(|account| account.id.as_str()).collect();
            Err(CliError::usage(
                "there are several accounts, and this is about one",
                format!("say which with --account: {}", ids.join(", ")),
            ))
        }
    }
}

/// How serving several accounts ended.
pub struct Served {
    /// The highest status.
    pub status: u8,
    /// What failed, for machines.
    pub failures: Vec<Value>,
}

/// Serves `accounts` in units of work. An error of one is told, the next begins afresh, and the
/// highest status counts.
pub fn serve_each(
    context: &Context,
    workspace: &Workspace,
    accounts: &[&Account],
    serve: &mut dyn FnMut(&mut Unit<'_>, &Account) -> Result<u8, CliError>,
) -> Result<Served, CliError> {
    serve_each_until(context, workspace, &Interrupt::default(), accounts, serve)
}

/// As [`serve_each`], ended early by `interrupt`.
pub fn serve_each_until(
    context: &Context,
    workspace: &Workspace,
    interrupt: &Interrupt,
    accounts: &[&Account],
    serve: &mut dyn FnMut(&mut Unit<'_>, &Account) -> Result<u8, CliError>,
) -> Result<Served, CliError> {
    let mut unit = context.begin(workspace, interrupt)?;
    let mut served = Served { status: DONE, failures: Vec::new() };
    let mut told_last = None;
    for account in accounts {
        match serve(&mut unit, account) {
            Ok(status) => served.status = served.status.max(status),
            Err(error) => {
                served.status = served.status.max(error.status);
                tell(context, account, &error, accounts.len() > 1, &mut told_last);
                served.failures.push(failure(account, &error));
                // What a failed unit of work holds in memory may be half done.
                drop(unit);
                unit = context.begin(workspace, interrupt)?;
            }
        }
    }
    Ok(served)
}

/// An error of one account for people; the very same one of the next account in one line.
pub fn tell(
    context: &Context,
    account: &Account,
    error: &CliError,
    several: bool,
    told_last: &mut Option<String>,
) {
    if !several {
        context.output.trouble(error);
    } else if told_last.as_ref() == Some(&error.message) {
        context.output.remark(&format!("budgetd: account {}: the same", account.id));
    } else {
        *told_last = Some(error.message.clone());
        context.output.trouble(&CliError {
            message: format!("account {}: {}", account.id, error.message),
            ..error.clone()
        });
    }
}

/// An error of one account for machines.
pub fn failure(account: &Account, error: &CliError) -> Value {
    json!({"account": account.id.as_str(), "outcome": "failed", "error": error.message,
        "hint": error.hint, "status": error.status})
}
