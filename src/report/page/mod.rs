//! Decision, past weeks and advice → `report.html`: the page that a manager opens on Monday. One file
//! that needs no network and holds no script; it states only what it is given, and computes nothing
//! that is published.

mod advice;
mod budgets;
mod data;
mod path;

use askama::Template;

use super::explanation::{self, Block};
use super::plots::{self, Plot};
use super::words;
use super::{FORMAT, bundle_name};
use crate::advice::mmm::health::Check;
use crate::advice::planning::Scenario;
use crate::advice::uncertainty::actions::ChannelAction;
use crate::decision::Decision;
use crate::domain::text::escape;
use crate::domain::{Day, Money};
use crate::rules::ARITHMETIC;

/// What a model says, for the page.
#[derive(Debug, Clone)]
pub struct PageAdvice {
    /// What is advised for each channel.
    pub actions: Vec<ChannelAction>,
    /// Whether to believe the model.
    pub checks: Vec<Check>,
    /// The probability of its intervals.
    pub confidence: f64,
    /// Whether it explains what platforms claim.
    pub is_of_claims: bool,
    /// The first and the last day that it learnt from.
    pub days: (Day, Day),
    /// The word for its periods ("day", "week", "month").
    pub period: &'static str,
    /// Its channels, in its order.
    pub channels: Vec<String>,
    /// What other totals would bring; empty where nothing was spent lately.
    pub scenarios: Vec<Scenario>,
    /// Its plots, in the order of the page.
    pub plots: Vec<Plot>,
}

/// What the page tells of.
#[derive(Debug, Clone, Copy)]
pub struct PageInput<'a> {
    /// What was decided.
    pub decision: &'a Decision,
    /// What was published for the weeks before, oldest first.
    pub past: &'a [plots::PastWeek],
    /// What a model says, or why there is none.
    pub advice: Result<&'a PageAdvice, &'a str>,
}

/// The bytes of `report.html`.
pub fn report_html(input: &PageInput<'_>) -> Vec<u8> {
    let page = Page::of(input);
    let page = page.render().expect("a page is rendered into memory");
    // A percent sign stays on the line of its figure.
    page.replace(" %", "\u{a0}%").into_bytes()
}

/// What the template fills in. Texts are plain and escaped there; what is marked safe in it is HTML
/// of this module or of `plots`.
#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    title: String,
    account: String,
    outcome: &'static str,
    outcome_class: &'static str,
    total: String,
    channels_counted: String,
    revision: u32,
    revised: Vec<String>,
    headline: String,
    outcome_text: Vec<String>,
    contents: [(&'static str, &'static str); 7],
    plot_style: String,
    budgets_caption: String,
    budgets: Vec<budgets::BudgetRow>,
    total_last: String,
    last_budget: String,
    budget_plots: Vec<String>,
    why: Vec<path::Why>,
    unit_of_money: String,
    paths: Vec<path::ChannelPath>,
    paths_left_out: usize,
    blocker: Vec<String>,
    data: Vec<String>,
    weeks: Vec<String>,
    days: Vec<data::DaysRow>,
    warnings: Vec<String>,
    advice_text: Vec<String>,
    one: String,
    actions_caption: String,
    actions: Vec<advice::ActionRow>,
    checks: Vec<advice::CheckRow>,
    advice_plots: Vec<String>,
    past_plots: Vec<String>,
    past_none: &'static str,
    chain: String,
    arithmetic: u32,
    format: u32,
}

/// The parts of the page, by the ids of their headings.
const CONTENTS: [(&str, &str); 7] = [
    ("budgets", "Budgets"),
    ("why", "Why"),
    ("path", "The way of each amount"),
    ("data", "Data"),
    ("advice", "Advice"),
    ("past", "Past weeks"),
    ("genuine", "Is it genuine?"),
];

