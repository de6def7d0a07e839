//! Logs to standard output for people and journald, and to JSON files through tracing-appender,
//! whose writer is wrapped because it swallows errors: lost lines are counted and reported.
//! Untrusted text goes into fields, and whatever reaches a line stays in it: nothing can forge one.

use std::io::{self, Stdout, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::SecondsFormat;
use serde_json::json;
use thiserror::Error;
use tracing::{Level, Metadata};
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::domain::text::escape;
use crate::store::files;

/// Whose words they are, as tracing says it.
const TARGET: &str = "budgetd::daemon::logs";

/// Lines that wait for a slow disk, a few megabytes. More of them are lost, and counted.
const LINES_WAITING_MAX: usize = 8192;

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
    lost: Lost,
    guard: WorkerGuard,
}

impl Logs {
    /// Begins to log at `level`, to standard output, which the caller hands on, and into `folder`, where
    /// `files_max` files stay, one a day.
    pub fn begin(
        folder: &Path,
        level: &str,
        files_max: usize,
        stdout: Stdout,
    ) -> Result<Self, LogError> {
        let appender = RollingFileAppender::builder()
            .rotation(Rotation::DAILY)
            .filename_prefix("budgetd")
            .filename_suffix("jsonl")
            .max_log_files(files_max)
            .build(folder)?;
        let unwritten = Arc::new(AtomicU64::new(0));
        let (writer, guard) = NonBlockingBuilder::default()
            .buffered_lines_limit(LINES_WAITING_MAX)
            .finish(Counted::new(appender, folder.to_owned(), unwritten.clone()));
        let lost = Lost { unwritten, crowded_out: writer.error_counter() };
        let people = People { on_journal: is_on_journal(&stdout), stdout };
        let lines = fmt::layer().with_target(false).with_ansi(false);
        // journald stamps each line itself and learns the level from our mark in front of it.
        let lines: Box<dyn tracing_subscriber::Layer<_> + Send + Sync> = if people.on_journal {
            Box::new(lines.without_time().with_writer(people))
        } else {
            Box::new(lines.with_writer(people))
        };
        tracing_subscriber::registry()
            // Libraries talk of their own insides; their warnings are enough.
            .with(EnvFilter::try_new(format!("warn,budgetd={level}"))?)
            .with(lines)
            .with(fmt::layer().json().with_writer(writer))
            .try_init()?;
        Ok(Self { lost, guard })
    }

    /// What was lost so far, for somebody else to look at.
    pub fn lost(&self) -> Lost {
        self.lost.clone()
    }

    /// Writes what still waits, and returns how many lines were lost.
    pub fn end(self) -> u64 {
        drop(self.guard);
        self.lost.lines()
    }
}

/// Counts the lines that could not be written to the files.
#[derive(Debug, Clone)]
pub struct Lost {
    unwritten: Arc<AtomicU64>,
    crowded_out: ErrorCounter,
}

impl Lost {
    /// How many they are so far.
    pub fn lines(&self) -> u64 {
        self.unwritten.load(Ordering::Relaxed) + self.crowded_out.dropped_lines() as u64
    }
}

/// Whether standard output is journald's, as systemd tells: a variable that is inherited by somebody
/// whose output goes elsewhere says nothing.
fn is_on_journal(stdout: &Stdout) -> bool {
    let Ok(stated) = std::env::var("JOURNAL_STREAM") else { return false };
    files::device_and_inode(stdout)
        .is_some_and(|(device, inode)| stated == format!("{device}:{inode}"))
}

/// Writes lines for people to standard output.
struct People {
    on_journal: bool,
    stdout: Stdout,
}

impl<'w> MakeWriter<'w> for People {
    type Writer = Line<'w>;

    fn make_writer(&'w self) -> Line<'w> {
        Line { mark: "", stdout: &self.stdout }
    }

    fn make_writer_for(&'w self, meta: &Metadata<'_>) -> Line<'w> {
        let mark = if self.on_journal { priority(*meta.level()) } else { "" };
        Line { mark, stdout: &self.stdout }
    }
}

/// A level as sd-daemon(3) marks it.
const fn priority(level: Level) -> &'static str {
    match level {
        Level::ERROR => "<3>",
        Level::WARN => "<4>",
        Level::INFO => "<6>",
        _ => "<7>",
    }
}

/// One line, with what stands in front of it.
struct Line<'w> {
    mark: &'static str,
    stdout: &'w Stdout,
}

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let text = escape(text.strip_suffix('\n').unwrap_or(&text));
        let mut stdout = self.stdout.lock();
        writeln!(stdout, "{}{text}", self.mark)?;
        stdout.flush()?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.lock().flush()
    }
}

/// Counts what could not be written, and says on standard error when that begins and ends.
struct Counted<W> {
    inner: W,
    folder: PathBuf,
    lost: Arc<AtomicU64>,
    /// Lines lost since the last one that was written.
    gap: u64,
    /// Whether the last line in the file is without its end.
    is_torn: bool,
}

