//! What `check` says of the drop folders. It makes nothing in them: one that is missing may be a
//! mount that is, and one that is there is a sender's.

use super::{Finding, place, shown};
use crate::cli::CliError;
use crate::domain::Account;
use crate::report::words::count;
use crate::store::inbox::DropFolder;
use crate::store::{StoreError, files};
use crate::workflow::{Workspace, meant_for_nobody};

/// Things among the claimed files that are named before the rest is counted.
const STRAYS_NAMED: usize = 3;

/// The inbox, and the folder of each account where there are several.
pub fn findings(workspace: &Workspace) -> Vec<Finding> {
    let accounts = &workspace.config.accounts;
    let mut findings = Vec::new();
    if let Some(inbox) = workspace.places.inbox_of_nobody() {
        findings.push(match for_nobody(workspace) {
            Some(finding) => finding,
            None => Finding::good("inbox", place(inbox)),
        });
    }
    for account in accounts {
        let what = match accounts.len() {
            1 => "inbox".to_owned(),
            _ => format!("inbox of {}", account.id),
        };
        match drop_folder(workspace, account, &what) {
            Ok(found) if accounts.len() > 1 => {
                findings.extend(found.into_iter().filter(|finding| !finding.is_good()));
            }
            Ok(found) => findings.extend(found),
            Err(error) => findings.push(Finding::wrong(&what, error)),
        }
    }
    findings
}

fn drop_folder(
    workspace: &Workspace,
    account: &Account,
    what: &str,
) -> Result<Vec<Finding>, StoreError> {
    let folder = workspace.places.drop_folder(&account.id);
    if workspace.may_be_missing(account)? {
        let made = DropFolder::can_be_made(&folder)
            .map(|()| format!("{}, not there yet; the first start makes it", shown(&folder)));
        return Ok(vec![Finding::of(what, made)]);
    }
    if !files::exists(&folder) {
        workspace.drop_folder_that_is_there(account)?;
    }
    let faults = DropFolder::faults(&folder);
    if !faults.is_empty() {
        return Ok(faults.into_iter().map(|fault| Finding::wrong(what, fault)).collect());
    }
    let missing = DropFolder::own_folders_missing(&folder);
    let text = match missing.as_slice() {
        [] => shown(&folder),
        names => format!("{}; {} made with the first file", shown(&folder), listed(names)),
    };
    let mut findings = vec![Finding::good(what, text)];
    findings.extend(strays(&DropFolder::open(&folder, false)?, what)?);
    Ok(findings)
}

/// "receipts is", "rejected and receipts are".
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("{one} is"),
        [first @ .., last] => format!("{} and {last} are", first.join(", ")),
    }
}

/// What lies among the claimed files and is none: nobody would ever look at it again.
fn strays(folder: &DropFolder, what: &str) -> Result<Option<Finding>, StoreError> {
    let strays = folder.strays()?;
    let named: Vec<&str> =
        strays.iter().take(STRAYS_NAMED).map(|stray| stray.name.as_str()).collect();
    let more = match strays.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Ok((!strays.is_empty()).then(|| {
        Finding::care(
            what,
            format!("{}{more}: no file that was claimed, so it is never taken", named.join(", ")),
            "nothing but the daemon's belongs there: move it into the drop folder if it is to be \
             taken, or away",
        )
    }))
}

fn for_nobody(workspace: &Workspace) -> Option<Finding> {
    let scan = match meant_for_nobody(workspace) {
        Ok(scan) => scan,
        Err(error) => return Some(Finding::wrong("inbox", CliError::from(error))),
    };
    let total = scan.candidates_total + scan.ignored_total;
    let number = usize::try_from(total).unwrap_or(usize::MAX);
    (total > 0).then(|| {
        let inbox = shown(&workspace.config.paths.inbox);
        Finding::care(
            "inbox",
            format!("{} in {inbox} itself, where no account looks", count(number, "thing")),
            "with several accounts each has a folder of its own below; `budgetd status` lists them",
        )
    })
}
