//! A working folder for benches that go through the store, laid out as `budgetd init` does.

use std::fs;
use std::path::Path;

use budgetd::config::{self, SourceText};
use budgetd::domain::Instant;
use budgetd::store::keys::SigningKey;
use budgetd::workflow::{Interrupt, Workspace};
use tempfile::TempDir;

/// A working folder that goes when the bench does.
pub struct World {
    /// The workspace.
    pub workspace: Workspace,
    /// Where it is.
    pub folder: TempDir,
}

impl World {
    /// A folder with so many accounts, called `account-0000` and on, of these channels.
    pub fn new(accounts: usize, channels: &[String]) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let daemon = source("budgetd.toml", config::shipped_daemon().to_owned());
        let accounts: Vec<SourceText> =
            (0..accounts).map(|index| account(&format!("account-{index:04}"), channels)).collect();
        let config = config::check(&daemon, &accounts, folder.path()).expect("a configuration");
        let workspace = Workspace::new(config);
        workspace.places.create_all().expect("folders");
        SigningKey::generate(&workspace.config.signing.key, "a bench").expect("a key");
        Self { workspace, folder }
    }

    /// Takes a copy of the file at `path` for every account.
    pub fn ingest(&self, path: &Path, arrived_at: Instant) {
        let interrupt = Interrupt::default();
        let mut unit = self.workspace.begin(&interrupt).expect("a unit of work");
        for account in &self.workspace.config.accounts {
            let folder = unit.drop_folder(account).expect("a drop folder");
            unit.take_copy(account, &folder, path, arrived_at, arrived_at).expect("taken");
        }
    }

    /// Writes a file beside the folders and returns its path.
    pub fn write(&self, name: &str, text: &str) -> std::path::PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("written");
        path
    }
}

fn account(id: &str, channels: &[String]) -> SourceText {
    let mut text = format!(
        "id = \"{id}\"\ncurrency = \"INR\"\ntime_zone = \"Asia/Kolkata\"\n\
         total_budget_weekly = \"500000\"\n"
    );
    for name in channels {
        text.push_str(&format!("\n[[channels]]\nname = \"{name}\"\n"));
    }
    source(&format!("{id}.toml"), text)
}

fn source(path: &str, text: String) -> SourceText {
    SourceText { path: path.to_owned(), text }
}
