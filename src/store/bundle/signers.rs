//! Whose signature counts: `allowed_signers` in the format of ssh-keygen(1), and the check of a
//! manifest's signature against it. What this accepts, `ssh-keygen -Y verify -I budgetd -n
//! budgetd` accepts; lines that need a clock or certificates to judge are not relied on here.

use ssh_key::public::KeyData;
use ssh_key::{HashAlg, LineEnding, PublicKey, SshSig};

use super::super::keys::{NAMESPACE, PRINCIPAL};
use super::BundleFault;
use super::fault::brief;

/// The keys that may sign bundles.
pub(super) fn allowed(text: &str) -> Vec<KeyData> {
    text.lines().filter_map(allowed_key).collect()
}

/// Checks that `signature` is the text of a signature of `message`, for bundles, by one of
/// `allowed`; returns the signer's fingerprint.
pub(super) fn check(
    message: &[u8],
    signature: &[u8],
    allowed: &[KeyData],
) -> Result<String, BundleFault> {
    let malformed = |reason: String| BundleFault::SignatureMalformed { reason: brief(&reason) };
    let parsed = SshSig::from_pem(signature).map_err(|error| malformed(error.to_string()))?;
    // In this form alone: otherwise bytes of it could be changed and nobody would notice.
    let written = parsed.to_pem(LineEnding::LF).map_err(|error| malformed(error.to_string()))?;
    if written.as_bytes() != signature || parsed.version() != SshSig::VERSION {
        return Err(malformed("not in the form that ssh-keygen writes".to_owned()));
    }
    if parsed.namespace() != NAMESPACE {
        return Err(BundleFault::SignatureNamespace { found: brief(parsed.namespace()) });
    }
    let signer = PublicKey::from(parsed.public_key().clone());
    let fingerprint = signer.fingerprint(HashAlg::Sha256).to_string();
    if !allowed.contains(parsed.public_key()) {
        return Err(BundleFault::SignerUnknown { fingerprint });
    }
    match signer.verify(NAMESPACE, message, &parsed) {
        Ok(()) => Ok(fingerprint),
        Err(_) => Err(BundleFault::SignatureWrong { fingerprint }),
    }
}

/// The key of one line, if that line lets it sign bundles.
fn allowed_key(line: &str) -> Option<KeyData> {
    let line = line.trim_start_matches([' ', '\t']);
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let (principals, rest) = principals(line)?;
    if !matches_list(PRINCIPAL, principals) {
        return None;
    }
    if let Some(key) = key(rest) {
        return Some(key);
    }
    let (options, rest) = split_options(rest);
    admits_namespace(options)?;
    key(rest)
}

/// The first field, which may stand in quotes, and what follows it.
fn principals(line: &str) -> Option<(&str, &str)> {
    match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"'),
        None => line.split_once([' ', '\t']),
    }
}

/// `algorithm base64 comment`, the comment left out.
fn key(text: &str) -> Option<KeyData> {
    let mut words = text.split([' ', '\t']).filter(|word| !word.is_empty());
    let (algorithm, encoded) = (words.next()?, words.next()?);
    let key = PublicKey::from_openssh(&format!("{algorithm} {encoded}")).ok()?;
    Some(key.key_data().clone())
}

/// The options up to the first space outside quotes, and what follows.
fn split_options(text: &str) -> (&str, &str) {
    let text = text.trim_start_matches([' ', '\t']);
    let end = unquoted(text, |byte| matches!(byte, b' ' | b'\t')).unwrap_or(text.len());
    text.split_at(end)
}

/// Where the first byte outside quotes is that `wanted` wants; a backslash takes the meaning of
/// the quote behind it.
fn unquoted(text: &str, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            b'"' if !escaped => quoted = !quoted,
            byte if !quoted && wanted(byte) => return Some(place),
            _ => {}
        }
        escaped = byte == b'\\' && !escaped;
    }
    None
}

