//! A text that its source's way of writing doesn't hold → what it was likely meant to be, and what
//! to write or to set instead. Nothing here reads a figure for anyone but the hint.

use super::amounts::AmountColumn;
use super::marks::{self, Found};
use super::style::{Style, THOUSANDS, trim, without_sign};
use super::{CellFault, CellReader};
use crate::domain::Money;
use crate::domain::source::{Thousands, Unit};
use crate::ingest::fault::{FaultReason, shown};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Amounts,
    Counts,
    Conversions,
}

/// What to do about a cell without a figure; `table` is the one of the settings that speaks of it.
pub(super) fn for_nothing(table: &str, measure: &str) -> String {
    let meaning = if matches!(measure, "spend" | "revenue") { "zero" } else { "absent" };
    format!(
        "write 0 where there was nothing, or say what it means for the source: \
         [sources.{table}] {measure} = \"{meaning}\""
    )
}

pub(super) fn below_zero(column: &AmountColumn) -> CellFault {
    let hint = if column.cell.name == "spend" {
        "spend is never negative; take credits off the day's figure"
    } else {
        "take refunds off the day's figure, or set negative_revenue = \"accept\" for the source"
    };
    CellFault::new(FaultReason::NegativeAmount, hint)
}

impl CellReader {
    pub(super) fn amount_too_large(&self, column: &AmountColumn) -> CellFault {
        let max = Money::CELL_MAX.to_decimal(self.currency);
        let hint = match column.unit {
            Unit::Major => Some("is it in minor units or in micros?"),
            Unit::Minor => Some("is it in micros?"),
            Unit::Micros => None,
        };
        let reason = FaultReason::AmountTooLarge { max };
        CellFault { reason, hint: hint.map(ToOwned::to_owned) }
    }

    pub(super) fn too_fine(&self, column: &AmountColumn) -> CellFault {
        let (digits_max, currency) = (self.currency.minor_digits(), self.currency.code());
        let reason = FaultReason::TooFine { digits_max, currency };
        let set = "set round = true for the source";
        CellFault::new(
            reason,
            match column.unit {
                Unit::Major => format!("export it with {digits_max} digits, or {set}"),
                Unit::Minor => format!("it is counted in minor units; {set}"),
                Unit::Micros => format!("it is counted in micros; {set}"),
            },
        )
    }

    /// What a text that is no amount was likely meant to be.
    pub(super) fn explain_amount(&self, text: &str, column: &AmountColumn) -> CellFault {
        let lower = text.to_lowercase();
        if matches!(lower.trim_start_matches(['+', '-']), "inf" | "infinity" | "nan" | "∞") {
            return CellFault::new(FaultReason::InfiniteAmount, "a division by zero, perhaps");
        }
        let (negative, inside) = without_sign(text);
        let mut figure = inside;
        if let Some(found) = marks::find(inside) {
            figure = trim(found.rest);
            if let Some(fault) = self.explain_mark(found) {
                return fault;
            }
        }
        let is_figure = figure.starts_with(|first: char| first.is_ascii_digit());
        if negative && is_figure && !column.negative {
            return below_zero(column);
        }
        let hint = self.how_to_write(figure, Holds::Amounts);
        CellFault { reason: FaultReason::NotAnAmount, hint }
    }

    /// Why a mark is refused; `None` for the account's own where amounts may carry it.
    fn explain_mark(&self, found: Found<'_>) -> Option<CellFault> {
        let own = self.currency.code();
        let (plain, thousands) = self.plain(trim(found.rest)).unzip();
        let such_as = plain.map_or(String::new(), |plain| format!(": {plain}"));
        match found.code {
            Some(code) if code != own => {
                let hint = format!("is this file meant for another account? this one is in {own}");
                let reason = FaultReason::OtherCurrency { found: code, expected: own };
                Some(CellFault::new(reason, hint))
            }
            None if self.writing.has_marks() => {
                let reason = FaultReason::SharedMark { mark: found.mark };
                let hint = format!("export the currency's code instead; this account is in {own}");
                Some(CellFault::new(reason, hint))
            }
            Some(_) if self.writing.has_marks() => None,
            None if !marks::may_be_of(found.mark, own) => {
                let mark = found.mark;
                let hint = format!(
                    "\"{mark}\" is no mark of {own}, the account's currency: is this file meant for \
                     another account?"
                );
                Some(CellFault::new(FaultReason::CurrencyMark, hint))
            }
            code => {
                let and = thousands
                    .flatten()
                    .map_or(String::new(), |mark| format!(" and thousands = \"{mark}\""));
                let set = code.map_or(String::new(), |_| {
                    format!(", or set currency_marks = true{and} for the source")
                });
                let hint = format!("write the figure alone{such_as}{set}");
                Some(CellFault::new(FaultReason::CurrencyMark, hint))
            }
        }
    }

