//! Accounts that learn from each other: what the data of many say of a channel's carryover, curve and
//! return → what is likely of it at one more account, so that a small one isn't judged on noise.
//!
//! ```text
//! fitted on its own data ─► summary ─┐
//!                          others' ──┴─► pool ─► beliefs ─► fitted again
//! ```
//!
//! Empirical Bayes in closed form. Only means, precisions and counts leave an account: no name, no
//! amount of money. What one account is told never holds its own data, and never hangs on any other
//! account alone.

mod borrowed;
mod hyper;
mod learn;
mod pool;
mod summary;
mod together;

pub use borrowed::{ChannelPooling, Pooling, Share, pooling};
pub use hyper::{ACCOUNTS_MIN, Hyper, Measured};
pub use learn::{KindOf, believing, borrowed, summary};
pub use pool::{Asked, Beliefs, Borrowed, ChannelBeliefs, Level, Pool, Returns, pool};
pub use summary::{ChannelSummary, Mark, Summary};
pub use together::{Member, learn_from, pool_of};
