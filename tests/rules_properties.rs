//! What DESIGN §4 promises for every input, over random accounts, histories, earlier budgets and
//! vetoes.

mod rules_support;

use std::collections::{BTreeMap, BTreeSet};

use budgetd::domain::{
    Account, AccountId, Amount, Channel, ChannelName, Currency, DayFact, EvidenceWeights,
    FirstReference, Money, RulesSettings, Share, WeightKind,
};
use budgetd::history::WeeklyHistory;
use budgetd::rules::{self, Allocation, HoldReason, Paid, Proposal, PublishedBudgets, Step};
use proptest::prelude::*;
use rules_support::{Row, account, fact, facts, inputs, name, published, share, shown, week};

/// All that a decision is made from.
#[derive(Debug, Clone)]
struct World {
    account: Account,
    facts: Vec<DayFact>,
    published: Option<PublishedBudgets>,
    vetoed: BTreeSet<ChannelName>,
    runs: BTreeMap<ChannelName, u32>,
    hold: bool,
}

/// All that comes out of it.
#[derive(Debug, PartialEq)]
struct Outcome {
    proposal: Proposal,
    cuts: Vec<ChannelName>,
    paid: Paid,
    rounded: Allocation,
}

impl World {
    fn decide(&self) -> Outcome {
        let history = WeeklyHistory::build(&self.account, week(), &self.facts);
        let inputs = inputs(&self.account, &history, self.published.as_ref());
        let proposal = if self.hold {
            let week = week().back(1);
            rules::hold(&inputs, HoldReason::MissingEvidence { week, missing: Vec::new() })
        } else {
            rules::propose(&inputs)
        };
        let cuts = rules::cuts(&self.account, &proposal);
        let paid = rules::pay_vetoes(&self.account, &proposal, &self.vetoed, &self.runs);
        let (rounded, _) = rules::round(&self.account, &paid.allocation);
        Outcome { proposal, cuts, paid, rounded }
    }

    fn cap(&self, channel: &Channel) -> i128 {
        if channel.paused {
            return 0;
        }
        let total = self.account.total_budget_weekly.minor();
        let share = i128::from(self.account.cap_share(channel).millionths());
        (total * share).min(total * 1_000_000)
    }

    fn floor(&self, channel: &Channel) -> i128 {
        let total = self.account.total_budget_weekly.minor();
        let share = i128::from(self.account.floor_share(channel).millionths());
        (total * share).min(self.cap(channel))
    }

    fn unit(&self) -> i128 {
        self.account.rounding_unit.minor() * 1_000_000
    }

    /// Whether each cap can be reached in whole units.
    fn has_whole_caps(&self) -> bool {
        self.account.channels.iter().all(|channel| self.cap(channel) % self.unit() == 0)
    }
}

impl Outcome {
    fn reference(&self, channel: &ChannelName) -> i128 {
        let reference = self.proposal.reference.as_ref();
        reference.and_then(|found| found.amount(channel)).map_or(0, Amount::millionths)
    }

    fn proposed(&self, channel: &ChannelName) -> i128 {
        self.proposal.allocation.amount(channel).millionths()
    }

    fn paid(&self, channel: &ChannelName) -> i128 {
        self.paid.allocation.amount(channel).millionths()
    }

    fn rounded(&self, channel: &ChannelName) -> i128 {
        self.rounded.amount(channel).millionths()
    }

    fn says(&self, code: &str) -> bool {
        self.proposal.trace.iter().any(|line| line.reason.code() == code)
    }

    fn target(&self, channel: &ChannelName) -> Option<Amount> {
        let mut lines = self.proposal.trace.iter().rev();
        let line = lines.find(|line| {
            matches!(line.step, Step::Target | Step::Shortfall)
                && line.channel.as_ref() == Some(channel)
        });
        line.and_then(|line| line.after)
    }
}

fn a_share(most: u32) -> impl Strategy<Value = Share> {
    prop_oneof![
        (0..=most).prop_map(Share::from_millionths),
        (0..=most / 50_000).prop_map(|steps| Share::from_millionths(steps * 50_000)),
    ]
}

