use nalgebra::DMatrix;
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};

use super::*;
use crate::advice::mmm::adstock::Adstock;
use crate::advice::mmm::fitted::{Candidate, testing};
use crate::advice::mmm::response::Response;
use crate::advice::mmm::saturation::Saturation;
use crate::advice::mmm::series::{ChannelSeries, Series};
use crate::advice::planning::{Horizon, curves};
use crate::domain::{Day, Grain};

/// A model whose channels spend `spends` in each of 20 periods, with candidates of equal weight: a
/// response and a relative deviation of its coefficient for each channel.
fn fitted(grain: Grain, spends: &[f64], candidates: &[Vec<(Response, f64)>]) -> Fitted {
    const PERIODS: u32 = 20;
    let first: Day = "2026-01-05".parse().expect("a Monday");
    #[expect(clippy::cast_precision_loss, reason = "few")]
    let weight = 1.0 / candidates.len() as f64;
    let candidate = |responses: &Vec<(Response, f64)>| {
        let coefficients: Vec<f64> = responses.iter().map(|(it, _)| it.coefficient).collect();
        let size = coefficients.len();
        Candidate {
            weight,
            responses: responses.iter().map(|(it, _)| *it).collect(),
            covariance: DMatrix::from_fn(size, size, |row, column| {
                let deviation = coefficients[row] * responses[row].1;
                if row == column { deviation * deviation } else { 0.0 }
            }),
            unbounded: coefficients,
            regressors: Vec::new(),
        }
    };
    let channel = |(at, spend): (usize, &f64)| ChannelSeries {
        name: format!("channel {at}"),
        spend: vec![*spend; PERIODS as usize],
        reported_revenue: None,
    };
    Fitted {
        series: Series {
            grain,
            periods: (0..PERIODS).map(|it| first + chrono::Days::new(it.into())).collect(),
            outcome: vec![1.0; PERIODS as usize],
            channels: spends.iter().enumerate().map(channel).collect(),
            controls: Vec::new(),
        },
        candidates: candidates.iter().map(candidate).collect(),
        baseline: vec![0.0; PERIODS as usize],
        contributions: vec![vec![0.0; PERIODS as usize]; spends.len()],
        noise: 10.0,
        autocorrelation: 0.3,
        train: PERIODS as usize,
        ..testing::fitted(grain, candidates[0][0].0, 0.0)
    }
}

fn response(decay: f64, saturation: Saturation, coefficient: f64) -> Response {
    let adstock = if decay > 0.0 { Adstock::Geometric { decay } } else { Adstock::None };
    Response { adstock, saturation, coefficient }
}

const ANY: BoundShares = BoundShares { low: 0.0, high: 1.0 };

/// As free as can be: no step, no floor.
fn request(channels: usize, periods: usize) -> PeriodRequest {
    PeriodRequest {
        totals: vec![None; periods],
        done: Vec::new(),
        risk: Risk::Mean,
        limits: LimitSettings { shares: ANY, floor: Floor::Present(0.0), step: None, reach: None },
        terms: vec![ChannelTerms::default(); channels],
        rules: None,
    }
}

fn close(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{found} {expected}");
}

fn budgets(plans: &PeriodPlans, strategy: Strategy) -> &[Vec<f64>] {
    &plans.by(strategy).expect("it is there").budgets
}

#[test]
fn exponential_curves_are_shared_out_where_their_slopes_meet() {
    // 600·(1 − e^(−x/50)) and 400·(1 − e^(−x/80)) of 150: 12·e^(−x/50) = 5·e^(−(150 − x)/80) where
    // x·(1/50 + 1/80) = ln(12/5) + 150/80, x = 84.629…
    let one = response(0.0, Saturation::Exponential { rate: 1.0 / 50.0 }, 600.0);
    let other = response(0.0, Saturation::Exponential { rate: 1.0 / 80.0 }, 400.0);
    let x = (2.4f64.ln() + 1.875) / (0.02 + 0.0125);
    let model = fitted(Grain::Week, &[50.0, 100.0], &[vec![(one, 0.1), (other, 0.1)]]);
    let plans = plan_periods(&model, &request(2, 3)).expect("a plan");
    for strategy in [Strategy::Static, Strategy::Sequential, Strategy::Allocator] {
        for budgets in budgets(&plans, strategy) {
            close(budgets[0], x, 0.02);
            close(budgets[0] + budgets[1], 150.0, 1e-9);
        }
    }
    let found = plans.by(Strategy::Static).expect("it is there");
    let by_hand = 600.0 * (1.0 - (-x / 50.0).exp()) + 400.0 * (1.0 - (-(150.0 - x) / 80.0).exp());
    close(found.revenue.mean(), 3.0 * by_hand, 1e-3);
    close(found.left_behind, 0.0, 1e-9);
    let held = 600.0 * (1.0 - (-1.0f64).exp()) + 400.0 * (1.0 - (-1.25f64).exp());
    close(found.more.mean(), 3.0 * (by_hand - held), 1e-3);
    assert!(found.probability_better.expect("it is compared") > 0.5);
    // From one third to 56.4 %, once in three periods.
    close(found.churn, (x / 150.0 - 1.0 / 3.0) / 3.0, 1e-4);
}

