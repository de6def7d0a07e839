//! What only some worlds have: changes for good, effects that wander, common plans, days far off;
//! and what is true of the weeks after the last.

use super::*;

#[test]
fn a_shift_changes_all_days_from_its_week_on() {
    let mut world = bare();
    world.warm_up_weeks = 2;
    let calm = generate(&world, 3);
    world.baseline.shift = Some(Shift { week: 5, factor: 0.5 });
    world.channels[0].shift = Some(Shift { week: 6, factor: 0.2 });
    let shifted = generate(&world, 3);
    for day in 0..56 {
        let baseline = if day < 35 { 1.0 } else { 0.5 };
        assert_near(shifted.truth.baseline[day], baseline * calm.truth.baseline[day], 0.005);
        let effect = if day < 42 { 1.0 } else { 0.2 };
        let was = calm.truth.contributions[0][day];
        assert_near(shifted.truth.contributions[0][day], effect * was, 0.005);
    }
    assert_eq!(shifted.series.channels[0].spend, calm.series.channels[0].spend);
}

#[test]
fn an_effect_wanders_by_as_much_as_is_written() {
    let mut world = bare();
    world.weeks = 1000;
    world.channels[0].wander = Some(Wander { variation: 0.3, persistence: 0.5 });
    let effects = &generate(&world, 8).effects[0];
    let logarithms: Vec<f64> = effects.chunks(7).map(|week| week[0].ln()).collect();
    assert!(effects.chunks(7).all(|week| week.iter().all(|it| *it == week[0])));
    let variance = logarithms.iter().map(|it| it * it).sum::<f64>() / 1000.0;
    let neighbours = logarithms.windows(2).map(|two| two[0] * two[1]).sum::<f64>() / 1000.0;
    // Five standard errors: 0.3 · √((1 + 0.25)/(1 − 0.25)/2/1000) · 5, and √((1 − 0.25)/1000) · 5.
    assert_near(variance.sqrt(), 0.3, 0.044);
    assert_near(neighbours / variance, 0.5, 0.137);
}

#[test]
fn channels_that_follow_one_plan_correlate_by_the_product() {
    let mut world = shipped("plain").expect("it ships");
    world.weeks = 1000;
    for (channel, follows) in world.channels.iter_mut().zip([0.9, 0.8, 0.0, 0.0]) {
        channel.follows_others = follows;
        (channel.spend_variation, channel.daily_variation) = (0.5, 0.0);
    }
    let (weekly, _) = generate(&world, 5).weekly();
    let logarithms = |at: usize| -> Vec<f64> {
        weekly.channels[at].spend.iter().map(|spend| spend.ln()).collect()
    };
    // Deviations persist, which leaves about 700 weeks: four standard errors are 0.15.
    assert_near(correlation(&logarithms(0), &logarithms(1)), 0.72, 0.08);
    assert_near(correlation(&logarithms(0), &logarithms(2)), 0.0, 0.15);
}

#[test]
fn tails_leave_the_size_of_noise_and_bring_days_far_off() {
    let mut world = bare();
    world.weeks = 1000;
    world.noise.share = 0.05;
    let far = |world: &World| {
        let Generated { series, truth, .. } = generate(world, 6);
        let shares = (0..series.len())
            .map(|day| truth.noise[day] / (series.outcome[day] - truth.noise[day]));
        let shares: Vec<f64> = shares.collect();
        let variance = shares.iter().map(|it| it * it).sum::<f64>() / 7000.0;
        (variance.sqrt(), shares.iter().filter(|it| it.abs() > 0.2).count())
    };
    assert_eq!(far(&world).1, 0, "four deviations, once in sixteen thousand days");
    world.noise.tails = Some(5);
    let (deviation, days) = far(&world);
    assert_near(deviation, 0.05, 0.005);
    // P(|t| > 4 · √(5/3)) = 0.00355 with five degrees of freedom: 25 of 7000, give or take 20.
    assert!((5..=45).contains(&days), "{days}");
}

#[test]
fn a_further_unit_ahead_is_that_of_the_curve() {
    let mut world = bare();
    let generated = generate(&world, 1);
    assert_near(generated.present(0), 700.0, 1e-9);
    // By hand: 100 a day at half saturation bring 500 of 1000; 101 would bring 1000 · 101/201.
    let marginal = generated.marginal_ahead(&world, 0).expect("spent");
    assert_near(marginal, 1000.0 * (101.0 / 201.0 - 0.5), 1e-9);
    // From 100 to 300 a day: 750 instead of 500, on seven days.
    assert_near(generated.lift_ahead(&world, 0, 700.0, 2100.0), 7.0 * 250.0, 1e-6);
    world.channels[0].shift = Some(Shift { week: 3, factor: 0.5 });
    let halved = generate(&world, 1).marginal_ahead(&world, 0).expect("spent");
    assert_near(halved, 0.5 * marginal, 1e-9);
    world.channels[0].flighting = Flighting { share: 0.01, weeks: 1.0 };
    assert_eq!(generate(&world, 1).marginal_ahead(&world, 0), None);
}

#[test]
fn a_unit_ahead_is_followed_to_the_end_of_its_carryover() {
    let mut world = bare();
    world.warm_up_weeks = 52;
    world.channels[0].adstock = Adstock::Geometric { decay: 0.5 };
    let generated = generate(&world, 1);
    let found = generated.marginal_ahead(&world, 0).expect("spent");
    // Day by day: 200 are carried in, the half saturation too; 100 or 101 come on each of 28 days,
    // and nothing behind them.
    let brought = |daily: f64| {
        let (mut carried, mut brought) = (200.0, 0.0);
        for day in 0..200 {
            carried = 0.5 * carried + if day < 28 { daily } else { 0.0 };
            brought += 1000.0 * carried / (200.0 + carried);
        }
        brought
    };
    assert_near(found, (brought(101.0) - brought(100.0)) / 28.0, 1e-6);
}

#[test]
fn what_only_some_worlds_have_is_checked_where_it_is_written() {
    let text = include_str!("../../../../../tests/worlds/broken.toml");
    let faults = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        let source = SourceText { path: "my.toml".to_owned(), text: text.replacen(from, to, 1) };
        read(&source).map_or_else(|faults| render_faults(&faults), |_| String::new())
    };
    let missing = faults("week = 70\n", "");
    assert!(missing.contains("week is missing in shift of [baseline]"), "{missing}");
    assert!(faults("factor = 0.4", "factor = 11.0").contains("out of range"));
    let unknown = faults("factor = 0.4", "factor = 0.4\nfactors = 1");
    assert!(unknown.contains("unknown key factors"), "{unknown}");
    let tails = faults("autocorrelation = 0.1", "autocorrelation = 0.1\ntails = 2");
    assert!(tails.contains("out of range"), "{tails}");
}

#[test]
fn the_documentation_has_what_only_some_worlds_have() {
    let told = include_str!("../../../../../docs/worlds.md");
    for word in ["[baseline.shift]", "[channels.shift]", "[channels.wander]", "tails", "factor"] {
        assert!(told.contains(&format!("`{word}`")), "{word}");
    }
    assert!(told.contains("`follows_others`") && told.contains("`marginal_roas_ahead`"));
}
