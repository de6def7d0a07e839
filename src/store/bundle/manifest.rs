//! `SHA256SUMS`: which files a bundle has, each with its digest, in the format of `sha256sum`.

use std::collections::BTreeMap;

use crate::domain::Digest;

/// The manifest's file.
pub const MANIFEST: &str = "SHA256SUMS";

/// The signature of the manifest.
pub const SIGNATURE: &str = "SHA256SUMS.sig";

/// Files of a bundle; one has about a dozen.
pub(super) const FILES_MAX: usize = 1_000;

/// How deep folders in a bundle go: `advice/…`, and room.
pub(super) const DEPTH_MAX: usize = 4;

/// The longest manifest: that of the most files with long names.
pub(in crate::store) const MANIFEST_BYTES_MAX: u64 = 512 * 1024;

/// The files that a manifest lists, by name.
pub(in crate::store) type Listed = BTreeMap<String, Digest>;

/// The manifest of `files`: one line each, by name.
pub(in crate::store) fn render(files: &BTreeMap<&str, Digest>) -> Vec<u8> {
    use std::fmt::Write;
    let mut text = String::new();
    for (name, digest) in files {
        writeln!(text, "{digest}  {name}").expect("writing to a string does not fail");
    }
    text.into_bytes()
}

/// Whether a file of a bundle may be called so: plain letters, digits, `.`, `_` and `-`, nothing
/// hidden, in at most [`DEPTH_MAX`] parts. Neither the manifest nor its signature lists itself.
pub(in crate::store) fn is_file_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let part = |part: &str| {
        part.bytes().all(plain)
            && part.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
    };
    name.len() <= 200
        && name.split('/').count() <= DEPTH_MAX
        && name.split('/').all(part)
        && name != MANIFEST
        && name != SIGNATURE
}

/// Reads a manifest, in exactly the form in which [`render`] writes it. The error names the line
/// and what is wrong with it.
pub(in crate::store) fn parse(bytes: &[u8]) -> Result<Listed, (usize, &'static str)> {
    let mut listed = Listed::new();
    for (index, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let (name, digest) = entry(line).map_err(|what| (index + 1, what))?;
        if listed.last_key_value().is_some_and(|(last, _)| *last >= name) {
            return Err((index + 1, "the names are not in order, or one stands twice"));
        }
        listed.insert(name, digest);
        if listed.len() > FILES_MAX {
            return Err((index + 1, "more files than a bundle has"));
        }
    }
    Ok(listed)
}

fn entry(line: &[u8]) -> Result<(String, Digest), &'static str> {
    let line = std::str::from_utf8(line).map_err(|_| "not plain text")?;
    let line = line.strip_suffix('\n').ok_or("the line has no end")?;
    let (digest, name) = line.split_once("  ").ok_or("no digest, two spaces and a name")?;
    let digest = Digest::parse(digest).ok_or("not a SHA-256 digest in 64 hexadecimal digits")?;
    if is_file_name(name) {
        Ok((name.to_owned(), digest))
    } else {
        Err("not the name of a file of a bundle")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digest of nothing (FIPS 180-4).
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn a_manifest_is_what_sha256sum_writes() {
        let files = BTreeMap::from([("b.txt", Digest::of(b"")), ("a/b.csv", Digest::of(b""))]);
        let text = format!("{EMPTY}  a/b.csv\n{EMPTY}  b.txt\n");
        assert_eq!(render(&files), text.as_bytes());
        let names: Vec<String> = parse(text.as_bytes()).expect("reads").into_keys().collect();
        assert_eq!(names, ["a/b.csv", "b.txt"]);
    }

    #[test]
    fn names_that_lead_out_of_the_bundle_are_none() {
        for name in [
            "../x",
            "/x",
            "a/../x",
            "a//x",
            "a/",
            ".x",
            "a/.x",
            "-x",
            "a\\b",
            "a b",
            "",
            "é",
            "SHA256SUMS",
            "SHA256SUMS.sig",
            "a/b/c/d/e",
        ] {
            assert!(!is_file_name(name), "{name}");
        }
        assert!(is_file_name("advice/model_card.json"));
    }

    #[test]
    fn a_manifest_in_another_form_is_refused_with_its_line() {
        let line = |name: &str| format!("{EMPTY}  {name}\n");
        for (text, at) in [
            (format!("{}{}", line("a"), line("a")), 2),
            (format!("{}{}", line("b"), line("a")), 2),
            (format!("{EMPTY} *a\n"), 1),
            (format!("{EMPTY}  a"), 1),
            (format!("{}  a\n", EMPTY.to_uppercase()), 1),
            ("\n".to_owned(), 1),
            (line("../a"), 1),
        ] {
            assert_eq!(parse(text.as_bytes()).expect_err("refused").0, at, "{text}");
        }
    }
}
