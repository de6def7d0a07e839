//! A file that has been read → whether its rows may stay, held against what the ledger knew: closed
//! days keep their figures, and what is far from usual is remarked on.

use super::file_facts::stated_grain;
use super::read::{Terms, stop_if_asked};
use super::remarks::remarks;
use super::{Interrupt, WorkflowError};
use crate::audit::{DroppedRow, Replacement};
use crate::domain::calendar::{minus_days, plus_days};
use crate::domain::text::escape;
use crate::domain::{Account, Day, DayFact, Digest, Grain};
use crate::history::OutlierSearch;
use crate::ingest::{ClosedChange, DailyReport, Difference, Purpose, Reading, Rejection, Warning};
use crate::report::{dropped_intro, dropped_row, outlier_text};
use crate::store::ledger::{Changes, Take};

/// Days of a file that are looked at for outliers, the newest: years of history have been looked
/// at by others before.
pub(super) const OUTLIER_DAYS: u64 = 31;

/// How far back the days lie that they are held against: 28 days with rows, and at least 14 of a
/// channel that has rows once a week.
pub(super) const USUAL_DAYS: u64 = 112;

/// A drop that lies further back than this behind everything else is likely of another year.
const FAR_BEHIND_DAYS: u64 = 300;

/// Outliers that a receipt lists; the rest is counted.
const OUTLIERS_LISTED_MAX: usize = 20;

/// What corrections are told with their values.
const MEASURES: [&str; 5] = ["spend", "revenue", "impressions", "clicks", "conversions"];

/// A file after all checks.
#[expect(clippy::large_enum_variant, reason = "there is one for each file")]
pub(super) enum Checked {
    /// Its rows may stay.
    Sound(DailyReport, Changes),
    /// None of them may.
    Refused(Rejection),
}

/// Holds a file that has been read into `take` on `today` against what was known before it.
pub(super) fn check(
    take: &mut Take<'_>,
    interrupt: &Interrupt,
    account: &Account,
    today: Day,
    terms: Terms<'_>,
    sha256: Digest,
    reading: Reading,
) -> Result<Checked, WorkflowError> {
    let mut report = match reading {
        Reading::Refused(rejection) => return Ok(Checked::Refused(rejection)),
        Reading::Taken(report) => report,
    };
    take.insert_held(&mut || stop_if_asked(interrupt, "a file"))?;
    let changes = take.finish()?;
    if !terms.restate
        && let Some(rejection) = closed_period(account, today, &changes)
    {
        return Ok(Checked::Refused(rejection));
    }
    let grain = stated_grain(terms.source);
    report.warnings.splice(..0, remarks(account.currency, grain, &changes));
    if grain == Grain::Day {
        let first = report.first_day.max(minus_days(report.last_day, OUTLIER_DAYS - 1));
        let days = (minus_days(first, USUAL_DAYS), report.last_day);
        let mut remarks = OutlierRemarks::new(account, first);
        take.each_fact(account, days, sha256, &mut |fact| {
            remarks.add(fact, fact.file == sha256);
        })?;
        report.warnings.extend(remarks.end());
        if let Some(days) = days_far_ahead(&report, today, terms) {
            let mut newest = None;
            take.each_fact(account, days, sha256, &mut |fact| newest = newest.max(Some(fact.day)))?;
            report.warnings.extend(far_behind(&report, newest));
        }
    }
    Ok(Checked::Sound(report, changes))
}

/// The days that lie so far ahead of a file of the inbox that it would seem lost behind them; `None`:
/// such days are still to come, or the past is what it is read for.
pub(super) fn days_far_ahead(
    report: &DailyReport,
    today: Day,
    terms: Terms<'_>,
) -> Option<(Day, Day)> {
    let first = plus_days(report.last_day, FAR_BEHIND_DAYS + 1);
    (terms.purpose == Purpose::Inbox && first <= today).then_some((first, today))
}

/// What is said of a file all of whose days lie far behind `newest`, the newest known one.
pub(super) fn far_behind(report: &DailyReport, newest: Option<Day>) -> Option<Warning> {
    let (newest, last_day) = (newest?, report.last_day);
    let text = format!(
        "its newest day, {last_day}, lies {} days before {newest}, the newest day that is known: is the \
         year right?",
        (newest - last_day).num_days()
    );
    Some(Warning { line: None, text })
}

