//! The columns that nothing was found for → those that look like money of a channel. They are never
//! controls and never left out unsaid: each is named, with the lines that would settle it.

use std::collections::BTreeMap;

use super::columns::Columns;
use super::costs::{self, Cost};
use super::figure::{self, ONE};
use super::finding::Findings;
use super::media::{self, Known};
use super::numbers::{Numbers, is_like_a_figure};
use super::planned;
use super::table::Record;
use super::toml::quoted;
use super::words::{AMOUNTS, Role};

/// What became of the columns that nothing was found for.
#[derive(Debug, Default)]
pub(super) struct Unsure {
    /// They look like money, and whose can't be told.
    pub columns: Vec<usize>,
    /// They were computed from money that other columns hold, and are no controls.
    pub computed: Vec<usize>,
}

/// Looks through the columns `left`, and says what can't be told.
pub(super) fn find(
    names: &[String],
    rows: &[Record],
    columns: &Columns,
    left: &[usize],
    (numbers, known): (Option<&Numbers>, &Known),
    findings: &mut Findings,
) -> Unsure {
    let mut unsure = Unsure::default();
    let look = Look { names, rows, columns, numbers, known };
    for &at in left {
        match look.at(at) {
            Verdict::No => {}
            Verdict::Computed(why) => {
                unsure.computed.push(at);
                if let Some(why) = why {
                    findings.certain("columns", why);
                }
            }
            Verdict::Money(why) => {
                unsure.columns.push(at);
                findings.untold("columns", format!("\"{}\" {why}", names[at]), &look.choices(at));
            }
        }
    }
    unsure
}

enum Verdict {
    No,
    /// Computed from other columns; said where it was compared with them.
    Computed(Option<String>),
    Money(&'static str),
}

struct Look<'a> {
    names: &'a [String],
    rows: &'a [Record],
    columns: &'a Columns,
    numbers: Option<&'a Numbers>,
    known: &'a Known,
}

