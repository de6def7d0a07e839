//! What a command by hand can't see of the daemon and its own log tells: a key that is a credential,
//! settings that are not those of the files, another process that it waits for.

use serde_json::{Value, json};

use super::output::{BAD, CARE, paint};
use super::{CliError, Context};
use crate::domain::Digest;
use crate::domain::text::escape;
use crate::store::StoreError;
use crate::store::holder::{Holder, holder};
use crate::store::keys::SigningKey;
use crate::store::lock::Lock;
use crate::workflow::{Credential, InForce, Workspace, in_force};

/// The daemon as others see it.
pub struct Seen {
    /// Whether it runs.
    pub runs: bool,
    told: InForce,
}

/// Where the key is that signs.
pub enum Key {
    /// Here.
    Here(SigningKey),
    /// With the daemon, as a credential. Commands by hand have another one, or none.
    WithDaemon(Credential, Option<SigningKey>),
    /// Nowhere.
    Missing(CliError),
}

impl Seen {
    /// Looks at the daemon of `workspace`.
    pub fn look(workspace: &Workspace) -> Result<Self, StoreError> {
        let runs = Lock::is_held(&workspace.places.state().run_lock())?;
        // A log that can't be read is said by those who need it.
        let told = in_force(workspace).unwrap_or_default();
        Ok(Self { runs, told })
    }

    /// The key that signs, as far as it can be seen from here.
    pub fn key(&self, workspace: &Workspace) -> Key {
        let signing = &workspace.config.signing;
        let here = SigningKey::load(&signing.key);
        let credential = self.told.credential.clone().filter(|_| !signing.is_credential);
        match (credential, here) {
            (None, Ok(key)) => Key::Here(key),
            // Which one the next start takes is seen then.
            (Some(_), Ok(key)) if !self.runs => Key::Here(key),
            (Some(credential), here) => Key::WithDaemon(credential, here.ok()),
            (None, Err(error)) => Key::Missing(error.into()),
        }
    }

    /// What to say of a credential that the daemon has.
    pub fn credential_words(&self, credential: &Credential) -> String {
        let told_at = credential.told_at.format("%Y-%m-%d %H:%M:%SZ");
        let signs = if self.runs { "signs" } else { "signed, when it ran last," };
        format!(
            "no key is visible to this command; the daemon {signs} with {}, a systemd credential (by the \
             audit log, at {told_at})",
            escape(&credential.fingerprint)
        )
    }

    /// Whether it runs by other settings than those of the files, whose digest this is.
    fn has_other_settings(&self, settings: Digest) -> bool {
        self.runs && self.told.settings.is_some_and(|told| told != settings)
    }

    /// The process that it has to wait for where it has something to do.
    fn waits_for(&self, workspace: &Workspace) -> Result<Option<Holder>, StoreError> {
        let state = workspace.places.state();
        if !self.runs || !Lock::is_held(&state.work_lock())? {
            return Ok(None);
        }
        let daemon = holder(&state.run_lock()).map(|daemon| daemon.pid);
        Ok(holder(&state.work_lock()).filter(|other| daemon != Some(other.pid)))
    }

    /// Says what is odd about the daemon as a whole; the same for machines.
    pub fn tell(
        &self,
        context: &Context,
        workspace: &Workspace,
        settings: Digest,
    ) -> Result<Value, CliError> {
        let care = |text: &str, hint: &str| {
            context.output.line(paint(CARE, text));
            context.output.line(format!("  hint: {hint}"));
        };
        let has_other_settings = self.has_other_settings(settings);
        if has_other_settings {
            care(
                "the daemon runs with another configuration than the files",
                "`budgetd check` says whether they are in order; a reload takes them (`systemctl reload \
             budgetd`), or a restart, where they change [paths], [api] or [log]",
            );
        }
        let waits_for = self.waits_for(workspace)?.map(|other| other.to_string());
        if let Some(other) = &waits_for {
            care(
                &format!("another budgetd is at work ({other}); meanwhile the daemon waits"),
                "let it end, or a stopped one go on; ended, what it was at is taken up again",
            );
        }
        Ok(json!({"other_settings": has_other_settings, "waits_for": waits_for}))
    }

    /// Says what keeps the key from being used here; its fingerprint, and why nothing can be signed.
    pub fn tell_key(
        &self,
        context: &Context,
        workspace: &Workspace,
    ) -> (Option<String>, Option<String>) {
        match self.key(workspace) {
            Key::Here(key) => (Some(key.fingerprint()), None),
            Key::WithDaemon(credential, _) => {
                context.output.line(self.credential_words(&credential));
                (Some(escape(&credential.fingerprint)), None)
            }
            Key::Missing(error) => {
                let said = paint(BAD, "nothing can be signed:");
                context.output.line(format!("{said} {}", error.message));
                if let Some(hint) = &error.hint {
                    context.output.line(format!("  hint: {hint}"));
                }
                (None, Some(error.message))
            }
        }
    }
}
