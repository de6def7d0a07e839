//! What a file says nothing of although the file before it did: channels of a day that an earlier
//! file of its source stated beside those that this one states again. They still count, which may
//! be right, and may be money that is in this file under another name.

use super::changes::{EXAMPLES_MAX, Unsaid, UnsaidPair, amount};
use super::origins::Earlier;
use super::settle::{Pair, day_of};
use super::take::Take;
use crate::domain::{ChannelBy, ChannelName};

impl Take<'_> {
    /// Notes those pairs of a day that an earlier file stated beside what this one states again.
    pub(super) fn note_unsaid(
        &self,
        day: i64,
        pairs: &[Pair],
        earlier: &mut Earlier,
        unsaid: &mut Unsaid,
    ) -> rusqlite::Result<()> {
        let connection = &self.ledger.connection;
        let mut found: Vec<(&ChannelName, &Pair, i64)> = Vec::new();
        for pair in pairs.iter().filter(|pair| !pair.stated) {
            let (Some(position), Some(seen)) = (self.position(pair.channel), pair.seen) else {
                continue;
            };
            let is_sent_again = earlier.is_stated_again(day, seen)
                || match self.channel_by {
                    ChannelBy::Row => false,
                    // Sent again under its name it is one delivery: all of its campaigns may have
                    // other names.
                    ChannelBy::Campaign => earlier.has_own_name(connection, seen)?,
                    // It had another channel then.
                    ChannelBy::Source => true,
                };
            if is_sent_again && earlier.is_of_own_source(connection, seen)? {
                found.push((&self.channels[position].0, pair, seen));
            }
        }
        found.sort_unstable_by_key(|&(channel, ..)| channel);
        for (channel, pair, seen) in found {
            unsaid.pairs += 1;
            if unsaid.examples.len() < EXAMPLES_MAX {
                let spend = pair.left_out.figures().and_then(|left| left.spend);
                unsaid.examples.push(UnsaidPair {
                    day: day_of(day),
                    channel: channel.clone(),
                    file: earlier.origin(connection, seen)?.name.clone(),
                    spend: amount(spend, self.currency),
                });
            }
        }
        Ok(())
    }
}
