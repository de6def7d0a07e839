//! Germany: the holidays of all its states; Black Friday, Cyber Monday.

use super::rules::{after, easter, fixed, shopping};
use super::{Feasts, LAST_YEAR};
use crate::domain::Day;

/// From the year on in which the Day of Repentance was a working day in most states.
pub(super) const FEASTS: [Feasts; 2] = [
    Feasts { name: "public holidays", known: 1995..=LAST_YEAR, days: public },
    Feasts { name: "Black Friday and Cyber Monday", known: 1995..=LAST_YEAR, days: shopping },
];

/// 500 years of the Reformation, once a holiday of all states.
const REFORMATION_YEAR: i32 = 2017;

fn public(year: i32) -> Vec<Day> {
    let easter = easter(year);
    let days = [
        fixed(year, 1, 1),
        after(easter, -2),
        after(easter, 1),
        fixed(year, 5, 1),
        after(easter, 39),
        after(easter, 50),
        fixed(year, 10, 3),
        fixed(year, 10, 31).filter(|_| year == REFORMATION_YEAR),
        fixed(year, 12, 25),
        fixed(year, 12, 26),
    ];
    days.into_iter().flatten().collect()
}
