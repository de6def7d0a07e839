//! The list of a backup's files with their digests ↔ `SHA256SUMS` as coreutils' `sha256sum` writes
//! and checks it, names with backslashes and line ends included.

use std::collections::BTreeMap;

use crate::domain::Digest;

/// The files of a backup by path below it, with `/` between the parts.
pub type Sums = BTreeMap<String, Digest>;

/// The text of `SHA256SUMS`: one line each, by path.
pub fn render(sums: &Sums) -> String {
    sums.iter().map(|(path, digest)| line(path, *digest)).collect()
}

fn line(path: &str, digest: Digest) -> String {
    if path.contains(['\\', '\n', '\r']) {
        let escaped = path.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
        return format!("\\{digest}  {escaped}\n");
    }
    format!("{digest}  {path}\n")
}

/// Reads what [`render`] writes. The error names the line and what is wrong with it.
pub fn parse(text: &str) -> Result<Sums, (usize, &'static str)> {
    let mut sums = Sums::new();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let (path, digest) = entry(line).map_err(|what| (index + 1, what))?;
        if sums.insert(path, digest).is_some() {
            return Err((index + 1, "a file stands twice"));
        }
    }
    Ok(sums)
}

fn entry(line: &str) -> Result<(String, Digest), &'static str> {
    let line = line.strip_suffix('\n').ok_or("the line has no end")?;
    let (is_escaped, line) = match line.strip_prefix('\\') {
        Some(line) => (true, line),
        None => (false, line),
    };
    let (digest, path) = line.split_once("  ").ok_or("no digest, two spaces and a path")?;
    let digest = Digest::parse(digest).ok_or("not a SHA-256 digest in 64 hexadecimal digits")?;
    let path = if is_escaped { unescaped(path).ok_or("not an escaped path")? } else { path.into() };
    if is_path_below(&path) { Ok((path, digest)) } else { Err("a path that leads elsewhere") }
}

fn unescaped(text: &str) -> Option<String> {
    let mut path = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        path.push(match character {
            '\\' => match characters.next()? {
                '\\' => '\\',
                'n' => '\n',
                'r' => '\r',
                _ => return None,
            },
            other => other,
        });
    }
    Some(path)
}

/// Whether `path` names something below the folder that it is read in.
pub fn is_path_below(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | "..")) && !path.contains('\0')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digest of nothing (FIPS 180-4).
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn the_list_is_what_sha256sum_writes() {
        let digest = Digest::of(b"");
        let sums = Sums::from([("a/b c".to_owned(), digest), ("a\\b\nc".to_owned(), digest)]);
        // As coreutils 9.1 prints it.
        let text = format!("{EMPTY}  a/b c\n\\{EMPTY}  a\\\\b\\nc\n");
        assert_eq!(render(&sums), text);
        assert_eq!(parse(&text), Ok(sums));
    }

    #[test]
    fn a_list_that_leads_out_of_the_backup_is_refused_with_its_line() {
        for path in ["../x", "/x", "a//x", "a/../x", ".", "a/", ""] {
            let text = format!("{EMPTY}  a\n{EMPTY}  {path}\n");
            assert_eq!(parse(&text).expect_err("refused").0, 2, "{path}");
        }
        for text in [format!("{EMPTY}  a"), format!("{EMPTY} a\n"), format!("\\{EMPTY}  a\\x\n")] {
            assert_eq!(parse(&text).expect_err("refused").0, 1, "{text}");
        }
        assert_eq!(parse(&format!("{EMPTY}  a\n{EMPTY}  a\n")).expect_err("twice").0, 2);
    }
}
