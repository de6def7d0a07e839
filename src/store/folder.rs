//! A handle on one folder, and everything that is done to the names in it. All work goes through
//! the handle and through single names, so that swapping a folder or a file for a link redirects
//! nothing; links are never followed below it.

use std::ffi::OsStr;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rustix::fs::{self, Access, AtFlags, Mode, OFlags, RenameFlags, ResolveFlags};
use rustix::io::{Errno, retry_on_intr};

use super::StoreError;
use super::object::{Identity, Object, ObjectKind};
use crate::domain::text;

/// A folder that was open when it was checked, and stays that folder whatever its name now means.
#[derive(Debug)]
pub struct Folder {
    pub(super) handle: OwnedFd,
    /// For messages, and to see whether the name still means this folder. Nothing is opened by it.
    path: PathBuf,
}

/// The end of an attempt to open a file for reading.
#[derive(Debug)]
pub enum Opened {
    /// A regular file, as it was when it was opened.
    File {
        /// The handle.
        file: File,
        /// Its state.
        identity: Identity,
        /// Whether it has one name only.
        one_link: bool,
    },
    /// There is nothing of that name.
    Absent,
    /// Something else, which was not opened.
    Other(ObjectKind),
}

/// The end of a move that replaces nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// It is where it was to go.
    Done,
    /// There was nothing to move.
    SourceAbsent,
    /// The name was taken; nothing was moved.
    TargetTaken,
}

/// What is done with each name of a folder, and with what it is if that is known already.
pub type EachName<'a> = dyn FnMut(&OsStr, Option<ObjectKind>) -> Result<(), StoreError> + 'a;

