//! The large files of a snapshot: each shares all its blocks with the original, so it takes no room and hardly any time.
//!
//! One at a time: two threads take as long as one, or longer (see the bench).

use std::collections::HashMap;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use asbackup_reflink::beneath::{self, Mounts};
use rustix::fs::{AtFlags, IFlags, Mode, OFlags, Timespec, Timestamps, UTIME_OMIT};
use rustix::io::Errno;

use crate::snapshot::Snapshot;
use crate::stamp::{Kind, Stamp};
use crate::stamps::Entry;
use crate::tree::Parents;

/// Files of fewer bytes cost less to copy than to clone, and share little.
pub const MINIMUM: u64 = 1 << 20;

/// What has been cloned.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Files, further names of a file not counted.
    pub files: u64,
    /// Further names.
    pub links: u64,
    /// The sizes of those files.
    pub bytes: u64,
    /// Their extents: what the time goes with.
    pub extents: u64,
    /// What could not be cloned. Nothing of it is in the snapshot.
    pub skipped: Vec<Skipped>,
    /// How many were not tried any more: cancelled, or the file system takes nothing more.
    pub untried: u64,
    /// How long it took.
    pub time: Duration,
}

impl Report {
    /// Whether everything that was to be cloned has been.
    pub fn is_whole(&self) -> bool {
        self.skipped.is_empty() && self.untried == 0
    }
}

/// A file that was to be cloned and was not. Its `source()` says why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {why}", .path.display())]
pub struct Skipped {
    /// Relative to the source.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub why: Why,
}

/// Why a file was not cloned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// It is not there any more, or another one has its name, or its size is another one.
    #[error("it is not the file that was listed any more")]
    Changed,
    /// The kernel refused to read or clone it: OPNOTSUPP, XDEV for what is mounted below the source, TXTBSY for a file that
    /// is swapped to, INVAL for one on a realtime device.
    #[error("it can't be cloned")]
    Refused(#[source] Errno),
    /// The snapshot can't take it: NOSPC, DQUOT, IO; EXIST for a path that is listed twice.
    #[error("the snapshot can't take it")]
    Unwritable(#[source] Errno),
}

impl Why {
    /// Whether the next file would fare no better.
    fn ends_all(self) -> bool {
        match self {
            Self::Changed => false,
            Self::Unwritable(Errno::IO) => true,
            Self::Refused(errno) | Self::Unwritable(errno) => {
                matches!(errno, Errno::NOSPC | Errno::DQUOT | Errno::ROFS | Errno::NODEV | Errno::SHUTDOWN)
            }
        }
    }
}

impl Snapshot {
    /// Clones all listed regular files of at least `minimum` bytes, each under its path, with the time of its contents and for
    /// nobody but us to read. Names of one file become names of one clone. Looks at `cancel` between files.
    ///
    /// Nothing is ever copied instead: what can't be cloned is skipped, and said.
    pub fn clone_files(&self, source: BorrowedFd<'_>, entries: &[Entry], minimum: u64, cancel: &AtomicBool) -> Report {
        let began = Instant::now();
        let mut cloning = Cloning::new(source, self.directory.as_fd());
        let there = entries.iter().filter_map(|entry| Some((entry, entry.stamp?)));
        let mut wanted = there.filter(|(_, stamp)| stamp.kind == Kind::Regular && stamp.size >= minimum);
        while !cancel.load(Ordering::Relaxed) {
            let Some((entry, stamp)) = wanted.next() else { break };
            let Err(why) = cloning.freeze(&entry.path, &stamp) else { continue };
            cloning.report.skipped.push(Skipped { path: entry.path.clone(), why });
            if why.ends_all() {
                break;
            }
        }
        Report { untried: wanted.count() as u64, time: began.elapsed(), ..cloning.report }
    }
}

struct Cloning<'a> {
    originals: Parents<'a>,
    clones: Parents<'a>,
    /// Files of several names, by device and number: the path of the first in the snapshot.
    first: HashMap<((u32, u32), u64), PathBuf>,
    snapshot: BorrowedFd<'a>,
    report: Report,
}

