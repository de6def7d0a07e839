//! A country → the days on which its people shop otherwise than usual: public holidays of the whole
//! country, and the shopping days that matter there. A day counts where it falls, also on a Sunday;
//! days off that stand in for it don't. Years outside what is known are named, never empty.

mod france;
mod germany;
mod india;
mod rules;
mod united_kingdom;
mod united_states;

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use chrono::{Datelike, Days, Months};

use super::prepare::LeftOut;
use crate::domain::model::{Country, Holidays};
use crate::domain::{Day, Grain};

/// Days of a country that one rule or one table gives.
struct Feasts {
    /// As remarks call them.
    name: &'static str,
    /// Years in which they are known.
    known: RangeInclusive<i32>,
    /// Those of a year.
    days: fn(i32) -> Vec<Day>,
}

/// No calendar foresees the laws of the next century.
const LAST_YEAR: i32 = 2099;

fn feasts(country: Country) -> &'static [Feasts] {
    match country {
        Country::Germany => &germany::FEASTS,
        Country::France => &france::FEASTS,
        Country::UnitedKingdom => &united_kingdom::FEASTS,
        Country::India => &india::FEASTS,
        Country::UnitedStates => &united_states::FEASTS,
    }
}

/// The holidays of `country` in `year`, in order; of a year outside what is known, those that are.
pub fn of_year(country: Country, year: i32) -> Vec<Day> {
    let known = feasts(country).iter().filter(|feasts| feasts.known.contains(&year));
    let days: BTreeSet<Day> = known.flat_map(|feasts| (feasts.days)(year)).collect();
    days.into_iter().collect()
}

/// The holidays of an account that lie in `periods`, which follow each other.
pub fn days(holidays: &Holidays, grain: Grain, periods: &[Day]) -> BTreeSet<Day> {
    let years = years(grain, periods);
    let countries = holidays.countries.iter();
    let known = countries.flat_map(|country| years.clone().flat_map(|it| of_year(*country, it)));
    known.chain(holidays.days.iter().copied()).collect()
}

/// What of an account's holidays isn't known in some years of `periods`.
pub fn unknown(holidays: &Holidays, grain: Grain, periods: &[Day]) -> Vec<LeftOut> {
    let years = years(grain, periods);
    let mut unknown = Vec::new();
    for country in &holidays.countries {
        for feasts in feasts(*country) {
            let (first, last) = (*feasts.known.start(), *feasts.known.end());
            let missing: Vec<String> = years
                .clone()
                .filter(|year| !feasts.known.contains(year))
                .map(|year| year.to_string())
                .collect();
            let shown = match &missing[..] {
                [] => continue,
                [year] => year.clone(),
                [from, .., to] => format!("{from} to {to}"),
            };
            unknown.push(LeftOut {
                name: format!("holidays of {}", country.code()),
                why: format!(
                    "{}: known from {first} to {last} and not in {shown}; name their days under \
                     holidays in [model] of the account's file",
                    feasts.name
                ),
            });
        }
    }
    unknown
}

/// The years that have a day in one of `periods`.
fn years(grain: Grain, periods: &[Day]) -> RangeInclusive<i32> {
    let (Some(first), Some(last)) = (periods.first(), periods.last()) else { return empty() };
    let next = match grain {
        Grain::Day => Some(*last),
        Grain::Week => last.checked_add_days(Days::new(6)),
        Grain::Month => last
            .checked_add_months(Months::new(1))
            .and_then(|next| next.checked_sub_days(Days::new(1))),
    };
    first.year()..=next.unwrap_or(*last).year()
}

#[expect(clippy::reversed_empty_ranges, reason = "no year is meant")]
const fn empty() -> RangeInclusive<i32> {
    1..=0
}

#[cfg(test)]
mod tests;
