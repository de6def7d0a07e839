//! The manager's page of a history of 104 weeks and six channels: the plots of its model, then the page with
//! these, the week's plots and 26 past weeks, and the workbook. `cargo bench --bench page`

use std::collections::BTreeMap;

use budgetd::advice::mmm::attribution::attribute;
use budgetd::advice::mmm::fit::{FitSettings, fit};
use budgetd::advice::mmm::fitted::Fitted;
use budgetd::advice::mmm::health::checks;
use budgetd::advice::mmm::series::{ChannelSeries, Series};
use budgetd::advice::planning::{BoundShares, Horizon, scenarios};
use budgetd::advice::uncertainty::actions::{ActionQuestion, actions};
use budgetd::advice::uncertainty::lag::lag_effects;
use budgetd::decision::{self, Decision, Question};
use budgetd::domain::{
    Account, AccountId, Channel, ChannelName, Currency, Day, DayFact, Digest, Grain, Measures,
    Money, Week,
};
use budgetd::history::WeeklyHistory;
use budgetd::report::page::{PageAdvice, PageInput, report_html};
use budgetd::report::plots::{ModelPlots, PastWeek, Plot, model_plots};
use budgetd::report::weekly_budget_xlsx;
use budgetd::rules::PublishedBudgets;
use divan::{Bencher, black_box};

const CHANNELS: u32 = 6;
const WEEKS: u32 = 104;
const CONFIDENCE: f64 = 0.9;

fn main() {
    divan::main();
}

fn monday() -> Day {
    "2026-01-05".parse().expect("a Monday")
}

fn name(channel: u32) -> String {
    format!("Channel {channel}")
}

/// Spend of a week, in major units.
fn spend(week: u32, channel: u32) -> f64 {
    let of = f64::from(channel + 1);
    let scattered = (f64::from(week) * 0.618 / of + 0.37 * f64::from(week) * of).fract();
    7_000.0 * of * (0.5 + scattered)
}

fn fitted() -> Fitted {
    let spends: Vec<Vec<f64>> =
        (0..CHANNELS).map(|it| (0..WEEKS).map(|week| spend(week, it)).collect()).collect();
    let media = |week: usize| {
        spends.iter().map(|spend| 3.0 * spend[week] / (1.0 + spend[week] / 30_000.0)).sum::<f64>()
    };
    let outcome = (0..WEEKS as usize).map(|week| 90_000.0 + media(week)).collect();
    let channel = |(at, spend): (u32, Vec<f64>)| ChannelSeries {
        name: name(at),
        spend,
        reported_revenue: None,
    };
    let first = monday() - chrono::Days::new(7 * u64::from(WEEKS));
    let series = Series {
        grain: Grain::Week,
        periods: (0..WEEKS).map(|week| first + chrono::Days::new(7 * u64::from(week))).collect(),
        outcome,
        channels: (0..CHANNELS).zip(spends.clone()).map(channel).collect(),
        controls: Vec::new(),
    };
    fit(&series, &FitSettings::default()).expect("a model")
}

fn account() -> Account {
    let channels = (0..CHANNELS).map(|it| ChannelName::new(&name(it)).expect("a name"));
    Account::with_shipped_settings(
        AccountId::new("main").expect("an id"),
        Currency::from_code("INR").expect("known"),
        chrono_tz::Asia::Kolkata,
        Money::from_minor(50_000_000),
        channels.map(Channel::named).collect(),
    )
}

#[expect(clippy::cast_possible_truncation, reason = "some thousands")]
fn minor(major: f64) -> Money {
    Money::from_minor((major * 100.0) as i128)
}

fn decided(account: &Account) -> Decision {
    let now = "2026-01-05T01:00:00Z".parse().expect("an instant");
    let file = Digest::of(b"a file");
    let facts: Vec<DayFact> = (0..WEEKS * 7)
        .flat_map(|count| (0..CHANNELS as usize).map(move |channel| (count, channel)))
        .map(|(count, channel)| {
            let a_day = spend(count / 7, u32::try_from(channel).expect("few")) / 7.0;
            let measures =
                Measures { spend: minor(a_day), revenue: minor(a_day * 1.8), ..Measures::NONE };
            let day = monday() - chrono::Days::new(u64::from(WEEKS * 7 - count));
            DayFact { day, channel, measures, arrived_at: now, file }
        })
        .collect();
    let week = Week::starting(monday());
    let even = Money::from_minor(50_000_000 / i128::from(CHANNELS));
    let budgets = account.channels.iter().map(|channel| (channel.name.clone(), even)).collect();
    let history = WeeklyHistory::build(account, week, &facts);
    decision::decide(&Question {
        account,
        week,
        revision: 1,
        revise_reason: None,
        history: &history,
        published: Some(&PublishedBudgets { week: week.back(1), revision: 1, budgets }),
        veto_runs: &BTreeMap::new(),
        hold: None,
        manifest_before: None,
        remarks: decision::Remarks::default(),
    })
}

