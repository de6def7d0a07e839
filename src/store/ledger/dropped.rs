//! Rows that a file drops: its channel days replace what was known of them, and it has them no
//! longer. They are counted and summed, and the first of them kept to be named.

use super::changes::{DROPPED_MAX, amount};
use super::figures::{FIGURES, read_figures, sum};
use super::settle::day_of;
use super::take::Take;
use crate::audit::{Dropped, DroppedRow};
use crate::domain::performance::KEY_SEPARATOR;
use crate::domain::text::escape;
use crate::domain::{Currency, Figures, Subject};

/// How many rows went, and what they had stated together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gone {
    pub rows: u64,
    figures: Option<Figures>,
}

impl Gone {
    pub const NONE: Self = Self { rows: 0, figures: None };

    pub fn add(&mut self, figures: Figures) {
        self.join(&Self { rows: 1, figures: Some(figures) });
    }

    /// `None`: there is no row.
    pub const fn figures(&self) -> Option<Figures> {
        self.figures
    }

    pub fn join(&mut self, other: &Self) {
        self.rows += other.rows;
        if let Some(figures) = other.figures {
            self.figures = Some(sum(self.figures, figures));
        }
    }
}

/// What a file has dropped so far.
pub(super) struct DroppedRows {
    pub sum: Gone,
    examples: Vec<DroppedRow>,
}

impl DroppedRows {
    pub const fn new() -> Self {
        Self { sum: Gone::NONE, examples: Vec::new() }
    }

    /// `None`: nothing.
    pub fn told(self, currency: Currency) -> Option<Dropped> {
        let figures = self.sum.figures?;
        Some(Dropped {
            rows: self.sum.rows,
            spend: amount(figures.spend, currency),
            revenue: amount(figures.revenue, currency),
            examples: self.examples,
        })
    }
}

impl Take<'_> {
    /// Keeps the rows of a pair that are about to go, as long as there is room.
    pub(super) fn note_dropped(
        &self,
        day: i64,
        subject: Subject,
        channel: i64,
        dropped: &mut DroppedRows,
    ) -> rusqlite::Result<()> {
        let room = DROPPED_MAX - dropped.examples.len();
        if room == 0 {
            return Ok(());
        }
        let read = format!(
            "SELECT campaign, {FIGURES} FROM facts
             WHERE account = ?1 AND grain = ?2 AND day = ?3 AND channel = ?4 AND seen <> ?5
             ORDER BY campaign LIMIT ?6"
        );
        let mut read = self.ledger.connection.prepare_cached(&read)?;
        let pair = (
            self.account,
            self.grain,
            day,
            channel,
            self.file,
            i64::try_from(room).unwrap_or(i64::MAX),
        );
        let mut rows = read.query(pair)?;
        let channel = match subject {
            Subject::Channel(position) => Some(self.channels[position].0.clone()),
            Subject::Business => None,
        };
        while let Some(row) = rows.next()? {
            let figures = read_figures(row, 1)?;
            dropped.examples.push(DroppedRow {
                day: day_of(day),
                channel: channel.clone(),
                campaign: shown_key(row.get_ref(0)?.as_str()?),
                spend: amount(figures.spend, self.currency),
                revenue: amount(figures.revenue, self.currency),
            });
        }
        Ok(())
    }
}

/// "brand / Ireland": the parts of a key without what separates them in the ledger.
fn shown_key(key: &str) -> String {
    let parts: Vec<String> =
        key.split(KEY_SEPARATOR).filter(|part| !part.is_empty()).map(escape).collect();
    parts.join(" / ")
}
