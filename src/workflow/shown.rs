//! A decision → what people open: the page, the workbook and the pictures of the week. They explain and
//! decide nothing: one that fails is left out, and the bundle appears without it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::domain::AccountId;
use crate::report::page::{PageInput, report_html};
use crate::report::plots::week_plots;
use crate::report::weekly_budget_xlsx;
use crate::store::bundle::{PAGE, WORKBOOK};

/// The files of a bundle that show its decision, by their names; without what failed.
pub(super) fn shown_files(input: &PageInput<'_>) -> Vec<(String, Vec<u8>)> {
    let account = &input.decision.account.id;
    let page = caught(account, PAGE, || report_html(input));
    let workbook = caught(account, WORKBOOK, || weekly_budget_xlsx(input));
    let plots = caught(account, "the plots of the week", || week_plots(input.decision, input.past));
    let mut files = Vec::new();
    files.extend(page.map(|bytes| (PAGE.to_owned(), bytes)));
    files.extend(workbook.map(|bytes| (WORKBOOK.to_owned(), bytes)));
    let plots = plots.into_iter().flatten();
    files.extend(plots.map(|plot| (format!("{PLOTS}/{}.svg", plot.name), plot.svg.into_bytes())));
    files
}

/// The folder of a bundle with its plots: those of its week, and those of a model where there is one.
pub const PLOTS: &str = "advice/plots";

/// What `make` gives; nothing where it panics, which is then in the log.
fn caught<T>(account: &AccountId, what: &str, make: impl FnOnce() -> T) -> Option<T> {
    let made = catch_unwind(AssertUnwindSafe(make)).ok();
    if made.is_none() {
        tracing::error!(
            account = account.as_str(),
            what,
            "it could not be made and is left out of the bundle; the budgets are not touched by it"
        );
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_panics_is_left_out() {
        let account = AccountId::new("main").expect("an account");
        assert_eq!(caught(&account, "a page", || 1), Some(1));
        assert_eq!(caught::<u8>(&account, "a page", || panic!("of the test")), None);
    }
}
