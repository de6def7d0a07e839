//! `[limits]` → [`Limits`]: how much of anything is read or kept.

use std::ops::RangeInclusive;

use super::table::Table;
use super::value::Item;
use crate::domain::Limits;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const TIB: u64 = 1 << 40;

/// What a byte count may end in.
const UNITS: [(&str, u64); 5] = [("TiB", TIB), ("GiB", GIB), ("MiB", MIB), ("KiB", KIB), ("", 1)];

/// A file below the least could not hold a header and a row; one above the most is no daily file.
const FILE_BYTES: RangeInclusive<u64> = KIB..=TIB;
/// A record is in memory as a whole.
const LINE_BYTES: RangeInclusive<u64> = 256..=16 * MIB;
/// A field is shorter than its record; a campaign's name needs some room.
const FIELD_BYTES: RangeInclusive<u64> = 64..=MIB;
/// The long format has eight columns.
const COLUMNS: RangeInclusive<u64> = 8..=10_000;
const ROWS: RangeInclusive<u64> = 1..=10_000_000_000;
/// The names of a scan are in memory.
const FILES: RangeInclusive<u64> = 1..=1_000_000;
const STAGING_BYTES: RangeInclusive<u64> = MIB..=16 * TIB;

/// Reads the table; `None`: it has faults.
pub(super) fn read(table: Table<'_>) -> Option<Limits> {
    let shipped = Limits::default();
    let bytes = |key, shipped, range| table.or(key, shipped, |item| bytes(&item, range));
    let count = |key, shipped, range| table.or(key, shipped, |item| item.whole_u64(range));
    let bytes_max = bytes("bytes_max", shipped.bytes_max, FILE_BYTES);
    let unpacked = bytes("unpacked_bytes_max", shipped.unpacked_bytes_max, FILE_BYTES);
    let line = bytes("line_bytes_max", wide(shipped.line_bytes_max), LINE_BYTES);
    let field = bytes("field_bytes_max", wide(shipped.field_bytes_max), FIELD_BYTES);
    let columns = count("columns_max", wide(shipped.columns_max), COLUMNS);
    let rows = count("rows_max", shipped.rows_max, ROWS);
    let files = count("files_per_scan_max", wide(shipped.files_per_scan_max), FILES);
    let staging = bytes("staging_bytes_max", shipped.staging_bytes_max, STAGING_BYTES);
    let fit = [
        no_more(&table, ("field_bytes_max", field), ("line_bytes_max", line)),
        no_more(&table, ("bytes_max", bytes_max), ("staging_bytes_max", staging)),
    ];
    table.finish();
    let limits = Limits {
        bytes_max: bytes_max?,
        unpacked_bytes_max: unpacked?,
        line_bytes_max: narrow(line?),
        field_bytes_max: narrow(field?),
        columns_max: narrow(columns?),
        rows_max: rows?,
        files_per_scan_max: narrow(files?),
        staging_bytes_max: staging?,
    };
    (fit == [true, true]).then_some(limits)
}

/// Whether the limit of a part is no more than that of the whole; else its fault is told.
fn no_more(
    table: &Table<'_>,
    (part, least): (&'static str, Option<u64>),
    (whole, most): (&'static str, Option<u64>),
) -> bool {
    let (Some(least), Some(most)) = (least, most) else { return true };
    if least <= most {
        return true;
    }
    let message = format!("{part} is {}, more than {whole}, {}", text(least), text(most));
    let hint = format!("raise {whole}, or lower {part}");
    match table.item(part).or_else(|| table.item(whole)) {
        Some(item) => item.misfit(message, hint),
        None => table.fault(message, hint),
    }
    false
}

/// A number of bytes: a whole number, or a text with its unit.
fn bytes(item: &Item<'_>, range: RangeInclusive<u64>) -> Option<u64> {
    let (least, most) = (text(*range.start()), text(*range.end()));
    let hint = format!("write \"{least}\" to \"{most}\", or a whole number of bytes");
    let Some(written) = item.value.as_str() else {
        return item.whole_with_hint(range, &hint);
    };
    let Some(number) = parsed(written) else {
        item.fault(
            "not a number of bytes",
            "write a whole number of KiB, MiB, GiB or TiB: \"64 KiB\"",
        );
        return None;
    };
    let number = Some(number).filter(|number| range.contains(number));
    if number.is_none() {
        item.fault("out of range", hint);
    }
    number
}

fn parsed(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = text[digits.len()..].trim_start();
    let (_, bytes) = UNITS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse::<u64>().ok()?.checked_mul(bytes)
}

/// The shortest text of a number of bytes: "4 GiB".
fn text(bytes: u64) -> String {
    let fits = |(_, unit): &(&str, u64)| bytes >= *unit && bytes.is_multiple_of(*unit);
    let (name, unit) = UNITS.into_iter().find(fits).unwrap_or(("", 1));
    format!("{} {name}", bytes / unit).trim_end().to_owned()
}

fn wide(number: usize) -> u64 {
    number.try_into().expect("a count in memory fits 64 bits")
}

/// What the ranges above allow is far below what any machine can count.
fn narrow(number: u64) -> usize {
    number.try_into().expect("the ranges keep to 32 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_bytes_is_read_with_its_unit_and_shown_shortest() {
        for (written, bytes, shown) in [
            ("64 KiB", 65_536, "64 KiB"),
            ("4 GiB", 4_294_967_296, "4 GiB"),
            ("1gib", 1_073_741_824, "1 GiB"),
            ("1000", 1_000, "1000"),
            ("2048", 2_048, "2 KiB"),
            ("1 TiB", 1_099_511_627_776, "1 TiB"),
        ] {
            assert_eq!(parsed(written), Some(bytes), "{written}");
            assert_eq!(text(bytes), shown);
        }
        for strange in ["", "KiB", "-1 KiB", "1.5 GiB", "4 GB", "64 K", "1 2 KiB", "99999999 TiB"] {
            assert_eq!(parsed(strange), None, "{strange}");
        }
    }
}
