//! A simulated advertiser → the lift tests that it made: one for each channel, whose true lift comes
//! from the world's own response, and is measured with an error.

use crate::domain::experiments::{Experiment, Experiments, TestedChange};
use crate::domain::{ChannelName, Day};
use crate::evaluate::worlds::chance::{normal, stream};
use crate::evaluate::worlds::media::{Generated, World};

/// A stream of its own.
const STREAM: u64 = 3_000_000;

/// By which share more is spent, and for how long; how long the lift is measured afterwards.
const SHARE: f64 = 0.5;
const WEEKS: usize = 4;
const CARRYOVER_WEEKS: u32 = 2;

/// The first test begins so many weeks before the end; the others follow at this distance.
const FIRST_WEEKS_BEFORE: usize = 28;
const DISTANCE_WEEKS: usize = 5;

/// The standard error, as a share of the true lift: such a test tells a lift from nothing at six of
/// them.
const ERROR_SHARE: f64 = 0.15;

const WEEK_DAYS: usize = 7;

/// The tests of `made`, which `world` brought forth by `seed`; channels beyond the fourth, and those
/// that rested, were not tested.
pub(super) fn experiments(world: &World, made: &Generated, seed: u64) -> Experiments {
    let mut random = stream(seed, STREAM);
    let days = made.series.len();
    let tests = world.channels.iter().enumerate().filter_map(|(at, channel)| {
        let luck = normal(&mut random);
        let weeks_before = FIRST_WEEKS_BEFORE.checked_sub(at * DISTANCE_WEEKS)?;
        let first = days.checked_sub(weeks_before * WEEK_DAYS)?;
        let last = first + WEEKS * WEEK_DAYS - 1;
        let measured = last + usize::try_from(CARRYOVER_WEEKS).ok()? * WEEK_DAYS;
        let lift = lift(world, made, at, first..=last, measured);
        (measured < days && lift > 0.0).then(|| Experiment {
            name: format!("test of {}", channel.name),
            channel: ChannelName::new(&channel.name).expect("names of a world are checked"),
            first_day: day(made, first),
            last_day: day(made, last),
            change: TestedChange::Share(SHARE),
            lift: lift * (1.0 + ERROR_SHARE * luck),
            error: lift * ERROR_SHARE,
            carryover_weeks: CARRYOVER_WEEKS,
        })
    });
    Experiments { tests: tests.collect(), ..Experiments::default() }
}

fn day(made: &Generated, at: usize) -> Day {
    made.series.periods[at]
}

/// What a channel brought up to the day `measured` that it would not have brought, had it spent less
/// on `days` by what the test added.
fn lift(
    world: &World,
    made: &Generated,
    at: usize,
    days: std::ops::RangeInclusive<usize>,
    measured: usize,
) -> f64 {
    let response = world.channels[at].response();
    let before = made.spend_before[at].len();
    let spend: Vec<f64> =
        made.spend_before[at].iter().chain(&made.series.channels[at].spend).copied().collect();
    let mut without = spend.clone();
    for day in days {
        without[before + day] /= 1.0 + SHARE;
    }
    let (with, without) = (response.contribution(&spend), response.contribution(&without));
    let differences = with.iter().zip(&without).map(|(with, without)| with - without);
    let effects = differences.skip(before).zip(&made.effects[at]);
    effects.take(measured + 1).map(|(lift, factor)| lift * factor).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advice::mmm::adstock::Adstock;
    use crate::evaluate::worlds::media::{Bend, generate, shipped};

    #[test]
    fn a_test_measures_the_true_lift_with_its_error() {
        let mut world = shipped("plain").expect("it ships");
        world.channels.truncate(1);
        world.weeks = 40;
        let channel = &mut world.channels[0];
        (channel.spend, channel.effect) = (150.0, 1000.0);
        (channel.spend_variation, channel.daily_variation) = (0.0, 0.0);
        channel.adstock = Adstock::Geometric { decay: 0.5 };
        // Nearly a line: each unit that is carried over brings 1000 / (1000 · 300), less a thousandth.
        channel.saturation = Bend { half_saturation: 1000.0, slope: 1.0 };
        let made = generate(&world, 1);
        let found = experiments(&world, &made, 1);
        let [test] = found.tests.as_slice() else { panic!("one channel, one test") };
        // By hand: 50 of 150 on 28 days, each twice with its carryover, of which next to nothing is
        // left after two weeks.
        let lift = 28.0 * 50.0 * 2.0 / 300.0;
        assert!((test.error - 0.15 * lift).abs() < 0.002 * lift, "{} {lift}", test.error);
        assert!((test.lift - lift).abs() < 5.0 * test.error && test.lift != lift);
        assert_eq!((test.last_day - test.first_day).num_days(), 27);
        let last = *made.series.periods.last().expect("days");
        assert_eq!((last - test.first_day).num_days(), 28 * 7 - 1);
        // Over many seeds the errors are as large as is said.
        let squares: f64 = (0..200)
            .map(|seed| {
                let test = &experiments(&world, &made, seed).tests[0];
                let off = (test.lift - test.error / 0.15) / test.error;
                off * off
            })
            .sum();
        assert!((squares / 200.0 - 1.0).abs() < 0.4, "{squares}");
    }
}
