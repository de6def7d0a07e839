//! A gzip file → what its members unpack to, one behind the other. Bytes behind a whole member that
//! begin no other are an error of their own, and no file that ends too early.

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::GzDecoder;

/// What such bytes are called, in a fault and in a look at the file.
pub(in crate::ingest) const BEHIND_ITS_END: &str = "other bytes stand behind its end";

/// The first byte of a member.
const MAGIC: u8 = 0x1F;

/// The members of a gzip file.
pub(in crate::ingest) struct Members<R: BufRead> {
    /// Absent only while a member follows another.
    member: Option<Box<GzDecoder<R>>>,
    /// Whether a member was whole.
    is_second: bool,
}

impl<R: BufRead> Members<R> {
    pub(in crate::ingest) fn new(input: R) -> Self {
        Self { member: Some(Box::new(GzDecoder::new(input))), is_second: false }
    }

    /// What the file is read from.
    pub(super) fn input(&self) -> &R {
        self.member().get_ref()
    }

    fn member(&self) -> &GzDecoder<R> {
        self.member.as_ref().expect("a member follows at once")
    }

    /// Goes on to the member behind the one that ended; false at the end of the file.
    fn go_on(&mut self) -> io::Result<bool> {
        let member = self.member.as_mut().expect("a member follows at once");
        match member.get_mut().fill_buf()?.first() {
            None => return Ok(false),
            Some(&MAGIC) => {}
            Some(_) => return Err(behind_its_end()),
        }
        let input = self.member.take().expect("it was there").into_inner();
        self.member = Some(Box::new(GzDecoder::new(input)));
        self.is_second = true;
        Ok(true)
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let member = self.member.as_mut().expect("a member follows at once");
            match member.read(buffer) {
                Ok(0) if self.go_on()? => {}
                Err(error) if self.is_second && is_no_header(&error) => {
                    return Err(behind_its_end());
                }
                outcome => return outcome,
            }
        }
    }
}

fn is_no_header(error: &io::Error) -> bool {
    error.kind() == ErrorKind::InvalidInput && error.to_string() == "invalid gzip header"
}

fn behind_its_end() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, BEHIND_ITS_END)
}
