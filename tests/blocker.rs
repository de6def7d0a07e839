//! The blocker in simulated worlds whose truth is known: how often it stops a cut that should
//! stand, and how often it sees one that should not. Both rates are measured and bounded here.

use rayon::prelude::*;

use budgetd::advice::blocker::{Verdict, look};
use budgetd::domain::{BlockerSettings, ChannelName, Day, Money};
use budgetd::evaluate::worlds::{self, DEMO_SEED, World, WorldChannel, facts, generate};
use budgetd::history::{ChannelWeek, DaySet, WeeklyHistory};

/// The blocker was built on others (0 to 149).
const SEEDS: std::ops::Range<u64> = 1_000..1_100;
/// From the shortest history that the shipped settings speak on, to two years.
const LENGTHS: [u32; 6] = [16, 20, 26, 36, 52, 104];

fn first_day() -> Day {
    "2024-01-01".parse().expect("a Monday")
}

fn name(channel: &WorldChannel) -> ChannelName {
    ChannelName::new(channel.name).expect("a name")
}

/// The history of one simulated life of `world`, before its week number `weeks`.
fn history(world: &World, seed: u64, weeks: u32) -> WeeklyHistory {
    let account = world.account();
    let facts = facts(&account, &generate(world, seed, first_day(), weeks));
    WeeklyHistory::build(&account, account.week_of(first_day()).forward(weeks), &facts)
}

/// The same history as it was before week number `weeks`.
fn before(history: &WeeklyHistory, weeks: u32) -> WeeklyHistory {
    let weeks = usize::try_from(weeks).expect("few weeks");
    let mut earlier = history.clone();
    earlier.weeks.truncate(weeks);
    earlier.channels.iter_mut().for_each(|channel| channel.weeks.truncate(weeks));
    earlier
}

/// How many looks ended how.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    looks: u32,
    vetoes: u32,
    silences: u32,
    /// Estimates whose interval holds the truth.
    covered: u32,
}

impl Tally {
    fn plus(self, other: Self) -> Self {
        Self {
            looks: self.looks + other.looks,
            vetoes: self.vetoes + other.vetoes,
            silences: self.silences + other.silences,
            covered: self.covered + other.covered,
        }
    }

    fn veto_share(self) -> f64 {
        f64::from(self.vetoes) / f64::from(self.looks)
    }
}

/// Looks at each channel whose true delayed effect `counts`, over all seeds; one tally for each
/// of `lengths`.
fn tally(world: &World, lengths: &[u32], counts: impl Fn(f64) -> bool) -> Vec<Tally> {
    let settings = BlockerSettings::default();
    let truth = |channel: &WorldChannel| channel.delayed_effect(settings.horizon_weeks);
    let channels: Vec<(ChannelName, f64)> = world
        .channels
        .iter()
        .map(|channel| (name(channel), truth(channel)))
        .filter(|(_, truth)| counts(*truth))
        .collect();
    let longest = lengths.iter().copied().max().expect("some lengths");
    let of_seed = |seed: u64| -> Vec<Tally> {
        let history = history(world, seed, longest);
        lengths
            .iter()
            .map(|weeks| of_looks(&settings, &before(&history, *weeks), &channels))
            .collect()
    };
    let per_seed: Vec<Vec<Tally>> = SEEDS.into_par_iter().map(of_seed).collect();
    (0..lengths.len()).map(|length| sum(per_seed.iter().map(|tallies| tallies[length]))).collect()
}

fn sum(tallies: impl Iterator<Item = Tally>) -> Tally {
    tallies.fold(Tally::default(), Tally::plus)
}

