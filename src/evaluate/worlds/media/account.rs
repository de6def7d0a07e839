//! A world → the file of its account, with its channels and the sources of its files.

use super::World;
use crate::domain::calendar::weekday_name;

/// The account `main`: what its channels spend in a typical week is its total.
pub(super) fn account(world: &World) -> String {
    let typical: f64 = world.channels.iter().map(|it| it.spend * it.flighting.share * 7.0).sum();
    let mut text = format!(
        "# The account of the simulated world {name}; for config/accounts/main.toml.\n\
         id = \"main\"\n\
         currency = \"{currency}\"\n\
         time_zone = \"UTC\"\n\
         week_starts_on = \"{weekday}\"\n\
         # What the channels spend in a typical week.\n\
         total_budget_weekly = \"{total}\"\n",
        name = world.name,
        currency = world.currency.code(),
        weekday = weekday_name(chrono::Datelike::weekday(&world.first_day)).to_lowercase(),
        total = libm::ceil(typical),
    );
    for channel in &world.channels {
        text.push_str(&format!("\n[[channels]]\nname = \"{}\"\n", channel.name));
        if channel.column() != channel.name.to_ascii_lowercase() {
            text.push_str(&format!("aliases = [\"{}\"]\n", channel.column()));
        }
    }
    // The shipped cap of 0.40 can't hold the total of fewer than three channels, nor the shipped
    // floor of 0.02 that of fifty.
    let cap = match world.channels.len() {
        1 => "1",
        2 => "0.60",
        _ => "0.40",
    };
    let floor = if world.channels.len() > 25 { "0" } else { "0.02" };
    text.push_str(&format!(
        "\n[rules]\nspend_cap_share = \"{cap}\"\nspend_floor_share = \"{floor}\"\n\n\
         [checks]\n# However long ago the world's days are.\nwindow_days = 36500\n"
    ));
    let controls = if world.baseline.holidays.is_empty() { "" } else { "\"holiday\"" };
    let beware = "; for models\n# alone, since its days would replace those of daily/, which know each channel's revenue";
    for (name, files, grain, beware) in [
        ("business", "business.csv", "day", beware),
        ("business weekly", "business_weekly.csv", "week", ""),
    ] {
        text.push_str(&format!(
            "\n# A row for each {grain}: the spend of each channel and the revenue of the business{beware}.\n\
             [[sources]]\nname = \"{name}\"\nfiles = \"{files}\"\npreset = \"wide_weekly\"\n\
             grain = \"{grain}\"\n\n[sources.columns]\ncontrols = [{controls}]\n"
        ));
    }
    text
}
