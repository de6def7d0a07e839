//! Rows that a column marks as totals of the other rows of their day → proof that these are whole;
//! or the data themselves, where there are no others.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::check_sums::{HELD_MAX, Sum, compare, too_many};
use super::fault::{Fault, FaultReason, TotalsDifference, shown};
use crate::domain::{Account, Currency, Day, Figures, StatedRow, Subject};

/// What the marked and the other rows say.
#[derive(Default)]
pub(super) struct Marked {
    held: BTreeMap<HeldKey, HeldRow>,
    /// By group, day and subject.
    others: BTreeMap<String, BTreeMap<(Day, Subject), Sum>>,
    others_count: usize,
    records: BTreeMap<String, u64>,
    is_full: bool,
    /// Whether the channels' revenue is spread, which no sum can prove.
    without_revenue: bool,
}

/// The keys of the row that no total sums over, its day and its subject.
type PairKey = (String, Day, Subject);

/// The same, with the whole key of the row.
type HeldKey = (PairKey, String);

/// A totals row that may turn out to be the data.
pub(super) struct HeldRow {
    line: u64,
    figures: Figures,
    controls: String,
}

/// What the totals turned out to be.
pub(super) struct Outcome {
    pub faults: Vec<Fault>,
    /// Rows that are the data, since there are no others.
    pub data: Vec<(HeldKey, HeldRow)>,
    /// How many records they are.
    pub data_records: u64,
    /// How many records are totals of others.
    pub totals_records: u64,
}

impl Marked {
    pub(super) fn new(without_revenue: bool) -> Self {
        Self { without_revenue, ..Self::default() }
    }

    /// Counts a record that is a total.
    pub(super) fn count_record(&mut self, group: &str) {
        if let Some(count) = self.records.get_mut(group) {
            *count += 1;
        } else if self.records.len() < HELD_MAX {
            self.records.insert(group.to_owned(), 1);
        } else {
            self.is_full = true;
        }
    }

    /// Holds a total; the earlier row where that says something else of the same key.
    pub(super) fn hold(&mut self, group: &str, row: &StatedRow<'_>) -> Option<(u64, Figures)> {
        let key = ((group.to_owned(), row.day, row.subject), row.campaign.to_owned());
        if let Some(held) = self.held.get(&key) {
            return (held.figures != row.figures).then_some((held.line, held.figures));
        }
        if self.held.len() + self.others_count >= HELD_MAX {
            self.is_full = true;
            return None;
        }
        let controls = row.controls.to_owned();
        self.held.insert(key, HeldRow { line: row.line, figures: row.figures, controls });
        None
    }

    /// Counts a row that is no total.
    pub(super) fn add(&mut self, group: &str, row: &StatedRow<'_>) {
        if !self.others.contains_key(group) {
            self.others.insert(group.to_owned(), BTreeMap::new());
        }
        let of_group = self.others.get_mut(group).expect("it is there or was made");
        match of_group.entry((row.day, row.subject)) {
            Entry::Occupied(sum) => sum.into_mut().add(row.figures),
            Entry::Vacant(place) if self.held.len() + self.others_count < HELD_MAX => {
                place.insert(Sum::default()).add(row.figures);
                self.others_count += 1;
            }
            Entry::Vacant(_) => self.is_full = true,
        }
    }

    /// Compares the totals with the other rows; `label` says what marks them.
    pub(super) fn finish(
        self,
        label: &str,
        account: &Account,
        titles: &[String; 5],
        currency: Currency,
    ) -> Outcome {
        let (faults, data) = (Vec::new(), Vec::new());
        let mut outcome = Outcome { faults, data, data_records: 0, totals_records: 0 };
        if self.is_full {
            outcome.faults.push(too_many());
            return outcome;
        }
        let Self { held, others, records, without_revenue, .. } = self;
        let is_data = |group: &str| !others.contains_key(group);
        for (group, count) in records {
            let of = if is_data(&group) {
                &mut outcome.data_records
            } else {
                &mut outcome.totals_records
            };
            *of += count;
        }
        let mut totals: BTreeMap<PairKey, (u64, Sum)> = BTreeMap::new();
        for (key, row) in held {
            if is_data(&key.0.0) {
                outcome.data.push((key, row));
            } else {
                totals.entry(key.0).or_insert((row.line, Sum::default())).1.add(row.figures);
            }
        }
        for (key, (line, total)) in totals {
            let sum = others.get(&key.0).and_then(|it| it.get(&(key.1, key.2)).copied());
            let sum = sum.unwrap_or_default();
            let mut stated = total.figures;
            if without_revenue && key.2 != Subject::Business {
                stated.revenue = None;
            }
            let differences = compare(sum, stated, titles, currency);
            if !differences.is_empty() {
                outcome.faults.push(differ(label, account, &key, line, differences));
            }
        }
        outcome
    }
}

fn differ(
    label: &str,
    account: &Account,
    (_, day, subject): &PairKey,
    line: u64,
    differences: Vec<TotalsDifference>,
) -> Fault {
    let subject = match subject {
        Subject::Channel(at) => shown(account.channels[*at].name.as_str()),
        Subject::Business => "the whole business".to_owned(),
    };
    let of = format!(" of {day}, {subject},");
    let reason = FaultReason::TotalsDiffer { of, label: label.to_owned(), line, differences };
    Fault::of_line(line, reason).with_hint("rows are missing, or stand twice; export again")
}

impl HeldRow {
    /// The row as it was stated.
    pub(super) fn stated<'r>(&'r self, key: &'r HeldKey) -> StatedRow<'r> {
        let ((_, day, subject), campaign) = key;
        StatedRow {
            line: self.line,
            day: *day,
            subject: *subject,
            campaign,
            figures: self.figures,
            controls: &self.controls,
        }
    }
}
