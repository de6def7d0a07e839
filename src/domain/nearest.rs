//! "Did you mean": the known word that a misspelt one is closest to.

use std::cmp::Reverse;

/// The candidate that `word` is a plausible slip of, compared without case. The first of equally
/// near ones counts, and among these one that begins like `word` goes first.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word = word.to_lowercase();
    let slips_max = slips_max(&word)?;
    candidates
        .into_iter()
        .map(|candidate| (rank(&word, &candidate.to_lowercase()), candidate))
        .filter(|((slips, _), _)| *slips <= slips_max)
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, candidate)| candidate)
}

fn rank(word: &str, candidate: &str) -> (usize, Reverse<bool>) {
    let begins_alike = word.chars().next() == candidate.chars().next();
    (strsim::osa_distance(word, candidate), Reverse(begins_alike))
}

/// Slips (a letter too many, too few, other, or swapped) that still count as the same word.
/// Nothing is guessed for an empty word, nor for one longer than any that we know.
fn slips_max(word: &str) -> Option<usize> {
    match word.chars().count() {
        0 | 101.. => None,
        1..=4 => Some(1),
        5..=8 => Some(2),
        _ => Some(3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_a_stranger_finds_none() {
        let known = ["spend_cap_share", "spend_floor_share", "weight"];
        assert_eq!(nearest("spend_cap_shar", known), Some("spend_cap_share"));
        assert_eq!(nearest("Weight", known), Some("weight"));
        assert_eq!(nearest("wieght", known), Some("weight"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("", known), None);
    }

    #[test]
    fn among_equally_near_words_the_one_with_the_same_beginning_wins() {
        assert_eq!(nearest("INT", ["CNT", "INR"]), Some("INR"));
    }
}
