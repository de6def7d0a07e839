use super::*;
use crate::advice::mmm::normal;
use crate::advice::mmm::series::{ChannelSeries, ControlSeries};

/// A CSV file of the shared data by column name; `None`, said by name, where it is absent.
fn columns(path: &str) -> Option<Vec<(String, Vec<String>)>> {
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: {path} is not there");
        return None;
    };
    let mut lines = text.lines();
    let header = lines.next().expect("a header").split(',');
    let mut columns: Vec<(String, Vec<String>)> =
        header.map(|name| (name.to_owned(), Vec::new())).collect();
    for line in lines {
        for (column, cell) in columns.iter_mut().zip(line.split(',')) {
            column.1.push(cell.to_owned());
        }
    }
    Some(columns)
}

fn numbers(columns: &[(String, Vec<String>)], name: &str) -> Vec<f64> {
    let (_, cells) = columns.iter().find(|(column, _)| column == name).expect("the column");
    cells.iter().map(|cell| cell.parse().expect("a number")).collect()
}

fn known_truth() -> Option<(Series, Vec<f64>)> {
    let folder = "../shared/data/known_truth_small";
    let data = columns(&format!("{folder}/small_business.csv"))?;
    let truth = columns(&format!("{folder}/small_business_truth.csv"))?;
    let names = ["x1_Search-Ads", "x2_Social-Media", "x3_Local-Ads", "x4_Email"];
    let series = Series {
        grain: Grain::Week,
        periods: data[0].1.iter().map(|day| day.parse().expect("a day")).collect(),
        outcome: numbers(&data, "y"),
        channels: names
            .iter()
            .map(|name| ChannelSeries {
                name: (*name).to_owned(),
                spend: numbers(&data, name),
                reported_revenue: None,
            })
            .collect(),
        controls: ["c1", "c2"]
            .iter()
            .map(|name| ControlSeries { name: (*name).to_owned(), values: numbers(&data, name) })
            .collect(),
    };
    let totals = names.iter().map(|name| {
        numbers(&truth, &format!("contribution_{name}")).iter().sum()
    });
    Some((series, totals.collect()))
}

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
    let bytes: Vec<u8> =
        figures.copied().chain(candidates).flat_map(|figure| figure.to_bits().to_be_bytes()).collect();
    crate::domain::Digest::of(&bytes).to_string()
}

/// The digest is that of the search before any part of a shape could be fixed: what nobody fixes is
/// searched for as it was then, to the last bit.
#[test]
fn a_search_of_whole_shapes_gives_the_bits_that_it_always_gave() {
    let fitted = fit(&arithmetic_series(), &FitSettings::default()).expect("a model");
    assert_eq!(digest(&fitted), "3268186e0a3ab1ff6853671c98de04ac576bb48b9efe3341ba2f80c5a773eec4");
}

