//! What people see: aligned tables, colour only on a terminal and never with `NO_COLOR`, JSON for
//! machines. Text that came from a file is escaped before it gets here; errors are escaped here too.

use std::cell::Cell;
use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use super::CliError;
use crate::domain::text::escape;
use crate::workflow::Watch;

/// Green: as it should be.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Yellow: somebody should look.
pub const CARE: Style = AnsiColor::Yellow.on_default();
/// Red: wrong.
pub const BAD: Style = AnsiColor::Red.on_default();
/// For headings.
pub const STRONG: Style = Style::new().bold();
/// For what is only there to be found.
pub const FAINT: Style = Style::new().dimmed();

/// How often progress is drawn, in a second and as the time between: seen to move, costing nothing.
const PROGRESS_HZ: u8 = 5;
const PROGRESS_TICK: Duration = Duration::from_millis(200);

/// A line that shows how far long work is.
pub struct Progress(ProgressBar);

impl Progress {
    /// What is being worked on now.
    pub fn at(&self, what: &str) {
        self.0.set_message(escape(what));
    }

    /// One more is done.
    pub fn done(&self) {
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A line that shows how far the reading of files has come, in bytes.
pub struct BytesProgress {
    bar: ProgressBar,
    before: Arc<AtomicU64>,
}

impl BytesProgress {
    /// What is being read now.
    pub fn at(&self, what: &str) {
        self.bar.set_message(escape(what));
    }

    /// To be told how many bytes of the file at hand have been read.
    pub fn watch(&self) -> Box<Watch> {
        let (bar, before) = (self.bar.clone(), Arc::clone(&self.before));
        Box::new(move |bytes| bar.set_position(before.load(Ordering::Relaxed) + bytes))
    }

    /// Says something beside it, which isn't drawn over.
    pub fn aside(&self, say: impl FnOnce()) {
        self.bar.suspend(say);
    }

    /// A file of so many bytes is done.
    pub fn done(&self, bytes: u64) {
        let before = self.before.fetch_add(bytes, Ordering::Relaxed);
        self.bar.set_position(before + bytes);
    }
}

impl Drop for BytesProgress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Where a command's answer goes.
pub struct Output {
    json: bool,
    /// Why a part of the answer could not be written.
    unwritten: Cell<Option<String>>,
}

impl Output {
    /// Answers in words, or in JSON.
    pub const fn new(json: bool) -> Self {
        Self { json, unwritten: Cell::new(None) }
    }

    /// Why the answer could not be written whole: whoever asked for it has less than they think.
    pub fn unwritten(&self) -> Option<CliError> {
        std::io::stdout().flush().unwrap_or_else(|error| self.note(&error));
        let why = self.unwritten.take()?;
        Some(CliError {
            status: 3,
            message: format!("the answer could not be written to standard output: {why}"),
            hint: Some(
                "what was done is done; ask again, and let the answer go elsewhere".to_owned(),
            ),
        })
    }

    /// A closed pipe ends the reader's interest ("| head"), not the program's work.
    fn note(&self, error: &std::io::Error) {
        if error.kind() != std::io::ErrorKind::BrokenPipe {
            self.unwritten.set(Some(error.to_string()));
        }
    }

    /// Whether the answer is for machines.
    pub const fn is_json(&self) -> bool {
        self.json
    }

    /// A line of the answer in words; nothing where the answer is JSON.
    pub fn line(&self, text: impl AsRef<str>) {
        if !self.json {
            self.print_line(text.as_ref());
        }
    }

    /// Lines of the answer in words.
    pub fn line_each(&self, lines: &[String]) {
        for line in lines {
            self.line(line);
        }
    }

    /// The answer for machines; nothing where the answer is in words.
    pub fn json(&self, value: &Value) {
        if self.json {
            let text = serde_json::to_string_pretty(value).expect("a JSON value can be written");
            self.print_line(&text);
        }
    }

    /// A table of the answer in words. Columns whose heading is in `right` are set to the right.
    pub fn table(&self, headings: &[&str], right: &[usize], rows: Vec<Vec<String>>) {
        self.line(table(headings, right, rows));
    }

    /// Bytes as they are, for answers that are a file.
    #[expect(clippy::unused_self, reason = "all that prints goes through here")]
    pub fn bytes(&self, bytes: &[u8]) -> Result<(), CliError> {
        let mut stdout = std::io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            // The reader has seen enough ("| head").
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(CliError {
                status: 3,
                message: format!("cannot write to standard output: {error}"),
                hint: None,
            }),
            Ok(()) => Ok(()),
        }
    }

    fn print_line(&self, text: &str) {
        writeln!(anstream::stdout().lock(), "{text}").unwrap_or_else(|error| self.note(&error));
    }

    /// An error, in words on standard error, and in JSON too where that was asked for.
    pub fn error(&self, error: &CliError) {
        self.json(&serde_json::json!({
            "error": error.message, "hint": error.hint, "status": error.status,
        }));
        self.trouble(error);
    }

    /// An error in words on standard error, where the command goes on.
    #[expect(clippy::unused_self, reason = "all that prints goes through here")]
    pub fn trouble(&self, error: &CliError) {
        let mut stderr = anstream::stderr().lock();
        // Lines of a message are its own; within a line nothing acts on the terminal.
        let message: Vec<String> = error.message.lines().map(escape).collect();
        drop(writeln!(stderr, "{} {}", paint(BAD, "budgetd:"), message.join("\n")));
        if let Some(hint) = &error.hint {
            drop(writeln!(stderr, "{} {}", paint(FAINT, "hint:"), escape(hint)));
        }
    }

    /// A remark beside the answer, on standard error.
    #[expect(clippy::unused_self, reason = "all that prints goes through here")]
    pub fn remark(&self, text: &str) {
        drop(writeln!(anstream::stderr().lock(), "{text}"));
    }

    /// Progress over `total` things, drawn only on a terminal, and gone when it is dropped.
    pub fn progress(&self, total: usize) -> Progress {
        let template = if total == 1 {
            "{spinner} {elapsed} {wide_msg}"
        } else {
            "{bar:24} {pos}/{len} {elapsed} {wide_msg}"
        };
        Progress(self.bar(total as u64, template))
    }

    /// Progress over `total` bytes of files, likewise.
    pub fn bytes_progress(&self, total: u64) -> BytesProgress {
        let template = "{bar:24} {bytes}/{total_bytes} {elapsed} {wide_msg}";
        BytesProgress { bar: self.bar(total, template), before: Arc::default() }
    }

    fn bar(&self, total: u64, template: &str) -> ProgressBar {
        if self.json || total == 0 || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let target = ProgressDrawTarget::stderr_with_hz(PROGRESS_HZ);
        let bar = ProgressBar::with_draw_target(Some(total), target);
        bar.set_style(ProgressStyle::with_template(template).expect("a template that was tested"));
        bar.enable_steady_tick(PROGRESS_TICK);
        bar
    }
}

/// `text` in `style`; the writer takes the style away where it isn't wanted.
pub fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// An aligned table without frame.
pub fn table(headings: &[&str], right: &[usize], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(headings);
    for row in rows {
        table.add_row(row);
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((if index == 0 { 2 } else { 1 }, 1));
        if right.contains(&index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}
