//! Patterns of names: `*` stands for any run of characters, `?` for one; compared without case.

use crate::domain::text::folded;

/// A pattern, made ready once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(Vec<char>);

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        Self(folded(text).chars().collect())
    }

    /// Whether it describes the whole `name`.
    pub(super) fn fits(&self, name: &str) -> bool {
        let pattern = &self.0;
        let name: Vec<char> = folded(name).chars().collect();
        let (mut at, mut name_at) = (0, 0);
        // Where to go on if what follows the last `*` doesn't fit: it swallows one character more.
        let mut retry: Option<(usize, usize)> = None;
        while name_at < name.len() {
            match pattern.get(at) {
                Some('*') => {
                    retry = Some((at + 1, name_at));
                    at += 1;
                }
                Some(&expected) if expected == '?' || expected == name[name_at] => {
                    at += 1;
                    name_at += 1;
                }
                _ => {
                    let Some((behind_star, swallowed)) = retry else { return false };
                    at = behind_star;
                    name_at = swallowed + 1;
                    retry = Some((behind_star, swallowed + 1));
                }
            }
        }
        pattern[at..].iter().all(|&rest| rest == '*')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, name: &str) -> bool {
        Pattern::new(pattern).fits(name)
    }

    #[test]
    fn a_pattern_describes_the_whole_name_without_case() {
        for (pattern, name) in [
            ("*", ""),
            ("*", "x.csv"),
            ("facebook_*.csv", "Facebook_2026-01-05.CSV"),
            ("a?c", "abc"),
            ("*a*b", "xaybab"),
            ("été*", "ÉTÉ.csv"),
        ] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("a?c", "ac"), ("*.csv", "a.csv.tmp"), ("", "a"), ("a", "")] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn a_pattern_of_many_stars_takes_no_longer_than_the_name_allows() {
        assert!(!fits(&"*a".repeat(100), &"a".repeat(90)));
        assert!(!fits(&format!("{}b", "*a".repeat(50)), &"a".repeat(200)));
    }
}
