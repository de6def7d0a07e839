//! The signing key: OpenSSH Ed25519 files in, SSHSIG signatures out, byte for byte those of
//! `ssh-keygen -Y sign`. The private key is never shown, and never read from a file that others
//! can read.

mod permissions;
mod rotate;

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use ssh_key::rand_core::OsRng;
use ssh_key::{Algorithm, HashAlg, LineEnding, PrivateKey};

use super::StoreError;
use super::outbox::durable::{machine, write_new};
use crate::domain::Day;

/// What signatures are for; a signature of another namespace is no signature of a bundle.
pub const NAMESPACE: &str = "budgetd";

/// The name under which `allowed_signers` lists the key.
pub const PRINCIPAL: &str = "budgetd";

/// An Ed25519 key file has about 400 bytes; the rest is room for the comment.
const KEY_BYTES_MAX: u64 = 16 * 1024;

/// A key that signs bundles.
pub struct SigningKey {
    key: PrivateKey,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.fingerprint())
    }
}

impl SigningKey {
    /// Reads an unencrypted Ed25519 key in OpenSSH's format. Links are followed, since service
    /// managers hand keys over as such; what counts is the file that they end at. Refused where
    /// anyone but its owner can read it.
    pub fn load(path: &Path) -> Result<Self, StoreError> {
        let file = open(path)?;
        permissions::check(&file, path)?;
        let mut text = Vec::new();
        file.take(KEY_BYTES_MAX + 1)
            .read_to_end(&mut text)
            .map_err(machine("read the signing key", path))?;
        if text.len() as u64 > KEY_BYTES_MAX {
            return Err(refused(path, "the signing key is larger than any key", OTHER_KEY));
        }
        Self::parse(&text, path)
    }

    /// Makes a new key: the private part at `path` (0600), the public part beside it with `.pub`
    /// at its end (0644). Refused where either is there already.
    pub fn generate(path: &Path, comment: &str) -> Result<Self, StoreError> {
        let public_path = public_path(path);
        for taken in [path, &public_path] {
            if taken.symlink_metadata().is_ok() {
                let what = "a key is there already and is not overwritten";
                return Err(refused(taken, what, "move it away first, or name another file"));
            }
        }
        let key = Self::random(path, comment)?;
        key.write_private(path)?;
        write_beside(&public_path, key.public_line().as_bytes(), 0o644)?;
        Ok(key)
    }

    /// The fingerprint as `ssh-keygen -l` prints it: `SHA256:…`.
    pub fn fingerprint(&self) -> String {
        self.key.fingerprint(HashAlg::Sha256).to_string()
    }

    /// The public key in one line: `ssh-ed25519 AAAA… comment`.
    pub fn public_openssh(&self) -> String {
        self.key.public_key().to_openssh().expect("an Ed25519 public key always has an encoding")
    }

    /// The line that makes `ssh-keygen -Y verify -I budgetd -n budgetd` accept this key.
    pub fn allowed_signers_line(&self) -> String {
        self.listed_with("")
    }

    /// As [`SigningKey::allowed_signers_line`], for signatures from the beginning of `day` on, in
    /// whatever time zone that is read.
    pub fn allowed_signers_line_from(&self, day: Day) -> String {
        self.listed_with(&format!(",valid-after=\"{}\"", day.format("%Y%m%d")))
    }

    fn listed_with(&self, more: &str) -> String {
        let public = self.public_openssh();
        let mut words = public.split(' ');
        let (algorithm, key) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        format!("{PRINCIPAL} namespaces=\"{NAMESPACE}\"{more} {algorithm} {key}")
    }

    /// Whether a list of signers names this key for bundles, be it for a time only.
    pub(super) fn is_listed_in(&self, signers: &str) -> bool {
        super::bundle::lists(signers, self.key.public_key())
    }

    /// The signature of `message` in the namespace [`NAMESPACE`], as the text of a `.sig` file.
    /// The same message always gets the same signature.
    pub fn sign(&self, message: &[u8]) -> String {
        let signature = self
            .key
            .sign(NAMESPACE, HashAlg::Sha512, message)
            .expect("an unencrypted Ed25519 key signs any message");
        signature.to_pem(LineEnding::LF).expect("a signature always has an encoding")
    }

    fn random(path: &Path, comment: &str) -> Result<Self, StoreError> {
        let mut key = PrivateKey::random(&mut OsRng, Algorithm::Ed25519)
            .map_err(|error| machine("make a key", path)(std::io::Error::other(error)))?;
        key.set_comment(comment);
        Ok(Self { key })
    }

    /// Writes the private part at `path`, where nothing may be.
    fn write_private(&self, path: &Path) -> Result<(), StoreError> {
        let private = self
            .key
            .to_openssh(LineEnding::LF)
            .expect("an unencrypted Ed25519 key with a comment always has an encoding");
        write_beside(path, private.as_bytes(), 0o600)
    }

    /// The content of the file with the public part.
    fn public_line(&self) -> String {
        format!("{}\n", self.public_openssh())
    }

    fn parse(text: &[u8], path: &Path) -> Result<Self, StoreError> {
        let key = PrivateKey::from_openssh(text).map_err(|error| {
            refused(path, &format!("not an OpenSSH private key: {error}"), OTHER_KEY)
        })?;
        if key.is_encrypted() {
            let hint = format!(
                "a daemon can't ask for a passphrase; take it off with `ssh-keygen -p -N '' -f {}`, \
                 or hand the key over as a systemd credential",
                path.display()
            );
            return Err(refused(path, "the signing key is encrypted", &hint));
        }
        if key.algorithm() != Algorithm::Ed25519 {
            let what = format!("the signing key is {}, not Ed25519", key.algorithm());
            return Err(refused(path, &what, OTHER_KEY));
        }
        Ok(Self { key })
    }
}

const OTHER_KEY: &str = "make one with `budgetd keys new` or `ssh-keygen -t ed25519 -N ''`";

fn open(path: &Path) -> Result<File, StoreError> {
    use std::os::unix::fs::OpenOptionsExt;
    let nonblock = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let opened = std::fs::OpenOptions::new().read(true).custom_flags(nonblock).open(path);
    let file = match opened {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(refused(path, "there is no signing key", OTHER_KEY));
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            return Err(permissions::unreadable(path));
        }
        opened => opened.map_err(machine("open the signing key", path))?,
    };
    let metadata = file.metadata().map_err(machine("look at the signing key", path))?;
    if metadata.is_file() {
        Ok(file)
    } else {
        Err(refused(path, "the signing key is not a regular file", OTHER_KEY))
    }
}

/// The public part's file: `.pub` behind the name, as `ssh-keygen` has it.
fn public_path(path: &Path) -> PathBuf {
    with_ending(path, ".pub")
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn write_beside(path: &Path, bytes: &[u8], mode: u32) -> Result<(), StoreError> {
    let (folder, name) = folder_and_name(path)?;
    write_new(folder, name, bytes, mode)
}

fn folder_and_name(path: &Path) -> Result<(&Path, &str), StoreError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| {
        refused(path, "a key file needs a name of plain text", "name another file")
    })?;
    Ok((folder, name))
}

fn refused(path: &Path, what: &str, hint: &str) -> StoreError {
    StoreError::Refused { what: what.to_owned(), path: path.to_owned(), hint: hint.to_owned() }
}

#[cfg(test)]
mod tests;
