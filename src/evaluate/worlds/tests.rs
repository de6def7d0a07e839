use super::*;
use crate::domain::Week;
use crate::history::WeeklyHistory;

fn first_day() -> Day {
    "2025-06-02".parse().expect("a Monday")
}

/// One channel without any noise in its revenue.
fn exact(delayed: Vec<f64>) -> World {
    let channel = WorldChannel {
        delayed,
        noise: 0.0,
        drift: 0.0,
        ..WorldChannel::plain("Email", 70_000.0, 2.0)
    };
    World { name: "exact", demand: CALM, channels: vec![channel] }
}

fn spend(row: &WorldRow) -> i128 {
    row.measures.spend.minor()
}

#[test]
fn the_same_arguments_give_the_same_rows() {
    let world = noisy();
    let rows = generate(&world, 7, first_day(), 6);
    assert_eq!(rows, generate(&world, 7, first_day(), 6));
    assert_ne!(rows, generate(&world, 8, first_day(), 6));
    assert_eq!(rows.len(), 6 * 7 * 4);
    assert_eq!(rows[..3 * 7 * 4], generate(&world, 7, first_day(), 3));
}

#[test]
fn a_channel_does_not_depend_on_the_others() {
    let mut fewer = steady();
    fewer.channels.truncate(2);
    let of_email = |world: &World| -> Vec<WorldRow> {
        let rows = generate(world, 3, first_day(), 4);
        rows.into_iter().filter(|row| row.channel.as_str() == "Email").collect()
    };
    assert_eq!(of_email(&steady()), of_email(&fewer));
}

#[test]
fn revenue_comes_from_the_spend_that_the_world_says() {
    // Twice the spend comes back: two tenths at once, five a week later, three two weeks later.
    let rows = generate(&exact(vec![0.5, 0.3]), 1, first_day(), 8);
    for day in 14..rows.len() {
        let tenths = 2 * spend(&rows[day]) + 5 * spend(&rows[day - 7]) + 3 * spend(&rows[day - 14]);
        let difference = rows[day].measures.revenue.minor() - 2 * tenths / 10;
        // Each amount is rounded to the minor unit by itself.
        assert!(difference.abs() <= 3, "day {day}: {difference}");
    }
}

#[test]
fn the_delayed_effect_is_what_a_little_more_spend_brings_later() {
    let plain = &exact(vec![0.5, 0.3, 0.1]).channels[0];
    // By hand: 2.0 × 0.5, 2.0 × 0.8, 2.0 × 0.9.
    for (weeks, truth) in [(1, 1.0), (2, 1.6), (3, 1.8), (9, 1.8)] {
        assert!((plain.delayed_effect(weeks) - truth).abs() < 1e-12);
    }
    let saturated = WorldChannel { half_saturation: Some(0.5), ..plain.clone() };
    // A thousandth more spend, on both sides.
    let slope = (saturated.response(1.001) - saturated.response(0.999)) / 0.002;
    assert!((saturated.response(1.0) - 1.0).abs() < 1e-12);
    assert!((saturated.delayed_effect(2) - 1.6 * slope).abs() < 1e-6);
}

#[test]
fn a_break_changes_spend_and_revenue_from_its_week_on() {
    let mut broken = exact(Vec::new());
    broken.channels[0].broken = Some(Break { week: 2, revenue_factor: 0.5, spend_factor: 0.5 });
    let (before, after) =
        (generate(&exact(Vec::new()), 5, first_day(), 4), generate(&broken, 5, first_day(), 4));
    assert_eq!(before[..14], after[..14]);
    for (one, other) in before[14..].iter().zip(&after[14..]) {
        assert!((spend(one) - 2 * spend(other)).abs() <= 1);
        // Half of the spend earns half of a half.
        let revenue = |row: &WorldRow| row.measures.revenue.minor();
        assert!((revenue(one) - 4 * revenue(other)).abs() <= 4);
    }
}

#[test]
fn normal_draws_are_normal() {
    let mut random = stream(1, 1);
    let draws: Vec<f64> = (0..20_000).map(|_| normal(&mut random)).collect();
    let mean = draws.iter().sum::<f64>() / 20_000.0;
    let variance = draws.iter().map(|draw| (draw - mean) * (draw - mean)).sum::<f64>() / 20_000.0;
    let beyond = draws.iter().filter(|draw| draw.abs() > 1.959_964).count();
    // Five standard errors: 5/√20000, 5·√(2/20000), and 5 % ± 5·√(0.05 · 0.95/20000).
    assert!(mean.abs() < 0.036, "{mean}");
    assert!((variance - 1.0).abs() < 0.05, "{variance}");
    assert!((846..=1_154).contains(&beyond), "{beyond}");
}

#[test]
fn usual_spend_is_met_and_counts_are_those_of_a_real_channel() {
    let rows = generate(&steady(), 11, first_day(), 52);
    let total: i128 = rows.iter().map(spend).sum();
    // 500,000.00 a week for 52 weeks, within five percent.
    assert!((total / 52 - 50_000_000).abs() < 2_500_000, "{total}");
    for measures in rows.iter().map(|row| row.measures) {
        assert!(measures.spend.is_positive() && measures.revenue.is_positive());
        assert!(measures.clicks > Some(0) && measures.clicks < measures.impressions);
        assert!(measures.conversions.is_some());
    }
}

#[test]
fn rows_are_written_in_the_long_format() {
    let row = |channel: &str, spend: i128| WorldRow {
        day: first_day(),
        channel: ChannelName::new(channel).expect("a name"),
        measures: Measures {
            spend: Money::from_minor(spend),
            revenue: Money::from_minor(5),
            impressions: Some(300),
            clicks: Some(10),
            conversions: Some(Conversions::from_millionths(2_000_000)),
        },
    };
    let text = to_csv(&[row("Email", 123_450), row("A \"b\", c", 700)]);
    assert_eq!(
        text,
        "date,channel,spend,impressions,clicks,conversions,revenue\n\
         2025-06-02,Email,1234.50,300,10,2,0.05\n\
         2025-06-02,\"A \"\"b\"\", c\",7.00,300,10,2,0.05\n"
    );
}

#[test]
fn facts_make_a_complete_history() {
    let world = steady();
    let account = world.account();
    assert_eq!(account.total_budget_weekly, Money::from_minor(50_000_000));
    let facts = facts(&account, &generate(&world, 1, first_day(), 3));
    let history = WeeklyHistory::build(&account, Week::starting(first_day()).forward(3), &facts);
    assert_eq!((history.weeks.len(), history.channels.len()), (3, 4));
    let weeks = history.channels.iter().flat_map(|channel| &channel.weeks);
    assert!(weeks.into_iter().all(crate::history::ChannelWeek::is_complete));
}

#[test]
fn an_endless_simulation_is_cut_off() {
    let rows = generate(&exact(Vec::new()), 1, first_day(), u32::MAX);
    assert_eq!(rows.len(), 7 * 1_043);
}
