//! A `date_format` → one that each date of a file can be read with exactly.

use crate::config::TEXT_CHARS_MAX;
use crate::config::value::{Item, quoted};

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

/// A format that names its year and its month once, and its day at most once.
pub(super) fn date_format(item: &Item<'_>) -> Option<String> {
    let format = item.plain_text(TEXT_CHARS_MAX)?;
    let (complaint, hint) = match date_parts(format) {
        Ok((1, 1, 0 | 1)) => return Some(format.to_owned()),
        Ok(_) => (
            "a date needs its year, its month and its day, each once".to_owned(),
            "such as \"%Y-%m-%d\" for 2026-01-31 or \"%d/%m/%Y\" for 31/01/2026".to_owned(),
        ),
        Err(unknown) => (
            format!("{} is no part of a date that is known here", quoted(unknown)),
            "known are %Y %y %m %-m %b %B %d %-d %e %F, beside them %a %A %%; a time that is always \
             midnight is written out, such as \"%Y-%m-%d 00:00:00\""
                .to_owned(),
        ),
    };
    item.fault(complaint, hint);
    None
}

/// Whether a format that was read names the day.
pub(super) fn has_day(format: &str) -> bool {
    matches!(date_parts(format), Ok((_, _, 1)))
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