#[test]
fn what_a_period_adds_to_those_before_it_sums_to_the_whole() {
    let one = response(0.7, Saturation::Hill { half_saturation: 200.0, slope: 1.6 }, 900.0);
    let model = fitted(Grain::Day, &[30.0], &[vec![(one, 0.1)]]);
    let mut outlook = Outlook::of(&model, 4);
    let path = vec![vec![150.0], vec![420.0], vec![70.0]];
    let whole = outlook.effects(0, &path, false)[0][0];
    let mut sum = 0.0;
    for (period, budgets) in path.iter().enumerate() {
        sum += outlook.effects(period, std::slice::from_ref(budgets), false)[0][0];
        outlook.spend(period, budgets);
    }
    close(sum, whole, 1e-12 * whole.abs());
}

#[test]
fn a_week_of_days_carries_over_by_days() {
    // Without saturation 7 a week are 1 a day, and each day keeps half: 2 of each unit in the end, of
    // which 2·(1 − 2⁻⁷) − … comes within: Σ over days d of 1 − 2^−(7 − d).
    let model = fitted(Grain::Day, &[1.0], &[vec![(response(0.5, Saturation::None, 3.0), 0.0)]]);
    let outlook = Outlook::of(&model, 2);
    close(outlook.effects(0, &[vec![7.0]], false)[0][0], 14.0, 14.0 * 2e-4);
    let within: f64 = (1..=7).map(|left| 2.0 * (1.0 - 0.5f64.powi(left))).sum();
    close(outlook.effects(0, &[vec![7.0]], true)[0][0], within, 1e-12);
}

#[test]
fn one_period_ahead_without_limits_is_what_the_allocator_says() {
    let saturations = [
        Saturation::Hill { half_saturation: 80.0, slope: 1.4 },
        Saturation::Exponential { rate: 0.01 },
        Saturation::Logarithm { scale: 60.0 },
    ];
    let candidate = |tilt: f64| {
        let of = |(at, saturation): (u32, &Saturation)| {
            (response(0.2 * f64::from(at) + 0.1, *saturation, 300.0 + tilt * f64::from(at)), 0.2)
        };
        (0u32..).zip(&saturations).map(of).collect::<Vec<_>>()
    };
    let model = fitted(Grain::Week, &[50.0, 90.0, 60.0], &[candidate(40.0), candidate(-30.0)]);
    let shares = BoundShares { low: 0.05, high: 0.6 };
    let limits = LimitSettings { shares, ..request(3, 1).limits };
    let plans = plan_periods(&model, &PeriodRequest { limits, ..request(3, 1) }).expect("a plan");
    let horizon = Horizon::of(&model);
    let known = allocate(&curves(&horizon, 200.0), &shares.of(200.0, 3), 200.0).expect("it fits");
    let (next, whole) =
        (budgets(&plans, Strategy::Sequential), budgets(&plans, Strategy::Allocator));
    for channel in 0..3 {
        close(whole[0][channel], known.spends[channel], 1e-6);
        close(next[0][channel], known.spends[channel], 0.2);
    }
    // With a step limit it goes as far in that direction as the limit lets it.
    let limits = LimitSettings { step: Some(0.1), ..limits };
    let plans = plan_periods(&model, &PeriodRequest { limits, ..request(3, 1) }).expect("a plan");
    let mut wishes = Vec::new();
    for (at, budget) in budgets(&plans, Strategy::Sequential)[0].iter().enumerate() {
        let present = [50.0, 90.0, 60.0][at];
        assert!((budget - present).abs() <= 0.1 * present + 1e-9);
        wishes.push((known.spends[at] - present, budget - present, 0.1 * present));
    }
    // Whom the allocator gives most more than now gets as much of it as the step lets it.
    wishes.sort_by(|one, other| other.0.total_cmp(&one.0));
    close(wishes[0].1, wishes[0].2, 1e-6);
    assert!(wishes[2].0 < 0.0 && wishes[2].1 < 0.0, "{wishes:?}");
}

