//! Whose signature counts: `allowed_signers` in the format of ssh-keygen(1), and the check of a
//! manifest's signature against it. What this accepts, `ssh-keygen -Y verify -I budgetd -n
//! budgetd` accepts at the same time; lines that need certificates to judge are not relied on here,
//! nor those that need a clock where nobody says what time it is.

use chrono::{Local, NaiveDate, NaiveDateTime, TimeZone as _, Utc};
use ssh_key::public::KeyData;
use ssh_key::{HashAlg, LineEnding, PublicKey, SshSig};

use super::super::keys::{NAMESPACE, PRINCIPAL};
use super::BundleFault;
use super::fault::brief;
use crate::domain::Instant;

/// The keys that may sign bundles, as of `at`; without a time, those that may at any.
pub(super) fn allowed(text: &str, at: Option<Instant>) -> Vec<KeyData> {
    let listed = text.lines().filter_map(listed_key);
    listed.filter(|(_, times)| times.hold(at)).map(|(key, _)| key).collect()
}

/// Whether `text` lists `key` for bundles, be it for a time only.
pub(in crate::store) fn lists(text: &str, key: &PublicKey) -> bool {
    text.lines().filter_map(listed_key).any(|(listed, _)| listed == *key.key_data())
}

/// The public key of that fingerprint, in one line, if `text` lists it for bundles.
pub(in crate::store) fn listed(text: &str, fingerprint: &str) -> Option<String> {
    let mut keys = text.lines().filter_map(listed_key).map(|(key, _)| PublicKey::from(key));
    let found = keys.find(|key| key.fingerprint(HashAlg::Sha256).to_string() == fingerprint)?;
    found.to_openssh().ok()
}

/// From when and until when a key may sign.
#[derive(Debug, Clone, Copy, Default)]
struct Times {
    after: Option<Instant>,
    before: Option<Instant>,
}

impl Times {
    fn hold(self, at: Option<Instant>) -> bool {
        match at {
            Some(at) => {
                self.after.is_none_or(|after| at >= after)
                    && self.before.is_none_or(|before| at <= before)
            }
            None => self.after.is_none() && self.before.is_none(),
        }
    }
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

/// The key of one line, if that line lets it sign bundles, and when.
fn listed_key(line: &str) -> Option<(KeyData, Times)> {
    let line = line.trim_start_matches([' ', '\t']);
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let (principals, rest) = principals(line)?;
    if !matches_list(PRINCIPAL, principals) {
        return None;
    }
    if let Some(key) = key(rest) {
        return Some((key, Times::default()));
    }
    let (options, rest) = split_options(rest);
    let times = admitted(options)?;
    Some((key(rest)?, times))
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

/// When `options` let the key sign bundles. `None`: never, where an option is unknown, or asks for
/// what can't be judged here, such as certificates.
fn admitted(options: &str) -> Option<Times> {
    let mut times = Times::default();
    let mut rest = options;
    while !rest.is_empty() {
        let end = unquoted(rest, |byte| byte == b',').unwrap_or(rest.len());
        let (option, behind) = rest.split_at(end);
        let (name, value) = option.split_once('=')?;
        let value = value.strip_prefix('"')?.strip_suffix('"')?;
        let is = |wanted: &str| name.eq_ignore_ascii_case(wanted);
        if is("valid-after") && times.after.is_none() {
            times.after = Some(time(value)?);
        } else if is("valid-before") && times.before.is_none() {
            times.before = Some(time(value)?);
        } else if !is("namespaces") || !matches_list(NAMESPACE, value) {
            return None;
        }
        rest = behind.strip_prefix(',').unwrap_or(behind);
    }
    Some(times)
}

/// A time as ssh-keygen(1) has it: YYYYMMDD, with HHMM or HHMMSS behind it or not, in this machine's
/// time zone, or in UTC with a Z at the end.
fn time(text: &str) -> Option<Instant> {
    let (digits, is_utc) = match text.strip_suffix('Z') {
        Some(digits) => (digits, true),
        None => (text, false),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let local: NaiveDateTime = match digits.len() {
        8 => NaiveDate::parse_from_str(digits, "%Y%m%d").ok()?.and_hms_opt(0, 0, 0)?,
        12 => NaiveDateTime::parse_from_str(&format!("{digits}00"), "%Y%m%d%H%M%S").ok()?,
        14 => NaiveDateTime::parse_from_str(digits, "%Y%m%d%H%M%S").ok()?,
        _ => return None,
    };
    if is_utc {
        return Some(Utc.from_utc_datetime(&local));
    }
    Local.from_local_datetime(&local).earliest().map(|time| time.to_utc())
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
            assert_eq!(allowed(&line, None).len(), 1, "{line}");
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
            assert_eq!(allowed(&line, None).len(), 0, "{line}");
        }
    }

    #[test]
    fn several_keys_may_sign() {
        let text = format!("garbage\nbudgetd {KEY}\n\nbudgetd {KEY}\n");
        assert_eq!(allowed(&text, None).len(), 2);
    }

    #[test]
    fn a_key_that_is_valid_for_a_time_counts_in_that_time_alone() {
        let at = |text: &str| Some(text.parse::<Instant>().expect("a time"));
        let options =
            "namespaces=\"budgetd\",valid-after=\"20260105Z\",valid-before=\"202602010630Z\"";
        let line = format!("budgetd {options} {KEY}");
        for (time, expected) in [
            (at("2026-01-04T23:59:59Z"), 0),
            (at("2026-01-05T00:00:00Z"), 1),
            (at("2026-02-01T06:30:00Z"), 1),
            (at("2026-02-01T06:30:01Z"), 0),
            (None, 0),
        ] {
            assert_eq!(allowed(&line, time).len(), expected, "{time:?}");
        }
        let key = PublicKey::from_openssh(KEY).expect("a key");
        assert!(lists(&line, &key), "it is listed, whatever the time");
        for odd in ["", "2026010", "20261301Z", "2026-01-05", "20260105T00"] {
            let line = format!("budgetd valid-after=\"{odd}\" {KEY}");
            assert_eq!(allowed(&line, at("2030-01-01T00:00:00Z")).len(), 0, "{odd}");
        }
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
