//! `config/accounts/<id>.toml` → a checked [`Account`]. It promises all that the account's fields
//! say, and knows nothing of other accounts.

use std::path::Path;

use chrono::{NaiveTime, Weekday};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::actions;
use super::channel::{self, ReadChannel};
use super::limits::{self, Budget};
use super::model;
use super::schedule;
use super::source;
use super::table::Table;
use super::value::{Item, quoted};
use crate::domain::account::{
    AbsentDays, BlockerSettings, ChecksSettings, EvidenceWeights, FirstReference, GateSettings,
    RulesSettings, WeightKind,
};
use crate::domain::experiments::Experiments;
use crate::domain::nearest::nearest;
use crate::domain::{Account, AccountId, Currency, Money, NumberFormat, Share, decimal};

/// An account whose file had no fault of its own, and where its id stands.
pub(super) struct ReadAccount<'a> {
    pub account: Account,
    pub id: Item<'a>,
}

/// Reads the file at `path` whose top is `root`; `weekly` is the daemon's schedule. `None`: it has
/// faults.
pub(super) fn read<'a>(root: Table<'a>, path: &str, weekly: &str) -> Option<ReadAccount<'a>> {
    let id_item = root.required("id", "id = \"main\", the name of this file without .toml");
    let id = id_item.as_ref().and_then(|item| id(item, path));
    let currency = root.required("currency", "currency = \"INR\"").and_then(|item| currency(&item));
    let number_format =
        root.or("number_format", None, |item| item.choice(&NumberFormat::NAMES).map(Some));
    let time_zone = root
        .required("time_zone", "time_zone = \"Asia/Kolkata\"")
        .and_then(|item| time_zone(&item));
    let week_starts_on = root.or("week_starts_on", Weekday::Mon, |item| item.choice(&WEEKDAYS));
    let budget = budget(&root, currency);
    let channels = root
        .required("channels", "a [[channels]] with its name = \"…\" for each channel")
        .and_then(|item| channel::read_all(&root, &item));
    let rules = rules(root.table("rules"));
    let gate = gate(root.table("gate"));
    let blocker = blocker(root.table("blocker"));
    let schedule = own_schedule(root.table("schedule"), weekly);
    let checks = checks(root.table("checks"));
    let model = model::read(root.table("model"), channels.as_deref());
    let actions = actions::read(root.table("actions"));
    let named = channels.as_ref().map(|read| read.iter().map(|read| &read.channel));
    let sources = source::read_all(&root, named);
    let within_limits = match (&budget, &channels, &rules) {
        (Some(budget), Some(channels), Some(rules)) => limits::check(budget, channels, rules),
        _ => false,
    };
    root.finish();
    let (budget, rules) = (budget?, rules?);
    let mut channels: Vec<_> =
        channels?.into_iter().map(|ReadChannel { channel, .. }| channel).collect();
    channels.sort_by(|one, other| one.name.cmp(&other.name));
    let account = Account {
        id: id?,
        currency: written(currency?, number_format?),
        time_zone: time_zone?,
        week_starts_on: week_starts_on?,
        total_budget_weekly: budget.total,
        rounding_unit: budget.unit,
        channels,
        rules: rules.settings,
        gate: gate?,
        blocker: blocker?,
        checks: checks?,
        model: model?,
        actions: actions?,
        experiments: Experiments::default(),
        schedule: schedule?,
        sources: sources?,
    };
    within_limits.then_some(ReadAccount { account, id: id_item? })
}

fn id(item: &Item<'_>, path: &str) -> Option<AccountId> {
    let id = match AccountId::new(item.text()?) {
        Ok(id) => id,
        Err(complaint) => {
            item.fault(complaint, "write a short name such as \"main\" or \"brand-in\"");
            return None;
        }
    };
    let file = Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or(path);
    let stem = file.strip_suffix(".toml").unwrap_or(file);
    if stem != id.as_str() {
        let message = format!("the file of this account would be {id}.toml, but it is {file}");
        let hint = match AccountId::new(stem) {
            Ok(_) => format!("rename the file, or write id = {}", quoted(stem)),
            Err(_) => "rename the file".to_owned(),
        };
        item.misfit(message, hint);
        return None;
    }
    Some(id)
}

fn currency(item: &Item<'_>) -> Option<Currency> {
    let code = item.text()?;
    let currency = Currency::from_code(code);
    if currency.is_none() {
        let hint = match nearest(code, Currency::codes()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => "write the three capitals of ISO 4217: \"INR\", \"EUR\", \"USD\"".to_owned(),
        };
        item.fault("not a currency that is known here", hint);
    }
    currency
}

fn written(currency: Currency, format: Option<NumberFormat>) -> Currency {
    format.map_or(currency, |format| currency.written(format))
}

fn time_zone(item: &Item<'_>) -> Option<Tz> {
    let name = item.text()?;
    let zone = name.parse().ok();
    if zone.is_none() {
        let hint = match nearest_zone(name) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => "write a region and a city of the IANA time zones: \"Asia/Kolkata\"".to_owned(),
        };
        item.fault("not a time zone that is known here", hint);
    }
    zone
}

