//! A series and a pool → a model that leans on what other accounts make likely as far as the account's
//! own data allow.

use super::pool::{Asked, Beliefs, Pool, Returns};
use super::summary::{Mark, Summary};
use crate::advice::mmm::fit::{FitSettings, shapes};
use crate::advice::mmm::fitted::Fitted;
use crate::advice::mmm::search::effect_likely;
use crate::advice::mmm::series::Series;
use crate::domain::model::ChannelKind;

/// The kind of a channel by its name, where the account's file names one.
pub type KindOf<'a> = dyn Fn(&str) -> Option<ChannelKind> + 'a;

/// What a model on an account's own data alone has to tell others.
pub fn summary(
    account: &str,
    fitted: &Fitted,
    settings: &FitSettings,
    kind: &KindOf<'_>,
) -> Option<Summary> {
    Summary::of(account, fitted, &shapes(&fitted.series, settings), kind)
}

/// What all other accounts of `pool` make likely of the channels of `series`.
pub fn borrowed(
    account: &str,
    series: &Series,
    settings: &FitSettings,
    kind: &KindOf<'_>,
    pool: &Pool,
) -> Beliefs {
    let shapes = shapes(series, settings);
    let likely = effect_likely(&series.outcome, series.channels.len());
    let asked: Vec<Asked<'_>> = series
        .channels
        .iter()
        .zip(&shapes)
        .map(|(channel, shape)| Asked {
            channel: &channel.name,
            kind: kind(&channel.name).map(Mark::of_kind),
            shape: *shape,
            returns: Returns::of(likely, &channel.spend),
        })
        .collect();
    pool.beliefs_for(&Mark::of(account), series.grain, &asked)
}

/// The same settings with what `beliefs` make likely.
#[must_use]
pub fn believing(settings: &FitSettings, series: &Series, beliefs: &Beliefs) -> FitSettings {
    if beliefs.is_empty() {
        return settings.clone();
    }
    let pooled = beliefs.for_search(series.grain, &shapes(series, settings));
    FitSettings { pooled, ..settings.clone() }
}