#[test]
fn results_as_planned_change_nothing_and_others_are_planned_on_from() {
    let one = response(0.6, Saturation::Hill { half_saturation: 300.0, slope: 1.0 }, 2000.0);
    let other = response(0.1, Saturation::Logarithm { scale: 100.0 }, 500.0);
    let model = fitted(Grain::Week, &[200.0, 100.0], &[vec![(one, 0.1), (other, 0.3)]]);
    let limits = LimitSettings { step: Some(0.1), floor: Floor::History, ..request(2, 6).limits };
    let asked = PeriodRequest { limits, totals: vec![Some(300.0); 6], ..request(2, 6) };
    let first = plan_periods(&model, &asked).expect("a plan");
    let planned = budgets(&first, Strategy::Sequential);
    let done = planned[..2].to_vec();
    let again = plan_periods(&model, &PeriodRequest { done, ..asked.clone() }).expect("a plan");
    assert_eq!(again.done, 2);
    for (before, after) in planned[2..].iter().zip(budgets(&again, Strategy::Sequential)) {
        close(before[0], after[0], 1e-6);
    }
    let done = vec![vec![100.0, 200.0]; 2];
    let other = plan_periods(&model, &PeriodRequest { done, ..asked.clone() }).expect("a plan");
    let next = &budgets(&other, Strategy::Sequential)[0];
    // At most a tenth from what was really spent.
    assert!(next[0] <= 110.0 + 1e-9 && next[0] >= 90.0 - 1e-9, "{}", next[0]);
    let done = vec![vec![100.0, 200.0]; 6];
    let over = plan_periods(&model, &PeriodRequest { done, ..asked });
    assert_eq!(over, Err(PeriodPlanError::AllDone { periods: 6 }));
}

#[test]
fn who_shuns_risk_spends_where_it_is_surer() {
    let alike =
        |deviation| (response(0.0, Saturation::Logarithm { scale: 80.0 }, 400.0), deviation);
    let model = fitted(Grain::Week, &[100.0, 100.0], &[vec![alike(0.05), alike(0.6)]]);
    let share = |risk| {
        let limits = LimitSettings { step: Some(0.3), ..request(2, 4).limits };
        let asked = PeriodRequest { risk, limits, ..request(2, 4) };
        let plans = plan_periods(&model, &asked).expect("a plan");
        let last = |strategy| budgets(&plans, strategy)[3][0] / 200.0;
        (last(Strategy::Static), last(Strategy::Sequential))
    };
    let by_mean = share(Risk::Mean);
    close(by_mean.0, 0.5, 1e-4);
    close(by_mean.1, 0.5, 1e-4);
    for risk in [Risk::Quantile(0.2), Risk::Cvar(0.2)] {
        let (fixed, next) = share(risk);
        assert!(fixed > 0.53 && next > 0.53, "{risk:?}: {fixed} {next}");
    }
    // The worst tenth is shunned more than the worst half.
    assert!(share(Risk::Cvar(0.1)).0 > share(Risk::Cvar(0.5)).0);
}

#[test]
fn a_channel_that_the_business_rests_gets_nothing_and_the_present_split_leaves_it_out() {
    let one = response(0.3, Saturation::Logarithm { scale: 50.0 }, 100.0);
    let model = fitted(Grain::Month, &[40.0, 60.0, 50.0], &[vec![(one, 0.2); 3]]);
    let mut asked = request(3, 2);
    asked.terms[1].is_paused = true;
    let plans = plan_periods(&model, &asked).expect("a plan");
    assert_eq!(
        (plans.present.clone(), plans.totals.clone()),
        (vec![40.0, 0.0, 50.0], vec![90.0; 2])
    );
    for strategy in [Strategy::Static, Strategy::Sequential, Strategy::Present] {
        assert!(budgets(&plans, strategy).iter().all(|it| it[1] == 0.0), "{strategy:?}");
    }
}

