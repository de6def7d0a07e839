//! The families of worlds: each a world that ships, and how far its parameters differ from seed to
//! seed, so that a family is many advertisers and not one.

use rand_chacha::ChaCha8Rng;

use crate::advice::mmm::adstock::Adstock;
use crate::domain::Grain;
use crate::evaluate::worlds::chance::{normal, stream};
use crate::evaluate::worlds::media::{World, shipped};

/// A stream of its own, so that drawing a world never shifts what happens in it.
const STREAM: u64 = 1_000_000;

/// A day's carryover with a half-life of ten weeks.
const DECAY_MAX: f64 = 0.99;

/// Standard deviations of what differs from seed to seed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Of the logarithm of each channel's effect.
    pub effect: f64,
    /// Of the logarithm of each channel's half-saturation.
    pub half_saturation: f64,
    /// Of the logit of each channel's decay.
    pub decay: f64,
    /// Of the logarithm of the noise.
    pub noise: f64,
}

const USUAL: Spread = Spread { effect: 0.5, half_saturation: 0.3, decay: 0.5, noise: 0.25 };

/// Some worlds of one kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Family {
    /// What the report calls it.
    pub name: &'static str,
    /// The world that ships.
    pub world: &'static str,
    /// What a model is given: days, or their sums by week.
    pub grain: Grain,
    /// How far its worlds differ.
    pub spread: Spread,
    /// Whether the model's family holds the truth.
    pub is_well_specified: bool,
    /// Whether media have an effect. An interval of what can't be negative never holds a truth of 0,
    /// so that of such worlds only actions are judged.
    pub has_effects: bool,
    /// Whether each channel has been tested once.
    pub is_tested: bool,
    /// Why it is well specified, or isn't.
    pub why: &'static str,
}

const fn weekly(name: &'static str, is_well_specified: bool, why: &'static str) -> Family {
    Family {
        name,
        world: name,
        grain: Grain::Week,
        spread: USUAL,
        is_well_specified,
        has_effects: true,
        is_tested: false,
        why,
    }
}

/// All, from the plainest on.
pub const FAMILIES: [Family; 18] = [
    weekly(
        "plain",
        true,
        "geometric carryover, Hill's curve, trend and season, as the model has them",
    ),
    Family {
        name: "plain_daily",
        world: "plain",
        grain: Grain::Day,
        ..weekly("plain", true, "the same in days, so that nothing is lost by summing them")
    },
    weekly("small_noisy", true, "one loud year; all else as the model has it"),
    weekly("s_shaped", true, "S-shaped curves are among those that the model holds"),
    Family {
        spread: Spread { effect: 0.25, ..USUAL },
        ..weekly("losing", true, "as the model has it; two channels lose money whatever is spent")
    },
    weekly("collinear", true, "as the model has it; the data tell channels apart badly"),
    weekly("long_carryover", true, "geometric carryover of one to three weeks of half-life"),
    Family {
        grain: Grain::Day,
        ..weekly(
            "small_account",
            true,
            "half a year in days: as the model has it, and little of it",
        )
    },
    Family {
        has_effects: false,
        ..weekly("no_effect", false, "no effect is the very edge of what the model holds possible")
    },
    weekly(
        "seasonal",
        false,
        "a season, holidays that are told, spend that follows both; one of four channels peaks late",
    ),
    weekly(
        "twelve_channels",
        false,
        "many effects at once; demand wanders unseen, some spends follow it a little, one effect comes late",
    ),
    weekly(
        "flighted",
        false,
        "carryover that peaks late or fades by Weibull's curve, where the model has geometric ones",
    ),
    weekly("confounded", false, "spend follows a demand that no model sees"),
    Family {
        name: "confounded_tested",
        world: "confounded",
        is_tested: true,
        ..weekly(
            "confounded",
            false,
            "the same, with one lift test of each channel in the last half year, measured to 15 % of its lift",
        )
    },
    weekly("broken", false, "a baseline and an effect break for good, and no model is told"),
    weekly(
        "changing_effects",
        false,
        "effects wander over time, where the model has constant ones",
    ),
    weekly("drifting", false, "the baseline drifts, where the model has a line and a season"),
    weekly("heavy_tails", false, "noise with days far off, where the model has a bell curve"),
];

/// The family of that name.
pub fn family(name: &str) -> Option<&'static Family> {
    FAMILIES.iter().find(|family| family.name == name)
}

impl Family {
    /// The world of `seed`: the shipped one with other effects, curves, carryovers and noise.
    ///
    /// # Panics
    /// If its world doesn't ship; a test holds that all do.
    pub fn draw(&self, seed: u64) -> World {
        let world = shipped(self.world).expect("families are of worlds that ship");
        varied(world, self.spread, &mut stream(seed, STREAM))
    }
}

/// `world` with other effects, curves, carryovers and noise.
pub(super) fn varied(mut world: World, spread: Spread, random: &mut ChaCha8Rng) -> World {
    let mut factor = |deviation: f64| libm::exp(deviation * normal(random));
    world.noise.share = (world.noise.share * factor(spread.noise)).min(1.0);
    for channel in &mut world.channels {
        channel.effect *= factor(spread.effect);
        channel.saturation.half_saturation *= factor(spread.half_saturation);
        let odds = factor(spread.decay);
        channel.adstock = with_odds(channel.adstock, odds);
    }
    world
}

/// A geometric carryover whose odds of being kept are `factor` times as large; others stay.
fn with_odds(adstock: Adstock, factor: f64) -> Adstock {
    let moved = |decay: f64| {
        let odds = decay / (1.0 - decay) * factor;
        (odds / (1.0 + odds)).min(DECAY_MAX)
    };
    match adstock {
        Adstock::Geometric { decay } => Adstock::Geometric { decay: moved(decay) },
        Adstock::GeometricNormalised { decay, lags } => {
            Adstock::GeometricNormalised { decay: moved(decay), lags }
        }
        other => other,
    }
}
