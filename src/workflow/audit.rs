//! The audit log held against itself, the ledger and the published bundles.

use super::{DAEMON_CHAIN, WorkflowError, Workspace, account_chain};
use crate::audit::Record;
use crate::report;
use crate::store::journal::{self, AuditFault, AuditReport, Segment};
use crate::store::ledger::Ledger;

/// What was found of one chain.
pub struct AuditOf {
    /// The chain.
    pub chain: String,
    /// Whole, or every fault.
    pub answer: Result<AuditReport, Vec<AuditFault>>,
}

/// Checks every chain of the workspace.
pub fn verify_audit(workspace: &Workspace) -> Result<Vec<AuditOf>, WorkflowError> {
    let ledger = Ledger::open_existing(&workspace.layout.ledger())?;
    let head = |chain: &str| match &ledger {
        Some(ledger) => ledger.chain_head(chain),
        None => Ok(None),
    };
    let daemon = journal::verify_all(
        &workspace.layout.daemon_audit(),
        DAEMON_CHAIN,
        head(DAEMON_CHAIN)?,
        &[],
    );
    let mut answers = vec![AuditOf { chain: DAEMON_CHAIN.to_owned(), answer: daemon }];
    for account in &workspace.config.accounts {
        let chain = account_chain(&account.id);
        let mut segments = Vec::new();
        let publications = match &ledger {
            Some(ledger) => ledger.publications(&account.id)?,
            None => Vec::new(),
        };
        let outbox = workspace.outbox();
        for publication in publications {
            let name = report::bundle_name(publication.week, publication.revision);
            let bytes = outbox.read_if_there(&account.id, &name, "audit.jsonl")?;
            segments.push(Segment { bundle: name, bytes, manifest: publication.manifest });
        }
        let path = workspace.layout.account_audit(account.id.as_str());
        let answer = journal::verify_all(&path, &chain, head(&chain)?, &segments);
        answers.push(AuditOf { chain, answer });
    }
    Ok(answers)
}

/// All records of a chain, oldest first.
pub fn audit_records(workspace: &Workspace, chain: &str) -> Result<Vec<Record>, WorkflowError> {
    let path = if chain == DAEMON_CHAIN {
        workspace.layout.daemon_audit()
    } else {
        workspace.layout.account_audit(chain)
    };
    Ok(journal::records(&path, chain)?)
}
