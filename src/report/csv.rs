//! Decision → `weekly_recommendations.csv`: one row per channel, as the manager enters it.

use csv::{Terminator, WriterBuilder};

use super::words::{has_decimals, largest_first, minor_per_major};
use crate::decision::Decision;
use crate::domain::text::spreadsheet_safe;
use crate::domain::{Account, Money};

/// `week_start_date,channel,final_budget`: every channel, largest budget first, ties by name.
/// Budgets have decimals only where the account's rounding unit does, and then all of them.
pub fn recommendations_csv(decision: &Decision) -> Vec<u8> {
    let mut writer =
        WriterBuilder::new().terminator(Terminator::Any(b'\n')).from_writer(Vec::new());
    let mut write = |row: [&str; 3]| writer.write_record(row).expect("memory takes every row");
    write(["week_start_date", "channel", "final_budget"]);
    let week = decision.week.to_string();
    for channel in largest_first(decision) {
        // A channel's name holds no control character, so nothing else needs to be made visible.
        let name = spreadsheet_safe(channel.channel.as_str());
        write([&week, &name, &budget(&decision.account, channel.final_budget)]);
    }
    writer.into_inner().expect("memory takes every row")
}

/// In major units. A unit of 1.50 has decimals too, or money would be lost.
fn budget(account: &Account, money: Money) -> String {
    if has_decimals(account) {
        money.to_decimal(account.currency)
    } else {
        (money.minor() / minor_per_major(account.currency)).to_string()
    }
}
