//! The rows of a large file on all cores: blocks of whole lines are checked side by side, and what
//! they state is handed on in the order of the file. A block in which anything needs a closer look
//! ends this: from its first line on, the file is read record by record, as a small one is. So both
//! ways read every file the same.

use std::convert::Infallible;
use std::io::{self, BufRead, Cursor, Read};
use std::ops::Range;

use super::fault::SeenFormat;
use super::gate::{Gate, Progress};
use super::grammar::Grammar;
use super::header::Columns;
use super::record::Record;
use super::records::Records;
use super::rejection::Faults;
use super::rows::{Rows, Sink};
use super::totals::Totals;
use super::{Context, ReadError, Stated, read_on};
use crate::domain::{Day, Figures, StatedRow, Subject};

/// Bytes of a block, up to the end of its last line. Larger ones gain nothing; twice as many blocks
/// as there are cores, with what they state, are held at a time.
const BLOCK_BYTES: usize = if cfg!(test) { 100 } else { 1 << 18 };

/// A run of whole lines.
struct Block {
    text: Vec<u8>,
    /// How far the file was read before it.
    start: Progress,
}

/// What a block states, if nothing of it needs a closer look.
struct Checked {
    block: Block,
    sound: Option<Sound>,
}

struct Sound {
    rows: Vec<Row>,
    /// The campaigns and controls of the rows.
    texts: String,
    records: u64,
    seen: u64,
    dates: Option<SeenFormat>,
    /// The sums of all rows, for where none of them repeats another.
    totals: Totals,
    conversions_above_clicks: Option<(u64, u64)>,
    without_money: Option<(u64, u64)>,
}

/// A row as it waits to be handed on.
struct Row {
    line: u64,
    day: Day,
    subject: Subject,
    figures: Figures,
    campaign: Range<usize>,
    controls: Range<usize>,
}

/// Reads the rows behind the header.
pub(super) fn read_rows<R: BufRead, E>(
    records: Records<R>,
    columns: &Columns,
    rows: &mut Rows<'_>,
    sink: Sink<'_, E>,
) -> Result<(), ReadError<E>> {
    let (context, mut gate) = (rows.context, records.into_gate());
    let grammar = *gate.grammar();
    let mut failure = None;
    let mut progress = gate.progress();
    let mut waiting: Vec<Checked> = Vec::new();
    loop {
        let blocks = next_blocks(&mut gate, &mut progress, &mut failure);
        let is_end = blocks.is_empty();
        let mut checked: Vec<Option<Checked>> = blocks.iter().map(|_| None).collect();
        let mut left = Ok(Vec::new());
        rayon::in_place_scope(|scope| {
            for (block, slot) in blocks.into_iter().zip(&mut checked) {
                scope.spawn(move |_| *slot = Some(check(block, context, columns, grammar)));
            }
            left = hand_on_all(std::mem::take(&mut waiting), rows, sink);
        });
        let checked = checked.into_iter().map(|slot| slot.expect("each block was checked"));
        let mut left = left.map_err(ReadError::Sink)?;
        if let Some(first) = left.first() {
            let start = first.block.start;
            left.extend(checked);
            let text: Vec<u8> = left.into_iter().flat_map(|it| it.block.text).collect();
            let rest = Cursor::new(text).chain(Tail { failure, input: gate.into_input() });
            return read_on(Records::from_gate(Gate::resume(rest, grammar, start)), rows, sink);
        }
        waiting = checked.collect();
        if is_end {
            return Ok(());
        }
    }
}

/// As many blocks as there are cores, fewer at the end of the file. What the input failed with
/// is kept for whoever reads behind the last block.
fn next_blocks<R: BufRead>(
    gate: &mut Gate<R>,
    progress: &mut Progress,
    failure: &mut Option<io::Error>,
) -> Vec<Block> {
    let mut blocks = Vec::new();
    while blocks.len() < rayon::current_num_threads() && failure.is_none() {
        let mut text = Vec::with_capacity(BLOCK_BYTES + 1024);
        let line_bytes_max = gate.grammar().limits.line_bytes_max as u64 + 2;
        let input = gate.input();
        let read = input.take(BLOCK_BYTES as u64).read_to_end(&mut text).and_then(|_| {
            let is_whole = text.len() < BLOCK_BYTES || text.ends_with(b"\n");
            if is_whole { Ok(0) } else { input.take(line_bytes_max).read_until(b'\n', &mut text) }
        });
        *failure = read.err();
        if text.is_empty() {
            break;
        }
        let start = *progress;
        progress.line += memchr::memchr_iter(b'\n', &text).count() as u64;
        progress.bytes += text.len() as u64;
        blocks.push(Block { text, start });
    }
    blocks
}

