//! Values → the words that a marketing manager reads: dates, money, ratios, lists and wrapped
//! paragraphs. It rounds for showing only; nothing reads its output back.

use crate::decision::{ChannelDecision, Decision};
use crate::domain::calendar::plus_days;
use crate::domain::{Account, Amount, Currency, Day, Money, Week};
use crate::history::Ratio;

/// The widest line, so that a page prints and a mail client doesn't break it.
pub(crate) const COLUMNS_MAX: usize = 100;

/// The channels in the order of the published table: largest budget first, ties by name.
pub(crate) fn largest_first(decision: &Decision) -> Vec<&ChannelDecision> {
    let mut channels: Vec<&ChannelDecision> = decision.channels.iter().collect();
    channels.sort_by(|one, other| {
        other.final_budget.cmp(&one.final_budget).then_with(|| one.channel.cmp(&other.channel))
    });
    channels
}

/// "Mon 5 Jan 2026"
pub(crate) fn day(day: Day) -> String {
    day.format("%a %-d %b %Y").to_string()
}

/// "Mon 5 Jan 2026 to Sun 11 Jan 2026", or the one day.
pub(super) fn span(first: Day, last: Day) -> String {
    if first == last { day(first) } else { format!("{} to {}", day(first), day(last)) }
}

/// "Mon 5 Jan 2026 to Sun 11 Jan 2026"
pub(crate) fn week(week: Week) -> String {
    span(week.first_day(), week.last_day())
}

/// The most runs of days that are named before the rest is only counted.
const RUNS_MAX: usize = 12;

/// Days in order, runs drawn together: "Tue 6 Jan 2026, Thu 8 Jan 2026 to Sat 10 Jan 2026", and at
/// the end how many more there are.
pub(crate) fn days(days: &[Day]) -> String {
    let runs = runs(days);
    let mut parts: Vec<String> = Vec::new();
    for (first, last) in runs.iter().take(RUNS_MAX) {
        parts.push(span(*first, *last));
    }
    let more: i64 =
        runs.iter().skip(RUNS_MAX).map(|(first, last)| 1 + (*last - *first).num_days()).sum();
    if more > 0 {
        parts.push(format!("and {more} more"));
    }
    parts.join(", ")
}

fn runs(days: &[Day]) -> Vec<(Day, Day)> {
    let mut runs: Vec<(Day, Day)> = Vec::new();
    for &day in days {
        match runs.last_mut() {
            Some((_, last)) if plus_days(*last, 1) == day => *last = day,
            _ => runs.push((day, day)),
        }
    }
    runs
}

/// "₹5,00,000"; with every digit of the minor unit where the account's budgets have them, so that
/// the points of a table stand below each other ("€250.00").
pub(crate) fn money(account: &Account, money: Money) -> String {
    let decimal = money.to_decimal(account.currency);
    if has_decimals(account) {
        account.currency.show_exactly(&decimal)
    } else {
        account.currency.show_decimal(&decimal)
    }
}

/// Whether the account's budgets have digits behind the point: whether its rounding unit is no
/// whole number of major units.
pub(super) fn has_decimals(account: &Account) -> bool {
    account.rounding_unit.minor() % minor_per_major(account.currency) != 0
}

/// Minor units in a major one.
pub(super) const fn minor_per_major(currency: Currency) -> i128 {
    10i128.pow(currency.minor_digits() as u32)
}

/// An amount as people see it: to the nearest major unit, or minor unit where budgets have them.
pub(crate) fn amount(account: &Account, amount: Amount) -> String {
    money(account, shown(account, amount))
}

/// The amount that [`amount`] shows; half away from zero.
pub(super) fn shown(account: &Account, amount: Amount) -> Money {
    if has_decimals(account) {
        return amount.nearest();
    }
    let major = minor_per_major(account.currency);
    let per_major = major * Amount::PER_MINOR;
    let away = if amount < Amount::ZERO { -per_major / 2 } else { per_major / 2 };
    Money::from_minor((amount.millionths() + away) / per_major * major)
}

