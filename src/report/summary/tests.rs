#![expect(clippy::print_stdout, reason = "a skipped test says so by name")]

use super::*;
use crate::advice::mmm::attribution::attribute;
use crate::advice::mmm::classic;
use crate::advice::mmm::classic::clean::known_rows;
use crate::advice::mmm::cleaning::Measure;
use crate::advice::mmm::health::checks;
use crate::advice::mmm::rows::DailyRow;
use crate::advice::uncertainty::actions::Action;
use crate::domain::calendar::minus_days;
use crate::report::mart::{ContributionRow, MartInput, MartModel, PerformanceRow, fitted_model};

fn row(day: &str, channel: &str, spend: f64, revenue: Option<f64>) -> DailyRow {
    DailyRow {
        day: day.parse().expect("a day"),
        channel: channel.to_owned(),
        spend: Some(spend),
        impressions: None,
        clicks: None,
        conversions: None,
        revenue,
    }
}

fn input<'a>(rows: &'a [DailyRow], model: Result<&'a MartModel, &'a str>) -> MartInput<'a> {
    MartInput {
        account: "main",
        week: None,
        currency: Currency::from_code("USD").expect("known"),
        rows,
        changes: &[],
        sources: &[],
        model,
    }
}

/// The figures are those of the data's own description: totals per channel, 7 missing rows, 4 clipped
/// spends and 9 clipped revenues.
#[test]
fn the_summary_of_the_facebook_data_states_their_known_figures() {
    let path = "../shared/data/facebook_ads_daily/facebook_ads_raw.csv";
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: the Facebook data are not there");
        return;
    };
    let rows: Vec<DailyRow> = text
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let number = |at: usize| cells[at].parse().ok();
            DailyRow {
                day: cells[0].parse().expect("a day"),
                channel: cells[1].to_owned(),
                spend: number(2),
                impressions: number(3),
                clicks: number(4),
                conversions: number(5),
                revenue: number(6),
            }
        })
        .collect();
    let found = classic::run(&rows).expect("a model");
    let (rows, fitted) = (known_rows(&found.rows), found.fitted().expect("a model"));
    let attribution = attribute(&fitted, 0.9);
    let model = fitted_model(&fitted, &attribution, None, &checks(&fitted, &attribution));
    let summary = summary_txt(&MartInput { changes: &found.changes, ..input(&rows, Ok(&model)) });
    let unbroken = summary.replace("\n  ", " ");
    for expected in [
        "Account main: daily figures in USD\n",
        "Rows      353 of 4 channels\n",
        "Period    Wed 15 Oct 2025 to Mon 12 Jan 2026, 90 days\n",
        "Missing   7 days of channels have no row\n",
        "- 4 values: spend lay outside of ",
        "- 9 values: revenue lay outside of ",
        " to 4078.29 and became that bound",
        " to 40010.11 and became that bound",
        "mean absolute error was $11,131, R² 0.665, MAPE 0.419",
        "- Brand_Awareness_Q1 has no row for Wed 12 Nov 2025, Mon 17 Nov 2025, Mon 5 Jan 2026\n",
        "- the model's contributions add up to more than the revenue",
        "- the model fails by its own checks: revenue without any spend would be negative in 100 % of",
    ] {
        assert!(unbroken.contains(expected), "{expected:?} is not in\n{summary}");
    }
    let line = |name: &str| -> Vec<String> {
        let start = format!("  {name} ");
        let line = summary.lines().find(|line| line.starts_with(&start)).expect("a line");
        line.split_whitespace().map(str::to_owned).collect()
    };
    // 1308489.08 / 148395.67 = 8.8176, 148395.67 / 416593.33 = 35.62 %.
    let launch =
        ["Product_Launch_Spring", "90", "0", "$148,396", "35.6", "%", "$1,308,489", "8.82"];
    assert_eq!(line("Product_Launch_Spring"), [&launch[..], &["12600"]].concat());
    // 3168117.86 / 416593.33 = 7.6048.
    let all = ["all", "353", "7", "$416,593", "100.0", "%", "$3,168,118", "7.60", "28605"];
    assert_eq!(line("all"), all);
}

