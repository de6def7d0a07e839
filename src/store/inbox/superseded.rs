//! A page of problems whose file was sent again says so in its first line, so that nobody acts on an
//! answer that is no longer the newest.

use std::ffi::OsStr;
use std::io::Read as _;

use super::DropFolder;
use super::receipts::MODE_ANSWER;
use crate::domain::text::escape;
use crate::store::StoreError;
use crate::store::folder::Opened;

/// Larger than any page of problems.
const PAGE_BYTES_MAX: u64 = 1 << 20;
const MARK: &str = "No longer the newest answer: ";

impl DropFolder {
    /// Writes into `rejected/<name>.problems.txt` that `newer` is the answer to a later file of the name.
    /// What is there and is no page of ours, or of another name, stays as it is.
    pub(super) fn supersede_problems(&self, name: &str, newer: &str) -> Result<(), StoreError> {
        let rejected = self.rejected()?;
        let page = format!("{name}.problems.txt");
        let page = OsStr::new(&page);
        if rejected.look(page)?.is_none() {
            return Ok(());
        }
        let Opened::File { file, .. } = rejected.open_file(page)? else { return Ok(()) };
        let mut text = String::new();
        if file.take(PAGE_BYTES_MAX).read_to_string(&mut text).is_err() {
            return Ok(());
        }
        let first = format!("{} was refused", escape(name));
        let Some(at) = text.find(&first).filter(|at| *at == 0 || text.starts_with(MARK)) else {
            return Ok(());
        };
        let text = format!("{MARK}{newer}\n\n{}", &text[at..]);
        rejected.replace_unsynced(page, text.as_bytes(), MODE_ANSWER)
    }
}
