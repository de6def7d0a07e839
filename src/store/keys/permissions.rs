//! Whether a key file is its owner's alone, by its mode bits or, where it has one, by its access
//! control list: systemd hands credentials to a service as files of root with one entry for the
//! service's user, and the mode then shows the list's mask (0440) where the group should be.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::super::StoreError;
use super::super::outbox::durable::machine;
use super::refused;

/// Where Linux keeps an access control list (acl(5)).
pub(super) const ACL_ATTRIBUTE: &str = "system.posix_acl_access";

/// A list of a credential has five entries; a longer one is not looked at, and not trusted.
const ACL_BYTES_MAX: usize = 4 + 8 * 64;

/// Refuses `file` if its group or anyone else can read it; the path is for the message.
pub(super) fn check(file: &File, path: &Path) -> Result<(), StoreError> {
    let metadata = file.metadata().map_err(machine("look at the signing key", path))?;
    let mode = metadata.mode() & 0o7777;
    let (group, others) = (mode & 0o070, mode & 0o007);
    if (group, others) == (0, 0) {
        return Ok(());
    }
    let user = rustix::process::geteuid().as_raw();
    if others == 0 && access_list(file).is_some_and(|list| admits_only(&list, user)) {
        return Ok(());
    }
    let what = format!("others than its owner can read the signing key (mode {mode:04o})");
    Err(refused(path, &what, &format!("run: chmod 600 {}", path.display())))
}

/// Why this user can't read the key at `path`, and who must own it.
pub(super) fn unreadable(path: &Path) -> StoreError {
    let user = rustix::process::geteuid().as_raw();
    let owner = path.metadata().ok().map(|found| (found.uid(), found.mode() & 0o7777));
    let whose = match owner {
        Some((owner, mode)) => format!("user {owner} owns it, mode {mode:04o}"),
        None => "the folder that it is in is closed to this user".to_owned(),
    };
    let what = format!("this user ({user}) can't read the signing key: {whose}");
    let path_shown = path.display();
    let hint = format!(
        "the daemon's user must own it, and its folder: as root, run `chown USER {path_shown} && chmod \
         600 {path_shown}`; commands by hand are run as that user"
    );
    refused(path, &what, &hint)
}

fn access_list(file: &File) -> Option<Vec<u8>> {
    let mut list = vec![0; ACL_BYTES_MAX];
    let length = rustix::fs::fgetxattr(file, ACL_ATTRIBUTE, &mut list[..]).ok()?;
    list.truncate(length);
    Some(list)
}

/// Whether an access control list admits nobody but the owner and `user`. The format is that of
/// the kernel's `posix_acl_xattr.h`: a version, then entries of tag, permissions and id, all in
/// little endian.
fn admits_only(list: &[u8], user: u32) -> bool {
    const VERSION: [u8; 4] = [2, 0, 0, 0];
    const OWNER: u16 = 0x01;
    const NAMED_USER: u16 = 0x02;
    const MASK: u16 = 0x10;
    let Some(entries) = list.strip_prefix(&VERSION) else { return false };
    if entries.len() % 8 != 0 {
        return false;
    }
    entries.chunks_exact(8).all(|entry| {
        let tag = u16::from_le_bytes([entry[0], entry[1]]);
        let permissions = u16::from_le_bytes([entry[2], entry[3]]);
        let id = u32::from_le_bytes([entry[4], entry[5], entry[6], entry[7]]);
        // Whatever else there is, owning group, named groups, others, must be let nothing.
        permissions == 0 || tag == OWNER || tag == MASK || (tag == NAMED_USER && id == user)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Entries of (tag, permissions, id).
    fn list(entries: &[(u16, u16, u32)]) -> Vec<u8> {
        let mut bytes = vec![2, 0, 0, 0];
        for (tag, permissions, id) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(permissions.to_le_bytes());
            bytes.extend(id.to_le_bytes());
        }
        bytes
    }

    const NONE: u32 = u32::MAX;

    #[test]
    fn a_credential_for_this_user_alone_is_admitted() {
        let credential =
            list(&[(1, 4, NONE), (2, 4, 990), (4, 0, NONE), (0x10, 4, NONE), (0x20, 0, NONE)]);
        assert!(admits_only(&credential, 990));
        assert!(!admits_only(&credential, 991));
    }

    #[test]
    fn a_key_that_cannot_be_read_is_told_with_its_owner_and_what_to_do() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let error = unreadable(file.path());
        let user = rustix::process::geteuid().as_raw();
        let what = format!("can't read the signing key: user {user} owns it, mode 0600: ");
        assert!(error.to_string().contains(&what), "{error}");
        let hint = error.hint().expect("a hint");
        assert!(hint.contains("chown USER ") && hint.contains("chmod 600 "), "{hint}");
        assert!(unreadable(Path::new("/nowhere/key")).to_string().contains("folder that it is in"));
    }

    #[test]
    fn a_list_that_lets_a_group_or_others_in_is_not() {
        assert!(!admits_only(&list(&[(1, 6, NONE), (4, 4, NONE), (0x20, 0, NONE)]), 990));
        assert!(!admits_only(&list(&[(1, 6, NONE), (8, 4, 990), (0x20, 0, NONE)]), 990));
        assert!(!admits_only(&list(&[(1, 6, NONE), (4, 0, NONE), (0x20, 4, NONE)]), 990));
        assert!(!admits_only(b"", 990));
        assert!(!admits_only(&[2, 0, 0, 0, 1], 990));
    }
}
