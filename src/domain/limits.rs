//! How much of anything is read or kept: the one place of all shipped bounds on what comes in.

use serde::Serialize;

/// Bounds on files and on the inbox. A file that exceeds one is refused; files beyond those of a
/// scan, or beyond the staging quota, wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Bytes of a file.
    pub bytes_max: u64,
    /// Bytes of a compressed file's text.
    pub unpacked_bytes_max: u64,
    /// Bytes of a record without its line end, even where quoted fields span lines.
    pub line_bytes_max: usize,
    /// Bytes of a field with its quotes.
    pub field_bytes_max: usize,
    /// Fields of a record.
    pub columns_max: usize,
    /// Records below the header.
    pub rows_max: u64,
    /// Files that one scan of a drop folder hands on, the oldest first.
    pub files_per_scan_max: usize,
    /// Bytes of working copies at one time.
    pub staging_bytes_max: u64,
}

impl Default for Limits {
    /// The shipped bounds: 4 GiB hold 20 million rows of 200 bytes, which is a decade of a thousand
    /// channels with five campaigns each; no known export has more than 100 columns, nor text in
    /// them beyond 4 KiB. 10,000 files with names of 200 bytes are some 4 MB of memory, and more
    /// than a day of files from 1,000 senders.
    fn default() -> Self {
        Self {
            bytes_max: 4 << 30,
            unpacked_bytes_max: 4 << 30,
            line_bytes_max: 64 << 10,
            field_bytes_max: 4 << 10,
            columns_max: 256,
            rows_max: 20_000_000,
            files_per_scan_max: 10_000,
            staging_bytes_max: 8 << 30,
        }
    }
}
