//! A clean table → the same with missing cells, negatives, outliers, repeated rows and lost days,
//! and a list of all that was done to it.

use rand_chacha::ChaCha8Rng;

use super::super::chance::{stream, uniform};
use super::Dirt;
use super::table::{Row, Table};
use crate::domain::Day;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A cell is blank.
    Missing,
    /// A cell has the other sign.
    Negative,
    /// A cell is too large.
    Outlier,
    /// The row stands twice.
    Repeated,
    /// The day, or the week, has no row.
    Lost,
}

/// All of them.
pub(super) const KINDS: [Kind; 5] =
    [Kind::Missing, Kind::Negative, Kind::Outlier, Kind::Repeated, Kind::Lost];

impl Kind {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Negative => "negative",
            Self::Outlier => "outlier",
            Self::Repeated => "repeated",
            Self::Lost => "lost",
        }
    }
}

/// One thing that was done to a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stain {
    pub day: Day,
    /// `None`: the row has no channel, or all rows of the day are meant.
    pub channel: Option<String>,
    /// Which column; `None`: the whole row.
    pub column: Option<usize>,
    pub kind: Kind,
    pub before: Option<i128>,
    pub after: Option<i128>,
}

/// `table` with dirt, and what was done. Chance comes from the streams `number` and `number` + 1.
pub(super) fn soil(table: &Table, dirt: &Dirt, seed: u64, number: u64) -> (Table, Vec<Stain>) {
    let (mut of_cells, mut of_days) = (stream(seed, number), stream(seed, number + 1));
    let (mut rows, mut stains) = (Vec::with_capacity(table.rows.len()), Vec::new());
    for of_day in table.rows.chunk_by(|one, next| one.day == next.day) {
        let is_lost = uniform(&mut of_days) < dirt.lost;
        let (mut kept, mut done) = (Vec::new(), Vec::new());
        for row in of_day {
            // Drawn for rows of lost days, too, so that later rows don't depend on them.
            let is_repeated = uniform(&mut of_cells) < dirt.repeated;
            let soiled = soil_row(row, dirt, &mut of_cells, &mut done);
            if is_repeated {
                done.push(stain(row, None, Kind::Repeated, None, None));
                kept.push(soiled.clone());
            }
            kept.push(soiled);
        }
        if is_lost {
            let lost = stain(&of_day[0], None, Kind::Lost, None, None);
            stains.push(Stain { channel: None, ..lost });
        } else {
            rows.append(&mut kept);
            stains.append(&mut done);
        }
    }
    (Table { columns: table.columns.clone(), rows }, stains)
}

fn soil_row(row: &Row, dirt: &Dirt, random: &mut ChaCha8Rng, done: &mut Vec<Stain>) -> Row {
    let mut soiled = row.clone();
    for (column, figure) in soiled.figures.iter_mut().enumerate() {
        let Some((kind, after)) = fate(*figure, dirt, uniform(random)) else { continue };
        done.push(stain(row, Some(column), kind, *figure, after));
        *figure = after;
    }
    soiled
}

/// What a draw does to a cell; nothing where that would leave it as it was.
fn fate(figure: Option<i128>, dirt: &Dirt, draw: f64) -> Option<(Kind, Option<i128>)> {
    let figure = figure?;
    if draw < dirt.missing {
        Some((Kind::Missing, None))
    } else if draw < dirt.missing + dirt.negative {
        (figure != 0).then_some((Kind::Negative, Some(-figure)))
    } else if draw < dirt.missing + dirt.negative + dirt.outlier {
        let larger = times(figure, dirt.outlier_factor);
        (larger != figure).then_some((Kind::Outlier, Some(larger)))
    } else {
        None
    }
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "at most 10¹⁸")]
fn times(figure: i128, factor: f64) -> i128 {
    libm::round(figure as f64 * factor) as i128
}

fn stain(
    row: &Row,
    column: Option<usize>,
    kind: Kind,
    before: Option<i128>,
    after: Option<i128>,
) -> Stain {
    Stain { day: row.day, channel: row.channel.clone(), column, kind, before, after }
}
