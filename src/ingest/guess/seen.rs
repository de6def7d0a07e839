//! The rows of a reading as they come → what each says beside those before it. It holds a figure and a
//! number for each row, since a whole file may have millions.

use std::collections::BTreeMap;

use crate::domain::{Day, Figures, StatedRow, Subject};
use crate::ingest::Stated;

/// The rows so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Campaigns stand once, by a number.
    campaigns: BTreeMap<String, usize>,
    /// Where the first row of a key stands in `rows`.
    by_key: BTreeMap<(Day, Subject, usize), usize>,
    rows: Vec<(u64, Figures)>,
}

impl Seen {
    /// What a row says, which then counts as one before the next.
    pub(super) fn state(&mut self, row: &StatedRow<'_>) -> Stated {
        let next = self.campaigns.len();
        let campaign = if let Some(known) = self.campaigns.get(row.campaign) {
            *known
        } else {
            self.campaigns.insert(row.campaign.to_owned(), next);
            next
        };
        let next = self.rows.len();
        let at = *self.by_key.entry((row.day, row.subject, campaign)).or_insert(next);
        if at == next {
            self.rows.push((row.line, row.figures));
            return Stated::New;
        }
        match self.rows[at] {
            (line, figures) if figures == row.figures => Stated::SameAs { line },
            (line, figures) => Stated::DiffersFrom { line, figures },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_new_the_same_or_another_by_day_subject_and_campaign() {
        let mut seen = Seen::default();
        let mut state = |line: u64, day: &str, at, campaign: &str, clicks| {
            let figures = Figures { clicks: Some(clicks), ..Figures::NONE };
            let day = day.parse().expect("a day");
            let subject = Subject::Channel(at);
            seen.state(&StatedRow { line, day, subject, campaign, figures, controls: "" })
        };
        assert!(matches!(state(2, "2025-09-13", 0, "A", 1), Stated::New));
        for (line, day, at, campaign) in
            [(3, "2025-09-14", 0, "A"), (4, "2025-09-13", 1, "A"), (5, "2025-09-13", 0, "B")]
        {
            assert!(matches!(state(line, day, at, campaign, 1), Stated::New));
        }
        assert!(matches!(state(6, "2025-09-13", 0, "A", 1), Stated::SameAs { line: 2 }));
        assert!(matches!(state(7, "2025-09-13", 0, "B", 2), Stated::DiffersFrom { line: 5, .. }));
    }
}
