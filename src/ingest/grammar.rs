//! How the records of a file are written, and the check of one record against it: strict RFC 4180
//! with the source's separator, UTF-8, no control characters, everything bounded.

use super::bytes::Coding;
use super::fault::FaultReason;
use super::structure::StructureFault;
use crate::domain::source::Layout;
use crate::domain::{Limits, Source};

/// How the records of a file are written, and how much of them is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grammar {
    /// The bounds on records.
    pub limits: Limits,
    /// The byte between fields; a tab is then no forbidden character.
    pub separator: u8,
    /// Whether lines of other kinds stand before the header.
    pub has_preamble: bool,
    /// Whether control characters of Latin-1 were bytes that Windows-1252 doesn't have.
    pub is_windows_1252: bool,
}

impl Grammar {
    /// As a source describes it.
    pub(super) fn of(source: &Source, limits: Limits) -> Self {
        Self {
            limits,
            separator: source.separator,
            has_preamble: source.layout == Layout::Report,
            is_windows_1252: false,
        }
    }

    /// For text that was unpacked or decoded: its bytes are counted where they come in.
    pub(super) fn made_of(&mut self, coding: Coding) {
        self.limits.bytes_max = u64::MAX;
        self.is_windows_1252 = coding == Coding::Windows1252;
    }
}

/// Where in a record the check stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    BehindQuote,
}

/// The check of one record as far as it has come.
pub(super) struct Check {
    separator: u8,
    is_windows_1252: bool,
    state: State,
    field: usize,
    field_bytes: usize,
    quote_line: u64,
}

impl Check {
    pub(super) const fn new(grammar: &Grammar) -> Self {
        Self {
            separator: grammar.separator,
            is_windows_1252: grammar.is_windows_1252,
            state: State::FieldStart,
            field: 0,
            field_bytes: 0,
            quote_line: 0,
        }
    }

    /// Whether a quoted field is open.
    pub(super) fn is_quoted(&self) -> bool {
        self.state == State::Quoted
    }

    /// The field that it stands in, counted from 0.
    pub(super) const fn field(&self) -> usize {
        self.field
    }

    /// A line's end inside a quoted field is one byte of it.
    pub(super) const fn count_line_end(&mut self) {
        self.field_bytes += 1;
    }

    /// Goes on with the next physical line of the record.
    pub(super) fn line(
        &mut self,
        text: &[u8],
        line: u64,
        limits: &Limits,
    ) -> Result<(), StructureFault> {
        let valid_bytes = match std::str::from_utf8(text) {
            Ok(_) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        for (at, &byte) in text.iter().enumerate() {
            if at == valid_bytes {
                return Err(self.fault(line, FaultReason::NotUtf8 { byte }));
            }
            if !is_printable(byte)
                && let Some(reason) = self.forbidden(byte, text.get(at + 1).copied())
            {
                return Err(self.fault(line, reason));
            }
            self.step(byte, line, limits)?;
        }
        Ok(())
    }

    fn step(&mut self, byte: u8, line: u64, limits: &Limits) -> Result<(), StructureFault> {
        self.field_bytes += 1;
        self.state = match (self.state, byte) {
            (State::FieldStart, b'"') => {
                self.quote_line = line;
                State::Quoted
            }
            (State::Quoted, b'"') => State::BehindQuote,
            (State::Quoted, _) | (State::BehindQuote, b'"') => State::Quoted,
            (State::FieldStart | State::Plain | State::BehindQuote, _)
                if byte == self.separator =>
            {
                self.field += 1;
                self.field_bytes = 0;
                State::FieldStart
            }
            (State::Plain, b'"') => return Err(self.fault(line, FaultReason::StrayQuote)),
            (State::FieldStart | State::Plain, _) => State::Plain,
            (State::BehindQuote, _) => return Err(self.fault(line, FaultReason::TextBehindQuote)),
        };
        let columns_max = limits.columns_max;
        if self.field >= columns_max {
            let reason = FaultReason::TooManyColumns { columns_max };
            return Err(StructureFault { line, field: None, reason, is_last: false });
        }
        if self.field_bytes <= limits.field_bytes_max {
            return Ok(());
        }
        if self.state == State::Quoted && self.quote_line != line {
            return Err(self.quote_too_long(limits));
        }
        Err(self.fault(line, FaultReason::FieldTooLong { bytes_max: limits.field_bytes_max }))
    }

    const fn fault(&self, line: u64, reason: FaultReason) -> StructureFault {
        StructureFault { line, field: Some(self.field), reason, is_last: false }
    }

    pub(super) const fn quote_too_long(&self, limits: &Limits) -> StructureFault {
        let reason = FaultReason::QuoteTooLong { bytes_max: limits.field_bytes_max };
        self.fault(self.quote_line, reason)
    }

    pub(super) const fn unterminated(&self) -> StructureFault {
        self.fault(self.quote_line, FaultReason::UnterminatedQuote)
    }

    /// Control characters of ASCII and, in UTF-8, of Latin-1: a line's end has been taken off before.
    fn forbidden(&self, byte: u8, next: Option<u8>) -> Option<FaultReason> {
        match (byte, next) {
            (b'\r', _) => Some(FaultReason::LoneCarriageReturn),
            (b'\t', _) if self.separator == b'\t' => None,
            (0..=0x1F | 0x7F, _) => Some(FaultReason::ControlCharacter { code_point: byte.into() }),
            (0xC2, Some(byte @ 0x80..=0x9F)) if self.is_windows_1252 => {
                Some(FaultReason::NotWindows1252 { byte })
            }
            (0xC2, Some(next @ 0x80..=0x9F)) => {
                Some(FaultReason::ControlCharacter { code_point: next.into() })
            }
            _ => None,
        }
    }
}

/// Whether it is a character of ASCII that is no control character.
pub(super) const fn is_printable(byte: u8) -> bool {
    byte.wrapping_sub(b' ') < 0x7F - b' '
}
