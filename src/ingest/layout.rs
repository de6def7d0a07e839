//! Tells what a file is that is not in its source's format, from its first lines, so that the
//! refusal can name the remedy. It never makes a file readable.

use super::Context;
use super::fault::{Fault, FaultReason, shown};
use super::sample::{Covers, Sample};
use crate::domain::Source;
use crate::domain::source::Layout;

/// Lines that are looked at: the longest preamble of the platforms has five.
const LINES: usize = 12;

/// The one fault of a file that says itself why it holds nothing to take: an empty report, or one
/// over a period.
pub(super) fn special(head: &[u8]) -> Option<Fault> {
    let head = String::from_utf8_lossy(head);
    let sentence = lines(&head).find_map(|line| empty_report(line.as_bytes()));
    sentence.map(|sentence| empty_fault(&sentence)).or_else(|| period_report(&head))
}

/// The one fault of a file whose header is not that of the source.
pub(super) fn explain(head: &[u8], context: &Context<'_>) -> Fault {
    if let Some(fault) = special(head) {
        return fault;
    }
    let source = context.source;
    let head = String::from_utf8_lossy(head);
    let platform =
        PLATFORMS.iter().find(|platform| lines(&head).any(|it| it.contains(platform.mark)));
    if let Some(fault) = separator_line(&head, source) {
        return fault;
    }
    let separator = other_separator(&head, source.separator);
    if let Some(platform) = platform {
        let what = match separator {
            Some((_, name)) => {
                format!("it looks like {}, with fields separated by {name}", platform.what)
            }
            None => format!("it looks like {}", platform.what),
        };
        let has_tabs = separator.is_some_and(|(mark, _)| mark == '\t');
        return fault(source, what).with_hint(platform.remedy(source, has_tabs));
    }
    if let Some((mark, name)) = separator {
        let what = format!("its fields are separated by {name}");
        return fault(source, what).with_hint(separator_remedy(mark, &head, source));
    }
    if let Some(line) = header_below(&head, source) {
        let above = if line == 2 {
            "a line stands".to_owned()
        } else {
            format!("{} lines stand", line - 1)
        };
        let what = format!("{above} above its header, which is line {line}");
        let hint = "take what stands above the header out, or set layout = \"report\" for the \
                    source, which looks for the header by its names";
        return fault(source, what).with_hint(hint);
    }
    table(&head, source).unwrap_or_else(|| unknown(&head, source))
}

/// A first line by which Excel is told the separator.
fn separator_line(head: &str, source: &Source) -> Option<Fault> {
    let first = lines(head).next()?;
    let mark = first.trim_matches('"').strip_prefix("sep=").or(first.strip_prefix("SEP="))?;
    let is_wide = source.layout == Layout::Wide;
    let mut marks = mark.chars();
    let mark = marks.next()?;
    let what = format!(
        "its first line is \"{}\", which tells Excel the separator and is no header",
        shown(first)
    );
    let separator = if mark == char::from(source.separator) {
        String::new()
    } else {
        format!(", with separator = \"{}\"", mark.escape_default())
    };
    let hint = format!(
        "export without it or take it out, or set layout = \"report\" for the source, which skips \
         lines above the header{separator}"
    );
    let hint = if is_wide { "export without it, or take it out".to_owned() } else { hint };
    Some(fault(source, what).with_hint(hint))
}

/// The line of the header below others, where every name of a long source stands in it.
fn header_below(head: &str, source: &Source) -> Option<usize> {
    if source.layout != Layout::Long {
        return None;
    }
    let columns = &source.columns;
    let names = [&columns.date, &columns.spend, &columns.revenue];
    let has_all = |line: &str| {
        let cells: Vec<String> = line
            .split(char::from(source.separator))
            .map(|cell| cell.trim_matches(['"', ' ']).to_lowercase())
            .collect();
        names.iter().all(|names| names.iter().any(|name| cells.contains(&name.to_lowercase())))
    };
    lines(head).position(has_all).filter(|at| *at > 0).map(|at| at + 1)
}

