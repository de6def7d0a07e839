//! Mounts that are gone when the test ends, however it ends.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A file system of a test's own.
pub struct Mount(Option<PathBuf>);

impl Mount {
    /// Mounts a file system of `kind` at `at`; `None` where this machine doesn't let us.
    pub fn new(kind: &str, options: &str, at: &Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", kind, "-o", options, "budgetd-test"]).arg(at).stderr(Stdio::null());
        mount.status().is_ok_and(|status| status.success()).then(|| Self(Some(at.to_owned())))
    }

    /// Unmounts it, as soon as nobody is in it.
    pub fn end(mut self) {
        let at = self.0.take().expect("it is mounted");
        super::place::wait_until("it is unmounted", || {
            Command::new("umount")
                .arg(&at)
                .stderr(Stdio::null())
                .status()
                .expect("it runs")
                .success()
        });
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        if let Some(at) = &self.0 {
            // Lazily: whoever is still in it must not keep it.
            drop(Command::new("umount").arg("-l").arg(at).status());
        }
    }
}
