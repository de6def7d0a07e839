//! A reader whose beginning can be looked at before it is read.

use std::io::{self, BufRead, Read};

use super::{ByteFault, FaultReason};

const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// A reader with its first bytes at hand.
pub(in crate::ingest) struct Headed<R> {
    head: Vec<u8>,
    at: usize,
    /// What was wrong with the file right behind the head.
    error: Option<io::Error>,
    rest: R,
}

impl<R: BufRead> Headed<R> {
    /// With the first `bytes` of `rest`, or fewer where it ends before. An error that is the
    /// file's keeps its place behind them.
    pub(super) fn new(mut rest: R, bytes: usize) -> io::Result<Self> {
        let mut head = Vec::new();
        let error = match rest.by_ref().take(bytes as u64).read_to_end(&mut head) {
            Ok(_) => None,
            Err(error) if fault_of(&error).is_some() => Some(error),
            Err(error) => return Err(error),
        };
        Ok(Self { head, at: 0, error, rest })
    }
}

impl<R> Headed<R> {
    /// What of the first bytes has not been read yet.
    pub(super) fn head(&self) -> &[u8] {
        &self.head[self.at..]
    }

    /// What is wrong with the file right behind the head.
    pub(super) fn file_fault(&self) -> Option<FaultReason> {
        fault_of(self.error.as_ref()?).cloned()
    }

    /// Takes off the byte order marks of UTF-8 at the beginning: some programs write two.
    pub(super) fn skip_byte_order_marks(&mut self) {
        while self.head().starts_with(BYTE_ORDER_MARK) {
            self.at += BYTE_ORDER_MARK.len();
        }
    }
}

fn fault_of(error: &io::Error) -> Option<&FaultReason> {
    let ByteFault(reason) = error.get_ref()?.downcast_ref()?;
    Some(reason)
}

impl<R: BufRead> Read for Headed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        super::read_buffered(self, buffer)
    }
}

impl<R: BufRead> BufRead for Headed<R> {
    #[inline]
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at < self.head.len() {
            return Ok(&self.head[self.at..]);
        }
        match self.error.take() {
            Some(error) => Err(error),
            None => self.rest.fill_buf(),
        }
    }

    #[inline]
    fn consume(&mut self, count: usize) {
        if self.at < self.head.len() {
            self.at += count;
        } else {
            self.rest.consume(count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_order_marks_at_the_start_are_no_text() {
        let mut input = Headed::new("\u{FEFF}\u{FEFF}a\u{FEFF}".as_bytes(), 8).expect("memory");
        input.skip_byte_order_marks();
        assert_eq!(input.head(), b"a\xEF");
        let mut text = String::new();
        input.read_to_string(&mut text).expect("memory");
        assert_eq!(text, "a\u{FEFF}");
    }

    #[test]
    fn an_error_of_the_file_keeps_its_place_behind_the_text() {
        let broken = Broken(ByteFault::error(FaultReason::NoRows));
        let input = io::BufReader::new(b"abc".chain(broken));
        let mut input = Headed::new(input, 8).expect("the error is the file's");
        assert_eq!((input.head(), input.file_fault()), (&b"abc"[..], Some(FaultReason::NoRows)));
        let mut text = Vec::new();
        let error = input.read_to_end(&mut text).expect_err("the error comes behind the text");
        assert_eq!((text.as_slice(), fault_of(&error).is_some()), (&b"abc"[..], true));
        let broken = Broken(io::Error::other("disk gone"));
        assert!(Headed::new(io::BufReader::new(broken), 8).is_err());
    }

    struct Broken(io::Error);

    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(std::mem::replace(&mut self.0, io::Error::other("read twice")))
        }
    }
}
