//! India: the three national holidays and those of the central government that most of its people
//! keep; the days from Dhanteras to Diwali. Feasts that follow the moon are tables: the days that the
//! central government gave or foresees. Eid depends on who sees the moon: from 2027 on it is
//! calculated, and may fall a day later.

use super::rules::{after, easter, fixed};
use super::{Feasts, LAST_YEAR};
use crate::domain::Day;

pub(super) const FEASTS: [Feasts; 4] = [
    Feasts { name: "national holidays", known: 1950..=LAST_YEAR, days: national },
    Feasts { name: "Holi", known: 2015..=2035, days: |year| in_year(&HOLI, year) },
    Feasts { name: "the days of Diwali", known: 2015..=2035, days: diwali },
    Feasts { name: "Eid al-Fitr and Eid al-Adha", known: 2015..=2035, days: eid },
];

/// Year, month, day.
type Date = (i32, u32, u32);

fn national(year: i32) -> Vec<Day> {
    let days = [
        fixed(year, 1, 26),
        after(easter(year), -2),
        fixed(year, 8, 15),
        fixed(year, 10, 2),
        fixed(year, 12, 25),
    ];
    days.into_iter().flatten().collect()
}

/// The day of Lakshmi's worship and the two before it, on which people buy.
fn diwali(year: i32) -> Vec<Day> {
    let days = in_year(&DIWALI, year).into_iter().map(Some);
    days.flat_map(|day| [after(day, -2), after(day, -1), day]).flatten().collect()
}

fn eid(year: i32) -> Vec<Day> {
    [in_year(&EID_AL_FITR, year), in_year(&EID_AL_ADHA, year)].concat()
}

fn in_year(dates: &[Date], year: i32) -> Vec<Day> {
    let own = dates.iter().filter(|date| date.0 == year);
    own.filter_map(|(year, month, day)| fixed(*year, *month, *day)).collect()
}

/// The day of colours.
const HOLI: [Date; 21] = [
    (2015, 3, 6),
    (2016, 3, 24),
    (2017, 3, 13),
    (2018, 3, 2),
    (2019, 3, 21),
    (2020, 3, 10),
    (2021, 3, 29),
    (2022, 3, 18),
    (2023, 3, 8),
    (2024, 3, 25),
    (2025, 3, 14),
    (2026, 3, 4),
    (2027, 3, 22),
    (2028, 3, 11),
    (2029, 3, 1),
    (2030, 3, 20),
    (2031, 3, 9),
    (2032, 3, 27),
    (2033, 3, 16),
    (2034, 3, 5),
    (2035, 3, 24),
];

/// The day of Lakshmi's worship.
const DIWALI: [Date; 21] = [
    (2015, 11, 11),
    (2016, 10, 30),
    (2017, 10, 19),
    (2018, 11, 7),
    (2019, 10, 27),
    (2020, 11, 14),
    (2021, 11, 4),
    (2022, 10, 24),
    (2023, 11, 12),
    (2024, 10, 31),
    (2025, 10, 20),
    (2026, 11, 8),
    (2027, 10, 29),
    (2028, 10, 17),
    (2029, 11, 5),
    (2030, 10, 26),
    (2031, 11, 14),
    (2032, 11, 2),
    (2033, 10, 22),
    (2034, 11, 10),
    (2035, 10, 30),
];

/// The lunar year is shorter than the sun's: 2033 has two.
const EID_AL_FITR: [Date; 22] = [
    (2015, 7, 18),
    (2016, 7, 6),
    (2017, 6, 26),
    (2018, 6, 16),
    (2019, 6, 5),
    (2020, 5, 25),
    (2021, 5, 14),
    (2022, 5, 3),
    (2023, 4, 22),
    (2024, 4, 11),
    (2025, 3, 31),
    (2026, 3, 21),
    (2027, 3, 10),
    (2028, 2, 27),
    (2029, 2, 15),
    (2030, 2, 5),
    (2031, 1, 25),
    (2032, 1, 15),
    (2033, 1, 3),
    (2033, 12, 24),
    (2034, 12, 13),
    (2035, 12, 2),
];

/// Also called Bakrid.
const EID_AL_ADHA: [Date; 21] = [
    (2015, 9, 25),
    (2016, 9, 12),
    (2017, 9, 2),
    (2018, 8, 22),
    (2019, 8, 12),
    (2020, 8, 1),
    (2021, 7, 21),
    (2022, 7, 10),
    (2023, 6, 29),
    (2024, 6, 17),
    (2025, 6, 7),
    (2026, 5, 27),
    (2027, 5, 17),
    (2028, 5, 6),
    (2029, 4, 25),
    (2030, 4, 14),
    (2031, 4, 3),
    (2032, 3, 23),
    (2033, 3, 12),
    (2034, 3, 2),
    (2035, 2, 19),
];
