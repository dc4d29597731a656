//! Source directories with everything that a file system can hold, and with every name that has ever caused trouble.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{AtFlags, CWD, FileType, Gid, Mode, Timespec, Timestamps, Uid, XattrFlags};

use crate::run;

/// Makes files below one directory.
pub struct Tree {
    /// The directory.
    pub top: PathBuf,
}

impl Tree {
    /// Makes the directory if it is missing.
    pub fn new(top: PathBuf) -> Self {
        fs::create_dir_all(&top).expect("a source directory");
        Self { top }
    }

    /// The path of something below the top.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.top.join(name)
    }

    /// Makes a file, and the directories above it.
    pub fn file(&self, name: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("below the top")).expect("its directory");
        fs::write(&path, contents).expect("a file");
        path
    }

    /// Removes everything below the top.
    pub fn clear(&self) {
        fs::remove_dir_all(&self.top).expect("the source");
        fs::create_dir(&self.top).expect("the source");
    }

    /// Makes a directory, and those above it.
    pub fn directory(&self, name: impl AsRef<Path>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(&path).expect("a directory");
        path
    }

    /// Makes a file of `size` bytes without holes, of which no two blocks are alike.
    pub fn noise(&self, name: impl AsRef<Path>, size: usize) -> PathBuf {
        let path = self.file(name, "");
        let mut file = File::create(&path).expect("just made");
        let mut block = noise_block(u64::try_from(size).expect("64 bits") | 1);
        for start in (0..size).step_by(BLOCK) {
            block[..8].copy_from_slice(&start.to_le_bytes());
            let length = BLOCK.min(size - start);
            file.write_all(&block[..length]).expect("a write");
        }
        path
    }

    /// Makes a file of `size` bytes of which only the first and the last few are written.
    pub fn sparse(&self, name: impl AsRef<Path>, size: u64) -> PathBuf {
        let path = self.file(name, b"first");
        let mut file = File::options().write(true).open(&path).expect("just made");
        file.seek(SeekFrom::Start(size - 4)).expect("a seek");
        file.write_all(b"last").expect("a write");
        path
    }

    /// Makes a few ordinary files and directories, about `kibibytes` in each of three files.
    pub fn simple(&self, kibibytes: usize) {
        self.noise("repository/full.vbk", kibibytes * 1024);
        self.noise("repository/increment.vib", kibibytes * 1024 + 1);
        self.noise("config/big.bco", kibibytes * 1024 + 2);
        self.file("config/job.vbm", "<job/>\n");
        self.file("empty.file", "");
        self.directory("empty directory");
    }

    /// Makes enough that a copy can be held in the middle: three files of 64 MiB, and a last one.
    pub fn heavy(&self) {
        for name in ["a", "b", "c"] {
            self.noise(Path::new("heavy").join(name), 64 << 20);
        }
        self.file("heavy/last", "the last one");
    }

    /// Makes everything that ext4, xfs and btrfs hold.
    pub fn everything(&self) {
        self.simple(100);
        self.owners_and_modes();
        self.links();
        self.attributes();
        self.special_files();
        self.sparse("sparse.img", 64 << 20);
        self.times();
    }

    fn owners_and_modes(&self) {
        for (name, owner, mode) in [
            ("owners/setuid", 1234, 0o4755),
            ("owners/setgid", 4321, 0o2750),
            ("owners/nothing", 0, 0o000),
            ("owners/huge owner", 4_000_000_000, 0o640),
        ] {
            let path = self.file(name, name);
            give_to(&path, owner);
            // After the owner, since a change of the owner takes the setuid bit away.
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("a mode");
        }
        let sticky = self.directory("owners/sticky");
        give_to(&sticky, 77);
        fs::set_permissions(&sticky, Permissions::from_mode(0o3777)).expect("a mode");
    }

    fn links(&self) {
        let first = self.file("links/first", "one file with three names");
        fs::hard_link(&first, self.path("links/second")).expect("a hard link");
        self.directory("links/below");
        fs::hard_link(&first, self.path("links/below/third")).expect("a hard link");
        symlink("first", self.path("links/relative")).expect("a link");
        symlink("nowhere/at all", self.path("links/dangling")).expect("a link");
        symlink("/etc/passwd", self.path("links/absolute")).expect("a link");
        symlink("../..", self.path("links/up")).expect("a link");
        let owner = (Some(Uid::from_raw(55)), Some(Gid::from_raw(66)));
        let path = self.path("links/relative");
        rustix::fs::chownat(CWD, path, owner.0, owner.1, AtFlags::SYMLINK_NOFOLLOW).expect("chown");
    }

    fn attributes(&self) {
        let path = self.file("attributes/file", "with attributes");
        let none = XattrFlags::empty();
        rustix::fs::setxattr(&path, "user.veeam", b"\0\xffbinary", none).expect("user.");
        rustix::fs::setxattr(&path, "trusted.asbackup", b"kept", none).expect("trusted.");
        // cap_net_raw+ep, version 2 of the capability attribute.
        let capability = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        rustix::fs::setxattr(&path, "security.capability", &capability, none).expect("security.");
        run(Command::new("setfacl").args(["--modify", "u:1234:rw,g:77:r"]).arg(&path));
        let directory = self.directory("attributes/with defaults");
        run(Command::new("setfacl").args(["--modify", "u:1234:rwx,d:u:99:rx"]).arg(directory));
    }

    fn special_files(&self) {
        self.directory("special");
        let mode = Mode::from_raw_mode(0o640);
        for (name, kind, device) in [
            ("fifo", FileType::Fifo, 0),
            ("socket", FileType::Socket, 0),
            ("null", FileType::CharacterDevice, rustix::fs::makedev(1, 3)),
            ("disk", FileType::BlockDevice, rustix::fs::makedev(7, 250)),
        ] {
            let path = self.path("special").join(name);
            rustix::fs::mknodat(CWD, path, kind, mode, device).expect("mknod");
        }
    }

    /// Nanoseconds, a time long ago and one in the future; directories last, since writing in them changes theirs.
    fn times(&self) {
        set_time(&self.path("empty.file"), 1_234_567_890, 987_654_321);
        set_time(&self.path("links/dangling"), 1_000_000_000, 1);
        set_time(&self.path("repository/full.vbk"), 1, 999_999_999);
        set_time(&self.path("config/job.vbm"), 4_000_000_000, 500);
        set_time(&self.path("empty directory"), 1_111_111_111, 111_111_111);
        set_time(&self.path("links"), 1_222_222_222, 222_222_222);
    }

    /// Makes a file and a directory for each of [`evil_names`].
    pub fn evil_names(&self) {
        for name in evil_names() {
            let name = OsStr::from_bytes(&name);
            self.file(Path::new("files").join(name), name.as_bytes());
            self.file(Path::new("directories").join(name).join("inside"), "x");
        }
    }

    /// Makes `count` files of a few bytes, a thousand to a directory.
    pub fn many(&self, count: usize) {
        for number in 0..count {
            let name = format!("many/{:03}/file-{number}", number / 1000);
            if number % 1000 == 0 {
                self.file(&name, number.to_string());
            } else {
                fs::write(self.path(&name), number.to_string()).expect("a small file");
            }
        }
    }
}

