use super::regression::{fit, quantile};
use super::*;
use crate::domain::{Day, Measures, Money, Week};
use crate::history::{ChannelHistory, DaySet};

/// Three columns (x₁, x₂, y) of 24 rows, drawn once with numpy and rounded.
const DATA: [(f64, f64, f64); 24] = [
    (715.0, 2644.0, 2444.0),
    (1048.0, 3981.0, 2905.0),
    (657.0, 2371.0, 2749.0),
    (932.0, 3125.0, 2989.0),
    (743.0, 3111.0, 2618.0),
    (1103.0, 2822.0, 2980.0),
    (905.0, 2401.0, 2578.0),
    (788.0, 3531.0, 2939.0),
    (1099.0, 2408.0, 3334.0),
    (1379.0, 3309.0, 3889.0),
    (1222.0, 2784.0, 2978.0),
    (1338.0, 3239.0, 3490.0),
    (1424.0, 2023.0, 3254.0),
    (1346.0, 3726.0, 3043.0),
    (1121.0, 2092.0, 2270.0),
    (1099.0, 2128.0, 2759.0),
    (1303.0, 2944.0, 3387.0),
    (1339.0, 3540.0, 3561.0),
    (1220.0, 2489.0, 3734.0),
    (1183.0, 3517.0, 3861.0),
    (697.0, 3658.0, 3274.0),
    (855.0, 2482.0, 2222.0),
    (1086.0, 3779.0, 2730.0),
    (879.0, 4167.0, 3028.0),
];

fn data() -> Sample {
    Sample {
        rows: DATA.iter().map(|(one, two, _)| vec![*one, *two]).collect(),
        labels: DATA.iter().map(|(_, _, label)| *label).collect(),
        positions: (0..DATA.len()).collect(),
    }
}

fn assert_close(found: f64, expected: f64) {
    assert!((found / expected - 1.0).abs() < 1e-9, "{found} is not {expected}");
}

/// Expected: statsmodels 0.15.0, `OLS(y, add_constant(x)).fit()` (params[1], bse[1]) and the same
/// with `cov_type="HAC", cov_kwds={"maxlags": L, "use_correction": True}` for L = 2 (the rule's lag
/// for 24 rows) and L = 4 (five weeks of overlap). Overlapping errors: numpy 2.4.6, the square
/// root of mse_resid · a Ω aᵀ with a = pinv(X)[1] and Ω the matrix of 1 − lag/overlap.
#[test]
fn coefficient_and_errors_agree_with_statsmodels() {
    let two = fit(&data(), 2).expect("well-conditioned");
    assert_close(two.coefficient, 1.158_308_872_201_997_2);
    assert_close(two.errors.classic, 0.316_879_562_506_356_96);
    assert_close(two.errors.robust, 0.229_905_210_943_262_44);
    assert_close(two.errors.overlapping, 0.381_943_295_348_878_4);
    assert_eq!(two.degrees, 21);
    assert_close(two.errors.largest(), 0.381_943_295_348_878_4);
    let three = fit(&data(), 3).expect("well-conditioned");
    assert_close(three.errors.overlapping, 0.432_780_333_076_630_66);
    let five = fit(&data(), 5).expect("well-conditioned");
    assert_close(five.errors.robust, 0.199_153_799_345_857_1);
}

/// Expected: numpy 2.4.6, the formulas of both errors written as full matrices over the positions
/// 0 to 9 and 11 to 24.
#[test]
fn a_gap_in_the_weeks_is_a_gap_between_errors() {
    let mut sample = data();
    sample.positions.iter_mut().skip(10).for_each(|position| *position += 1);
    let effect = fit(&sample, 2).expect("well-conditioned");
    assert_close(effect.errors.robust, 0.231_590_378_068_329_38);
    assert_close(effect.errors.overlapping, 0.376_822_621_929_988_5);
}

/// Expected: scipy 1.17.1, `scipy.stats.t.ppf(0.5 + confidence / 2, degrees)`.
#[test]
fn quantiles_agree_with_scipy() {
    let cases = [
        (0.8, 7, 1.414_923_927_650_508_6),
        (0.8, 20, 1.325_340_706_985_046_5),
        (0.95, 5, 2.570_581_835_636_314_5),
        (0.5, 1, 1.0),
        (0.999, 148, 3.357_477_793_230_087),
    ];
    for (confidence, degrees, expected) in cases {
        assert_close(quantile(confidence, degrees).expect("defined"), expected);
    }
    assert_eq!(quantile(f64::NAN, 7), None);
    assert_eq!(quantile(1.0, 7), None);
    assert_eq!(quantile(0.8, 0), None);
}

