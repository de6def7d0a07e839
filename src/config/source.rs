//! `[[sources]]` of an account: which files a format describes, and how it names and writes things.
//! It reads no file.

use std::collections::BTreeMap;

use super::table::Table;
use super::value::{Item, quoted};
use super::{SOURCES_MAX, TEXT_CHARS_MAX};
use crate::domain::Source;
use crate::domain::source::Columns as SourceColumns;

/// The formats of `root`'s files, the shipped one last.
pub(super) fn read_all(root: &Table<'_>) -> Option<Vec<Source>> {
    let tables = root.tables("sources")?;
    if tables.len() > SOURCES_MAX {
        root.fault(
            format!("{} sources are more than {SOURCES_MAX}", tables.len()),
            "leave out what no file needs",
        );
        return None;
    }
    let mut names = BTreeMap::new();
    let sources: Vec<Option<Source>> =
        tables.into_iter().map(|table| read(table, &mut names)).collect();
    let mut sources: Vec<Source> = sources.into_iter().collect::<Option<_>>()?;
    sources.push(Source::long());
    Some(sources)
}

fn read<'a>(table: Table<'a>, names: &mut BTreeMap<String, Item<'a>>) -> Option<Source> {
    let name = table
        .required("name", "name = \"meta export\", which messages will use")
        .and_then(|item| name(item, names));
    let files = table
        .required("files", "files = \"meta_*.csv\", the names of the files that it describes")
        .and_then(|item| pattern(&item));
    let columns = columns(table.table("columns"));
    let shipped = Source::long();
    let date_format =
        table.or("date_format", shipped.date_format.clone(), |item| date_format(&item));
    let extra = [("refuse", false), ("ignore", true)];
    let ignore_extra_columns =
        table.or("extra_columns", shipped.ignore_extra_columns, |item| item.choice(&extra));
    table.finish();
    Some(Source {
        name: name?,
        files: files?,
        columns: columns?,
        date_format: date_format?,
        ignore_extra_columns: ignore_extra_columns?,
        ..shipped
    })
}

fn name<'a>(item: Item<'a>, names: &mut BTreeMap<String, Item<'a>>) -> Option<String> {
    let name = item.plain_text(TEXT_CHARS_MAX)?.to_owned();
    let hint = "give each source a name of its own";
    if name.to_lowercase() == Source::long().name {
        item.misfit("the shipped format has this name", hint);
        return None;
    }
    if let Some(first) = names.get(&name.to_lowercase()) {
        item.misfit(format!("line {} has a source of this name", first.line()), hint);
        return None;
    }
    names.insert(name.to_lowercase(), item);
    Some(name)
}

fn pattern(item: &Item<'_>) -> Option<String> {
    let pattern = item.plain_text(TEXT_CHARS_MAX)?;
    if pattern.contains(['/', '\\']) {
        item.fault(
            "a file name holds no slash",
            "write the name alone, * for any characters and ? for one",
        );
        return None;
    }
    Some(pattern.to_owned())
}

/// Header names are compared without case, so two of one spelling could not be told apart.
fn columns(table: Table<'_>) -> Option<SourceColumns> {
    let shipped = SourceColumns::default();
    let mut taken: BTreeMap<String, (&str, Option<Item<'_>>)> = BTreeMap::new();
    let mut column = |key: &'static str, default: Vec<String>| {
        let item = table.item(key);
        let name = match &item {
            Some(item) => item.plain_text(TEXT_CHARS_MAX)?.to_owned(),
            None => default.first().cloned().unwrap_or_default(),
        };
        let folded = name.to_lowercase();
        if let Some((other, other_item)) = taken.get(&folded) {
            let message = format!("{other} and {key} can't be the same column {}", quoted(&name));
            // at least one of them is written, since the shipped names differ
            if let Some(item) = item.as_ref().or(other_item.as_ref()) {
                item.misfit(message, "name each column as the header of the file does");
            }
            return None;
        }
        taken.insert(folded, (key, item));
        Some(name)
    };
    let date = column("date", shipped.date);
    let channel = column("channel", shipped.channel);
    let campaign = column("campaign", shipped.campaign);
    let spend = column("spend", shipped.spend);
    let impressions = column("impressions", shipped.impressions);
    let clicks = column("clicks", shipped.clicks);
    let conversions = column("conversions", shipped.conversions);
    let revenue = column("revenue", shipped.revenue);
    table.finish();
    Some(SourceColumns {
        date: vec![date?],
        channel: vec![channel?],
        campaign: vec![campaign?],
        spend: vec![spend?],
        impressions: vec![impressions?],
        clicks: vec![clicks?],
        conversions: vec![conversions?],
        revenue: vec![revenue?],
        ..SourceColumns::default()
    })
}

