//! Rows that wait to be handed on, in a third of the room that they have in hand: so a block's rows
//! stay near the core that made them.

use crate::domain::{Conversions, Day, Figures, FineMoney, Money, StatedRow, Subject};

/// The rows of a block, in their order.
#[derive(Default)]
pub(super) struct StatedRows {
    rows: Vec<Packed>,
    /// Campaign and controls of each row, one behind the other.
    texts: String,
}

/// A row. A figure that isn't known is 0 here.
struct Packed {
    /// Lines behind the first one of the block.
    line: u32,
    day: Day,
    /// The channel's position, or [`BUSINESS`].
    subject: u32,
    campaign_end: u32,
    controls_end: u32,
    /// A bit for each figure that is known.
    known: u8,
    spend: (i64, u64),
    revenue: (i64, u64),
    impressions: u64,
    clicks: u64,
    conversions: u64,
}

const BUSINESS: u32 = u32::MAX;

const SPEND: u8 = 1;
const REVENUE: u8 = 2;
const IMPRESSIONS: u8 = 4;
const CLICKS: u8 = 8;
const CONVERSIONS: u8 = 16;

impl StatedRows {
    /// Forgets the rows, and keeps their room.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.texts.clear();
    }

    /// Appends a row of a block that begins on `first_line`; `None` where it doesn't fit in.
    pub(super) fn push(&mut self, row: &StatedRow<'_>, first_line: u64) -> Option<()> {
        let Figures { spend, revenue, impressions, clicks, conversions } = row.figures;
        let bit = |is_known: bool, bit: u8| if is_known { bit } else { 0 };
        let known = bit(spend.is_some(), SPEND)
            | bit(revenue.is_some(), REVENUE)
            | bit(impressions.is_some(), IMPRESSIONS)
            | bit(clicks.is_some(), CLICKS)
            | bit(conversions.is_some(), CONVERSIONS);
        let subject = match row.subject {
            Subject::Channel(at) => u32::try_from(at).ok().filter(|at| *at != BUSINESS)?,
            Subject::Business => BUSINESS,
        };
        self.texts.push_str(row.campaign);
        let campaign_end = u32::try_from(self.texts.len()).ok()?;
        self.texts.push_str(row.controls);
        self.rows.push(Packed {
            line: u32::try_from(row.line.checked_sub(first_line)?).ok()?,
            day: row.day,
            subject,
            campaign_end,
            controls_end: u32::try_from(self.texts.len()).ok()?,
            known,
            spend: packed(spend)?,
            revenue: packed(revenue)?,
            impressions: impressions.unwrap_or(0),
            clicks: clicks.unwrap_or(0),
            conversions: conversions.map_or(0, Conversions::millionths),
        });
        Some(())
    }

    /// Shows each row as it was given, with its place among them, until one fails.
    pub(super) fn each<E>(
        &self,
        first_line: u64,
        mut show: impl FnMut(usize, &StatedRow<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut start = 0;
        for (at, row) in self.rows.iter().enumerate() {
            let (campaign_end, end) = (row.campaign_end as usize, row.controls_end as usize);
            let subject = match row.subject {
                BUSINESS => Subject::Business,
                channel => Subject::Channel(channel as usize),
            };
            let row = StatedRow {
                line: first_line + u64::from(row.line),
                day: row.day,
                subject,
                campaign: &self.texts[start..campaign_end],
                figures: row.figures(),
                controls: &self.texts[campaign_end..end],
            };
            show(at, &row)?;
            start = end;
        }
        Ok(())
    }
}

fn packed(money: Option<FineMoney>) -> Option<(i64, u64)> {
    let money = money.unwrap_or(FineMoney::ZERO);
    Some((i64::try_from(money.minor().minor()).ok()?, money.rest()))
}

impl Packed {
    fn figures(&self) -> Figures {
        let money = |(minor, rest): (i64, u64)| {
            FineMoney::new(Money::from_minor(minor.into()), rest).expect("it was one")
        };
        let is_known = |bit: u8| self.known & bit != 0;
        Figures {
            spend: is_known(SPEND).then(|| money(self.spend)),
            revenue: is_known(REVENUE).then(|| money(self.revenue)),
            impressions: is_known(IMPRESSIONS).then_some(self.impressions),
            clicks: is_known(CLICKS).then_some(self.clicks),
            conversions: is_known(CONVERSIONS)
                .then(|| Conversions::from_millionths(self.conversions)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: u64, subject: Subject, figures: Figures) -> StatedRow<'static> {
        let day = Day::from_ymd_opt(2025, 9, 1).expect("a day");
        StatedRow { line, day, subject, campaign: "Brand", figures, controls: "" }
    }

    #[test]
    fn rows_come_out_as_they_went_in() {
        let fine = FineMoney::new(Money::from_minor(-5), 7).expect("below a minor unit");
        let all = Figures {
            spend: Some(fine),
            revenue: Some(FineMoney::ZERO),
            impressions: Some(u64::MAX),
            clicks: Some(0),
            conversions: Some(Conversions::from_millionths(3)),
        };
        let some = Figures { clicks: Some(9), ..Figures::NONE };
        let business = StatedRow {
            campaign: "",
            controls: "{\"a\":\"b\"}",
            ..row(12, Subject::Business, Figures { revenue: Some(fine), ..Figures::NONE })
        };
        let rows =
            [row(11, Subject::Channel(0), all), row(11, Subject::Channel(3), some), business];
        let mut stated = StatedRows::default();
        for _ in 0..2 {
            stated.clear();
            for row in &rows {
                assert_eq!(stated.push(row, 11), Some(()));
            }
            let mut shown = 0;
            let outcome = stated.each(11, |at, row| {
                shown += 1;
                (*row == rows[at]).then_some(()).ok_or(at)
            });
            assert_eq!((outcome, shown), (Ok(()), rows.len()));
        }
    }

    #[test]
    fn an_amount_beyond_64_bits_does_not_fit_in() {
        let huge = FineMoney::whole(Money::from_minor(i128::from(i64::MAX) + 1));
        let figures = Figures { spend: Some(huge), ..Figures::NONE };
        let mut stated = StatedRows::default();
        assert_eq!(stated.push(&row(1, Subject::Channel(0), figures), 1), None);
    }
}
