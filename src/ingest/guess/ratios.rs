//! The words of a name that holds one for cost → whether its figures were computed from money, and are none:
//! cost per click, share of spend.

use super::costs::is_cost;
use super::media::{Known, Word};

/// Words of figures that are computed from money, and are none.
const RATIOS: [&str; 31] = [
    "cpc",
    "cpm",
    "cpa",
    "cpl",
    "cpv",
    "cpr",
    "ctr",
    "cvr",
    "roa",
    "roas",
    "roi",
    "acos",
    "cac",
    "ecpc",
    "ecpm",
    "share",
    "rate",
    "ratio",
    "pct",
    "percent",
    "percentage",
    "anteil",
    "avg",
    "average",
    "mean",
    "median",
    "durchschn",
    "durchschnittliche",
    "moyen",
    "moy",
    "promedio",
];

/// Words behind a cost that make it one of each something.
const PER: [&str; 6] = ["per", "pro", "par", "por", "je", "center"];

/// Whether the name is that of a ratio.
pub(super) fn is_ratio(name: &str, words: &[Word], known: &Known) -> bool {
    // "Cost / conv." is a ratio, "TV / Cost" is not.
    let divided = |one: &Word, other: &Word| {
        let is_channel = |word: &Word| known.is_channel(&name[word.start..word.end]);
        name[one.end..other.start].contains('/') && !is_channel(one) && !is_channel(other)
    };
    let is_per = |word: &Word| PER.contains(&word.text.as_str());
    words.iter().any(|word| RATIOS.contains(&word.text.as_str()))
        || name.contains('%')
        || words.windows(2).any(|pair| {
            is_cost(&pair[0]) && is_per(&pair[1])
                || pair.iter().any(is_cost) && divided(&pair[0], &pair[1])
        })
}
