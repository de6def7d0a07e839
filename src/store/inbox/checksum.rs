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
    /// It holds a digest of another kind, by its length.
    OtherDigest,
    /// It holds the table or the list that PowerShell shows of a digest.
    PowerShell,
    /// It holds what Windows' certutil says.
    Certutil,
    /// Its line names another file.
    OtherName,
}

impl Unusable {
    /// What is wrong, said of the companion.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotPlain => "is no plain file",
            Self::TooLarge => "is larger than 4096 bytes",
            Self::NoDigest => "does not hold a SHA-256 digest of 64 hexadecimal digits in one line",
            Self::OtherDigest => {
                "holds a digest of another length than SHA-256's 64 hexadecimal digits"
            }
            Self::PowerShell => {
                "holds the whole answer of Get-FileHash instead of its digest alone"
            }
            Self::Certutil => "holds the whole answer of certutil instead of the digest alone",
            Self::OtherName => "names another file",
        }
    }
}

/// What `text` states of the file `name`, in one line, digits in any case: `<64 hex>  <name>`,
/// `<64 hex> *<name>`, the digest alone, or as BSD tools and OpenSSL write it, `SHA256 (<name>) =
/// <64 hex>`. Windows' tools write it as UTF-16, with a byte order mark.
pub fn stated(text: &[u8], name: &str) -> Stated {
    if text.len() as u64 > CHECKSUM_BYTES_MAX {
        return Stated::Unusable(Unusable::TooLarge);
    }
    parse(text, name).map_or_else(Stated::Unusable, Stated::Digest)
}

fn parse(bytes: &[u8], name: &str) -> Result<Digest, Unusable> {
    let text = text_of(bytes).ok_or(Unusable::NoDigest)?;
    let line = text.trim_end_matches(['\n', '\r']);
    let (digest, named) =
        if line.contains(['\n', '\r']) { None } else { bsd(line).or_else(|| gnu(line)) }
            .ok_or_else(|| what_else(&text))?;
    let named = named.strip_prefix("./").unwrap_or(&named);
    if named.trim_end().is_empty() || named.trim_end() == name || named == name {
        Ok(digest)
    } else {
        Err(Unusable::OtherName)
    }
}

/// UTF-8 with or without a byte order mark, or UTF-16 with one.
fn text_of(bytes: &[u8]) -> Option<String> {
    let units = |order: fn([u8; 2]) -> u16| {
        let pairs = bytes.chunks_exact(2).skip(1).map(|pair| order([pair[0], pair[1]]));
        String::from_utf16(&pairs.collect::<Vec<u16>>()).ok()
    };
    match bytes {
        [0xFF, 0xFE, ..] if bytes.len().is_multiple_of(2) => units(u16::from_le_bytes),
        [0xFE, 0xFF, ..] if bytes.len().is_multiple_of(2) => units(u16::from_be_bytes),
        _ => {
            let text = std::str::from_utf8(bytes).ok()?;
            Some(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned())
        }
    }
}

/// The digest at the beginning of a line, and the name behind it.
fn gnu(line: &str) -> Option<(Digest, String)> {
    // GNU's tools begin with a backslash where they had to escape one in the name.
    let (line, is_escaped) = match line.strip_prefix('\\') {
        Some(line) => (line, true),
        None => (line, false),
    };
    let (digits, rest) = line.split_at_checked(64)?;
    let digest = digest_of(digits)?;
    let rest = match rest.strip_prefix([' ', '\t']) {
        None if rest.is_empty() => return Some((digest, String::new())),
        None => return None,
        Some(rest) => rest,
    };
    // Behind the one blank a mark says how the file was read: as text or, with `*`, as bytes.
    let name = rest.strip_prefix([' ', '*']).unwrap_or(rest);
    Some((digest, if is_escaped { name.replace("\\\\", "\\") } else { name.to_owned() }))
}

/// The digest at the end of a line, and the name in parentheses before it.
fn bsd(line: &str) -> Option<(Digest, String)> {
    let rest = line.strip_prefix("SHA256").or_else(|| line.strip_prefix("SHA2-256"))?;
    let (name, digits) = rest.trim_start().strip_prefix('(')?.rsplit_once(')')?;
    let digits = digits.trim_start().strip_prefix('=')?.trim();
    Some((digest_of(digits)?, name.to_owned()))
}

