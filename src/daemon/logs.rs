//! Logs to standard output for people and journald, and to JSON files through tracing-appender,
//! whose writer is wrapped because it swallows errors: lost lines are counted and reported.
//! Untrusted text goes into fields, escaped, so that no file can forge a line.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use thiserror::Error;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Why logs could not be set up.
#[derive(Debug, Error)]
pub enum LogError {
    /// The folder or its first file.
    #[error("cannot write logs: {0}")]
    Appender(#[from] tracing_appender::rolling::InitError),
    /// The level in the configuration.
    #[error("cannot understand the log level: {0}")]
    Level(#[from] tracing_subscriber::filter::ParseError),
    /// Somebody else logs in this process.
    #[error("cannot log: {0}")]
    Taken(#[from] tracing_subscriber::util::TryInitError),
}

/// Logs that are being written. Dropping it flushes them.
pub struct Logs {
    lost: Arc<AtomicU64>,
    _guard: WorkerGuard,
}

impl Logs {
    /// Begins to log at `level`, to standard output and into `folder`, where `files_max` files stay, one
    /// a day.
    pub fn begin(folder: &Path, level: &str, files_max: usize) -> Result<Self, LogError> {
        let lost = Arc::new(AtomicU64::new(0));
        let appender = RollingFileAppender::builder()
            .rotation(Rotation::DAILY)
            .filename_prefix("budgetd")
            .filename_suffix("jsonl")
            .max_log_files(files_max)
            .build(folder)?;
        let counted = Counted { inner: appender, folder: folder.to_owned(), lost: lost.clone() };
        let (writer, guard) = tracing_appender::non_blocking(counted);
        let on_journal = std::env::var_os("JOURNAL_STREAM").is_some();
        let people = fmt::layer().with_target(false).with_ansi(false);
        // journald stamps each line itself.
        let people: Box<dyn tracing_subscriber::Layer<_> + Send + Sync> =
            if on_journal { Box::new(people.without_time()) } else { Box::new(people) };
        tracing_subscriber::registry()
            // Libraries talk of their own insides; their warnings are enough.
            .with(EnvFilter::try_new(format!("warn,budgetd={level}"))?)
            .with(people)
            .with(fmt::layer().json().with_writer(writer))
            .try_init()?;
        Ok(Self { lost, _guard: guard })
    }

    /// The same as [`Logs::lost`], for somebody else to look at.
    pub fn lost_counter(&self) -> Arc<AtomicU64> {
        self.lost.clone()
    }

    /// How many lines could not be written to the files so far.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

/// Counts what could not be written, and says so once on standard error.
struct Counted<W> {
    inner: W,
    folder: PathBuf,
    lost: Arc<AtomicU64>,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write_all(line);
        if let Err(error) = written
            && self.lost.fetch_add(1, Ordering::Relaxed) == 0
        {
            let mut stderr = std::io::stderr().lock();
            let folder = self.folder.display();
            drop(writeln!(stderr, "budgetd: log lines are lost: {folder}: {error}"));
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}