fn of_looks(
    settings: &BlockerSettings,
    history: &WeeklyHistory,
    channels: &[(ChannelName, f64)],
) -> Tally {
    let cuts: Vec<ChannelName> = channels.iter().map(|(name, _)| name.clone()).collect();
    let opinions = look(settings, history, &cuts);
    sum(opinions.iter().zip(channels).map(|(opinion, (_, truth))| {
        let covers = |low: f64, high: f64| u32::from((low..=high).contains(truth));
        let tally = Tally { looks: 1, ..Tally::default() };
        match opinion.verdict {
            Verdict::Veto(found) => {
                Tally { vetoes: 1, covered: covers(found.low, found.high), ..tally }
            }
            Verdict::Pass(found) => Tally { covered: covers(found.low, found.high), ..tally },
            Verdict::Silent(_) => Tally { silences: 1, ..tally },
        }
    }))
}

/// A wrong veto: the true cost of the cut is below the hurdle. Over the seeds 1000 to 1499 (2,000
/// looks a world and length, 1,500 in `delayed`), 0.6 % of the looks were wrong vetoes at 16 weeks,
/// 0.3 % at 20, 0.2 % at 26 and less from then on; the worst world is `noisy` with 2.1 % at 16
/// weeks, then `demand_following` with 1.2 %. Bounds are three standard errors wide.
#[test]
fn a_cut_that_should_stand_is_hardly_ever_stopped() {
    let mut all = Vec::new();
    for world in worlds::all() {
        let tallies = tally(&world, &LENGTHS, |truth| truth < 1.0);
        let total = sum(tallies.iter().copied());
        assert!(total.veto_share() <= 0.02, "{}: {tallies:?}", world.name);
        assert!(tallies[0].veto_share() <= 0.045, "{} at 16 weeks: {tallies:?}", world.name);
        all.push(tallies);
    }
    for length in 0..LENGTHS.len() {
        let total = sum(all.iter().map(|tallies| tallies[length]));
        assert!(total.veto_share() <= 0.012, "{} weeks: {total:?}", LENGTHS[length]);
    }
}

/// Where a cut costs 0.8 or just what it saves, in every channel. Seeds 1000 to 1499 gave 2.0 %
/// and 4.4 % vetoes at 16 weeks, 0.1 % and 0.6 % at 52. An 80 % interval would allow 10 % at the
/// hurdle itself.
#[test]
fn a_cost_near_the_hurdle_is_seldom_taken_for_more() {
    for (effect, share_max) in [(0.8, 0.045), (1.0, 0.075)] {
        let mut world = worlds::steady();
        for channel in &mut world.channels {
            channel.delayed = vec![0.6 * effect / channel.roas, 0.4 * effect / channel.roas];
        }
        for tally in tally(&world, &LENGTHS, |_| true) {
            assert!(tally.veto_share() <= share_max, "{effect}: {tally:?}");
        }
    }
}

/// The price of being harmless: a cut that costs 1.76 for each unit saved is stopped in 40, 53,
/// 62, 77, 89 and 98 % of looks at 16, 20, 26, 36, 52 and 104 weeks (seeds 1000 to 1499).
#[test]
fn a_premature_cut_is_stopped_the_surer_the_longer_the_history() {
    let tallies = tally(&worlds::delayed(), &LENGTHS, |truth| truth > 1.0);
    let bounds = [0.25, 0.38, 0.47, 0.64, 0.79, 0.93];
    for (tally, bound) in tallies.iter().zip(bounds) {
        assert!(tally.veto_share() >= bound, "{tallies:?}");
    }
}

/// The shipped interval is to hold the truth in 80 % of cases. Over the seeds 2000 to 2499 it did
/// in 75 % of the estimates at 16 weeks, rising to 87 % at 104. Where spend follows demand or the
/// season, estimates are too high by a fraction of the hurdle and it held the truth in 54 to 82 %:
/// there it is the second regression that keeps a cut from being stopped, not the interval.
#[test]
fn the_interval_holds_the_truth_about_as_often_as_it_says() {
    for tally in tally(&worlds::steady(), &LENGTHS, |_| true) {
        let share = f64::from(tally.covered) / f64::from(tally.looks - tally.silences);
        assert!((0.68..=0.94).contains(&share), "{share} {tally:?}");
    }
}

