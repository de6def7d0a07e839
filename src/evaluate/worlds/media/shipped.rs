//! The worlds that ship: the files of `tests/worlds`, each with one difficulty of real advertisers.

use super::{World, read};
use crate::config::{SourceText, render_faults};

macro_rules! shipped {
    ($($name:literal),+ $(,)?) => {
        [$((
            $name,
            include_str!(concat!("../../../../tests/worlds/", $name, ".toml")),
        )),+]
    };
}

/// From the plainest on.
const SHIPPED: [(&str, &str); 17] = shipped![
    "plain",
    "flighted",
    "seasonal",
    "confounded",
    "small_noisy",
    "twelve_channels",
    "attribution_bias",
    "s_shaped",
    "broken",
    "losing",
    "no_effect",
    "collinear",
    "heavy_tails",
    "long_carryover",
    "drifting",
    "changing_effects",
    "small_account",
];

/// Their names, from the plainest on.
pub fn names() -> impl Iterator<Item = &'static str> + Clone {
    SHIPPED.iter().map(|(name, _)| *name)
}

/// The world of that name; `None`: none that ships has it.
///
/// # Panics
/// If its file has a fault; a test holds that none has.
pub fn shipped(name: &str) -> Option<World> {
    let (name, text) = SHIPPED.iter().find(|(known, _)| *known == name)?;
    let source = SourceText { path: format!("{name}.toml"), text: (*text).to_owned() };
    Some(read(&source).unwrap_or_else(|faults| panic!("{}", render_faults(&faults))))
}
