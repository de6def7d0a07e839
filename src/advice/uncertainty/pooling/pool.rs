//! The summaries of many accounts → what is likely of the channels of one of them, by all but its own.

use serde::{Deserialize, Serialize};

use super::hyper::{ACCOUNTS_MIN, Hyper, Measured, Terms, hyper};
use super::summary::{ChannelSummary, Mark, Summary, days};
use crate::advice::mmm::search::{Belief, ChannelShape, PooledChannel};
use crate::domain::Grain;

/// What is much of a return and what is little, where the account's own figures don't say less.
const RETURN_SCALE: f64 = 1.0;

/// Returns of others count within these, times what the account's own revenue would make likely.
const RETURN_LOW: f64 = -1.0;
const RETURN_HIGH: f64 = 4.0;

/// What many accounts say.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Pool {
    summaries: Vec<Summary>,
}

/// The pool of `summaries`; of an account that is there twice, the last counts.
pub fn pool(summaries: &[Summary]) -> Pool {
    let mut pool = Pool::default();
    for summary in summaries {
        pool.put(summary.clone());
    }
    pool
}

/// Which channels others were learnt from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Those of the same name.
    Name,
    /// Those of the same kind.
    Kind,
    /// All.
    Media,
}

/// What a unit of a channel's spend would be held to bring, were there no pool.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Returns {
    /// One deviation from 0.
    pub likely: f64,
}

/// What others make likely of an account's channels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Beliefs {
    /// In the order in which they were asked for.
    pub channels: Vec<ChannelBeliefs>,
}

/// What others make likely of a channel; `None`: nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChannelBeliefs {
    /// Its name.
    pub channel: String,
    /// Logarithm of the mean time for which spend works on, in days.
    pub lag: Option<Borrowed>,
    /// Logarithm of the half-saturation as a share of the largest carried-over spend.
    pub half_saturation: Option<Borrowed>,
    /// Logarithm of the slope.
    pub slope: Option<Borrowed>,
    /// Revenue for each unit of spend.
    pub returned: Option<Borrowed>,
}

/// A belief and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Borrowed {
    /// Which channels of others.
    pub level: Level,
    /// What they make likely.
    #[serde(flatten)]
    pub hyper: Hyper,
}

/// A channel that beliefs are asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked<'a> {
    /// Its name.
    pub channel: &'a str,
    /// Its kind's mark.
    pub kind: Option<Mark>,
    /// What is known of its shape without a pool.
    pub shape: ChannelShape,
    /// The same of its return.
    pub returns: Returns,
}

impl Returns {
    /// Of a channel whose strongest period is held to bring `effect`, give or take, and the others as much
    /// less as less was spent.
    pub fn of(effect: f64, spend: &[f64]) -> Self {
        let most = spend.iter().copied().fold(0.0, f64::max);
        Self { likely: if most > 0.0 { effect / most } else { 0.0 } }
    }
}

impl Pool {
    /// Adds an account, or what is new of it.
    pub fn put(&mut self, summary: Summary) {
        self.remove(&summary.account);
        let at = self.summaries.partition_point(|it| it.account < summary.account);
        self.summaries.insert(at, summary);
    }

    /// Takes an account out.
    pub fn remove(&mut self, account: &Mark) {
        self.summaries.retain(|it| it.account != *account);
    }

    /// Whether each figure is one that an account may tell.
    pub fn is_sound(&self) -> bool {
        self.summaries.iter().flat_map(|it| &it.channels).all(|it| {
            let told = [it.lag, it.half_saturation, it.slope, it.returned];
            told.iter()
                .flatten()
                .all(|it| it.mean.is_finite() && it.precision.is_finite() && it.precision > 0.0)
        })
    }

    /// How many accounts there are.
    pub fn len(&self) -> usize {
        self.summaries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.summaries.is_empty()
    }

