//! What an account fixes of a shape stays as it is, and what it leaves open is searched for as ever.

use crate::advice::mmm::adstock::Adstock;
use crate::advice::mmm::attribution::attribute;
use crate::advice::mmm::fit::*;
use crate::advice::mmm::health;
use crate::advice::mmm::saturation::Saturation;
use crate::advice::mmm::search::{AdstockShape, Belief, Part, SaturationShape};
use crate::advice::mmm::series::ChannelSeries;
use crate::domain::Digest;

/// Sixty weeks of three channels from plain arithmetic: no random number, no file.
fn arithmetic_series() -> Series {
    let first: Day = "2024-01-01".parse().expect("a day");
    let weeks = 0..60u32;
    let spend = |step: u32, rest: u32| -> Vec<f64> {
        weeks.clone().map(|week| f64::from(week * step % rest) * 100.0).collect()
    };
    let spends = [spend(7, 23), spend(11, 31), spend(5, 17)];
    let outcome = weeks.clone().map(|week| {
        let at = week as usize;
        let media: f64 = (0u8..).zip(&spends).map(|(more, it)| it[at] / f64::from(more + 1)).sum();
        20_000.0 + 30.0 * f64::from(week) + media + f64::from(week * week % 13) * 150.0
    });
    Series {
        grain: Grain::Week,
        periods: (0..60).map(|week| first + chrono::Days::new(7 * week)).collect(),
        outcome: outcome.collect(),
        channels: ["A", "B", "C"]
            .iter()
            .zip(&spends)
            .map(|(name, spend)| ChannelSeries {
                name: (*name).to_owned(),
                spend: spend.clone(),
                reported_revenue: None,
            })
            .collect(),
        controls: Vec::new(),
    }
}

/// Of every bit that a model says of its series.
fn digest(fitted: &Fitted) -> String {
    let figures = fitted.contributions.iter().flatten().chain(&fitted.baseline);
    let candidates = fitted.candidates.iter().flat_map(|it| {
        let coefficients = it.responses.iter().map(|response| response.coefficient);
        std::iter::once(it.weight).chain(coefficients).chain(it.unbounded.clone())
    });
    let bytes: Vec<u8> = figures
        .copied()
        .chain(candidates)
        .flat_map(|figure| figure.to_bits().to_be_bytes())
        .collect();
    Digest::of(&bytes).to_string()
}

/// Recorded from the search itself, and the same with and without optimisation: it says that nothing
/// moved, not that the figures are right. How good they are is the business of tests/recovery.rs.
#[test]
fn a_search_of_whole_shapes_gives_the_bits_that_it_always_gave() {
    let fitted = fit(&arithmetic_series(), &FitSettings::default()).expect("a model");
    assert_eq!(digest(&fitted), "a81046e5563157d5edae328d988ee6d53e8993eccfa2db83fe7d135ae6fb4433");
}

#[test]
fn the_number_of_threads_moves_no_bit() {
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let settings = FitSettings {
            search: SearchSettings { points: 200, rounds: 4 },
            ..FitSettings::default()
        };
        pool.install(|| digest(&fit(&arithmetic_series(), &settings).expect("a model")))
    };
    let alone = on(1);
    for threads in [2, 3, 4, 7] {
        assert_eq!(on(threads), alone, "{threads} threads");
    }
}

/// Each carryover and each saturation, once with all its numbers fixed and once with none.
fn shapes_of_every_kind() -> Vec<(&'static str, ChannelShape, ChannelShape)> {
    let decay = [Part::Fixed(0.4), Part::Searched(Belief::decay(0.4))];
    let peak = [Part::Fixed(1.0), Part::Searched(Belief::peak())];
    let shape = [Part::Fixed(1.5), Part::Searched(Belief::weibull_shape())];
    let scale = [Part::Fixed(2.0), Part::Searched(Belief::weibull_scale())];
    let half = |fixed| [Part::Fixed(fixed), Part::Searched(Belief::half_saturation())];
    let (amount, rate) = (half(1_500.0), half(0.001));
    let slope = [Part::Fixed(1.3), Part::Searched(Belief::slope())];
    let both = |adstock: &dyn Fn(usize) -> AdstockShape,
                saturation: &dyn Fn(usize) -> SaturationShape| {
        let of = |at| ChannelShape { adstock: adstock(at), saturation: saturation(at) };
        (of(0), of(1))
    };
    let lags = 8;
    let named = |name, (fixed, searched)| (name, fixed, searched);
    vec![
        named("none, none", both(&|_| AdstockShape::None, &|_| SaturationShape::None)),
        named(
            "geometric, logarithm",
            both(&|at| AdstockShape::Geometric { decay: decay[at] }, &|at| {
                SaturationShape::Logarithm { scale: amount[at] }
            }),
        ),
        named(
            "normalised, exponential",
            both(&|at| AdstockShape::GeometricNormalised { decay: decay[at], lags }, &|at| {
                SaturationShape::Exponential { rate: rate[at] }
            }),
        ),
        named(
            "delayed, hill",
            both(&|at| AdstockShape::Delayed { decay: decay[at], peak: peak[at], lags }, &|at| {
                SaturationShape::Hill { half_saturation: amount[at], slope: slope[at] }
            }),
        ),
        named(
            "survival, logistic",
            both(
                &|at| AdstockShape::WeibullCdf { shape: shape[at], scale: scale[at], lags },
                &|at| SaturationShape::Logistic { rate: rate[at] },
            ),
        ),
        named(
            "density, michaelis menten",
            both(
                &|at| AdstockShape::WeibullPdf { shape: shape[at], scale: scale[at], lags },
                &|at| SaturationShape::MichaelisMenten { half_saturation: amount[at] },
            ),
        ),
    ]
}