#[test]
fn what_stands_out_comes_first_with_its_figures() {
    let mut rows = Vec::new();
    for number in 1..=14 {
        let day = format!("2026-01-{number:02}");
        // The second week has half as much spend again; Email brings half of what it costs.
        let spend = if number > 7 { 90.0 } else { 60.0 };
        rows.push(row(&day, "Search", spend, Some(3.0 * spend)));
        if number != 10 {
            rows.push(row(&day, "Email", 10.0, Some(5.0)));
        }
        rows.push(row(&day, "Radio", 1.0, None));
    }
    let model = MartModel {
        revenue: 3500.0,
        contributions: vec![
            ContributionRow { campaign: "Search".to_owned(), contribution: 1050.0, spend: 1050.0 },
            ContributionRow { campaign: "Email".to_owned(), contribution: 65.0, spend: 130.0 },
        ],
        ..MartModel::default()
    };
    let input = input(&rows, Ok(&model));
    let lines = look_at::first(&input, &Totals::of(&rows));
    // 7 · 91 + 60 = 697 after 7 · 71 = 497 are 40.24 % more; 7 · 270 + 30 = 1920 after 7 · 185 = 1295
    // are 48.26 % more.
    assert_eq!(
        lines,
        [
            "Email has no row for Sat 10 Jan 2026",
            "no revenue is stated for Radio: there is no ROAS",
            "Email brought $0.50 per $1 spent in the last 28 days (spend $130)",
            "spend of the last 7 days is $697, 40 % more than in the 7 days before",
            "revenue of the last 7 days is $1,920, 48 % more than in the 7 days before",
            "Search: its platform reports $3.00 of revenue per $1 spent, the model finds $1.00",
        ]
    );
}

#[test]
fn only_the_last_four_weeks_say_what_a_channel_brings() {
    let day = |back: u64| minus_days("2026-03-01".parse().expect("a day"), back).to_string();
    let revenue_28_days_ago = |revenue: f64| {
        let rows: Vec<DailyRow> = (0..60)
            .map(|back| {
                let then = if back == 27 { Some(revenue) } else { Some(10.0) };
                row(&day(back), "Email", 10.0, if back > 27 { Some(0.0) } else { then })
            })
            .collect();
        look_at::first(&input(&rows, Err("none")), &Totals::of(&rows))
    };
    // Before them nothing came back at all.
    assert_eq!(revenue_28_days_ago(10.0), ["nothing stands out"]);
    assert_eq!(
        revenue_28_days_ago(-130.0),
        ["Email brought $0.50 per $1 spent in the last 28 days (spend $280)"]
    );
}

#[test]
fn a_model_that_explains_more_than_there_is_is_not_compared() {
    let rows = [row("2026-01-01", "Search", 10.0, Some(30.0))];
    let search =
        ContributionRow { campaign: "Search".to_owned(), contribution: 300.0, spend: 10.0 };
    let model = MartModel { revenue: 30.0, contributions: vec![search], ..MartModel::default() };
    assert_eq!(
        look_at::first(&input(&rows, Ok(&model)), &Totals::of(&rows)),
        [
            "the model's contributions add up to more than the revenue ($300 of $30), so its baseline is \
          below 0: use it to predict, and not to say what a channel brought"
        ]
    );
}

#[test]
fn a_model_that_fails_a_check_stands_out_even_without_daily_rows() {
    let doubts = vec!["it predicts badly".to_owned(), "it is wide".to_owned()];
    let model = MartModel { doubts, ..MartModel::default() };
    assert_eq!(
        look_at::first(&input(&[], Ok(&model)), &Totals::of(&[])),
        ["the model fails by its own checks: it predicts badly; it is wide"]
    );
}

