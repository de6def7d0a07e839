//! The United States: federal holidays by law (5 U.S.C. 6103), Black Friday, Cyber Monday.

use chrono::Weekday::Mon;

use super::rules::{fixed, last, nth, shopping, thanksgiving};
use super::{Feasts, LAST_YEAR};
use crate::domain::Day;

/// From the first Martin Luther King Day on.
pub(super) const FEASTS: [Feasts; 2] = [
    Feasts { name: "federal holidays", known: 1986..=LAST_YEAR, days: federal },
    Feasts { name: "Black Friday and Cyber Monday", known: 1986..=LAST_YEAR, days: shopping },
];

/// The first year of Juneteenth.
const JUNETEENTH_FIRST: i32 = 2021;

fn federal(year: i32) -> Vec<Day> {
    let days = [
        fixed(year, 1, 1),
        nth(year, 1, Mon, 3),
        nth(year, 2, Mon, 3),
        last(year, 5, Mon),
        fixed(year, 6, 19).filter(|_| year >= JUNETEENTH_FIRST),
        fixed(year, 7, 4),
        nth(year, 9, Mon, 1),
        nth(year, 10, Mon, 2),
        fixed(year, 11, 11),
        thanksgiving(year),
        fixed(year, 12, 25),
    ];
    days.into_iter().flatten().collect()
}
