//! Step 3: shares of the total → the least and the most that a channel may get. The cap never
//! yields: a floor above it counts as the cap, and a paused channel gets nothing.

use crate::domain::{Account, Amount, Channel};

/// The most that `channel` may get, exactly.
pub(super) fn cap(account: &Account, channel: &Channel) -> Amount {
    if channel.paused {
        return Amount::ZERO;
    }
    account
        .cap_share(channel)
        .of(account.total_budget_weekly)
        .min(account.total_budget_weekly.amount())
}

/// The least that the rules propose for `channel`, exactly.
pub(super) fn floor(account: &Account, channel: &Channel) -> Amount {
    account.floor_share(channel).of(account.total_budget_weekly).min(cap(account, channel))
}
