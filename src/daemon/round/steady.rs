//! Whether the clock goes on as a stopwatch beside it does, which nobody can set: what is old by a clock
//! that was just put forward may be young.

use std::time::Duration;

use tracing::warn;

use crate::domain::Instant;

/// The largest step that is none: as far as clocks are set right by small steps.
const STEP_MAX: chrono::Duration = chrono::Duration::minutes(5);

/// How the clock goes.
#[derive(Debug, Default)]
pub(super) struct Steady {
    since: Option<std::time::Instant>,
    /// Clock and stopwatch when they were looked at last.
    last: Option<(Instant, std::time::Instant)>,
}

impl Steady {
    /// For how long the clock has gone on without a step, as far as was seen. A step is said.
    pub(super) fn look(&mut self, now: Instant, monotonic: std::time::Instant) -> Duration {
        if let Some((now_before, monotonic_before)) = self.last.replace((now, monotonic)) {
            let passed = monotonic.saturating_duration_since(monotonic_before);
            let expected = now_before + passed;
            if (now - expected).abs() > STEP_MAX {
                let (from, to) = (expected.to_rfc3339(), now.to_rfc3339());
                warn!(from, to, "the clock was put to another time, or the machine has slept");
                self.since = None;
            }
        }
        monotonic.saturating_duration_since(*self.since.get_or_insert(monotonic))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_in_either_direction_begins_the_time_anew_and_small_ones_do_not() {
        let (mut steady, begun) = (Steady::default(), std::time::Instant::now());
        let start: Instant = "2026-01-05T00:00:00Z".parse().expect("a time");
        let mut look = |hours: u64, minutes_off: i64| {
            let passed = Duration::from_hours(hours);
            let now = start + passed + chrono::Duration::minutes(minutes_off);
            steady.look(now, begun + passed).as_secs() / 3600
        };
        assert_eq!(look(0, 0), 0);
        assert_eq!(look(2, 5), 2);
        assert_eq!(look(3, 10), 3);
        assert_eq!(look(4, 60 * 24 * 365), 0);
        assert_eq!(look(5, 60 * 24 * 365), 1);
        assert_eq!(look(6, 0), 0);
        assert_eq!(look(19, 0), 13);
    }
}