/// A difference with its sign: "+₹10,000", "-₹24,000", "₹0".
pub(super) fn change(account: &Account, change: Money) -> String {
    let sign = if change.is_positive() { "+" } else { "" };
    format!("{sign}{}", money(account, change))
}

/// One unit of the currency: "₹1".
pub(crate) fn one(currency: Currency) -> String {
    format!("{}1", currency.mark())
}

/// Beyond this, an estimate per unit of money says only that it makes no sense.
const ESTIMATE_SHOWN_MAX: f64 = 1e9;

/// An estimate per unit of money, with two decimals: "₹1.80", "-₹0.30".
pub(crate) fn per_unit(currency: Currency, estimate: f64) -> String {
    if !estimate.is_finite() || estimate.abs() > ESTIMATE_SHOWN_MAX {
        return "an absurd amount".to_owned();
    }
    let digits = format!("{:.2}", estimate.abs());
    let sign = if estimate < 0.0 && digits != "0.00" { "-" } else { "" };
    format!("{sign}{}{}", currency.mark(), currency.figure(&digits))
}

/// A probability: "80 %", "99.9 %", as figures in `currency` are written.
pub(crate) fn percent(currency: Currency, share: f64) -> String {
    let digits = format!("{:.1}", share * 100.0);
    format!("{} %", currency.figure(digits.strip_suffix(".0").unwrap_or(&digits)))
}

/// A ratio with `digits` decimals, half away from zero, as figures in `currency` are written.
pub(super) fn ratio(currency: Currency, ratio: Ratio, digits: u8) -> String {
    let step = 10i128.pow(u32::from(6 - digits.min(6)));
    let millionths = ratio.millionths();
    let away = if millionths < 0 { -step / 2 } else { step / 2 };
    currency.figure(&crate::domain::decimal::format((millionths + away) / step, digits.min(6)))
}

