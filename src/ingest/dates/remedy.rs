//! What to do about dates that the source's format doesn't read: how to write them, or which
//! `date_format` reads them. It proposes a format only where nothing but that one fits.

use std::collections::BTreeMap;

use super::clock::{is_midnight, split_time};
use super::shape::{Against, Order, Shape};
use super::{Seen, notation, strictly, words};

/// For a cell that is no date of three numbers.
pub(super) fn for_cell(text: &str) -> Option<String> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && text.len() == 5 {
        let hint =
            "this looks like a spreadsheet's day number: format the column as a date before export";
        return Some(hint.to_owned());
    }
    if matches!(text.as_bytes(), [_, _, _, _, b'-', _, _]) {
        let hint = "this names a month: a source of months has grain = \"month\" and date_format = \"%Y-%m\"";
        return Some(hint.to_owned());
    }
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return Some(
            "words stand where the day belongs: a note, a total or a second table below the rows \
             must be taken out of the file"
                .to_owned(),
        );
    }
    let (date, time) = split_time(text).map_or((text, None), |(date, time)| (date, Some(time)));
    let format = words::FORMATS.into_iter().find(|format| strictly(date, format).is_some())?;
    match time {
        None => Some(format!(
            "write each day as YYYY-MM-DD, or set date_format = \"{format}\" for the source"
        )),
        Some(time) if is_midnight(time) => Some(with_midnight(&text.replace(date, format))),
        Some(_) => Some(NO_MIDNIGHT.to_owned()),
    }
}

const NO_MIDNIGHT: &str = "the cell holds a time of day: export the day alone; rows of single hours \
                           must be summed by day first";

fn with_midnight(format: &str) -> String {
    format!(
        "the cells hold a time, which is always midnight: export the day alone, or set date_format = \
         \"{format}\" for the source"
    )
}

/// For all dates of a column that are written otherwise; `is_mixed`: beside some that are right,
/// so that no other format reads them all.
pub(super) fn for_column(
    format: &str,
    expected: &str,
    other: &BTreeMap<Shape, Seen>,
    is_mixed: bool,
) -> String {
    let mut shapes = other.iter();
    if let (Some((shape, seen)), None, false) = (shapes.next(), shapes.next(), is_mixed)
        && let Some(hint) = for_one(format, expected, *shape, seen)
    {
        return hint;
    }
    let is_open = |(shape, seen): (&Shape, &Seen)| {
        shape.order != Order::YearFirst && !seen.day_first && !seen.month_first
    };
    if other.iter().any(is_open) {
        format!("nothing is guessed; write every day as {expected}")
    } else {
        format!("write every day as {expected}")
    }
}

fn for_one(format: &str, expected: &str, shape: Shape, seen: &Seen) -> Option<String> {
    let example = seen.format.example.as_str();
    match shape.against {
        Against::Zeros => Some(for_zeros(format, expected)),
        Against::Exchanged => {
            let other = exchanged(format);
            Some(format!(
                "day and month seem to stand the other way round: if every date of the file is {}, \
                 set date_format = \"{other}\" for the source",
                notation(&other)
            ))
        }
        Against::Marks | Against::Time => {
            if let Some(other) = seen.in_words.first() {
                return Some(format!(
                    "write every day as {expected}, or set date_format = \"{other}\" for the source"
                ));
            }
            let Some(times) = &seen.times else {
                return own_format(shape, seen, example).map(|other| {
                    format!("write every day as {expected}, or set date_format = \"{other}\" for the source")
                });
            };
            if !times.all_midnight {
                return Some(NO_MIDNIGHT.to_owned());
            }
            if !times.all_alike {
                return Some("the cells hold times: export the day alone".to_owned());
            }
            let (date, time) = split_time(example)?;
            let between = &example[date.len()..example.len() - time.len()];
            Some(match own_format(shape, seen, date) {
                Some(other) => with_midnight(&format!("{other}{between}{time}")),
                None => format!(
                    "the cells hold a time, which is always midnight: export the day alone, as \
                     {expected}; nothing in them tells the day from the month"
                ),
            })
        }
    }
}

fn for_zeros(format: &str, expected: &str) -> String {
    let is_bare = format.contains("%-");
    let other = if is_bare {
        format.replace("%-", "%")
    } else {
        format.replace("%d", "%-d").replace("%m", "%-m")
    };
    if is_bare {
        format!(
            "write {expected}, without leading zeros, or, if every date of the file has them, set \
             date_format = \"{other}\" for the source"
        )
    } else {
        format!(
            "write {expected}, with leading zeros, or, if no date of the file has any, set date_format \
             = \"{other}\" for the source"
        )
    }
}

/// The format with day and month exchanged.
fn exchanged(format: &str) -> String {
    format.replace('d', "\0").replace('m', "d").replace('\0', "m")
}

/// The format of all dates of a shape, where their rows leave but one: `example` is written in it.
fn own_format(shape: Shape, seen: &Seen, example: &str) -> Option<String> {
    let mark = char::from(shape.separator);
    let join = |parts: [&str; 3]| parts.join(&mark.to_string());
    let zeros = !seen.lacks_zeros;
    let (day, month) = if zeros { ("%d", "%m") } else { ("%-d", "%-m") };
    let year = if shape.order == Order::ShortYearLast { "%y" } else { "%Y" };
    let format = match shape.order {
        Order::YearFirst => join([year, month, day]),
        _ if seen.day_first && !seen.month_first => join([day, month, year]),
        _ if seen.month_first && !seen.day_first => join([month, day, year]),
        _ => return None,
    };
    strictly(example, &format).map(|_| format)
}
