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
