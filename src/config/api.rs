//! `[api]` of the daemon's file: where the listener is, who may ask, and which model answers `/predict`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::paths::resolve;
use super::table::Table;
use super::value::Item;
use crate::domain::nearest::nearest;

/// Hosts and origins of one list.
const LIST_MAX: usize = 32;
/// Characters of a host or an origin, and of a path.
const TEXT_CHARS_MAX: usize = 253;
const PATH_CHARS_MAX: usize = 4095;

/// `[api]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiSettings {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// The file of the token that every request must show; there is one wherever others than this
    /// machine could reach the address.
    pub token: Option<PathBuf>,
    /// Whether that file is a credential, which systemd keeps from others.
    pub token_is_credential: bool,
    /// Names besides those of the loopback by which the server may be called.
    pub hosts: Vec<String>,
    /// Origins whose pages may ask.
    pub cors_origins: Vec<String>,
    /// The account whose model answers `/predict`.
    pub predict: Option<String>,
    /// The file of a linear model that answers it instead.
    pub predict_file: Option<PathBuf>,
}

#[expect(clippy::option_option, reason = "faulty and absent are different answers")]
pub(super) fn read(
    table: Table<'_>,
    base: &Path,
    accounts: &[&str],
) -> Option<Option<ApiSettings>> {
    if !table.is_there() {
        return Some(None);
    }
    let listen = table.required("listen", "listen = \"127.0.0.1:8770\"");
    let listen = listen.and_then(|item| Some((listen_address(&item)?, item)));
    let path = |item: &Item<'_>| item.plain_text(PATH_CHARS_MAX).map(|text| resolve(text, base));
    let token = table.optional("token", |item| path(&item));
    let hosts = table.or("hosts", Vec::new(), |item| texts(&item, host));
    let cors_origins = table.or("cors_origins", Vec::new(), |item| texts(&item, origin));
    let predict = table.optional("predict", |item| account(&item, accounts));
    let predict_file = table.optional("predict_file", |item| {
        if table.peek("predict").is_some() {
            item.fault("predict names an account, so this is never asked", "leave one of them out");
            return None;
        }
        path(&item)
    });
    table.finish();
    let (listen, item) = listen?;
    let token = token?;
    if !listen.ip().is_loopback() && token.is_none() {
        item.fault(
            "others could reach this address, and without a token the server asks nobody who they are",
            "name a file with a token: token = \"/etc/budgetd/api_token\", or listen at \"127.0.0.1:8770\"",
        );
        return None;
    }
    Some(Some(ApiSettings {
        listen,
        token,
        token_is_credential: false,
        hosts: hosts?,
        cors_origins: cors_origins?,
        predict: predict?,
        predict_file: predict_file?,
    }))
}

fn listen_address(item: &Item<'_>) -> Option<SocketAddr> {
    let address = item.text()?.parse::<SocketAddr>().ok();
    if address.is_none() {
        item.fault(
            "not an address with a port",
            "write an address of this machine and a port: \"127.0.0.1:8770\"",
        );
    }
    address
}

fn texts(item: &Item<'_>, read: fn(&Item<'_>) -> Option<String>) -> Option<Vec<String>> {
    let items = item.list()?;
    if items.len() > LIST_MAX {
        item.fault(format!("{} are more than {LIST_MAX}", items.len()), "name fewer");
        return None;
    }
    // All of them are looked at, so that each fault is told.
    let read: Vec<Option<String>> = items.iter().map(read).collect();
    read.into_iter().collect()
}

fn host(item: &Item<'_>) -> Option<String> {
    let text = item.plain_text(TEXT_CHARS_MAX)?;
    let is_host = !text.is_empty()
        && text
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | ':' | '[' | ']'));
    if !is_host || text.contains("://") {
        item.fault(
            "not the name of a host",
            "write it without a scheme or a port: \"budget.example.com\"",
        );
        return None;
    }
    Some(text.to_owned())
}

fn origin(item: &Item<'_>) -> Option<String> {
    let text = item.plain_text(TEXT_CHARS_MAX)?;
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_origin = host.is_some_and(|host| {
        !host.is_empty() && host.is_ascii() && !host.contains(['/', '?', '#', '@', '*', ' '])
    });
    if !is_origin {
        item.fault(
            "not an origin",
            "write scheme and host, without a path: \"https://reports.example.com\"",
        );
        return None;
    }
    Some(text.to_ascii_lowercase())
}

fn account(item: &Item<'_>, accounts: &[&str]) -> Option<String> {
    let text = item.text()?;
    if accounts.contains(&text) {
        return Some(text.to_owned());
    }
    let hint = match nearest(text, accounts.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => "name one of the accounts, or predict_file = \"a linear model's file\"".to_owned(),
    };
    item.fault("there is no such account", hint);
    None
}
