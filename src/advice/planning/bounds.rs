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

impl Default for BoundShares {
    /// Those that ship for advice: 5 % and 60 %.
    fn default() -> Self {
        Self { low: 0.05, high: 0.60 }
    }
}

impl BoundShares {
    /// For each of `channels` of a total. Where so many channels can't all have their share, or so
    /// few can't take all, the bounds give way alike.
    pub fn of(&self, total: f64, channels: usize) -> Vec<Bounds> {
        #[expect(clippy::cast_precision_loss, reason = "channels are few")]
        let even = 1.0 / channels.max(1) as f64;
        let (low, high) = (self.low.min(even), self.high.max(even));
        vec![Bounds { low: low * total, high: high * total }; channels]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_give_way_where_they_can_not_hold() {
        let shares = BoundShares::default();
        assert_eq!(shares.of(100.0, 4)[0], Bounds { low: 5.0, high: 60.0 });
        assert_eq!(shares.of(100.0, 1), [Bounds { low: 5.0, high: 100.0 }]);
        // 25 channels at 5 % would be 125 %.
        assert_eq!(shares.of(100.0, 25)[0].low, 4.0);
    }
}
