//! `config/accounts/<id>.experiments.toml` → checked [`Experiments`] of an account that was read.

use super::table::Table;
use super::value::{Item, quoted};
use crate::domain::experiments::{Experiment, Experiments, TestedChange};
use crate::domain::nearest::nearest;
use crate::domain::text::folded;
use crate::domain::{Account, ChannelName, Day};

/// What the name of such a file ends in.
pub(super) const ENDING: &str = ".experiments.toml";

/// Tests of one account.
const TESTS_MAX: usize = 1_000;
/// Amounts in major units.
const AMOUNT_MAX: f64 = 1e13;
/// A test whose carryover was measured for longer than a quarter measured something else.
const CARRYOVER_MAX: u32 = 13;

/// Reads the file of `account`.
pub(super) fn read(root: Table<'_>, account: &Account) -> Option<Experiments> {
    let shipped = Experiments::default();
    let half_life_weeks =
        root.or("half_life_weeks", shipped.half_life_weeks, |item| item.number(4.0..=520.0));
    let tables = root.tables("experiments");
    if tables.as_ref().is_some_and(|tables| tables.len() > TESTS_MAX) {
        root.fault(format!("more than {TESTS_MAX} experiments"), "leave the oldest out");
    }
    let tests = tables.map(|tables| {
        let numbered = tables.into_iter().take(TESTS_MAX).enumerate();
        numbered.map(|(at, table)| test(table, at + 1, account)).collect::<Vec<_>>()
    });
    root.finish();
    Some(Experiments {
        half_life_weeks: half_life_weeks?,
        tests: tests?.into_iter().collect::<Option<_>>()?,
    })
}

fn test(table: Table<'_>, number: usize, account: &Account) -> Option<Experiment> {
    let name = table
        .or("name", format!("experiment {number}"), |item| item.plain_text(100).map(str::to_owned));
    let channel = table
        .required("channel", "channel = \"…\", a channel of the account")
        .and_then(|item| channel(&item, account));
    let days = days(&table);
    let change = change(&table);
    let lift = table
        .required("lift", "lift = 120000.0, the revenue that the change added")
        .and_then(|item| item.number(-AMOUNT_MAX..=AMOUNT_MAX));
    let error = table
        .required("error", "error = 30000.0, the standard error of the lift")
        .and_then(|item| error(&item));
    let carryover_weeks = table.or("carryover_weeks", 0, |item| item.whole(0..=CARRYOVER_MAX));
    let note = table.optional("note", |item| item.plain_text(1_000));
    table.finish();
    note?;
    let (first_day, last_day) = days?;
    Some(Experiment {
        name: name?,
        channel: channel?,
        first_day,
        last_day,
        change: change?,
        lift: lift?,
        error: error?,
        carryover_weeks: carryover_weeks?,
    })
}

fn channel(item: &Item<'_>, account: &Account) -> Option<ChannelName> {
    let text = item.text()?;
    let names = |channel: &crate::domain::Channel| {
        let aliases = channel.aliases.iter().map(|it| it.as_str().to_owned());
        std::iter::once(channel.name.to_string()).chain(aliases).collect::<Vec<_>>()
    };
    let found = account
        .channels
        .iter()
        .find(|channel| names(channel).iter().any(|name| folded(name) == folded(text)));
    if let Some(channel) = found {
        return Some(channel.name.clone());
    }
    let known: Vec<String> = account.channels.iter().flat_map(names).collect();
    let hint = match nearest(text, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {}?", quoted(near)),
        None => format!("write a channel of account {}", account.id),
    };
    item.misfit("the account has no channel of this name or alias", hint);
    None
}

fn days(table: &Table<'_>) -> Option<(Day, Day)> {
    let first = table.required("first_day", "first_day = \"2026-03-02\"");
    let last = table.required("last_day", "last_day = \"2026-03-29\"");
    let first_day = first.as_ref().and_then(day);
    let last_day = last.as_ref().and_then(day);
    let (first_day, last_day) = (first_day?, last_day?);
    if last_day < first_day {
        let message = format!("before first_day in line {}, which is {first_day}", first?.line());
        last?.misfit(message, "write the last day of the changed spend");
        return None;
    }
    Some((first_day, last_day))
}

fn day(item: &Item<'_>) -> Option<Day> {
    let text = item.text()?;
    let day = Day::parse_from_str(text, "%Y-%m-%d").ok().filter(|day| day.to_string() == text);
    if day.is_none() {
        item.fault("not a day", "write year, month and day, such as \"2026-03-02\"");
    }
    day
}

fn change(table: &Table<'_>) -> Option<TestedChange> {
    let total = table.optional("spend_change", |item| {
        let amount = item.number(-AMOUNT_MAX..=AMOUNT_MAX)?;
        not_nothing(&item, amount)
    });
    let share = table.optional("spend_change_share", |item| {
        let share = item.number(-0.99..=100.0)?;
        not_nothing(&item, share)
    });
    match (total?, share?) {
        (Some(total), None) => Some(TestedChange::Total(total)),
        (None, Some(share)) => Some(TestedChange::Share(share)),
        (Some(_), Some(_)) => {
            if let Some(item) = table.item("spend_change_share") {
                item.misfit(
                    "spend_change says already how spend was changed",
                    "leave one of the two out",
                );
            }
            None
        }
        (None, None) => {
            table.required("spend_change", "spend_change = 200000.0, or spend_change_share = 0.5");
            None
        }
    }
}

fn not_nothing(item: &Item<'_>, value: f64) -> Option<f64> {
    if value == 0.0 {
        item.fault("no change", "a test changes spend; below 0: less was spent");
        return None;
    }
    Some(value)
}

fn error(item: &Item<'_>) -> Option<f64> {
    let error = item.number(0.0..=AMOUNT_MAX)?;
    if error == 0.0 {
        let hint = "write its standard error; of a 90 % interval its width divided by 3.29";
        item.fault("no measurement is without an error", hint);
        return None;
    }
    Some(error)
}