    /// How the source would have a text written that is no figure to it.
    pub(super) fn how_to_write(&self, text: &str, holds: Holds) -> Option<String> {
        let style = self.writing.style;
        let (_, text) = without_sign(text);
        if matches!(text.to_lowercase().as_str(), "" | "--" | "n/a" | "na" | "null" | "none") {
            let unknown = if holds == Holds::Amounts {
                ""
            } else {
                ", or leave the cell blank where it isn't known"
            };
            return Some(format!("write 0 where there was nothing{unknown}"));
        }
        if is_formula_error(text) {
            return Some(
                "this is what a spreadsheet shows where a formula fails: mend it there, and export \
                 again"
                    .to_owned(),
            );
        }
        if text.ends_with('%') {
            let what = match holds {
                Holds::Amounts => "amounts",
                Holds::Counts => "counts",
                Holds::Conversions => "conversions",
            };
            return Some(format!("this is a share; the column holds {what}"));
        }
        let with_exponents = Style { exponents: true, ..style };
        if !style.exponents && with_exponents.read(text).is_some() {
            if is_shortened(text) {
                return Some(
                    "a spreadsheet shortened it, and the other digits are lost: format the column as \
                     a number there, and export again"
                        .to_owned(),
                );
            }
            let set = "set exponents = true for the source";
            return Some(format!("write all its digits, without an exponent, or {set}"));
        }
        if self.has_sloppy_groups(text) {
            return Some(self.how_to_group());
        }
        self.other_style(text, holds).or_else(|| self.example(holds))
    }

    /// Whether it has but digits and the marks of its source, with groups of other lengths.
    fn has_sloppy_groups(&self, text: &str) -> bool {
        let style = self.writing.style;
        let mut marks = text.chars().filter(|it| !it.is_ascii_digit() && *it != style.decimal);
        let grouped = text.contains(|mark| style.is_group_mark(mark));
        grouped && marks.all(|mark| style.is_group_mark(mark))
    }

    fn how_to_group(&self) -> String {
        let style = self.writing.style;
        let mark = match style.thousands {
            Thousands::Comma => ',',
            Thousands::Point => '.',
            Thousands::Apostrophe => '\'',
            Thousands::Space | Thousands::None => ' ',
        };
        let decimal = style.decimal;
        format!(
            "groups have three digits, or two before the last three, all with the same mark: \
             1{mark}234{decimal}50 or 4{mark}12{mark}300{decimal}50"
        )
    }

    /// The same figure in the source's style, where another one reads it.
    fn other_style(&self, text: &str, holds: Holds) -> Option<String> {
        let own = self.writing.style;
        let reads = |style: Style| {
            let whole = |text: &str| !text.contains(style.decimal) || holds != Holds::Counts;
            style.read(text).is_some() && whole(text)
        };
        let style = Style { exponents: false, ..own };
        for (thousands, name) in THOUSANDS {
            let other = Style { thousands, ..style };
            if reads(other) {
                let plain = rewritten(text, other, own.decimal);
                return Some(format!(
                    "write it without thousands marks: {plain}, or set thousands = \"{name}\" for \
                     the source"
                ));
            }
        }
        let (decimal, name) = if own.decimal == '.' { (',', "point") } else { ('.', "comma") };
        let thousands = [(Thousands::None, "")].into_iter().chain(THOUSANDS);
        for (thousands, mark) in thousands {
            let other = Style { decimal, thousands, ..style };
            if reads(other) {
                let plain = rewritten(text, other, own.decimal);
                let marks = match thousands {
                    Thousands::None => String::new(),
                    _ => format!(" and thousands = \"{mark}\""),
                };
                return Some(format!(
                    "this source expects a decimal {name}: {plain}, or set decimal = \
                     \"{decimal}\"{marks} for the source"
                ));
            }
        }
        None
    }

    /// A figure with marks of any kind between its groups as the source would have it plainly, and
    /// the marks that it would have to declare.
    fn plain(&self, text: &str) -> Option<(String, Option<&'static str>)> {
        let own = self.writing.style;
        if own.read(text).is_some() {
            return Some((rewritten(text, own, own.decimal), None));
        }
        THOUSANDS.iter().find_map(|&(thousands, name)| {
            let style = Style { thousands, ..own };
            style.read(text).map(|_| (rewritten(text, style, own.decimal), Some(name)))
        })
    }

    fn example(&self, holds: Holds) -> Option<String> {
        let decimal = self.writing.style.decimal;
        let name = if decimal == '.' { "point" } else { "comma" };
        let example = match holds {
            Holds::Amounts => format!("1234{decimal}50"),
            Holds::Conversions => format!("12 or 0{decimal}5"),
            Holds::Counts => return None,
        };
        Some(format!("write plain digits with a decimal {name}, such as {example}"))
    }

    /// What lets a source have counts that are no whole numbers.
    pub(super) fn how_to_round_counts(&self) -> Option<String> {
        self.has_periods.then(|| "set round = true for the source to round its counts".to_owned())
    }
}

/// What a spreadsheet writes into a cell whose formula fails.
fn is_formula_error(text: &str) -> bool {
    let upper = text.to_uppercase();
    matches!(
        upper.as_str(),
        "#REF!"
            | "#DIV/0!"
            | "#N/A"
            | "#NAME?"
            | "#NULL!"
            | "#NUM!"
            | "#VALUE!"
            | "#BEZUG!"
            | "#WERT!"
            | "#NV"
            | "#SPILL!"
            | "#CALC!"
    ) || upper.len() > 2 && upper.bytes().all(|byte| byte == b'#')
}

/// Whether it is a figure as a spreadsheet shows it in a narrow column: 1.23E+05.
fn is_shortened(text: &str) -> bool {
    let Some((digits, exponent)) = text.split_once("E+") else { return false };
    let digits = digits.trim_start_matches('-').bytes().filter(u8::is_ascii_digit).count();
    digits <= 6 && exponent.len() == 2
}

/// A figure of one style without marks between its digits, with another decimal mark.
fn rewritten(text: &str, style: Style, decimal: char) -> String {
    let plain: String = text
        .chars()
        .filter_map(|character| match character {
            '0'..='9' => Some(character),
            mark if mark == style.decimal => Some(decimal),
            _ => None,
        })
        .collect();
    shown(&plain)
}
