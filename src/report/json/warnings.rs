//! What people should look at, as `decision.json` states it under `warnings`.

use serde::Serialize;

use crate::decision::{BudgetChange, CorrectedWeek, Decision};
use crate::domain::{Account, ChannelName, Currency, Day, Digest, Money, Week};
use crate::history::Outlier;
use crate::report::{corrected_text, outlier_text, spread_text};

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum WarningJson<'a> {
    Outlier {
        day: Day,
        channel: &'a ChannelName,
        measure: &'static str,
        amount: String,
        usual_low: String,
        usual_high: String,
        text: String,
    },
    CorrectedWeek {
        week_start_date: Week,
        revision: u32,
        can_be_decided: bool,
        files: &'a [Digest],
        settings_changed: bool,
        budgets: Option<Vec<BudgetJson<'a>>>,
        text: String,
    },
    SpreadRevenue {
        source: &'a str,
        by: &'static str,
        text: String,
    },
    More {
        text: String,
    },
}

#[derive(Serialize)]
pub(super) struct BudgetJson<'a> {
    channel: &'a ChannelName,
    published: Option<String>,
    would_be: Option<String>,
}

/// Every remark of `decision`, in its order.
pub(super) fn warnings(decision: &Decision) -> Vec<WarningJson<'_>> {
    let (account, remarks) = (&decision.account, &decision.remarks);
    let mut list: Vec<WarningJson<'_>> =
        remarks.outliers.iter().map(|found| outlier(account.currency, found)).collect();
    list.extend(more(remarks.outliers_unlisted, "figures that are far from usual"));
    list.extend(remarks.corrected.iter().map(|week| corrected(account, week)));
    list.extend(more(remarks.corrected_unlisted, "weeks whose figures were corrected"));
    list.extend(account.sources.iter().filter_map(|source| {
        let text = spread_text(source)?;
        let by = source.revenue_spread.word();
        Some(WarningJson::SpreadRevenue { source: &source.name, by, text })
    }));
    list
}

fn outlier(currency: Currency, outlier: &Outlier) -> WarningJson<'_> {
    WarningJson::Outlier {
        day: outlier.day,
        channel: &outlier.channel,
        measure: outlier.measure.word(),
        amount: outlier.amount.to_decimal(currency),
        usual_low: outlier.usual.0.to_decimal(currency),
        usual_high: outlier.usual.1.to_decimal(currency),
        text: outlier_text(currency, outlier),
    }
}

fn corrected<'a>(account: &Account, corrected: &'a CorrectedWeek) -> WarningJson<'a> {
    let budgets = corrected.changes.as_ref();
    WarningJson::CorrectedWeek {
        week_start_date: corrected.week,
        revision: corrected.revision,
        can_be_decided: corrected.can_be_decided,
        files: &corrected.files,
        settings_changed: corrected.settings_changed,
        budgets: budgets
            .map(|changes| changes.iter().map(|change| budget(account.currency, change)).collect()),
        text: corrected_text(account, corrected, "since"),
    }
}

fn budget(currency: Currency, change: &BudgetChange) -> BudgetJson<'_> {
    let decimal = |money: Option<Money>| money.map(|money| money.to_decimal(currency));
    BudgetJson {
        channel: &change.channel,
        published: decimal(change.published),
        would_be: decimal(change.would_be),
    }
}

fn more<'a>(unlisted: usize, what: &str) -> Option<WarningJson<'a>> {
    (unlisted > 0).then(|| WarningJson::More { text: format!("and {unlisted} more {what}") })
}
