//! The name of a bundle's folder: its week, and its revision from the second on.

use crate::domain::Day;

/// Week and revision of a bundle, in the order in which they replace one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BundleName {
    /// The first day of the week.
    pub week: Day,
    /// 1, or more where the week was decided again.
    pub revision: u32,
}

impl BundleName {
    /// Reads `2026-01-05` or `2026-01-05.r2`; anything that would not be written so is no name.
    pub fn parse(text: &str) -> Option<Self> {
        let (week, revision) = match text.split_once(".r") {
            Some((week, revision)) => (week, revision.parse().ok()?),
            None => (text, 1),
        };
        let name = Self { week: week.parse().ok()?, revision };
        (name.to_string() == text && revision > 0).then_some(name)
    }
}

impl std::fmt::Display for BundleName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.revision {
            1 => write!(f, "{}", self.week),
            revision => write!(f, "{}.r{revision}", self.week),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for text in ["2026-01-05", "2026-01-05.r2", "2026-12-28.r10"] {
            assert_eq!(BundleName::parse(text).map(|name| name.to_string()).as_deref(), Some(text));
        }
        for text in [
            "latest",
            "",
            "2026-1-5",
            "2026-01-05.r1",
            "2026-01-05.r0",
            "2026-01-05.r02",
            "2026-01-05.r+2",
            "2026-02-30",
            ".staging-2026-01-05",
            "2026-01-05 ",
        ] {
            assert_eq!(BundleName::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_later_week_counts_more_than_a_later_revision() {
        let name = |text| BundleName::parse(text).expect("a name");
        assert!(name("2026-01-12") > name("2026-01-05.r3"));
        assert!(name("2026-01-05.r10") > name("2026-01-05.r9"));
        assert!(name("2026-01-05.r2") > name("2026-01-05"));
    }
}
