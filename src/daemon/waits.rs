//! The lock of a unit of work → a unit of work, however long another process holds it: who waits is
//! alive, and says for whom. After a while that is a trouble, since nothing is taken meanwhile.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use sd_notify::NotifyState;
use tracing::{error, info, warn};

use super::hooks::Hooks;
use super::{LOCK_POLL, notify_systemd, show_status, tell};
use crate::api::{HANGS_AFTER, LOCK, Telemetry};
use crate::store::holder::holder;
use crate::workflow::{Interrupt, Unit, WorkflowError, Workspace};

/// A command by hand is usually done before anybody would ask.
const SAID_AFTER: Duration = Duration::from_secs(5);

/// From then on it is a trouble: as soon as a worker that shows no sign of life is one.
const TROUBLE_AFTER: Duration = HANGS_AFTER;

/// How often systemd is told that a start goes on, and how long it is to wait for the next time.
const EXTENDED_EVERY: Duration = Duration::from_secs(10);
const EXTENDED_BY_USEC: u32 = 120_000_000;

/// What to do about another process that is at work for long.
const HINT: &str = "let it end, let a stopped one go on (`fg` where it was started), or end it: what \
                    it was at is taken up again";

/// How units of work are begun, and who is told where that takes long.
pub(super) struct Waits<'w> {
    pub(super) workspace: &'w Workspace,
    pub(super) interrupt: &'w Interrupt,
    pub(super) telemetry: Arc<Telemetry>,
    pub(super) hooks: Hooks,
}

impl<'w> Waits<'w> {
    /// Begins a unit of work as soon as no other process is at one, and not once a stop is asked for.
    pub(super) fn begin(&self) -> Result<Unit<'w>, WorkflowError> {
        let begun = std::time::Instant::now();
        let mut wait = Wait::default();
        loop {
            if self.interrupt.is_set() {
                return Err(WorkflowError::Interrupted { what: "a unit of work".to_owned() });
            }
            self.telemetry.beat();
            if let Some(unit) = self.workspace.try_begin(self.interrupt)? {
                self.over(&wait, begun.elapsed());
                return Ok(unit);
            }
            self.go_on(&mut wait, begun.elapsed());
            thread::sleep(LOCK_POLL);
        }
    }

    /// Says what is to be said once it has waited for so long.
    fn go_on(&self, wait: &mut Wait, waited: Duration) {
        if waited >= wait.extended + EXTENDED_EVERY {
            wait.extended = waited;
            notify_systemd(&[NotifyState::ExtendTimeoutUsec(EXTENDED_BY_USEC)]);
        }
        if waited >= SAID_AFTER && !wait.is_said {
            wait.is_said = true;
            let who = self.who();
            warn!(who, "waits for another budgetd that is at work");
            show_status(&format!("waits for another budgetd that is at work ({who})"));
        }
        if waited >= TROUBLE_AFTER && !wait.is_trouble {
            wait.is_trouble = true;
            let who = self.who();
            error!(
                who,
                hint = HINT,
                "another budgetd is at work: no file is taken, no week decided"
            );
            let text = format!(
                "waits for another budgetd that is at work ({who}): no file is taken and no week \
                 decided meanwhile"
            );
            tell::own_trouble(&self.telemetry, &self.hooks, LOCK, &text);
        }
    }

    fn over(&self, wait: &Wait, waited: Duration) {
        if wait.is_said {
            info!(seconds = waited.as_secs(), "no longer waits for another budgetd");
        }
        if wait.is_trouble {
            self.telemetry.own(LOCK, None);
        }
    }

    fn who(&self) -> String {
        let found = holder(&self.workspace.places.state().work_lock());
        found.map_or_else(|| "a process that can't be seen".to_owned(), |found| found.to_string())
    }
}

/// What was said of one wait.
#[derive(Debug, Default)]
struct Wait {
    is_said: bool,
    is_trouble: bool,
    /// How long it had waited when systemd was told last.
    extended: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Clock;
    use crate::config::{self, SourceText};

    fn workspace(base: &std::path::Path) -> Workspace {
        let text = |path: &str, text: &str| SourceText { path: path.into(), text: text.into() };
        let account = text("main.toml", config::shipped_account());
        let config = config::check(&text("budgetd.toml", ""), &[account], base);
        Workspace::new(config.expect("a good one"))
    }

    fn telemetry() -> Arc<Telemetry> {
        let clock = Clock { wall: chrono::Utc::now, monotonic: std::time::Instant::now };
        Arc::new(Telemetry::new(clock, []))
    }

    #[test]
    fn a_wait_is_a_trouble_after_two_minutes_and_none_once_it_is_over() {
        let dir = tempfile::tempdir().expect("a folder");
        let (workspace, telemetry) = (workspace(dir.path()), telemetry());
        let (interrupt, hooks) = (Interrupt::default(), Hooks::default());
        let waits = Waits { workspace: &workspace, interrupt: &interrupt, telemetry, hooks };
        let mut wait = Wait::default();
        for (seconds, is_said, is_trouble) in
            [(4, false, false), (5, true, false), (119, true, false), (120, true, true)]
        {
            waits.go_on(&mut wait, Duration::from_secs(seconds));
            assert_eq!((wait.is_said, wait.is_trouble), (is_said, is_trouble), "{seconds}");
            assert_eq!(waits.telemetry.is_well(), !is_trouble, "{seconds}");
        }
        waits.over(&wait, Duration::from_secs(130));
        assert!(waits.telemetry.is_well());
    }

    #[test]
    fn whoever_waits_shows_signs_of_life_and_ends_when_asked() {
        let dir = tempfile::tempdir().expect("a folder");
        let (workspace, telemetry) = (workspace(dir.path()), telemetry());
        let (interrupt, hooks) = (Interrupt::default(), Hooks::default());
        workspace.places.create_own().expect("folders");
        let held = crate::store::lock::Lock::acquire(&workspace.places.state().work_lock());
        let waits = Waits {
            workspace: &workspace,
            interrupt: &interrupt,
            telemetry: telemetry.clone(),
            hooks,
        };
        let begun = std::time::Instant::now();
        thread::scope(|scope| {
            let waiter = scope.spawn(|| waits.begin().map(drop));
            while begun.elapsed() < Duration::from_millis(400) {
                thread::sleep(LOCK_POLL);
            }
            let silent = telemetry.silent_for();
            interrupt.set();
            assert!(silent < Duration::from_millis(300), "it has waited for longer");
            let ended = waiter.join().expect("no panic");
            assert!(matches!(ended, Err(WorkflowError::Interrupted { .. })));
        });
        drop(held);
    }
}