/// Expected: numpy 2.4.6, `lstsq` anew at each row on the rows whose label had ended by then
/// (those at least two before it), from twelve such rows on: eleven predictions.
#[test]
fn the_walk_forward_test_uses_only_labels_that_had_ended() {
    let result = walk_forward::test(&data(), 2).expect("enough rows");
    assert_eq!(result.points, 11);
    assert_close(result.error, 496.339_556_181_510_94);
    assert_close(result.error_of_mean, 556.250_363_969_866_5);
}

/// Columns u and u + `share` · v, where u and v have the same length and are orthogonal to each
/// other and to the intercept.
fn nearly_alike(share: f64) -> Sample {
    let pattern = [(1.0, 1.0), (-1.0, 1.0), (1.0, -1.0), (-1.0, -1.0)];
    let rows = pattern.iter().cycle().take(24).map(|(u, v)| vec![*u, u + share * v]).collect();
    Sample { rows, ..data() }
}

/// By hand: the columns' correlation is r = 1/√(1 + share²), the condition number
/// √((1 + r)/(1 − r)); it is 30 at r = 899/901, which is share = 0.0667.
#[test]
fn a_condition_number_above_thirty_is_ill_conditioned() {
    assert_eq!(fit(&nearly_alike(0.066), 2), Err(IllConditioned));
    assert!(fit(&nearly_alike(0.068), 2).is_ok());
    assert_eq!(fit(&nearly_alike(0.0), 2), Err(IllConditioned));
}

#[test]
fn columns_that_determine_nothing_are_ill_conditioned() {
    let with_second = |second: f64| Sample {
        rows: DATA.iter().map(|(one, _, _)| vec![*one, second]).collect(),
        ..data()
    };
    assert_eq!(fit(&with_second(7.0), 2), Err(IllConditioned));
    assert_eq!(fit(&with_second(f64::NAN), 2), Err(IllConditioned));
    assert_eq!(fit(&with_second(f64::INFINITY), 2), Err(IllConditioned));
    let too_few = Sample { rows: data().rows[..3].to_vec(), labels: vec![1.0, 2.0, 4.0], ..data() };
    assert_eq!(fit(&too_few, 2), Err(IllConditioned));
}

fn email() -> ChannelName {
    ChannelName::new("Email").expect("a name")
}

fn week(spend: i128, revenue: i128) -> ChannelWeek {
    ChannelWeek {
        measures: Measures {
            spend: Money::from_minor(spend),
            revenue: Money::from_minor(revenue),
            ..Measures::NONE
        },
        days: DaySet::FULL,
    }
}

fn history(weeks: Vec<ChannelWeek>) -> WeeklyHistory {
    let first: Day = "2024-01-01".parse().expect("a day");
    let all = (0u32..).take(weeks.len()).map(|number| Week::starting(first).forward(number));
    WeeklyHistory {
        weeks: all.collect(),
        channels: vec![ChannelHistory { channel: email(), weeks }],
        files: Vec::new(),
    }
}

fn verdict_on(settings: &BlockerSettings, weeks: Vec<ChannelWeek>) -> Verdict {
    let mut opinions = look(settings, &history(weeks), &[email()]);
    assert_eq!(opinions.len(), 1);
    opinions.remove(0).verdict
}

/// Whole numbers from 0 to 1008 without a pattern that a line could follow.
fn scattered(number: usize) -> i128 {
    let number = i128::try_from(number).expect("small");
    (number * number * 7919 + number * 104_729) % 1009
}

/// Spend between 10,000 and 20,090 in steps of ten, without a pattern.
fn scattered_spend(number: usize) -> i128 {
    10_000 + 10 * scattered(number)
}

/// Revenue = now tenths of this week's spend, one of last week's, two of the one before.
fn weeks_with_effects(count: usize, now: i128, one: i128, two: i128) -> Vec<ChannelWeek> {
    let spend = |week: usize| scattered_spend(week + 2);
    (0..count)
        .map(|number| {
            let earlier = |back: usize| scattered_spend(number + 2 - back);
            let revenue = now * spend(number) + one * earlier(1) + two * earlier(2);
            week(spend(number), revenue / 10)
        })
        .collect()
}