/// "1 file", "3 files", "no files".
pub(crate) fn count(number: usize, noun: &str) -> String {
    match number {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// "in the next week", "in the next two weeks".
pub(crate) fn horizon(weeks: u32) -> String {
    const NAMES: [&str; 9] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight"];
    let named = usize::try_from(weeks).ok().and_then(|position| NAMES.get(position));
    match (weeks, named) {
        (1, _) => "in the next week".to_owned(),
        (_, Some(name)) => format!("in the next {name} weeks"),
        (_, None) => format!("in the next {weeks} weeks"),
    }
}

/// "A", "A and B", "A, B and C".
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// With a capital at its beginning.
pub(super) fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// How many columns of a terminal `text` takes: two for the wide characters of East Asia and for
/// pictures, none for marks that combine with the character before.
pub(super) fn columns(text: &str) -> usize {
    text.chars()
        .map(|character| match u32::from(character) {
            0x0300..=0x036F | 0xFE00..=0xFE0F => 0,
            0x1100..=0x115F
            | 0x2E80..=0xA4CF
            | 0xAC00..=0xD7A3
            | 0xF900..=0xFAFF
            | 0xFE30..=0xFE6F
            | 0xFF00..=0xFF60
            | 0xFFE0..=0xFFE6
            | 0x1F300..=0x1FAFF
            | 0x20000..=0x3FFFD => 2,
            _ => 1,
        })
        .sum()
}

/// `text` broken at spaces into lines of at most [`COLUMNS_MAX`] columns, with `first` before the
/// first line and as many spaces before the others; ends with a newline. A word that is longer
/// than a line stays whole, and "%" stays with its figure.
pub(crate) fn wrap(first: &str, text: &str) -> String {
    let indent = columns(first);
    let mut wrapped = first.to_owned();
    let mut used = indent;
    let mut at_start = true;
    for word in words(text) {
        let width = columns(word);
        if !at_start && used + 1 + width > COLUMNS_MAX {
            end_line(&mut wrapped);
            wrapped.push_str(&" ".repeat(indent));
            used = indent;
        } else if !at_start {
            wrapped.push(' ');
            used += 1;
        }
        wrapped.push_str(word);
        used += width;
        at_start = false;
    }
    end_line(&mut wrapped);
    wrapped
}

/// Ends a line without a space before its end: a word from outside may end in one of Unicode's.
fn end_line(text: &mut String) {
    text.truncate(text.trim_end().len());
    text.push('\n');
}

/// The pieces of `text` between the spaces that a line may break at.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(' ');
        let mut breaks = rest.match_indices(' ').map(|(at, _)| at);
        let end = breaks.find(|at| !rest[at + 1..].starts_with('%')).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        rest = behind;
        (!word.is_empty()).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Day {
        text.parse().expect("a day")
    }

    #[test]
    fn dates_are_unambiguous_and_runs_drawn_together() {
        // 5 January 2026 is a Monday.
        assert_eq!(day(at("2026-01-05")), "Mon 5 Jan 2026");
        let gaps = [at("2026-01-05"), at("2026-01-06"), at("2026-01-09")];
        assert_eq!(days(&gaps), "Mon 5 Jan 2026 to Tue 6 Jan 2026, Fri 9 Jan 2026");
        let odd: Vec<Day> = (0..15).map(|week| plus_days(at("2026-01-05"), 7 * week)).collect();
        assert!(days(&odd).ends_with("Mon 23 Mar 2026, and 3 more"), "{}", days(&odd));
    }

    #[test]
    fn estimates_never_show_a_negative_zero() {
        let inr = Currency::from_code("INR").expect("a known currency");
        assert_eq!(per_unit(inr, 1.8), "₹1.80");
        assert_eq!(per_unit(inr, -0.004), "₹0.00");
        assert_eq!(per_unit(inr, -0.3), "-₹0.30");
        assert_eq!(per_unit(inr, f64::NAN), "an absurd amount");
        assert_eq!(percent(inr, 0.8), "80 %");
        assert_eq!(percent(inr, 0.999), "99.9 %");
    }

    #[test]
    fn ratios_round_half_away_from_zero() {
        let inr = Currency::from_code("INR").expect("a known currency");
        let ratio_of = |top, bottom| Ratio::of(top, bottom).expect("a positive divisor");
        assert_eq!(ratio(inr, ratio_of(712_500, 1_000_000), 3), "0.713");
        assert_eq!(ratio(inr, ratio_of(-1, 8), 2), "-0.13");
        assert_eq!(ratio(inr, ratio_of(1, 3), 6), "0.333333");
    }

    #[test]
    fn lines_break_at_spaces_and_keep_their_indent() {
        let text = ["word"; 25].join(" ");
        let wrapped = wrap("- ", &text);
        let lines: Vec<&str> = wrapped.lines().collect();
        assert_eq!(lines.len(), 2);
        // 2 + 19 * 5 + 4 = 101 columns would be too many, so 19 words are 2 + 18 * 5 + 4 = 96.
        assert_eq!(lines[0].len(), 96);
        assert_eq!(lines[1], format!("  {}", ["word"; 6].join(" ")));
        assert_eq!(words(" a  50 % of b %").collect::<Vec<_>>(), ["a", "50 %", "of", "b %"]);
    }

    #[test]
    fn no_line_ends_in_a_space_of_any_script() {
        let word = format!("{}\u{3000}", "w".repeat(60));
        let wrapped = wrap("- ", &format!("{word} {word} {}\u{a0}", "w".repeat(60)));
        assert_eq!(wrapped.lines().count(), 3);
        assert!(wrapped.lines().all(|line| line.trim_end() == line), "{wrapped:?}");
        assert_eq!(wrap("", "\u{a0}"), "\n");
    }
}