#[test]
fn a_quiet_account_has_nothing_to_look_at() {
    let rows: Vec<DailyRow> = (1..=14)
        .map(|number| row(&format!("2026-01-{number:02}"), "Search", 60.0, Some(90.0)))
        .collect();
    let summary = summary_txt(&input(&rows, Err("8 weeks are too few")));
    assert!(summary.contains("first\n\n- nothing stands out\n"), "{summary}");
    assert!(summary.contains("The model\n\n- none: 8 weeks are too few\n"), "{summary}");
    assert!(summary.contains("What was cleaned\n\n- nothing\n"), "{summary}");
    assert!(summary.contains("Missing   nothing: each channel has a row"), "{summary}");
}

#[test]
fn an_account_without_rows_says_so() {
    let summary = summary_txt(&input(&[], Err("no data")));
    assert!(summary.contains("There are no daily rows.\n"), "{summary}");
}

#[test]
fn no_line_is_wider_than_a_page_and_no_text_moves_a_cursor() {
    let hostile = format!("\u{1b}[2J{}", "日本".repeat(300));
    let mut rows = vec![row("2026-01-01", &hostile, 9e12, Some(1.0))];
    for number in 0..60 {
        rows.push(row("2026-01-03", &format!("channel {number}"), 9e12, Some(f64::from(number))));
    }
    let changes = [Change {
        day: "2026-01-01".parse().expect("a day"),
        series: hostile.clone(),
        measure: Some(Measure::Spend),
        before: Some(-1.0),
        after: Some(0.0),
        reason: Reason::Negative,
    }];
    let model = MartModel {
        name: hostile.clone(),
        performance: Some(PerformanceRow {
            r2: Some(0.5),
            mae: 1.0,
            rmse: 1.0,
            mape: None,
            samples: 1,
            model_type: hostile.clone(),
            alpha: None,
        }),
        doubts: vec!["日本".repeat(300)],
        ..MartModel::default()
    };
    for model in [Ok(&model), Err("none \u{1b}[2J")] {
        let summary = summary_txt(&MartInput { changes: &changes, ..input(&rows, model) });
        assert!(!summary.contains('\u{1b}'), "{summary:?}");
        assert!(summary.contains("21 other channels"), "{summary}");
        for line in summary.lines() {
            let width = columns(line);
            assert!(width <= COLUMNS_MAX, "{width}: {line}");
            assert!(!line.ends_with(' '), "{line:?}");
        }
    }
}

#[test]
fn what_the_model_advises_is_one_sentence_with_few_names() {
    let said = |advised: &[(&str, Action)]| {
        let of_each = advised.iter().map(|(name, action)| ((*name).to_owned(), *action));
        super::advised(&MartModel { advised: of_each.collect(), ..MartModel::default() })
    };
    let why = "(advice/channel_actions.csv says why; no budget reads it)";
    let (more, less, none) = (Action::Increase, Action::Reduce, Action::Monitor);
    assert_eq!(said(&[]), None);
    assert_eq!(
        said(&[("A", none)]),
        Some(format!("it sees no channel that surely deserves more or less {why}"))
    );
    assert_eq!(
        said(&[("A", more), ("B", none), ("C", less), ("\u{1b}D", more)]),
        Some(format!("it would give more to A and \\u{{1b}}D and less to C {why}"))
    );
    let of_claims = MartModel {
        is_of_claims: true,
        advised: vec![("A".to_owned(), more)],
        ..MartModel::default()
    };
    assert_eq!(
        advised(&of_claims),
        Some(format!("by what platforms claim, it would give more to A {why}"))
    );
    let names: Vec<String> = (1..=11).map(|number| format!("c{number}")).collect();
    let many: Vec<(&str, Action)> = names.iter().map(|name| (name.as_str(), less)).collect();
    assert_eq!(
        said(&many),
        Some(format!("it would give less to c1, c2, c3, c4, c5, c6, c7 and c8 (and 3 more) {why}"))
    );
}

#[test]
fn where_curves_without_a_shape_say_otherwise_the_summary_has_their_sentence() {
    let told = "curves without a fixed shape foretell 20 unseen periods clearly better";
    let mut model = MartModel::default();
    assert!(!summary_txt(&input(&[], Ok(&model))).contains("fixed shape"));
    model.of_families = Some(told.to_owned());
    assert!(summary_txt(&input(&[], Ok(&model))).contains(&format!("- {told}\n")));
}
