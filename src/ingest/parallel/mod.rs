//! The rows of a large file on all cores: blocks of whole lines are checked side by side, and what
//! they state is handed on in the order of the file. A block in which anything needs a closer look
//! ends this: from its first line on, the file is read record by record, as a small one is. So both
//! ways read every file the same.

mod block;
mod stated;

use std::collections::VecDeque;
use std::io::{self, BufRead, Cursor, Read};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

use self::block::Block;
use super::gate::{Gate, Progress};
use super::header::Columns;
use super::records::Records;
use super::rows::{Rows, Sink};
use super::{ReadError, read_on};

/// Reads the rows behind the header.
pub(super) fn read_rows<R: BufRead, E>(
    records: Records<R>,
    columns: &Columns,
    rows: &mut Rows<'_>,
    sink: Sink<'_, E>,
) -> Result<(), ReadError<E>> {
    let (context, gate) = (rows.context, records.into_gate());
    let (grammar, progress) = (*gate.grammar(), gate.progress());
    let mut feed = Feed { input: gate.into_input(), progress, failure: None };
    // While a core checks a block, another one waits for it.
    let blocks_max = 2 * rayon::current_num_threads();
    let mut idle: Vec<Block<'_>> = Vec::new();
    let rest = rayon::in_place_scope(|scope| {
        let mut checked: VecDeque<Receiver<Block<'_>>> = VecDeque::new();
        loop {
            while checked.len() < blocks_max {
                let mut block = idle.pop().unwrap_or_else(|| Block::new(context, columns, grammar));
                if !feed.fill(&mut block) {
                    break;
                }
                let (sender, receiver) = sync_channel(1);
                scope.spawn(move |_| {
                    block.check();
                    // Nobody waits for it any more where the sink failed.
                    drop(sender.send(block));
                });
                checked.push_back(receiver);
            }
            let Some(first) = checked.pop_front() else { return Ok(None) };
            let mut block = wait_for(&first);
            if !block.is_sound_behind(rows.records_taken) {
                let (start, others) = (block.start, checked.iter().map(wait_for));
                let texts = std::iter::once(block).chain(others).map(|block| block.text);
                return Ok(Some((start, texts.flatten().collect())));
            }
            block.hand_on(rows, sink).map_err(ReadError::Sink)?;
            idle.push(block);
        }
    })?;
    let (start, text) = rest.unwrap_or((feed.progress, Vec::<u8>::new()));
    // How many records came before is known only now.
    let start = Progress { records: rows.records_taken + 1, ..start };
    let rest = Cursor::new(text).chain(Tail { failure: feed.failure, input: feed.input });
    read_on(Records::from_gate(Gate::resume(rest, grammar, start)), rows, sink)
}

/// The lines behind the header.
struct Feed<R> {
    input: R,
    progress: Progress,
    /// What the input failed with, for whoever reads behind the last block.
    failure: Option<io::Error>,
}

impl<R: BufRead> Feed<R> {
    /// Fills a block; false where nothing is left.
    fn fill(&mut self, block: &mut Block<'_>) -> bool {
        if self.failure.is_some() {
            return false;
        }
        block.fill(&mut self.input, &mut self.progress).unwrap_or_else(|failure| {
            self.failure = Some(failure);
            !block.text.is_empty()
        })
    }
}

/// The block as it comes from its check. A caller that is one of rayon's own threads helps.
fn wait_for<'a>(checked: &Receiver<Block<'a>>) -> Block<'a> {
    loop {
        match checked.try_recv() {
            Err(TryRecvError::Empty) if rayon::yield_now().is_some() => {}
            Err(TryRecvError::Empty) => return checked.recv().expect("each block is checked"),
            outcome => return outcome.expect("each block is checked"),
        }
    }
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
