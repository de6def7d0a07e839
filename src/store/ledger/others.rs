//! Days of other sources that a file replaces: two sources of one channel replace each other's days,
//! and whoever reads the receipt is to know.

use super::changes::{OTHER_SOURCES_MAX, amount};
use super::dropped::Gone;
use super::origins::Earlier;
use super::settle::{Pair, day_of};
use super::take::Take;
use crate::audit::OtherSource;
use crate::domain::Currency;
use crate::domain::text::escape;

/// Days of other sources that were replaced so far.
pub(super) struct OtherSources(Vec<Replaced>);

/// Those of a channel and a source.
struct Replaced {
    channel: i64,
    source: usize,
    file: i64,
    more_files: bool,
    first_day: i64,
    last_day: i64,
    days: u64,
    gone: Gone,
}

impl OtherSources {
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a day of `channel`, which `file` had brought: what is left of its older values.
    fn add(&mut self, day: i64, channel: i64, (source, file): (usize, i64), left: Gone) {
        let is_it = |known: &&mut Replaced| (known.channel, known.source) == (channel, source);
        if let Some(known) = self.0.iter_mut().find(is_it) {
            known.more_files |= known.file != file;
            known.last_day = day;
            known.days += 1;
            known.gone.join(&left);
        } else if self.0.len() < OTHER_SOURCES_MAX {
            let (first_day, last_day, days, more_files) = (day, day, 1, false);
            let gone = left;
            self.0.push(Replaced {
                channel,
                source,
                file,
                more_files,
                first_day,
                last_day,
                days,
                gone,
            });
        }
    }
}

impl Take<'_> {
    /// Notes whose values the pair `pair` had, if they were another source's.
    pub(super) fn note_other_source(
        &self,
        day: i64,
        pair: &Pair,
        earlier: &mut Earlier,
        others: &mut OtherSources,
    ) -> rusqlite::Result<()> {
        let Some(file) = pair.file else { return Ok(()) };
        let origin = earlier.origin(&self.ledger.connection, file)?;
        if !origin.is_own() {
            others.add(day, pair.channel, (origin.source, file), pair.left());
        }
        Ok(())
    }

    /// The days of other sources, by channel name and source, the business last.
    pub(super) fn other_sources(
        &self,
        others: OtherSources,
        earlier: &mut Earlier,
        currency: Currency,
    ) -> rusqlite::Result<Vec<OtherSource>> {
        let mut told = Vec::with_capacity(others.0.len());
        for mut replaced in others.0 {
            let name = earlier.origin(&self.ledger.connection, replaced.file)?.name.clone();
            replaced.gone.join(&earlier.overwritten_of(replaced.channel, replaced.source));
            let position = self.position(replaced.channel);
            let source = OtherSource {
                channel: position.map(|position| self.channels[position].0.clone()),
                source: earlier.source(replaced.source).to_owned(),
                file: escape(&name),
                more_files: replaced.more_files,
                first_day: day_of(replaced.first_day),
                last_day: day_of(replaced.last_day),
                days: replaced.days,
                spend: replaced.gone.figures().and_then(|gone| amount(gone.spend, currency)),
            };
            told.push((position.is_none(), position, source));
        }
        told.sort_by(|a, b| (a.0, a.1, &a.2.source).cmp(&(b.0, b.1, &b.2.source)));
        Ok(told.into_iter().map(|(_, _, source)| source).collect())
    }
}