fn past(account: &Account) -> Vec<PastWeek> {
    let of_channels = |figure: &dyn Fn(u32) -> f64| {
        let channels = account.channels.iter().zip(0..);
        channels.map(|(channel, at)| (channel.name.clone(), minor(figure(at)))).collect::<Vec<_>>()
    };
    let week = |back: u32| PastWeek {
        week: Week::starting(monday()).back(back),
        budgets: Some(of_channels(&|it| spend(WEEKS - back - 1, it))),
        held: false,
        spend: of_channels(&|it| spend(WEEKS - back, it)),
        revenue: of_channels(&|it| spend(WEEKS - back, it) * 1.8),
    };
    (1..=26).rev().map(week).collect()
}

/// What the model says, and its plots.
fn advice(account: &Account, fitted: &Fitted) -> PageAdvice {
    let attribution = attribute(fitted, CONFIDENCE);
    let horizon = Horizon::of(fitted);
    let bounds = BoundShares::shipped(CHANNELS as usize);
    let scenarios = scenarios(&horizon, bounds, CONFIDENCE).expect("scenarios");
    let question =
        ActionQuestion { settings: &account.actions, confidence: CONFIDENCE, is_of_claims: false };
    let (actions, lags) = (actions(fitted, &horizon, question), lag_effects(fitted, CONFIDENCE));
    let plots = plots(
        account,
        fitted,
        &PageParts {
            attribution: &attribution,
            actions: &actions,
            lags: &lags,
            scenarios: &scenarios,
        },
    );
    PageAdvice {
        checks: checks(fitted, &attribution),
        confidence: CONFIDENCE,
        is_of_claims: false,
        days: (fitted.series.periods[0], monday()),
        period: "week",
        channels: (0..CHANNELS).map(name).collect(),
        actions,
        scenarios,
        plots,
    }
}

struct PageParts<'a> {
    attribution: &'a budgetd::advice::mmm::attribution::Attribution,
    actions: &'a [budgetd::advice::uncertainty::actions::ChannelAction],
    lags: &'a [budgetd::advice::uncertainty::lag::LagEffect],
    scenarios: &'a [budgetd::advice::planning::Scenario],
}

fn plots(account: &Account, fitted: &Fitted, parts: &PageParts<'_>) -> Vec<Plot> {
    model_plots(&ModelPlots {
        account,
        fitted,
        attribution: parts.attribution,
        actions: parts.actions,
        lags: parts.lags,
        scenarios: parts.scenarios,
        confidence: CONFIDENCE,
    })
}

#[divan::bench(sample_count = 30)]
fn plots_of_a_model(bencher: Bencher<'_, '_>) {
    let (account, fitted) = (account(), fitted());
    let attribution = attribute(&fitted, CONFIDENCE);
    let advice = advice(&account, &fitted);
    let lags = lag_effects(&fitted, CONFIDENCE);
    let parts = PageParts {
        attribution: &attribution,
        actions: &advice.actions,
        lags: &lags,
        scenarios: &advice.scenarios,
    };
    bencher.bench(|| plots(black_box(&account), black_box(&fitted), &parts).len());
}

#[divan::bench(sample_count = 30)]
fn the_page(bencher: Bencher<'_, '_>) {
    let (account, fitted) = (account(), fitted());
    let (decision, past, advice) = (decided(&account), past(&account), advice(&account, &fitted));
    let input = PageInput { decision: &decision, past: &past, advice: Ok(&advice) };
    bencher.bench(|| report_html(black_box(&input)).len());
}

#[divan::bench(sample_count = 30)]
fn the_workbook(bencher: Bencher<'_, '_>) {
    let (account, fitted) = (account(), fitted());
    let (decision, past, advice) = (decided(&account), past(&account), advice(&account, &fitted));
    let input = PageInput { decision: &decision, past: &past, advice: Ok(&advice) };
    bencher.bench(|| weekly_budget_xlsx(black_box(&input)).len());
}
