mod shapes;

use super::*;
use crate::advice::mmm::classic::{self, features::is_holiday};
use crate::advice::mmm::series::ChannelSeries;

/// On the days that both are tested on, cleaned alike, with the holidays that both know and without.
#[test]
#[expect(clippy::print_stdout, reason = "the figures that docs quote")]
fn the_search_predicts_unseen_days_better_than_the_classic_pipeline() {
    let Some(rows) = classic::tests::facebook() else { return };
    let classic = classic::run(&rows).expect("a model");
    let days = &classic.days;
    let channels = days.channels.iter().zip(&days.spend).map(|(name, spend)| ChannelSeries {
        name: name.clone(),
        spend: spend.clone(),
        reported_revenue: None,
    });
    let series = Series {
        grain: Grain::Day,
        periods: days.days.clone(),
        outcome: days.revenue.clone(),
        channels: channels.collect(),
        controls: Vec::new(),
    };
    let mut settings = FitSettings::default();
    for holidays in [Vec::new(), days.days.iter().copied().filter(|day| is_holiday(*day)).collect()]
    {
        settings.regressors.holidays = holidays.into_iter().collect();
        let found = fit(&series, &settings).expect("a model").scores_test;
        let known = classic.scores_test;
        println!("R² {:.3}, mean absolute error {:.0}", found.r2.expect("an R²"), found.mae);
        assert_eq!(found.periods, known.periods);
        assert!(found.mae < known.mae, "{found:?} {known:?}");
        assert!(found.r2 > known.r2, "{found:?} {known:?}");
    }
}

#[test]
fn the_test_begins_where_it_is_asked_to() {
    let day = |text: &str| text.parse().expect("a day");
    let series = Series {
        grain: Grain::Week,
        periods: (0..10).map(|week| day("2023-11-27") + chrono::Days::new(7 * week)).collect(),
        outcome: vec![0.0; 10],
        channels: Vec::new(),
        controls: Vec::new(),
    };
    assert_eq!(train_periods(&series, Split::From(day("2023-12-31"))), 5);
    assert_eq!(train_periods(&series, Split::Share(0.2)), 8);
    assert_eq!(train_periods(&series, Split::Share(0.25)), 7);
}

#[test]
fn months_have_a_column_each_where_they_are_asked_for() {
    let first: Day = "2025-01-06".parse().expect("a Monday");
    let weeks = 10u64;
    let series = Series {
        grain: Grain::Week,
        periods: (0..weeks).map(|week| first + chrono::Days::new(7 * week)).collect(),
        outcome: vec![0.0; 10],
        channels: Vec::new(),
        controls: Vec::new(),
    };
    let names = |months| {
        let settings = RegressorSettings { months, ..RegressorSettings::default() };
        let columns = regressors(&series, &settings, series.len());
        columns.into_iter().map(|column| column.name).collect::<Vec<_>>()
    };
    // January to March: the first is what the others are compared with.
    assert_eq!(names(true), ["intercept", "month_2", "month_3"]);
    assert_eq!(names(false), ["intercept"]);
}
