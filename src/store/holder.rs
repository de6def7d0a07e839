//! A lock that is held → who holds it: by the kernel's list of locks where that can be seen, else by
//! the note that a holder of this program leaves in the lock's file.

use std::fmt;
use std::fs;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

use crate::domain::text::escape;

/// A note is a number and a command; whoever wrote more of it is not listened to.
const NOTE_BYTES_MAX: usize = 512;

/// As much of a command tells people which one it is.
const COMMAND_CHARS_MAX: usize = 120;

/// A process that holds a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its number.
    pub pid: i32,
    /// Its command line, escaped, where it can be seen.
    pub command: Option<String>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.command {
            Some(command) => write!(f, "process {}: {command}", self.pid),
            None => write!(f, "process {}", self.pid),
        }
    }
}

/// Who holds the lock of `path`, which somebody does; `None`: it can't be told from here.
pub fn holder(path: &Path) -> Option<Holder> {
    let note = note_in(path);
    let by_kernel = fs::read_to_string("/proc/locks").ok().and_then(|list| {
        let found = fs::symlink_metadata(path).ok()?;
        listed(&list, found.dev(), found.ino())
    });
    let Some(pid) = by_kernel else {
        // A holder that was killed leaves its note behind.
        return note.filter(|holder| is_alive(holder.pid));
    };
    let seen = fs::read(format!("/proc/{pid}/cmdline")).ok().and_then(|line| command_of(&line));
    let noted = note.filter(|holder| holder.pid == pid).and_then(|holder| holder.command);
    Some(Holder { pid, command: seen.or(noted) })
}

/// Notes in the lock's own file that this process holds it. A note is a help for people: where it
/// can't be left, the lock is as good without.
pub(super) fn note(file: &fs::File) {
    let own = fs::read("/proc/self/cmdline").ok().and_then(|line| command_of(&line));
    let text = format!("{} {}\n", std::process::id(), own.unwrap_or_default());
    if file.write_all_at(text.as_bytes(), 0).is_ok() {
        drop(file.set_len(text.len() as u64));
    }
}

fn note_in(path: &Path) -> Option<Holder> {
    let file = fs::File::open(path).ok()?;
    let mut bytes = [0; NOTE_BYTES_MAX];
    let length = file.read_at(&mut bytes, 0).ok()?;
    let text = std::str::from_utf8(&bytes[..length]).ok()?;
    let (pid, command) = text.strip_suffix('\n')?.split_once(' ')?;
    let pid = pid.parse().ok().filter(|pid| *pid > 0)?;
    Some(Holder { pid, command: (!command.is_empty()).then(|| escape(command)) })
}

fn is_alive(pid: i32) -> bool {
    // Not to be let is to be there.
    Pid::from_raw(pid)
        .is_some_and(|pid| matches!(test_kill_process(pid), Ok(()) | Err(Errno::PERM)))
}

/// The process that has locked the file of that device and inode, by the text of `/proc/locks`
/// (proc_locks(5)): `1: FLOCK  ADVISORY  WRITE 708 00:13:5441 0 EOF`. A line with `->` waits.
fn listed(list: &str, device: u64, inode: u64) -> Option<i32> {
    let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
    let file = format!("{major:02x}:{minor:02x}:{inode}");
    list.lines().find_map(|line| {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        match words[..] {
            // In a container the holder may be one that has no number here.
            [_, "FLOCK", _, "WRITE", pid, found, ..] if found == file => {
                pid.parse().ok().filter(|pid| *pid > 0)
            }
            _ => None,
        }
    })
}

/// A command line as the kernel has it, with a zero behind each word.
fn command_of(line: &[u8]) -> Option<String> {
    let words: Vec<_> = line.split(|byte| *byte == 0).filter(|word| !word.is_empty()).collect();
    let mut text = escape(&String::from_utf8_lossy(&words.join(&b' ')));
    if let Some((end, _)) = text.char_indices().nth(COMMAND_CHARS_MAX) {
        text.truncate(end);
        text.push('…');
    }
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_list_names_who_holds_and_not_who_waits() {
        let list = "1: POSIX  ADVISORY  WRITE 11 08:01:77 0 EOF\n\
                    2: FLOCK  ADVISORY  WRITE 708 08:01:77 0 EOF\n\
                    2: -> FLOCK  ADVISORY  WRITE 12 08:01:77 0 EOF\n\
                    3: FLOCK  ADVISORY  WRITE 0 08:01:78 0 EOF\n";
        let device = rustix::fs::makedev(8, 1);
        assert_eq!(listed(list, device, 77), Some(708));
        assert_eq!(listed(list, device, 78), None, "of another container");
        assert_eq!(listed(list, device, 79), None);
    }

    #[test]
    fn a_note_counts_as_long_as_its_process_lives_and_is_no_text_to_trust() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("work.lock");
        let noted = |text: &str| {
            fs::write(&path, text).expect("written");
            note_in(&path)
        };
        let import = noted("4711 budgetd import \u{1b}[2J\n").expect("a note");
        assert_eq!(import.to_string(), "process 4711: budgetd import \\u{1b}[2J");
        assert_eq!(noted("-1 all of them\n"), None);
        assert_eq!(noted("12 torn"), None);
        assert_eq!(noted(""), None);
        assert!(is_alive(i32::try_from(std::process::id()).expect("a number")));
        let mut child = std::process::Command::new("true").spawn().expect("it runs");
        let gone = i32::try_from(child.id()).expect("a number");
        child.wait().expect("ended");
        assert!(!is_alive(gone));
    }

    #[test]
    fn a_holder_that_leaves_no_note_is_found_and_one_that_does_is_named() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("work.lock");
        let own = i32::try_from(std::process::id()).expect("a number");
        let lock = super::super::lock::Lock::try_acquire(&path).expect("possible").expect("free");
        if fs::read_to_string("/proc/locks").is_ok_and(|list| list.contains("FLOCK")) {
            assert_eq!(holder(&path).map(|holder| holder.pid), Some(own));
        }
        lock.note();
        let noted = note_in(&path).expect("a note");
        assert_eq!(noted.pid, own);
        assert!(noted.command.is_some_and(|command| command.contains("budgetd")), "of the tests");
        assert_eq!(holder(&path).map(|holder| holder.pid), Some(own));
    }
}
