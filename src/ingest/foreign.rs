//! The first bytes of a file → what it is, where it is no CSV text at all: a workbook, an archive, a
//! login page saved under a name in .csv. It never makes a file readable.

use super::fault::{Fault, FaultReason};

/// What a file is, and what to do about it.
type Foreign = (&'static str, &'static str);

/// Bytes of a page's beginning within which it shows what it is.
const MARKUP_BYTES: usize = 512;

const WORKBOOK: &str = "open it and save the sheet as \"CSV UTF-8\", or choose CSV in the export";

/// What bytes are that no text begins with.
pub(super) fn binary(head: &[u8]) -> Option<Foreign> {
    Some(match head {
        [b'P', b'K', 3 | 5, 4 | 6, ..] if is_workbook(head) => ("an Excel workbook", WORKBOOK),
        [b'P', b'K', 3 | 5, 4 | 6, ..] => (
            "a workbook or ZIP archive",
            "save the sheet as \"CSV UTF-8\", or unpack the archive and drop the CSV file in it",
        ),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => ("an old Excel workbook", WORKBOOK),
        [0x1F, 0x8B, ..] => ("compressed with gzip", "unpack it, or let its name end in .csv.gz"),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => {
            ("compressed with zstd", "unpack it, or let its name end in .csv.zst")
        }
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, ..] => {
            ("compressed with bzip2", "unpack it; the inbox takes .csv.gz and .csv.zst")
        }
        [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => {
            ("compressed with xz", "unpack it; the inbox takes .csv.gz and .csv.zst")
        }
        [b'7', b'z', 0xBC, 0xAF, ..] => {
            ("a 7-Zip archive", "unpack it and drop the CSV file in it")
        }
        [b'%', b'P', b'D', b'F', ..] => ("a PDF", "export the figures as CSV"),
        [b'P', b'A', b'R', b'1', ..] => ("a Parquet file", "export the figures as CSV"),
        _ => return None,
    })
}

/// The parts of a workbook have names of their own; the first stands behind the archive's mark.
fn is_workbook(head: &[u8]) -> bool {
    let name = head.get(30..).unwrap_or_default();
    [&b"[Content_Types].xml"[..], b"xl/", b"_rels/", b"docProps/"]
        .iter()
        .any(|part| name.starts_with(part))
}

/// What bytes of UTF-16 without a byte order mark are: zeros stand between the letters.
pub(super) const fn utf_16(head: &[u8]) -> Option<Foreign> {
    const REMEDY: &str = "save it as \"CSV UTF-8\", or set encoding = \"utf-16\" for this source";
    match head {
        [1..=255, 0, 1..=255, 0, ..] => {
            Some(("text in UTF-16 (low bytes first, without a byte order mark)", REMEDY))
        }
        [0, 1..=255, 0, 1..=255, ..] => {
            Some(("text in UTF-16 (high bytes first, without a byte order mark)", REMEDY))
        }
        _ => None,
    }
}

/// The fault of a file that is something else.
pub(super) fn fault((what, remedy): Foreign) -> Fault {
    Fault::of_file(FaultReason::NotCsv { what }).with_hint(remedy)
}

/// The fault of a text that is none of a table: a page, or data of another notation.
pub(super) fn text_fault(head: &[u8]) -> Option<Fault> {
    text(head).map(fault)
}

/// What a text is by how it begins.
pub(super) fn text(head: &[u8]) -> Option<Foreign> {
    let head = head.trim_ascii_start();
    let start = &head[..head.len().min(MARKUP_BYTES)];
    let lower = String::from_utf8_lossy(start).to_lowercase();
    let begins = |marks: &[&str]| marks.iter().any(|mark| lower.starts_with(mark));
    if begins(&["<!doctype html", "<html", "<head", "<body", "<script", "<table", "<!--"])
        || begins(&["<?xml"]) && lower.contains("<html")
    {
        return Some((
            "a web page (HTML)",
            "the download likely gave a login or an error page instead of the export: open the file \
             in a browser to see what it says, sign in again, and export once more",
        ));
    }
    if begins(&["<?xml"]) {
        return Some(("XML", "export the figures as CSV; an Excel sheet saves as \"CSV UTF-8\""));
    }
    is_json(head).then_some((
        "JSON",
        "export the figures as CSV; if it is the answer of an API, its text may name an error",
    ))
}

/// An object with a name in quotes, or a list of such things: no header begins so.
fn is_json(head: &[u8]) -> bool {
    let mut rest = head;
    let mut lists = 0;
    while let Some(behind) = rest.strip_prefix(b"[") {
        rest = behind.trim_ascii_start();
        lists += 1;
    }
    match rest.strip_prefix(b"{") {
        Some(inside) => matches!(inside.trim_ascii_start(), [b'"' | b'}', ..]),
        None => lists > 0 && matches!(rest, [b'"' | b']' | b'0'..=b'9', ..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_or_data_of_another_notation_is_told_by_its_beginning() {
        for (head, what) in [
            ("<!DOCTYPE html>\n<html>", "a web page (HTML)"),
            ("\r\n  <HTML lang=\"en\">", "a web page (HTML)"),
            ("<?xml version=\"1.0\"?>\n<html xmlns=\"x\">", "a web page (HTML)"),
            ("<?xml version=\"1.0\"?>\n<rows>", "XML"),
            ("{\"error\": 401}", "JSON"),
            ("{}\n", "JSON"),
            ("[\n  { \"date\": \"2025-09-01\"}]", "JSON"),
            ("[[1, 2]]", "JSON"),
        ] {
            assert_eq!(text(head.as_bytes()).map(|it| it.0), Some(what), "{head}");
        }
    }

    #[test]
    fn a_table_is_taken_for_nothing_else() {
        for head in [
            "date,channel\n",
            "<date>,channel\n",
            "[Report] of today\n",
            "{date},channel\n",
            "\"date\",\"channel\"\n",
            "",
            "[",
            "{",
            "<",
            "PKW,2\n",
            "BZh,1\n",
        ] {
            assert_eq!(text(head.as_bytes()).or_else(|| binary(head.as_bytes())), None, "{head}");
        }
    }

    #[test]
    fn a_workbook_is_told_from_another_archive() {
        let archive = |name: &str| [&b"PK\x03\x04"[..], &[0; 26], name.as_bytes()].concat();
        let what = |head: &[u8]| binary(head).map(|it| it.0);
        assert_eq!(what(&archive("[Content_Types].xml")), Some("an Excel workbook"));
        assert_eq!(what(&archive("export.csv")), Some("a workbook or ZIP archive"));
    }
}