/// The zone that `name` is a slip of, or whose city it names.
fn nearest_zone(name: &str) -> Option<&'static str> {
    let name = name.trim().replace(' ', "_");
    let zones = || TZ_VARIANTS.iter().map(|zone| zone.name());
    let city = |zone: &'static str| zone.rsplit('/').next().unwrap_or(zone);
    nearest(&name, zones()).or_else(|| {
        let near = nearest(&name, zones().map(city))?;
        zones().find(|zone| city(zone) == near)
    })
}

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Mon),
    ("tuesday", Weekday::Tue),
    ("wednesday", Weekday::Wed),
    ("thursday", Weekday::Thu),
    ("friday", Weekday::Fri),
    ("saturday", Weekday::Sat),
    ("sunday", Weekday::Sun),
];

/// Total and rounding unit, which must fit each other.
fn budget<'a>(root: &Table<'a>, currency: Option<Currency>) -> Option<Budget<'a>> {
    let item = root.required("total_budget_weekly", "total_budget_weekly = \"500000\"");
    let total = item.as_ref().and_then(|item| total(item, currency));
    // one major unit; without a currency nothing is computed with it
    let whole =
        Money::from_minor(10i128.pow(u32::from(currency.map_or(0, Currency::minor_digits))));
    let unit = root.or("rounding_unit", whole, |item| item.money(currency));
    let budget = Budget { item: item?, currency: currency?, total: total?, unit: unit? };
    let beyond = budget.total.minor() % budget.unit.minor();
    if beyond == 0 {
        return Some(budget);
    }
    let below = Money::from_minor(budget.total.minor() - beyond);
    let above = below + budget.unit;
    let show = |money| short(money, budget.currency);
    let near = if below.is_positive() {
        format!("\"{}\" or \"{}\"", show(below), show(above))
    } else {
        format!("\"{}\"", show(above))
    };
    budget.item.misfit(
        format!("not a multiple of rounding_unit, which is {}", show(budget.unit)),
        format!("write {near}, or a finer rounding_unit"),
    );
    None
}

fn total(item: &Item<'_>, currency: Option<Currency>) -> Option<Money> {
    let total = item.money(currency)?;
    if total > Money::TOTAL_MAX {
        let most = currency.map(|currency| short(Money::TOTAL_MAX, currency)).unwrap_or_default();
        item.fault(
            format!("more than {most}, up to which every step is exact"),
            "divide it into several accounts",
        );
        return None;
    }
    Some(total)
}

/// An amount as a file would write it, without zeros that say nothing.
pub(super) fn short(money: Money, currency: Currency) -> String {
    decimal::format_short(money.minor(), currency.minor_digits())
}

/// `[rules]`, with the two values that the limits of the channels depend on.
pub(super) struct ReadRules<'a> {
    pub settings: RulesSettings,
    pub cap: Option<Item<'a>>,
    pub floor: Option<Item<'a>>,
}

/// Two years: more weeks would say little of the next one.
const LOOKBACK_WEEKS_MAX: u32 = 104;

