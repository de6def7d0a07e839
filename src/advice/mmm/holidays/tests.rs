//! Days as governments published them, and what is said of years that nobody knows.

use super::*;

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// Month and day of each holiday of `country` in `year`.
fn found(country: Country, year: i32) -> Vec<String> {
    of_year(country, year).iter().map(|day| day.format("%m-%d").to_string()).collect()
}

fn holidays(countries: &[Country], days: &[&str]) -> Holidays {
    Holidays {
        countries: countries.iter().copied().collect(),
        days: days.iter().map(|text| day(text)).collect(),
    }
}

#[test]
fn the_united_states_keep_eleven_days_and_shop_on_two() {
    let expected = [
        "01-01", "01-20", "02-17", "05-26", "06-19", "07-04", "09-01", "10-13", "11-11", "11-27",
        "11-28", "12-01", "12-25",
    ];
    assert_eq!(found(Country::UnitedStates, 2025), expected);
    assert!(!found(Country::UnitedStates, 2020).contains(&"06-19".to_owned()), "not yet a holiday");
}

#[test]
fn the_united_kingdom_moves_days_for_its_queen() {
    let expected = [
        "01-01", "04-15", "04-18", "05-02", "06-02", "06-03", "08-29", "09-19", "11-25", "11-28",
        "12-25", "12-26",
    ];
    assert_eq!(found(Country::UnitedKingdom, 2022), expected);
    let of_2020 = found(Country::UnitedKingdom, 2020);
    assert!(of_2020.contains(&"05-08".to_owned()) && !of_2020.contains(&"05-04".to_owned()));
}

#[test]
fn germany_keeps_nine_days_and_once_the_reformation() {
    let expected = [
        "01-01", "04-14", "04-17", "05-01", "05-25", "06-05", "10-03", "10-31", "11-24", "11-27",
        "12-25", "12-26",
    ];
    assert_eq!(found(Country::Germany, 2017), expected);
    assert!(!found(Country::Germany, 2018).contains(&"10-31".to_owned()));
}

#[test]
fn france_keeps_eleven_days() {
    let expected = [
        "01-01", "04-01", "05-01", "05-08", "05-09", "05-20", "07-14", "08-15", "11-01", "11-11",
        "11-29", "12-02", "12-25",
    ];
    assert_eq!(found(Country::France, 2024), expected);
}

#[test]
fn india_keeps_the_days_of_its_government_and_buys_before_diwali() {
    // Diwali of 2024 is 31 October, as the central government gave it; some states kept 1 November.
    let expected = [
        "01-26", "03-25", "03-29", "04-11", "06-17", "08-15", "10-02", "10-29", "10-30", "10-31",
        "12-25",
    ];
    assert_eq!(found(Country::India, 2024), expected);
    let of_2025 = found(Country::India, 2025);
    assert!(
        ["03-14", "03-31", "04-18", "10-18", "10-20"]
            .iter()
            .all(|it| of_2025.contains(&(*it).to_owned()))
    );
}

#[test]
fn feasts_of_the_moon_stand_in_each_year_of_their_tables_once() {
    for year in 2015..=2035 {
        let of = |name: &str| {
            let feasts = feasts(Country::India).iter().find(|feasts| feasts.name == name);
            (feasts.expect("the feasts").days)(year).len()
        };
        assert_eq!((of("Holi"), of("the days of Diwali")), (1, 3), "{year}");
        // Eleven days earlier each year: two of one kind once in a while.
        let expected = if year == 2033 { 3 } else { 2 };
        assert_eq!(of("Eid al-Fitr and Eid al-Adha"), expected, "{year}");
    }
}

#[test]
fn feasts_of_the_moon_keep_its_rhythm() {
    // Twelve or thirteen months of 29.53 days from one Holi or Diwali to the next.
    for name in ["Holi", "the days of Diwali"] {
        let feasts = feasts(Country::India).iter().find(|feasts| feasts.name == name);
        let days = feasts.expect("the feasts").days;
        for year in 2015..2035 {
            let last = |year| *days(year).last().expect("a day");
            let apart = (last(year + 1) - last(year)).num_days();
            let near = |months: f64| {
                (f64::from(i32::try_from(apart).expect("few")) - months * 29.53).abs() < 1.5
            };
            assert!(near(12.0) || near(13.0), "{name} {year}: {apart}");
        }
    }
}

#[test]
fn an_account_has_the_days_of_its_countries_and_its_own() {
    let account = holidays(&[Country::Germany, Country::France], &["2024-02-14"]);
    let periods = [day("2024-01-01"), day("2024-12-30")];
    let found = days(&account, Grain::Week, &periods);
    for expected in ["2024-02-14", "2024-07-14", "2024-10-03", "2025-01-01"] {
        assert!(found.contains(&day(expected)), "{expected}");
    }
    assert!(days(&holidays(&[], &[]), Grain::Week, &periods).is_empty());
    assert!(days(&holidays(&[Country::India], &[]), Grain::Week, &[]).is_empty());
}

#[test]
fn a_year_outside_a_table_is_named() {
    let india = holidays(&[Country::India, Country::UnitedStates], &[]);
    let told = unknown(&india, Grain::Week, &[day("2013-01-07"), day("2015-12-28")]);
    let told: Vec<String> = told.iter().map(|it| format!("{}: {}", it.name, it.why)).collect();
    assert_eq!(told.len(), 3);
    assert_eq!(
        told[0],
        "holidays of IN: Holi: known from 2015 to 2035 and not in 2013 to 2014; name their days \
         under holidays in [model] of the account's file"
    );
    // The last week of 2035 ends in 2036.
    let told = unknown(&india, Grain::Week, &[day("2035-01-01"), day("2035-12-31")]);
    assert!(told.len() == 3 && told.iter().all(|it| it.why.contains("not in 2036;")), "{told:?}");
    assert!(unknown(&india, Grain::Day, &[day("2035-01-01"), day("2035-12-31")]).is_empty());
}
