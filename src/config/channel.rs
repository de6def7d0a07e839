//! `[[channels]]` of an account → channels whose names can be told apart. Whether their budgets
//! fit together is for `limits`.

use std::collections::BTreeMap;

use super::account::ABSENT_DAYS;
use super::table::Table;
use super::value::Item;
use super::{ALIASES_MAX, CHANNELS_MAX};
use crate::domain::text::folded;
use crate::domain::{Channel, ChannelName};

/// A channel without a fault of its own, and where the values stand that its limits depend on.
pub(super) struct ReadChannel<'a> {
    pub channel: Channel,
    pub cap: Option<Item<'a>>,
    pub floor: Option<Item<'a>>,
}

/// Names and aliases taken so far, in lower case, and where.
type Taken<'a> = BTreeMap<String, Item<'a>>;

/// The channels that `item` lists, in the order of the file. `None`: one of them has a fault, or
/// none is active.
pub(super) fn read_all<'a>(root: &Table<'a>, item: &Item<'a>) -> Option<Vec<ReadChannel<'a>>> {
    let tables = root.tables_of(item)?;
    if tables.len() > CHANNELS_MAX {
        root.fault(
            format!("{} channels are more than {CHANNELS_MAX}", tables.len()),
            "divide them into several accounts",
        );
        return None;
    }
    let mut taken = Taken::new();
    let channels: Vec<Option<ReadChannel<'a>>> =
        tables.into_iter().map(|table| read(table, &mut taken)).collect();
    let channels: Vec<ReadChannel<'a>> = channels.into_iter().collect::<Option<_>>()?;
    if channels.iter().all(|read| read.channel.paused) {
        root.fault(
            "no channel is active, so nothing could take the budget",
            "add a [[channels]] with its name, or remove paused = true from one",
        );
        return None;
    }
    Some(channels)
}

fn read<'a>(table: Table<'a>, taken: &mut Taken<'a>) -> Option<ReadChannel<'a>> {
    let name = table.required("name", "name = \"Google Ads\"").and_then(|item| name(&item, taken));
    let aliases = table.or("aliases", Vec::new(), |item| aliases(&item, taken));
    let (cap, floor) = (table.item("spend_cap_share"), table.item("spend_floor_share"));
    let spend_cap_share = table.optional("spend_cap_share", |item| item.share());
    let spend_floor_share = table.optional("spend_floor_share", |item| item.share());
    let paused = table.or("paused", false, |item| item.flag());
    let absent_days = table.optional("absent_days", |item| item.choice(&ABSENT_DAYS));
    table.finish();
    let channel = Channel {
        name: name?,
        aliases: aliases?,
        spend_floor_share: spend_floor_share?,
        spend_cap_share: spend_cap_share?,
        paused: paused?,
        absent_days: absent_days?,
    };
    Some(ReadChannel { channel, cap, floor })
}

fn aliases<'a>(item: &Item<'a>, taken: &mut Taken<'a>) -> Option<Vec<String>> {
    let items = item.list()?;
    if items.len() > ALIASES_MAX {
        let message = format!("{} aliases are more than {ALIASES_MAX}", items.len());
        item.fault(message, "keep the spellings that files use");
        return None;
    }
    let aliases: Vec<Option<ChannelName>> = items.iter().map(|item| name(item, taken)).collect();
    aliases.into_iter().map(|alias| alias.map(String::from)).collect()
}

fn name<'a>(item: &Item<'a>, taken: &mut Taken<'a>) -> Option<ChannelName> {
    let name = match ChannelName::new(item.text()?) {
        Ok(name) => name,
        Err(complaint) => {
            item.fault(complaint, "write it as reports should show it");
            return None;
        }
    };
    let folded = folded(name.as_str());
    if let Some(first) = taken.get(&folded) {
        let message =
            format!("line {} has this name already; names are compared without case", first.line());
        item.misfit(message, "give each channel and each alias a name of its own");
        return None;
    }
    taken.insert(folded, item.clone());
    Some(name)
}
