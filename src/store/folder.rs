//! A handle on one folder, and everything that is done to the names in it. All work goes through
//! the handle and through single names, so that swapping a folder or a file for a link redirects
//! nothing; links are never followed below it.

use std::ffi::OsStr;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rustix::fs::{self, Access, AtFlags, FileType, Mode, OFlags, RenameFlags, ResolveFlags, Stat};
use rustix::io::{Errno, retry_on_intr};

use super::StoreError;
use crate::domain::text;

/// Unfinished files begin with this: a leading dot hides them from every reader of these folders.
const TEMPORARY_PREFIX: &str = ".tmp-";

/// A folder that was open when it was checked, and stays that folder whatever its name now means.
#[derive(Debug)]
pub struct Folder {
    handle: OwnedFd,
    /// For messages, and to see whether the name still means this folder. Nothing is opened by it.
    path: PathBuf,
}

/// One state of one file: if two of these are equal, nothing was done to the file in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The file system.
    pub device: u64,
    /// The file in it.
    pub inode: u64,
    /// Bytes.
    pub size: u64,
    /// When its content last changed, as the sender may have set it: seconds and nanoseconds
    /// since 1970.
    pub modified: (i64, u64),
    /// When anything about it last changed, which nobody can set: a rename counts.
    pub changed: (i64, u64),
}

impl Identity {
    /// Whether the content is the same as far as can be told. Unlike equality this outlives a
    /// rename.
    pub fn same_version(&self, other: &Self) -> bool {
        (self.device, self.inode, self.size, self.modified)
            == (other.device, other.inode, other.size, other.modified)
    }

    fn of(stat: &Stat) -> Self {
        Self {
            device: stat.st_dev,
            inode: stat.st_ino,
            // A size is never negative; this keeps a file system that says so harmless.
            size: u64::try_from(stat.st_size).unwrap_or(u64::MAX),
            modified: (stat.st_mtime, stat.st_mtime_nsec),
            changed: (stat.st_ctime, stat.st_ctime_nsec),
        }
    }
}

/// What a name stands for, looked at without following it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// A regular file.
    File {
        /// Its state.
        identity: Identity,
        /// Whether this name is its only one.
        one_link: bool,
    },
    /// Anything else.
    Other(ObjectKind),
}

/// What a drop folder may hold that is never read, followed or moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// A symbolic link.
    Symlink,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// A character or block device.
    Device,
    /// A folder.
    Directory,
    /// A regular file with further names, through which it could change after it was checked.
    HardLink,
    /// A regular file that this user may not read.
    Unreadable,
    /// None of these.
    Unknown,
}

