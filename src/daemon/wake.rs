//! A bell that wakes the worker: however often it rings, it is heard once, and no request to stop
//! or to read the configuration again is lost.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Why the worker woke up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wake {
    /// Something may have changed, or it is time to look anyway.
    Look,
    /// The configuration is to be read again.
    Reload,
    /// The daemon ends.
    Stop,
}

/// Shared by whoever rings and the one who listens.
#[derive(Clone, Default)]
pub struct Bell(Arc<(Mutex<Option<Wake>>, Condvar)>);

impl Bell {
    /// A silent bell.
    pub fn new() -> Self {
        Self::default()
    }

    /// Rings; a stop stays rung, and a look doesn't drown a reload.
    pub fn ring(&self, wake: Wake) {
        let (state, heard) = &*self.0;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = (*state).max(Some(wake));
        heard.notify_all();
    }

    /// Waits for a ring, at most for `longest`.
    pub fn wait(&self, longest: Duration) -> Wake {
        let (state, heard) = &*self.0;
        let state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut state, _) = heard
            .wait_timeout_while(state, longest, |state| state.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        let rung = state.unwrap_or(Wake::Look);
        *state = (*state).filter(|wake| *wake == Wake::Stop);
        rung
    }

    /// Lets `pause` go by, whatever rings but a stop: a burst of hints is one.
    pub fn rest(&self, pause: Duration) {
        let (state, heard) = &*self.0;
        let state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let rested = heard.wait_timeout_while(state, pause, |state| *state != Some(Wake::Stop));
        drop(rested);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_are_heard_once_and_a_stop_stays() {
        let bell = Bell::new();
        bell.ring(Wake::Look);
        bell.ring(Wake::Look);
        assert_eq!(bell.wait(Duration::MAX), Wake::Look);
        assert_eq!(bell.wait(Duration::ZERO), Wake::Look);
        bell.ring(Wake::Reload);
        bell.ring(Wake::Look);
        assert_eq!(bell.wait(Duration::MAX), Wake::Reload);
        assert_eq!(bell.wait(Duration::ZERO), Wake::Look);
        bell.ring(Wake::Stop);
        bell.ring(Wake::Look);
        assert_eq!(bell.wait(Duration::MAX), Wake::Stop);
        assert_eq!(bell.wait(Duration::MAX), Wake::Stop);
        bell.rest(Duration::MAX);
    }
}