const BLOCK: usize = 1 << 20;

fn noise_block(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut block = Vec::with_capacity(BLOCK);
    while block.len() < BLOCK {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        block.extend_from_slice(&state.to_le_bytes());
    }
    block
}

/// Names that ext4, xfs and btrfs hold and that must be copied as they are. The longest have 255 bytes, which is the limit.
pub fn evil_names() -> Vec<Vec<u8>> {
    let mut names: Vec<Vec<u8>> = [
        "line\nbreak",
        "\n",
        "carriage\rreturn",
        "tab\tand\x1bescape",
        "-rf",
        "--delete",
        "'single' \"double\" `back`",
        "$HOME $(reboot)",
        "back\\slash",
        "*?[]",
        "[a-z]*",
        "\\#012",
        "\\#",
        " leading",
        "trailing ",
        " ",
        "...",
        "..hidden",
        "a|b",
        "f -> g",
        "*deleting   x",
        "100% (xfr#1, to-chk=0/1)",
        "Ärger – 日本語",
        "A\u{308}rger",
        "Case",
        "case",
        "colon:",
        "~",
        "#comment",
        ";",
        "+ rule",
        "- rule",
    ]
    .iter()
    .map(|name| name.as_bytes().to_vec())
    .collect();
    names.push(b"latin-1 \xe4\xf6\xfc".to_vec());
    names.push(b"\xff\xfe\x80".to_vec());
    names.push(vec![b'n'; 255]);
    names.push("ä".repeat(127).into_bytes());
    names.push((1..=31).chain([127]).collect());
    names
}

/// Makes `owner` the owner; the group is half of its number.
pub fn give_to(path: &Path, owner: u32) {
    let (uid, gid) = (Uid::from_raw(owner), Gid::from_raw(owner / 2));
    rustix::fs::chown(path, Some(uid), Some(gid)).expect("chown");
}

/// Sets the times of the last change and access; of a symbolic link itself, not of what it points to.
pub fn set_time(path: &Path, seconds: i64, nanoseconds: i64) {
    let time = Timespec { tv_sec: seconds, tv_nsec: nanoseconds };
    let times = Timestamps { last_access: time, last_modification: time };
    rustix::fs::utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW).expect("utimensat");
}
