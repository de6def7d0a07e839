//! What a world may say beyond the keys that each has: that something changes as time goes on, or
//! that noise has days far off. Absent, nothing of it happens.

use std::ops::RangeInclusive;

use super::{DEVIATION, KEPT, Shift, Table, Wander, number};
use crate::evaluate::worlds::WEEKS_MAX;

/// Degrees of freedom: with 2 and fewer there is no standard deviation, with 30 no tail.
pub(super) const TAILS: RangeInclusive<u32> = 3..=30;

/// The table `shift` of `table`; the outer `None`: it is faulty.
#[expect(clippy::option_option, reason = "faulty and absent are different answers")]
pub(super) fn shift(table: &Table<'_>) -> Option<Option<Shift>> {
    let own = table.table("shift");
    if !own.is_there() {
        return Some(None);
    }
    let week = own.required("week", "week = 60").and_then(|item| item.whole(1..=WEEKS_MAX));
    let factor = number(&own, "factor", "factor = 0.7", 0.0..=10.0);
    own.finish();
    Some(Some(Shift { week: week?, factor: factor? }))
}

/// The table `wander` of `table`; the outer `None`: it is faulty.
#[expect(clippy::option_option, reason = "faulty and absent are different answers")]
pub(super) fn wander(table: &Table<'_>) -> Option<Option<Wander>> {
    let own = table.table("wander");
    if !own.is_there() {
        return Some(None);
    }
    let variation = number(&own, "variation", "variation = 0.3", DEVIATION);
    let persistence = number(&own, "persistence", "persistence = 0.95", KEPT);
    own.finish();
    Some(Some(Wander { variation: variation?, persistence: persistence? }))
}
