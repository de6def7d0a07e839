//! Cells of measures that hold no figure → which measures have blanks and which have dashes. What
//! they mean is not in the file: a preset says it, or people do.

use super::finding::Findings;
use super::numbers::is_like_a_figure;
use super::table::Record;
use super::words::Role;
use crate::config;
use crate::domain::Source;
use crate::domain::source::{Meaning, Meanings};

/// What stands in place of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Blank,
    Dashes,
}

/// Cells of one measure that hold no figure.
#[derive(Debug)]
struct Gap {
    kind: Kind,
    role: Role,
    cells: usize,
    line: u64,
    text: String,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Gaps(Vec<Gap>);

/// Looks through the columns of the measures; text that is neither figure nor gap is said.
pub(super) fn find(
    rows: &[Record],
    columns: &[(Role, Vec<usize>)],
    findings: &mut Findings,
) -> Gaps {
    let mut gaps = Vec::new();
    for (role, columns) in columns {
        let cells = || {
            rows.iter().flat_map(|record| columns.iter().map(|&at| (record.line, record.cell(at))))
        };
        gaps.extend(gap(Kind::Blank, *role, cells().filter(|(_, text)| text.is_empty())));
        gaps.extend(gap(Kind::Dashes, *role, cells().filter(|(_, text)| is_dashes(text))));
        let is_strange =
            |text: &str| !text.is_empty() && !is_dashes(text) && !is_like_a_figure(text);
        let mut strange = cells().filter(|(_, text)| is_strange(text));
        if let Some((line, text)) = strange.next() {
            let more = match strange.count() {
                0 => String::new(),
                more => format!(", and the like in {more} more cells"),
            };
            findings.open(
                "columns",
                format!(
                    "{} holds \"{text}\" in line {line}{more}: it is no figure, and the reading will \
                     refuse it",
                    role.key()
                ),
                &[],
            );
        }
    }
    Gaps(gaps)
}

fn gap<'a>(kind: Kind, role: Role, mut cells: impl Iterator<Item = (u64, &'a str)>) -> Option<Gap> {
    let (line, text) = cells.next()?;
    Some(Gap { kind, role, cells: 1 + cells.count(), line, text: text.to_owned() })
}

impl Gaps {
    /// The measures that have gaps of a kind.
    pub(super) fn measures(&self, kind: Kind) -> Vec<Role> {
        self.0.iter().filter(|gap| gap.kind == kind).map(|gap| gap.role).collect()
    }

    /// Says what the gaps mean, which a preset may have decided.
    pub(super) fn say(&self, preset: Option<&str>, findings: &mut Findings) {
        let source = preset.and_then(config::preset).unwrap_or_else(Source::long);
        for gap in &self.0 {
            let (meanings, table) = match gap.kind {
                Kind::Blank => (source.blank, "blank"),
                Kind::Dashes => (source.dashes, "dashes"),
            };
            let key = gap.role.key();
            let what =
                if gap.text.is_empty() { "blank".to_owned() } else { format!("\"{}\"", gap.text) };
            let cells_are = if gap.cells == 1 { "cell of {} is" } else { "cells of {} are" };
            let told = format!(
                "{} {} {what}, first in line {}",
                gap.cells,
                cells_are.replace("{}", key),
                gap.line
            );
            let meaning = meaning(meanings, gap.role);
            let by = preset.unwrap_or("long");
            match meaning {
                Meaning::Zero => {
                    findings.certain(table, format!("{told}: the preset {by} takes that for zero"));
                }
                Meaning::Absent => {
                    let text = format!("{told}: the preset {by} takes that for not known");
                    findings.certain(table, text);
                }
                Meaning::Refuse => findings.open(
                    table,
                    format!(
                        "{told}: nothing in the file says whether that is zero or not known; it is \
                         read as not known"
                    ),
                    &[format!("[sources.{table}] {key} = \"zero\"")],
                ),
            }
        }
    }
}

const fn meaning(meanings: Meanings, role: Role) -> Meaning {
    match role {
        Role::Spend => meanings.spend,
        Role::Impressions => meanings.impressions,
        Role::Clicks => meanings.clicks,
        Role::Conversions => meanings.conversions,
        _ => meanings.revenue,
    }
}

/// "--", "-", "–", "—".
pub(super) fn is_dashes(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|it| matches!(it, '-' | '–' | '—' | '\u{2212}'))
}
