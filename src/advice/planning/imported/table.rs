//! The text of a CSV → rows with their lines, columns by name, figures that are checked.

use super::error::ImportError;
use super::{AMOUNT_MAX, channel::ImportedChannel, channel::Point, listed, shown};

/// A table of a file.
pub(super) struct Table {
    /// Names in lower case.
    columns: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// A row and where it stands.
pub(super) struct Row {
    pub(super) line: u64,
    cells: csv::StringRecord,
}

impl Row {
    pub(super) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).unwrap_or_default()
    }
}

impl Table {
    pub(super) fn read(text: &str) -> Result<Self, ImportError> {
        let first = text.lines().next().unwrap_or_default();
        let count = |mark: char| first.matches(mark).count();
        let delimiter = match (count(','), count(';'), count('\t')) {
            (0, 0, 1..) => b'\t',
            (0, 1.., _) => b';',
            _ => b',',
        };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let malformed = |error: &csv::Error| ImportError::Malformed {
            line: error.position().map_or(1, csv::Position::line),
            what: "CSV",
            why: match error.kind() {
                csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                    format!("it has {len} fields, and the header has {expected_len}")
                }
                _ => "its quotes or characters are damaged".to_owned(),
            },
        };
        let header = reader.headers().map_err(|error| malformed(&error))?;
        let columns: Vec<String> = header.iter().map(str::to_lowercase).collect();
        if columns.iter().all(String::is_empty) {
            return Err(ImportError::Empty);
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let cells = record.map_err(|error| malformed(&error))?;
            let line = cells.position().map_or(0, csv::Position::line);
            rows.push(Row { line, cells });
        }
        Ok(Self { columns, rows })
    }

    /// Where a column stands.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    pub(super) fn has(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.column(name).is_some())
    }

    /// Where a column stands whose name was asked for before.
    pub(super) fn at(&self, name: &str) -> usize {
        self.column(name).expect("the format has the column")
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = (usize, &str)> {
        self.columns.iter().map(String::as_str).enumerate()
    }

    /// The columns as a message names them.
    pub(super) fn columns_shown(&self) -> String {
        listed(self.columns.iter().map(String::as_str).filter(|column| !column.is_empty()))
    }

    /// The name of a row's channel.
    pub(super) fn channel(&self, row: &Row) -> Result<String, ImportError> {
        let column = self.at("channel");
        let name = row.cell(column);
        if name.is_empty() {
            return Err(self.fault(row, column, "is no name"));
        }
        Ok(name.to_owned())
    }

    /// An amount: a finite number, not negative.
    pub(super) fn amount(&self, row: &Row, column: usize) -> Result<f64, ImportError> {
        let number = self.number(row, column)?;
        if number < 0.0 { Err(self.fault(row, column, "is negative")) } else { Ok(number) }
    }

    /// A finite number.
    pub(super) fn number(&self, row: &Row, column: usize) -> Result<f64, ImportError> {
        let text = row.cell(column);
        if text.is_empty() {
            return Err(self.fault(row, column, "is blank, and a blank is never a zero"));
        }
        let number: f64 = text.parse().map_err(|_| self.fault(row, column, "is not a number"))?;
        if !number.is_finite() {
            return Err(self.fault(row, column, "is not finite"));
        }
        if number.abs() > AMOUNT_MAX {
            return Err(self.fault(row, column, "is larger than any amount can be"));
        }
        Ok(number)
    }

    pub(super) fn fault(&self, row: &Row, column: usize, why: &'static str) -> ImportError {
        ImportError::Cell {
            line: row.line,
            column: shown(&self.columns[column]),
            value: shown(row.cell(column)),
            why,
        }
    }
}

/// Points by channel, in the order in which channels first appear.
#[derive(Default)]
pub(super) struct Gathered {
    names: Vec<String>,
    points: Vec<Vec<Point>>,
    presents: Vec<Option<f64>>,
}

impl Gathered {
    /// Where a channel stands; it gets a place where it has none.
    pub(super) fn place(&mut self, name: &str) -> Result<usize, ImportError> {
        // Files are mostly sorted by channel: the last is asked first.
        if let Some(at) = self.names.iter().rposition(|known| known == name) {
            return Ok(at);
        }
        if self.names.len() == super::CHANNELS_MAX {
            let most = super::CHANNELS_MAX;
            return Err(ImportError::TooMany { what: "channels".to_owned(), most });
        }
        self.names.push(name.to_owned());
        self.points.push(Vec::new());
        self.presents.push(None);
        Ok(self.names.len() - 1)
    }

    pub(super) fn push(&mut self, at: usize, point: Point) {
        self.points[at].push(point);
    }

    /// The column `current_spend`, which says the same in each row of a channel.
    pub(super) fn note_present(
        &mut self,
        table: &Table,
        row: &Row,
        at: usize,
    ) -> Result<(), ImportError> {
        let Some(column) = table.column("current_spend") else { return Ok(()) };
        if row.cell(column).is_empty() {
            return Ok(());
        }
        let amount = table.amount(row, column)?;
        match self.presents[at] {
            Some(known) if known != amount => {
                Err(table.fault(row, column, "is not what the rows before say of this channel"))
            }
            _ => {
                self.presents[at] = Some(amount);
                Ok(())
            }
        }
    }

    pub(super) fn set_present(&mut self, at: usize, amount: f64) {
        self.presents[at].get_or_insert(amount);
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Changes the points of each channel.
    pub(super) fn each(&mut self, mut change: impl FnMut(usize, &mut Vec<Point>)) {
        for (at, points) in self.points.iter_mut().enumerate() {
            change(at, points);
        }
    }

    /// Checked channels.
    pub(super) fn finish(self) -> Result<Vec<ImportedChannel>, ImportError> {
        self.names
            .into_iter()
            .zip(self.points)
            .zip(self.presents)
            .map(|((name, points), present)| ImportedChannel::of_points(name, points, present))
            .collect()
    }
}

/// The sentence on channels whose curve begins above no spend.
pub(super) fn late_beginnings(channels: &[ImportedChannel]) -> Option<String> {
    let late: Vec<&str> = channels
        .iter()
        .filter(|channel| channel.begins_late())
        .map(|channel| channel.name.as_str())
        .collect();
    (!late.is_empty()).then(|| {
        format!(
            "no spend is taken to bring nothing: the first point of {} lies above it",
            listed(late.into_iter())
        )
    })
}
