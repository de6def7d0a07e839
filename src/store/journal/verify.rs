//! The log as a whole, read line by line: for `audit verify` and `audit show`. Writes nothing.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use super::super::StoreError;
use super::super::outbox::durable::{machine, open_regular};
use super::{damaged, next_line, unreadable};
use crate::audit::chain::{ChainHead, Record};
use crate::audit::checkpoint::{AuditFault, AuditReport, Auditor, PublishedSegment};

/// Checks the log of `chain` from its first line: that the chain is whole, that it holds the
/// record that the ledger knows as the newest, and that it holds what each published bundle says
/// of it, at its place, byte for byte. Memory does not grow with the log.
///
/// A log that does not exist is an empty one, which is whole only if nobody knows of any record.
pub fn verify_all(
    path: &Path,
    chain: &str,
    acknowledged: Option<ChainHead>,
    segments: &[PublishedSegment<'_>],
) -> Result<AuditReport, Vec<AuditFault>> {
    let mut auditor = Auditor::new(chain, acknowledged, segments);
    if let Err(error) = feed(path, &mut auditor) {
        auditor.unreadable(error.to_string());
    }
    auditor.finish()
}

fn feed(path: &Path, auditor: &mut Auditor<'_>) -> std::io::Result<()> {
    let file = match open_regular(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut input = BufReader::new(file);
    let mut line = Vec::new();
    loop {
        next_line(&mut input, &mut line)?;
        if line.is_empty() {
            return Ok(());
        }
        let ended = line.pop_if(|byte| *byte == b'\n').is_some();
        auditor.line(&line, ended);
    }
}

/// Hands each record of the log at `path` to `each`, oldest first, without checking the chain.
/// A log that does not exist has none.
pub fn each_record<E: From<StoreError>>(
    path: &Path,
    each: &mut dyn FnMut(Record) -> Result<(), E>,
) -> Result<(), E> {
    let file: File = match open_regular(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(machine("open the audit log", path)(error).into()),
    };
    let mut input = BufReader::new(file);
    let mut line = Vec::new();
    let mut number = 0u64;
    loop {
        next_line(&mut input, &mut line).map_err(|error| unreadable(path, error))?;
        if line.is_empty() {
            return Ok(());
        }
        number += 1;
        let record = Record::decode(line.trim_ascii_end())
            .map_err(|reason| damaged(path, format!("audit log, line {number}: {reason}")))?;
        each(record)?;
    }
}