fn rules(table: Table<'_>) -> Option<ReadRules<'_>> {
    let shipped = RulesSettings::default();
    let share = |key, default| table.or(key, default, |item| item.share());
    let cap_share = share("spend_cap_share", shipped.spend_cap_share);
    let floor_share = share("spend_floor_share", shipped.spend_floor_share);
    let adjust_share = share("adjust_share", shipped.adjust_share);
    let quiet_share = share("quiet_share", shipped.quiet_share);
    let change_share_max =
        table.or("change_share_max", shipped.change_share_max, |item| share_or_none(&item));
    let lookback_weeks = table
        .or("lookback_weeks", shipped.lookback_weeks, |item| item.whole(1..=LOOKBACK_WEEKS_MAX));
    let weights =
        [("roi", WeightKind::Roi), ("roas", WeightKind::Roas), ("response", WeightKind::Response)];
    let weight = table.or("weight", shipped.weight, |item| item.choice(&weights));
    let kinds = [("linear", EvidenceWeights::Linear), ("flat", EvidenceWeights::Flat)];
    let evidence_weights =
        table.or("evidence_weights", shipped.evidence_weights, |item| item.choice(&kinds));
    let origins = [("spend", FirstReference::Spend), ("none", FirstReference::None)];
    let first_reference =
        table.or("first_reference", shipped.first_reference, |item| item.choice(&origins));
    let (cap, floor) = (table.item("spend_cap_share"), table.item("spend_floor_share"));
    table.finish();
    let settings = RulesSettings {
        weight: weight?,
        lookback_weeks: lookback_weeks?,
        evidence_weights: evidence_weights?,
        spend_cap_share: cap_share?,
        spend_floor_share: floor_share?,
        adjust_share: adjust_share?,
        change_share_max: change_share_max?,
        quiet_share: quiet_share?,
        first_reference: first_reference?,
    };
    Some(ReadRules { settings, cap, floor })
}

#[expect(clippy::option_option, reason = "faulty and no limit are different answers")]
fn share_or_none(item: &Item<'_>) -> Option<Option<Share>> {
    let hint = "write a decimal from \"0\" to \"1\", or \"none\" for no limit";
    match item.value.as_str() {
        Some("none") => Some(None),
        _ => item.share_with_hint(hint).map(Some),
    }
}

/// What a day without a row may be declared to mean.
pub(super) const ABSENT_DAYS: [(&str, AbsentDays); 2] =
    [("missing", AbsentDays::Missing), ("zero", AbsentDays::Zero)];

fn gate(table: Table<'_>) -> Option<GateSettings> {
    let shipped = GateSettings::default();
    let deadline = table.or("deadline", shipped.deadline, |item| clock_time(&item));
    let absent_days =
        table.or("absent_days", shipped.absent_days, |item| item.choice(&ABSENT_DAYS));
    table.finish();
    Some(GateSettings { deadline: deadline?, absent_days: absent_days? })
}

fn clock_time(item: &Item<'_>) -> Option<NaiveTime> {
    let text = item.text()?;
    let has_two_digits_each = text.len() == 5 && text.as_bytes()[2] == b':';
    let time = NaiveTime::parse_from_str(text, "%H:%M").ok().filter(|_| has_two_digits_each);
    if time.is_none() {
        item.fault("not a time of the day", "write hour and minute, \"00:00\" to \"23:59\"");
    }
    time
}

/// Beyond two months the next weeks' revenue says nothing of a cut.
const HORIZON_WEEKS_MAX: u32 = 8;
/// Fewer weeks leave a regression nothing to learn from.
const HISTORY_WEEKS_LEAST: u32 = 8;
/// Ten years: no account has more to show.
const HISTORY_WEEKS_MOST: u32 = 520;
/// Ten years of weeks: never overruled.
const CONSECUTIVE_VETOES_MOST: u32 = 520;
/// A cut that must cost a million times what it saves: the blocker never speaks.
const HURDLE_MOST: f64 = 1e6;

fn blocker(table: Table<'_>) -> Option<BlockerSettings> {
    let shipped = BlockerSettings::default();
    let enabled = table.or("enabled", shipped.enabled, |item| item.flag());
    let horizon_weeks =
        table.or("horizon_weeks", shipped.horizon_weeks, |item| item.whole(1..=HORIZON_WEEKS_MAX));
    let confidence = table.or("confidence", shipped.confidence, |item| item.number(0.5..=0.999));
    let hurdle = table.or("hurdle", shipped.hurdle, |item| item.number(0.0..=HURDLE_MOST));
    let history_weeks_min = table.or("history_weeks_min", shipped.history_weeks_min, |item| {
        item.whole(HISTORY_WEEKS_LEAST..=HISTORY_WEEKS_MOST)
    });
    let consecutive_vetoes_max =
        table.or("consecutive_vetoes_max", shipped.consecutive_vetoes_max, |item| {
            item.whole(0..=CONSECUTIVE_VETOES_MOST)
        });
    table.finish();
    Some(BlockerSettings {
        enabled: enabled?,
        horizon_weeks: horizon_weeks?,
        confidence: confidence?,
        hurdle: hurdle?,
        history_weeks_min: history_weeks_min?,
        consecutive_vetoes_max: consecutive_vetoes_max?,
    })
}

/// A hundred years: any file's days.
const WINDOW_DAYS_MOST: u32 = 36_500;
/// Ten years: no period is ever closed.
const RESTATEMENT_DAYS_MOST: u32 = 3_650;

fn checks(table: Table<'_>) -> Option<ChecksSettings> {
    let shipped = ChecksSettings::default();
    let window_days =
        table.or("window_days", shipped.window_days, |item| item.whole(1..=WINDOW_DAYS_MOST));
    let restatement_window_days =
        table.or("restatement_window_days", shipped.restatement_window_days, |item| {
            item.whole(0..=RESTATEMENT_DAYS_MOST)
        });
    table.finish();
    Some(ChecksSettings {
        window_days: window_days?,
        restatement_window_days: restatement_window_days?,
    })
}

fn own_schedule(table: Table<'_>, weekly: &str) -> Option<String> {
    let own = table.or("weekly", weekly.to_owned(), |item| schedule::weekly(&item));
    table.finish();
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_suggested_for_a_slip_and_for_a_city() {
        assert_eq!(nearest_zone("asia/kolkata"), Some("Asia/Kolkata"));
        assert_eq!(nearest_zone("Asia/Kolkatta"), Some("Asia/Kolkata"));
        assert_eq!(nearest_zone("Kolkata"), Some("Asia/Kolkata"));
        assert_eq!(nearest_zone("New York"), Some("America/New_York"));
        assert_eq!(nearest_zone("somewhere else entirely"), None);
    }
}
