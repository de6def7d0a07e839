//! Text and a separator → records with their lines, by RFC 4180, leniently: what is malformed is
//! for the reading to refuse.

/// A record of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// The line that it begins on; the first is 1.
    pub line: u64,
    /// Its cells without spaces around them.
    pub cells: Vec<String>,
}

impl Record {
    /// The cell at `at`; empty where the record is too short.
    pub(super) fn cell(&self, at: usize) -> &str {
        self.cells.get(at).map_or("", String::as_str)
    }
}

/// The records of `text`, without blank lines.
pub(super) fn records(text: &str, separator: char) -> Vec<Record> {
    let mut records = Vec::new();
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let (mut line, mut first_line, mut is_quoted) = (1, 1, false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' if is_quoted => is_quoted = false,
            '"' if cell.is_empty() => is_quoted = true,
            '\n' if !is_quoted => {
                end_record(&mut records, &mut cells, &mut cell, first_line);
                line += 1;
                first_line = line;
            }
            _ if character == separator && !is_quoted => end_cell(&mut cells, &mut cell),
            _ => {
                line += u64::from(character == '\n');
                cell.push(character);
            }
        }
    }
    end_record(&mut records, &mut cells, &mut cell, first_line);
    records
}

fn end_cell(cells: &mut Vec<String>, cell: &mut String) {
    cells.push(cell.trim().to_owned());
    cell.clear();
}

fn end_record(records: &mut Vec<Record>, cells: &mut Vec<String>, cell: &mut String, line: u64) {
    end_cell(cells, cell);
    let cells = std::mem::take(cells);
    if cells.len() > 1 || !cells[0].is_empty() {
        records.push(Record { line, cells });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_through_quotes_and_blank_lines() {
        let found = records("a;\"b;\nc\"\r\n\r\nd; \"\"\n\"e \"\"f\"\"\";", ';');
        let shown: Vec<(u64, Vec<&str>)> = found
            .iter()
            .map(|record| (record.line, record.cells.iter().map(String::as_str).collect()))
            .collect();
        let expected = [(1, vec!["a", "b;\nc"]), (4, vec!["d", "\"\""]), (5, vec!["e \"f\"", ""])];
        assert_eq!(shown, expected);
    }
}