#[test]
fn an_exact_delayed_effect_is_found_exactly() {
    // 0.8 next week and 0.4 the week after: 1.2, with nothing left to explain.
    let weeks = weeks_with_effects(30, 5, 8, 4);
    let Verdict::Veto(estimate) = verdict_on(&BlockerSettings::default(), weeks) else {
        panic!("1.2 is above the hurdle of 1")
    };
    assert!((estimate.cost - 1.2).abs() < 1e-9, "{estimate:?}");
    assert!(estimate.high - estimate.low < 1e-9, "{estimate:?}");
    assert_eq!((estimate.horizon_weeks, estimate.weeks_used), (2, 30));
    // A horizon of one week sees 0.8 of it, which a cut does not have to fear.
    let settings = BlockerSettings { horizon_weeks: 1, ..BlockerSettings::default() };
    let Verdict::Pass(estimate) = verdict_on(&settings, weeks_with_effects(30, 5, 8, 4)) else {
        panic!("0.8 is below the hurdle of 1")
    };
    assert!((estimate.cost - 0.8).abs() < 1e-9, "{estimate:?}");
}

#[test]
fn a_veto_needs_a_lower_bound_above_the_hurdle() {
    let weeks = || weeks_with_effects(30, 5, 8, 4);
    let with_hurdle = |hurdle| BlockerSettings { hurdle, ..BlockerSettings::default() };
    assert!(matches!(verdict_on(&with_hurdle(1.19), weeks()), Verdict::Veto(_)));
    assert!(matches!(verdict_on(&with_hurdle(1.21), weeks()), Verdict::Pass(_)));
    assert!(matches!(verdict_on(&with_hurdle(f64::NAN), weeks()), Verdict::Pass(_)));
}

#[test]
fn money_of_any_size_gives_the_same_estimate() {
    // 10¹¹ times as large: about 10¹⁵ minor units a week.
    let large = |week: &ChannelWeek| ChannelWeek {
        measures: Measures {
            spend: Money::from_minor(week.measures.spend.minor() * 100_000_000_000),
            revenue: Money::from_minor(week.measures.revenue.minor() * 100_000_000_000),
            ..Measures::NONE
        },
        days: week.days,
    };
    let weeks = weeks_with_effects(30, 5, 8, 4).iter().map(large).collect();
    let Verdict::Veto(estimate) = verdict_on(&BlockerSettings::default(), weeks) else {
        panic!("1.2 is above the hurdle of 1")
    };
    assert!((estimate.cost - 1.2).abs() < 1e-6, "{estimate:?}");
}

#[test]
fn windows_hold_only_weeks_that_happened() {
    let weeks: Vec<ChannelWeek> =
        (1..=6).map(|number| week(number * number, 100 * number)).collect();
    let found = windows(&weeks, 2, DemandSign::WeekBefore);
    // By hand: spend 1 4 9 16 25 36, revenue 100 … 600; the newest label ends in the last week.
    assert_eq!(found.sample.positions, [1, 2, 3]);
    assert_eq!(found.sample.rows[0], [4.0, 1.0, 9.0, 16.0, 100.0]);
    assert_eq!(found.sample.rows[2], [16.0, 9.0, 25.0, 36.0, 300.0]);
    assert_eq!(found.sample.labels, [700.0, 900.0, 1100.0]);
    assert_eq!(found.weeks_used, 6);
    let same_week = windows(&weeks, 2, DemandSign::SameWeek);
    assert_eq!(same_week.sample.rows[0], [4.0, 1.0, 9.0, 16.0, 200.0]);
    assert_eq!(windows(&weeks[..3], 2, DemandSign::WeekBefore).sample.rows.len(), 0);
    assert_eq!(windows(&[], 8, DemandSign::WeekBefore).weeks_used, 0);
}

