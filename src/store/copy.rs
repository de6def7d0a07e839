//! Copies a stream while hashing it, in bounded memory.

use std::io::{self, ErrorKind, Read, Write};

use sha2::{Digest as _, Sha256};

use crate::domain::Digest;

/// Large enough that system calls cost nothing beside hashing, small enough to stay in a cache.
const CHUNK_BYTES: usize = 256 * 1024;

/// Which side of a copy failed.
pub enum CopyError {
    /// Reading.
    Read(io::Error),
    /// Writing.
    Write(io::Error),
}

/// Copies at most `bytes_max` bytes; returns how many there were, and their digest.
pub fn copy_hashing(
    from: &mut dyn Read,
    to: &mut dyn Write,
    bytes_max: u64,
) -> Result<(u64, Digest), CopyError> {
    // A small file costs no large buffer: clearing one takes longer than its bytes.
    let chunk_bytes = bytes_max.clamp(1, CHUNK_BYTES as u64);
    let mut chunk = vec![0u8; usize::try_from(chunk_bytes).unwrap_or(CHUNK_BYTES)];
    let mut hasher = Sha256::new();
    let mut from = from.take(bytes_max);
    let mut bytes = 0u64;
    loop {
        let count = match from.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(CopyError::Read(error)),
        };
        hasher.update(&chunk[..count]);
        to.write_all(&chunk[..count]).map_err(CopyError::Write)?;
        bytes += count as u64;
    }
    Ok((bytes, Digest::from_bytes(hasher.finalize().into())))
}

/// Hashes at most `bytes_max` bytes; returns how many there were, and their digest.
pub fn hash(from: &mut dyn Read, bytes_max: u64) -> io::Result<(u64, Digest)> {
    copy_hashing(from, &mut io::sink(), bytes_max).map_err(|error| match error {
        CopyError::Read(error) | CopyError::Write(error) => error,
    })
}
