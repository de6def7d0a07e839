//! Ledger and settings → what the rules would give in the coming weeks if the evidence stayed as it
//! is: week by week, each from the one before, at their real pace. Nothing is published.

use super::WorkflowError;
use super::answer::{as_known, budgets_of, facts_for};
use crate::domain::{Account, Amount, ChannelName, Day, Money, Week};
use crate::history::WeeklyHistory;
use crate::rules::{self, Inputs, PublishedBudgets};
use crate::store::ledger::Ledger;

/// What the rules would give.
#[derive(Debug, Clone, PartialEq)]
pub enum RulesAhead {
    /// Budgets by week and channel, in major units, as estimates.
    Budgets(Vec<Vec<(ChannelName, f64)>>),
    /// They can't say, for this reason.
    Unknown(&'static str),
}

/// What the rules would give in `weeks` weeks from the one of `first` on.
pub fn rules_ahead(
    ledger: &Ledger,
    account: &Account,
    first: Day,
    weeks: u32,
) -> Result<RulesAhead, WorkflowError> {
    let week = account.week_of(first);
    let facts = facts_for(ledger, account, week)?;
    let history = WeeklyHistory::build(&as_known(ledger, account, week)?, week, &facts);
    let published = ledger.newest_publication(&account.id, Some(week))?;
    let published = published.map(|publication| budgets_of(account, publication));
    Ok(ahead(account, &history, published, week, weeks))
}

fn ahead(
    account: &Account,
    history: &WeeklyHistory,
    mut published: Option<PublishedBudgets>,
    first: Week,
    weeks: u32,
) -> RulesAhead {
    if history.weeks.is_empty() {
        return RulesAhead::Unknown("the ledger has no full week of days that they decide on");
    }
    let mut found = Vec::new();
    for number in 0..weeks {
        let week = first.forward(number);
        let inputs = Inputs { account, week, history, published: published.as_ref() };
        let proposal = rules::propose(&inputs);
        if proposal.held.is_some() {
            return RulesAhead::Unknown("no channel earns more than it costs, so they hold");
        }
        let (allocation, _) = rules::round(account, &proposal.allocation);
        let named = allocation.amounts().iter();
        let budgets: Vec<(ChannelName, Money)> =
            named.map(|(name, amount)| (name.clone(), amount.nearest())).collect();
        let major =
            |(name, amount): &(ChannelName, Amount)| (name.clone(), major(account, *amount));
        found.push(allocation.amounts().iter().map(major).collect());
        published = Some(PublishedBudgets { week, revision: 1, budgets });
    }
    RulesAhead::Budgets(found)
}

/// An estimate in major units; it never becomes money again.
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn major(account: &Account, amount: Amount) -> f64 {
    let minor = amount.millionths() as f64 / Amount::PER_MINOR as f64;
    minor / libm::pow(10.0, f64::from(account.currency.minor_digits()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AccountId, Channel, Currency, DayFact, Digest, Measures, Share};

    fn account(names: &[&str]) -> Account {
        let channel = |name: &&str| Channel::named(ChannelName::new(name).expect("a name"));
        let mut account = Account::with_shipped_settings(
            AccountId::new("main").expect("an id"),
            Currency::from_code("INR").expect("a currency"),
            chrono_tz::Asia::Kolkata,
            Money::from_minor(10_000_000),
            names.iter().map(channel).collect(),
        );
        account.rules.spend_cap_share = Share::from_millionths(700_000);
        account
    }

    /// Two channels that spend half each; the first brings three times its spend, the other twice.
    #[test]
    fn the_rules_walk_to_their_target_at_their_own_pace() {
        let account = account(&["A", "B"]);
        let first: Day = "2026-01-05".parse().expect("a Monday");
        let facts: Vec<DayFact> = (0..28u64)
            .flat_map(|day| {
                [(0, 3), (1, 2)].map(|(channel, times)| DayFact {
                    day: first + chrono::Days::new(day),
                    channel,
                    measures: Measures {
                        spend: Money::from_minor(1_000),
                        revenue: Money::from_minor(1_000 * times),
                        ..Measures::NONE
                    },
                    file: Digest::of(b"a file"),
                    arrived_at: chrono::DateTime::UNIX_EPOCH,
                })
            })
            .collect();
        let week = account.week_of(first).forward(4);
        let history = WeeklyHistory::build(&account, week, &facts);
        let RulesAhead::Budgets(found) = ahead(&account, &history, None, week, 3) else {
            panic!("budgets")
        };
        // ROIs 2 and 1: the target is two thirds, half of the way each week: 50 %, 58.333 %, 62.5 %.
        let shares: Vec<f64> = found.iter().map(|week| week[0].1 / 100_000.0).collect();
        for (found, expected) in shares.iter().zip([0.583_333, 0.625, 0.645_833]) {
            assert!((found - expected).abs() < 2e-5, "{shares:?}");
        }
        let none = WeeklyHistory::build(&account, week, &[]);
        assert!(matches!(ahead(&account, &none, None, week, 3), RulesAhead::Unknown(_)));
    }
}
