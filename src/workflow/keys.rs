//! One signing key → the next, with the audit log ahead: the new key is listed for verifiers before
//! it can sign, the old one stays listed, and whatever is interrupted leaves one of the two in force.

use super::{OpenChain, Unit, WorkflowError};
use crate::audit::{DAEMON_CHAIN, Event, Record};
use crate::domain::Instant;
use crate::domain::calendar::minus_days;
use crate::store::keys::SigningKey;
use crate::store::outbox::Outbox;

/// What new keys say of themselves.
const COMMENT: &str = "budgetd";

/// A key that took the place of another one.
#[derive(Debug)]
pub struct Rotation {
    /// The fingerprint of the key that was in force.
    pub from: String,
    /// The key that is.
    pub key: SigningKey,
}

impl Unit<'_> {
    /// Puts a new signing key in force. A rotation that was interrupted once it was recorded is
    /// finished instead.
    ///
    /// The new key is listed from the beginning of the day before, so that it counts at once in
    /// every time zone and for verifiers whose clock is behind. The old key stays listed without an
    /// end: ssh-keygen judges by its own clock, and what the old key signed is to stay verifiable
    /// for good.
    pub fn rotate_key(&mut self, now: Instant) -> Result<Rotation, WorkflowError> {
        let path = self.workspace.config.signing.key.clone();
        if let Some(finished) = self.settle_rotation(now)? {
            return Ok(finished);
        }
        let old = SigningKey::load(&path)?;
        let outbox = Outbox::open(&self.workspace.config.paths.outbox)?;
        outbox.write_allowed_signers(&old)?;
        let next = SigningKey::prepare_next(&path, COMMENT)?;
        outbox.allow_signer_from(&next, minus_days(now.date_naive(), 1))?;
        let (from, to) = (old.fingerprint(), next.fingerprint());
        let head =
            self.announce(DAEMON_CHAIN, now, &Event::KeyRotated { from: from.clone(), to })?;
        SigningKey::put_next_in_force(&path)?;
        next.show_public_beside(&path)?;
        self.ledger.set_chain_head(DAEMON_CHAIN, head)?;
        self.key = None;
        Ok(Rotation { from, key: next })
    }

    /// Finishes a rotation that was recorded and interrupted, or says in the log that it did not
    /// take place. Called before anything is recorded behind it.
    pub(super) fn settle_rotation(
        &mut self,
        now: Instant,
    ) -> Result<Option<Rotation>, WorkflowError> {
        let Some((from, to)) = self.chain(DAEMON_CHAIN, now)?.announced_rotation() else {
            return Ok(None);
        };
        let path = self.workspace.config.signing.key.clone();
        let is_next = |key: &SigningKey| key.fingerprint() == to;
        let waits = SigningKey::waiting(&path).ok().flatten().as_ref().is_some_and(is_next);
        let in_force = SigningKey::load(&path).ok();
        if waits && in_force.as_ref().is_some_and(|key| key.fingerprint() == from) {
            SigningKey::put_next_in_force(&path)?;
        }
        let key = SigningKey::load(&path).ok().filter(is_next);
        if let Some(key) = &key {
            key.show_public_beside(&path)?;
        }
        let open = self.chain(DAEMON_CHAIN, now)?;
        if key.is_some() {
            open.pending.retain(|record| rotation_of(record).is_none());
        } else {
            open.supersede(now, |record| rotation_of(record).is_some())?;
        }
        let head = open.journal.head().expect("a chain with a pending record has a head");
        self.ledger.set_chain_head(DAEMON_CHAIN, head)?;
        Ok(key.map(|key| Rotation { from, key }))
    }
}

impl OpenChain {
    fn announced_rotation(&self) -> Option<(String, String)> {
        self.pending.iter().rev().find_map(rotation_of)
    }
}

fn rotation_of(record: &Record) -> Option<(String, String)> {
    match &record.event {
        Event::KeyRotated { from, to } => Some((from.clone(), to.clone())),
        _ => None,
    }
}