#[test]
fn what_is_the_present_split_is_neither_better_nor_worse() {
    let one = response(0.3, Saturation::Logarithm { scale: 50.0 }, 100.0);
    let model = fitted(Grain::Week, &[40.0, 60.0], &[vec![(one, 0.2); 2]]);
    let limits = LimitSettings { floor: Floor::Present(1.0), ..request(2, 3).limits };
    let plans = plan_periods(&model, &PeriodRequest { limits, ..request(2, 3) }).expect("a plan");
    let held = plans.by(Strategy::Static).expect("it is there");
    assert_eq!((held.more.mean(), held.probability_better, held.churn), (0.0, None, 0.0));
    assert_eq!(held.used, LimitUse { bounds: 6, ..LimitUse::default() });
    assert!(plans.by(Strategy::Allocator).expect("it is there").probability_better > Some(0.5));
}

#[test]
fn caps_that_can_not_hold_a_total_are_named() {
    let one = response(0.3, Saturation::Logarithm { scale: 50.0 }, 100.0);
    let model = fitted(Grain::Week, &[50.0, 50.0], &[vec![(one, 0.2); 2]]);
    let mut asked = request(2, 2);
    asked.terms = vec![ChannelTerms { cap: Some(0.4), is_paused: false }; 2];
    let found = plan_periods(&model, &asked).expect_err("80 %");
    assert_eq!(
        found.to_string(),
        "the caps of the modelled channels hold 80.00 of a period's total of 100.00"
    );
}

#[test]
fn one_noisy_period_moves_no_budget_beyond_a_step_from_the_usual() {
    let one = response(0.5, Saturation::Hill { half_saturation: 90.0, slope: 2.0 }, 700.0);
    let mut model = fitted(Grain::Week, &[50.0, 50.0, 50.0], &[vec![(one, 0.2); 3]]);
    // Ten times as much in the last week: the mean of four is 162.5.
    *model.series.channels[0].spend.last_mut().expect("a period") = 500.0;
    let limits = LimitSettings { step: Some(0.3), floor: Floor::History, ..request(3, 5).limits };
    let asked = PeriodRequest { limits, totals: vec![Some(262.5); 5], ..request(3, 5) };
    let plans = plan_periods(&model, &asked).expect("a plan");
    let planned = budgets(&plans, Strategy::Sequential);
    assert!(planned[0][0] <= 1.3 * 162.5 + 1e-6);
    for periods in planned.windows(2) {
        for (before, after) in periods[0].iter().zip(&periods[1]) {
            assert!((after - before).abs() <= 0.3 * before + 1e-6, "{before} {after}");
        }
    }
    let share = planned.last().expect("a period").iter().copied().fold(0.0, f64::max) / 262.5;
    assert!(share < 0.8, "{share}");
}

#[test]
fn plans_are_the_same_to_the_last_bit_whatever_the_threads() {
    let of = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let model = random_model(7, 4, 9);
        let limits =
            LimitSettings { step: Some(0.3), floor: Floor::History, ..request(3, 5).limits };
        let asked = PeriodRequest { limits, risk: Risk::Cvar(0.2), ..request(4, 5) };
        pool.install(|| plan_periods(&model, &asked).expect("a plan"))
    };
    assert_eq!(format!("{:?}", of(1)), format!("{:?}", of(3)));
}