fn some_rules() -> impl Strategy<Value = RulesSettings> {
    let weight =
        prop::sample::select(vec![WeightKind::Roi, WeightKind::Roas, WeightKind::Response]);
    let evidence = prop::sample::select(vec![EvidenceWeights::Linear, EvidenceWeights::Flat]);
    let first = prop::sample::select(vec![FirstReference::Spend, FirstReference::None]);
    (
        (weight, 1..=16u32, evidence, first),
        (a_share(1_000_000), a_share(150_000)),
        (a_share(1_000_000), prop::option::of(a_share(1_200_000)), a_share(200_000)),
    )
        .prop_map(
            |((weight, lookback_weeks, evidence_weights, first_reference), bounds, pace)| {
                RulesSettings {
                    weight,
                    lookback_weeks,
                    evidence_weights,
                    spend_cap_share: bounds.0,
                    spend_floor_share: bounds.1,
                    adjust_share: pace.0,
                    change_share_max: pace.1,
                    quiet_share: pace.2,
                    first_reference,
                }
            },
        )
}

fn some_channel() -> impl Strategy<Value = (Option<Share>, Option<Share>, bool)> {
    (
        prop::option::weighted(0.3, a_share(200_000)),
        prop::option::weighted(0.3, a_share(1_000_000)),
        prop::bool::weighted(0.1),
    )
}

/// A total of whole units, up to the largest there is.
fn some_total() -> impl Strategy<Value = (i128, i128)> {
    (prop::sample::select(vec![1i128, 7, 100, 5_000, 100_000]), 0..=12u32, 1..=9_999i128).prop_map(
        |(unit, power, digits)| {
            let most = Money::TOTAL_MAX.minor() / unit;
            (unit, (10i128.pow(power) * digits).min(most) * unit)
        },
    )
}

prop_compose! {
    fn some_account()(
        (unit, total) in some_total(),
        rules in some_rules(),
        channels in prop::collection::vec(some_channel(), 1..10),
        consecutive_vetoes_max in 0..9u32,
    ) -> Account {
        let named = channels.into_iter().enumerate().map(|(index, (floor, cap, paused))| Channel {
            spend_floor_share: floor,
            spend_cap_share: cap,
            paused: paused && index > 0,
            ..Channel::named(name(&format!("channel {index}")))
        });
        let mut account = Account::with_shipped_settings(
            AccountId::new("main").expect("an id"),
            Currency::from_code("INR").expect("known"),
            chrono_tz::Asia::Kolkata,
            Money::from_minor(total),
            named.collect(),
        );
        account.rounding_unit = Money::from_minor(unit);
        account.rules = rules;
        account.blocker.consecutive_vetoes_max = consecutive_vetoes_max;
        make_feasible(&mut account);
        account
    }
}

/// What the configuration refuses is loosened: caps that can't hold the total, floors above it.
fn make_feasible(account: &mut Account) {
    let total = account.total_budget_weekly.minor();
    let unit = account.rounding_unit.minor();
    let units_at_caps: i128 = account
        .active_channels()
        .map(|channel| {
            let cap = i128::from(account.cap_share(channel).millionths().min(1_000_000));
            total * cap / 1_000_000 / unit
        })
        .sum();
    if units_at_caps * unit < total {
        account.rules.spend_cap_share = Share::ONE;
        account.channels[0].spend_cap_share = None;
    }
    let floors: u32 =
        account.active_channels().map(|channel| account.floor_share(channel).millionths()).sum();
    if floors > 1_000_000 {
        account.rules.spend_floor_share = Share::ZERO;
        for channel in &mut account.channels {
            channel.spend_floor_share = None;
        }
    }
}

