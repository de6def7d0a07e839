//! `budgetd keys`: makes, rotates and shows the signing key.

use serde_json::json;

use super::in_force::{Key, Seen};
use super::output::{GOOD, STRONG, paint};
use super::{CliError, Context, DONE, Ending, now};
use crate::audit::DAEMON_CHAIN;
use crate::audit::Event;
use crate::domain::text::escape;
use crate::store::files;
use crate::store::keys::SigningKey;
use crate::workflow::{Interrupt, Rotation};

#[derive(Debug, clap::Subcommand)]
pub enum Arguments {
    /// Make a signing key where the configuration says it is; never overwrites one
    New,
    /// Put a new key in the place of the one in force; what the old one signed stays verifiable
    Rotate,
    /// Show the fingerprint and the public key; compare the fingerprint once by another way
    Show,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    match arguments {
        Arguments::New => new(context),
        Arguments::Rotate => rotate(context),
        Arguments::Show => show(context),
    }
}

fn new(context: &Context) -> Ending {
    let workspace = context.workspace()?;
    let path = &workspace.config.signing.key;
    if files::exists(path) {
        return Err(CliError::usage(
            format!("there is a key already: {}", path.display()),
            "`budgetd keys show` shows it; a key is never overwritten",
        ));
    }
    let daemon = Seen::look(&workspace)?;
    if let (true, Key::WithDaemon(credential, _)) = (daemon.runs, daemon.key(&workspace)) {
        return Err(CliError::usage(
            daemon.credential_words(&credential),
            "a second key would sign what commands by hand publish; to have it in place of the \
             credential, take that away and stop the daemon first",
        ));
    }
    let interrupt = Interrupt::default();
    let mut unit = context.begin(&workspace, &interrupt)?;
    let key = SigningKey::generate(path, "budgetd")?;
    let event = Event::KeyInUse { fingerprint: key.fingerprint() };
    unit.record(DAEMON_CHAIN, now(), &event)?;
    workspace.outbox().write_allowed_signers(&key)?;
    context.output.line(format!("{} {}", paint(GOOD, "made"), escape(&path.display().to_string())));
    tell(context, &key, None);
    Ok(DONE)
}

fn rotate(context: &Context) -> Ending {
    let workspace = context.workspace()?;
    let path = &workspace.config.signing.key;
    let shown = escape(&path.display().to_string());
    if workspace.config.signing.is_credential {
        return Err(CliError::usage(
            format!("the key in force is a credential of systemd: {shown}"),
            "make a new one with `ssh-keygen -t ed25519 -N ''` where the credential is kept",
        ));
    }
    let interrupt = Interrupt::default();
    let Rotation { from, key } = context.begin(&workspace, &interrupt)?.rotate_key(now())?;
    context.output.line(format!("{} {shown}", paint(GOOD, "rotated")));
    context.output.line(format!("before       {from}"));
    tell(context, &key, Some(&from));
    Ok(DONE)
}

fn show(context: &Context) -> Ending {
    let workspace = context.workspace()?;
    let daemon = Seen::look(&workspace)?;
    match daemon.key(&workspace) {
        Key::Here(key) => tell(context, &key, None),
        Key::WithDaemon(credential, _) => {
            context.output.line(daemon.credential_words(&credential));
            let public = workspace.outbox().listed_signer(&credential.fingerprint)?;
            show_public(context, &credential.fingerprint, public.as_deref(), None);
        }
        Key::Missing(error) => return Err(error),
    }
    Ok(DONE)
}

fn tell(context: &Context, key: &SigningKey, before: Option<&str>) {
    show_public(context, &key.fingerprint(), Some(&key.public_openssh()), before);
}

fn show_public(context: &Context, fingerprint: &str, public: Option<&str>, before: Option<&str>) {
    let listed = public.unwrap_or("not in allowed_signers yet: the first bundle lists it");
    context.output.line(format!("fingerprint  {}", paint(STRONG, &escape(fingerprint))));
    context.output.line(format!("public key   {}", escape(listed)));
    context.output.line("Compare the fingerprint once by another way than this machine's files.");
    let mut answer = json!({"fingerprint": fingerprint, "public_key": public});
    if let Some(before) = before {
        answer["before"] = json!(before);
    }
    context.output.json(&answer);
}
