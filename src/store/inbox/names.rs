//! What a name alone says of a file in a drop folder. Pure.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;

use super::scan::IgnoredKind;
use crate::domain::text;

/// Longest name taken. A file name may have 255 bytes, and answers, claims and originals put up
/// to 33 more around this one.
pub const NAME_BYTES_MAX: usize = 200;

/// Endings of files that are still being written.
const UNFINISHED: [&[u8]; 6] = [b".tmp", b".part", b".filepart", b".partial", b".crdownload", b"~"];

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenName<'a> {
    /// A regular file of this name is taken.
    Taken(&'a str),
    /// It says something of the file of the name `of`, and goes where that file goes.
    Companion {
        /// The file.
        of: &'a str,
        /// What it says.
        companion: Companion,
    },
    /// Hidden or unfinished: left alone, without a word.
    LeftAlone,
    /// Never taken, and shown.
    Ignored(IgnoredKind),
}

/// A file that says something of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Companion {
    /// `<name>.sha256`: the digest of its content.
    Digest,
    /// `<name>.done`: that it is complete.
    Marker,
}

impl Companion {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Digest, Self::Marker];

    /// What its name has behind that of its file.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Digest => ".sha256",
            Self::Marker => ".done",
        }
    }

    /// The name of the companion of the file `name`.
    pub fn of(self, name: &str) -> String {
        format!("{name}{}", self.ending())
    }
}

/// Endings of the files that are taken, in any case.
const TAKEN: [&[u8]; 3] = [b".csv", b".csv.gz", b".csv.zst"];

/// Judges a name.
pub fn judge(name: &OsStr) -> TakenName<'_> {
    let bytes = name.as_bytes();
    if bytes.starts_with(b".") || UNFINISHED.iter().any(|end| ends_with(bytes, end)) {
        return TakenName::LeftAlone;
    }
    let Some(text) = name.to_str() else { return TakenName::Ignored(IgnoredKind::Name) };
    for companion in Companion::ALL {
        if let Some(of) = text.strip_suffix(companion.ending())
            && is_taken(of)
        {
            return TakenName::Companion { of, companion };
        }
    }
    if text.len() > NAME_BYTES_MAX || text.contains(char::is_control) {
        return TakenName::Ignored(IgnoredKind::Name);
    }
    if is_taken(text) { TakenName::Taken(text) } else { TakenName::Ignored(IgnoredKind::NotCsv) }
}

fn is_taken(name: &str) -> bool {
    name.len() <= NAME_BYTES_MAX
        && !name.contains(char::is_control)
        && TAKEN.iter().any(|end| ends_with(name.as_bytes(), end))
}

/// Without regard to ASCII case.
fn ends_with(name: &[u8], end: &[u8]) -> bool {
    name.len() >= end.len() && name[name.len() - end.len()..].eq_ignore_ascii_case(end)
}

/// A name as it may be shown: bytes that are no UTF-8 as `\xff`, control characters as escapes.
pub(super) fn shown(name: &OsStr) -> String {
    let mut shown = String::new();
    for chunk in name.as_bytes().utf8_chunks() {
        shown.push_str(&text::escape(chunk.valid()));
        for byte in chunk.invalid() {
            write!(shown, "\\x{byte:02x}").expect("a string takes all that is written");
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &[u8]) -> TakenName<'_> {
        judge(OsStr::from_bytes(name))
    }

    #[test]
    fn csv_in_any_case_is_taken() {
        for name in [
            "a.csv",
            "A.CSV",
            "ad spend.Csv",
            "गूगल.csv",
            "a.part.csv",
            "a~b.csv",
            "a.csv.gz",
            "A.Csv.GZ",
            "a.csv.zst",
            "A.CSV.ZST",
        ] {
            assert_eq!(of(name.as_bytes()), TakenName::Taken(name));
        }
    }

    #[test]
    fn a_companion_belongs_to_the_file_that_it_is_named_after() {
        for (name, of_name, companion) in [
            ("a.csv.sha256", "a.csv", Companion::Digest),
            ("A.CSV.gz.sha256", "A.CSV.gz", Companion::Digest),
            ("a.csv.zst.done", "a.csv.zst", Companion::Marker),
        ] {
            assert_eq!(of(name.as_bytes()), TakenName::Companion { of: of_name, companion });
            assert_eq!(companion.of(of_name), name);
        }
        for name in ["a.txt.sha256", "a.csv.sha256.done", "a.csv.sha512", "sha256", "a.done"] {
            assert_eq!(of(name.as_bytes()), TakenName::Ignored(IgnoredKind::NotCsv), "{name}");
        }
        for name in [".a.csv.sha256", "a.csv.part.sha256", "a.csv.sha256.tmp"] {
            assert!(!matches!(of(name.as_bytes()), TakenName::Companion { .. }), "{name}");
        }
    }

    #[test]
    fn hidden_and_unfinished_names_are_left_alone() {
        for name in [
            ".csv",
            ".a.csv",
            ".claimed",
            "a.csv.tmp",
            "a.csv.PART",
            "a.csv.filepart",
            "a.partial",
            "a.csv.crdownload",
            "a.csv~",
        ] {
            assert_eq!(of(name.as_bytes()), TakenName::LeftAlone, "{name}");
        }
        assert_eq!(of(b".\xff\n"), TakenName::LeftAlone);
    }

    #[test]
    fn other_names_are_ignored_with_their_kind() {
        for name in ["a.txt", "csv", "a.gz", "a.csv.bz2", "a.csv ", "rejected"] {
            assert_eq!(of(name.as_bytes()), TakenName::Ignored(IgnoredKind::NotCsv), "{name}");
        }
        let fits = [b"a".repeat(196), b".csv".to_vec()].concat();
        assert!(matches!(of(&fits), TakenName::Taken(_)));
        let long = [b"a".repeat(197), b".csv".to_vec()].concat();
        for name in
            [&b"a\nb.csv"[..], b"\x1b[2J.csv", b"a\xff.csv", "a\u{85}.csv".as_bytes(), &long]
        {
            assert_eq!(of(name), TakenName::Ignored(IgnoredKind::Name), "{name:?}");
        }
    }

    #[test]
    fn a_shown_name_has_nothing_left_that_acts() {
        assert_eq!(shown(OsStr::from_bytes(b"a\xff\x1b[2J\nb.csv")), "a\\xff\\u{1b}[2J\\nb.csv");
    }
}
