//! Rows that say what money did and not what it was: a spend that is blank or a dash beside clicks or
//! revenue. What the source makes of the cell stands; how many there are is said.

use super::Warning;
use super::fault::shown;
use super::rows::{Row, Rows};
use crate::domain::{Conversions, Currency, Figures, FineMoney};

/// Such rows of a file, by what their spend is read as.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spendless {
    as_zero: Option<Seen>,
    as_unknown: Option<Seen>,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    line: u64,
    rows: u64,
    figures: Figures,
}

impl Seen {
    fn join(seen: &mut Option<Self>, further: Option<Self>) {
        *seen = match (*seen, further) {
            (Some(one), Some(other)) => Some(Self {
                line: one.line.min(other.line),
                rows: one.rows + other.rows,
                figures: one.figures.plus(other.figures),
            }),
            (one, other) => one.or(other),
        };
    }
}

impl Spendless {
    /// Counts those of further lines.
    pub(super) fn join(&mut self, further: &Self) {
        Seen::join(&mut self.as_zero, further.as_zero);
        Seen::join(&mut self.as_unknown, further.as_unknown);
    }

    /// What is to be said of them; `title` is what the column is called.
    pub(super) fn warnings(&self, title: &str, currency: Currency) -> Vec<Warning> {
        let of = |seen: Option<Seen>, as_what: &str| {
            let Seen { line, rows, figures } = seen?;
            let rows_have =
                if rows == 1 { "1 row has".to_owned() } else { format!("{rows} rows have") };
            let text = format!(
                "{rows_have} no figure in the column {title} beside {}, first in line {line}: the \
                 spend {as_what}; if money was spent there, export it",
                stated(figures, currency)
            );
            Some(Warning { line: Some(line), text })
        };
        let as_zero = of(self.as_zero, "counts as 0, as the source says, and return looks higher");
        as_zero.into_iter().chain(of(self.as_unknown, "counts as not known")).collect()
    }
}

/// "12 clicks and revenue 250.00"
fn stated(figures: Figures, currency: Currency) -> String {
    let count = |count: Option<u64>, word: &str| {
        count.filter(|count| *count > 0).map(|count| format!("{count} {word}"))
    };
    let conversions = figures.conversions.filter(|it| it.millionths() > 0);
    let revenue = figures.revenue.filter(|it| *it != FineMoney::ZERO);
    let parts = [
        count(figures.impressions, "impressions"),
        count(figures.clicks, "clicks"),
        conversions.map(|it| format!("{} conversions", Conversions::to_decimal(it))),
        revenue.map(|it| format!("revenue {}", it.rounded().to_decimal(currency))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    match parts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => "other figures".to_owned(),
    }
}

impl Rows<'_> {
    /// Looks at a row whose spend is nothing or not known: whether its cell says so, and what else the
    /// row has.
    #[cold]
    pub(super) fn look_at_spendless(&mut self, at: Option<usize>, row: Row<'_>, figures: Figures) {
        let states_spend = at.is_none_or(|at| row.record[at].iter().any(u8::is_ascii_digit));
        let is_above_zero = figures.impressions.is_some_and(|count| count > 0)
            || figures.clicks.is_some_and(|count| count > 0)
            || figures.conversions.is_some_and(|count| count.millionths() > 0)
            || figures.revenue.is_some_and(|revenue| revenue > FineMoney::ZERO);
        if row.is_marked || states_spend || !is_above_zero {
            return;
        }
        let seen = Some(Seen { line: row.line, rows: 1, figures });
        let (as_zero, as_unknown) =
            if figures.spend.is_some() { (seen, None) } else { (None, seen) };
        self.spendless.join(&Spendless { as_zero, as_unknown });
    }

    /// Says what was seen.
    pub(super) fn finish_spendless(&mut self) {
        let title = shown(&self.titles()[0]);
        let currency = self.context.account.currency;
        self.warnings.add_of_file(self.spendless.warnings(&title, currency));
    }
}