impl Look<'_> {
    fn at(&self, at: usize) -> Verdict {
        let name = &self.names[at];
        let cells = || self.rows.iter().map(|record| record.cell(at));
        if name.is_empty() || !cells().any(is_like_a_figure) {
            return Verdict::No;
        }
        let is_wide = self.columns.wide.is_some();
        match costs::read(name, self.known) {
            Cost::Planned if !is_wide && self.is_limit(name) => {
                let text =
                    format!("\"{name}\" limits what may be spent, and is not spent: left out");
                return Verdict::Computed(Some(text));
            }
            Cost::Planned => {
                return Verdict::Money(
                    "is money that was planned, which never counts as spent: leave it out, or name the \
                     column of what was spent",
                );
            }
            Cost::No if self.is_charge(at) => {
                return Verdict::Money(
                    "may be a part of what was paid, and only one column is read as spend: if it is, \
                     export one column with the sum",
                );
            }
            Cost::No if AMOUNTS.contains(&media::key(name).as_str()) => {
                return Verdict::Money("is called as money is: whose is it?");
            }
            Cost::No => {}
            Cost::Ratio => return Verdict::Computed(None),
            Cost::Made(base) if self.names.iter().any(|it| media::key(it) == base) => {
                return Verdict::Computed(None);
            }
            _ if self.is_copy_of_spend(at) => return Verdict::No,
            Cost::All if is_wide && self.is_sum_of_spend(at) => {
                let text =
                    format!("\"{name}\" is the sum of the channels' spend in every row: left out");
                return Verdict::Computed(Some(text));
            }
            Cost::All if !is_wide && self.is_sum_of_days(at) => {
                let text = format!("\"{name}\" is the spend of the row's whole day: left out");
                return Verdict::Computed(Some(text));
            }
            Cost::Of { channel, .. } if is_wide && self.has_spend(&channel) => {
                return Verdict::Money(
                    "holds a word for cost, and its channel has another column that does: which of \
                     them is what was spent?",
                );
            }
            _ => {
                return Verdict::Money(
                    "holds a word for cost, and nothing tells which channel's it is, or that it is \
                     one's",
                );
            }
        }
        if !is_wide || !self.is_like_money(at) {
            return Verdict::No;
        }
        if self.known.is_channel(name) {
            return Verdict::Money("is called as a channel is: is it what was spent on it?");
        }
        let is_beside_plain = self.columns.wide.as_ref().is_some_and(|wide| wide.is_plain);
        if is_beside_plain && !media::is_other(name) && !super::wide::is_derived(name) {
            return Verdict::Money(
                "stands beside channels with plain names and holds figures as theirs: is it a channel?",
            );
        }
        Verdict::No
    }

    /// The lines of a table that would settle what a column is.
    fn choices(&self, at: usize) -> Vec<String> {
        let name = &self.names[at];
        let cost = costs::read(name, self.known);
        let Some(wide) = &self.columns.wide else {
            let unread = "extra_columns = \"ignore\"    # leaves it unread".to_owned();
            if cost == Cost::Planned || self.is_charge(at) {
                return vec![unread];
            }
            return vec![format!("[sources.columns] spend = {}", quoted(name)), unread];
        };
        let control =
            format!("[sources.columns] controls = [{}, …]    # not a channel's", quoted(name));
        if cost == Cost::Planned || self.is_charge(at) {
            return vec![control];
        }
        let new = match cost {
            Cost::Of { pattern, .. } => pattern,
            _ => name.clone(),
        };
        let mut spend: Vec<String> =
            wide.patterns(Role::Spend).iter().map(|it| quoted(it)).collect();
        if !spend.contains(&quoted(&new)) {
            spend.push(quoted(&new));
        }
        let is_plain = if new == *name { ", with the name as an alias of its channel" } else { "" };
        vec![
            format!("[sources.columns] spend = [{}]    # a channel's{is_plain}", spend.join(", ")),
            control,
        ]
    }

    /// Whether a budget is what a platform's campaigns may spend at most.
    fn is_limit(&self, name: &str) -> bool {
        let has_campaigns = self.columns.at(Role::Campaign).is_some();
        planned::is_limit(name) || has_campaigns && media::key(name) == "budget"
    }

    /// Whether a column holds charges on top of media; in a wide file, those of a channel.
    fn is_charge(&self, at: usize) -> bool {
        let name = &self.names[at];
        let is_of_media = || {
            let words = media::words(name);
            words.len() == 1
                || words.iter().any(|word| self.known.is_channel(&name[word.start..word.end]))
        };
        let is_zero = |record: &Record| matches!(self.value(record, at), None | Some(0));
        planned::is_charge(name)
            && (self.columns.wide.is_none() || is_of_media())
            && (self.numbers.is_none() || !self.rows.iter().all(is_zero))
    }

    fn has_spend(&self, channel: &str) -> bool {
        let Some(wide) = &self.columns.wide else { return false };
        wide.channels.iter().any(|known| media::key(known) == media::key(channel))
    }

    /// Whether all of its figures could be amounts: none is negative, and not all are 0 or 1.
    /// While it can't be told how figures are written, all of them could.
    fn is_like_money(&self, at: usize) -> bool {
        if self.numbers.is_none() {
            return true;
        }
        let figures: Vec<i128> =
            self.rows.iter().filter_map(|record| self.value(record, at)).collect();
        figures.iter().all(|value| *value >= 0)
            && figures.iter().any(|value| *value != 0 && *value != ONE)
    }

    fn is_copy_of_spend(&self, at: usize) -> bool {
        let Some(spend) = self.columns.at(Role::Spend) else { return false };
        self.rows.iter().all(|record| record.cell(at) == record.cell(spend))
    }

    fn is_sum_of_spend(&self, at: usize) -> bool {
        let Some(wide) = &self.columns.wide else { return false };
        let channels = wide.columns(Role::Spend);
        // Each cell may have been rounded to a hundredth.
        let tolerance = (channels.len() as i128 + 1) * ONE / 200;
        self.rows.iter().all(|record| {
            let sum: i128 = channels.iter().filter_map(|&it| self.value(record, it)).sum();
            self.value(record, at).is_some_and(|stated| (stated - sum).abs() <= tolerance)
        })
    }

    /// Whether each row of a day states the spend of all rows of the day.
    fn is_sum_of_days(&self, at: usize) -> bool {
        let (Some(date), Some(spend)) = (self.columns.at(Role::Date), self.columns.at(Role::Spend))
        else {
            return false;
        };
        let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
        for record in self.rows {
            *sums.entry(record.cell(date)).or_default() += self.value(record, spend).unwrap_or(0);
        }
        let tolerance = (self.rows.len() as i128 + 1) * ONE / 200;
        self.rows.iter().all(|record| {
            let sum = sums.get(record.cell(date)).copied().unwrap_or(0);
            self.value(record, at).is_some_and(|stated| (stated - sum).abs() <= tolerance)
        })
    }

    fn value(&self, record: &Record, at: usize) -> Option<i128> {
        figure::read(record.cell(at), self.numbers?.writing).map(|figure| figure.value)
    }
}