impl Folder {
    /// Opens the folder at `path`, following links: for paths that the configuration names.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(path, OFlags::empty())
    }

    /// Opens the folder at `path`; its last part may not be a link.
    pub fn open_unlinked(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(path, OFlags::NOFOLLOW)
    }

    fn open_with(path: &Path, extra: OFlags) -> Result<Self, StoreError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | extra;
        let handle = fs::open(path, flags, Mode::empty())
            .map_err(|errno| not_opened(errno, path.to_owned()))?;
        Ok(Self { handle, path: path.to_owned() })
    }

    /// Opens the folder `name` in this one, which may not be a link.
    pub fn beneath(&self, name: &OsStr) -> Result<Self, StoreError> {
        let path = self.path_of(name);
        let handle = self
            .open_at(single(self, name)?, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())
            .map_err(|errno| not_opened(errno, path.clone()))?;
        Ok(Self { handle, path })
    }

    /// As [`Folder::beneath`], made with `mode` (less the umask) where there is none.
    pub fn beneath_or_new(&self, name: &OsStr, mode: u32) -> Result<Self, StoreError> {
        match fs::mkdirat(&self.handle, single(self, name)?, Mode::from_raw_mode(mode)) {
            // Made durable before anything is put into it: a file in a folder that a power cut
            // takes away is lost.
            Ok(()) => self.sync()?,
            Err(Errno::EXIST) => {}
            Err(errno) => return Err(self.failed("can't make the folder", name, errno)),
        }
        self.beneath(name)
    }

    /// Whether `name` in it is what has this device and inode.
    pub(super) fn is_at(&self, name: &OsStr, id: (u64, u64)) -> Result<bool, StoreError> {
        match fs::statat(&self.handle, single(self, name)?, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok((stat.st_dev, stat.st_ino) == id),
            Err(Errno::NOENT) => Ok(false),
            Err(errno) => Err(self.failed("can't look at", name, errno)),
        }
    }

    /// The path that it was opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of `name` in it, for messages.
    pub fn path_of(&self, name: &OsStr) -> PathBuf {
        self.path.join(name)
    }

    /// The device and inode of the folder.
    pub fn device_and_inode(&self) -> Result<(u64, u64), StoreError> {
        let stat = fs::fstat(&self.handle)
            .map_err(|errno| machine("can't look at the folder", &self.path, errno))?;
        Ok((stat.st_dev, stat.st_ino))
    }

    /// Whether its path still leads to it: not after it was renamed, removed or mounted over.
    pub fn is_in_place(&self) -> Result<bool, StoreError> {
        match fs::stat(&self.path) {
            Ok(stat) => Ok((stat.st_dev, stat.st_ino) == self.device_and_inode()?),
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(false),
            Err(errno) => Err(machine("can't look at the folder", &self.path, errno)),
        }
    }

    /// What `name` stands for; `None`: nothing.
    pub fn look(&self, name: &OsStr) -> Result<Option<Object>, StoreError> {
        match fs::statat(&self.handle, single(self, name)?, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(Object::of(&stat))),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(self.failed("can't look at", name, errno)),
        }
    }

    /// Whether this user may read `name`. Where the kernel can't say, the answer is yes, and
    /// opening it will tell.
    pub fn is_readable(&self, name: &OsStr) -> Result<bool, StoreError> {
        let flags = AtFlags::EACCESS | AtFlags::SYMLINK_NOFOLLOW;
        let may = fs::accessat(&self.handle, single(self, name)?, Access::READ_OK, flags);
        Ok(!matches!(may, Err(Errno::ACCESS | Errno::PERM)))
    }

    /// Opens the regular file `name` for reading. Never blocks, and opens nothing else: a name is
    /// looked at first, because opening a device can have effects, and again through the handle,
    /// because it may have been swapped in between.
    pub fn open_file(&self, name: &OsStr) -> Result<Opened, StoreError> {
        match self.look(name)? {
            None => return Ok(Opened::Absent),
            Some(Object::Other(kind)) => return Ok(Opened::Other(kind)),
            Some(Object::File { .. }) => {}
        }
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        let handle = match self.open_at(name, flags, Mode::empty()) {
            Ok(handle) => handle,
            Err(Errno::NOENT) => return Ok(Opened::Absent),
            Err(Errno::LOOP) => return Ok(Opened::Other(ObjectKind::Symlink)),
            Err(Errno::NXIO) => return Ok(Opened::Other(ObjectKind::Socket)),
            // Another file is mounted over it.
            Err(Errno::XDEV) => return Ok(Opened::Other(ObjectKind::Unknown)),
            // AGAIN: its sender holds a lease on it.
            Err(Errno::ACCESS | Errno::PERM | Errno::AGAIN) => {
                return Ok(Opened::Other(ObjectKind::Unreadable));
            }
            Err(errno) => return Err(self.failed("can't open", name, errno)),
        };
        let stat = fs::fstat(&handle).map_err(|errno| self.failed("can't look at", name, errno))?;
        Ok(match Object::of(&stat) {
            Object::File { identity, one_link } => {
                Opened::File { file: handle.into(), identity, one_link }
            }
            Object::Other(kind) => Opened::Other(kind),
        })
    }

    /// Makes the file `name`, which must not be there, with `mode` less the umask.
    pub fn create_file(&self, name: &OsStr, mode: u32) -> Result<File, StoreError> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
        self.open_at(single(self, name)?, flags, Mode::from_raw_mode(mode))
            .map(File::from)
            .map_err(|errno| self.failed("can't create", name, errno))
    }

    /// Renames `name` to `to_name` in `to`, replacing nothing. `None`: the two are on different
    /// file systems. Not durable before both folders are synced.
    pub fn try_move_new(
        &self,
        name: &OsStr,
        to: &Self,
        to_name: &OsStr,
    ) -> Result<Option<Moved>, StoreError> {
        let (name, to_name) = (single(self, name)?, single(to, to_name)?);
        match self.rename_new(name, to, to_name) {
            Ok(()) => Ok(Some(Moved::Done)),
            Err(Errno::NOENT) => Ok(Some(Moved::SourceAbsent)),
            Err(Errno::EXIST) => Ok(Some(Moved::TargetTaken)),
            Err(Errno::XDEV) => Ok(None),
            Err(errno) => Err(self.failed("can't rename", name, errno)),
        }
    }

    /// As [`Folder::try_move_new`], for folders that must be on one file system.
    pub fn move_new(&self, name: &OsStr, to: &Self, to_name: &OsStr) -> Result<Moved, StoreError> {
        self.try_move_new(name, to, to_name)?.ok_or_else(|| StoreError::Refused {
            what: format!("this folder is on another file system than {}", self.path.display()),
            path: to.path.clone(),
            hint: "what is renamed between these two must not be mounted apart".to_owned(),
        })
    }

    /// Renames `name` to `to_name` in `to`, in place of what has that name; a folder there is an
    /// error.
    pub(super) fn move_over(
        &self,
        name: &OsStr,
        to: &Self,
        to_name: &OsStr,
    ) -> Result<(), StoreError> {
        let (name, to_name) = (single(self, name)?, single(to, to_name)?);
        fs::renameat(&self.handle, name, &to.handle, to_name)
            .map_err(|errno| self.failed("can't rename", name, errno))
    }

    /// As [`Folder::try_move_new`], with the system's own answer.
    pub(super) fn rename_new(&self, name: &OsStr, to: &Self, to_name: &OsStr) -> Result<(), Errno> {
        let (from, into) = (&self.handle, &to.handle);
        match fs::renameat_with(from, name, into, to_name, RenameFlags::NOREPLACE) {
            // Some network file systems don't know the flag. There, look first: what can slip in
            // between comes from a sender who replaces his own file.
            Err(Errno::INVAL | Errno::NOSYS) => {
                fs::statat(from, name, AtFlags::SYMLINK_NOFOLLOW)?;
                match fs::statat(into, to_name, AtFlags::SYMLINK_NOFOLLOW) {
                    Err(Errno::NOENT) => fs::renameat(from, name, into, to_name),
                    Err(errno) => Err(errno),
                    Ok(_) => Err(Errno::EXIST),
                }
            }
            result => result,
        }
    }

    /// Removes `name`, which is no folder; whether it was there.
    pub fn remove(&self, name: &OsStr) -> Result<bool, StoreError> {
        match fs::unlinkat(&self.handle, single(self, name)?, AtFlags::empty()) {
            Ok(()) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(errno) => Err(self.failed("can't remove", name, errno)),
        }
    }

    /// Calls `f` with each name and, where the file system tells it for free, what else than a
    /// regular file it is. The order is the file system's.
    pub fn each_name(&self, f: &mut EachName<'_>) -> Result<(), StoreError> {
        let failed = |errno| machine("can't list the folder", &self.path, errno);
        for entry in fs::Dir::read_from(&self.handle).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name == "." || name == ".." {
                continue;
            }
            let kind = ObjectKind::of(entry.file_type());
            f(name, (kind != ObjectKind::Unknown).then_some(kind))?;
        }
        Ok(())
    }

    /// Makes its names durable.
    pub fn sync(&self) -> Result<(), StoreError> {
        retry_on_intr(|| fs::fsync(&self.handle))
            .map_err(|errno| machine("can't make the folder durable", &self.path, errno))
    }

    /// Makes the bytes of the regular file `name` durable, where it can be opened.
    pub fn sync_file(&self, name: &OsStr) -> Result<(), StoreError> {
        let Opened::File { file, .. } = self.open_file(name)? else { return Ok(()) };
        file.sync_all().map_err(|error| machine("can't make durable", &self.path_of(name), error))
    }

    /// Opens `name` in this folder without leaving it and without following a link. Names are
    /// single parts, so `O_NOFOLLOW` says the same as openat2 where the kernel lacks that call
    /// or a sandbox forbids it.
    fn open_at(&self, name: &OsStr, flags: OFlags, mode: Mode) -> Result<OwnedFd, Errno> {
        static HAS_OPENAT2: AtomicBool = AtomicBool::new(true);
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        if HAS_OPENAT2.load(Ordering::Relaxed) {
            let resolve = ResolveFlags::BENEATH
                | ResolveFlags::NO_SYMLINKS
                | ResolveFlags::NO_MAGICLINKS
                | no_xdev(flags);
            match retry_on_intr(|| fs::openat2(&self.handle, name, flags, mode, resolve)) {
                Err(Errno::NOSYS) => HAS_OPENAT2.store(false, Ordering::Relaxed),
                Err(Errno::PERM | Errno::AGAIN | Errno::INVAL) => {}
                result => return result,
            }
        }
        retry_on_intr(|| fs::openat(&self.handle, name, flags, mode))
    }

    /// The error for `what` failing at `name`.
    pub(super) fn failed(&self, what: &'static str, name: &OsStr, errno: Errno) -> StoreError {
        machine(what, &self.path_of(name), errno)
    }
}

