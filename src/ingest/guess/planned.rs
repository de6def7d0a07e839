//! The names and texts of plans, and of what is charged on top of media → what is no spend by itself,
//! or may be a part of it. Money that was only planned never counts as spent.

use std::collections::BTreeSet;

use super::finding::Findings;
use super::media::{self, Known, Word};
use super::table::Record;
use super::toml::quoted;
use crate::domain::text::folded;

/// Words for money that is planned.
const BUDGETS: [&str; 13] = [
    "budget",
    "budgeted",
    "budgété",
    "bütçe",
    "budżet",
    "budjetti",
    "begroting",
    "presupuesto",
    "orçamento",
    "бюджет",
    "予算",
    "预算",
    "बजट",
];

/// Words that make an amount a planned one.
const PLANS: [&str; 18] = [
    "plan",
    "planned",
    "planning",
    "target",
    "goal",
    "forecast",
    "forecasted",
    "projected",
    "projection",
    "soll",
    "geplant",
    "prognose",
    "prévu",
    "planifié",
    "previsto",
    "planificado",
    "план",
    "計画",
];

/// Words for what is charged or paid on top of media.
const CHARGES: [&str; 29] = [
    "fee",
    "commission",
    "surcharge",
    "markup",
    "honorar",
    "provision",
    "gebühr",
    "gebühren",
    "frais",
    "honoraire",
    "comisión",
    "commissione",
    "tax",
    "taxe",
    "gst",
    "igst",
    "cgst",
    "sgst",
    "tds",
    "vat",
    "hst",
    "mwst",
    "ust",
    "steuer",
    "tva",
    "iva",
    "btw",
    "moms",
    "kdv",
];

/// Texts of rows that were not planned.
const ACTUALS: [&str; 18] = [
    "actual",
    "actuals",
    "act",
    "real",
    "reality",
    "ist",
    "spent",
    "delivered",
    "booked",
    "réel",
    "réalisé",
    "realizado",
    "effettivo",
    "consuntivo",
    "werkelijk",
    "faktisk",
    "факт",
    "実績",
];

/// Texts that a column of scenarios holds at most.
const SCENARIOS_MAX: usize = 8;

pub(super) fn is_budget(word: &Word) -> bool {
    BUDGETS.contains(&word.text.as_str())
}

fn is_plan(word: &Word) -> bool {
    PLANS.contains(&word.text.as_str())
}

/// Whether a name is that of planned money: "google_budget", "planned spend", "TV plan".
pub(super) fn is_planned(name: &str, words: &[Word], has_cost: bool, known: &Known) -> bool {
    let is_of_channel =
        || words.iter().any(|word| !is_plan(word) && known.is_channel(&name[word.start..word.end]));
    words.iter().any(is_budget)
        || words.iter().any(is_plan) && (has_cost || is_of_channel() || words.len() == 1)
}

/// Whether a name is that of a charge on top of media.
pub(super) fn is_charge(name: &str) -> bool {
    media::words(name).iter().any(|word| CHARGES.contains(&word.text.as_str()))
}

/// Whether a planned amount is what a platform may spend at most, which its reports state.
pub(super) fn is_limit(name: &str) -> bool {
    const OF_PLATFORMS: [&str; 8] =
        ["campaign", "ad", "adset", "daily", "lifetime", "kampagnen", "tages", "account"];
    let words = media::words(name);
    words.iter().any(is_budget)
        && words.iter().any(|word| OF_PLATFORMS.contains(&word.text.as_str()))
}

/// The columns of `candidates` that say of each row whether it was planned; each is said.
pub(super) fn scenarios(
    names: &[String],
    rows: &[Record],
    candidates: &[usize],
    findings: &mut Findings,
) -> Vec<usize> {
    candidates
        .iter()
        .copied()
        .filter(|&at| {
            let Some(actual) = scenario(rows, at) else { return false };
            let name = &names[at];
            let choices: Vec<String> = actual
                .iter()
                .map(|text| format!("only = {{ {} = {} }}", quoted(name), quoted(text)))
                .collect();
            findings.untold(
                "only",
                format!(
                    "\"{name}\" tells rows of a plan from those of what was spent, and both would be \
                     summed: choose the rows that were spent, or export them alone"
                ),
                &choices,
            );
            true
        })
        .collect()
}

/// The texts of what was not planned, where a column tells plans from it.
fn scenario(rows: &[Record], at: usize) -> Option<BTreeSet<&str>> {
    let mut texts = BTreeSet::new();
    for text in rows.iter().map(|record| record.cell(at)).filter(|text| !text.is_empty()) {
        texts.insert(text);
        if texts.len() > SCENARIOS_MAX {
            return None;
        }
    }
    let is_planned = |text: &str| {
        let text = folded(text);
        BUDGETS.contains(&text.as_str()) || PLANS.contains(&text.as_str())
    };
    let is_actual = |text: &str| ACTUALS.contains(&folded(text).as_str());
    let (planned, others): (BTreeSet<&str>, BTreeSet<&str>) =
        texts.into_iter().partition(|text| is_planned(text));
    (!planned.is_empty() && others.iter().all(|text| is_actual(text))).then_some(others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planned_money_is_told_by_its_name() {
        let is = |name: &str, has_cost| {
            is_planned(name, &media::words(name), has_cost, &Known::default())
        };
        assert!(is("google_budget", false) && is("Budget", false) && is("plan", false));
        assert!(is("planned spend", true) && is("TV plan", false) && is("spend_forecast", true));
        assert!(
            !is("weather forecast", false) && !is("tv_spend", true) && !is("Target ROAS", false)
        );
        assert!(is_limit("Campaign daily budget") && !is_limit("google_budget"));
    }

    #[test]
    fn a_plan_is_one_beside_what_was_spent() {
        let rows = |text: &str| super::super::table::records(text, ',');
        let found = |text: &str| scenario(&rows(text), 0).map(|it| it.len());
        assert_eq!(found("Plan,1\nActual,2\n"), Some(1));
        assert_eq!(found("plan,1\nplan,2\n"), Some(0));
        assert_eq!(found("plan,1\nTV,2\n"), None);
        assert_eq!(found("actual,1\nactual,2\n"), None);
    }
}
