//! What a fault says of several rows at once: formats, currencies, differences; each with its words.

use crate::domain::Day;

/// A way of writing dates that a column holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeenFormat {
    /// The first date written so.
    pub example: String,
    /// The line that it stands on.
    pub line: u64,
    /// How many rows are written so.
    pub rows: u64,
    /// The two days that the example could be, where both are possible.
    pub could_be: Option<(Day, Day)>,
}

impl std::fmt::Display for SeenFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rows = if self.rows == 1 { "row" } else { "rows" };
        write!(f, "{} (line {}, {} {rows}", self.example, self.line, self.rows)?;
        if let Some((one, other)) = self.could_be {
            write!(f, "; it could be {} or {}", one.format("%-d %B"), other.format("%-d %B"))?;
        }
        f.write_str(")")
    }
}

/// A measure that two rows of one key state differently.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The measure.
    pub measure: &'static str,
    /// What the earlier row says; `blank` where it says nothing.
    pub first: String,
    /// What the later row says.
    pub second: String,
}

/// A currency that a column names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeenCurrency {
    /// Its code, as far as it is one; escaped.
    pub code: String,
    /// The first line with it.
    pub line: u64,
    /// How many rows have it.
    pub rows: u64,
}

impl std::fmt::Display for SeenCurrency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rows = if self.rows == 1 { "row" } else { "rows" };
        write!(f, "{} ({} {rows}, first line {})", self.code, self.rows, self.line)
    }
}

/// A column whose rows sum to something else than the file's own total.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TotalsDifference {
    /// The column or measure, escaped.
    pub column: String,
    /// What the rows sum to.
    pub rows: String,
    /// What the total says.
    pub total: String,
}

pub(super) fn currencies_text(seen: &[SeenCurrency]) -> String {
    let listed = seen.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
    match seen.len() {
        1 => format!("another currency: {listed}"),
        count => format!("{} currencies: {listed}", number(count)),
    }
}

/// "add up to 1.00 in the column Cost, the report's own "Total" says 2.00 (line 9)"
pub(super) fn totals_text(label: &str, line: u64, differences: &[TotalsDifference]) -> String {
    let mut text = String::new();
    for (at, TotalsDifference { column, rows, total }) in differences.iter().enumerate() {
        text.push_str(&if at == 0 {
            format!(
                "add up to {rows} in the column {column}, the report's own \"{label}\" says {total} \
                 (line {line})"
            )
        } else {
            format!("; {column}: {rows} and {total}")
        });
    }
    text
}

pub(super) fn number(count: usize) -> String {
    match count {
        2 => "two".to_owned(),
        3 => "three".to_owned(),
        _ => count.to_string(),
    }
}

pub(super) fn listed(formats: &[SeenFormat]) -> String {
    formats.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}

pub(super) fn differences_text(
    differences: &[Difference],
    first_line: u64,
    second_line: u64,
) -> String {
    differences
        .iter()
        .map(|Difference { measure, first, second }| {
            format!("{measure}: {first} (line {first_line}) and {second} (line {second_line})")
        })
        .collect::<Vec<_>>()
        .join(", ")
}
