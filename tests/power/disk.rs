//! A disk whose power can be cut: an ext4 file system in a file, mounted by a loop device, shut
//! down as by a power cut, and mounted again.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use super::apart::{TEMPORARY, text, tool};

const BYTES: u64 = 512 << 20;

/// A file system in use is unmounted within this, once its last process is gone.
const FREE_WITHIN: Duration = Duration::from_secs(20);

/// `EXT4_IOC_SHUTDOWN` with `NOLOGFLUSH`: from here on nothing reaches the disk, neither data nor
/// what the journal holds in memory. A process of its own waits for the word, because the call
/// needs code that Rust calls unsafe.
const CUTTER: &str = "
import fcntl, os, struct, sys
for line in sys.stdin:
    folder = os.open(line.rstrip(), os.O_RDONLY)
    fcntl.ioctl(folder, 0x8004587D, struct.pack('I', 2))
    os.close(folder)
    print('cut', flush=True)
";

/// The disk, mounted over the room's temporary folder.
pub struct Disk {
    image: PathBuf,
    mounted: PathBuf,
    cutter: Child,
    word: ChildStdin,
    answer: BufReader<ChildStdout>,
}

impl Disk {
    /// A fresh file system, or why there can be none here.
    pub fn new(room: &Path) -> Result<Self, String> {
        let (image, mounted) = (room.join("disk.img"), room.join(TEMPORARY));
        File::create(&image).and_then(|file| file.set_len(BYTES)).map_err(|e| e.to_string())?;
        tool("mkfs.ext4", &["-q", "-F", text(&image)])?;
        let mut cutter = Command::new("python3")
            .args(["-c", CUTTER])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("python3: {error}"))?;
        let word = cutter.stdin.take().expect("piped");
        let answer = BufReader::new(cutter.stdout.take().expect("piped"));
        let disk = Self { image, mounted, cutter, word, answer };
        disk.mount()?;
        Ok(disk)
    }

    fn mount(&self) -> Result<(), String> {
        tool("mount", &["-o", "loop", text(&self.image), text(&self.mounted)])
    }

    /// Everything that is on it now outlives a cut.
    pub fn sync(&self) {
        let folder = File::open(&self.mounted).expect("opened");
        rustix::fs::syncfs(folder).expect("synced");
    }

    /// Cuts the power. Whoever still runs on it sees errors from here on.
    pub fn cut(&mut self) {
        writeln!(self.word, "{}", text(&self.mounted)).expect("told");
        let mut answer = String::new();
        self.answer.read_line(&mut answer).expect("answered");
        assert_eq!(answer, "cut\n", "this file system can't be shut down");
    }

    /// Mounts it again, as at the next start of the machine. Nobody may be on it any more.
    pub fn start_again(&self) {
        let begun = Instant::now();
        while let Err(error) = tool("umount", &[text(&self.mounted)]) {
            assert!(begun.elapsed() < FREE_WITHIN, "{error}");
            std::thread::sleep(Duration::from_millis(10));
        }
        self.mount().expect("mounted again");
    }

    /// Whether the file system itself is in order; it is unmounted for that.
    pub fn is_in_order(&self) -> Result<(), String> {
        tool("umount", &[text(&self.mounted)])?;
        let checked = tool("e2fsck", &["-f", "-n", text(&self.image)]);
        self.mount()?;
        checked
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // What fails here is taken away with the namespace.
        drop(tool("umount", &["--lazy", text(&self.mounted)]));
        drop(self.cutter.kill());
        drop(self.cutter.wait());
    }
}