/// 16 hexadecimal digits that nobody has had before: 64 bits keyed by the system's random source,
/// mixed with the process and a counter. No clock is read.
pub fn unique_hex() -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("{:016x}", RandomState::new().hash_one((std::process::id(), count)))
}

/// A file is never one that was mounted over a name; a folder of an operator may be.
fn no_xdev(flags: OFlags) -> ResolveFlags {
    if flags.contains(OFlags::DIRECTORY) { ResolveFlags::empty() } else { ResolveFlags::NO_XDEV }
}

/// The error for `what` failing at `path`.
pub(super) fn machine(what: &'static str, path: &Path, source: impl Into<io::Error>) -> StoreError {
    StoreError::machine(what, path, source.into())
}

fn not_opened(errno: Errno, path: PathBuf) -> StoreError {
    if matches!(errno, Errno::LOOP | Errno::NOTDIR) {
        return StoreError::Refused {
            what: "a link or a file stands where a folder must be".to_owned(),
            path,
            hint: "remove it, or name the real folder in [paths]".to_owned(),
        };
    }
    machine("can't open the folder", &path, errno)
}

/// A name that means one entry of the folder and nothing else.
pub(super) fn single<'a>(folder: &Folder, name: &'a OsStr) -> Result<&'a OsStr, StoreError> {
    let bytes = name.as_bytes();
    if bytes.is_empty() || bytes.contains(&b'/') || matches!(bytes, b"." | b"..") {
        return Err(StoreError::Refused {
            what: format!(
                "\"{}\" is not the name of a file in this folder",
                text::escape(&name.to_string_lossy())
            ),
            path: folder.path.clone(),
            hint: "a name has no slash and is neither . nor ..".to_owned(),
        });
    }
    Ok(name)
}
