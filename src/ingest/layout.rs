//! Tells what a file is that is not in its source's format, from its first lines, so that the
//! refusal can name the remedy. It never makes a file readable.

use super::fault::{Fault, FaultReason, shown};
use crate::domain::Source;

/// Lines that are looked at: the longest preamble of the platforms has five.
const LINES: usize = 12;

/// What the bytes are, if they are no text in UTF-8 at all.
pub(super) fn foreign_bytes(head: &[u8]) -> Option<Fault> {
    let (what, hint) = match head {
        // With a byte order mark, or with the zeros between the letters that UTF-16 has.
        [0xFF, 0xFE, ..]
        | [0xFE, 0xFF, ..]
        | [1..=255, 0, 1..=255, 0, ..]
        | [0, 1..=255, 0, 1..=255, ..] => {
            ("text in UTF-16", "save it as \"CSV UTF-8\" instead of Unicode text")
        }
        [b'P', b'K', 3, 4, ..] => {
            ("a workbook or ZIP archive", "export or save the sheet as \"CSV UTF-8\"")
        }
        [0xD0, 0xCF, 0x11, 0xE0, ..] => {
            ("an old Excel workbook", "export or save the sheet as \"CSV UTF-8\"")
        }
        [0x1F, 0x8B, ..] => ("compressed with gzip", "unpack it"),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => ("compressed with zstd", "unpack it"),
        [b'%', b'P', b'D', b'F', ..] => ("a PDF", "export the figures as CSV"),
        _ => return None,
    };
    Some(Fault::of_file(FaultReason::NotCsv { what }).with_hint(hint))
}

/// The one fault of a file whose header is not that of the source.
pub(super) fn explain(head: &[u8], source: &Source) -> Fault {
    let head = String::from_utf8_lossy(head);
    let head = head.trim_start_matches('\u{FEFF}');
    let lines: Vec<&str> =
        head.split('\n').take(LINES).map(|line| line.trim_end_matches('\r')).collect();
    let has = |mark: &str| lines.iter().any(|line| line.contains(mark));
    if let Some(sentence) = lines.iter().find_map(|line| empty_report(line.as_bytes())) {
        return empty_fault(&sentence);
    }
    let long = long_header(source);
    if has("Reporting starts") && !has("\"Day\"") && !has(",Day,") {
        let what = "a report of Meta Ads Manager over a period, with no column \"Day\"".to_owned();
        let hint = "in Ads Manager choose Breakdown, By time, Day, and export again; then name its \
                    columns in a [[sources]] table of the account's file";
        return fault(source, what).with_hint(hint);
    }
    let platform = PLATFORMS.iter().find(|(mark, _)| has(mark)).map(|(_, platform)| *platform);
    let separator = other_separator(&lines);
    let first = shown(lines.first().copied().unwrap_or_default());
    let what = match (platform, separator) {
        (Some(platform), Some(separator)) => {
            format!("it looks like {platform}, with fields separated by {separator}")
        }
        (Some(platform), None) => format!("it looks like {platform}"),
        (None, Some(separator)) => {
            format!("its fields are separated by {separator}, not by commas")
        }
        (None, None) => format!("its first line is \"{first}\""),
    };
    fault(source, what).with_hint(format!(
        "give one row for each day and channel below the header {long}; or, where only the names of \
         the columns differ, describe them in a [[sources]] table of the account's file"
    ))
}

/// What platforms write into the first lines of their exports.
const PLATFORMS: &[(&str, &str)] = &[
    ("Campaign Performance Report", "a report of LinkedIn Campaign Manager"),
    ("Campaign report", "a Google Ads report, whose header follows a title and a period"),
    ("Kampagnenbericht", "a Google Ads report, whose header follows a title and a period"),
    ("Rapport sur les campagnes", "a Google Ads report, whose header follows a title and a period"),
    ("cost_micros", "an export of the Google Ads API, with the cost in micros"),
    ("Reporting starts", "a report of Meta Ads Manager"),
    ("ORGANISATION_ID", "a wide e-commerce export with a column for each channel"),
];

fn fault(source: &Source, what: String) -> Fault {
    Fault::of_file(FaultReason::OtherLayout { source_name: shown(&source.name), what })
}

fn long_header(source: &Source) -> String {
    let columns = &source.columns;
    let names = [
        &columns.date,
        &columns.channel,
        &columns.spend,
        &columns.impressions,
        &columns.clicks,
        &columns.conversions,
        &columns.revenue,
    ];
    names.map(|names| shown(names.first().map_or("", String::as_str))).join(",")
}

/// The separator that stands in more places of some line than commas do.
fn other_separator(lines: &[&str]) -> Option<&'static str> {
    let count = |line: &str, mark: char| line.matches(mark).count();
    [(';', "semicolons"), ('\t', "tabs"), ('|', "vertical bars")]
        .into_iter()
        .find(|&(mark, _)| {
            lines.iter().any(|line| count(line, mark) >= 2 && count(line, mark) > count(line, ','))
        })
        .map(|(_, name)| name)
}

/// The sentence of a platform that stands in a file instead of rows, fit to be shown.
pub(super) fn empty_report(line: &[u8]) -> Option<String> {
    let line = std::str::from_utf8(line).ok()?.trim_matches(['"', ',', ' ', '\r']);
    let is_sentence = matches!(
        line.trim_end_matches('.').to_lowercase().as_str(),
        "no data available" | "no data" | "there is no data for this report"
    );
    is_sentence.then(|| shown(line))
}

/// The fault of a file with such a sentence.
pub(super) fn empty_fault(sentence: &str) -> Fault {
    Fault::of_file(FaultReason::EmptyReport { text: sentence.to_owned() })
        .with_hint("it names no day; if the channel rests, set paused = true for it")
}
