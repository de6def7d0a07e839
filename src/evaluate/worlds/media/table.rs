//! Days with figures → a CSV file: a table whose cells are whole numbers of their column's last
//! digit, so that dirt can be done to figures before they become text.

use super::super::quoted;
use crate::domain::{Day, decimal};

/// A column of figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub name: String,
    /// Digits behind the point.
    pub digits: u8,
}

impl Column {
    pub fn new(name: impl Into<String>, digits: u8) -> Self {
        Self { name: name.into(), digits }
    }

    /// A figure of this column as text; blank where there is none.
    pub fn text(&self, figure: Option<i128>) -> String {
        figure.map_or_else(String::new, |figure| decimal::format(figure, self.digits))
    }
}

/// A row: a day, or the first day of a week; the channel, where the table has one row for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub day: Day,
    pub channel: Option<String>,
    /// One for each column; `None`: blank.
    pub figures: Vec<Option<i128>>,
}

/// A table of a file, or of several that hold its rows one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

impl Table {
    /// `rows`, which are some of its rows, as a file.
    pub fn csv(&self, rows: &[Row]) -> String {
        let mut text = String::from("date");
        if rows.iter().any(|row| row.channel.is_some()) {
            text.push_str(",channel");
        }
        for column in &self.columns {
            text.push(',');
            text.push_str(&column.name);
        }
        text.push('\n');
        for row in rows {
            text.push_str(&row.day.to_string());
            if let Some(channel) = &row.channel {
                text.push(',');
                text.push_str(&quoted(channel));
            }
            for (column, figure) in self.columns.iter().zip(&row.figures) {
                text.push(',');
                text.push_str(&column.text(*figure));
            }
            text.push('\n');
        }
        text
    }
}
