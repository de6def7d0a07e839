//! CSV bytes → daily report, or a rejection with every fault. It never touches the disk.

use crate::domain::Measures;

/// What a sink says of a row's key (day, channel, campaign) within the same file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stated {
    /// No row of the file had this key before.
    New,
    /// An earlier row had it, with the same values.
    SameAs {
        /// The line of that row.
        line: u64,
    },
    /// An earlier row had it, with other values.
    DiffersFrom {
        /// The line of that row.
        line: u64,
        /// Its values.
        measures: Measures,
    },
}
