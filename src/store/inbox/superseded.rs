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
/// Of a page whose file came back into the drop folder by itself.
const GREW: &str = "this file was still being written: it grew after it was refused";
/// Of a page whose file grew once more than it is brought back.
const LEFT: &str = "Left here: ";

impl DropFolder {
    /// Writes into `rejected/<name>.problems.txt` that `newer` is the answer to a later file of the name.
    /// What is there and is no page of ours, or of another name, stays as it is.
    pub(super) fn supersede_problems(&self, name: &str, newer: &str) -> Result<(), StoreError> {
        self.mark_problems(name, name, &|before| {
            let grew = before.is_some_and(|before| before[MARK.len()..].starts_with(GREW));
            if grew { format!("{MARK}{GREW}; {newer}") } else { format!("{MARK}{newer}") }
        })
    }

    /// Writes into the page beside the refused file `answer_name` that the file came back.
    pub(super) fn problems_of_a_grown(
        &self,
        name: &str,
        answer_name: &str,
    ) -> Result<(), StoreError> {
        self.mark_problems(name, answer_name, &|_| {
            format!(
                "{MARK}{GREW}, and all of it is judged again; see the newer answer to {}",
                escape(name)
            )
        })
    }

    /// Writes into the page beside the refused file `answer_name` that the file is not brought back.
    pub(super) fn problems_of_one_left(
        &self,
        name: &str,
        answer_name: &str,
        why: &str,
    ) -> Result<(), StoreError> {
        self.mark_problems(name, answer_name, &|_| format!("{LEFT}{why}"))
    }

    /// Puts what `mark` says above the page of `answer_name`, in place of an earlier mark, which it is
    /// told where that speaks of a newer answer.
    fn mark_problems(
        &self,
        name: &str,
        answer_name: &str,
        mark: &dyn Fn(Option<&str>) -> String,
    ) -> Result<(), StoreError> {
        let rejected = self.rejected()?;
        let page = format!("{answer_name}.problems.txt");
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
        let is_ours = |at: &usize| *at == 0 || text.starts_with(MARK) || text.starts_with(LEFT);
        let Some(at) = text.find(&first).filter(is_ours) else {
            return Ok(());
        };
        let before = Some(&text[..at]).filter(|before| before.starts_with(MARK));
        let text = format!("{}\n\n{}", mark(before), &text[at..]);
        rejected.replace_unsynced(page, text.as_bytes(), MODE_ANSWER)
    }
}
