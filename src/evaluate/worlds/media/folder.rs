//! What a world brought forth → the files of `budgetd simulate`, as bytes.

use super::dirt::{Stain, soil};
use super::table::{Column, Row, Table};
use super::truth::ChannelTruth;
use super::{Generated, World, account, generate};
use crate::domain::Day;

/// Streams of chance of each table's dirt.
const DIRT_DAILY: u64 = 10;
const DIRT_BUSINESS: u64 = 20;
const DIRT_BUSINESS_WEEKLY: u64 = 30;

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile {
    /// Where, below the folder.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// All files of a world, and what they say.
#[derive(Debug, Clone, PartialEq)]
pub struct Folder {
    /// The files; those in `daily/` by week.
    pub files: Vec<OutputFile>,
    /// What each channel truly did.
    pub channels: Vec<ChannelTruth>,
    /// The last day with rows.
    pub last_day: Day,
    /// How often each kind of dirt was done, by its word in `dirt.csv`; empty: the files are clean.
    pub dirt: Vec<(&'static str, usize)>,
}

/// The files of `world`; with `dirty`, those that a model reads are dirty and `dirt.csv` says how.
pub fn folder(world: &World, seed: u64, dirty: bool) -> Folder {
    let generated = generate(world, seed);
    let (weekly, _) = generated.weekly();
    let tables = [
        ("daily", daily(world, &generated), DIRT_DAILY),
        ("business.csv", business(world, &generated, 1), DIRT_BUSINESS),
        ("business_weekly.csv", business(world, &generated, 7), DIRT_BUSINESS_WEEKLY),
    ];
    let (mut files, mut stained) = (Vec::new(), Vec::new());
    for (path, clean, number) in tables {
        let (table, stains) =
            if dirty { soil(&clean, &world.dirt, seed, number) } else { (clean, Vec::new()) };
        if path == "daily" {
            files.extend(by_week(&table, &weekly.periods));
        } else {
            files.push(file(path, table.csv(&table.rows)));
        }
        stained.push((path, table, stains));
    }
    let mut counts = Vec::new();
    if dirty {
        files.push(file("dirt.csv", dirt_csv(&stained, &weekly.periods)));
        counts = count_kinds(&stained.iter().flat_map(|(_, _, stains)| stains));
    }
    let truth_json = serde_json::to_string_pretty(&generated.truth_json(world, seed))
        .expect("numbers and texts have a form in JSON");
    files.push(file("truth.csv", truth_csv(world, &generated)));
    files.push(file("truth.json", truth_json + "\n"));
    files.push(file("world.toml", world.to_toml()));
    files.push(file("account.toml", account::account(world)));
    Folder {
        files,
        channels: generated.channels(world),
        last_day: generated.series.periods.last().copied().unwrap_or(world.first_day),
        dirt: counts,
    }
}

fn file(path: &str, text: String) -> OutputFile {
    OutputFile { path: path.to_owned(), text }
}

/// The name of a week's file.
fn week_name(first_day: Day) -> String {
    format!("daily/{first_day}.csv")
}

/// The long table, in a file for each week that has rows.
fn by_week(table: &Table, weeks: &[Day]) -> Vec<OutputFile> {
    let rows = table.rows.chunk_by(|one, next| week_of(one.day, weeks) == week_of(next.day, weeks));
    rows.map(|rows| OutputFile {
        path: week_name(week_of(rows[0].day, weeks)),
        text: table.csv(rows),
    })
    .collect()
}

/// The first day of the week that `day` lies in.
fn week_of(day: Day, weeks: &[Day]) -> Day {
    weeks[weeks.partition_point(|first_day| *first_day <= day) - 1]
}

/// What the platforms report, in the long format.
fn daily(world: &World, generated: &Generated) -> Table {
    let digits = world.currency.minor_digits();
    let columns = vec![
        Column::new("spend", digits),
        Column::new("impressions", 0),
        Column::new("clicks", 0),
        Column::new("conversions", 0),
        Column::new("revenue", digits),
    ];
    let rows = generated.rows.iter().map(|row| Row {
        day: row.day,
        channel: Some(row.channel.to_string()),
        figures: vec![
            Some(row.measures.spend.minor()),
            row.measures.impressions.map(i128::from),
            row.measures.clicks.map(i128::from),
            row.measures.conversions.map(|it| i128::from(it.millionths() / 1_000_000)),
            Some(row.measures.revenue.minor()),
        ],
    });
    Table { columns, rows: rows.collect() }
}

/// Spend, impressions and clicks of each channel beside the revenue of the business, in rows of so
/// many days.
fn business(world: &World, generated: &Generated, days: usize) -> Table {
    let digits = world.currency.minor_digits();
    let channels = world.channels.len();
    let mut columns = Vec::new();
    for channel in &world.channels {
        let name = channel.column();
        columns.push(Column::new(format!("{name}_spend"), digits));
        columns.push(Column::new(format!("{name}_impressions"), 0));
        columns.push(Column::new(format!("{name}_clicks"), 0));
    }
    columns.push(Column::new("revenue", digits));
    let controls = &generated.series.controls;
    columns.extend(controls.iter().map(|control| Column::new(&control.name, 0)));
    let row = |(period, rows): (usize, &[super::WorldRow])| {
        let mut figures = Vec::with_capacity(columns.len());
        for channel in 0..channels {
            let of_channel = || rows.iter().skip(channel).step_by(channels).map(|it| it.measures);
            figures.push(Some(of_channel().map(|it| it.spend.minor()).sum()));
            let sum = |counts: &mut dyn Iterator<Item = Option<u64>>| {
                Some(counts.flatten().map(i128::from).sum())
            };
            figures.push(sum(&mut of_channel().map(|it| it.impressions)));
            figures.push(sum(&mut of_channel().map(|it| it.clicks)));
        }
        let covered = period * days..(period + 1) * days;
        let sum = |values: &[f64], digits: u8| {
            Some(values[covered.clone()].iter().map(|it| last_digits(*it, digits)).sum())
        };
        figures.push(sum(&generated.series.outcome, digits));
        figures.extend(controls.iter().map(|control| sum(&control.values, 0)));
        Row { day: rows[0].day, channel: None, figures }
    };
    let rows = generated.rows.chunks(channels * days).enumerate().map(row).collect();
    Table { columns: columns.clone(), rows }
}

/// Where each day's revenue came from.
fn truth_csv(world: &World, generated: &Generated) -> String {
    let digits = world.currency.minor_digits();
    let truth = &generated.truth;
    let mut columns = vec![(Column::new("baseline", digits), &truth.baseline)];
    for (channel, contribution) in world.channels.iter().zip(&truth.contributions) {
        columns.push((
            Column::new(format!("{}_contribution", channel.column()), digits),
            contribution,
        ));
    }
    columns.push((Column::new("noise", digits), &truth.noise));
    columns.push((Column::new("revenue", digits), &generated.series.outcome));
    let row = |(period, day): (usize, &Day)| Row {
        day: *day,
        channel: None,
        figures: columns
            .iter()
            .map(|(_, values)| Some(last_digits(values[period], digits)))
            .collect(),
    };
    let rows = generated.series.periods.iter().enumerate().map(row).collect();
    let columns = columns.iter().map(|(column, _)| column.clone()).collect();
    let table = Table { columns, rows };
    table.csv(&table.rows)
}

/// An amount in units of its last digit; it has no finer ones.
#[expect(clippy::cast_possible_truncation, reason = "at most 10¹⁵")]
fn last_digits(value: f64, digits: u8) -> i128 {
    libm::round(value * libm::pow(10.0, f64::from(digits))) as i128
}

fn dirt_csv(tables: &[(&str, Table, Vec<Stain>)], weeks: &[Day]) -> String {
    let mut text = String::from("file,date,channel,column,kind,before,after\n");
    for (path, table, stains) in tables {
        for stain in stains {
            let path = match *path {
                "daily" => week_name(week_of(stain.day, weeks)),
                path => path.to_owned(),
            };
            let column = stain.column.map(|column| &table.columns[column]);
            let figure = |figure| column.map_or_else(String::new, |column| column.text(figure));
            let cells = [
                path,
                stain.day.to_string(),
                stain.channel.clone().unwrap_or_default(),
                column.map_or_else(String::new, |column| column.name.clone()),
                stain.kind.word().to_owned(),
                figure(stain.before),
                figure(stain.after),
            ];
            text.push_str(&cells.join(","));
            text.push('\n');
        }
    }
    text
}

fn count_kinds<'s>(
    stains: &(impl Iterator<Item = &'s Stain> + Clone),
) -> Vec<(&'static str, usize)> {
    super::dirt::KINDS
        .iter()
        .map(|kind| (kind.word(), stains.clone().filter(|stain| stain.kind == *kind).count()))
        .collect()
}
