//! What cleaning changes, what it leaves out, and that it says both.

use super::*;

fn day(number: u32) -> Day {
    Day::from_ymd_opt(2026, 1, number).expect("a day")
}

fn figures(values: &[Option<f64>]) -> Figures {
    (1..).zip(values).map(|(number, value)| (day(number), *value)).collect()
}

fn observed(spend: &[Option<f64>], outcome: &[Option<f64>]) -> Observed {
    Observed {
        grain: Grain::Day,
        channels: vec![ObservedChannel {
            name: "Email".to_owned(),
            spend: figures(spend),
            revenue: Figures::new(),
        }],
        outcome: figures(outcome),
        controls: std::collections::BTreeMap::new(),
    }
}

#[test]
fn a_blank_takes_what_is_usual_around_it_and_is_named() {
    let spend = [Some(10.0), Some(12.0), None, Some(14.0), Some(20.0)];
    let outcome = [Some(100.0), None, Some(120.0), Some(110.0), Some(90.0)];
    let found = prepare(&observed(&spend, &outcome), PrepareSettings::default());
    let found = found.expect("a series");
    // Medians of 10, 12, 14, 20 and of 90, 100, 110, 120.
    assert_eq!(found.series.channels[0].spend, [10.0, 12.0, 13.0, 14.0, 20.0]);
    assert_eq!(found.series.outcome[1], 105.0);
    let told: Vec<_> = found.changes.iter().map(|it| (it.day, it.measure, it.after)).collect();
    assert_eq!(
        told,
        [(day(3), Some(Measure::Spend), Some(13.0)), (day(2), Some(Measure::Outcome), Some(105.0))]
    );
}

#[test]
fn negatives_become_zero_and_are_named() {
    let spend = [Some(10.0), Some(-3.0), Some(14.0)];
    let found =
        prepare(&observed(&spend, &[Some(1.0), Some(2.0), Some(3.0)]), PrepareSettings::default())
            .expect("a series");
    assert_eq!(found.series.channels[0].spend, [10.0, 0.0, 14.0]);
    assert_eq!(found.changes.len(), 1);
    assert_eq!(found.changes[0].reason, Reason::Negative);
    assert_eq!(found.changes[0].before, Some(-3.0));
}

#[test]
fn a_figure_far_out_is_brought_to_the_fence_and_named() {
    let mut spend: Vec<Option<f64>> = (0..20).map(|at| Some(100.0 + f64::from(at))).collect();
    spend[7] = Some(90_000.0);
    let outcome: Vec<Option<f64>> = (0..20).map(|at| Some(1000.0 + f64::from(at))).collect();
    let found = prepare(&observed(&spend, &outcome), PrepareSettings::default());
    let found = found.expect("a series");
    let [change] = &found.changes[..] else { panic!("{:?}", found.changes) };
    assert_eq!((change.day, change.before), (day(8), Some(90_000.0)));
    // The third quartile is below 116; the reach at least exp(3 · 0.17) = 1.67.
    let after = change.after.expect("a figure");
    assert!((150.0..220.0).contains(&after), "{after}");
}

#[test]
fn a_channel_whose_spend_is_never_known_is_left_out_without_a_change() {
    let spend: Vec<Option<f64>> = (0..20).map(|at| Some(100.0 + f64::from(at))).collect();
    let outcome: Vec<Option<f64>> = (0..20).map(|at| Some(1000.0 + f64::from(at))).collect();
    let mut observed = observed(&spend, &outcome);
    observed.channels.push(ObservedChannel {
        name: "Radio".to_owned(),
        spend: figures(&[None; 20]),
        revenue: figures(&[Some(7.0); 20]),
    });
    let found = prepare(&observed, PrepareSettings::default()).expect("a series");
    assert_eq!(found.series.channels.len(), 1);
    let [left] = &found.left_out[..] else { panic!("{:?}", found.left_out) };
    assert_eq!((left.name.as_str(), left.why.as_str()), ("Radio", "its spend is not known"));
    assert!(found.changes.is_empty(), "{:?}", found.changes);
    // One figure is enough to know what is usual around it.
    observed.channels[1].spend.insert(day(3), Some(5.0));
    let found = prepare(&observed, PrepareSettings::default()).expect("a series");
    assert!(found.left_out.iter().all(|left| left.why != "its spend is not known"));
}

