//! `budgetd keys`: makes and shows the signing key.

use serde_json::json;

use super::output::{GOOD, STRONG, paint};
use super::{CliError, Context, DONE, Ending, now};
use crate::audit::DAEMON_CHAIN;
use crate::audit::Event;
use crate::domain::text::escape;
use crate::store::files;
use crate::store::keys::SigningKey;
use crate::workflow::Interrupt;

#[derive(Debug, clap::Subcommand)]
pub enum Arguments {
    /// Make a signing key where the configuration says it is; never overwrites one
    New,
    /// Show the fingerprint and the public key; compare the fingerprint once by another way
    Show,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    match arguments {
        Arguments::New => new(context),
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
    let interrupt = Interrupt::default();
    let mut unit = context.begin(&workspace, &interrupt)?;
    let key = SigningKey::generate(path, "budgetd")?;
    let event = Event::KeyInUse { fingerprint: key.fingerprint() };
    unit.record(DAEMON_CHAIN, now(), &event)?;
    workspace.outbox().write_allowed_signers(&key)?;
    context.output.line(format!("{} {}", paint(GOOD, "made"), escape(&path.display().to_string())));
    tell(context, &key);
    Ok(DONE)
}

fn show(context: &Context) -> Ending {
    let workspace = context.workspace()?;
    tell(context, &SigningKey::load(&workspace.config.signing.key)?);
    Ok(DONE)
}

fn tell(context: &Context, key: &SigningKey) {
    let (fingerprint, public) = (key.fingerprint(), key.public_openssh());
    context.output.line(format!("fingerprint  {}", paint(STRONG, &fingerprint)));
    context.output.line(format!("public key   {public}"));
    context.output.line("Compare the fingerprint once by another way than this machine's files.");
    context.output.json(&json!({"fingerprint": fingerprint, "public_key": public}));
}
