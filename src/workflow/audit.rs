//! The audit log held against itself, the ledger and the published bundles.

use std::collections::BTreeSet;

use super::standing::bundles_gone;
use super::{WorkflowError, Workspace, account_chain, chain_path};
use crate::audit::{AuditFault, AuditReport, DAEMON_CHAIN, PublishedSegment, Record};
use crate::domain::AccountId;
use crate::store::StoreError;
use crate::store::bundle::AUDIT;
use crate::store::files;
use crate::store::journal;
use crate::store::ledger::Ledger;
use crate::store::outbox::PublishedBundle;

/// What was found of one chain.
pub struct AuditOf {
    /// The chain.
    pub chain: String,
    /// Whole, or every fault.
    pub answer: Result<AuditReport, Vec<AuditFault>>,
    /// Whether the configuration has its account; what others left is checked all the same.
    pub is_configured: bool,
    /// Published bundles that are no longer in the outbox and so vouch for nothing, by name.
    pub bundles_gone: Vec<String>,
}

/// Checks every chain of the workspace: the daemon's, those of the configuration's accounts, and those
/// of accounts that it no longer has.
pub fn verify_audit(workspace: &Workspace) -> Result<Vec<AuditOf>, WorkflowError> {
    let ledger = workspace.ledger_to_read()?;
    let mut answers = vec![verify_chain(workspace, ledger.as_ref(), DAEMON_CHAIN, &[])?];
    let mut verify = |account: &AccountId, is_configured| -> Result<(), WorkflowError> {
        let bundles = published(workspace, account)?;
        let names: Vec<String> =
            bundles.iter().map(|(bundle, _)| bundle.name.to_string()).collect();
        let segments: Vec<PublishedSegment<'_>> = bundles
            .iter()
            .zip(&names)
            .map(|((bundle, audit), name)| PublishedSegment {
                bundle: name,
                audit,
                manifest: bundle.manifest,
            })
            .collect();
        let chain = account_chain(account);
        let mut answer = verify_chain(workspace, ledger.as_ref(), &chain, &segments)?;
        answer.is_configured = is_configured;
        if let Some(ledger) = &ledger {
            answer.bundles_gone = bundles_gone(workspace, ledger, account)?;
        }
        answers.push(answer);
        Ok(())
    };
    for account in &workspace.config.accounts {
        verify(&account.id, true)?;
    }
    for account in accounts_left_behind(workspace, ledger.as_ref())? {
        verify(&account, false)?;
    }
    Ok(answers)
}

/// The accounts that the ledger or the folder of logs knows, and the configuration doesn't.
fn accounts_left_behind(
    workspace: &Workspace,
    ledger: Option<&Ledger>,
) -> Result<BTreeSet<AccountId>, WorkflowError> {
    let mut names = match ledger {
        Some(ledger) => ledger.chains()?,
        None => Vec::new(),
    };
    let folder = workspace.places.state().audit_accounts();
    if files::exists(&folder) {
        let logs = files::list(&folder, "jsonl").map_err(|source| StoreError::Machine {
            what: "cannot look into the folder of the audit logs",
            path: folder,
            source,
        })?;
        let stems = logs.iter().filter_map(|path| path.file_stem()?.to_str());
        names.extend(stems.map(str::to_owned));
    }
    let known: BTreeSet<&AccountId> =
        workspace.config.accounts.iter().map(|account| &account.id).collect();
    let accounts = names.iter().filter_map(|name| AccountId::new(name).ok());
    Ok(accounts.filter(|account| !known.contains(account)).collect())
}

fn verify_chain(
    workspace: &Workspace,
    ledger: Option<&Ledger>,
    chain: &str,
    segments: &[PublishedSegment<'_>],
) -> Result<AuditOf, WorkflowError> {
    let acknowledged = match ledger {
        Some(ledger) => ledger.chain_head(chain)?,
        None => None,
    };
    let state = workspace.places.state();
    let path = match AccountId::new(chain) {
        Ok(account) => state.audit_account(&account),
        Err(_) => state.audit_daemon(),
    };
    let answer = journal::verify_all(&path, chain, acknowledged, segments);
    Ok(AuditOf { chain: chain.to_owned(), answer, is_configured: true, bundles_gone: Vec::new() })
}

/// The bundles that are in the outbox, each with its piece of the log.
fn published(
    workspace: &Workspace,
    account: &AccountId,
) -> Result<Vec<(PublishedBundle, Vec<u8>)>, WorkflowError> {
    let outbox = workspace.outbox();
    let mut found = Vec::new();
    for bundle in outbox.published(account)? {
        let audit = outbox.read(account, bundle.name, AUDIT)?;
        found.push((bundle, audit));
    }
    Ok(found)
}

/// Calls `show` with each record of a chain, oldest first.
pub fn each_audit_record(
    workspace: &Workspace,
    chain: &str,
    show: &mut dyn FnMut(Record) -> Result<(), WorkflowError>,
) -> Result<(), WorkflowError> {
    journal::each_record(&chain_path(workspace, chain)?, show)
}