/// Each carryover and each saturation, once with all its numbers fixed and once with none.
fn shapes_of_every_kind() -> Vec<(&'static str, ChannelShape, ChannelShape)> {
    use crate::advice::mmm::search::{AdstockShape, Belief, Part, SaturationShape};
    let decay = [Part::Fixed(0.4), Part::Searched(Belief::decay(0.4))];
    let peak = [Part::Fixed(1.0), Part::Searched(Belief::peak())];
    let shape = [Part::Fixed(1.5), Part::Searched(Belief::weibull_shape())];
    let scale = [Part::Fixed(2.0), Part::Searched(Belief::weibull_scale())];
    let half = |fixed| [Part::Fixed(fixed), Part::Searched(Belief::half_saturation())];
    let (amount, rate) = (half(1_500.0), half(0.001));
    let slope = [Part::Fixed(1.3), Part::Searched(Belief::slope())];
    let both = |adstock: &dyn Fn(usize) -> AdstockShape, saturation: &dyn Fn(usize) -> SaturationShape| {
        let of = |at| ChannelShape { adstock: adstock(at), saturation: saturation(at) };
        (of(0), of(1))
    };
    let lags = 8;
    let named = |name, (fixed, searched)| (name, fixed, searched);
    vec![
        named("none, none", both(&|_| AdstockShape::None, &|_| SaturationShape::None)),
        named("geometric, logarithm", both(
            &|at| AdstockShape::Geometric { decay: decay[at] },
            &|at| SaturationShape::Logarithm { scale: amount[at] },
        )),
        named("normalised, exponential", both(
            &|at| AdstockShape::GeometricNormalised { decay: decay[at], lags },
            &|at| SaturationShape::Exponential { rate: rate[at] },
        )),
        named("delayed, hill", both(
            &|at| AdstockShape::Delayed { decay: decay[at], peak: peak[at], lags },
            &|at| SaturationShape::Hill { half_saturation: amount[at], slope: slope[at] },
        )),
        named("survival, logistic", both(
            &|at| AdstockShape::WeibullCdf { shape: shape[at], scale: scale[at], lags },
            &|at| SaturationShape::Logistic { rate: rate[at] },
        )),
        named("density, michaelis menten", both(
            &|at| AdstockShape::WeibullPdf { shape: shape[at], scale: scale[at], lags },
            &|at| SaturationShape::MichaelisMenten { half_saturation: amount[at] },
        )),
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
    use crate::advice::mmm::adstock::Adstock;
    use crate::advice::mmm::saturation::Saturation;
    use crate::advice::mmm::search::{AdstockShape, Part, SaturationShape};
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
    let attribution = crate::advice::mmm::attribution::attribute(&fitted, 0.9);
    let checks = crate::advice::mmm::health::checks(&fitted, &attribution);
    let candidates = checks.iter().find(|check| check.check == "candidates").expect("the check");
    assert!(candidates.text.contains("fixes every shape"), "{}", candidates.text);
}

/// Of seventeen channels with three coordinates each, the design has room for sixteen: the one of
/// the least spend keeps what is likely beforehand; with its decay alone left open, all have room.
#[test]
fn a_design_that_is_full_leaves_the_channel_of_the_least_spend_as_it_is_likely() {
    use crate::advice::mmm::search::{AdstockShape, Belief, Part, SaturationShape};
    let mut series = arithmetic_series();
    let weeks = 0..60u32;
    series.channels = (0..17u32)
        .map(|at| ChannelSeries {
            name: format!("channel {at}"),
            spend: weeks
                .clone()
                .map(|week| f64::from((week * (2 * at + 3) + at * week * week) % 29) * f64::from(at + 1))
                .collect(),
            reported_revenue: None,
        })
        .collect();
    let decays = |settings: &FitSettings| -> Vec<Option<f64>> {
        let fitted = fit(&series, settings).expect("a model");
        fitted.candidates.iter().map(|it| it.responses[0].adstock.decay()).collect()
    };
    let all_alike = |decays: &[Option<f64>]| decays.iter().all(|decay| *decay == decays[0]);
    let test = Split::Share(0.1);
    let full = FitSettings { split: test, ..quick() };
    let found = decays(&full);
    assert!(found.len() > 1 && all_alike(&found), "{found:?}");
    let one = ChannelShape {
        adstock: AdstockShape::Geometric { decay: Part::Searched(Belief::decay(0.25)) },
        saturation: SaturationShape::None,
    };
    let shapes = (0..17).map(|at| (format!("channel {at}"), one)).collect();
    assert!(!all_alike(&decays(&FitSettings { shapes, ..full })));
}

#[test]
fn proto_known_truth() {
    let Some((series, truth)) = known_truth() else { return };
    let started = std::time::Instant::now();
    let fitted = fit(&series, &FitSettings::default()).expect("a model");
    println!("{:?} effective {} tried {} rho {}", started.elapsed(), fitted.candidates_effective, fitted.candidates_tried, fitted.autocorrelation);
    println!("train {:?}\ntest {:?}", fitted.scores_train, fitted.scores_test);
    let mut mean_error = 0.0;
    for (k, truth) in truth.iter().enumerate() {
        let total: f64 = fitted.contributions[k].iter().sum();
        mean_error += (total / truth - 1.0).abs() / 4.0;
        let parts: Vec<(f64, f64, f64)> = fitted.candidates.iter().map(|c| {
            let per: f64 = c.responses[k].contribution(&series.channels[k].spend).iter().sum::<f64>() / c.responses[k].coefficient;
            (c.weight, c.unbounded[k] * per, c.covariance[(k, k)].sqrt() * per)
        }).collect();
        let cdf = |x: f64| parts.iter().map(|(w, m, s)| { let p0 = normal::below(-m / s); w * ((normal::below((x - m) / s) - p0) / (1.0 - p0)).max(0.0) }).sum::<f64>();
        let q = |p: f64| { let (mut lo, mut hi) = (0.0, 1e6); for _ in 0..60 { let mid = 0.5 * (lo + hi); if cdf(mid) < p { lo = mid } else { hi = mid } } lo };
        println!("{k}: true {truth:.0} found {total:.0} {:+.1}% 90% {:.0}..{:.0}", 100.0 * (total / truth - 1.0), q(0.05), q(0.95));
    }
    println!("mean error {mean_error:.3}");
}

#[test]
fn proto_seeds() {
    use crate::advice::mmm::adstock::Adstock;
    use crate::advice::mmm::saturation::Saturation;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};
    for setting in 0..4 {
        let (mut err, mut cov, mut wape) = (0.0, 0, 0.0);
        let seeds = 16;
        for seed in 0..seeds {
            let mut r = ChaCha8Rng::seed_from_u64(seed);
            let mut u = move || (r.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
            let nrm = |u: &mut dyn FnMut() -> f64| (-2.0 * u().max(1e-12).ln()).sqrt() * (std::f64::consts::TAU * u()).cos();
            let n = 104;
            let k = if setting == 3 { 12 } else { 4 };
            let mut channels = Vec::new();
            let mut contr: Vec<Vec<f64>> = Vec::new();
            for c in 0..k {
                let mut lv = 0.0;
                let flight = c % 2 == 1;
                let mut on = false;
                let spend: Vec<f64> = (0..n).map(|_| { lv = 0.6 * lv + 0.3 * nrm(&mut u); if u() < 0.25 { on = !on; } if flight && !on { 0.0 } else { 1000.0 * (1.0 + c as f64) * f64::exp(lv) } }).collect();
                let (decay, half, slope) = (0.1 + 0.6 * u(), 0.3 + 1.2 * u(), 0.8 + 1.4 * u());
                let a = Adstock::Geometric { decay }.apply(&spend);
                let largest = a.iter().copied().fold(0.0, f64::max);
                let sat = Saturation::Hill { half_saturation: half * largest, slope };
                let beta = 1000.0 + 5000.0 * u();
                contr.push(a.iter().map(|x| beta * sat.effect(*x)).collect());
                channels.push(ChannelSeries { name: format!("c{c}"), spend, reported_revenue: None });
            }
            let noise = [200.0, 500.0, 500.0, 500.0][setting];
            let ar = [0.0, 0.0, 0.6, 0.3][setting];
            let mut e = 0.0;
            let outcome: Vec<f64> = (0..n).map(|t| { e = ar * e + (1.0f64 - ar * ar).sqrt() * noise * nrm(&mut u); 6000.0 + 1000.0 * (std::f64::consts::TAU * t as f64 / 52.18 + seed as f64).sin() + 5.0 * t as f64 + e + (0..k).map(|c: usize| contr[c][t]).sum::<f64>() }).collect();
            let first: Day = "2020-01-06".parse().unwrap();
            let series = Series { grain: Grain::Week, periods: (0..n).map(|t| first + chrono::Days::new(7 * t as u64)).collect(), outcome, channels, controls: vec![] };
            let fitted = fit(&series, &FitSettings::default()).expect("a model");
            let (mut abs, mut all) = (0.0, 0.0);
            for c in 0..k {
                let truth: f64 = contr[c].iter().sum();
                let total: f64 = fitted.contributions[c].iter().sum();
                err += (total / truth - 1.0).abs() / (k as u64 * seeds) as f64;
                abs += (total - truth).abs(); all += truth;
                let parts: Vec<(f64, f64, f64)> = fitted.candidates.iter().map(|cand| {
                    let per: f64 = cand.responses[c].contribution(&series.channels[c].spend).iter().sum::<f64>() / cand.responses[c].coefficient;
                    (cand.weight, cand.unbounded[c] * per, cand.covariance[(c, c)].sqrt() * per)
                }).collect();
                let cdf = |x: f64| parts.iter().map(|(w, m, s)| { let p0 = normal::below(-m / s); w * ((normal::below((x - m) / s) - p0) / (1.0 - p0)).max(0.0) }).sum::<f64>();
                cov += usize::from(cdf(truth) > 0.05 && cdf(truth) < 0.95);
            }
            wape += abs / all / seeds as f64;
            if seed < 3 { println!("  s{setting} seed {seed} ess {:.0} rho {:.2}", fitted.candidates_effective, fitted.autocorrelation); }
        }
        println!("setting {setting}: mean rel err {err:.3} wape {wape:.3} coverage {:.3}", cov as f64 / (k_of(setting) * seeds as usize) as f64);
    }
    fn k_of(s: usize) -> usize { if s == 3 { 12 } else { 4 } }
}

#[test]
fn proto_facebook() {
    let rows = crate::advice::mmm::classic::tests::facebook().unwrap();
    let classic = crate::advice::mmm::classic::run(&rows).unwrap();
    for (name, clean) in [("clipped", true), ("raw", false)] {
        let days = if clean { classic.days.clone() } else {
            let mut r = Vec::new();
            for row in &rows { r.push(crate::advice::mmm::classic::clean::CleanRow { day: row.day, channel: row.channel.clone(), spend: row.spend.unwrap_or(0.0), impressions: 0.0, clicks: 0.0, conversions: 0.0, revenue: row.revenue.unwrap_or(0.0) }); }
            crate::advice::mmm::classic::features::days_of(&r)
        };
        let series = Series {
            grain: Grain::Day,
            periods: days.days.clone(),
            outcome: days.revenue.clone(),
            channels: days.channels.iter().zip(&days.spend).map(|(n, s)| ChannelSeries { name: n.clone(), spend: s.clone(), reported_revenue: None }).collect(),
            controls: vec![],
        };
        for holidays in [false, true] {
            for trend in [None, Some(false)] {
                for weekdays in [None, Some(false)] {
                let mut settings = FitSettings::default();
                if holidays { settings.regressors.holidays = days.days.iter().copied().filter(|d| crate::advice::mmm::classic::features::is_holiday(*d)).collect(); }
                settings.regressors.trend = trend;
                settings.regressors.weekdays = weekdays;
                let fitted = fit(&series, &settings).unwrap();
                println!("{name} holidays {holidays} trend {trend:?} weekdays {weekdays:?}: test r2 {:.3} mae {:.0} mape {:.3} train r2 {:.3} rho {:.2} ess {:.0}", fitted.scores_test.r2.unwrap(), fitted.scores_test.mae, fitted.scores_test.mape.unwrap(), fitted.scores_train.r2.unwrap(), fitted.autocorrelation, fitted.candidates_effective);
                }
            }
        }
    }
}
