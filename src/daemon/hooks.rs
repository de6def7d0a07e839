//! Tells others of what happens, by the configuration's `[[hooks]]`: each in a thread of its own, beside
//! the worker, each event within its time. What can't be told is logged, counted and left; no decision
//! waits for it, and no hook for another.

mod queue;
mod telling;

use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant as Monotonic};

use serde_json::Value;
use tracing::{debug, warn};

use self::queue::{Place, Queue, Told};
use self::telling::tell;
use super::{DaemonError, setup};
use crate::api::Telemetry;
use crate::config::{Hook, HookEvent};

/// The most of an event that is told, so that a command that doesn't read can't block the pipe.
const BYTES_MAX: usize = 32 * 1024;

/// What is told of once a hook is no longer wanted, or the daemon stops, is told within this.
const GRACE: Duration = Duration::from_secs(2);

/// How often a hook that ends is asked whether it has.
const END_POLL: Duration = Duration::from_millis(10);

/// Whoever wants to be told.
#[derive(Clone, Default)]
pub struct Hooks {
    tellers: Vec<Arc<Teller>>,
}

/// One hook and its thread. Dropping it tells what still waits, within the grace, and says of the rest
/// that it was not told.
struct Teller {
    hook: Hook,
    queue: Arc<Queue>,
    /// When it has to end, once that is known.
    end: Arc<OnceLock<Monotonic>>,
    telemetry: Arc<Telemetry>,
    thread: Option<JoinHandle<()>>,
}

impl Hooks {
    /// Begins to tell. A hook that `before` had just so goes on with what waits for it.
    pub fn begin(
        hooks: &[Hook],
        before: &Self,
        telemetry: &Arc<Telemetry>,
    ) -> Result<Self, DaemonError> {
        let mut known = before.tellers.clone();
        let begin = |hook: &Hook| match known.iter().position(|teller| teller.hook == *hook) {
            Some(at) => Ok(known.swap_remove(at)),
            None => Teller::begin(hook.clone(), telemetry.clone()).map(Arc::new),
        };
        Ok(Self { tellers: hooks.iter().map(begin).collect::<Result<_, _>>()? })
    }

    /// Tells of an event whoever wants to know, later and elsewhere. `fields` is a JSON object.
    pub fn tell(&self, event: HookEvent, fields: &Value) {
        for teller in self.tellers.iter().filter(|teller| teller.hook.on.contains(&event)) {
            let mut object = serde_json::Map::new();
            object.insert("event".to_owned(), event.word().into());
            object.extend(fields.as_object().cloned().unwrap_or_default());
            let json = Value::Object(object).to_string();
            let text = |key: &str| fields[key].as_str().map(str::to_owned);
            teller.take(Told { event, account: text("account"), week: text("week"), json });
        }
    }
}

impl Drop for Hooks {
    fn drop(&mut self) {
        // Those that end, end side by side.
        for teller in self.tellers.iter().filter(|teller| Arc::strong_count(teller) == 1) {
            teller.ends();
        }
    }
}

impl Teller {
    fn begin(hook: Hook, telemetry: Arc<Telemetry>) -> Result<Self, DaemonError> {
        let (queue, end) = (Arc::new(Queue::default()), Arc::new(OnceLock::new()));
        let theirs = (hook.clone(), queue.clone(), end.clone(), telemetry.clone());
        let thread = thread::Builder::new()
            .name("hook".to_owned())
            .spawn(move || {
                let (hook, queue, end, telemetry) = theirs;
                tell_all(&hook, &queue, &end, &telemetry);
            })
            .map_err(|source| setup("the hooks", source))?;
        Ok(Self { hook, queue, end, telemetry, thread: Some(thread) })
    }

    /// Nothing more comes; returns when it has to have ended.
    fn ends(&self) -> Monotonic {
        let end = *self.end.get_or_init(|| Monotonic::now() + GRACE);
        self.queue.close();
        end
    }

