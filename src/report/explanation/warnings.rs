//! What people should look at → the section of the explanation that names it.

use super::{Block, item, paragraph};
use crate::decision::Decision;
use crate::report::words::{capital, count};
use crate::report::{corrected_text, outlier_text, spread_text};

/// Figures far from usual, earlier weeks whose figures were corrected, and revenue that is shared
/// out; empty where there is none of them.
pub fn blocks(decision: &Decision) -> Vec<Block> {
    let remarks = &decision.remarks;
    let mut blocks = Vec::new();
    if !remarks.outliers.is_empty() {
        blocks.push(paragraph(
            "These figures of the weeks above are far from what is usual for their channel. They \
             count as they stand; if one is wrong, a corrected file replaces it.",
        ));
        for outlier in &remarks.outliers {
            blocks.push(item(outlier_text(decision.account.currency, outlier)));
        }
        blocks.extend(more(remarks.outliers_unlisted, "figure"));
    }
    if !remarks.corrected.is_empty() {
        blocks.push(paragraph(
            "Figures behind these earlier weeks were corrected, or arrived, after they were \
             published. What was published stays as it is, unless somebody decides the week again.",
        ));
        for corrected in &remarks.corrected {
            let said = corrected_text(&decision.account, corrected, "since");
            blocks.push(item(format!("{}.", capital(&said))));
        }
        blocks.extend(more(remarks.corrected_unlisted, "week"));
    }
    blocks.extend(decision.account.sources.iter().filter_map(spread_text).map(item));
    blocks
}

fn more(unlisted: usize, noun: &str) -> Option<Block> {
    (unlisted > 0).then(|| item(format!("and {} more", count(unlisted, noun))))
}