#[test]
fn a_control_that_is_nearly_the_revenue_is_left_out_by_name() {
    let spend: Vec<Option<f64>> = (0..20).map(|at| Some(100.0 + f64::from(at))).collect();
    let wave = |at: u32| 1000.0 + 50.0 * f64::from(at * 7 % 11);
    let outcome: Vec<Option<f64>> = (0..20).map(|at| Some(wave(at))).collect();
    let mut observed = observed(&spend, &outcome);
    // Orders of 25 each, one of them not known; and something else with the same trend.
    let mut orders: Vec<Option<f64>> = (0..20).map(|at| Some(wave(at) / -25.0)).collect();
    orders[12] = None;
    observed.controls.insert("orders".to_owned(), figures(&orders));
    let price: Vec<Option<f64>> = (0..20).map(|at| Some(f64::from(at * 3 % 7))).collect();
    observed.controls.insert("price".to_owned(), figures(&price));
    let found = prepare(&observed, PrepareSettings::default()).expect("a series");
    let kept: Vec<&str> = found.series.controls.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(kept, ["price"]);
    let [left] = &found.left_out[..] else { panic!("{:?}", found.left_out) };
    assert_eq!(left.name, "orders");
    assert!(left.why.starts_with("it is nearly the revenue itself"), "{}", left.why);
    assert!(found.changes.is_empty(), "{:?}", found.changes);
}

#[test]
fn a_control_may_lie_below_zero() {
    let spend = [Some(10.0), Some(12.0), Some(13.0), Some(14.0)];
    let mut observed = observed(&spend, &[Some(9.0), Some(7.0), Some(9.5), Some(8.0)]);
    let cold = figures(&[Some(-8.0), None, Some(-4.0), Some(-6.0)]);
    observed.controls.insert("temperature".to_owned(), cold);
    let found = prepare(&observed, PrepareSettings::default()).expect("a series");
    assert_eq!(found.series.controls[0].values, [-8.0, -6.0, -4.0, -6.0]);
}

#[test]
fn without_outlier_ranges_nothing_is_clipped() {
    let mut spend: Vec<Option<f64>> = (0..20).map(|at| Some(100.0 + f64::from(at))).collect();
    spend[7] = Some(90_000.0);
    let outcome: Vec<Option<f64>> = (0..20).map(|at| Some(1000.0 + f64::from(at))).collect();
    let settings = PrepareSettings { outlier_ranges: f64::INFINITY, ..PrepareSettings::default() };
    let found = prepare(&observed(&spend, &outcome), settings).expect("a series");
    assert_eq!(found.series.channels[0].spend[7].to_bits(), 90_000.0f64.to_bits());
    assert!(found.changes.is_empty());
}

#[test]
fn a_channel_that_is_mostly_empty_is_left_out_by_name() {
    let spend: Vec<Option<f64>> = (0..20).map(|at| Some(if at == 3 { 5.0 } else { 0.0 })).collect();
    let outcome: Vec<Option<f64>> = (0..20).map(|at| Some(f64::from(at))).collect();
    let failure = prepare(&observed(&spend, &outcome), PrepareSettings::default());
    assert_eq!(failure.expect_err("nothing is left").code(), "no_variation");
    let settings = PrepareSettings { empty_share_max: 0.95, ..PrepareSettings::default() };
    assert!(prepare(&observed(&spend, &outcome), settings).is_ok());
}
#[test]
fn a_few_periods_make_no_control_the_revenue() {
    let spend: Vec<Option<f64>> = (0..20).map(|at| Some(100.0 + f64::from(at))).collect();
    let wave = |at: u32| Some(1000.0 + 50.0 * f64::from(at * 7 % 11));
    let mut observed = observed(&spend, &(0..20).map(wave).collect::<Vec<_>>());
    let eleven = (0..20).map(|at| wave(at).filter(|_| at < 11)).collect::<Vec<_>>();
    observed.controls.insert("orders".to_owned(), figures(&eleven));
    let found = prepare(&observed, PrepareSettings::default()).expect("a series");
    assert_eq!(found.series.controls.len(), 1);
    observed.controls.insert("orders".to_owned(), figures(&[&eleven[..11], &[wave(11)]].concat()));
    let found = prepare(&observed, PrepareSettings::default()).expect("a series");
    assert!(found.series.controls.is_empty());
}
