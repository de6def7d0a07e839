//! A guess that rests on the start of a file → what the reading says of all of it, with the guessed source.

use std::collections::BTreeSet;
use std::io::BufRead;

use super::Guess;
use super::preview::{Table, Terms};
use super::seen::Seen;
use super::totals;
use crate::domain::text::folded;
use crate::domain::{Channel, ChannelName, StatedRow};
use crate::ingest::fault::FaultReason;
use crate::ingest::{ReadError, Reading, Rejection, Stated, read_on_all_cores};

/// How often a file is read again with the channels that its start didn't name.
const ROUNDS_MAX: usize = 8;

/// What the reading says of the whole file; `None` where too little is known to try. `open` gives its
/// bytes, from the first one each time.
///
/// # Errors
/// Those of `open`, and of reading what it gives.
pub fn whole<R: BufRead>(
    guess: &Guess,
    terms: Terms<'_>,
    open: &mut dyn FnMut() -> std::io::Result<R>,
) -> std::io::Result<Option<Reading>> {
    let Some(mut table) = Table::of(guess, terms) else { return Ok(None) };
    for _ in 1..ROUNDS_MAX {
        let reading = once(&table, terms, open()?)?;
        let Reading::Refused(rejection) = &reading else { return Ok(Some(reading)) };
        let new = if terms.account.is_none() { strangers(&table, rejection) } else { Vec::new() };
        if new.is_empty() {
            return Ok(Some(reading));
        }
        table.account.channels.extend(new.into_iter().map(Channel::named));
    }
    once(&table, terms, open()?).map(Some)
}

fn once<R: BufRead>(table: &Table, terms: Terms<'_>, input: R) -> std::io::Result<Reading> {
    let context = table.context(terms.file_name);
    let mut seen = Seen::default();
    let mut sink =
        |row: &StatedRow<'_>| -> Result<Stated, std::convert::Infallible> { Ok(seen.state(row)) };
    match read_on_all_cores(input, &context, &mut sink) {
        Ok(reading) => Ok(reading),
        Err(ReadError::Input(error)) => Err(error),
        Err(ReadError::Sink(never)) => match never {},
    }
}

/// The channels that the file names and the made-up account lacks.
fn strangers(table: &Table, rejection: &Rejection) -> Vec<ChannelName> {
    let mut known: BTreeSet<String> =
        table.account.channels.iter().map(|it| folded(it.name.as_str())).collect();
    let of_channels = rejection.faults.iter().filter(|it| it.reason == FaultReason::UnknownChannel);
    of_channels
        .filter_map(|fault| fault.value.as_deref())
        .filter(|text| !totals::is_label(text))
        .filter_map(|text| ChannelName::new(text).ok())
        .filter(|name| known.insert(folded(name.as_str())))
        .collect()
}
