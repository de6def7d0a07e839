//! Rows that share day, channel and campaign but not their figures → the columns that tell them
//! apart.

use std::collections::BTreeMap;

use super::table::Record;

/// What tells the rows of a file apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Keys {
    /// Day, channel and campaign do.
    Enough,
    /// These columns do too, and none of them can be left out.
    Columns(Vec<usize>),
    /// No column does: the lines of the first two rows that contradict each other.
    Conflict(u64, u64),
}

/// What tells `rows` apart beside the columns `known`; `others` may, `figures` are compared. Of
/// several that do, `others` has those that people would rather see first.
pub(super) fn find(rows: &[Record], known: &[usize], others: &[usize], figures: &[usize]) -> Keys {
    if conflict(rows, known, figures).is_none() {
        return Keys::Enough;
    }
    let with = |columns: &[usize]| [known, columns].concat();
    let mut needed: Vec<usize> = others.to_vec();
    if let Some((first, second)) = conflict(rows, &with(&needed), figures) {
        return Keys::Conflict(first, second);
    }
    for at in others.iter().rev() {
        let fewer: Vec<usize> = needed.iter().copied().filter(|it| it != at).collect();
        if conflict(rows, &with(&fewer), figures).is_none() {
            needed = fewer;
        }
    }
    needed.sort_unstable();
    Keys::Columns(needed)
}

/// The first two rows with the same key and other figures.
fn conflict(rows: &[Record], key: &[usize], figures: &[usize]) -> Option<(u64, u64)> {
    let mut seen: BTreeMap<Vec<&str>, &Record> = BTreeMap::new();
    for record in rows {
        let cells: Vec<&str> = key.iter().map(|&at| record.cell(at)).collect();
        let first = *seen.entry(cells).or_insert(record);
        if figures.iter().any(|&at| first.cell(at) != record.cell(at)) {
            return Some((first.line, record.line));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Record> {
        super::super::table::records(text, ',')
    }

    #[test]
    fn only_columns_that_are_needed_are_named() {
        let text = "d1,A1,IN,x,5\nd1,A1,AE,x,6\nd1,A2,IN,x,7\n";
        assert_eq!(find(&rows(text), &[0], &[1, 2, 3], &[4]), Keys::Columns(vec![1, 2]));
        assert_eq!(find(&rows("d1,a,5\nd2,a,5\nd1,a,5\n"), &[0], &[1], &[2]), Keys::Enough);
        assert_eq!(find(&rows("d1,a,5\nd1,a,6\n"), &[0], &[1], &[2]), Keys::Conflict(1, 2));
    }
}