#[test]
fn no_window_reaches_over_an_incomplete_week() {
    let mut weeks: Vec<ChannelWeek> = (1..=12).map(|number| week(number, number)).collect();
    weeks[5].days = DaySet::default().with(0);
    let found = windows(&weeks, 2, DemandSign::WeekBefore);
    // Weeks 0 to 4 hold the windows around 1 and 2, weeks 6 to 11 those around 7, 8 and 9.
    assert_eq!(found.sample.positions, [1, 2, 7, 8, 9]);
    assert_eq!(found.weeks_used, 5 + 6);
    // A stretch of three weeks holds no window of four, so its weeks are of no use.
    weeks[9].days = DaySet::default();
    let found = windows(&weeks, 2, DemandSign::WeekBefore);
    assert_eq!(found.sample.positions, [1, 2]);
    assert_eq!(found.weeks_used, 5);
}

#[test]
fn trend_and_season_come_with_the_history() {
    let columns = |count: usize| {
        let weeks = vec![week(1, 1); count];
        windows(&weeks, 2, DemandSign::WeekBefore).sample.coefficients()
    };
    // A horizon of 2 needs three weeks more than windows; 5 columns and the intercept always.
    assert_eq!((columns(28), columns(29)), (6, 7));
    assert_eq!((columns(106), columns(107)), (7, 9));
}

#[test]
fn only_the_newest_three_years_are_learnt_from() {
    let found = windows(&vec![week(1, 1); 400], 2, DemandSign::WeekBefore);
    assert_eq!((found.sample.rows.len(), found.weeks_used), (153, 156));
}

#[test]
fn a_blocker_switched_off_is_silent() {
    let settings = BlockerSettings { enabled: false, ..BlockerSettings::default() };
    let verdict = verdict_on(&settings, weeks_with_effects(30, 5, 8, 4));
    assert_eq!(verdict, Verdict::Silent(Silence::Disabled));
}

#[test]
fn a_short_history_is_silent() {
    let settings = BlockerSettings::default();
    let short = |weeks, weeks_min| Verdict::Silent(Silence::HistoryTooShort { weeks, weeks_min });
    assert_eq!(verdict_on(&settings, weeks_with_effects(15, 5, 8, 4)), short(15, 16));
    assert!(matches!(verdict_on(&settings, weeks_with_effects(16, 5, 8, 4)), Verdict::Veto(_)));
    assert_eq!(verdict_on(&settings, Vec::new()), short(0, 16));
    // Weeks that are there but incomplete don't count.
    let mut gap = weeks_with_effects(16, 5, 8, 4);
    gap[15].days = DaySet::default();
    assert_eq!(verdict_on(&settings, gap), short(15, 16));
    // Whatever the account allows, the regression needs 6 + 2 + 1 + 4 = 13 windows, 16 weeks.
    let lenient = BlockerSettings { history_weeks_min: 0, ..settings };
    assert_eq!(verdict_on(&lenient, weeks_with_effects(15, 5, 8, 4)), short(15, 16));
}

#[test]
fn spend_that_hardly_varies_is_silent() {
    let silent = Verdict::Silent(Silence::SpendHardlyVaried);
    let settings = BlockerSettings::default();
    let with_spend = |spend: &dyn Fn(usize) -> i128| -> Vec<ChannelWeek> {
        (0..30).map(|number| week(spend(number), 5_000 + scattered(number))).collect()
    };
    assert_eq!(verdict_on(&settings, with_spend(&|_| 10_000)), silent);
    assert_eq!(verdict_on(&settings, with_spend(&|_| 0)), silent);
    // 10,000 ± 4 % in turn, and 10,000 ± 6 %.
    let turns = |step: i128| {
        move |number: usize| 10_000 + if number.is_multiple_of(2) { step } else { -step }
    };
    assert_eq!(verdict_on(&settings, with_spend(&turns(400))), silent);
    assert_ne!(verdict_on(&settings, with_spend(&turns(600))), silent);
}

#[test]
fn spend_that_repeats_itself_is_ill_conditioned() {
    // High and low weeks in turn: this week's spend says what last week's and the next were.
    let weeks = (0..30)
        .map(|number: usize| {
            week(if number.is_multiple_of(2) { 10_000 } else { 13_000 }, 5_000 + scattered(number))
        })
        .collect();
    let verdict = verdict_on(&BlockerSettings::default(), weeks);
    assert_eq!(verdict, Verdict::Silent(Silence::IllConditioned));
    // No revenue at all explains nothing.
    let weeks = (0..30).map(|number| week(scattered_spend(number), 0)).collect();
    let verdict = verdict_on(&BlockerSettings::default(), weeks);
    assert_eq!(verdict, Verdict::Silent(Silence::IllConditioned));
}

