//! Whether a pattern of file names can meet a file that the inbox takes, and whether another pattern
//! has all of these before it. Pure; exact but for its bound, beyond which the answer is "it can".

use std::collections::BTreeSet;

/// Ends every name that is taken, once the ending of a compressed file is off.
const ENDING: [char; 4] = ['.', 'c', 's', 'v'];

/// States that are looked at for one pair of patterns. Real ones need some tens.
const STATES_MAX: usize = 20_000;

/// Stands for every character that neither pattern names: one of no meaning in names.
const OTHER: char = '\u{E000}';

/// Whether there is a name that the inbox takes and `pattern` describes (`*` any characters, `?`
/// one, case doesn't count).
pub fn can_be_taken(pattern: &str) -> bool {
    has_name(pattern, None)
}

/// Whether each name that the inbox takes and `pattern` describes is described by `earlier` too.
pub fn lies_within(pattern: &str, earlier: &str) -> bool {
    !has_name(pattern, Some(earlier))
}

/// Whether some name is taken and fits `pattern` and not `without`. All names are followed at once,
/// character by character: two that leave the same places open in both patterns go on alike.
fn has_name(pattern: &str, without: Option<&str>) -> bool {
    let (pattern, without) = (Glob::new(pattern), without.map(Glob::new));
    let mut letters: BTreeSet<char> = ENDING.into_iter().chain([OTHER]).collect();
    letters.extend(pattern.letters().chain(without.iter().flat_map(Glob::letters)));
    let begin = State {
        open: pattern.begin(),
        without: without.as_ref().map(Glob::begin),
        ending: 0,
        is_empty: true,
    };
    let (mut seen, mut left) = (BTreeSet::from([begin.clone()]), vec![begin]);
    while let Some(state) = left.pop() {
        let is_excluded = match (&without, &state.without) {
            (Some(glob), Some(open)) => glob.ends(open),
            _ => false,
        };
        if state.ending == ENDING.len() && pattern.ends(&state.open) && !is_excluded {
            return true;
        }
        for &letter in &letters {
            if state.is_empty && letter == '.' {
                // Hidden, and left alone.
                continue;
            }
            let open = pattern.step(&state.open, letter);
            if open.is_empty() {
                continue;
            }
            let next = State {
                open,
                without: without
                    .as_ref()
                    .zip(state.without.as_ref())
                    .map(|(glob, open)| glob.step(open, letter)),
                ending: ending_after(state.ending, letter),
                is_empty: false,
            };
            if seen.insert(next.clone()) {
                left.push(next);
            }
        }
        if seen.len() > STATES_MAX {
            return true;
        }
    }
    false
}

/// How names that begin alike can go on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    /// Places of the pattern that they have come to.
    open: BTreeSet<usize>,
    /// The same of the other pattern.
    without: Option<BTreeSet<usize>>,
    /// How much of the ending they end with.
    ending: usize,
    is_empty: bool,
}

fn ending_after(ending: usize, letter: char) -> usize {
    if ENDING.get(ending) == Some(&letter) { ending + 1 } else { usize::from(letter == ENDING[0]) }
}

/// A pattern, as its characters in small letters.
struct Glob(Vec<char>);

impl Glob {
    fn new(text: &str) -> Self {
        Self(text.to_lowercase().chars().collect())
    }

    fn letters(&self) -> impl Iterator<Item = char> {
        self.0.iter().copied().filter(|letter| !matches!(letter, '*' | '?'))
    }

    fn begin(&self) -> BTreeSet<usize> {
        self.with_stars_skipped([0])
    }

    fn ends(&self, open: &BTreeSet<usize>) -> bool {
        open.contains(&self.0.len())
    }

    fn step(&self, open: &BTreeSet<usize>, letter: char) -> BTreeSet<usize> {
        self.with_stars_skipped(open.iter().filter_map(|&at| match self.0.get(at) {
            Some('*') => Some(at),
            Some(&here) if here == '?' || here == letter => Some(at + 1),
            _ => None,
        }))
    }

    /// The places with all that follow where a `*` stands for nothing.
    fn with_stars_skipped(&self, places: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut open = BTreeSet::new();
        for mut at in places {
            while open.insert(at) && self.0.get(at) == Some(&'*') {
                at += 1;
            }
        }
        open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_end_in_csv_and_are_not_hidden_are_ever_taken() {
        for pattern in ["*", "*.csv", "meta_*", "a.CSV", "?.csv", "report*", "*s*v", "????*"] {
            assert!(can_be_taken(pattern), "{pattern}");
        }
        for pattern in
            ["*.xlsx", "", ".csv", ".*", "*.csv.bak", "report.txt", "????", "csv", "*.CS"]
        {
            assert!(!can_be_taken(pattern), "{pattern}");
        }
    }

    #[test]
    fn a_pattern_lies_within_one_that_has_all_its_names() {
        for (pattern, earlier) in [
            ("meta_ads_*.csv", "meta*"),
            ("Meta*", "meta*"),
            ("meta_*", "*.csv"),
            ("a?c.csv", "a*"),
            ("*a*b*.csv", "*a*"),
            ("a*b", "*"),
            ("a?*", "a*?"),
            ("a*?", "a?*"),
            ("x??.csv", "x?*"),
            ("*.xlsx", "a"),
        ] {
            assert!(lies_within(pattern, earlier), "{pattern} in {earlier}");
        }
        for (pattern, earlier) in [
            ("meta*", "meta_ads_*.csv"),
            ("a*", "a?*b.csv"),
            ("*", "*a*"),
            ("?.csv", "a.csv"),
            ("*a*", "*a*b*.csv"),
            ("a*.csv", "b*.csv"),
            ("a*c.csv", "a?c.csv"),
            ("*.csv", "?*?.csv"),
        ] {
            assert!(!lies_within(pattern, earlier), "{pattern} not in {earlier}");
        }
    }

    /// Whether a pattern describes a name, in the plainest way.
    fn fits(pattern: &[u8], name: &[u8]) -> bool {
        match (pattern.first(), name.first()) {
            (None, None) => true,
            (Some(b'*'), _) => {
                fits(&pattern[1..], name) || (!name.is_empty() && fits(pattern, &name[1..]))
            }
            (Some(b'?'), Some(_)) => fits(&pattern[1..], &name[1..]),
            (Some(here), Some(there)) => here == there && fits(&pattern[1..], &name[1..]),
            _ => false,
        }
    }

    /// All texts of at most `length` of these characters.
    fn texts(letters: &[u8], length: usize) -> Vec<Vec<u8>> {
        let mut all = vec![Vec::new()];
        let mut last = all.clone();
        for _ in 0..length {
            last = last
                .iter()
                .flat_map(|text| letters.iter().map(|&it| [text.clone(), vec![it]].concat()))
                .collect();
            all.extend(last.clone());
        }
        all
    }

    #[test]
    fn the_answers_are_those_of_trying_every_short_name() {
        let names: Vec<Vec<u8>> = texts(b"abx", 5).into_iter().skip(1).collect();
        let patterns = texts(b"ab*?", 3);
        let ended = |text: &[u8]| [text, b".csv"].concat();
        for pattern in &patterns {
            for earlier in &patterns {
                let escapes = names.iter().any(|name| {
                    let name = ended(name);
                    fits(&ended(pattern), &name) && !fits(&ended(earlier), &name)
                });
                let text = |pattern: &[u8]| String::from_utf8(ended(pattern)).expect("ASCII");
                let (pattern, earlier) = (text(pattern), text(earlier));
                assert_eq!(lies_within(&pattern, &earlier), !escapes, "{pattern} in {earlier}");
            }
        }
    }
}
