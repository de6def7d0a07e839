//! How little and how much of a total each channel may get in a plan.

use serde::Serialize;

/// Bounds of a channel's spend.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bounds {
    /// At least.
    pub low: f64,
    /// At most.
    pub high: f64,
}

/// Bounds as shares of the total, the same for each channel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BoundShares {
    /// At least this share.
    pub low: f64,
    /// At most this share.
    pub high: f64,
}

impl BoundShares {
    /// Those that ship for advice to `channels`: 5 % and 60 %; of more than ten channels, none gets
    /// less than half of an even share, so that something is left to share out.
    pub fn shipped(channels: usize) -> Self {
        Self { low: f64::min(0.05, 0.5 * even(channels)), high: 0.60 }
    }

    /// Whether so many channels can all have their share, and so few can take all.
    pub fn can_hold(&self, channels: usize) -> bool {
        const ROUNDING: f64 = 1e-9;
        self.low <= even(channels) + ROUNDING && self.high >= even(channels) - ROUNDING
    }

    /// For each of `channels` of a total. Where so many channels can't all have their share, or so
    /// few can't take all, the bounds give way alike.
    pub fn of(&self, total: f64, channels: usize) -> Vec<Bounds> {
        let (low, high) = (self.low.min(even(channels)), self.high.max(even(channels)));
        vec![Bounds { low: low * total, high: high * total }; channels]
    }
}

#[expect(clippy::cast_precision_loss, reason = "channels are few")]
fn even(channels: usize) -> f64 {
    1.0 / channels.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_bounds_leave_something_to_share_out() {
        assert_eq!(BoundShares::shipped(10), BoundShares { low: 0.05, high: 0.60 });
        // Half of a 25th: half of the total is free.
        assert_eq!(BoundShares::shipped(25), BoundShares { low: 0.02, high: 0.60 });
        assert!(!BoundShares { low: 0.3, high: 0.6 }.can_hold(4));
        assert!(!BoundShares { low: 0.0, high: 0.2 }.can_hold(4));
        assert!(BoundShares { low: 0.25, high: 0.25 }.can_hold(4));
    }

    #[test]
    fn bounds_give_way_where_they_can_not_hold() {
        let shares = BoundShares { low: 0.05, high: 0.60 };
        assert_eq!(shares.of(100.0, 4)[0], Bounds { low: 5.0, high: 60.0 });
        assert_eq!(shares.of(100.0, 1), [Bounds { low: 5.0, high: 100.0 }]);
        // 25 channels at 5 % would be 125 %.
        assert_eq!(shares.of(100.0, 25)[0].low, 4.0);
    }
}
