mod shapes;

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
