//! The text of a `.sha256` companion → the digest that it states for its file. Pure.

use crate::domain::Digest;

/// Bytes of a companion: a digest and a name take at most 300, and some tools write a remark.
pub const CHECKSUM_BYTES_MAX: u64 = 4 << 10;

/// What the companion of a file says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stated {
    /// There is none.
    Nothing,
    /// This digest.
    Digest(Digest),
    /// It can't be used.
    Unusable(Unusable),
}

/// Why a companion can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// It is a link, a folder or another thing that is not read.
    NotPlain,
    /// It is larger than [`CHECKSUM_BYTES_MAX`].
    TooLarge,
    /// It holds something else than one line with a digest.
    NoDigest,
    /// Its line names another file.
    OtherName,
}

impl Unusable {
    /// What is wrong, said of the companion.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotPlain => "is no plain file",
            Self::TooLarge => "is larger than 4096 bytes",
            Self::NoDigest => "does not hold a SHA-256 digest of 64 hexadecimal digits",
            Self::OtherName => "names another file",
        }
    }
}

/// What `text` states of the file `name`: `<64 hex>  <name>`, `<64 hex> *<name>` or the digest
/// alone, in one line, digits in any case.
pub fn stated(text: &[u8], name: &str) -> Stated {
    if text.len() as u64 > CHECKSUM_BYTES_MAX {
        return Stated::Unusable(Unusable::TooLarge);
    }
    parse(text, name).map_or_else(Stated::Unusable, Stated::Digest)
}

fn parse(text: &[u8], name: &str) -> Result<Digest, Unusable> {
    let text = std::str::from_utf8(text).map_err(|_| Unusable::NoDigest)?;
    // Windows tools begin with a byte order mark and end lines with CRLF.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let line = text.trim_end_matches(['\n', '\r']);
    if line.contains(['\n', '\r']) {
        return Err(Unusable::NoDigest);
    }
    let (digits, rest) = line.split_at_checked(64).ok_or(Unusable::NoDigest)?;
    let digest = Digest::parse(&digits.to_ascii_lowercase()).ok_or(Unusable::NoDigest)?;
    let rest = match rest.strip_prefix([' ', '\t']) {
        None if rest.is_empty() => return Ok(digest),
        None => return Err(Unusable::NoDigest),
        Some(rest) => rest,
    };
    // Behind the one blank a mark says how the file was read: as text or, with `*`, as bytes.
    let named = rest.strip_prefix([' ', '*']).unwrap_or(rest);
    match named.trim_end() {
        "" => Ok(digest),
        found if found == name || named == name => Ok(digest),
        _ => Err(Unusable::OtherName),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4: SHA-256 of "abc".
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_digest_is_read_as_the_usual_tools_write_it() {
        let upper = ABC.to_uppercase();
        for text in [
            format!("{ABC}  a.csv\n"),
            format!("{ABC} *a.csv\r\n"),
            format!("{upper}  a.csv"),
            ABC.to_owned(),
            format!("{ABC}\n"),
            format!("\u{feff}{upper}\r\n"),
        ] {
            assert_eq!(stated(text.as_bytes(), "a.csv"), Stated::Digest(Digest::of(b"abc")));
        }
        let spaced = format!("{ABC}   b .csv\n");
        assert!(matches!(stated(spaced.as_bytes(), " b .csv"), Stated::Digest(_)));
    }

    #[test]
    fn whatever_else_stands_there_is_no_digest() {
        let not = |text: &[u8]| match stated(text, "a.csv") {
            Stated::Unusable(why) => why,
            other => panic!("{other:?}"),
        };
        for text in [
            String::new(),
            "\n".to_owned(),
            ABC[1..].to_owned(),
            format!("{ABC}0"),
            format!("{ABC}a.csv"),
            format!("g{}", &ABC[1..]),
            format!("{ABC}  a.csv\n{ABC}  b.csv\n"),
            format!("SHA256 (a.csv) = {ABC}"),
        ] {
            assert_eq!(not(text.as_bytes()), Unusable::NoDigest, "{text}");
        }
        assert_eq!(not(b"\xff\xfe"), Unusable::NoDigest);
        for name in ["b.csv", "x/a.csv", "A.CSV", "*a.csv"] {
            assert_eq!(not(format!("{ABC}  {name}\n").as_bytes()), Unusable::OtherName, "{name}");
        }
        assert_eq!(not(&[b'a'; 4097]), Unusable::TooLarge);
    }
}
