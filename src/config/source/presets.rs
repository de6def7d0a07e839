//! The formats that ship: TOML files of one `[[sources]]` table each, read as an account's own
//! tables are, so that people can read them and copy from them.

use std::sync::LazyLock;

use super::read;
use crate::config::SourceText;
use crate::config::fault::render_faults;
use crate::config::file::{File, Role};
use crate::config::table::Table;
use crate::domain::Source;

/// A format that ships.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preset {
    /// What `preset = "…"` calls it.
    pub name: &'static str,
    /// Its settings.
    pub source: Source,
    /// The file that it was read from.
    pub text: &'static str,
}

macro_rules! shipped {
    ($($name:literal),+) => {
        [$(($name, include_str!(concat!("../presets/", $name, ".toml")))),+]
    };
}

/// Each may start from one before it.
const SHIPPED: [(&str, &str); 7] = shipped![
    "long",
    "google_ads",
    "google_ads_excel",
    "meta_ads",
    "wide_weekly",
    "wide_monthly",
    "ecommerce_mmm"
];

static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
    let mut presets = Vec::with_capacity(SHIPPED.len());
    for (name, text) in SHIPPED {
        let source = one(name, text, &presets).unwrap_or_else(|faults| panic!("{faults}"));
        presets.push(Preset { name, source, text });
    }
    presets
});

/// Every format that ships, the long one first.
///
/// # Panics
/// If one of them has a fault; a test holds that none has.
pub fn presets() -> &'static [Preset] {
    &PRESETS
}

/// The format that `preset = "…"` names.
pub fn preset(name: &str) -> Option<Source> {
    let preset = presets().iter().find(|preset| preset.name == name)?;
    Some(preset.source.clone())
}

fn one(name: &str, text: &str, before: &[Preset]) -> Result<Source, String> {
    let text = SourceText { path: format!("presets/{name}.toml"), text: text.to_owned() };
    let (file, tree) = File::parse(&text, Role::Account);
    let root = Table::root(&file, &tree);
    let table = root.tables("sources").and_then(|tables| tables.into_iter().next());
    let source = table.and_then(|table| read(table, before, None));
    root.finish();
    let faults = file.into_faults();
    source.filter(|_| faults.is_empty()).ok_or_else(|| render_faults(&faults))
}
