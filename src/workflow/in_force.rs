//! The daemon's own log → by which key and settings it works, as far as it has told. It looks, and
//! writes nothing.

use super::{WorkflowError, Workspace, each_audit_record};
use crate::audit::{DAEMON_CHAIN, Event};
use crate::domain::{Digest, Instant};

/// What the daemon has told of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InForce {
    /// The credential that it signs with, since its newest start.
    pub credential: Option<Credential>,
    /// The digest of its settings.
    pub settings: Option<Digest>,
}

/// A key that the service manager hands to the daemon and to nobody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its fingerprint.
    pub fingerprint: String,
    /// When the daemon has told of it.
    pub told_at: Instant,
}

/// What the daemon has told since its newest start.
pub fn in_force(workspace: &Workspace) -> Result<InForce, WorkflowError> {
    let mut found = InForce::default();
    each_audit_record(workspace, DAEMON_CHAIN, &mut |record| {
        match record.event {
            Event::Started { signs, credential, settings, .. } => {
                let told_at = record.time;
                let credential = signs
                    .filter(|_| credential)
                    .map(|fingerprint| Credential { fingerprint, told_at });
                found = InForce { credential, settings };
            }
            Event::Reloaded { settings, .. } => found.settings = settings,
            _ => {}
        }
        Ok(())
    })?;
    Ok(found)
}
