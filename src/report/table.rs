//! Rows of cells → lines of aligned columns: the first column to the left, figures to the right.

use super::words::columns;

/// Spaces between two columns.
const GAP: usize = 2;

/// Which way the cells of a column lean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lean {
    /// Text.
    Left,
    /// Figures.
    Right,
}

/// `rows` as lines, each with `indent` spaces before it and none behind it. Every row has one cell
/// per column of `leans`.
pub(super) fn table(indent: usize, leans: &[Lean], rows: &[Vec<String>]) -> String {
    let widths: Vec<usize> = (0..leans.len())
        .map(|column| rows.iter().map(|row| columns(&row[column])).max().unwrap_or(0))
        .collect();
    let mut lines = String::new();
    for row in rows {
        let mut line = " ".repeat(indent);
        for (column, cell) in row.iter().enumerate() {
            let padding = " ".repeat(widths[column] - columns(cell));
            let gap = if column == 0 { 0 } else { GAP };
            line.push_str(&" ".repeat(gap));
            match leans[column] {
                Lean::Left => line.extend([cell.as_str(), &padding]),
                Lean::Right => line.extend([padding.as_str(), cell]),
            }
        }
        lines.push_str(line.trim_end());
        lines.push('\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_below_each_other() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let rows = [row(["Email", "₹96,000"]), row(["日本", "₹1,20,000"])];
        // "₹1,20,000" takes 9 columns and "日本" 4, so "₹96,000" has 2 before it, "日本" 1 behind it.
        let shown = table(2, &[Lean::Left, Lean::Right], &rows);
        assert_eq!(shown, "  Email    ₹96,000\n  日本   ₹1,20,000\n");
    }
}