/// What an item of a date format says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DatePart {
    Year,
    Month,
    Day,
    /// Year, month and day at once.
    All,
    /// Something that a day can be read without.
    Other,
}

/// The items of `strftime` that dates of files are written with. Items of the clock are not among
/// them: a day can't be written with them, so none could be read back exactly.
const DATE_ITEMS: [(&str, DatePart); 13] = [
    ("%Y", DatePart::Year),
    ("%y", DatePart::Year),
    ("%m", DatePart::Month),
    ("%-m", DatePart::Month),
    ("%b", DatePart::Month),
    ("%B", DatePart::Month),
    ("%d", DatePart::Day),
    ("%-d", DatePart::Day),
    ("%e", DatePart::Day),
    ("%F", DatePart::All),
    ("%a", DatePart::Other),
    ("%A", DatePart::Other),
    ("%%", DatePart::Other),
];

fn date_format(item: &Item<'_>) -> Option<String> {
    let format = item.plain_text(TEXT_CHARS_MAX)?;
    let (complaint, hint) = match date_parts(format) {
        Ok((1, 1, 1)) => return Some(format.to_owned()),
        Ok(_) => (
            "a date needs its year, its month and its day, each once".to_owned(),
            "such as \"%Y-%m-%d\" for 2026-01-31 or \"%d/%m/%Y\" for 31/01/2026".to_owned(),
        ),
        Err(unknown) => (
            format!("{} is no part of a date that is known here", quoted(unknown)),
            "known are %Y %y %m %-m %b %B %d %-d %e %F, beside them %a %A %%".to_owned(),
        ),
    };
    item.fault(complaint, hint);
    None
}

/// How often a format names year, month and day; the error is the item that isn't known.
fn date_parts(format: &str) -> Result<(u32, u32, u32), &str> {
    let (mut years, mut months, mut days) = (0, 0, 0);
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        rest = &rest[at..];
        let known = DATE_ITEMS.into_iter().find(|(item, _)| rest.starts_with(item));
        let Some((item, part)) = known else {
            let end = rest.char_indices().nth(2).map_or(rest.len(), |(end, _)| end);
            return Err(&rest[..end]);
        };
        years += u32::from(matches!(part, DatePart::Year | DatePart::All));
        months += u32::from(matches!(part, DatePart::Month | DatePart::All));
        days += u32::from(matches!(part, DatePart::Day | DatePart::All));
        rest = &rest[item.len()..];
    }
    Ok((years, months, days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_item_reads_the_date_that_it_writes() {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 1, 5).expect("a day");
        for format in [
            "%Y-%m-%d",
            "%y%m%d",
            "%-d.%-m.%Y",
            "%e %b %Y",
            "%d %B %Y",
            "%F",
            "%a %d/%m/%Y",
            "%A, %d/%m/%Y",
            "%d/%m/%Y %%",
        ] {
            assert_eq!(date_parts(format), Ok((1, 1, 1)), "{format}");
            let written = day.format(format).to_string();
            assert_eq!(chrono::NaiveDate::parse_from_str(&written, format), Ok(day), "{format}");
        }
    }

    #[test]
    fn a_format_without_a_year_or_with_a_strange_item_is_seen() {
        assert_eq!(date_parts("%d/%m"), Ok((0, 1, 1)));
        assert_eq!(date_parts("%d/%d/%Y"), Ok((1, 0, 2)));
        assert_eq!(date_parts("%Y-%q-%d"), Err("%q"));
        assert_eq!(date_parts("%F %H:%M"), Err("%H"));
        assert_eq!(date_parts("%Y-%m-%d%"), Err("%"));
        assert_eq!(date_parts("%Y-%é"), Err("%é"));
    }
}
