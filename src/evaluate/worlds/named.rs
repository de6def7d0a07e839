//! The worlds that have a name: each puts one difficulty of real advertisers in front of a model.

use super::{Break, CALM, Demand, World, WorldChannel};

/// The usual four channels. Affiliate keeps a fifth of its revenue for the week after, which is
/// less than a cut would save; the others earn at once.
fn four_channels() -> Vec<WorldChannel> {
    vec![
        WorldChannel::plain("Google Ads", 180_000.0, 2.6),
        WorldChannel::plain("Email", 140_000.0, 2.2),
        WorldChannel::plain("Meta Ads", 110_000.0, 2.4),
        WorldChannel { delayed: vec![0.2], ..WorldChannel::plain("Affiliate", 70_000.0, 1.8) },
    ]
}

fn changed(change: impl FnMut(&mut WorldChannel)) -> Vec<WorldChannel> {
    let mut channels = four_channels();
    channels.iter_mut().for_each(change);
    channels
}

/// Nothing hard: proportional response, little noise, hardly any delay.
pub fn steady() -> World {
    World { name: "steady", demand: CALM, channels: four_channels() }
}

/// Email's revenue comes mostly one and two weeks later, so that a cut costs more than it saves.
pub fn delayed() -> World {
    let mut world = World { name: "delayed", ..steady() };
    world.channels[1].delayed = vec![0.5, 0.3];
    world
}

/// Effects that fade over six weeks, in each channel, but are too small for a veto within two.
pub fn lingering() -> World {
    let channels = changed(|channel| {
        channel.delayed = vec![0.12, 0.09, 0.07, 0.05, 0.04, 0.03];
        channel.spend_persistence = 0.6;
    });
    World { name: "lingering", demand: CALM, channels }
}

/// Diminishing returns in every channel.
pub fn saturating() -> World {
    let channels = changed(|channel| channel.half_saturation = Some(0.8));
    World { name: "saturating", demand: CALM, channels }
}

/// Spend follows a demand that lasts for weeks, and much is earned: revenue after strong weeks is
/// high without having come from their spend.
pub fn demand_following() -> World {
    let demand = Demand { variation: 0.2, persistence: 0.8, ..CALM };
    let channels = changed(|channel| {
        channel.spend_follows_demand = 1.0;
        channel.roas *= 1.5;
    });
    World { name: "demand_following", demand, channels }
}

/// A yearly season that spend follows, and growth.
pub fn seasonal() -> World {
    let demand = Demand { season: 0.3, trend: 0.1, ..CALM };
    let channels = changed(|channel| channel.spend_follows_demand = 0.8);
    World { name: "seasonal", demand, channels }
}

/// Loud days, slow drifts and restless demand.
pub fn noisy() -> World {
    let demand = Demand { variation: 0.10, persistence: 0.5, ..CALM };
    let channels = changed(|channel| {
        channel.noise = 0.40;
        channel.drift = 0.20;
    });
    World { name: "noisy", demand, channels }
}

/// From week twenty on each channel earns two fifths less, and every second one spends less.
pub fn break_() -> World {
    let mut lessens = false;
    let channels = changed(|channel| {
        lessens = !lessens;
        let spend_factor = if lessens { 0.7 } else { 1.0 };
        channel.broken = Some(Break { week: 20, revenue_factor: 0.6, spend_factor });
    });
    World { name: "break", demand: CALM, channels }
}

/// All of the above.
pub fn all() -> Vec<World> {
    vec![
        steady(),
        delayed(),
        lingering(),
        saturating(),
        demand_following(),
        seasonal(),
        noisy(),
        break_(),
    ]
}

/// The seed that the demo is shown with.
pub const DEMO_SEED: u64 = 1;

/// What `budgetd demo` shows: four channels that spend about 500,000 a week. Email earns least for
/// each unit of money, so the rules cut it week after week; but nearly all of what it earns comes
/// in the two weeks after, and a cut rupee costs 1.66 of them.
pub fn demo_world() -> World {
    let mut world = World { name: "demo", ..steady() };
    world.channels[3].delayed.clear();
    world.channels[3].roas = 2.2;
    let email = &mut world.channels[1];
    email.roas = 1.75;
    email.delayed = vec![0.55, 0.40];
    email.noise = 0.06;
    email.drift = 0.02;
    email.spend_variation = 0.18;
    world
}