/// What a source needs for another separator, and for the decimals that come with it.
fn separator_remedy(mark: char, head: &str, source: &Source) -> String {
    let mut keys = format!("separator = \"{}\"", mark.escape_default());
    let figures = lines(head).skip(1).flat_map(|line| line.split(mark));
    let is_decimal = |cell: &str| {
        cell.split_once(',').is_some_and(|(whole, decimals)| {
            let is_number =
                |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
            is_number(whole) && is_number(decimals) && decimals.len() <= 2
        })
    };
    if mark != ',' && source.numbers.decimal == '.' && figures.map(str::trim).any(is_decimal) {
        keys.push_str(" and decimal = \",\"");
    }
    let first = lines(head).next().unwrap_or_default();
    let other = Source { separator: u8::try_from(mark).unwrap_or(b','), ..source.clone() };
    let has_its_names = header_below(&format!("\n{first}"), &other).is_some();
    if has_its_names {
        format!(
            "export it with \"{}\" between the fields, or add a [[sources]] table with {keys} to \
                 the account's file",
            char::from(source.separator).escape_default()
        )
    } else {
        format!(
            "add a [[sources]] table with {keys} to the account's file, and name its columns there"
        )
    }
}

/// What a table of other columns is.
fn table(head: &str, source: &Source) -> Option<Fault> {
    let sample = Sample::of(head, source.separator)?;
    let Some(dates) = sample.dates() else {
        let found = sample.header.iter().map(|name| named(name)).collect();
        let hint = "each row needs the day that its figures are of";
        return Some(Fault::of_file(FaultReason::NoDateColumn { found }).with_hint(hint));
    };
    let name = shown(&sample.header[dates.column]);
    if source.layout == Layout::Wide {
        let wanted = shown(source.columns.date.first().map_or("date", String::as_str));
        let what = format!("it has no column \"{wanted}\"; its column \"{name}\" holds dates");
        let hint = format!("set date = \"{name}\" in [sources.columns] of the source");
        return Some(fault(source, what).with_hint(hint));
    }
    let (word, preset) = match dates.covers? {
        Covers::Week => ("week", "wide_weekly"),
        Covers::Month => ("month", "wide_monthly"),
    };
    let what = format!("each row covers a {word}: its column \"{name}\" holds {}", dates.examples);
    let hint = format!(
        "the inbox takes days; describe it in a [[sources]] table with grain = \"{word}\" (preset = \
         \"{preset}\" where each channel has columns of its own), and take it by `budgetd import`"
    );
    Some(fault(source, what).with_hint(hint))
}

fn unknown(head: &str, source: &Source) -> Fault {
    let first = shown(lines(head).next().unwrap_or_default());
    let what = format!("its first line is \"{first}\"");
    let hint = match source.layout {
        Layout::Wide => "name its columns in [sources.columns] of the source".to_owned(),
        Layout::Long | Layout::Report => format!(
            "give one row for each day and channel below the header {}; or, where only the names \
             of the columns differ, describe them in a [[sources]] table of the account's file",
            long_header(source)
        ),
    };
    fault(source, what).with_hint(hint)
}

/// A platform by what it writes into the first lines of its exports.
struct Platform {
    mark: &'static str,
    what: &'static str,
    /// The preset that describes it, and what else has to be said in its table.
    preset: Option<&'static str>,
    also: &'static str,
}

const GOOGLE: &str = "a Google Ads report, whose header follows a title and a period";

const IN_ITS_LANGUAGE: &str = ", and give its separator, decimal mark and date format there; `budgetd sources guess FILE` \
     prints the table";

