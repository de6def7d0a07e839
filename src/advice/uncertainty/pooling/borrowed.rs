//! A model that learnt from other accounts → how much of what it says of each number is theirs.

use serde::Serialize;

use super::pool::{Beliefs, Borrowed, ChannelBeliefs};
use super::summary::{Posterior, posteriors};
use crate::advice::mmm::fitted::Fitted;
use crate::domain::text::escape;

/// What a model borrowed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pooling {
    /// Accounts in the pool, its own among them.
    pub accounts: usize,
    /// How likely its own data make it that the account is like the others.
    pub like_others: f64,
    /// Channel by channel.
    pub channels: Vec<ChannelPooling>,
}

/// What was borrowed of a channel; `None`: nothing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChannelPooling {
    /// Its name.
    pub channel: String,
    /// Logarithm of the mean time for which spend works on, in days.
    pub lag: Option<Share>,
    /// Logarithm of the half-saturation as a share of the largest carried-over spend.
    pub half_saturation: Option<Share>,
    /// Logarithm of the slope.
    pub slope: Option<Share>,
    /// Revenue for each unit of spend.
    pub returned: Option<Share>,
}

/// What was borrowed of one number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// What was believed, and where it comes from.
    #[serde(flatten)]
    pub belief: Borrowed,
    /// The share of the precision of what the model says that is the belief's: 1, its own data say
    /// nothing; 0, the others say nothing.
    pub borrowed: f64,
}

/// What `fitted` borrowed of `beliefs`, from a pool of so many `accounts`; `None`: nothing.
pub fn pooling(fitted: &Fitted, beliefs: Beliefs, accounts: usize) -> Option<Pooling> {
    let like_others = fitted.evidence?.pooled?;
    let channels = beliefs.channels.into_iter().enumerate();
    let channels = channels.map(|(at, believed)| {
        let found = posteriors(fitted, at);
        let share = |belief: Option<Borrowed>, posterior: Option<Posterior>| {
            belief.zip(posterior).map(|(belief, posterior)| {
                let deviation = belief.hyper.deviation;
                let of_belief = posterior.variance / (deviation * deviation);
                Share { belief, borrowed: of_belief.clamp(0.0, 1.0) * like_others }
            })
        };
        let ChannelBeliefs { channel, lag, half_saturation, slope, returned } = believed;
        ChannelPooling {
            channel,
            lag: share(lag, found.lag),
            half_saturation: share(half_saturation, found.half_saturation),
            slope: share(slope, found.slope),
            returned: share(returned, found.returned),
        }
    });
    Some(Pooling { accounts, like_others, channels: channels.collect() })
}

impl Pooling {
    /// In a sentence: from how many accounts it learns, and what it leans on them for most.
    pub fn text(&self) -> String {
        let returns = self.channels.iter().filter_map(|it| Some((it, it.returned?)));
        let most = returns.max_by(|one, other| one.1.borrowed.total_cmp(&other.1.borrowed));
        let others = self.accounts;
        let like = percent(self.like_others);
        match most {
            Some((channel, share)) => format!(
                "it learns from {others} accounts, which this one is like with a probability of {like}; \
                 most of what {} brings: {} of that is what {} others say",
                escape(&channel.channel),
                percent(share.borrowed),
                share.belief.hyper.accounts
            ),
            None => format!(
                "it learns from {others} accounts, which this one is like with a probability of {like}: \
                 how long spend works and how it wears off"
            ),
        }
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}
