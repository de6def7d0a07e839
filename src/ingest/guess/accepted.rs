//! A guessed source → whether the configuration would take its table, once the channel that only people
//! know is filled in. What is printed must never be refused where it is pasted.

use std::collections::BTreeSet;
use std::path::Path;

use super::toml::quoted;
use crate::config::{self, SourceText};
use crate::domain::text::folded;
use crate::domain::{ChannelName, Source};

/// What stands for a channel that only people know.
const CHANNEL: &str = "Channel A";

/// Why the configuration refuses the table; `None`: it takes it.
pub(super) fn complaint(
    source: &Source,
    preset: Option<&str>,
    channels: &[String],
    needs_channel: bool,
) -> Option<String> {
    let mut source = source.clone();
    if needs_channel {
        source.channel = Some(CHANNEL.to_owned());
    }
    let table = config::source_toml(&source, preset);
    let mut account = "id = \"main\"\ncurrency = \"USD\"\ntime_zone = \"UTC\"\n\
                       total_budget_weekly = \"1000\"\n"
        .to_owned();
    let mut seen = BTreeSet::new();
    let fixed = [CHANNEL, "Channel B", "Channel C"].map(str::to_owned);
    let ruled = source.campaigns.iter().map(|rule| &rule.channel);
    let own = source.channel.iter().chain(ruled);
    for name in
        fixed.iter().chain(own).chain(channels).filter(|name| ChannelName::new(name).is_ok())
    {
        if seen.insert(folded(name)) {
            account.push_str(&format!("[[channels]]\nname = {}\n", quoted(name)));
        }
    }
    account.push_str(&table);
    let file = |path: &str, text: String| SourceText { path: path.to_owned(), text };
    let daemon = file("config/budgetd.toml", String::new());
    let accounts = [file("config/accounts/main.toml", account)];
    let faults = config::check(&daemon, &accounts, Path::new(".")).err()?;
    let fault = faults.first()?;
    let key = fault.key.as_deref().unwrap_or("it");
    Some(format!("{key}: {}", fault.message))
}
