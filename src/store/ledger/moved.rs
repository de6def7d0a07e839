//! Campaigns that a file states under another channel than its source did before: where the source
//! gives each campaign its channel, a campaign is of one channel on a day, and what the former one
//! was told of it counts no longer.

use super::changes::{EXAMPLES_MAX, amount};
use super::dropped::Gone;
use super::figures::{FIGURES, FIGURES_COUNT, read_figures};
use super::settle::day_of;
use super::take::Take;
use crate::audit::{Moved, MovedCampaign};
use crate::domain::text::escape;
use crate::domain::{ChannelName, Currency, Figures};

/// The campaign of a key, without its further parts; their separator is number 31.
const NAME: &str = "CASE instr(campaign, char(31)) WHEN 0 THEN campaign
    ELSE substr(campaign, 1, instr(campaign, char(31)) - 1) END";

/// What moved so far.
pub(super) struct MovedRows {
    sum: Gone,
    campaigns: Vec<Campaign>,
}

/// A campaign that moved from one channel to another.
struct Campaign {
    name: String,
    from: i64,
    to: i64,
    first_day: i64,
    last_day: i64,
    days: u64,
    gone: Gone,
}

impl MovedRows {
    pub const fn new() -> Self {
        Self { sum: Gone::NONE, campaigns: Vec::new() }
    }

    /// Adds a row; days come in order.
    fn add(&mut self, day: i64, name: &str, (from, to): (i64, i64), figures: Figures) {
        self.sum.add(figures);
        let is_it =
            |known: &&mut Campaign| (known.from, known.to) == (from, to) && known.name == name;
        if let Some(campaign) = self.campaigns.iter_mut().find(is_it) {
            campaign.days += u64::from(campaign.last_day != day);
            campaign.last_day = day;
            campaign.gone.add(figures);
        } else if self.campaigns.len() < EXAMPLES_MAX {
            let mut gone = Gone::NONE;
            gone.add(figures);
            let (first_day, last_day, name) = (day, day, name.to_owned());
            self.campaigns.push(Campaign { name, from, to, first_day, last_day, days: 1, gone });
        }
    }

    /// `None`: nothing did.
    pub fn told(&self, currency: Currency, channel: impl Fn(i64) -> ChannelName) -> Option<Moved> {
        let figures = self.sum.figures()?;
        let told = |campaign: &Campaign| {
            let figures = campaign.gone.figures().expect("it has a row");
            MovedCampaign {
                campaign: escape(&campaign.name),
                from: channel(campaign.from),
                to: channel(campaign.to),
                first_day: day_of(campaign.first_day),
                days: campaign.days,
                spend: amount(figures.spend, currency),
                revenue: amount(figures.revenue, currency),
            }
        };
        Some(Moved {
            rows: self.sum.rows,
            spend: amount(figures.spend, currency),
            revenue: amount(figures.revenue, currency),
            examples: self.campaigns.iter().map(told).collect(),
        })
    }
}

impl Take<'_> {
    /// Takes the rows of a day out whose campaign this file states under another channel. The former
    /// channels, each with what went from it; those that the account has no longer count nowhere and
    /// are left alone.
    pub(super) fn take_moved(
        &self,
        day: i64,
        source: &str,
        moved: &mut MovedRows,
    ) -> rusqlite::Result<Vec<(i64, Gone)>> {
        // A cross join keeps the facts on the left, in the order of their key, each looked up in what is
        // stated.
        let read = format!(
            "WITH stated (name, owner) AS MATERIALIZED (
                SELECT {NAME}, min(channel) FROM facts
                WHERE account = ?1 AND grain = ?2 AND day = ?3 AND seen = ?4 AND channel <> 0
                GROUP BY 1)
             SELECT {FIGURES}, channel, owner, name FROM facts CROSS JOIN stated ON name = {NAME}
             WHERE account = ?1 AND grain = ?2 AND day = ?3 AND seen <> ?4
                AND channel <> 0 AND channel <> owner AND name <> ''
                AND (SELECT source FROM files WHERE id = seen) = ?5
             ORDER BY channel, campaign"
        );
        let mut former: Vec<(i64, Gone)> = Vec::new();
        let mut read = self.ledger.connection.prepare_cached(&read)?;
        let mut rows = read.query((self.account, self.grain, day, self.file, source))?;
        while let Some(row) = rows.next()? {
            let from = row.get(FIGURES_COUNT)?;
            if self.position(from).is_none() {
                continue;
            }
            let figures = read_figures(row, 0)?;
            let name = row.get_ref(FIGURES_COUNT + 2)?.as_str()?;
            moved.add(day, name, (from, row.get(FIGURES_COUNT + 1)?), figures);
            if former.last().is_none_or(|&(last, _)| last != from) {
                former.push((from, Gone::NONE));
            }
            former.last_mut().expect("one was pushed if there was none").1.add(figures);
        }
        let delete = format!(
            "DELETE FROM facts
             WHERE account = ?1 AND grain = ?2 AND day = ?3 AND channel = ?6 AND seen <> ?4
                AND {NAME} <> '' AND (SELECT source FROM files WHERE id = seen) = ?5
                AND {NAME} IN (SELECT {NAME} FROM facts WHERE account = ?1 AND grain = ?2
                    AND day = ?3 AND seen = ?4 AND channel NOT IN (0, ?6))"
        );
        let mut delete = self.ledger.connection.prepare_cached(&delete)?;
        for &(from, gone) in &former {
            let deleted =
                delete.execute((self.account, self.grain, day, self.file, source, from))?;
            debug_assert_eq!(deleted as u64, gone.rows, "what was read is what goes");
        }
        Ok(former)
    }
}
