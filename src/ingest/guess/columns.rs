//! A header with its rows → which column is the date, which hold the figures, which are left over;
//! long columns by their names, wide ones by pattern.

use super::costs::{self, Cost};
use super::dates::is_date;
use super::finding::Findings;
use super::gaps::is_dashes;
use super::header::{self, Layout};
use super::media::Known;
use super::numbers::is_like_a_figure;
use super::table::Record;
use super::toml::quoted;
use super::wide::{self, Wide};
use super::words::{self, Role};

/// Rows that are enough to tell a column of dates or of figures.
const ROWS_LOOKED_AT: usize = 1000;
/// Columns that a message lists by name.
const NAMES_LISTED_MAX: usize = 12;

/// What the columns are.
#[derive(Debug)]
pub(super) struct Columns {
    /// The roles of single columns; of a wide file only date and currency.
    pub roles: Vec<(Role, usize)>,
    /// The channels' columns of a wide file.
    pub wide: Option<Wide>,
}

impl Columns {
    /// The column of a role.
    pub(super) fn at(&self, role: Role) -> Option<usize> {
        self.roles.iter().find(|(known, _)| *known == role).map(|(_, at)| *at)
    }

    /// The columns that have a meaning.
    pub(super) fn used(&self) -> Vec<usize> {
        let roles = self.roles.iter().map(|(_, at)| *at);
        roles.chain(self.measures().into_iter().flat_map(|(_, columns)| columns)).collect()
    }

    /// The columns of each measure.
    pub(super) fn measures(&self) -> Vec<(Role, Vec<usize>)> {
        let columns = |role| match &self.wide {
            Some(wide) => wide.columns(role).to_vec(),
            None => self.at(role).into_iter().collect(),
        };
        let all = Role::MEASURES.map(|role| (role, columns(role)));
        all.into_iter().filter(|(_, columns)| !columns.is_empty()).collect()
    }
}

/// Finds the columns; what is missing is said.
pub(super) fn find(layout: &Layout, known: &Known, findings: &mut Findings) -> Option<Columns> {
    let names = layout.names();
    let rows = &layout.rows[..layout.rows.len().min(ROWS_LOOKED_AT)];
    let mut roles = header::roles(names, findings);
    if !roles.iter().any(|(role, _)| *role == Role::Date) {
        roles.extend(date_column(layout, rows, findings)?.map(|at| (Role::Date, at)));
    }
    let has = |roles: &[(Role, usize)], role| roles.iter().any(|(known, _)| *known == role);
    let taken: Vec<usize> = roles.iter().map(|(_, at)| *at).collect();
    let is_figures = |at: usize| !taken.contains(&at) && is_figures(rows, at);
    let is_long = has(&roles, Role::Channel) || has(&roles, Role::Campaign);
    if has(&roles, Role::Spend) {
        // A total beside columns of each channel makes no file of one channel.
        let wide =
            if is_long { None } else { wide::by_cost(names, &is_figures, known, 2, findings) };
        if wide.is_some() {
            roles.retain(|(role, _)| matches!(role, Role::Date | Role::Currency));
        }
        return Some(Columns { roles, wide });
    }
    // A column that names channels says that a row has one; a single column of cost is no table of them.
    let wide = if has(&roles, Role::Channel) {
        wide::by_cost(names, &is_figures, known, 2, findings)
    } else {
        wide::find(names, &is_figures, known, findings)
    };
    if wide.is_none() {
        findings.missing(
            "columns",
            format!(
                "no column of spend, neither one nor one for each channel (found: {}){}",
                listed(names),
                planned(names, known)
            ),
        );
        return None;
    }
    roles.retain(|(role, _)| matches!(role, Role::Date | Role::Currency));
    Some(Columns { roles, wide })
}

/// What is said of names that are those of plans.
fn planned(names: &[String], known: &Known) -> String {
    let is_planned = |name: &&String| costs::read(name, known) == Cost::Planned;
    let planned: Vec<String> = names.iter().filter(is_planned).cloned().collect();
    if planned.is_empty() {
        return String::new();
    }
    format!("; planned money is none that was spent ({})", listed(&planned))
}

/// Whether a column holds figures, or nothing; a few cells may hold something else, which is then said.
fn is_figures(rows: &[Record], at: usize) -> bool {
    let (mut figures, mut others) = (0, 0);
    for text in rows.iter().map(|record| record.cell(at)) {
        if is_like_a_figure(text) && !is_written_as_date(text) {
            figures += 1;
        } else if !text.is_empty() && !is_dashes(text) {
            others += 1;
        }
    }
    others == 0 || others < figures
}

/// A date with marks between its parts; eight digits alone may be a count.
fn is_written_as_date(text: &str) -> bool {
    is_date(text) && !text.bytes().all(|byte| byte.is_ascii_digit())
}

/// "1 column is", "3 columns are".
pub(super) fn count_of(what: &str, count: usize) -> String {
    if count == 1 { format!("1 {what} is") } else { format!("{count} {what}s are") }
}

/// The names, the unnamed too, as many as people read.
pub(super) fn listed(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMES_LISTED_MAX);
    let shown = names.iter().take(NAMES_LISTED_MAX);
    let mut shown: Vec<&str> =
        shown.map(|name| if name.is_empty() { "(unnamed)" } else { name }).collect();
    let rest = format!("{more} more");
    if more > 0 {
        shown.push(&rest);
    }
    shown.join(", ")
}

/// The column of dates where none is called so: by the cells, or the first day of a report that
/// covers one day in each row. The inner `None`: it goes without.
#[expect(clippy::option_option, reason = "the outer one ends the look")]
fn date_column(layout: &Layout, rows: &[Record], findings: &mut Findings) -> Option<Option<usize>> {
    let names = layout.names();
    let is_dates = |at: &usize| {
        let cells = || rows.iter().map(|record| record.cell(*at)).filter(|text| !text.is_empty());
        cells().next().is_some() && cells().all(is_written_as_date)
    };
    let periods: Vec<usize> =
        (0..names.len()).filter(|&at| words::is_period(&names[at])).filter(is_dates).collect();
    if let [start, end] = periods.as_slice() {
        let spans_days = |record: &Record| record.cell(*start) != record.cell(*end);
        let Some(record) = rows.iter().find(|record| spans_days(record)) else {
            findings.certain(
                "columns",
                format!("\"{}\" is the day: each row starts and ends on the same", names[*start]),
            );
            return Some(Some(*start));
        };
        findings.missing(
            "columns",
            format!(
                "no date column: this report covers {} to {} in one row (line {}), and has no column \
                 of days. In Ads Manager choose Breakdown, By time, Day, and export again",
                record.cell(*start),
                record.cell(*end),
                record.line
            ),
        );
        return None;
    }
    let by_cells: Vec<usize> =
        (0..names.len()).filter(|&at| !words::is_period(&names[at])).filter(is_dates).collect();
    match by_cells.as_slice() {
        [only] => {
            findings.certain(
                "columns",
                format!(
                    "\"{}\" is the date: every cell is one, and no other column's are",
                    names[*only]
                ),
            );
            Some(Some(*only))
        }
        [] => {
            findings.missing("columns", format!("no date column (found: {})", listed(names)));
            None
        }
        several => {
            let several: Vec<String> = several.iter().map(|&at| names[at].clone()).collect();
            let choices: Vec<String> = several
                .iter()
                .map(|name| format!("[sources.columns] date = {}", quoted(name)))
                .collect();
            findings.undecided(
                "columns",
                format!("several columns hold dates, and none is called so: {}", listed(&several)),
                &choices,
            );
            None
        }
    }
}