impl ObjectKind {
    /// Its stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Symlink => "symlink",
            Self::Fifo => "fifo",
            Self::Socket => "socket",
            Self::Device => "device",
            Self::Directory => "directory",
            Self::HardLink => "hard_link",
            Self::Unreadable => "unreadable",
            Self::Unknown => "unknown",
        }
    }

    fn of(file_type: FileType) -> Self {
        match file_type {
            FileType::Symlink => Self::Symlink,
            FileType::Fifo => Self::Fifo,
            FileType::Socket => Self::Socket,
            FileType::CharacterDevice | FileType::BlockDevice => Self::Device,
            FileType::Directory => Self::Directory,
            FileType::RegularFile | FileType::Unknown => Self::Unknown,
        }
    }
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
            Ok(stat) => Ok(Some(object_of(&stat))),
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
            Err(Errno::ACCESS | Errno::PERM) => return Ok(Opened::Other(ObjectKind::Unreadable)),
            Err(errno) => return Err(self.failed("can't open", name, errno)),
        };
        let stat = fs::fstat(&handle).map_err(|errno| self.failed("can't look at", name, errno))?;
        Ok(match object_of(&stat) {
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

    fn rename_new(&self, name: &OsStr, to: &Self, to_name: &OsStr) -> Result<(), Errno> {
        let (from, into) = (&self.handle, &to.handle);
        match fs::renameat_with(from, name, into, to_name, RenameFlags::NOREPLACE) {
            // Some network file systems don't know the flag. There, look first: what can slip in
            // between comes from a sender who replaces his own file.
            Err(Errno::INVAL | Errno::NOSYS) => {
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

    /// Writes the file `name`, which must not be there; whoever sees it sees all of it, also
    /// after a power cut. `mode` is taken less the umask.
    pub fn write_new(&self, name: &OsStr, bytes: &[u8], mode: u32) -> Result<(), StoreError> {
        let name = single(self, name)?;
        let temporary = self.write_temporary(bytes, mode)?;
        match self.rename_new(OsStr::new(&temporary), self, name) {
            // The name is durable before anybody is told that the file is there.
            Ok(()) => self.sync(),
            Err(errno) => {
                self.remove(OsStr::new(&temporary))?;
                Err(self.not_created(name, errno))
            }
        }
    }

    /// Writes the file `name` in place of what has that name, by one rename: whoever looks sees
    /// the old content or the new, also after a power cut. A link of that name is replaced, not
    /// followed. `mode` is taken less the umask.
    pub fn replace(&self, name: &OsStr, bytes: &[u8], mode: u32) -> Result<(), StoreError> {
        let name = single(self, name)?;
        let temporary = self.write_temporary(bytes, mode)?;
        match fs::renameat(&self.handle, &*temporary, &self.handle, name) {
            Ok(()) => self.sync(),
            Err(errno) => {
                self.remove(OsStr::new(&temporary))?;
                Err(self.not_replaced(name, errno))
            }
        }
    }

    fn not_created(&self, name: &OsStr, errno: Errno) -> StoreError {
        if errno == Errno::EXIST {
            return StoreError::Refused {
                what: "a file of this name is there already".to_owned(),
                path: self.path_of(name),
                hint: "move it away; it is not overwritten".to_owned(),
            };
        }
        self.failed("can't write", name, errno)
    }

    fn not_replaced(&self, name: &OsStr, errno: Errno) -> StoreError {
        if matches!(errno, Errno::ISDIR | Errno::NOTEMPTY | Errno::EXIST) {
            return StoreError::Refused {
                what: "a folder stands where a file is to be written".to_owned(),
                path: self.path_of(name),
                hint: "remove the folder".to_owned(),
            };
        }
        self.failed("can't write", name, errno)
    }

    /// Writes and syncs a file under a name of its own, and returns that name. The content is
    /// durable before any rename gives it a name that somebody reads: a rename that survives a
    /// power cut while the bytes don't would show an empty file.
    fn write_temporary(&self, bytes: &[u8], mode: u32) -> Result<String, StoreError> {
        let temporary = temporary_name();
        let name = OsStr::new(&temporary);
        let mut file = self.create_file(name, mode)?;
        if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_all()) {
            // The first failure is the one to report; a leftover is swept at the next start.
            let _ = self.remove(name);
            return Err(machine("can't write", &self.path_of(name), error));
        }
        Ok(temporary)
    }

    /// Removes what an interrupted write left; how many files. Only for a caller that no other
    /// writer of this folder can run beside.
    pub fn remove_temporaries(&self) -> Result<u64, StoreError> {
        let mut left = Vec::new();
        self.each_name(&mut |name, _| {
            if is_temporary(name) {
                left.push(name.to_owned());
            }
            Ok(())
        })?;
        let mut removed = 0;
        for name in left {
            if matches!(self.look(&name)?, Some(Object::File { .. })) {
                removed += u64::from(self.remove(&name)?);
            }
        }
        Ok(removed)
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

    /// Opens `name` in this folder without leaving it and without following a link. Names are
    /// single parts, so `O_NOFOLLOW` says the same as openat2 where the kernel lacks that call
    /// or a sandbox forbids it.
    fn open_at(&self, name: &OsStr, flags: OFlags, mode: Mode) -> Result<OwnedFd, Errno> {
        static HAS_OPENAT2: AtomicBool = AtomicBool::new(true);
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        if HAS_OPENAT2.load(Ordering::Relaxed) {
            let resolve =
                ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
            match retry_on_intr(|| fs::openat2(&self.handle, name, flags, mode, resolve)) {
                Err(Errno::NOSYS) => HAS_OPENAT2.store(false, Ordering::Relaxed),
                Err(Errno::PERM | Errno::AGAIN | Errno::INVAL) => {}
                result => return result,
            }
        }
        retry_on_intr(|| fs::openat(&self.handle, name, flags, mode))
    }

    fn failed(&self, what: &'static str, name: &OsStr, errno: Errno) -> StoreError {
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

/// The error for `what` failing at `path`.
pub(super) fn machine(what: &'static str, path: &Path, source: impl Into<io::Error>) -> StoreError {
    StoreError::Machine { what, path: path.to_owned(), source: source.into() }
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

fn object_of(stat: &Stat) -> Object {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => {
            Object::File { identity: Identity::of(stat), one_link: stat.st_nlink == 1 }
        }
        other => Object::Other(ObjectKind::of(other)),
    }
}

/// A name to write under before a file gets its own.
pub fn temporary_name() -> String {
    format!("{TEMPORARY_PREFIX}{}", unique_hex())
}

fn is_temporary(name: &OsStr) -> bool {
    name.as_bytes()
        .strip_prefix(TEMPORARY_PREFIX.as_bytes())
        .is_some_and(|rest| rest.len() == 16 && rest.iter().all(u8::is_ascii_hexdigit))
}

/// A name that means one entry of the folder and nothing else.
fn single<'a>(folder: &Folder, name: &'a OsStr) -> Result<&'a OsStr, StoreError> {
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
