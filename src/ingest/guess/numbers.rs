//! All figures of a file → how they are written: decimal and thousands marks, currency marks,
//! exponents. A way of writing counts only where every figure excludes the others.

use std::collections::BTreeMap;

use super::figure::{self, Figure, ONE, WRITINGS, Writing};
use super::finding::Findings;
use crate::domain::source::Thousands;

/// How figures are written.
#[derive(Debug)]
pub(super) struct Numbers {
    pub writing: Writing,
    pub exponents: bool,
    /// Whether any figure has a mark; else the writing is only supposed.
    pub says_something: bool,
    /// The codes of the marks that stand at figures; `None` for one of several currencies.
    pub marks: BTreeMap<&'static str, Option<&'static str>>,
}

/// A cell that may be a figure: its line and text, and whether its column counts whole things.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell<'a> {
    pub line: u64,
    pub text: &'a str,
    pub is_whole: bool,
}

/// How all `cells` are written; `None` where no way reads them all, or two do, which is then said.
pub(super) fn find(cells: &[Cell<'_>], findings: &mut Findings) -> Option<Numbers> {
    let cells: Vec<Cell<'_>> =
        cells.iter().copied().filter(|cell| is_like_a_figure(cell.text)).collect();
    let fitting: Vec<Writing> =
        WRITINGS.into_iter().filter(|writing| reads_all(&cells, *writing)).collect();
    let Some(&plainest) = fitting.first() else {
        findings.missing("decimal", contradiction(&cells));
        return None;
    };
    let writing =
        match fitting.iter().find(|other| first_difference(&cells, plainest, **other).is_some()) {
            None => plainest,
            Some(&other) => between(&cells, plainest, other, findings)?,
        };
    let says_something = say(&cells, writing, findings);
    let figures = cells.iter().filter_map(|cell| figure::read(cell.text, writing));
    let exponents = figures.filter(|figure| figure.has_exponent).count();
    if exponents > 0 {
        findings.certain("exponents", format!("{exponents} figures have an exponent"));
    }
    let marks = marks(&cells, findings);
    Some(Numbers { writing, exponents: exponents > 0, says_something, marks })
}

/// Whether `text` has digits, and nothing that no figure has.
pub(super) fn is_like_a_figure(text: &str) -> bool {
    let bare = text.trim_start_matches(['-', '\u{2212}']).trim();
    let bare = figure::unmarked(bare).0;
    let has_digit = bare.bytes().any(|byte| byte.is_ascii_digit());
    let fits = |it: char| {
        it.is_ascii_digit()
            || matches!(
                it,
                '.' | ','
                    | '\''
                    | '\u{2019}'
                    | ' '
                    | '\u{A0}'
                    | '\u{2009}'
                    | '\u{202F}'
                    | 'e'
                    | 'E'
                    | '+'
                    | '-'
            )
    };
    has_digit && bare.chars().all(fits)
}

fn reads_all(cells: &[Cell<'_>], writing: Writing) -> bool {
    cells.iter().all(|cell| figure::read(cell.text, writing).is_some())
}

fn first_difference<'a>(
    cells: &[Cell<'a>],
    one: Writing,
    other: Writing,
) -> Option<(Cell<'a>, Figure, Figure)> {
    cells.iter().find_map(|cell| {
        let (one, other) = (figure::read(cell.text, one)?, figure::read(cell.text, other)?);
        (one.value != other.value).then_some((*cell, one, other))
    })
}

/// Two ways read every figure, some of them as another value. Columns of whole things decide;
/// where they don't, nothing does.
fn between(
    cells: &[Cell<'_>],
    one: Writing,
    other: Writing,
    findings: &mut Findings,
) -> Option<Writing> {
    let fractions = |writing: Writing| {
        cells.iter().find(|cell| {
            cell.is_whole && figure::read(cell.text, writing).is_some_and(|it| it.value % ONE != 0)
        })
    };
    let because = |cell: &Cell<'_>, writing: Writing| {
        format!(
            "{} in line {} would be a part of an impression or click with a decimal {}",
            cell.text,
            cell.line,
            name(writing.decimal)
        )
    };
    match (fractions(one), fractions(other)) {
        (Some(cell), None) => {
            findings.certain("decimal", because(cell, one));
            Some(other)
        }
        (None, Some(cell)) => {
            findings.certain("decimal", because(cell, other));
            Some(one)
        }
        _ => {
            let (cell, ..) = first_difference(cells, one, other)?;
            let choice = |writing: Writing| {
                let value = figure::read(cell.text, writing).map_or(0, |figure| figure.value);
                format!(
                    "{}decimal = \"{}\"\nthousands = \"{}\"    # {} is {}",
                    beside(cells, writing),
                    writing.decimal,
                    word(writing.thousands),
                    cell.text,
                    crate::domain::decimal::format_short(value, 12)
                )
            };
            findings.undecided(
                "decimal",
                format!(
                    "{} in line {} can be read in two ways, and no other figure decides between them",
                    cell.text, cell.line
                ),
                &[choice(one), choice(other)],
            );
            None
        }
    }
}

/// The further lines that a source needs to read all figures so.
fn beside(cells: &[Cell<'_>], writing: Writing) -> String {
    let figures =
        || cells.iter().filter_map(|cell| Some((cell, figure::read(cell.text, writing)?)));
    let has_mark = |text: &str| figure::unmarked(text.trim_start_matches('-')).1.is_some();
    let lines = [
        ("currency_marks", cells.iter().any(|cell| has_mark(cell.text))),
        ("exponents", figures().any(|(_, figure)| figure.has_exponent)),
        ("round", figures().any(|(cell, figure)| !cell.is_whole && figure.decimals > 2)),
    ];
    let mut needed = String::new();
    for (key, _) in lines.into_iter().filter(|(_, is_needed)| *is_needed) {
        needed.push_str(key);
        needed.push_str(" = true\n");
    }
    needed
}

const fn name(mark: char) -> &'static str {
    if mark == ',' { "comma" } else { "point" }
}

/// Its word in a source.
pub(in crate::ingest) const fn word(thousands: Thousands) -> &'static str {
    match thousands {
        Thousands::None => "none",
        Thousands::Comma => ",",
        Thousands::Point => ".",
        Thousands::Space => "space",
        Thousands::Apostrophe => "'",
    }
}

fn say(cells: &[Cell<'_>], writing: Writing, findings: &mut Findings) -> bool {
    let example = |mark: &dyn Fn(char) -> bool| cells.iter().find(|cell| cell.text.contains(mark));
    let decimal = example(&|it| it == writing.decimal);
    let grouped = example(&|it| match writing.thousands {
        Thousands::None => false,
        Thousands::Comma => it == ',',
        Thousands::Point => it == '.',
        Thousands::Space => matches!(it, ' ' | '\u{A0}' | '\u{2009}' | '\u{202F}'),
        Thousands::Apostrophe => matches!(it, '\'' | '\u{2019}'),
    });
    let text = match (decimal, grouped) {
        (None, None) => format!("no mark in any of {} figures", cells.len()),
        (Some(decimal), None) => format!(
            "a decimal {} ({} in line {}) and no thousands marks, in all {} figures",
            name(writing.decimal),
            decimal.text,
            decimal.line,
            cells.len()
        ),
        (_, Some(grouped)) => format!(
            "a decimal {} and thousands marks ({} in line {}), in all {} figures",
            name(writing.decimal),
            grouped.text,
            grouped.line,
            cells.len()
        ),
    };
    findings.certain("decimal", text);
    decimal.or(grouped).is_some()
}

/// The first two figures that no way of writing reads together.
fn contradiction(cells: &[Cell<'_>]) -> String {
    let mut left: Vec<Writing> = WRITINGS.to_vec();
    let mut last: Option<Cell<'_>> = None;
    for cell in cells {
        let fitting: Vec<Writing> = left
            .iter()
            .copied()
            .filter(|writing| figure::read(cell.text, *writing).is_some())
            .collect();
        if fitting.is_empty() {
            return match last {
                Some(before) => format!(
                    "figures are written in more than one way: {} in line {} and {} in line {}",
                    before.text, before.line, cell.text, cell.line
                ),
                None => {
                    format!("{} in line {} is no figure in any known way", cell.text, cell.line)
                }
            };
        }
        if fitting.len() < left.len() {
            last = Some(*cell);
        }
        left = fitting;
    }
    "there is no figure".to_owned()
}

fn marks(
    cells: &[Cell<'_>],
    findings: &mut Findings,
) -> BTreeMap<&'static str, Option<&'static str>> {
    let mut marks = BTreeMap::new();
    let mut count = 0;
    let mut first = None;
    for cell in cells {
        if let (_, Some(mark)) = figure::unmarked(cell.text.trim_start_matches('-')) {
            marks.insert(mark.text, mark.code);
            count += 1;
            first.get_or_insert(*cell);
        }
    }
    if let Some(first) = first {
        let text = format!(
            "{count} figures carry a currency mark, first {} in line {}",
            first.text, first.line
        );
        if marks.values().any(Option::is_none) {
            findings.untold(
                "currency",
                format!(
                    "{text}: several currencies share this mark, and the reading refuses it; export the \
                     currency's code, or no mark"
                ),
                &[],
            );
        } else {
            findings.certain("currency_marks", text);
        }
    }
    marks
}
