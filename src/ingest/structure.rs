//! What is wrong with the structure of a record, and the same as a fault with its remedy.

use super::bytes::BEHIND_ITS_END;
use super::fault::{Fault, FaultReason};

/// What is wrong with the structure of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StructureFault {
    /// The physical line.
    pub line: u64,
    /// The field that it stands in, counted from 0, where one can be told.
    pub field: Option<usize>,
    /// What is wrong.
    pub reason: FaultReason,
    /// Whether nothing behind it is read.
    pub is_last: bool,
}

/// The fault as people read it: without a line where it is one of the whole file.
pub(super) fn structure_fault(fault: &StructureFault) -> Fault {
    let reason = fault.reason.clone();
    let is_of_file = matches!(
        reason,
        FaultReason::FileTooLarge { .. }
            | FaultReason::UnpacksTooLarge { .. }
            | FaultReason::WindowTooLarge { .. }
            | FaultReason::DamagedArchive { .. }
    );
    let hint = hint(&reason);
    let fault =
        if is_of_file { Fault::of_file(reason) } else { Fault::of_line(fault.line, reason) };
    fault.with_hint(hint)
}

fn hint(reason: &FaultReason) -> &'static str {
    match reason {
        FaultReason::NotUtf8 { .. } => {
            "save the file as UTF-8 (in Excel: \"CSV UTF-8 (comma delimited)\"), or, if it comes \
             from Excel on Windows, set encoding = \"windows-1252\" for this source"
        }
        FaultReason::NotUtf16 { .. } => "it is damaged: export it again",
        FaultReason::NotWindows1252 { .. } => {
            "save the file as UTF-8, and take encoding out of this source"
        }
        FaultReason::DamagedArchive { what, .. } if what == BEHIND_ITS_END => {
            "something was appended to it: compress the export again, by itself, and drop that"
        }
        FaultReason::DamagedArchive { .. } => {
            "drop it again; if it stays so, compress the export once more"
        }
        FaultReason::WindowTooLarge { .. } => "compress it without --long and --ultra",
        FaultReason::StrayQuote | FaultReason::TextBehindQuote => {
            "put quotes around the whole field and double those inside it"
        }
        FaultReason::UnterminatedQuote | FaultReason::QuoteTooLong { .. } => {
            "close it, or double it if it is part of the text"
        }
        FaultReason::LoneCarriageReturn => "end lines with LF or CRLF",
        FaultReason::ControlCharacter { code_point: 0x80..=0x9F } => {
            "take it out; where the source says encoding = \"latin-1\", it may be \"windows-1252\""
        }
        FaultReason::ControlCharacter { .. } => "take it out",
        FaultReason::FileTooLarge { .. } => "split the file by days, or raise limits.bytes_max",
        FaultReason::UnpacksTooLarge { .. } => {
            "split the file by days, or raise limits.unpacked_bytes_max"
        }
        FaultReason::TooManyRows { .. } => "split the file by days, or raise limits.rows_max",
        _ => "is this a daily CSV? a row is a day, a channel and its figures",
    }
}