/// Weekly rows, of which some lack and some are far from the others in size.
fn some_rows(channels: usize) -> impl Strategy<Value = Vec<Row>> {
    let money = prop_oneof![
        1 => Just(0),
        6 => 1..=2_000_000i128,
        1 => 1..=Money::CELL_MAX.minor(),
        1 => Just(Money::CELL_MAX.minor()),
    ];
    let row = (1..=16u32, 0..channels, money.clone(), money, prop::option::of(50..=400i128));
    prop::collection::vec(row, 0..channels * 10).prop_map(|rows| {
        let mut by_key = BTreeMap::new();
        for (weeks_back, channel, spend, revenue, percent) in rows {
            let revenue = percent.map_or(revenue, |percent| spend / 100 * percent);
            by_key.insert((weeks_back, channel), Row { weeks_back, channel, spend, revenue });
        }
        by_key.into_values().collect()
    })
}

fn some_published(channels: usize) -> impl Strategy<Value = Option<PublishedBudgets>> {
    let money = prop_oneof![1 => Just(0), 5 => 1..=10_000i128, 1 => 1..=10_000_000_000i128];
    let budgets = prop::collection::vec(prop::option::weighted(0.8, money), channels + 1);
    prop::option::weighted(0.8, budgets).prop_map(|budgets| {
        budgets.map(|budgets| {
            let named = |(index, minor): (usize, Option<i128>)| {
                Some((name(&format!("channel {index}")), Money::from_minor(minor?)))
            };
            PublishedBudgets {
                week: week().back(1),
                revision: 1,
                budgets: budgets.into_iter().enumerate().filter_map(named).collect(),
            }
        })
    })
}

fn some_world() -> impl Strategy<Value = World> {
    some_account()
        .prop_flat_map(|account| {
            let count = account.channels.len();
            let vetoes = prop::collection::vec((any::<bool>(), 0..4u32), count);
            let hold = prop::bool::weighted(0.1);
            (Just(account), some_rows(count), some_published(count), vetoes, hold)
        })
        .prop_map(|(account, rows, published, vetoes, hold)| {
            let named = || account.channels.iter().map(|channel| channel.name.clone()).zip(&vetoes);
            World {
                facts: facts(&rows),
                vetoed: named().filter(|(_, veto)| veto.0).map(|(channel, _)| channel).collect(),
                runs: named().map(|(channel, veto)| (channel, veto.1)).collect(),
                published,
                hold,
                account,
            }
        })
}

/// A published week like the target, so that quiet weeks and small steps come up often.
fn some_steady_world() -> impl Strategy<Value = World> {
    (some_world(), prop::collection::vec(-30..=30i128, 10)).prop_map(|(mut world, noise)| {
        let Outcome { proposal, .. } = World { published: None, ..world.clone() }.decide();
        let budgets =
            proposal.allocation.amounts().iter().zip(&noise).map(|((channel, amount), noise)| {
                let minor = amount.floor().minor();
                (channel.clone(), Money::from_minor(minor + minor * noise / 1_000))
            });
        world.published = Some(PublishedBudgets {
            week: week().back(1),
            revision: 1,
            budgets: budgets.collect(),
        });
        world
    })
}

