//! The audit log held against itself, the ledger and the published bundles.

use super::standing::bundles_gone;
use super::{WorkflowError, Workspace, account_chain, chain_path};
use crate::audit::{AuditFault, AuditReport, DAEMON_CHAIN, PublishedSegment, Record};
use crate::domain::Account;
use crate::store::bundle::AUDIT;
use crate::store::journal;
use crate::store::ledger::Ledger;
use crate::store::outbox::PublishedBundle;

/// What was found of one chain.
pub struct AuditOf {
    /// The chain.
    pub chain: String,
    /// Whole, or every fault.
    pub answer: Result<AuditReport, Vec<AuditFault>>,
    /// Published bundles that are no longer in the outbox and so vouch for nothing, by name.
    pub bundles_gone: Vec<String>,
}

/// Checks every chain of the workspace.
pub fn verify_audit(workspace: &Workspace) -> Result<Vec<AuditOf>, WorkflowError> {
    let ledger = workspace.ledger_to_read()?;
    let mut answers = vec![verify_chain(workspace, ledger.as_ref(), DAEMON_CHAIN, &[])?];
    for account in &workspace.config.accounts {
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
        let chain = account_chain(&account.id);
        let mut answer = verify_chain(workspace, ledger.as_ref(), &chain, &segments)?;
        if let Some(ledger) = &ledger {
            answer.bundles_gone = bundles_gone(workspace, ledger, account)?;
        }
        answers.push(answer);
    }
    Ok(answers)
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
    let path = chain_path(workspace, chain)?;
    let answer = journal::verify_all(&path, chain, acknowledged, segments);
    Ok(AuditOf { chain: chain.to_owned(), answer, bundles_gone: Vec::new() })
}

/// The bundles that are in the outbox, each with its piece of the log.
fn published(
    workspace: &Workspace,
    account: &Account,
) -> Result<Vec<(PublishedBundle, Vec<u8>)>, WorkflowError> {
    let outbox = workspace.outbox();
    let mut found = Vec::new();
    for bundle in outbox.published(&account.id)? {
        let audit = outbox.read(&account.id, bundle.name, AUDIT)?;
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
