//! What people should look at → the section of the explanation that names it.

use super::heading;
use crate::decision::Decision;
use crate::report::words::{capital, count, wrap};
use crate::report::{corrected_text, outlier_text, spread_text};

/// Figures far from usual, earlier weeks whose figures were corrected, and revenue that is shared
/// out; empty where there is none of them.
pub(super) fn section(decision: &Decision) -> String {
    let remarks = &decision.remarks;
    let spread: Vec<String> = decision.account.sources.iter().filter_map(spread_text).collect();
    if remarks.is_empty() && spread.is_empty() {
        return String::new();
    }
    let mut text = heading("Worth a look");
    if !remarks.outliers.is_empty() {
        let intro = "These figures of the weeks above are far from what is usual for their \
                     channel. They count as they stand; if one is wrong, a corrected file replaces \
                     it.";
        text.push_str(&wrap("", intro));
        for outlier in &remarks.outliers {
            text.push_str(&wrap("- ", &outlier_text(decision.account.currency, outlier)));
        }
        text.push_str(&more(remarks.outliers_unlisted, "figure"));
    }
    if !remarks.corrected.is_empty() {
        let intro = "Figures behind these earlier weeks were corrected, or arrived, after they were \
                     published. What was published stays as it is, unless somebody decides the week again.";
        text.push_str(&wrap("", intro));
        for corrected in &remarks.corrected {
            let said = corrected_text(&decision.account, corrected, "since");
            text.push_str(&wrap("- ", &format!("{}.", capital(&said))));
        }
        text.push_str(&more(remarks.corrected_unlisted, "week"));
    }
    for sentence in spread {
        text.push_str(&wrap("- ", &sentence));
    }
    text.push('\n');
    text
}

fn more(unlisted: usize, noun: &str) -> String {
    if unlisted == 0 {
        return String::new();
    }
    wrap("- ", &format!("and {} more", count(unlisted, noun)))
}