impl<'a> Cloning<'a> {
    fn new(source: BorrowedFd<'a>, snapshot: BorrowedFd<'a>) -> Self {
        let originals = Parents::below(source, Mounts::Enter);
        let clones = Parents::below(snapshot, Mounts::Refuse);
        Self { originals, clones, first: HashMap::new(), snapshot, report: Report::default() }
    }

    fn freeze(&mut self, path: &Path, listed: &Stamp) -> Result<(), Why> {
        let original = self.open_listed(path, listed)?;
        let number = (listed.device, listed.inode);
        if let Some(first) = self.first.get(&number) {
            let firsts = Parents::below(self.snapshot, Mounts::Refuse);
            link(firsts, first, &mut self.clones, path).map_err(Why::Unwritable)?;
            self.report.links += 1;
            return Ok(());
        }
        self.clone_first(path, &original, listed)?;
        if listed.links > 1 {
            self.first.insert(number, path.to_owned());
        }
        Ok(())
    }

    fn clone_first(&mut self, path: &Path, original: &OwnedFd, listed: &Stamp) -> Result<(), Why> {
        let (directory, name) = self.clones.make(path).map_err(Why::Unwritable)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
        let clone = beneath::open(directory, name, flags, Mode::RUSR | Mode::WUSR, Mounts::Refuse);
        let clone = clone.map_err(Why::Unwritable)?;
        if let Err(why) = fill(&clone, original, listed) {
            let _ = rustix::fs::unlinkat(directory, name, AtFlags::empty());
            return Err(why);
        }
        self.report.files += 1;
        self.report.bytes += listed.size;
        // A file system without such a map has no extents that anybody could count.
        self.report.extents += asbackup_reflink::count_extents(&clone).unwrap_or(0);
        Ok(())
    }

    /// A pipe in its place holds nobody up, and nothing is opened but what was listed.
    fn open_listed(&mut self, path: &Path, listed: &Stamp) -> Result<OwnedFd, Why> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        let opened = self.originals.find(path).and_then(|(directory, name)| {
            // A device could do anything when opened.
            if !Stamp::of(directory, name)?.is_same_file(listed) {
                return Err(Errno::NOENT);
            }
            beneath::open(directory, name, flags, Mode::empty(), Mounts::Enter)
        });
        let original = opened.map_err(|errno| match errno {
            Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::NXIO => Why::Changed,
            _ => Why::Refused(errno),
        })?;
        let now = Stamp::of_open(original.as_fd()).map_err(Why::Refused)?;
        if now.is_same_file(listed) { Ok(original) } else { Err(Why::Changed) }
    }
}

fn fill(clone: &OwnedFd, original: &OwnedFd, listed: &Stamp) -> Result<(), Why> {
    match_copy_on_write(clone, original);
    rustix::fs::ioctl_ficlone(clone, original).map_err(Why::Refused)?;
    let size = Stamp::of_open(clone.as_fd()).map_err(Why::Unwritable)?.size;
    if size != listed.size {
        return Err(Why::Changed);
    }
    let time = listed.modified;
    let modified = Timespec { tv_sec: time.seconds, tv_nsec: time.nanoseconds.into() };
    let times = Timestamps { last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT }, last_modification: modified };
    rustix::fs::futimens(clone, &times).map_err(Why::Unwritable)
}

/// btrfs shares no blocks between a file that is overwritten in place (`chattr +C`) and one that is not. While a clone is empty
/// it can become either; where that fails, cloning says why.
fn match_copy_on_write(clone: &OwnedFd, original: &OwnedFd) {
    let (Ok(wanted), Ok(own)) = (rustix::fs::ioctl_getflags(original), rustix::fs::ioctl_getflags(clone)) else {
        return;
    };
    if (wanted ^ own).contains(IFlags::NOCOW) {
        let _ = rustix::fs::ioctl_setflags(clone, own ^ IFlags::NOCOW);
    }
}

/// Another name for a clone.
fn link(mut firsts: Parents<'_>, first: &Path, others: &mut Parents<'_>, path: &Path) -> Result<(), Errno> {
    let (from, name) = firsts.find(first)?;
    let (into, other) = others.make(path)?;
    rustix::fs::linkat(from, name, into, other, AtFlags::empty())
}
