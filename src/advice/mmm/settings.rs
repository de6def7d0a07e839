//! `[model]` of an account → the settings of cleaning and fitting, for figures of this grain and of
//! these periods. What the account leaves open stays what is searched for by default.

use super::fit::{FitSettings, Split, decay_likely};
use super::holidays;
use super::prepare::{LeftOut, PrepareSettings};
use super::regressors::RegressorSettings;
use super::search::{AdstockShape, Belief, ChannelShape, Part, SaturationShape, SearchSettings};
use crate::domain::model::{AdstockModel, ChannelKind, ChannelModel, SaturationModel, TestPeriods};
use crate::domain::{Day, Grain, ModelSettings, Share};

/// In how many periods a carryover works whose length the account leaves open: six weeks of days, a
/// quarter of weeks, half a year of months.
const LAGS_DAILY: usize = 42;
const LAGS_WEEKLY: usize = 13;
const LAGS_MONTHLY: usize = 6;

/// How figures are cleaned.
pub fn prepare_settings(model: &ModelSettings) -> PrepareSettings {
    PrepareSettings {
        outlier_ranges: model.outlier_ranges.unwrap_or(f64::INFINITY),
        empty_share_max: share(model.empty_share_max),
    }
}

/// How a series of `periods` is fitted.
pub fn fit_settings(model: &ModelSettings, grain: Grain, periods: &[Day]) -> FitSettings {
    FitSettings {
        split: match model.test {
            TestPeriods::Share(part) => Split::Share(share(part)),
            TestPeriods::From(day) => Split::From(day),
        },
        regressors: RegressorSettings {
            trend: model.trend,
            season_waves: model.season_waves,
            weekdays: model.weekdays,
            months: model.months,
            holidays: holidays::days(&model.holidays, grain, periods),
        },
        shapes: model
            .channels
            .iter()
            .map(|channel| (channel.channel.to_string(), shape(channel, grain)))
            .collect(),
        tests: Vec::new(),
        pooled: Vec::new(),
        search: SearchSettings::default(),
    }
}

/// What of the account's holidays is not known in some of `periods`: to be told beside the model.
pub fn holidays_left_out(model: &ModelSettings, grain: Grain, periods: &[Day]) -> Vec<LeftOut> {
    holidays::unknown(&model.holidays, grain, periods)
}

fn shape(channel: &ChannelModel, grain: Grain) -> ChannelShape {
    let decay_likely = channel.kind.map_or_else(|| decay_likely(grain), ChannelKind::decay);
    ChannelShape {
        adstock: adstock(channel.adstock, decay_likely, grain),
        saturation: saturation(channel.saturation),
    }
}

fn adstock(model: AdstockModel, decay_likely: f64, grain: Grain) -> AdstockShape {
    let decay_part = |decay| Part::of(decay, Belief::decay(decay_likely));
    let shape_part = |shape| Part::of(shape, Belief::weibull_shape());
    let scale_part = |scale| Part::of(scale, Belief::weibull_scale());
    match model {
        AdstockModel::None => AdstockShape::None,
        AdstockModel::Geometric { decay } => AdstockShape::Geometric { decay: decay_part(decay) },
        AdstockModel::GeometricNormalised { decay, lags } => {
            let lags = lags_of(lags, grain);
            AdstockShape::GeometricNormalised { decay: decay_part(decay), lags }
        }
        AdstockModel::Delayed { decay, peak, lags } => AdstockShape::Delayed {
            decay: decay_part(decay),
            peak: Part::of(peak, Belief::peak()),
            // A peak that is given lies within the lags.
            lags: lags_of(lags, grain).max(peak.map_or(0, after_peak)),
        },
        AdstockModel::WeibullCdf { shape, scale, lags } => {
            let (shape, scale) = (shape_part(shape), scale_part(scale));
            AdstockShape::WeibullCdf { shape, scale, lags: lags_of(lags, grain) }
        }
        AdstockModel::WeibullPdf { shape, scale, lags } => {
            let (shape, scale) = (shape_part(shape), scale_part(scale));
            AdstockShape::WeibullPdf { shape, scale, lags: lags_of(lags, grain) }
        }
    }
}

fn saturation(model: SaturationModel) -> SaturationShape {
    let half = || Part::Searched(Belief::half_saturation());
    let part = |fixed: Option<f64>| fixed.map_or_else(half, Part::Fixed);
    match model {
        SaturationModel::None => SaturationShape::None,
        SaturationModel::Logarithm { scale } => SaturationShape::Logarithm { scale: part(scale) },
        SaturationModel::Exponential { rate } => SaturationShape::Exponential { rate: part(rate) },
        SaturationModel::Hill { half_saturation, slope } => SaturationShape::Hill {
            half_saturation: part(half_saturation),
            slope: Part::of(slope, Belief::slope()),
        },
        SaturationModel::Logistic { rate } => SaturationShape::Logistic { rate: part(rate) },
        SaturationModel::MichaelisMenten { half_saturation } => {
            SaturationShape::MichaelisMenten { half_saturation: part(half_saturation) }
        }
    }
}

fn lags_of(lags: Option<u32>, grain: Grain) -> usize {
    let usual = match grain {
        Grain::Day => LAGS_DAILY,
        Grain::Week => LAGS_WEEKLY,
        Grain::Month => LAGS_MONTHLY,
    };
    lags.and_then(|lags| usize::try_from(lags).ok()).unwrap_or(usual)
}

/// Lags that reach one period beyond a peak.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 364")]
fn after_peak(peak: f64) -> usize {
    libm::ceil(peak) as usize + 1
}

fn share(share: Share) -> f64 {
    f64::from(share.millionths()) / 1e6
}

#[cfg(test)]
mod tests;