impl Page {
    fn of(input: &PageInput<'_>) -> Self {
        let PageInput { decision, past, advice } = *input;
        let account = &decision.account;
        let (weeks, days) = data::days(decision);
        let (paths, paths_left_out) = path::paths(decision);
        let outcome = explanation::outcome(decision);
        Self {
            title: format!("Marketing budget for {}", words::week(decision.week)),
            account: escape(account.id.as_str()),
            outcome: if decision.held.is_some() { "Held." } else { "Decided." },
            outcome_class: if decision.held.is_some() { "held" } else { "decided" },
            total: words::money(account, decision.total),
            channels_counted: words::count(account.active_channels().count(), "channel"),
            revision: decision.revision,
            // The account and the total stand above it.
            revised: explanation::about(decision).into_iter().skip(1).map(|it| it.text).collect(),
            headline: budgets::headline(decision),
            outcome_text: html(&outcome),
            contents: CONTENTS,
            plot_style: plots::style(),
            budgets_caption: format!(
                "Budgets in {}, the largest first, as in weekly_recommendations.csv",
                account.currency.code()
            ),
            budgets: budgets::rows(decision),
            total_last: budgets::total_last(decision),
            last_budget: explanation::last_budget(decision),
            budget_plots: svgs(&plots::decision_plots(decision)),
            why: path::why(decision),
            unit_of_money: unit_of_money(account.currency.code()),
            paths,
            paths_left_out,
            blocker: html(&explanation::blocker(decision)),
            data: html(&explanation::data::blocks(decision)),
            weeks,
            days,
            warnings: html(&explanation::warnings::blocks(decision)),
            advice_text: advice::text(advice, decision),
            one: words::one(account.currency),
            actions_caption: advice::caption(advice),
            actions: advice::actions(advice, account),
            checks: advice::checks(advice),
            advice_plots: advice.map(|advice| svgs(&advice.plots)).unwrap_or_default(),
            past_plots: svgs(&plots::history_plots(account, past)),
            past_none: "This is the first week that was published: there is nothing to look back on yet.",
            chain: chain(decision),
            arithmetic: ARITHMETIC,
            format: FORMAT,
        }
    }
}

fn svgs(plots: &[Plot]) -> Vec<String> {
    plots.iter().map(|plot| plot.svg.clone()).collect()
}

/// What a manager calls one unit of the money of a currency.
fn unit_of_money(code: &str) -> String {
    match code {
        "INR" | "PKR" | "LKR" | "NPR" => "rupee",
        "EUR" => "euro",
        "GBP" => "pound",
        "USD" | "CAD" | "AUD" | "NZD" | "SGD" | "HKD" | "TWD" => "dollar",
        "CHF" => "franc",
        "JPY" => "yen",
        _ => return format!("unit of {code}"),
    }
    .to_owned()
}

/// Blocks as HTML: paragraphs, and lists of the items between them.
fn html(blocks: &[Block]) -> Vec<String> {
    let mut groups: Vec<String> = Vec::new();
    let mut items: Vec<String> = Vec::new();
    for block in blocks {
        let text = escaped(&block.text);
        if block.lead.is_empty() {
            end_list(&mut groups, &mut items);
            groups.push(format!("<p>{text}</p>"));
        } else {
            items.push(format!("<li>{text}</li>"));
        }
    }
    end_list(&mut groups, &mut items);
    groups
}

fn end_list(groups: &mut Vec<String>, items: &mut Vec<String>) {
    if !items.is_empty() {
        groups.push(format!("<ul>{}</ul>", items.concat()));
        items.clear();
    }
}

/// Text as HTML, by the escaper of the templates.
fn escaped(text: &str) -> String {
    askama::filters::escape(text, askama::filters::Html)
        .expect("an escaper of text never fails")
        .to_string()
}

/// Which bundle this one names as the one before it.
fn chain(decision: &Decision) -> String {
    let bundle = bundle_name(decision.week, decision.revision);
    match decision.manifest_before {
        Some(manifest) => format!(
            "Bundles form a chain: {bundle} names the one before it by the SHA-256 of its SHA256SUMS, {manifest}."
        ),
        None => format!("{bundle} is the first bundle of its account: it names none before it."),
    }
}

/// A share of `whole` in percent with one decimal.
fn share_of(part: Money, whole: Money) -> String {
    let permille = |minor: i128| (minor * 1000 + whole.minor() / 2) / whole.minor().max(1);
    let permille = permille(part.minor());
    format!("{}.{} %", permille / 10, permille % 10)
}