fn any_world() -> impl Strategy<Value = World> {
    prop_oneof![2 => some_world(), 1 => some_steady_world()]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn the_sum_is_the_total_and_no_cap_is_broken(world in any_world()) {
        let outcome = world.decide();
        let total = world.account.total_budget_weekly.minor() * 1_000_000;
        let mut sum = 0;
        for channel in &world.account.channels {
            let budget = outcome.rounded(&channel.name);
            prop_assert_eq!(budget % world.unit(), 0);
            prop_assert!(0 <= budget && budget <= world.cap(channel));
            sum += budget;
        }
        prop_assert_eq!(sum, total);
    }

    #[test]
    fn rounding_moves_no_budget_by_a_unit(world in any_world()) {
        let outcome = world.decide();
        // Where a cap is no multiple of the unit, what it cuts off has to go somewhere.
        if !world.has_whole_caps() {
            return Ok(());
        }
        for channel in &world.account.channels {
            let (before, after) = (outcome.paid(&channel.name), outcome.rounded(&channel.name));
            // A quiet week keeps a reference that breaks its cap by less than a unit.
            let before = before.min(world.cap(channel));
            prop_assert!((after - before).abs() <= world.unit(), "{before} {after}");
        }
    }

    #[test]
    fn a_proposal_keeps_floors_and_caps(world in any_world()) {
        let outcome = world.decide();
        let quiet = outcome.says("quiet_week");
        for channel in world.account.active_channels() {
            let proposed = outcome.proposed(&channel.name);
            // Only the reference of a quiet week may break a bound, by less than a unit.
            let slack = if quiet { world.unit() - 1 } else { 0 };
            prop_assert!(proposed <= world.cap(channel) + slack);
            if outcome.proposal.held.is_none() {
                prop_assert!(proposed >= world.floor(channel) - slack);
            }
        }
    }

    #[test]
    fn a_quiet_week_and_a_hold_keep_the_reference(world in any_world()) {
        let outcome = world.decide();
        let moved: i128 = world
            .account
            .active_channels()
            .map(|channel| outcome.proposed(&channel.name) - outcome.reference(&channel.name))
            .map(i128::abs)
            .sum();
        let quiet_share = i128::from(world.account.rules.quiet_share.millionths());
        let limit = 2 * quiet_share * world.account.total_budget_weekly.minor();
        if outcome.says("quiet_week") {
            prop_assert_eq!(moved, 0);
        } else if outcome.says("not_quiet") {
            prop_assert!(moved >= limit);
        }
        if outcome.proposal.held.is_some() && outcome.proposal.reference.is_some() {
            for channel in world.account.active_channels() {
                let (reference, held) =
                    (outcome.reference(&channel.name), outcome.proposed(&channel.name));
                prop_assert!(held >= reference.min(world.cap(channel)) - 1);
            }
        }
    }

    #[test]
    fn step_limits_hold_unless_dropped(world in any_world()) {
        let outcome = world.decide();
        let Some(limit) = world.account.rules.change_share_max else { return Ok(()) };
        if outcome.says("step_limits_dropped") || outcome.proposal.held.is_some() {
            return Ok(());
        }
        for channel in world.account.active_channels() {
            let (reference, proposed) =
                (outcome.reference(&channel.name), outcome.proposed(&channel.name));
            let change = (proposed - reference) * 1_000_000;
            // Rounded up to a millionth of the minor unit.
            let step = reference * i128::from(limit.millionths()) + 999_999;
            if reference > 0 && change > step {
                prop_assert_eq!(proposed, world.floor(channel));
            } else if reference > 0 && -change > step {
                prop_assert_eq!(proposed, world.cap(channel));
            }
        }
    }

    #[test]
    fn step_limits_are_dropped_only_where_they_cannot_hold_the_total(world in any_world()) {
        let outcome = world.decide();
        if !outcome.says("step_limits_dropped") {
            return Ok(());
        }
        let limit = world.account.rules.change_share_max.expect("there is one to drop");
        let (mut least, mut most) = (0, 0);
        for channel in world.account.active_channels() {
            let reference = outcome.reference(&channel.name);
            let (floor, cap) = (world.floor(channel), world.cap(channel));
            let step = (reference * i128::from(limit.millionths()) + 999_999) / 1_000_000;
            let is_moved_to = outcome.target(&channel.name) > Some(Amount::ZERO)
                && world.account.rules.adjust_share > Share::ZERO;
            if reference > 0 {
                least += (reference - step).max(0).clamp(floor, cap);
                most += (reference + step).clamp(floor, cap);
            } else {
                least += floor;
                most += if is_moved_to { cap } else { floor };
            }
        }
        let total = world.account.total_budget_weekly.minor() * 1_000_000;
        // A channel whose moved amount is 0 takes part with its lower bound only, so `most` may be
        // more than could be placed: with a reference, that takes a full adjustment to no target.
        let may_stand_still = world.account.rules.adjust_share == Share::ONE;
        prop_assert!(least > total || most < total || may_stand_still, "{least} {most} {total}");
    }

    #[test]
    fn a_veto_never_lifts_a_channel_above_its_reference(world in any_world()) {
        let outcome = world.decide();
        for channel in &world.vetoed {
            let (proposed, paid) = (outcome.proposed(channel), outcome.paid(channel));
            let reference = outcome.reference(channel);
            if !outcome.cuts.contains(channel) {
                prop_assert!(paid <= proposed);
                continue;
            }
            if outcome.paid.overruled.contains(channel) {
                prop_assert_eq!(paid, proposed);
            } else {
                let cap = world.cap(world.account.channel(channel).expect("it was cut"));
                prop_assert_eq!(paid, reference.min(cap));
            }
            if world.has_whole_caps() {
                prop_assert!(outcome.rounded(channel) <= reference + world.unit());
            }
        }
    }

    #[test]
    fn the_increases_alone_pay_for_vetoes(world in any_world()) {
        let outcome = world.decide();
        for channel in world.account.active_channels() {
            let channel = &channel.name;
            let (proposed, paid) = (outcome.proposed(channel), outcome.paid(channel));
            let reference = outcome.reference(channel);
            prop_assert!(paid >= proposed.min(reference));
            let is_kept = world.vetoed.contains(channel)
                && outcome.cuts.contains(channel)
                && !outcome.paid.overruled.contains(channel);
            if proposed > reference {
                prop_assert!(reference <= paid && paid <= proposed);
            } else if !is_kept {
                prop_assert_eq!(paid, proposed);
            }
        }
    }

    #[test]
    fn the_rules_overrule_what_was_vetoed_too_often(world in any_world()) {
        let outcome = world.decide();
        let most = world.account.blocker.consecutive_vetoes_max;
        let expected: Vec<ChannelName> = outcome
            .cuts
            .iter()
            .filter(|channel| world.vetoed.contains(*channel) && world.runs[*channel] >= most)
            .cloned()
            .collect();
        prop_assert_eq!(&outcome.paid.overruled, &expected);
    }

    #[test]
    fn a_higher_weight_never_gets_less_in_a_target(world in any_world()) {
        let outcome = world.decide();
        let account = &world.account;
        let eligible: Vec<_> = account
            .channels
            .iter()
            .zip(&outcome.proposal.evidence)
            .filter(|(_, found)| found.ineligible.is_none())
            .collect();
        for (channel, found) in &eligible {
            for (other, less) in &eligible {
                let same = world.cap(channel) == world.cap(other)
                    && world.floor(channel) == world.floor(other);
                if same && found.weight > less.weight {
                    prop_assert!(outcome.target(&channel.name) >= outcome.target(&other.name));
                }
            }
        }
    }

    #[test]
    fn the_order_of_facts_is_irrelevant(
        (world, shuffled) in any_world().prop_flat_map(|world| {
            let facts = Just(world.facts.clone()).prop_shuffle();
            (Just(world), facts)
        })
    ) {
        let other = World { facts: shuffled, ..world.clone() };
        prop_assert_eq!(world.decide(), other.decide());
        prop_assert_eq!(world.decide(), world.decide());
    }

    #[test]
    fn each_channel_can_be_followed_to_its_paid_amount(world in any_world()) {
        let outcome = world.decide();
        let (_, rounding) = rules::round(&world.account, &outcome.paid.allocation);
        let trace: Vec<_> =
            outcome.proposal.trace.iter().chain(&outcome.paid.trace).chain(&rounding).collect();
        prop_assert!(trace.is_sorted_by_key(|line| line.step));
        for channel in world.account.active_channels() {
            let amounts: Vec<_> = trace
                .iter()
                .filter(|line| line.channel.as_ref() == Some(&channel.name))
                .filter(|line| line.step >= Step::Pace && line.after.is_some())
                .collect();
            for pair in amounts.windows(2) {
                prop_assert_eq!(pair[0].after, pair[1].before);
            }
            let last = amounts.last().expect("the rounding");
            prop_assert_eq!(last.after, Some(outcome.rounded.amount(&channel.name)));
        }
    }
}