    fn take(&self, told: Told) {
        let target = self.hook.target.shown();
        let event = told.event.word();
        if told.json.len() > BYTES_MAX {
            warn!(event, target, "not told: the event is too long");
            self.telemetry.hook_events_lost(1);
            return;
        }
        let (account, week) = (told.account.clone(), told.week.clone());
        match self.queue.push(told) {
            Place::Found { crowded_out: 0 } => {}
            Place::Found { crowded_out } => {
                warn!(target, events = crowded_out, "so many events were not told to a hook");
            }
            Place::None { is_first } => {
                self.telemetry.hook_events_lost(1);
                if is_first {
                    let why = "too many events wait for this hook";
                    warn!(account, week, event, target, why, "a hook could not be told");
                }
            }
        }
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        let end = self.ends();
        let Some(thread) = self.thread.take() else { return };
        // What is being posted may outlast the grace; it is not waited for.
        while !thread.is_finished() && Monotonic::now() < end + END_POLL * 20 {
            thread::sleep(END_POLL);
        }
        let untold = self.queue.len() + usize::from(!thread.is_finished());
        if untold > 0 {
            let target = self.hook.target.shown();
            self.telemetry.hook_events_lost(untold as u64);
            warn!(target, events = untold, "not told to a hook before it ended");
        }
    }
}

/// Tells what waits, until nothing comes any more or time is up.
fn tell_all(hook: &Hook, queue: &Queue, end: &OnceLock<Monotonic>, telemetry: &Telemetry) {
    let timeout = Duration::from_secs(hook.timeout_seconds);
    let target = hook.target.shown();
    while end.get().is_none_or(|end| Monotonic::now() < *end) {
        let Some(told) = queue.pop() else { return };
        let (account, week) = (told.account.as_deref(), told.week.as_deref());
        let event = told.event.word();
        match tell(&hook.target, &told.json, timeout, end) {
            Ok(()) => debug!(account, week, event, target, "told"),
            Err(why) => {
                telemetry.hook_events_lost(1);
                warn!(account, week, event, target, why, "a hook could not be told");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Clock;
    use crate::config::HookTarget;

    fn telemetry() -> Arc<Telemetry> {
        let clock = Clock { wall: chrono::Utc::now, monotonic: Monotonic::now };
        Arc::new(Telemetry::new(clock, []))
    }

    fn hook(on: HookEvent, script: &str) -> Hook {
        let words = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
        Hook { on: vec![on], target: HookTarget::Command(words), timeout_seconds: 60 }
    }

    #[test]
    fn a_slow_hook_delays_no_other_and_its_end_is_waited_for_in_vain_for_a_moment_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let told = folder.path().join("told");
        let slow = hook(HookEvent::Refusal, "sleep 60");
        let quick = hook(HookEvent::Hold, &format!("cat >> '{}'", told.display()));
        let telemetry = telemetry();
        let hooks = Hooks::begin(&[slow, quick], &Hooks::default(), &telemetry).expect("begun");
        for _ in 0..5 {
            hooks.tell(HookEvent::Refusal, &Value::Null);
        }
        hooks.tell(HookEvent::Hold, &Value::Null);
        let begun = Monotonic::now();
        while !told.exists() && begun.elapsed() < Duration::from_secs(30) {
            thread::sleep(END_POLL);
        }
        assert_eq!(telemetry.hook_events_lost_so_far(), 0);
        drop(hooks);
        assert_eq!(std::fs::read_to_string(told).expect("told"), "{\"event\":\"hold\"}\n");
        assert_eq!(telemetry.hook_events_lost_so_far(), 5);
        assert!(begun.elapsed() < Duration::from_secs(50), "nobody waits for sleep");
    }

    #[test]
    fn a_hook_that_stays_goes_on_with_what_waits_for_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let told = folder.path().join("told");
        let script = format!("sleep 1; cat >> '{}'", told.display());
        let (telemetry, hooks) = (telemetry(), [hook(HookEvent::Hold, &script)]);
        let before = Hooks::begin(&hooks, &Hooks::default(), &telemetry).expect("begun");
        before.tell(HookEvent::Hold, &Value::Null);
        let after = Hooks::begin(&hooks, &before, &telemetry).expect("begun");
        drop(before);
        assert!(!told.exists(), "it is not waited for");
        drop(after);
        assert!(told.exists());
        assert_eq!(telemetry.hook_events_lost_so_far(), 0);
    }
}
