//! SIGINT and SIGTERM → an early and orderly end of long work. Work that doesn't end in time, or a
//! second signal, ends the program at once: wherever it is killed, it loses nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::timeout;

use super::CliError;
use super::output::Output;
use crate::workflow::Interrupt;

/// How long work may take to end: it looks at the interrupt some hundred times a second, so this is
/// for a copy or a commit of millions of rows.
const STOP_WITHIN: Duration = Duration::from_secs(3);

/// What a shell adds to the number of the signal that ended a program.
const STATUS_OF_SIGNAL: u8 = 128;

/// Asks long work to end when a signal does.
pub struct Stop {
    interrupt: Arc<Interrupt>,
    /// The number of the signal; 0: none came.
    number: Arc<AtomicU8>,
}

/// A signal that asked for the end.
#[derive(Debug, Clone, Copy)]
pub struct Asked(u8);

impl Asked {
    /// The exit status that says so, by the convention of shells.
    pub const fn status(self) -> u8 {
        STATUS_OF_SIGNAL + self.0
    }

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self.0 {
            2 => "Ctrl-C (SIGINT)",
            _ => "SIGTERM",
        }
    }
}

impl Stop {
    /// From now on the signals end nothing by themselves. `last_words` are said where the work does
    /// not end in time.
    pub fn watch(
        last_words: impl Fn(Asked) -> CliError + Send + 'static,
    ) -> Result<Self, CliError> {
        let setup = |source: std::io::Error| CliError {
            status: 3,
            message: format!("signals can't be waited for: {source}"),
            hint: None,
        };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(setup)?;
        let mut signals = {
            let _entered = runtime.enter();
            (
                signal(SignalKind::interrupt()).map_err(setup)?,
                signal(SignalKind::terminate()).map_err(setup)?,
            )
        };
        let stop = Self { interrupt: Arc::default(), number: Arc::default() };
        let (interrupt, number) = (Arc::clone(&stop.interrupt), Arc::clone(&stop.number));
        let wait = move || {
            let asked = runtime.block_on(next(&mut signals));
            number.store(asked.0, Ordering::SeqCst);
            interrupt.set();
            // Its end is the end of this thread, too.
            drop(runtime.block_on(async { timeout(STOP_WITHIN, next(&mut signals)).await }));
            Output::new(false).trouble(&last_words(asked));
            std::process::exit(asked.status().into());
        };
        thread::Builder::new().name("signals".to_owned()).spawn(wait).map_err(setup)?;
        Ok(stop)
    }

    /// What long work looks at.
    pub fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    /// The signal that came; `None`: none did.
    pub fn asked(&self) -> Option<Asked> {
        match self.number.load(Ordering::SeqCst) {
            0 => None,
            number => Some(Asked(number)),
        }
    }
}

async fn next((interrupted, terminated): &mut (Signal, Signal)) -> Asked {
    let kind = tokio::select! {
        _ = interrupted.recv() => SignalKind::interrupt(),
        _ = terminated.recv() => SignalKind::terminate(),
    };
    Asked(u8::try_from(kind.as_raw_value()).expect("signals have small numbers"))
}