fn digest_of(digits: &str) -> Option<Digest> {
    Digest::parse(&digits.to_ascii_lowercase())
}

/// What a text is that states no digest, as far as that shows.
fn what_else(text: &str) -> Unusable {
    let first = text.split_whitespace().next().unwrap_or_default();
    let is_hex = first.bytes().all(|byte| byte.is_ascii_hexdigit());
    if first == "Algorithm" {
        Unusable::PowerShell
    } else if text.contains("CertUtil") || text.starts_with("SHA256 hash of") {
        Unusable::Certutil
    } else if is_hex && matches!(first.len(), 32 | 40 | 56 | 96 | 128) {
        Unusable::OtherDigest
    } else {
        Unusable::NoDigest
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
            format!("{ABC}  ./a.csv\n"),
            format!("SHA256 (a.csv) = {ABC}\n"),
            format!("SHA256 (a.csv) = {upper}\r\n"),
            format!("SHA256(a.csv)= {ABC}\n"),
            format!("SHA2-256(a.csv)= {ABC}\n"),
        ] {
            assert_eq!(stated(text.as_bytes(), "a.csv"), Stated::Digest(Digest::of(b"abc")));
        }
        let spaced = format!("{ABC}   b .csv\n");
        assert!(matches!(stated(spaced.as_bytes(), " b .csv"), Stated::Digest(_)));
    }

    #[test]
    fn a_name_may_hold_what_tools_escape_or_put_around_it() {
        let says = |text: String, name: &str| stated(text.as_bytes(), name);
        let right = Stated::Digest(Digest::of(b"abc"));
        assert_eq!(says(format!("\\{ABC}  a\\\\b.csv\n"), "a\\b.csv"), right);
        assert_eq!(says(format!("SHA256 (a) (1).csv) = {ABC}\n"), "a) (1).csv"), right);
        let other = Stated::Unusable(Unusable::OtherName);
        assert_eq!(says(format!("SHA256 (b.csv) = {ABC}\n"), "a.csv"), other);
    }

    #[test]
    fn windows_writes_utf_16_where_output_goes_into_a_file() {
        let upper = ABC.to_uppercase();
        for order in [u16::to_le_bytes, u16::to_be_bytes] {
            let text = format!("\u{feff}{upper}\r\n");
            let bytes: Vec<u8> = text.encode_utf16().flat_map(order).collect();
            assert_eq!(stated(&bytes, "a.csv"), Stated::Digest(Digest::of(b"abc")));
        }
        let half = [&b"\xff\xfe"[..], &[b'a'; 3]].concat();
        assert_eq!(stated(&half, "a.csv"), Stated::Unusable(Unusable::NoDigest));
    }

    #[test]
    fn answers_that_hold_more_than_the_digest_are_called_by_their_name() {
        let upper = ABC.to_uppercase();
        let table = format!(
            "\r\nAlgorithm       Hash                                 Path\r\n\
             ---------       ----                                 ----\r\n\
             SHA256          {upper}       C:\\a.csv\r\n"
        );
        let list =
            format!("\r\n\r\nAlgorithm : SHA256\r\nHash      : {upper}\r\nPath      : a.csv\r\n");
        let certutil =
            format!("SHA256 hash of a.csv:\r\n{ABC}\r\nCertUtil: -hashfile command completed\r\n");
        for (text, why) in [
            (table, Unusable::PowerShell),
            (list.clone(), Unusable::PowerShell),
            (certutil, Unusable::Certutil),
            (format!("{}  a.csv\n", &ABC[..32]), Unusable::OtherDigest),
            (format!("{ABC}{ABC}  a.csv\n"), Unusable::OtherDigest),
        ] {
            assert_eq!(stated(text.as_bytes(), "a.csv"), Stated::Unusable(why), "{text}");
        }
        let wide: Vec<u8> =
            format!("\u{feff}{list}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(stated(&wide, "a.csv"), Stated::Unusable(Unusable::PowerShell));
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
            format!("SHA256 a.csv = {ABC}"),
            format!("SHA256 (a.csv) {ABC}"),
            format!("SHA512 (a.csv) = {ABC}"),
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
