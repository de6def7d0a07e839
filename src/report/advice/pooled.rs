//! `pooled.json`: what a model borrowed from other accounts, so that it can be made again whatever becomes
//! of the pool. Means, deviations and counts; no other account's name or money.

use serde_json::{Value, json};

use super::estimate;
use crate::advice::uncertainty::pooling::{ChannelPooling, Pooling, Share};
use crate::domain::Digest;

/// The number of this description.
const FORMAT: u32 = 1;

/// The file.
pub fn pooled_json(pool: Digest, borrowed: &Pooling) -> Vec<u8> {
    let content = json!({"format": FORMAT, "pool": pool.to_string(), "borrowed": borrowed});
    let mut text = serde_json::to_vec_pretty(&content).expect("JSON of plain values");
    text.push(b'\n');
    text
}

/// The part of the model card; `null` where no pool was looked at.
pub(super) fn pooling(pool: Option<Digest>, borrowed: Option<&Pooling>) -> Value {
    let Some(pool) = pool else { return Value::Null };
    json!({
        "pool": pool.to_string(),
        "accounts": borrowed.map(|it| it.accounts),
        "like_others": borrowed.map_or(Value::Null, |it| estimate(it.like_others)),
        "channels": borrowed.map_or_else(Vec::new, |it| it.channels.iter().map(channel).collect()),
    })
}

fn channel(channel: &ChannelPooling) -> Value {
    let number = |it: Option<Share>| {
        it.map_or(Value::Null, |it| {
            json!({
                "learnt_from": it.belief.level,
                "accounts": it.belief.hyper.accounts,
                "mean": estimate(it.belief.hyper.mean),
                "deviation": estimate(it.belief.hyper.deviation),
                "between_accounts": estimate(it.belief.hyper.between),
                "borrowed": estimate(it.borrowed),
            })
        })
    };
    json!({
        "channel": channel.channel,
        "log_lag_days": number(channel.lag),
        "log_half_saturation": number(channel.half_saturation),
        "log_slope": number(channel.slope),
        "return": number(channel.returned),
    })
}
