//! Events that wait for one hook. Refusals have places of their own and wait behind everything else: a
//! flood of wrong files keeps nobody from hearing of a hold.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::config::HookEvent;

/// Events of each kind that wait. More of them at once are a storm that nobody reads.
const WAITING_MAX: usize = 128;

/// An event as it is told.
#[derive(Debug)]
pub(super) struct Told {
    pub event: HookEvent,
    /// Whose it is, and of which week, for the log.
    pub account: Option<String>,
    pub week: Option<String>,
    pub json: String,
}

#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    rung: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    refusals: VecDeque<Told>,
    others: VecDeque<Told>,
    /// Events that found no place since the last one that did.
    crowded_out: u64,
    is_closed: bool,
}

/// What became of an event.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It waits; so many before it found no place.
    Found { crowded_out: u64 },
    /// It found none: the first in a row or not.
    None { is_first: bool },
}

impl Queue {
    /// Lets an event wait.
    pub fn push(&self, told: Told) -> Place {
        let mut waiting = self.lock();
        let kind = match told.event {
            HookEvent::Refusal => &mut waiting.refusals,
            _ => &mut waiting.others,
        };
        if kind.len() >= WAITING_MAX {
            waiting.crowded_out += 1;
            return Place::None { is_first: waiting.crowded_out == 1 };
        }
        kind.push_back(told);
        self.rung.notify_one();
        Place::Found { crowded_out: std::mem::take(&mut waiting.crowded_out) }
    }

    /// The next event, as soon as there is one; `None` once the queue is closed and empty.
    pub fn pop(&self) -> Option<Told> {
        let mut waiting = self.lock();
        loop {
            let next = waiting.others.pop_front();
            if let Some(told) = next.or_else(|| waiting.refusals.pop_front()) {
                return Some(told);
            }
            if waiting.is_closed {
                return None;
            }
            waiting = self.rung.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Nothing comes any more.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.rung.notify_all();
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        let waiting = self.lock();
        waiting.refusals.len() + waiting.others.len()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(event: HookEvent) -> Told {
        Told { event, account: None, week: None, json: String::new() }
    }

    #[test]
    fn a_flood_of_refusals_keeps_nothing_else_waiting() {
        let queue = Queue::default();
        for _ in 0..WAITING_MAX {
            assert_eq!(queue.push(told(HookEvent::Refusal)), Place::Found { crowded_out: 0 });
        }
        assert_eq!(queue.push(told(HookEvent::Refusal)), Place::None { is_first: true });
        assert_eq!(queue.push(told(HookEvent::Refusal)), Place::None { is_first: false });
        assert_eq!(queue.push(told(HookEvent::Hold)), Place::Found { crowded_out: 2 });
        assert_eq!(queue.pop().map(|told| told.event), Some(HookEvent::Hold));
        assert_eq!(queue.pop().map(|told| told.event), Some(HookEvent::Refusal));
        queue.close();
        assert_eq!(queue.len(), WAITING_MAX - 1);
        assert_eq!(std::iter::from_fn(|| queue.pop()).count(), WAITING_MAX - 1);
    }
}