impl<W: Write> Counted<W> {
    const fn new(inner: W, folder: PathBuf, lost: Arc<AtomicU64>) -> Self {
        Self { inner, folder, lost, gap: 0, is_torn: false }
    }

    /// Writes a line whole, or leaves a part of it that the next one does not continue.
    fn write_line(&mut self, line: &[u8]) -> io::Result<()> {
        if self.is_torn {
            self.inner.write_all(b"\n")?;
            self.is_torn = false;
        }
        let mut written = 0;
        while written < line.len() {
            match self.inner.write(&line[written..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => written += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            self.is_torn = written < line.len();
        }
        Ok(())
    }
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match self.write_line(&in_one_line(line)) {
            Ok(()) if self.gap > 0 => {
                say(&format!("log lines are written again; {} were lost", self.gap));
                let gap = std::mem::take(&mut self.gap);
                // Behind the first line that had room: whoever reads the file alone learns of it too.
                let now = chrono::Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true);
                let fields =
                    json!({"message": "log lines before the last one were lost", "lines": gap});
                let note =
                    json!({"timestamp": now, "level": "WARN", "fields": fields, "target": TARGET});
                if self.write_line(format!("{note}\n").as_bytes()).is_err() {
                    self.gap = gap;
                }
            }
            Ok(()) => {}
            Err(error) => {
                if self.gap == 0 {
                    let folder = escape(&self.folder.display().to_string());
                    say(&format!("log lines are lost: {folder}: {error}"));
                }
                self.gap += 1;
                self.lost.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn say(text: &str) {
    // Where even that can't be written, there is nobody left to tell.
    drop(writeln!(io::stderr().lock(), "budgetd: {text}"));
}

/// A line of JSON in which nothing ends a line, moves a cursor or hides: the notation leaves U+2028,
/// U+0085 and their like as they are.
fn in_one_line(line: &[u8]) -> Vec<u8> {
    let body = line.strip_suffix(b"\n").unwrap_or(line);
    if body.iter().all(|byte| (b' '..=b'~').contains(byte)) {
        return line.to_vec();
    }
    let mut safe = String::with_capacity(line.len() + 32);
    for character in String::from_utf8_lossy(body).chars() {
        let mut buffer = [0; 4];
        let text: &str = character.encode_utf8(&mut buffer);
        if escape(text) == text {
            safe.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    safe.push('\n');
    safe.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk with room for so many bytes.
    #[derive(Default)]
    struct Disk {
        room: usize,
        holds: Vec<u8>,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let count = bytes.len().min(self.room);
            if count == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.room -= count;
            self.holds.extend(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_that_was_cut_by_a_full_disk_is_counted_and_not_continued_by_the_next() {
        let lost = Arc::new(AtomicU64::new(0));
        let mut disk =
            Counted::new(Disk { room: 8, ..Disk::default() }, PathBuf::new(), lost.clone());
        for line in ["{\"a\":1}\n", "{\"b\":2}\n", "{\"c\":3}\n"] {
            assert_eq!(disk.write(line.as_bytes()).expect("never fails"), 8);
        }
        assert_eq!(lost.load(Ordering::Relaxed), 2);
        disk.inner.room = 3;
        disk.write_all(b"{\"d\":4}\n").expect("never fails");
        disk.inner.room = 1000;
        disk.write_all(b"{\"e\":5}\n").expect("never fails");
        let text = String::from_utf8(disk.inner.holds).expect("UTF-8");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[..3], ["{\"a\":1}", "{\"d", "{\"e\":5}"]);
        // The file itself says how many are missing.
        let note: serde_json::Value = serde_json::from_str(lines[3]).expect("JSON");
        assert_eq!((&note["level"], &note["fields"]["lines"]), (&json!("WARN"), &json!(3)));
        assert_eq!(lines.len(), 4);
        assert_eq!(lost.load(Ordering::Relaxed), 3);
    }

    #[test]
    fn nothing_in_a_json_line_ends_it_or_hides() {
        let line = "{\"name\":\"a\u{2028}b\u{85}c\u{9b}31m\u{202e}\u{7f}\u{e0041}é\"}\n";
        let safe = String::from_utf8(in_one_line(line.as_bytes())).expect("UTF-8");
        assert_eq!(
            safe,
            "{\"name\":\"a\\u2028b\\u0085c\\u009b31m\\u202e\\u007f\\udb40\\udc41é\"}\n"
        );
        let [before, after]: [serde_json::Value; 2] =
            [line, &safe].map(|text| serde_json::from_str(text).expect("JSON"));
        assert_eq!(before, after);
    }

    #[test]
    fn journald_learns_each_level() {
        let marks = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG].map(priority);
        assert_eq!(marks, ["<3>", "<4>", "<6>", "<7>"]);
    }
}