#[test]
fn a_regression_that_predicts_worse_than_the_mean_is_silent() {
    // Revenue that has nothing to do with spend: what the fit learns is noise.
    let weeks =
        (0..20).map(|number| week(scattered_spend(number), 5_000 + scattered(3 * number + 1)));
    let verdict = verdict_on(&BlockerSettings::default(), weeks.collect());
    let Verdict::Silent(Silence::WorseThanMean { error, error_of_mean }) = verdict else {
        panic!("{verdict:?}")
    };
    assert!(error > error_of_mean && error_of_mean > 0.0);
}

#[test]
fn each_cut_gets_one_opinion_in_its_order() {
    let unknown = ChannelName::new("Radio").expect("a name");
    let cuts = [unknown.clone(), email()];
    let opinions =
        look(&BlockerSettings::default(), &history(weeks_with_effects(30, 5, 8, 4)), &cuts);
    let channels: Vec<&ChannelName> = opinions.iter().map(|opinion| &opinion.channel).collect();
    assert_eq!(channels, [&unknown, &email()]);
    let short = Silence::HistoryTooShort { weeks: 0, weeks_min: 16 };
    assert_eq!(opinions[0].verdict, Verdict::Silent(short));
    let json = serde_json::to_string(&opinions[0]).expect("plain values");
    assert_eq!(
        json,
        r#"{"channel":"Radio","verdict":{"verdict":"silent","silence":"history_too_short","weeks":0,"weeks_min":16}}"#
    );
}

#[test]
fn no_history_makes_it_panic_or_speak_in_infinities() {
    let amounts: [fn(usize) -> (i128, i128); 7] = [
        |_| (0, 0),
        |_| (1, 1),
        |number| (i128::from(number == 7), 0),
        |number| {
            (10_000_000_000_000 * scattered(number), 10_000_000_000_000 * scattered(number + 1))
        },
        |number| (scattered(number), 10i128.pow(22) * scattered(number + 5)),
        |number| (10i128.pow(22) * scattered(number), i128::from(number % 3 == 0)),
        |number| (i128::from(number > 20) * scattered(number), scattered(number * 3)),
    ];
    for (amount, count) in
        amounts.iter().flat_map(|amount| [2, 4, 16, 17, 40, 160].map(|n| (amount, n)))
    {
        for horizon_weeks in [0, 1, 2, 8, u32::MAX] {
            let weeks = (0..count).map(amount).map(|(s, r)| week(s, r)).collect();
            let settings = BlockerSettings {
                horizon_weeks,
                history_weeks_min: 1,
                ..BlockerSettings::default()
            };
            if let Verdict::Veto(estimate) | Verdict::Pass(estimate) = verdict_on(&settings, weeks)
            {
                let numbers = [estimate.cost, estimate.low, estimate.high];
                assert!(numbers.iter().all(|number| number.is_finite()), "{estimate:?}");
            }
        }
    }
}

#[test]
fn the_interval_is_as_wide_as_the_largest_of_the_errors() {
    let mut weeks = weeks_with_effects(40, 20, 2, 1);
    for (number, week) in weeks.iter_mut().enumerate() {
        week.measures.revenue =
            week.measures.revenue + Money::from_minor(5 * scattered(number + 400));
    }
    let sample = windows(&weeks, 2, DemandSign::WeekBefore).sample;
    let effect = fit(&sample, 2).expect("well-conditioned");
    assert!(effect.errors.largest() > 1.02 * effect.errors.classic, "{effect:?}");
    let Verdict::Pass(estimate) = verdict_on(&BlockerSettings::default(), weeks) else {
        panic!("0.3 is below the hurdle")
    };
    // 37 windows less 7 coefficients: t.ppf(0.9, 30) of scipy 1.17.1 is 1.310415.
    let reach = 1.310_415 * effect.errors.largest();
    assert_eq!(effect.degrees, 30);
    assert!((estimate.cost - effect.coefficient).abs() < 1e-12);
    assert!(((estimate.high - estimate.low) / 2.0 / reach - 1.0).abs() < 1e-6, "{estimate:?}");
}
