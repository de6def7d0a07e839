//! What an account's file says of its advisory model: plain values, checked by the configuration.
//! None of them bears on a budget, and none of them is part of a decision.

use std::collections::BTreeSet;

use super::{ChannelName, Day, Share};

/// `[model]` of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelSettings {
    /// Whether a weekly run fits a model.
    pub enabled: bool,
    /// How long a weekly run waits for it, in seconds.
    pub seconds_max: u32,
    /// Which kind of model it is.
    pub preset: Preset,
    /// Which families of response curves are learnt.
    pub families: Families,
    /// Probability that a stated interval holds the truth, between 0.5 and 0.999.
    pub confidence: f64,
    /// Which periods test the model.
    pub test: TestPeriods,
    /// A figure is an outlier this many interquartile ranges outside the quartiles; `None`: none
    /// is.
    pub outlier_ranges: Option<f64>,
    /// A channel without spend in more than this share of the periods is left out.
    pub empty_share_max: Share,
    /// Whether there is a trend; `None`: the length of the series decides.
    pub trend: Option<bool>,
    /// Waves of the yearly season, 0 to [`SEASON_WAVES_MAX`]; `None`: the length decides.
    pub season_waves: Option<u32>,
    /// Whether weekdays differ; `None`: in daily series.
    pub weekdays: Option<bool>,
    /// Whether months differ, a step for each.
    pub months: bool,
    /// The holidays of its customers.
    pub holidays: Holidays,
    /// Whether it learns from the other accounts that do, and they from it.
    pub pool: bool,
    /// What is known of channels' shapes, each channel once; all else is searched for.
    pub channels: Vec<ChannelModel>,
}

impl Default for ModelSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            seconds_max: 20,
            preset: Preset::Search,
            families: Families::Both,
            confidence: 0.9,
            test: TestPeriods::Share(Share::from_millionths(200_000)),
            outlier_ranges: Some(3.0),
            empty_share_max: Share::from_millionths(900_000),
            trend: None,
            season_waves: None,
            weekdays: None,
            months: false,
            holidays: Holidays::default(),
            pool: false,
            channels: Vec::new(),
        }
    }
}

/// A kind of model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// The weighted average of what a search finds.
    Search,
    /// The pipeline that many teams run by hand, step for step, on figures of days.
    Classic,
}

impl Preset {
    /// All, the shipped one first.
    pub const ALL: [Self; 2] = [Self::Search, Self::Classic];

    /// Its name in files and commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Classic => "classic",
        }
    }
}

/// Which families of response curves are learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Families {
    /// The one with a fixed shape, and beside it one without.
    Both,
    /// The one with a fixed shape alone.
    Shaped,
}

impl Families {
    /// All, the shipped one first.
    pub const ALL: [Self; 2] = [Self::Both, Self::Shaped];

    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Shaped => "shaped",
        }
    }
}

/// More waves than this follow single weeks, which are holidays or noise.
pub const SEASON_WAVES_MAX: u32 = 6;

/// No carryover that the file describes works in more periods than this: a year of days.
pub const LAGS_MAX: u32 = 365;

/// Which periods test a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestPeriods {
    /// The last share of them.
    Share(Share),
    /// Those from this day on.
    From(Day),
}

/// Which days are holidays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holidays {
    /// Those of these countries.
    pub countries: BTreeSet<Country>,
    /// And these.
    pub days: BTreeSet<Day>,
}

/// A country whose holidays are known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Country {
    /// DE
    Germany,
    /// FR
    France,
    /// GB
    UnitedKingdom,
    /// IN
    India,
    /// US
    UnitedStates,
}

impl Country {
    /// All, by code.
    pub const ALL: [Self; 5] =
        [Self::Germany, Self::France, Self::UnitedKingdom, Self::India, Self::UnitedStates];

    /// Its code by ISO 3166.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Germany => "DE",
            Self::France => "FR",
            Self::UnitedKingdom => "GB",
            Self::India => "IN",
            Self::UnitedStates => "US",
        }
    }

    /// The country of that code, in any case.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|country| country.code().eq_ignore_ascii_case(code))
    }
}

/// `[[model.channels]]`: what is known of a channel's shape. A number that is `None` is searched for.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelModel {
    /// A channel of the account.
    pub channel: ChannelName,
    /// What it is for, which says what decay is likely.
    pub kind: Option<ChannelKind>,
    /// How its spend works on.
    pub adstock: AdstockModel,
    /// How its spend wears off.
    pub saturation: SaturationModel,
}

/// What a channel is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelKind {
    /// Makes a name known.
    Brand,
    /// Brings something new to market.
    Launch,
    /// Collects leads.
    Lead,
    /// Speaks to people who know the shop.
    Retargeting,
}

impl ChannelKind {
    /// The decay per period that is likely beforehand.
    pub const fn decay(self) -> f64 {
        match self {
            Self::Brand => 0.7,
            Self::Launch => 0.5,
            Self::Lead => 0.4,
            Self::Retargeting => 0.3,
        }
    }
}

/// How a channel's spend works on in later periods. Times are in periods of the figures; where
/// `lags` is `None`, what is usual for days, weeks or months.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AdstockModel {
    /// It doesn't.
    None,
    /// Each period keeps the same share.
    Geometric {
        /// The share.
        decay: Option<f64>,
    },
    /// The same over some periods, summing to what was spent.
    GeometricNormalised {
        /// The share.
        decay: Option<f64>,
        /// How many periods.
        lags: Option<u32>,
    },
    /// Strongest some periods late.
    Delayed {
        /// How slowly it rises and falls.
        decay: Option<f64>,
        /// When it is strongest.
        peak: Option<f64>,
        /// How many periods.
        lags: Option<u32>,
    },
    /// Survival by Weibull's distribution.
    WeibullCdf {
        /// Above 1 it holds first and falls later.
        shape: Option<f64>,
        /// Stretches time.
        scale: Option<f64>,
        /// How many periods.
        lags: Option<u32>,
    },
    /// Weibull's density.
    WeibullPdf {
        /// Above 1 it rises first.
        shape: Option<f64>,
        /// Stretches time.
        scale: Option<f64>,
        /// How many periods.
        lags: Option<u32>,
    },
}

/// How a channel's spend wears off. Amounts are carried-over spend per period, in major units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SaturationModel {
    /// It doesn't.
    None,
    /// ln(1 + x / scale).
    Logarithm {
        /// Below it nearly linear.
        scale: Option<f64>,
    },
    /// 1 − exp(−rate · x).
    Exponential {
        /// Per unit of spend.
        rate: Option<f64>,
    },
    /// x^slope / (half_saturation^slope + x^slope).
    Hill {
        /// Where half of what can be reached is reached.
        half_saturation: Option<f64>,
        /// Above 1 the curve is S-shaped.
        slope: Option<f64>,
    },
    /// (1 − exp(−rate · x)) / (1 + exp(−rate · x)).
    Logistic {
        /// Per unit of spend.
        rate: Option<f64>,
    },
    /// x / (half_saturation + x).
    MichaelisMenten {
        /// Where half of what can be reached is reached.
        half_saturation: Option<f64>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_found_by_its_code_in_any_case() {
        for country in Country::ALL {
            assert_eq!(Country::from_code(&country.code().to_lowercase()), Some(country));
        }
        assert_eq!(Country::from_code("UK"), None);
    }
}
