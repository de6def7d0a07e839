//! A file's lines from its end towards its beginning, reading no more of it than is asked for.

use std::fs::File;
use std::io::Result;
use std::os::unix::fs::FileExt;

/// How much is read at once; a usual tail fits.
const CHUNK_BYTES: u64 = 64 * 1024;

/// The lines of a file, last first.
#[derive(Debug)]
pub(super) struct LinesBackward<'a> {
    file: &'a File,
    /// Where `bytes` begins in the file; what lies before it is not read yet.
    begin: u64,
    /// What is read and not given out yet.
    bytes: Vec<u8>,
    line_bytes_max: usize,
}

/// A line and where it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Where it begins.
    pub(super) begin: u64,
    /// Where the next one begins.
    pub(super) end: u64,
    /// Its bytes without the newline.
    pub(super) bytes: Vec<u8>,
    /// Whether it has a newline.
    pub(super) ended: bool,
}

impl<'a> LinesBackward<'a> {
    /// The lines of the first `len` bytes of `file`.
    pub(super) const fn new(file: &'a File, len: u64, line_bytes_max: usize) -> Self {
        Self { file, begin: len, bytes: Vec::new(), line_bytes_max }
    }

    /// The line before the one given out last; `None` at the beginning of the file. A line longer
    /// than the bound is an error of kind `InvalidData`.
    pub(super) fn next(&mut self) -> Result<Option<Line>> {
        loop {
            let (text, ended) = match self.bytes.as_slice() {
                [text @ .., b'\n'] => (text, true),
                torn => (torn, false),
            };
            let newline = text.iter().rposition(|&byte| byte == b'\n');
            if newline.is_some() || self.begin == 0 {
                let from = newline.map_or(0, |place| place + 1);
                return Ok(self.give_out(from, ended));
            }
            if text.len() > self.line_bytes_max {
                return Err(std::io::ErrorKind::InvalidData.into());
            }
            self.read_more()?;
        }
    }

    fn give_out(&mut self, from: usize, ended: bool) -> Option<Line> {
        if self.bytes.is_empty() {
            return None;
        }
        let end = self.begin + self.bytes.len() as u64;
        let mut bytes = self.bytes.split_off(from);
        if ended {
            bytes.pop();
        }
        Some(Line { begin: self.begin + from as u64, end, bytes, ended })
    }

    /// Puts the bytes before in front. Doubles what is held, so that a long line costs time in
    /// proportion to its length.
    fn read_more(&mut self) -> Result<()> {
        let wanted = CHUNK_BYTES.max(self.bytes.len() as u64).min(self.begin);
        let begin = self.begin - wanted;
        let wanted = usize::try_from(wanted).expect("no more than is held or one chunk");
        let mut bytes = vec![0; wanted];
        self.file.read_exact_at(&mut bytes, begin)?;
        bytes.append(&mut self.bytes);
        self.bytes = bytes;
        self.begin = begin;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn backward(content: &[u8]) -> Vec<Line> {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(content).expect("written");
        let mut lines = LinesBackward::new(&file, content.len() as u64, 1 << 20);
        let mut found = Vec::new();
        while let Some(line) = lines.next().expect("read") {
            found.push(line);
        }
        found
    }

    #[test]
    fn lines_come_last_first_with_their_places() {
        let lines = backward(b"one\n\nthree");
        let three = Line { begin: 5, end: 10, bytes: b"three".to_vec(), ended: false };
        let empty = Line { begin: 4, end: 5, bytes: Vec::new(), ended: true };
        let one = Line { begin: 0, end: 4, bytes: b"one".to_vec(), ended: true };
        assert_eq!(lines, [three, empty, one]);
        assert_eq!(backward(b""), []);
    }

    #[test]
    fn a_line_beyond_the_bound_is_an_error() {
        let mut file = tempfile::tempfile().expect("a file");
        let content = vec![b'x'; 300_000];
        file.write_all(&content).expect("written");
        let error = LinesBackward::new(&file, 300_000, 100_000).next().expect_err("too long");
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn backward_is_forward_reversed(lengths in prop::collection::vec(0usize..90_000, 0..8), ended: bool) {
            let mut content = Vec::new();
            for (index, length) in lengths.iter().enumerate() {
                content.extend(std::iter::repeat_n(b'a' + u8::try_from(index).expect("few"), *length));
                content.push(b'\n');
            }
            if !ended {
                content.pop();
            }
            let mut forward: Vec<Vec<u8>> =
                content.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
            forward.reverse();
            let rebuilt: Vec<Vec<u8>> = backward(&content)
                .into_iter()
                .map(|line| if line.ended { [line.bytes, b"\n".to_vec()].concat() } else { line.bytes })
                .collect();
            prop_assert_eq!(rebuilt, forward);
        }
    }
}
