//! The signing key, looked at while nothing is due: weeks may pass before it is needed, and whoever
//! can mend it is to know now. While it can't be used, it is looked at in each round.

use std::time::Duration;

use tracing::{error, info};

use super::super::tell;
use super::super::waits::Waits;
use super::shown;
use crate::api::KEY;
use crate::domain::text::escape;
use crate::store::keys::SigningKey;

/// How often it is looked at.
const EVERY: Duration = Duration::from_mins(1);

/// What is known of the key.
#[derive(Debug, Default)]
pub(super) struct Key {
    looked_at: Option<std::time::Instant>,
    fingerprint: Option<String>,
    trouble: Option<String>,
}

impl Key {
    /// Looks at the key, once in a while, and says what is new about it. Returns whether it can be
    /// used again.
    pub(super) fn look(&mut self, waits: &Waits<'_>, monotonic: std::time::Instant) -> bool {
        let is_fresh = self.looked_at.is_some_and(|at| monotonic.duration_since(at) < EVERY);
        if is_fresh && self.trouble.is_none() {
            return false;
        }
        self.looked_at = Some(monotonic);
        match SigningKey::load(&waits.workspace.config.signing.key) {
            Ok(key) => {
                let is_mended = self.trouble.take().is_some();
                if is_mended {
                    info!("no longer: nothing can be signed");
                }
                waits.telemetry.own(KEY, None);
                let fingerprint = Some(key.fingerprint());
                if self.fingerprint != fingerprint {
                    info!(fingerprint, "signs");
                    self.fingerprint = fingerprint;
                }
                is_mended
            }
            Err(error) => {
                let text = format!("nothing can be signed: {}", shown(&error));
                if self.trouble.as_ref() != Some(&text) {
                    let hint = error.hint().map(escape);
                    let error = shown(&error);
                    error!(error, hint, "nothing can be signed, so nothing is published");
                    tell::own_trouble(&waits.telemetry, &waits.hooks, KEY, &text);
                    self.trouble = Some(text);
                }
                false
            }
        }
    }

    /// Why nothing can be signed.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }
}