/// What `budgetd demo` relies on: whichever weeks it decides, Email's cut is premature.
#[test]
fn the_demo_shows_a_veto_of_email_in_every_week() {
    let world = worlds::demo_world();
    let email = &world.channels[1];
    assert_eq!(email.name, "Email");
    assert!((email.delayed_effect(2) - 1.75 * 0.95).abs() < 1e-12);
    for seed in [DEMO_SEED, 0, 2, 3, 4, 5, 6, 7] {
        let history = history(&world, seed, 52);
        for weeks in 20..=52 {
            let opinions =
                look(&BlockerSettings::default(), &before(&history, weeks), &[name(email)]);
            let verdict = &opinions[0].verdict;
            let Verdict::Veto(found) = verdict else { panic!("{seed} {weeks}: {verdict:?}") };
            assert!((1.4..2.1).contains(&found.cost), "{seed} {weeks}: {found:?}");
        }
    }
}

/// The rules share by ROI, measured over eight weeks of which the newest count most: that gives
/// Email less than a fifth, and always less than its share of the last week's spend, so it is cut.
#[test]
fn the_demo_makes_email_look_poor() {
    let history = history(&worlds::demo_world(), DEMO_SEED, 52);
    let spend = |week: &ChannelWeek| week.measures.spend.minor();
    let roi = |weeks: &[ChannelWeek]| {
        let weighted = |measure: fn(&ChannelWeek) -> i128| -> i128 {
            (1i128..).zip(weeks).map(|(weight, week)| weight * measure(week)).sum()
        };
        let spend = weighted(|week| week.measures.spend.minor());
        (weighted(|week| week.measures.revenue.minor()) - spend) * 1_000 / spend
    };
    for end in 20..=52 {
        // (ROI in thousandths, last week's spend); Email is the second of the sorted names.
        let channels: Vec<(i128, i128)> = history
            .channels
            .iter()
            .map(|channel| (roi(&channel.weeks[end - 8..end]), spend(&channel.weeks[end - 1])))
            .collect();
        assert_eq!(history.channels[1].channel.as_str(), "Email");
        let (roi_of_all, spend_of_all) =
            channels.iter().fold((0, 0), |sum, channel| (sum.0 + channel.0, sum.1 + channel.1));
        let (roi, spend) = channels[1];
        assert!(roi > 0 && roi * 5 < roi_of_all, "{end}: {channels:?}");
        assert!(roi * spend_of_all < roi_of_all * spend, "{end}: {channels:?}");
    }
}

#[test]
fn the_order_of_cuts_changes_no_opinion() {
    let world = worlds::delayed();
    let history = history(&world, 1_000, 52);
    let mut cuts: Vec<ChannelName> = world.channels.iter().map(name).collect();
    let settings = BlockerSettings::default();
    let mut opinions = look(&settings, &history, &cuts);
    opinions.reverse();
    cuts.reverse();
    assert_eq!(look(&settings, &history, &cuts), opinions);
}

#[test]
fn a_week_without_all_its_days_is_not_learnt_from() {
    let world = worlds::delayed();
    let whole = history(&world, 1_000, 40);
    let mut torn = whole.clone();
    let email = torn.channels.iter_mut().find(|found| found.channel == name(&world.channels[1]));
    let week = &mut email.expect("it is there").weeks[20];
    week.days = DaySet::default().with(0);
    week.measures.revenue = Money::from_minor(0);
    let weeks_used = |history: &WeeklyHistory| {
        let opinions = look(&BlockerSettings::default(), history, &[name(&world.channels[1])]);
        match opinions[0].verdict {
            Verdict::Veto(found) | Verdict::Pass(found) => found.weeks_used,
            Verdict::Silent(silence) => panic!("{silence:?}"),
        }
    };
    assert_eq!((weeks_used(&whole), weeks_used(&torn)), (40, 39));
}