/// The largest total and as many channels as an account may have, each as in `row`.
fn largest(row: impl Fn(usize) -> (i128, i128)) -> World {
    let names: Vec<String> = (0..1_000).map(|index| format!("channel {index:04}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut account = account(1, &names);
    account.total_budget_weekly = Money::TOTAL_MAX;
    account.rounding_unit = Money::from_minor(1);
    account.rules.lookback_weeks = 104;
    account.rules.evidence_weights = EvidenceWeights::Linear;
    account.rules.spend_cap_share = share("0.0011");
    account.rules.spend_floor_share = share("0.0009");
    account.rules.adjust_share = share("0.333333");
    account.rules.change_share_max = Some(share("0.3"));
    account.rules.first_reference = FirstReference::Spend;
    let facts = (1..=104)
        .flat_map(|weeks_back| {
            (0..1_000).map(move |channel| (week().back(weeks_back).first_day(), channel))
        })
        .map(|(day, channel)| {
            let (spend, revenue) = row(channel);
            fact(day, channel, spend, revenue)
        })
        .collect();
    let channels = || account.channels.iter().map(|channel| channel.name.clone());
    let vetoed = channels().step_by(3).collect();
    World { published: None, vetoed, runs: BTreeMap::new(), hold: false, account, facts }
}

#[test]
fn the_largest_values_are_decided_without_overflow() {
    let most_weight = |_| (1, cell_max());
    let most_spend = |_| (cell_max(), cell_max() - 1);
    let mixed = |channel: usize| {
        let channel = i128::try_from(channel).expect("a thousand");
        (1 + (cell_max() - 1) / (channel * channel + 1), cell_max())
    };
    let worlds = [
        (largest(most_weight), WeightKind::Roas),
        (largest(most_spend), WeightKind::Roi),
        (largest(mixed), WeightKind::Response),
    ];
    for (mut world, weight) in worlds {
        world.account.rules.weight = weight;
        let outcome = world.decide();
        let budgets = world.account.channels.iter().map(|channel| outcome.rounded(&channel.name));
        assert_eq!(budgets.sum::<i128>(), Money::TOTAL_MAX.minor() * 1_000_000);
    }
}

/// The most that a cell may hold.
fn cell_max() -> i128 {
    Money::CELL_MAX.minor()
}

#[test]
fn a_week_of_more_spend_than_fits_a_product_is_a_reference() {
    let mut account = account(1, &["a", "b", "c"]);
    account.total_budget_weekly = Money::TOTAL_MAX;
    account.rules.first_reference = FirstReference::Spend;
    // Spend × total, each in its finest unit, is 10²⁴ × 10¹⁹: beyond 128 bits.
    let day = week().back(1).first_day();
    let rows = [(0, 10i128.pow(24)), (1, 10i128.pow(24)), (2, 2 * 10i128.pow(24))];
    let facts = rows.map(|(channel, spend)| fact(day, channel, spend, 0));
    let history = WeeklyHistory::build(&account, week(), &facts);
    let found = rules::reference(&inputs(&account, &history, None)).expect("there is spend");
    assert_eq!(found.amounts[0].1, Amount::from_millionths(25 * 10i128.pow(17)));
    assert_eq!(found.amounts[2].1, Amount::from_millionths(50 * 10i128.pow(17)));
}

#[test]
fn a_single_channel_gets_the_total() {
    let mut account = account(1_000, &["only"]);
    account.rules.spend_cap_share = Share::ONE;
    let history = WeeklyHistory::build(&account, week(), &[]);
    let published = published(&[("only", 5)]);
    let proposal = rules::propose(&inputs(&account, &history, Some(&published)));
    assert_eq!(proposal.held, Some(HoldReason::NoEligibleChannel));
    assert_eq!(shown(&proposal.allocation), ["1000"]);
}
