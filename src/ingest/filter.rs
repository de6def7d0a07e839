//! Which records of a file are read: those with the texts that the source asks for, in the
//! account's currency. The others are counted, and none of them is silently lost.

use std::collections::BTreeMap;

use super::cells::{CellReader, CurrencyCell};
use super::fault::{Fault, FaultReason, SeenCurrency, shown_bytes};
use super::record::Record;
use crate::domain::Currency;
use crate::domain::text::composed;

/// Currencies that are told apart; the rest is counted with the last.
const CURRENCIES_MAX: usize = 10;

/// The conditions of a source, and what they left out.
pub(super) struct Filter {
    only: Vec<(usize, String)>,
    left_out: u64,
    /// The first cell that kept a row out: its column and its text, fit to be shown.
    example: Option<(usize, String)>,
}

impl Filter {
    pub(super) const fn new(only: Vec<(usize, String)>) -> Self {
        Self { only, left_out: 0, example: None }
    }

    /// Whether the record is one of those that are read.
    #[inline]
    pub(super) fn keeps(&mut self, record: &Record) -> bool {
        let other = self.only.iter().find(|(at, text)| !is_text(&record[*at], text));
        let Some((at, _)) = other else { return true };
        self.left_out += 1;
        if self.example.is_none() {
            self.example = Some((*at, shown_bytes(record[*at].trim_ascii())));
        }
        false
    }

    /// Whether it would be, without counting it.
    pub(super) fn fits(&self, record: &Record) -> bool {
        self.only.iter().all(|(at, text)| is_text(&record[*at], text))
    }

    /// The records that were left out.
    pub(super) const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Why no record was read, if these conditions are the reason.
    pub(super) fn explain(&self, names: &[String]) -> Option<String> {
        let (at, text) = self.example.as_ref()?;
        let (_, wanted) = self.only.iter().find(|(column, _)| column == at)?;
        Some(format!(
            "the source leaves out {} rows: it reads those with \"{}\" in the column \"{}\", and the \
             first of these has \"{text}\"",
            self.left_out,
            super::fault::shown(wanted),
            names[*at],
        ))
    }
}

/// Whether a cell holds that text, whatever spaces are around it.
pub(super) fn is_text(cell: &[u8], text: &str) -> bool {
    composed(String::from_utf8_lossy(cell).trim()) == composed(text.trim())
}

/// The currencies of a file's rows.
#[derive(Default)]
pub(super) struct Currencies {
    own: Option<SeenCurrency>,
    others: BTreeMap<String, SeenCurrency>,
}

/// What the currency cell of a row says.
pub(super) enum RowCurrency {
    /// The account's.
    Own,
    /// Nothing.
    Blank,
    /// Another one, which is counted.
    Other,
}

impl Currencies {
    /// Looks at the currency cell of a row.
    pub(super) fn look(&mut self, line: u64, cell: &[u8], cells: &CellReader) -> RowCurrency {
        match cells.currency(cell) {
            CurrencyCell::Blank => RowCurrency::Blank,
            CurrencyCell::Own => {
                let code = String::new();
                self.own.get_or_insert(SeenCurrency { code, line, rows: 0 }).rows += 1;
                RowCurrency::Own
            }
            CurrencyCell::Other => {
                let code = shown_bytes(cell.trim_ascii()).to_uppercase();
                let is_full =
                    self.others.len() >= CURRENCIES_MAX && !self.others.contains_key(&code);
                let code = if is_full { "others".to_owned() } else { code };
                let seen = SeenCurrency { code: code.clone(), line, rows: 0 };
                self.others.entry(code).or_insert(seen).rows += 1;
                RowCurrency::Other
            }
        }
    }

    /// The one fault that names all currencies, where there are others than the account's.
    pub(super) fn finish(
        self,
        column: &str,
        key: Option<&str>,
        account: Currency,
    ) -> Option<Fault> {
        if self.others.is_empty() {
            return None;
        }
        let times = self.others.values().map(|seen| seen.rows).sum();
        let own = self.own.map(|own| SeenCurrency { code: account.code().to_owned(), ..own });
        let is_mixed = own.is_some();
        let mut seen: Vec<SeenCurrency> = self.others.into_values().chain(own).collect();
        seen.sort_by_key(|seen| seen.line);
        let expected = account.code();
        let hint = match key {
            Some(key) if is_mixed => {
                format!("filter the source by {key}: only = {{ {key} = \"…\" }}")
            }
            _ if is_mixed => {
                format!("export the rows in {expected} alone, or filter the source with only")
            }
            _ => format!("is this file meant for another account? this one is in {expected}"),
        };
        let fault = Fault::of_file(FaultReason::OtherCurrencies { seen, expected });
        Some(Fault { times, ..fault.in_column(column).with_hint(hint) })
    }
}
