//! Real file systems on loop devices, and files made on them.
//!
//! The file systems are mounted in a mount namespace of their own, whose only process ends when the test does, whatever
//! becomes of that: then the kernel unmounts them and detaches the loop devices.

#![allow(dead_code)]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use tempfile::TempDir;

pub const MEBIBYTE: u64 = 1 << 20;

/// One to be made: its name, mkfs, and its size in MiB.
pub type Wanted = (&'static str, &'static [&'static str], u64);

pub const XFS: &[&str] = &["mkfs.xfs", "-q", "-K"];
pub const BTRFS: &[&str] = &["mkfs.btrfs", "-q", "-K"];
pub const EXT4: &[&str] = &["mkfs.ext4", "-q", "-E", "lazy_itable_init=0,nodiscard"];

/// Mounted file systems.
pub struct Disks {
    child: Child,
    _stdin: ChildStdin,
    pub images: TempDir,
}

/// `None` for those who can't mount anything; in CI nobody is excused.
pub fn disks(wanted: &[Wanted]) -> Option<Disks> {
    made(wanted, "off")
}

/// Reading and writing them is reading and writing the medium below, and not memory.
pub fn direct_disks(wanted: &[Wanted]) -> Option<Disks> {
    made(wanted, "on")
}

fn made(wanted: &[Wanted], direct: &str) -> Option<Disks> {
    if fs::metadata("/proc/self").expect("/proc").uid() == 0 {
        return Some(Disks::make(wanted, direct));
    }
    assert!(std::env::var_os("CI").is_none(), "run these tests as root: they make loop devices");
    eprintln!("skipped: needs root");
    None
}

impl Disks {
    fn make(wanted: &[Wanted], direct: &str) -> Self {
        let images = tempfile::Builder::new().prefix("disks-").tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("room");
        let mut script = "set -e; mount -t tmpfs -o size=1m bench /mnt".to_owned();
        for (name, mkfs, mebibytes) in wanted {
            let image = images.path().join(name);
            File::create(&image).and_then(|file| file.set_len(mebibytes * MEBIBYTE)).expect("an image");
            run(Command::new(mkfs[0]).env("PATH", PATH).args(&mkfs[1..]).arg(&image));
            // Detached at once means: as soon as it isn't mounted any more.
            let losetup = format!("losetup --direct-io={direct} --find --show {}", image.display());
            script += &format!("; d=$({losetup}); mkdir /mnt/{name}; mount $d /mnt/{name}; losetup --detach $d");
        }
        let mut command = Command::new("unshare");
        command.env("PATH", PATH);
        command.args([
            "--mount",
            "--propagation",
            "private",
            "sh",
            "-c",
            &(script + "; echo ready; read -r end || true"),
        ]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("unshare");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        assert_eq!(line, "ready\n", "the file systems can't be mounted");
        Self { _stdin: child.stdin.take().expect("piped"), child, images }
    }

    /// Where the test finds a file system.
    pub fn path(&self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root/mnt/{name}", self.child.id()))
    }

    /// A directory on a file system, empty.
    pub fn directory(&self, disk: &str, name: &str) -> PathBuf {
        let path = self.path(disk).join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a directory");
        path
    }

    /// Runs a program where the file systems are below /mnt.
    pub fn run(&self, words: &[&str]) {
        run(self.command(words[0]).args(&words[1..]));
    }

    /// A program that will run where the file systems are below /mnt.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("nsenter");
        command.env("PATH", PATH).arg(format!("--mount=/proc/{}/ns/mnt", self.child.id())).arg(program);
        command
    }

    /// What a path of the test is called in there.
    pub fn inside(&self, path: &Path) -> PathBuf {
        let top = format!("/proc/{}/root", self.child.id());
        Path::new("/").join(path.strip_prefix(top).expect("a path of a file system"))
    }
}

impl Drop for Disks {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

pub fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Bytes that are not those of another seed.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut bytes = vec![0; length];
    random.fill(&mut bytes);
    bytes
}

/// Makes a file of noise; its directories, too.
pub fn write(path: &Path, seed: u64, length: usize) {
    fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
    fs::write(path, noise(seed, length)).expect("a file");
}

/// Writes into a file that is there.
pub fn patch(path: &Path, at: u64, bytes: &[u8]) {
    let file = File::options().write(true).open(path).expect("a file");
    file.write_all_at(bytes, at).expect("room");
}

pub fn clone(from: &Path, to: &Path) {
    run(Command::new("cp").args(["-a", "--reflink=always"]).args([from, to]));
}

/// Clones a range; both files are there.
pub fn clone_range(from: (&Path, u64), to: (&Path, u64), length: u64) {
    let words = format!("reflink {} {} {} {length}", from.0.display(), from.1, to.1);
    run(Command::new("xfs_io").env("PATH", PATH).args(["-c", &words]).arg(to.0));
}

/// Bytes of a file system that are in use, once all is on the medium.
pub fn used(path: &Path) -> u64 {
    let top = File::open(path).expect("a directory");
    rustix::fs::syncfs(&top).expect("a sound disk");
    let stat = rustix::fs::fstatvfs(&top).expect("a file system");
    (stat.f_blocks - stat.f_bfree) * stat.f_frsize
}
