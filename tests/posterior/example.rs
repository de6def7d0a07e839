//! The example of PyMC-Marketing, as it lies in the sample data.

use std::path::Path;

use budgetd::advice::mmm::series::{ChannelSeries, ControlSeries, Series};
use budgetd::domain::{Day, Grain};

/// Its 179 weeks, as they are; `None`, said aloud, where they aren't.
#[expect(clippy::print_stdout, reason = "a skipped test must be seen")]
pub fn example() -> Option<Series> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/pymc_marketing/mmm_example.csv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: pymc_marketing/mmm_example.csv is not there");
        return None;
    };
    let mut lines = text.lines().map(|line| line.trim_end().split(',').collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    let rows: Vec<Vec<&str>> = lines.collect();
    let column = |name: &str| -> Vec<f64> {
        let at = header.iter().position(|it| *it == name).expect("the column");
        rows.iter().map(|row| row[at].parse().expect("a number")).collect()
    };
    let channel = |name: &str| ChannelSeries {
        name: name.to_owned(),
        spend: column(name),
        reported_revenue: None,
    };
    let control = |name: &str| ControlSeries { name: name.to_owned(), values: column(name) };
    Some(Series {
        grain: Grain::Week,
        periods: rows
            .iter()
            .map(|row| Day::parse_from_str(row[0], "%m/%d/%Y").expect("a day"))
            .collect(),
        outcome: column("y"),
        channels: vec![channel("x1"), channel("x2")],
        controls: ["event_1", "event_2", "t"].map(control).to_vec(),
    })
}