/// A model of `channels` with three candidates, drawn from `seed`.
fn random_model(seed: u64, channels: usize, candidates: usize) -> Fitted {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    let mut uniform =
        move |low: f64, high: f64| low + (high - low) * ((chance.next_u64() >> 11) as f64 / 9e15);
    let spends: Vec<f64> = (0..channels).map(|_| uniform(20.0, 200.0)).collect();
    let kinds: Vec<f64> = spends.iter().map(|_| uniform(0.0, 3.0)).collect();
    let candidates: Vec<Vec<(Response, f64)>> = (0..candidates)
        .map(|_| {
            let one = |(spend, kind): (&f64, &f64)| {
                let scale = spend * uniform(0.4, 2.5);
                let saturation = match *kind {
                    kind if kind < 1.0 => Saturation::Exponential { rate: 1.0 / scale },
                    kind if kind < 2.0 => Saturation::Logarithm { scale },
                    _ => Saturation::Hill { half_saturation: scale, slope: uniform(0.7, 2.5) },
                };
                let deviation = uniform(0.05, 0.9);
                (response(uniform(0.0, 0.8), saturation, uniform(100.0, 900.0)), deviation)
            };
            spends.iter().zip(&kinds).map(one).collect()
        })
        .collect();
    fitted(Grain::Week, &spends, &candidates)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn budgets_sum_to_their_total_within_bounds_and_steps(
        seed in 0u64..1_000,
        channels in 2usize..6,
        step in 0.05f64..0.5,
        shun in any::<bool>(),
        growth in 0.8f64..1.25,
    ) {
        let model = random_model(seed, channels, 3);
        let outlook = Outlook::of(&model, 1);
        let now: f64 = model.series.channels.iter().map(|it| it.spend[0]).sum();
        let totals: Vec<Option<f64>> =
            (0..4).scan(now, |total, _| { *total *= growth; Some(Some(*total)) }).collect();
        let cap = 0.9f64.max(1.5 / f64::from(u32::try_from(channels).expect("few")));
        let asked = PeriodRequest {
            totals: totals.clone(),
            risk: if shun { Risk::Cvar(0.25) } else { Risk::Mean },
            limits: LimitSettings {
                shares: ANY,
                floor: Floor::History,
                step: Some(step),
                reach: Some(REACH),
            },
            terms: vec![ChannelTerms { cap: Some(cap), is_paused: false }; channels],
            ..request(channels, 4)
        };
        let plans = plan_periods(&model, &asked).expect("a plan");
        let limits = Limits::of(&outlook.past(), &asked.terms, asked.limits);
        for plan in &plans.plans {
            let is_bounded = matches!(plan.strategy, Strategy::Static | Strategy::Sequential);
            for (budgets, total) in plan.budgets.iter().zip(&plans.totals) {
                prop_assert!((budgets.iter().sum::<f64>() - total).abs() <= total * 1e-9);
                let bounds = limits.bounds(*total).expect("they hold");
                for (budget, bounds) in budgets.iter().zip(&bounds).filter(|_| is_bounded) {
                    prop_assert!(*budget >= bounds.low - total * 1e-9);
                    prop_assert!(*budget <= bounds.high + total * 1e-9);
                }
            }
            prop_assert!(plan.revenue.mean().is_finite() && plan.churn >= 0.0);
        }
        let planned = plans.by(Strategy::Sequential).expect("it is there");
        let mut before = &plans.present;
        for (budgets, total) in planned.budgets.iter().zip(&plans.totals) {
            let stepped = limits.stepped(*total, before).expect("they hold");
            let is_within = budgets.iter().zip(&stepped.bounds).all(|(budget, bounds)| {
                *budget >= bounds.low - total * 1e-9 && *budget <= bounds.high + total * 1e-9
            });
            prop_assert!(is_within);
            before = budgets;
        }
        let fixed = budgets(&plans, Strategy::Static);
        for (budgets, total) in fixed.iter().zip(&plans.totals) {
            for (budget, first) in budgets.iter().zip(&fixed[0]) {
                prop_assert!((budget / total - first / plans.totals[0]).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn one_set_of_shares_brings_no_less_than_any_other_set(
        seed in 0u64..1_000,
        channels in 2usize..6,
    ) {
        let model = random_model(seed, channels, 3);
        let plans = plan_periods(&model, &request(channels, 5)).expect("a plan");
        let found = plans.by(Strategy::Static).expect("it is there");
        let outlook = Outlook::of(&model, 5);
        let revenue = |shares: &[f64]| {
            let path: Vec<Vec<f64>> =
                plans.totals.iter().map(|total| scaled(shares, *total)).collect();
            outlook.revenue(&outlook.effects(0, &path, false)).mean()
        };
        let best = found.revenue.mean();
        prop_assert!(best >= revenue(&vec![1.0; channels]) * (1.0 - 1e-4));
        prop_assert!(best >= revenue(&plans.present) * (1.0 - 1e-4));
        for favourite in 0..channels {
            let shares: Vec<f64> =
                (0..channels).map(|at| if at == favourite { 1.0 } else { 0.3 }).collect();
            prop_assert!(best >= revenue(&shares) * (1.0 - 1e-4), "{} {}", best, revenue(&shares));
        }
        let proof = found.proof.expect("it is proven");
        prop_assert!(proof.gap.expect("of the mean") <= best * 1e-4);
    }

    #[test]
    fn risk_utilities_end_where_no_exchange_adds_anything(
        seed in 0u64..1_000,
        channels in 2usize..6,
        quantile in any::<bool>(),
    ) {
        let model = random_model(seed, channels, 3);
        let risk = if quantile { Risk::Quantile(0.2) } else { Risk::Cvar(0.2) };
        let plans = plan_periods(&model, &PeriodRequest { risk, ..request(channels, 3) });
        let plans = plans.expect("a plan");
        let proof = plans.by(Strategy::Static).expect("it is there").proof.expect("it is proven");
        prop_assert!(
            proof.exchange <= 1e-4 * proof.multiplier.abs(),
            "{} of {}", proof.exchange, proof.multiplier
        );
    }
}