const PLATFORMS: &[Platform] = &[
    Platform {
        mark: "Campaign Performance Report",
        what: "a report of LinkedIn Campaign Manager",
        preset: None,
        also: "layout = \"report\", its channel and the names of its columns",
    },
    Platform { mark: "Campaign report", what: GOOGLE, preset: Some("google_ads"), also: "" },
    Platform {
        mark: "Kampagnenbericht",
        what: GOOGLE,
        preset: Some("google_ads"),
        also: IN_ITS_LANGUAGE,
    },
    Platform {
        mark: "Rapport sur les campagnes",
        what: GOOGLE,
        preset: Some("google_ads"),
        also: IN_ITS_LANGUAGE,
    },
    Platform {
        mark: "cost_micros",
        what: "an export of the Google Ads API, with the cost in micros",
        preset: None,
        also: "spend_unit = \"micros\", its channel and the names of its columns",
    },
    Platform {
        mark: "Reporting starts",
        what: "a report of Meta Ads Manager",
        preset: Some("meta_ads"),
        also: "",
    },
    Platform {
        mark: "ORGANISATION_ID",
        what: "a wide e-commerce export with a column for each channel",
        preset: Some("ecommerce_mmm"),
        also: "",
    },
];

impl Platform {
    fn remedy(&self, source: &Source, has_tabs: bool) -> String {
        if source.name != Source::long().name {
            return "name its columns in [sources.columns] of the source; `budgetd sources guess \
                    FILE` prints a table for it"
                .to_owned();
        }
        match self.preset {
            Some("google_ads") if has_tabs => {
                "add [[sources]] with preset = \"google_ads_excel\" to the account's file"
                    .to_owned()
            }
            Some(preset) => {
                let also = self.also;
                format!("add [[sources]] with preset = \"{preset}\" to the account's file{also}")
            }
            None => format!("add a [[sources]] table to the account's file with {}", self.also),
        }
    }
}

fn fault(source: &Source, what: String) -> Fault {
    Fault::of_file(FaultReason::OtherLayout { source_name: shown(&source.name), what })
}

fn lines(head: &str) -> impl Iterator<Item = &str> {
    let head = head.trim_start_matches('\u{FEFF}');
    head.split('\n').take(LINES).map(|line| line.trim_end_matches('\r'))
}

fn named(name: &str) -> String {
    if name.is_empty() { "(unnamed)".to_owned() } else { shown(name) }
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

/// The separator that stands in more places of some line than the source's does.
fn other_separator(head: &str, own: u8) -> Option<(char, &'static str)> {
    let own = char::from(own);
    let count = |line: &str, mark: char| line.matches(mark).count();
    [(',', "commas"), (';', "semicolons"), ('\t', "tabs"), ('|', "vertical bars")]
        .into_iter()
        .filter(|(mark, _)| *mark != own)
        .find(|&(mark, _)| {
            lines(head).any(|line| count(line, mark) >= 2 && count(line, mark) > count(line, own))
        })
}

/// A report of Meta Ads Manager over a period, whose rows name no day.
fn period_report(head: &str) -> Option<Fault> {
    let sample = Sample::of(head, b',')?;
    let at = |title: &str| sample.header.iter().position(|name| name.eq_ignore_ascii_case(title));
    let (starts, ends) = (at("Reporting starts")?, at("Reporting ends")?);
    if at("Day").is_some() {
        return None;
    }
    let first = sample.rows.iter().map(|row| row[starts].as_str()).min()?;
    let last = sample.rows.iter().map(|row| row[ends].as_str()).max()?;
    let per = [("Ad name", "ad"), ("Ad set name", "ad set"), ("Campaign name", "campaign")];
    let per = per.into_iter().find(|(title, _)| at(title).is_some()).map_or("line", |it| it.1);
    let reason = FaultReason::PeriodReport { first: shown(first), last: shown(last), per };
    let hint = "in Ads Manager choose Breakdown, By time, Day, and export again";
    Some(Fault::of_file(reason).with_hint(hint))
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