fn quick() -> FitSettings {
    let search = SearchSettings { points: 60, rounds: 3 };
    FitSettings { search, ..FitSettings::default() }
}

#[test]
fn every_kind_of_shape_can_be_fixed_or_searched_for() {
    let series = arithmetic_series();
    for (name, fixed, searched) in shapes_of_every_kind() {
        for shape in [fixed, searched] {
            let shapes = vec![("B".to_owned(), shape)];
            let fitted = fit(&series, &FitSettings { shapes, ..quick() });
            let fitted = fitted.unwrap_or_else(|failure| panic!("{name}: {failure}"));
            for (at, outcome) in fitted.predicted().iter().enumerate() {
                assert!(outcome.is_finite(), "{name} {at}");
            }
            let weights: f64 = fitted.candidates.iter().map(|candidate| candidate.weight).sum();
            assert!((weights - 1.0).abs() < 1e-9, "{name}");
        }
    }
}

#[test]
fn what_is_fixed_is_the_same_in_every_candidate_and_the_rest_is_searched_for() {
    let around = ChannelShape::around(0.25);
    let fixed_decay = AdstockShape::Geometric { decay: Part::Fixed(0.35) };
    let fixed_half =
        SaturationShape::Hill { half_saturation: Part::Fixed(900.0), slope: Part::Fixed(1.0) };
    let shapes = vec![
        ("A".to_owned(), ChannelShape { adstock: fixed_decay, ..around }),
        ("C".to_owned(), ChannelShape { saturation: fixed_half, ..around }),
    ];
    let fitted = fit(&arithmetic_series(), &FitSettings { shapes, ..quick() }).expect("a model");
    let (mut halves, mut decays) = (Vec::new(), Vec::new());
    for candidate in &fitted.candidates {
        let [a, _, c] = &candidate.responses[..] else { panic!("three channels") };
        assert_eq!(a.adstock, Adstock::Geometric { decay: 0.35 });
        assert_eq!(c.saturation, Saturation::Hill { half_saturation: 900.0, slope: 1.0 });
        halves.push(a.saturation);
        decays.push(c.adstock);
    }
    assert!(halves.iter().any(|half| *half != halves[0]), "searched for");
    assert!(decays.iter().any(|decay| *decay != decays[0]), "searched for");
}

#[test]
fn where_every_shape_is_fixed_there_is_one_candidate_and_it_is_said() {
    let (_, fixed, _) = shapes_of_every_kind()[3];
    let shapes = ["A", "B", "C"].map(|name| (name.to_owned(), fixed)).into();
    let fitted = fit(&arithmetic_series(), &FitSettings { shapes, ..quick() }).expect("a model");
    assert_eq!((fitted.candidates.len(), fitted.candidates_tried), (1, 1));
    let attribution = attribute(&fitted, 0.9);
    let checks = health::checks(&fitted, &attribution);
    let candidates = checks.iter().find(|check| check.check == "candidates").expect("the check");
    assert!(candidates.text.contains("every shape was given"), "{}", candidates.text);
}

/// Of seventeen channels with three coordinates each, the design has room for sixteen: the one of
/// the least spend keeps what is likely beforehand; with its decay alone left open, all have room.
#[test]
fn a_design_that_is_full_leaves_the_channel_of_the_least_spend_as_it_is_likely() {
    let mut series = arithmetic_series();
    let weeks = 0..60u32;
    series.channels = (0..17u32)
        .map(|at| ChannelSeries {
            name: format!("channel {at}"),
            spend: weeks
                .clone()
                .map(|week| {
                    f64::from((week * (2 * at + 3) + at * week * week) % 29) * f64::from(at + 1)
                })
                .collect(),
            reported_revenue: None,
        })
        .collect();
    let mut order: Vec<usize> = (0..17).collect();
    let total = |at: usize| series.channels[at].spend.iter().sum::<f64>();
    order.sort_by(|one, other| total(*one).total_cmp(&total(*other)));
    let is_searched = |fitted: &Fitted, channel: usize| {
        let decays = fitted.candidates.iter().map(|it| it.responses[channel].adstock.decay());
        let decays: Vec<Option<f64>> = decays.collect();
        decays.iter().any(|decay| *decay != decays[0])
    };
    let full = FitSettings { split: Split::Share(0.1), ..quick() };
    let fitted = fit(&series, &full).expect("a model");
    let searched: Vec<bool> = order.iter().map(|at| is_searched(&fitted, *at)).collect();
    assert_eq!(searched, [&[false][..], &[true; 16]].concat());
    let one = ChannelShape {
        adstock: AdstockShape::Geometric { decay: Part::Searched(Belief::decay(0.25)) },
        saturation: SaturationShape::None,
    };
    let shapes = (0..17).map(|at| (format!("channel {at}"), one)).collect();
    let fitted = fit(&series, &FitSettings { shapes, ..full }).expect("a model");
    assert!((0..17).all(|at| is_searched(&fitted, at)));
}

#[test]
fn a_day_to_test_from_that_lies_behind_the_figures_is_named() {
    let split = Split::From("2025-02-18".parse().expect("a day"));
    let failure =
        fit(&arithmetic_series(), &FitSettings { split, ..quick() }).expect_err("no test");
    // The last of sixty weeks from 1 January 2024 begins 413 days later.
    assert_eq!(
        failure.to_string(),
        "out of range: the model is to be tested from 2025-02-18 on, and the last figures are of \
         2025-02-17"
    );
}
