//! The known word that a strange one was likely meant to be, for hints only.

/// The longest word that a search looks at: names have at most 100 characters.
const WORD_CHARS_MAX: usize = 100;

/// The candidate nearest to `word` without regard to case, if it is near enough to be meant.
pub(super) fn nearest<'a>(
    word: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let length = word.chars().count();
    if length == 0 || length > WORD_CHARS_MAX {
        return None;
    }
    let word = word.to_lowercase();
    candidates
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= slips_max(length))
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .filter(|&(slips, _)| slips <= slips_max(length))
        .min()
        .map(|(_, candidate)| candidate)
}

/// A slip for each three letters, at least one and at most four.
fn slips_max(length: usize) -> usize {
    (length / 3).clamp(1, 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_recognised_and_another_word_is_not() {
        let known = ["Google Ads", "Meta Ads", "Email"];
        let near = |word| nearest(word, known.into_iter());
        assert_eq!(near("Gogle Ads"), Some("Google Ads"));
        assert_eq!(near("e-mail"), Some("Email"));
        assert_eq!(near("Affiliate"), None);
        assert_eq!(near(""), None);
        assert_eq!(near(&"x".repeat(5000)), None);
    }
}
