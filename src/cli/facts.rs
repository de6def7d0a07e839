//! `budgetd facts`: what the ledger believes, as CSV in the long format.

use super::accounts::named_or_only;
use super::{Context, DONE, Ending, parse_day};
use crate::domain::text::spreadsheet_safe;
use crate::domain::{Account, Conversions, Day, DayFact};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The account (needed where there are several)
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// From this day on
    #[arg(long, value_name = "DAY", value_parser = parse_day)]
    from: Option<Day>,
    /// To this day, included
    #[arg(long, value_name = "DAY", value_parser = parse_day)]
    to: Option<Day>,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let workspace = context.workspace()?;
    let account = named_or_only(&workspace, arguments.account.as_deref())?;
    let mut facts = match workspace.ledger_to_read()? {
        Some(ledger) => ledger.facts(account, arguments.from, arguments.to)?,
        None => Vec::new(),
    };
    facts.sort_by_key(|fact| (fact.day, fact.channel));
    if context.output.is_json() {
        let rows: Vec<_> = facts.iter().map(|fact| machine(account, fact)).collect();
        context.output.json(&serde_json::json!({"account": account.id.as_str(), "facts": rows}));
    } else {
        context.output.bytes(&csv(account, &facts))?;
    }
    Ok(DONE)
}

const COLUMNS: [&str; 7] =
    ["date", "channel", "spend", "impressions", "clicks", "conversions", "revenue"];

fn cells(account: &Account, fact: &DayFact) -> [String; 7] {
    let count = |count: Option<u64>| count.map(|count| count.to_string()).unwrap_or_default();
    let measures = &fact.measures;
    [
        fact.day.to_string(),
        account.channels[fact.channel].name.to_string(),
        measures.spend.to_decimal(account.currency),
        count(measures.impressions),
        count(measures.clicks),
        measures.conversions.map(Conversions::to_decimal).unwrap_or_default(),
        measures.revenue.to_decimal(account.currency),
    ]
}

fn csv(account: &Account, facts: &[DayFact]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let invariant = "writing to memory can't fail";
    writer.write_record(COLUMNS).expect(invariant);
    for fact in facts {
        let mut cells = cells(account, fact);
        cells[1] = spreadsheet_safe(&cells[1]);
        writer.write_record(&cells).expect(invariant);
    }
    writer.into_inner().expect(invariant)
}

fn machine(account: &Account, fact: &DayFact) -> serde_json::Value {
    COLUMNS
        .iter()
        .zip(cells(account, fact))
        .map(|(column, cell)| {
            let value = if cell.is_empty() { serde_json::Value::Null } else { cell.into() };
            ((*column).to_owned(), value)
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}
