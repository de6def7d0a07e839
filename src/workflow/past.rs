//! What the ledger knows of the weeks before a decision → the past that the manager's page shows.

use crate::decision::Decision;
use crate::history::ChannelWeek;
use crate::report::plots::PastWeek;
use crate::store::StoreError;
use crate::store::ledger::Ledger;

/// The newest weeks that are shown.
const WEEKS_MAX: u32 = 26;

/// The newest weeks before `decision`, oldest first, with what was published for them. They begin with
/// the first that has data.
pub(super) fn past_weeks(
    ledger: &Ledger,
    decision: &Decision,
) -> Result<Vec<PastWeek>, StoreError> {
    let history = &decision.history;
    let from = decision.week.back(WEEKS_MAX);
    let published = ledger.publications_from(&decision.account.id, Some(from))?;
    let week = |at: usize| {
        let week = history.weeks[at];
        let found = published.iter().find(|it| it.week == week);
        let sums = |of: fn(&ChannelWeek) -> crate::domain::Money| {
            let channels = history.channels.iter();
            channels.map(|it| (it.channel.clone(), of(&it.weeks[at]))).collect()
        };
        PastWeek {
            week,
            budgets: found.map(|it| it.budgets.clone()),
            held: found.is_some_and(|it| it.held),
            spend: sums(|it| it.measures.spend),
            revenue: sums(|it| it.measures.revenue),
        }
    };
    Ok(history.newest(WEEKS_MAX).map(week).collect())
}