/// Whether `options` let the key sign bundles. `None` too where an option is unknown, or asks for
/// what can't be judged here: certificates, times.
fn admits_namespace(options: &str) -> Option<()> {
    let mut rest = options;
    while !rest.is_empty() {
        let end = unquoted(rest, |byte| byte == b',').unwrap_or(rest.len());
        let (option, behind) = rest.split_at(end);
        let (name, value) = option.split_once('=')?;
        let value = value.strip_prefix('"')?.strip_suffix('"')?;
        let admitted = name.eq_ignore_ascii_case("namespaces") && matches_list(NAMESPACE, value);
        if !admitted {
            return None;
        }
        rest = behind.strip_prefix(',').unwrap_or(behind);
    }
    Some(())
}

/// OpenSSH's lists of patterns (ssh_config(5), PATTERNS): parted by commas, `!` in front forbids.
fn matches_list(text: &str, patterns: &str) -> bool {
    let mut admitted = false;
    for pattern in patterns.split(',') {
        match pattern.strip_prefix('!') {
            Some(forbidden) if matches_pattern(text.as_bytes(), forbidden.as_bytes()) => {
                return false;
            }
            Some(_) => {}
            None => admitted |= matches_pattern(text.as_bytes(), pattern.as_bytes()),
        }
    }
    admitted
}

/// `*` stands for any run of bytes, `?` for one.
fn matches_pattern(text: &[u8], pattern: &[u8]) -> bool {
    let (mut at, mut in_pattern) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(in_pattern) {
            Some(b'*') => {
                star = Some((in_pattern, at));
                in_pattern += 1;
            }
            Some(&byte) if byte == b'?' || byte == text[at] => {
                at += 1;
                in_pattern += 1;
            }
            _ => match &mut star {
                // Let the last star take one more byte, and try again behind it.
                Some((place, taken)) => {
                    *taken += 1;
                    (at, in_pattern) = (*taken, *place + 1);
                }
                None => return false,
            },
        }
    }
    pattern[in_pattern..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From ssh-keygen(1)'s own kind of example: a key made for this test.
    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB9v4zjAgxEsHsOaJGrhTcDEMlVYgCUcDlqFBXuM2Z0H";

    #[test]
    fn lines_that_let_the_key_sign_bundles_are_taken() {
        for line in [
            format!("budgetd {KEY}"),
            format!("  budgetd\t{KEY} a comment"),
            format!("budgetd namespaces=\"budgetd\" {KEY}"),
            format!("budgetd NAMESPACES=\"file,budget?\" {KEY} x"),
            format!("someone@example.com,budget* {KEY}"),
            format!("\"budgetd\" {KEY}"),
            format!("* {KEY}"),
        ] {
            assert_eq!(allowed(&line).len(), 1, "{line}");
        }
    }

    #[test]
    fn lines_that_do_not_are_left_out() {
        for line in [
            String::new(),
            format!("# budgetd {KEY}"),
            format!("other {KEY}"),
            format!("*,!budgetd {KEY}"),
            format!("budgetd namespaces=\"git\" {KEY}"),
            format!("budgetd namespaces=\"*,!budgetd\" {KEY}"),
            format!("budgetd cert-authority {KEY}"),
            format!("budgetd valid-before=\"20300101\" {KEY}"),
            format!("budgetd namespaces=\"budgetd\",unknown=\"x\" {KEY}"),
            format!("budgetd namespaces=\"budgetd {KEY}"),
            "budgetd ssh-ed25519 AAAA".to_owned(),
            "budgetd".to_owned(),
        ] {
            assert_eq!(allowed(&line).len(), 0, "{line}");
        }
    }

    #[test]
    fn several_keys_may_sign() {
        let text = format!("garbage\nbudgetd {KEY}\n\nbudgetd {KEY}\n");
        assert_eq!(allowed(&text).len(), 2);
    }

    #[test]
    fn patterns_match_as_in_ssh_config() {
        for (text, pattern, expected) in [
            ("budgetd", "budgetd", true),
            ("budgetd", "b*d", true),
            ("budgetd", "*dget*", true),
            ("budgetd", "b?dgetd", true),
            ("budgetd", "budget", false),
            ("budgetd", "budgetd?", false),
            ("budgetd", "", false),
            ("aab", "*ab", true),
        ] {
            assert_eq!(matches_pattern(text.as_bytes(), pattern.as_bytes()), expected, "{pattern}");
        }
    }
}
