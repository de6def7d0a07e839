//! `budgetd facts`: what the ledger believes, as CSV in the long format; of weeks and months, and of
//! the whole business, whatever is known.

use chrono::Datelike as _;
use serde_json::{Map, Value, json};

use super::accounts::named_or_only;
use super::{Context, DONE, Ending, parse_day};
use crate::domain::performance::KEY_SEPARATOR;
use crate::domain::text::spreadsheet_safe;
use crate::domain::{Account, Conversions, Day, Figures, FineMoney, Grain};
use crate::store::ledger::{BusinessFact, Ledger, PeriodFact};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The account (needed where there are several)
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// From this day on; of weeks and months, those that it lies in or before
    #[arg(long, value_name = "DAY", value_parser = parse_day)]
    from: Option<Day>,
    /// To this day, included; of weeks and months, those that it lies in or behind
    #[arg(long, value_name = "DAY", value_parser = parse_day)]
    to: Option<Day>,
    /// All that is known of days, weeks or months, a cell blank where something isn't [default: the
    /// days that decisions rest on]
    #[arg(long, value_name = "GRAIN", value_enum)]
    grain: Option<GrainArgument>,
    /// The outcome of the whole business and what is kept with it, instead of the channels
    #[arg(long)]
    outcome: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum GrainArgument {
    Day,
    Week,
    Month,
}

impl From<GrainArgument> for Grain {
    fn from(grain: GrainArgument) -> Self {
        match grain {
            GrainArgument::Day => Self::Day,
            GrainArgument::Week => Self::Week,
            GrainArgument::Month => Self::Month,
        }
    }
}

/// A header and its rows, none of them escaped.
struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let workspace = context.workspace()?;
    let account = named_or_only(&workspace, arguments.account.as_deref())?;
    let ledger = match workspace.ledger_to_read()? {
        Some(ledger) => ledger,
        None => Ledger::temporary()?,
    };
    let grain = arguments.grain.map_or(Grain::Day, Grain::from);
    let from = arguments.from.map(|day| first_of_period(account, grain, day));
    let to = arguments.to;
    let table = match (arguments.outcome, arguments.grain) {
        (true, _) => outcome(account, &ledger.period_facts(account, grain, from, to)?.business),
        (false, Some(_)) => {
            let facts = ledger.period_facts(account, grain, from, to)?.channels;
            channels(account, facts.iter().map(of_period))
        }
        (false, None) => {
            let mut facts = ledger.facts(account, from, to)?;
            facts.sort_by_key(|fact| (fact.day, fact.channel));
            let facts = facts.iter().map(|fact| (fact.day, fact.channel, fact.measures.into()));
            channels(account, facts)
        }
    };
    if context.output.is_json() {
        let rows: Vec<Value> = table.rows.iter().map(|row| machine(&table.columns, row)).collect();
        context.output.json(&json!({"account": account.id.as_str(), "facts": rows}));
    } else {
        context.output.bytes(&csv(&table))?;
    }
    Ok(DONE)
}

/// The first day of the period that a day lies in, which the ledger knows it by.
fn first_of_period(account: &Account, grain: Grain, day: Day) -> Day {
    match grain {
        Grain::Day => day,
        Grain::Week => account.week_of(day).first_day(),
        Grain::Month => day.with_day(1).unwrap_or(day),
    }
}

const COLUMNS: [&str; 7] =
    ["date", "channel", "spend", "impressions", "clicks", "conversions", "revenue"];

const fn of_period(fact: &PeriodFact) -> (Day, usize, Figures) {
    (fact.first_day, fact.channel, fact.figures)
}

fn channels(account: &Account, facts: impl Iterator<Item = (Day, usize, Figures)>) -> Table {
    let rows = facts.map(|(day, channel, figures)| {
        let name = account.channels[channel].name.to_string();
        let mut row = vec![day.to_string(), name];
        row.extend(cells(account, &figures));
        row
    });
    Table { columns: COLUMNS.map(str::to_owned).to_vec(), rows: rows.collect() }
}

/// Spend, impressions, clicks, conversions, revenue; blank where one isn't known.
fn cells(account: &Account, figures: &Figures) -> [String; 5] {
    let money = |money: Option<FineMoney>| {
        money.map(|money| money.rounded().to_decimal(account.currency)).unwrap_or_default()
    };
    let count = |count: Option<u64>| count.map(|count| count.to_string()).unwrap_or_default();
    [
        money(figures.spend),
        count(figures.impressions),
        count(figures.clicks),
        figures.conversions.map(Conversions::to_decimal).unwrap_or_default(),
        money(figures.revenue),
    ]
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Day, further key where there is one, outcome, conversions where they are known, and a column for
/// each control by its name.
fn outcome(account: &Account, facts: &[BusinessFact]) -> Table {
    let controls: Vec<Map<String, Value>> =
        facts.iter().map(|fact| serde_json::from_str(&fact.controls).unwrap_or_default()).collect();
    let mut names: Vec<&String> = Vec::new();
    for name in controls.iter().flat_map(Map::keys) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let has_keys = facts.iter().any(|fact| !fact.campaign.is_empty());
    let mut columns = vec!["date".to_owned()];
    columns.extend(has_keys.then(|| "campaign".to_owned()));
    columns.push("revenue".to_owned());
    columns.extend(names.iter().map(|name| (*name).clone()));
    let rows = facts.iter().zip(&controls).map(|(fact, controls)| {
        let mut row = vec![fact.first_day.to_string()];
        row.extend(has_keys.then(|| shown_key(&fact.campaign)));
        let [.., revenue] = cells(account, &fact.figures);
        row.push(revenue);
        row.extend(names.iter().map(|name| text(controls.get(*name))));
        row
    });
    Table { columns, rows: rows.collect() }
}

/// "Geo0", "org_a / Ireland": the parts of a key without what separates them in the ledger.
fn shown_key(key: &str) -> String {
    let parts: Vec<&str> = key.split(KEY_SEPARATOR).filter(|part| !part.is_empty()).collect();
    parts.join(" / ")
}

fn csv(table: &Table) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let invariant = "writing to memory can't fail";
    let header = table.columns.iter().map(|name| spreadsheet_safe(name));
    writer.write_record(header).expect(invariant);
    for row in &table.rows {
        let cells = row
            .iter()
            .map(|cell| if is_number(cell) { cell.clone() } else { spreadsheet_safe(cell) });
        writer.write_record(cells).expect(invariant);
    }
    writer.into_inner().expect(invariant)
}

/// A minus in front of digits begins no formula.
fn is_number(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let fits = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    digits.bytes().all(fits) && digits.bytes().any(|byte| byte.is_ascii_digit())
}

fn machine(columns: &[String], row: &[String]) -> Value {
    let values =
        row.iter().map(|cell| if cell.is_empty() { Value::Null } else { cell.as_str().into() });
    columns.iter().cloned().zip(values).collect::<Map<_, _>>().into()
}
