//! `plan.csv` and `plan_comparison.csv`: budgets of several periods, and what each way to them would
//! bring. They are plans of estimates; no decision reads them.

use super::estimate_text;
use super::plans::written;
use crate::advice::planning::periods::{PeriodPlan, PeriodPlans};
use crate::domain::text::spreadsheet_safe;
use crate::domain::{Currency, Day};

/// A period of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PeriodRow {
    /// Its first day.
    pub first_day: Day,
    /// Its budgets by channel, in major units; what was spent, where it is over.
    pub budgets: Vec<f64>,
}

/// `period,channel,budget,share`: one row for each period and channel. Amounts are rounded to the
/// currency's smallest unit so that they still sum to the period's total.
pub fn plan_csv(channels: &[&str], periods: &[PeriodRow], currency: Currency) -> Vec<u8> {
    let header = ["period", "channel", "budget", "share"].map(str::to_owned);
    let rows = periods.iter().flat_map(|period| {
        let total: f64 = period.budgets.iter().sum();
        let units = whole_units(&period.budgets, currency.minor_digits());
        let day = period.first_day.to_string();
        channels.iter().zip(&period.budgets).zip(units).map(move |((name, budget), amount)| {
            let share = if total > 0.0 { budget / total } else { 0.0 };
            vec![day.clone(), spreadsheet_safe(name), amount, format!("{share:.6}")]
        })
    });
    written(&header, rows)
}

/// Amounts as text with so many decimals, by largest remainder, ties in their order.
fn whole_units(amounts: &[f64], digits: u8) -> Vec<String> {
    let places = usize::from(digits);
    let unit = libm::pow(10.0, f64::from(digits));
    let scaled: Vec<f64> = amounts.iter().map(|amount| amount * unit).collect();
    let mut whole: Vec<f64> = scaled.iter().map(|amount| libm::floor(*amount)).collect();
    let total = libm::round(scaled.iter().sum());
    let mut order: Vec<usize> = (0..whole.len()).collect();
    let rest = |at: usize| scaled[at] - libm::floor(scaled[at]);
    order.sort_by(|one, other| rest(*other).total_cmp(&rest(*one)).then(one.cmp(other)));
    let left = total - whole.iter().sum::<f64>();
    for at in order.iter().cycle().take(count(left).min(whole.len())) {
        whole[*at] += 1.0;
    }
    whole.iter().map(|amount| format!("{:.places$}", amount / unit)).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few units")]
fn count(units: f64) -> usize {
    libm::round(units.max(0.0)) as usize
}

/// The columns of the comparison.
const COLUMNS: [&str; 18] = [
    "strategy",
    "revenue",
    "revenue_low",
    "revenue_high",
    "outcome_low",
    "outcome_high",
    "left_behind",
    "more_than_present",
    "more_low",
    "more_high",
    "probability_better",
    "churn",
    "at_bounds",
    "at_steps",
    "beyond_steps",
    "above_caps",
    "steps_dropped",
    "exchange",
];

/// One row for each strategy: the revenue that media add in the periods still to come and after them,
/// at `confidence`.
pub fn plan_comparison_csv(plans: &PeriodPlans, confidence: f64) -> Vec<u8> {
    let rows = plans.plans.iter().map(|plan| row(plan, confidence));
    written(&COLUMNS.map(str::to_owned), rows)
}

fn row(plan: &PeriodPlan, confidence: f64) -> Vec<String> {
    let revenue = plan.revenue.interval(confidence);
    let outcome = plan.outcome.interval(confidence);
    let more = plan.more.interval(confidence);
    vec![
        plan.strategy.name().to_owned(),
        estimate_text(revenue.mean),
        estimate_text(revenue.low),
        estimate_text(revenue.high),
        estimate_text(outcome.low),
        estimate_text(outcome.high),
        estimate_text(plan.left_behind),
        estimate_text(more.mean),
        estimate_text(more.low),
        estimate_text(more.high),
        plan.probability_better.map(estimate_text).unwrap_or_default(),
        estimate_text(plan.churn),
        plan.used.bounds.to_string(),
        plan.used.steps.to_string(),
        plan.used.beyond_steps.to_string(),
        plan.used.above_caps.to_string(),
        plan.steps_dropped.to_string(),
        plan.proof.map(|proof| estimate_text(proof.exchange)).unwrap_or_default(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_period_sum_to_its_total_to_the_last_unit() {
        let third = 100.0 / 3.0;
        assert_eq!(whole_units(&[third, third, third], 2), ["33.34", "33.33", "33.33"]);
        assert_eq!(whole_units(&[third, third, third], 0), ["34", "33", "33"]);
        assert_eq!(whole_units(&[0.4, 0.6], 0), ["0", "1"]);
    }

    #[test]
    fn a_plan_has_a_row_for_each_period_and_channel() {
        let first_day: Day = "2026-01-05".parse().expect("a day");
        let rows = [PeriodRow { first_day, budgets: vec![150.0, 50.0] }];
        let inr = Currency::from_code("INR").expect("a currency");
        let found = plan_csv(&["TV", "=Search"], &rows, inr);
        assert_eq!(
            String::from_utf8(found).expect("text"),
            "period,channel,budget,share\n2026-01-05,TV,150.00,0.750000\n\
             2026-01-05,'=Search,50.00,0.250000\n"
        );
    }
}
