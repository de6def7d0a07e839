//! The United Kingdom: bank holidays of England and Wales, where most of its people live, with those
//! that were moved or added once; Black Friday, Cyber Monday.

use chrono::Weekday::Mon;

use super::rules::{after, easter, fixed, last, nth, shopping};
use super::{Feasts, LAST_YEAR};
use crate::domain::Day;

pub(super) const FEASTS: [Feasts; 2] = [
    Feasts { name: "bank holidays", known: 2000..=LAST_YEAR, days: bank },
    Feasts { name: "Black Friday and Cyber Monday", known: 2000..=LAST_YEAR, days: shopping },
];

fn bank(year: i32) -> Vec<Day> {
    let easter = easter(year);
    let days = [
        fixed(year, 1, 1),
        after(easter, -2),
        after(easter, 1),
        early_may(year),
        spring(year),
        last(year, 8, Mon),
        fixed(year, 12, 25),
        fixed(year, 12, 26),
    ];
    days.into_iter().chain(once(year)).flatten().collect()
}

/// The first Monday of May; in 2020 moved to the 75th anniversary of the end of the war.
fn early_may(year: i32) -> Option<Day> {
    if year == 2020 { fixed(year, 5, 8) } else { nth(year, 5, Mon, 1) }
}

/// The last Monday of May; moved to the Queen's jubilees in 2002, 2012 and 2022.
fn spring(year: i32) -> Option<Day> {
    match year {
        2002 | 2012 => fixed(year, 6, 4),
        2022 => fixed(year, 6, 2),
        _ => last(year, 5, Mon),
    }
}

/// Jubilees, a wedding, a funeral and a coronation.
fn once(year: i32) -> [Option<Day>; 2] {
    match year {
        2002 => [fixed(year, 6, 3), None],
        2011 => [fixed(year, 4, 29), None],
        2012 => [fixed(year, 6, 5), None],
        2022 => [fixed(year, 6, 3), fixed(year, 9, 19)],
        2023 => [fixed(year, 5, 8), None],
        _ => [None, None],
    }
}
