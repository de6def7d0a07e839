//! France: the public holidays of the labour code (article L3133-1); Black Friday, Cyber Monday.

use super::rules::{after, easter, fixed, shopping};
use super::{Feasts, LAST_YEAR};
use crate::domain::Day;

/// From the first year on in which 8 May was a holiday again.
pub(super) const FEASTS: [Feasts; 2] = [
    Feasts { name: "public holidays", known: 1982..=LAST_YEAR, days: public },
    Feasts { name: "Black Friday and Cyber Monday", known: 1982..=LAST_YEAR, days: shopping },
];

fn public(year: i32) -> Vec<Day> {
    let easter = easter(year);
    let days = [
        fixed(year, 1, 1),
        after(easter, 1),
        fixed(year, 5, 1),
        fixed(year, 5, 8),
        after(easter, 39),
        after(easter, 50),
        fixed(year, 7, 14),
        fixed(year, 8, 15),
        fixed(year, 11, 1),
        fixed(year, 11, 11),
        fixed(year, 12, 25),
    ];
    days.into_iter().flatten().collect()
}
