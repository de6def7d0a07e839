//! `scenarios.csv` and `budget_optimization.csv`: what other totals would bring, and how the present
//! one would be shared out best. Amounts are per week; none of them is a budget.

use super::estimate_text;
use crate::advice::planning::{Active, Horizon, Scenario};
use crate::domain::text::spreadsheet_safe;

/// The columns before those of the channels.
const SCENARIO_COLUMNS: [&str; 8] = [
    "share_of_present",
    "total_spend",
    "revenue",
    "revenue_low",
    "revenue_high",
    "expected_roi",
    "revenue_increase",
    "gap",
];

/// One row for each scenario, a column for each channel's spend at the end.
pub fn scenarios_csv(horizon: &Horizon<'_>, scenarios: &[Scenario]) -> Vec<u8> {
    let mut header: Vec<String> = SCENARIO_COLUMNS.map(str::to_owned).to_vec();
    header.extend(horizon.channels().map(|name| spreadsheet_safe(&format!("{name} spend"))));
    let rows = scenarios.iter().map(|scenario| {
        let mut row = vec![
            estimate_text(scenario.share),
            estimate_text(scenario.total),
            estimate_text(scenario.revenue.mean),
            estimate_text(scenario.revenue.low),
            estimate_text(scenario.revenue.high),
            estimate_text(scenario.expected_roi),
            scenario.revenue_increase.map(estimate_text).unwrap_or_default(),
            estimate_text(scenario.plan.certificate.gap),
        ];
        row.extend(scenario.plan.spends.iter().map(|spend| estimate_text(*spend)));
        row
    });
    written(&header, rows)
}

/// The columns.
const OPTIMIZATION_COLUMNS: [&str; 10] = [
    "channel",
    "present_spend",
    "optimal_spend",
    "optimal_share",
    "revenue",
    "marginal_roas",
    "bound",
    "business_cap",
    "above_business_cap",
    "within_history",
];

/// One row for each channel at the present total. `caps` are the largest shares that the business
/// allows: plans don't keep them, and a plan that breaks one says so.
pub fn budget_optimization_csv(
    horizon: &Horizon<'_>,
    scenario: &Scenario,
    caps: &[Option<f64>],
) -> Vec<u8> {
    let yes = |it: bool| if it { "yes" } else { "no" }.to_owned();
    let present = horizon.present();
    let header = OPTIMIZATION_COLUMNS.map(str::to_owned);
    let rows = horizon.channels().enumerate().map(|(at, name)| {
        let spend = scenario.plan.spends[at];
        let point = horizon.point(at, spend);
        vec![
            spreadsheet_safe(name),
            estimate_text(present[at]),
            estimate_text(spend),
            estimate_text(spend / scenario.total),
            estimate_text(point.revenue),
            estimate_text(point.marginal),
            bound(scenario.plan.certificate.active[at]).to_owned(),
            caps[at].map(|share| estimate_text(share * scenario.total)).unwrap_or_default(),
            caps[at].map(|share| yes(is_above(spend, share, scenario.total))).unwrap_or_default(),
            yes(horizon.is_within_history(at, spend)),
        ]
    });
    written(&header, rows)
}

/// Whether `spend` is more than `share` of `total`, beyond rounding.
pub fn is_above(spend: f64, share: f64, total: f64) -> bool {
    spend > share * total * (1.0 + 1e-9)
}

/// How a channel stands to its bounds, as files say it.
pub const fn bound(active: Active) -> &'static str {
    match active {
        Active::Free => "free",
        Active::AtLow => "at_low",
        Active::AtHigh => "at_high",
    }
}

pub(super) fn written(header: &[String], rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let invariant = "writing to memory can't fail";
    writer.write_record(header).expect(invariant);
    for row in rows {
        writer.write_record(row).expect(invariant);
    }
    writer.into_inner().expect(invariant)
}