    /// What all accounts but `account` make likely of the channels `asked` for, whose figures are of
    /// `grain`. Curves are learnt from figures of the same grain alone, since the largest spend of a day
    /// isn't that of a week.
    pub fn beliefs_for(&self, account: &Mark, grain: Grain, asked: &[Asked<'_>]) -> Beliefs {
        let others = || self.summaries.iter().filter(|it| it.account != *account);
        let channels = asked.iter().map(|asked| {
            let name = Mark::of(asked.channel);
            let named = asked.shape.named();
            let of = |terms: Option<Terms>,
                      is_of_any_grain: bool,
                      of: &dyn Fn(&ChannelSummary) -> Option<Measured>| {
                let terms = terms?;
                let others = || others().filter(|it| is_of_any_grain || it.grain == grain);
                let among = |is_like: &dyn Fn(&ChannelSummary) -> bool| -> Vec<Measured> {
                    others().filter_map(|it| together(&it.channels, is_like, of)).collect()
                };
                let by_kind = asked.kind.as_ref();
                [
                    (Level::Name, among(&|it| it.name == name)),
                    (Level::Kind, among(&|it| by_kind.is_some() && it.kind.as_ref() == by_kind)),
                    (Level::Media, among(&|_| true)),
                ]
                .into_iter()
                .find(|(_, measured)| measured.len() >= ACCOUNTS_MIN)
                .and_then(|(level, measured)| {
                    Some(Borrowed { level, hyper: hyper(&measured, terms)? })
                })
            };
            let shift = libm::log(days(grain));
            let lag = named.decay.map(|it| Belief { mean: it.mean + shift, ..it });
            ChannelBeliefs {
                channel: asked.channel.to_owned(),
                lag: of(lag.map(Terms::around), true, &|it| it.lag),
                half_saturation: of(named.half_saturation.map(Terms::around), false, &|it| {
                    it.half_saturation
                }),
                slope: of(named.slope.map(Terms::around), false, &|it| it.slope),
                returned: of(Some(returns(asked.returns)), true, &|it| it.returned),
            }
        });
        Beliefs { channels: channels.collect() }
    }
}

fn returns(Returns { likely }: Returns) -> Terms {
    Terms {
        low: RETURN_LOW * likely,
        high: RETURN_HIGH * likely,
        scale: likely.min(RETURN_SCALE),
        vaguest: likely,
    }
}

/// What the channels of one account that are alike say together: their mean, with the error of one, so
/// that an account of many channels counts as one account.
fn together(
    channels: &[ChannelSummary],
    is_like: &dyn Fn(&ChannelSummary) -> bool,
    of: &dyn Fn(&ChannelSummary) -> Option<Measured>,
) -> Option<Measured> {
    let own = channels.iter().filter(|it| is_like(it)).filter_map(of);
    let (mean, variance, count) = own.fold((0.0, 0.0, 0.0), |(mean, variance, count), it| {
        (mean + it.mean, variance + 1.0 / it.precision, count + 1.0)
    });
    (count > 0.0).then(|| Measured { mean: mean / count, precision: count / variance })
}

impl Beliefs {
    /// Whether nothing is borrowed.
    pub fn is_empty(&self) -> bool {
        self.channels.iter().all(|it| {
            [it.lag, it.half_saturation, it.slope, it.returned].iter().all(Option::is_none)
        })
    }

    /// What a search takes, for figures of `grain` whose shapes are known as `shapes` without it.
    pub fn for_search(&self, grain: Grain, shapes: &[ChannelShape]) -> Vec<PooledChannel> {
        let shift = libm::log(days(grain));
        let belief = |it: Option<Borrowed>, shift: f64| {
            it.map(|Borrowed { hyper, .. }| Belief {
                mean: hyper.mean - shift,
                deviation: hyper.deviation,
            })
        };
        let channels = self.channels.iter().zip(shapes);
        channels
            .map(|(it, shape)| PooledChannel {
                shape: shape.believed(
                    belief(it.lag, shift),
                    belief(it.half_saturation, 0.0),
                    belief(it.slope, 0.0),
                ),
                returned: belief(it.returned, 0.0)
                    .map(|it| Belief { mean: it.mean.max(0.0), ..it }),
            })
            .collect()
    }
}
