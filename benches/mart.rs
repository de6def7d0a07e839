//! How long the tables for BI tools take, from daily rows and a fitted classic model to the bytes of
//! the database: `cargo bench --bench mart`.

use budgetd::advice::mmm::attribution::attribute;
use budgetd::advice::mmm::classic::clean::known_rows;
use budgetd::advice::mmm::classic::{self, Classic};
use budgetd::advice::mmm::rows::DailyRow;
use budgetd::domain::calendar::plus_days;
use budgetd::domain::{Currency, Day};
use budgetd::report::mart::{MartInput, MartModel, fitted_model, tables};
use budgetd::report::{daily_processed_csv, summary_txt};
use budgetd::store::mart::to_bytes;

/// Days and channels: a quarter of four, a year and two years of twelve.
const SIZES: [(u64, usize); 3] = [(90, 4), (365, 12), (730, 12)];

fn main() {
    divan::main();
}

/// What the tables are made from.
struct Case {
    found: Classic,
    rows: Vec<DailyRow>,
    model: MartModel,
}

impl Case {
    fn of((days, channels): (u64, usize)) -> Self {
        let first: Day = "2024-01-01".parse().expect("a day");
        let rows: Vec<DailyRow> = (0..days)
            .flat_map(|day| {
                (0..channels).map(move |channel| {
                    let spend = 1_000.0 + noise(day, channel);
                    DailyRow {
                        day: plus_days(first, day),
                        channel: format!("Channel_{channel:02}"),
                        spend: Some(spend),
                        impressions: Some(libm::rint(spend * 40.0)),
                        clicks: Some(libm::rint(spend / 2.0)),
                        conversions: Some(libm::rint(spend / 40.0)),
                        revenue: Some(spend * 2.0 + noise(channel as u64, 1)),
                    }
                })
            })
            .collect();
        let found = classic::run(&rows).expect("a model");
        let (rows, fitted) = (known_rows(&found.rows), found.fitted().expect("a model"));
        let model = fitted_model(&fitted, &attribute(&fitted, 0.9), None, &[]);
        Self { found, rows, model }
    }

    fn input(&self) -> MartInput<'_> {
        MartInput {
            account: "main",
            week: None,
            currency: Currency::from_code("USD").expect("known"),
            rows: &self.rows,
            changes: &self.found.changes,
            sources: &[],
            model: Ok(&self.model),
        }
    }
}

/// Some cents that look like chance (the multiplier is Knuth's for 32-bit hashing).
fn noise(one: u64, other: usize) -> f64 {
    let mixed = (one * 31 + other as u64 + 1) * 2_654_435_761;
    f64::from((mixed >> 16 & 0xFFFF) as u16) / 100.0
}

#[divan::bench(args = 0..SIZES.len())]
fn values(bencher: divan::Bencher<'_, '_>, size: usize) {
    let case = Case::of(SIZES[size]);
    bencher.bench(|| tables(&case.input()));
}

#[divan::bench(args = 0..SIZES.len())]
fn database(bencher: divan::Bencher<'_, '_>, size: usize) {
    let case = Case::of(SIZES[size]);
    bencher.bench(|| to_bytes(&tables(&case.input())).expect("a database"));
}

#[divan::bench(args = 0..SIZES.len())]
fn csv(bencher: divan::Bencher<'_, '_>, size: usize) {
    let case = Case::of(SIZES[size]);
    bencher.bench(|| daily_processed_csv(&case.input()));
}

#[divan::bench(args = 0..SIZES.len())]
fn summary(bencher: divan::Bencher<'_, '_>, size: usize) {
    let case = Case::of(SIZES[size]);
    bencher.bench(|| summary_txt(&case.input()));
}