/// Hands on what the blocks state, in their order, up to the first that needs a closer look: that
/// one and those behind it come back.
fn hand_on_all<E>(
    waiting: Vec<Checked>,
    rows: &mut Rows<'_>,
    sink: Sink<'_, E>,
) -> Result<Vec<Checked>, E> {
    let mut waiting = waiting.into_iter();
    while let Some(Checked { mut block, sound }) = waiting.next() {
        // How many records came before is known only now.
        block.start.records = rows.records_taken + 1;
        let limits = rows.context.limits;
        let fits = |sound: &Sound| {
            rows.records_taken + sound.records <= limits.rows_max
                && block.start.bytes + block.text.len() as u64 <= limits.bytes_max
        };
        match sound.filter(fits) {
            Some(sound) => hand_on(sound, rows, sink)?,
            None => {
                return Ok(std::iter::once(Checked { block, sound: None })
                    .chain(waiting)
                    .collect());
            }
        }
    }
    Ok(Vec::new())
}

fn hand_on<E>(sound: Sound, rows: &mut Rows<'_>, sink: Sink<'_, E>) -> Result<(), E> {
    rows.records_taken += sound.records;
    rows.seen += sound.seen;
    rows.dates.count(sound.dates);
    rows.warnings.add_conversions_above_clicks(sound.conversions_above_clicks);
    let mut again = Vec::new();
    for (at, row) in sound.rows.iter().enumerate() {
        let row = row.stated(&sound.texts);
        let stated = sink(&row)?;
        if stated != Stated::New {
            rows.count_again(&row, stated);
            again.push(at);
        }
    }
    if again.is_empty() {
        rows.totals.join(&sound.totals);
        rows.warnings.add_without_money(sound.without_money);
        return Ok(());
    }
    let mut again = again.into_iter().peekable();
    for (at, row) in sound.rows.iter().enumerate() {
        if again.next_if_eq(&at).is_none() {
            rows.count_new(&row.stated(&sound.texts));
        }
    }
    Ok(())
}

impl Row {
    fn stated<'t>(&self, texts: &'t str) -> StatedRow<'t> {
        StatedRow {
            line: self.line,
            day: self.day,
            subject: self.subject,
            campaign: &texts[self.campaign.clone()],
            figures: self.figures,
            controls: &texts[self.controls.clone()],
        }
    }
}

fn check(block: Block, context: &Context<'_>, columns: &Columns, grammar: Grammar) -> Checked {
    let sound = state_all(&block, context, columns, grammar);
    Checked { block, sound }
}

/// What a block states; `None` where anything of it needs a closer look.
fn state_all(
    block: &Block,
    context: &Context<'_>,
    columns: &Columns,
    mut grammar: Grammar,
) -> Option<Sound> {
    // These bounds are those of the whole file.
    (grammar.limits.rows_max, grammar.limits.bytes_max) = (u64::MAX, u64::MAX);
    let mut records = Records::from_gate(Gate::resume(block.text.as_slice(), grammar, block.start));
    let mut rows = Rows::new(context, columns.clone(), Faults::default());
    let mut record = Record::default();
    let mut stated: Vec<Row> = Vec::new();
    let mut texts = String::new();
    let mut count = 0;
    while let Some(served) = records.read_row(&mut record).ok()? {
        if served.fault.is_some() || served.cut {
            return None;
        }
        count += 1;
        let taken = rows.take(served.line, false, &record, &mut |row: &StatedRow<'_>| {
            let mut keep = |text: &str| {
                let start = texts.len();
                texts.push_str(text);
                start..texts.len()
            };
            let (campaign, controls) = (keep(row.campaign), keep(row.controls));
            let StatedRow { line, day, subject, figures, .. } = *row;
            stated.push(Row { line, day, subject, figures, campaign, controls });
            Ok::<_, Infallible>(Stated::New)
        });
        taken.expect("keeping a row doesn't fail");
    }
    let is_sound = rows.faults.is_empty() && rows.dates.are_all_right();
    is_sound.then(|| Sound {
        rows: stated,
        texts,
        records: count,
        seen: rows.seen,
        conversions_above_clicks: rows.warnings.take_conversions_above_clicks(),
        without_money: rows.warnings.take_without_money(),
        totals: rows.totals,
        dates: rows.dates.into_right(),
    })
}

/// What is behind the blocks that were read: what the input failed with, if it did, and the rest.
struct Tail<R> {
    failure: Option<io::Error>,
    input: R,
}

impl<R: BufRead> Read for Tail<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.failure.take() {
            Some(failure) => Err(failure),
            None => self.input.read(buffer),
        }
    }
}

impl<R: BufRead> BufRead for Tail<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.failure.take() {
            Some(failure) => Err(failure),
            None => self.input.fill_buf(),
        }
    }

    fn consume(&mut self, bytes: usize) {
        self.input.consume(bytes);
    }
}
