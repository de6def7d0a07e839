//! Rows of files or facts of the ledger → what a model observes: exact sums per period and channel,
//! turned into estimates in major units at the very end.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::advice::mmm::cleaning::{Change, Reason};
use crate::advice::mmm::observed::{self, Observed, ObservedChannel};
use crate::advice::mmm::rows::DailyRow;
use crate::domain::{
    Account, Conversions, Currency, Day, Digest, Figures, FineMoney, Grain, StatedRow, Subject,
};

/// Different texts of a control up to which each becomes a column of its own.
const TEXTS_MAX: usize = 8;

/// Sums of what was told.
#[derive(Debug, Default)]
pub(super) struct Gather {
    channels: BTreeMap<(usize, Day), Figures>,
    business: BTreeMap<Day, Figures>,
    controls: BTreeMap<Day, Vec<Map<String, Value>>>,
    keys: BTreeSet<(Day, Subject, String)>,
    files: BTreeSet<Digest>,
    /// Rows whose key stood there before; the first counts.
    pub repeated: Vec<Change>,
}

impl Gather {
    /// Adds a row of a file.
    pub(super) fn row(&mut self, account: &Account, row: &StatedRow<'_>) {
        if !self.keys.insert((row.day, row.subject, row.campaign.to_owned())) {
            let series = match row.subject {
                Subject::Channel(channel) => account.channels[channel].name.to_string(),
                Subject::Business => "revenue".to_owned(),
            };
            let before = row.figures.spend.map(|spend| major(spend, account.currency));
            let reason = Reason::Repeated;
            let (measure, after) = (None, None);
            self.repeated.push(Change { day: row.day, series, measure, before, after, reason });
            return;
        }
        match row.subject {
            Subject::Channel(channel) => self.channel(channel, row.day, row.figures),
            Subject::Business => self.business(row.day, row.figures, row.controls),
        }
    }

    /// Adds figures of a channel.
    pub(super) fn channel(&mut self, channel: usize, day: Day, figures: Figures) {
        self.channels.entry((channel, day)).or_default().add(&figures);
    }

    /// Adds a row of the whole business.
    pub(super) fn business(&mut self, day: Day, figures: Figures, controls: &str) {
        self.business.entry(day).or_default().add(&figures);
        if let Ok(controls) = serde_json::from_str(controls) {
            self.controls.entry(day).or_default().push(controls);
        }
    }

    /// Adds a file that figures come from.
    pub(super) fn file(&mut self, file: Digest) {
        self.files.insert(file);
    }

    /// The files by their names, in this order; one that `names` doesn't know has none.
    pub(super) fn named_files(&self, names: &BTreeMap<Digest, String>) -> Vec<(String, Digest)> {
        let name = |file: &Digest| names.get(file).cloned().unwrap_or_default();
        let mut named: Vec<_> = self.files.iter().map(|file| (name(file), *file)).collect();
        named.sort();
        named
    }

    /// Whether nothing was told.
    pub(super) fn is_empty(&self) -> bool {
        self.channels.is_empty()
    }

    /// What a model observes of channels that have any row.
    pub(super) fn observed(&self, account: &Account, grain: Grain) -> Observed {
        let money = |money: Option<FineMoney>| money.map(|it| major(it, account.currency));
        let mut channels: Vec<ObservedChannel> = Vec::new();
        for (position, channel) in account.channels.iter().enumerate() {
            let own = self.channels.range((position, Day::MIN)..=(position, Day::MAX));
            let mut told = ObservedChannel {
                name: channel.name.to_string(),
                spend: observed::Figures::new(),
                revenue: observed::Figures::new(),
            };
            for ((_, day), figures) in own {
                told.spend.insert(*day, money(figures.spend));
                told.revenue.insert(*day, money(figures.revenue));
            }
            if !told.spend.is_empty() {
                channels.push(told);
            }
        }
        let outcome = self.business.iter().map(|(day, figures)| (*day, money(figures.revenue)));
        Observed { grain, channels, outcome: outcome.collect(), controls: self.controls() }
    }

    /// Rows of days, by day and channel.
    pub(super) fn rows(&self, account: &Account) -> Vec<DailyRow> {
        let money = |money: Option<FineMoney>| money.map(|it| major(it, account.currency));
        let mut rows: Vec<DailyRow> = self
            .channels
            .iter()
            .map(|((channel, day), figures)| DailyRow {
                day: *day,
                channel: account.channels[*channel].name.to_string(),
                spend: money(figures.spend),
                impressions: figures.impressions.map(number),
                clicks: figures.clicks.map(number),
                conversions: figures.conversions.map(conversions),
                revenue: money(figures.revenue),
            })
            .collect();
        rows.sort_by(|one, other| {
            one.day.cmp(&other.day).then_with(|| one.channel.cmp(&other.channel))
        });
        rows
    }

    /// Numbers as they are, the mean where a period has several rows; few different texts as a
    /// column each, but for the most frequent.
    fn controls(&self) -> BTreeMap<String, observed::Figures> {
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for row in self.controls.values().flatten() {
            names.extend(row.keys().map(String::as_str));
        }
        let mut controls = BTreeMap::new();
        for name in names {
            let cells = || {
                self.controls.iter().flat_map(move |(day, rows)| {
                    rows.iter().filter_map(move |row| Some((*day, row.get(name)?.as_str()?)))
                })
            };
            let is_number = |text: &str| text.is_empty() || number_of(text).is_some();
            if cells().all(|(_, text)| is_number(text)) {
                controls.insert(name.to_owned(), means(cells()));
                continue;
            }
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            cells().for_each(|(_, text)| *counts.entry(text).or_default() += 1);
            if counts.len() > TEXTS_MAX {
                continue;
            }
            let usual = counts.iter().max_by_key(|(_, count)| **count).map(|(text, _)| *text);
            for text in counts.keys().filter(|text| Some(**text) != usual) {
                let marks = cells().map(|(day, cell)| (day, if cell == *text { "1" } else { "0" }));
                controls.insert(format!("{name} {text}"), means(marks));
            }
        }
        controls
    }
}

/// The mean per period of the cells that hold a number.
fn means<'a>(cells: impl Iterator<Item = (Day, &'a str)>) -> observed::Figures {
    let mut sums: BTreeMap<Day, (f64, f64)> = BTreeMap::new();
    for (day, text) in cells {
        let sum = sums.entry(day).or_default();
        if let Some(number) = number_of(text) {
            *sum = (sum.0 + number, sum.1 + 1.0);
        }
    }
    sums.into_iter().map(|(day, (sum, of))| (day, (of > 0.0).then(|| sum / of))).collect()
}

fn number_of(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}

/// An estimate in major units; it never becomes money again.
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn major(money: FineMoney, currency: Currency) -> f64 {
    let minor =
        money.minor().minor() as f64 + money.rest() as f64 / FineMoney::REST_PER_MINOR as f64;
    minor / libm::pow(10.0, f64::from(currency.minor_digits()))
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn number(count: u64) -> f64 {
    count as f64
}

fn conversions(conversions: Conversions) -> f64 {
    number(conversions.millionths()) / 1e6
}
