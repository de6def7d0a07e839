//! The bytes of a compressed file → what they unpack to, streaming, within bounds. What is wrong
//! with an archive is the file's fault; an error of the input stays the machine's.

use std::io::{self, BufRead, ErrorKind, Read};

use zstd::stream::read::Decoder as ZstdDecoder;

use super::ByteFault;
use super::members::{BEHIND_ITS_END, Members};
use crate::ingest::fault::{Fault, FaultReason, shown};

/// Binary logarithm of the most memory that a zstd file may ask for: what `zstd -19` takes is half
/// of it.
const ZSTD_WINDOW_LOG_MAX: u32 = 24;

const GZIP_MAGIC: &[u8] = &[0x1F, 0x8B];
const ZSTD_MAGIC: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];
/// A frame that holds no text: `pzstd` begins with one.
const ZSTD_SKIPPABLE: std::ops::RangeInclusive<u8> = 0x50..=0x5F;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zstd,
}

impl Packing {
    /// What the ending of a file's name says.
    pub(super) fn of(file_name: &str) -> Option<Self> {
        let (_, ending) = file_name.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "gz" => Some(Self::Gzip),
            "zst" => Some(Self::Zstd),
            _ => None,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Gzip => ".gz",
            Self::Zstd => ".zst",
        }
    }

    /// The fault of a file that is not compressed as its name says.
    pub(super) fn foreign(self, head: &[u8]) -> Option<Fault> {
        let is_own = match (self, head) {
            (Self::Gzip, _) => head.starts_with(GZIP_MAGIC),
            (Self::Zstd, [kind, 0x2A, 0x4D, 0x18, ..]) if ZSTD_SKIPPABLE.contains(kind) => true,
            (Self::Zstd, _) => head.starts_with(ZSTD_MAGIC),
        };
        if is_own {
            return None;
        }
        let hint = if head.is_empty() {
            "it is empty"
        } else if head.starts_with(GZIP_MAGIC) {
            "it is a gzip file: let its name end in .csv.gz"
        } else if head.starts_with(ZSTD_MAGIC) {
            "it is a zstd file: let its name end in .csv.zst"
        } else if head.contains(&0) {
            "drop it again; if it stays so, compress the export once more"
        } else {
            "if it is plain text, let its name end in .csv"
        };
        let reason = FaultReason::NotPacked { packing: self.word(), ending: self.ending() };
        Some(Fault::of_file(reason).with_hint(hint))
    }

    /// What the error of an unpacker says about the file.
    fn reason(self, error: &io::Error) -> FaultReason {
        let text = error.to_string();
        if text.contains("requires too much memory") {
            return FaultReason::WindowTooLarge { mebibytes_max: 1 << (ZSTD_WINDOW_LOG_MAX - 20) };
        }
        let what = match text.as_str() {
            _ if error.kind() == ErrorKind::UnexpectedEof => "it ends too early".to_owned(),
            "Unknown frame descriptor" => BEHIND_ITS_END.to_owned(),
            other => shown(other),
        };
        FaultReason::DamagedArchive { packing: self.word(), what }
    }
}

/// A fault of what an archive holds: an archive once more is one too many.
pub(super) fn inside(fault: Fault) -> Fault {
    match fault.reason {
        FaultReason::NotCsv { what } if what.starts_with("compressed") => {
            fault.with_hint("it is compressed twice: compress it once")
        }
        _ => fault,
    }
}

/// What an archive unpacks to.
pub(super) struct Unpacked<R: BufRead> {
    unpacker: Unpacker<Metered<R>>,
    packing: Packing,
    bytes_max: u64,
    left: u64,
}

enum Unpacker<R: BufRead> {
    Gzip(Members<R>),
    Zstd(Box<ZstdDecoder<'static, R>>),
}

impl<R: BufRead> Unpacked<R> {
    pub(super) fn new(packing: Packing, input: Metered<R>, bytes_max: u64) -> io::Result<Self> {
        let unpacker = match packing {
            Packing::Gzip => Unpacker::Gzip(Members::new(input)),
            Packing::Zstd => {
                let mut decoder = ZstdDecoder::with_buffer(input)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
                Unpacker::Zstd(Box::new(decoder))
            }
        };
        Ok(Self { unpacker, packing, bytes_max, left: bytes_max })
    }

    fn unpack(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (outcome, input) = match &mut self.unpacker {
            Unpacker::Gzip(members) => (members.read(buffer), members.input()),
            Unpacker::Zstd(decoder) => (decoder.read(buffer), decoder.get_ref()),
        };
        match outcome {
            Err(error) if !input.failed && error.kind() != ErrorKind::Interrupted => {
                Err(ByteFault::error(self.packing.reason(&error)))
            }
            other => other,
        }
    }
}

impl<R: BufRead> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !buffer.is_empty() {
            if self.unpack(&mut [0])? == 0 {
                return Ok(0);
            }
            let bytes_max = self.bytes_max;
            return Err(ByteFault::error(FaultReason::UnpacksTooLarge { bytes_max }));
        }
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.unpack(&mut buffer[..room])?;
        self.left -= count as u64;
        Ok(count)
    }
}

/// The input of a file that is unpacked or decoded: no more than `bytes_max` of it are read, and
/// it remembers whether it failed.
pub(super) struct Metered<R> {
    input: R,
    bytes_max: u64,
    bytes: u64,
    failed: bool,
}

impl<R: BufRead> Metered<R> {
    pub(super) const fn new(input: R, bytes_max: u64) -> Self {
        Self { input, bytes_max, bytes: 0, failed: false }
    }
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        super::read_buffered(self, buffer)
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let bytes_max = self.bytes_max;
        match self.input.fill_buf() {
            Ok(available) if self.bytes >= bytes_max && !available.is_empty() => {
                self.failed = true;
                Err(ByteFault::error(FaultReason::FileTooLarge { bytes_max }))
            }
            Ok(available) => {
                let room = usize::try_from(bytes_max - self.bytes).unwrap_or(usize::MAX);
                Ok(&available[..available.len().min(room)])
            }
            Err(error) => {
                self.failed |= error.kind() != ErrorKind::Interrupted;
                Err(error)
            }
        }
    }

    fn consume(&mut self, count: usize) {
        self.bytes += count as u64;
        self.input.consume(count);
    }
}