/// Why a file can't be taken that would change figures of closed days; `None`: it changes none.
pub(super) fn closed_period(account: &Account, today: Day, changes: &Changes) -> Option<Rejection> {
    let window_days = account.checks.restatement_window_days;
    let newest_closed = minus_days(today, u64::from(window_days));
    let replaced = changes.replaced_until(newest_closed)?;
    let listed: Vec<ClosedChange> =
        replaced.examples.iter().filter_map(|one| closed_change(one, changes)).collect();
    let only_divided = (replaced.examples.len() - listed.len()) as u64;
    let total = replaced.pairs - only_divided;
    let gone = changes.dropped.as_ref().map(|dropped| dropped_intro(dropped, true));
    (total > 0).then(|| Rejection::closed_period(listed, total, today, window_days, gone))
}

/// What a replacement changes; `None` where it only divides the same sums otherwise.
fn closed_change(replacement: &Replacement, of: &Changes) -> Option<ClosedChange> {
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "blank".to_owned());
    let (mut changes, mut also) = (Vec::new(), Vec::new());
    for change in &replacement.changed {
        match MEASURES.iter().find(|measure| **measure == change.measure) {
            Some(&measure) => {
                let (first, second) = (text(&change.before), text(&change.after));
                changes.push(Difference { measure, first, second });
            }
            None if change.measure == "campaigns" => {}
            None => also.push(escape(&change.measure)),
        }
    }
    let channel = replacement.channel.as_ref();
    (!changes.is_empty() || !also.is_empty()).then(|| ClosedChange {
        day: replacement.day,
        channel: channel.map_or_else(|| "the business".to_owned(), ToString::to_string),
        changes,
        also,
        gone: gone_texts(replacement, of),
    })
}

/// The rows of a pair that would count there no longer, as far as they are listed.
fn gone_texts(replacement: &Replacement, changes: &Changes) -> Vec<String> {
    let of_pair =
        |row: &&DroppedRow| (row.day, &row.channel) == (replacement.day, &replacement.channel);
    let dropped = changes.dropped.iter().flat_map(|dropped| &dropped.examples);
    dropped.filter(of_pair).map(dropped_row).collect()
}

/// A sentence for each figure from `first` on that is far from usual, of the facts that `is_new`
/// names.
pub(super) fn outlier_warnings(
    account: &Account,
    facts: &[DayFact],
    first: Day,
    is_new: impl Fn(&DayFact) -> bool,
) -> Vec<Warning> {
    let mut remarks = OutlierRemarks::new(account, first);
    for fact in facts {
        remarks.add(fact, is_new(fact));
    }
    remarks.end()
}

/// The first figures that are far from usual, in words, and how many more there are.
struct OutlierRemarks<'a> {
    account: &'a Account,
    search: OutlierSearch<'a>,
    first: Day,
    warnings: Vec<Warning>,
    more: usize,
}

impl<'a> OutlierRemarks<'a> {
    /// Of figures from `first` on.
    fn new(account: &'a Account, first: Day) -> Self {
        let search = OutlierSearch::new(account);
        Self { account, search, first, warnings: Vec::new(), more: 0 }
    }

    /// Looks at a fact, if it is new, and remembers it; facts come by day and channel.
    fn add(&mut self, fact: &DayFact, is_new: bool) {
        if is_new && fact.day >= self.first {
            for outlier in self.search.look(fact) {
                if self.warnings.len() < OUTLIERS_LISTED_MAX {
                    let text = outlier_text(self.account.currency, &outlier);
                    self.warnings.push(Warning { line: None, text });
                } else {
                    self.more += 1;
                }
            }
        }
        self.search.add(fact);
    }

    fn end(mut self) -> Vec<Warning> {
        if self.more > 0 {
            let text = format!("{} more figures are far from their usual range", self.more);
            self.warnings.push(Warning { line: None, text });
        }
        self.warnings
    }
}
