//! Cells of measures that hold no figure → which measures have blanks and which have dashes. What
//! they mean is not in the file, so it is never told as certain.

use super::finding::Findings;
use super::numbers::is_like_a_figure;
use super::table::Record;
use super::words::Role;

/// Measures with cells that hold no figure.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Gaps {
    pub blank: Vec<Role>,
    pub dashes: Vec<Role>,
}

/// Looks through the columns of the measures.
pub(super) fn find(
    rows: &[Record],
    columns: &[(Role, Vec<usize>)],
    findings: &mut Findings,
) -> Gaps {
    let mut gaps = Gaps::default();
    for (role, columns) in columns {
        let cells = || {
            rows.iter().flat_map(|record| columns.iter().map(|&at| (record.line, record.cell(at))))
        };
        if say(*role, "blank", cells().filter(|(_, text)| text.is_empty()), findings) {
            gaps.blank.push(*role);
        }
        if say(*role, "dashes", cells().filter(|(_, text)| is_dashes(text)), findings) {
            gaps.dashes.push(*role);
        }
        let mut strange = cells()
            .filter(|(_, text)| !text.is_empty() && !is_dashes(text) && !is_like_a_figure(text));
        if let Some((line, text)) = strange.next() {
            let more = strange.count();
            findings.open(
                "columns",
                format!(
                    "{} holds \"{text}\" in line {line}{}, which is no figure: the reading will refuse it",
                    role.key(),
                    if more > 0 { format!(" and the like in {more} more cells") } else { String::new() }
                ),
                &[],
            );
        }
    }
    gaps
}

fn say<'a>(
    role: Role,
    kind: &'static str,
    mut cells: impl Iterator<Item = (u64, &'a str)>,
    findings: &mut Findings,
) -> bool {
    let Some((line, text)) = cells.next() else { return false };
    let count = 1 + cells.count();
    let what = if text.is_empty() { "blank".to_owned() } else { format!("\"{text}\"") };
    let key = role.key();
    findings.open(
        kind,
        format!(
            "{count} cells of {key} are {what}, first in line {line}: nothing in the file says whether \
             that is zero or unknown"
        ),
        &[format!("[sources.{kind}] {key} = \"zero\""), format!("[sources.{kind}] {key} = \"absent\"")],
    );
    true
}

/// "--", "-", "–", "—".
pub(super) fn is_dashes(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|it| matches!(it, '-' | '–' | '—' | '\u{2212}'))
}
