//! Freezes what is listed into a snapshot, each under its path and as the original is: contents, links, and all attributes.
//!
//! One at a time: two threads take as long as one, or longer (see the bench).

use std::cmp::Reverse;
use std::collections::HashMap;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use asbackup_reflink::beneath::{self, Mounts};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, StatxFlags, makedev, mkdirat, mknodat, symlinkat};
use rustix::io::Errno;

use crate::attributes::Attributes;
use crate::cloning;
use crate::report::{Report, Skipped, Why};
use crate::snapshot::Snapshot;
use crate::stamp::{FileNumber, Kind, Stamp};
use crate::stamps::Entry;
use crate::tree::Parents;

impl Snapshot {
    /// Freezes everything listed. Names of one file become names of one clone. Directories that lie above something listed and are
    /// not listed themselves are made for nobody but us. Looks at `cancel` in between.
    ///
    /// No contents are ever copied: what can't be cloned is skipped, and said.
    pub fn freeze(&self, source: BorrowedFd<'_>, entries: &[Entry], cancel: &AtomicBool) -> Report {
        let began = Instant::now();
        let mut freezing = Freezing::new(source, self.directory.as_fd());
        let mut wanted = in_order(entries);
        while !cancel.load(Ordering::Relaxed) {
            let Some((path, stamp)) = wanted.next() else { break };
            let Err(why) = freezing.freeze(path, &stamp) else { continue };
            freezing.report.skipped.push(Skipped { path: path.to_owned(), why });
            if why.ends_all() {
                break;
            }
        }
        Report { untried: wanted.count() as u64, time: began.elapsed(), ..freezing.report }
    }
}

/// What was there, directories last and from below: whatever is made in one changes its time.
fn in_order(entries: &[Entry]) -> impl Iterator<Item = (&Path, Stamp)> {
    let there = entries.iter().filter_map(|entry| Some((&*entry.path, entry.stamp?)));
    let (mut directories, others): (Vec<_>, Vec<_>) = there.partition(|(_, stamp)| stamp.kind == Kind::Directory);
    directories.sort_by_key(|(path, _)| Reverse(path.components().count()));
    others.into_iter().chain(directories)
}

struct Freezing<'a> {
    originals: Parents<'a>,
    copies: Parents<'a>,
    attributes: Attributes,
    /// Files of several names: the path of the first in the snapshot.
    first: HashMap<FileNumber, PathBuf>,
    snapshot: BorrowedFd<'a>,
    report: Report,
}

impl<'a> Freezing<'a> {
    fn new(source: BorrowedFd<'a>, snapshot: BorrowedFd<'a>) -> Self {
        Self {
            originals: Parents::below(source, Mounts::Enter),
            copies: Parents::below(snapshot, Mounts::Refuse),
            attributes: Attributes::new(),
            first: HashMap::new(),
            snapshot,
            report: Report::default(),
        }
    }

    fn freeze(&mut self, path: &Path, listed: &Stamp) -> Result<(), Why> {
        let original = self.open_listed(path, listed)?;
        let has_names = listed.kind != Kind::Directory && listed.links > 1;
        let number = listed.file();
        if let Some(first) = self.first.get(&number).filter(|_| has_names) {
            let firsts = Parents::below(self.snapshot, Mounts::Refuse);
            link(firsts, first, &mut self.copies, path).map_err(Why::Unwritable)?;
            self.report.links += 1;
            return Ok(());
        }
        self.copy(path, &original, listed)?;
        if has_names {
            self.first.insert(number, path.to_owned());
        }
        Ok(())
    }

    fn copy(&mut self, path: &Path, original: &OwnedFd, listed: &Stamp) -> Result<(), Why> {
        let (directory, name) = self.copies.make(path).map_err(Why::Unwritable)?;
        let copy = make(directory, name, original, listed.kind)?;
        let is_regular = listed.kind == Kind::Regular;
        let filled = if is_regular { cloning::fill(&copy, original, listed) } else { Ok(()) };
        if let Err(why) = filled.and_then(|()| self.attributes.copy(original.as_fd(), copy.as_fd())) {
            unlink(directory, name);
            return Err(why);
        }
        if !is_regular {
            self.report.others += 1;
            return Ok(());
        }
        self.report.files += 1;
        self.report.bytes += listed.size;
        // A file system without such a map has no extents that anybody could count.
        self.report.extents += asbackup_reflink::count_extents(&copy).unwrap_or(0);
        Ok(())
    }

    /// Nothing is opened for reading but a file that was listed as a regular one: a device could do anything then. A pipe in its
    /// place holds nobody up. All else is only named.
    fn open_listed(&mut self, path: &Path, listed: &Stamp) -> Result<OwnedFd, Why> {
        let flags = match listed.kind {
            Kind::Regular => OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY,
            _ => OFlags::PATH,
        };
        let opened = self.originals.find(path).and_then(|(directory, name)| {
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

/// Makes an empty one of the same kind, for nobody but us, and opens it. On an error nothing of ours is left.
fn make(directory: BorrowedFd<'_>, name: &Path, original: &OwnedFd, kind: Kind) -> Result<OwnedFd, Why> {
    let open = |flags, mode| beneath::open(directory, name, flags, mode, Mounts::Refuse).map_err(Why::Unwritable);
    match kind {
        Kind::Regular => {
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
            return open(flags, Mode::RUSR | Mode::WUSR);
        }
        // It may have been made for what is in it; the top has no name.
        Kind::Directory => match mkdirat(directory, name, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST | Errno::NOENT) => {}
            Err(errno) => return Err(Why::Unwritable(errno)),
        },
        Kind::Link => {
            let target = rustix::fs::readlinkat(original, c"", Vec::new()).map_err(Why::Refused)?;
            symlinkat(&target, directory, name).map_err(Why::Unwritable)?;
        }
        Kind::Other => make_node(directory, name, original)?,
    }
    let directories_only = if kind == Kind::Directory { OFlags::DIRECTORY } else { OFlags::empty() };
    open(OFlags::PATH | directories_only, Mode::empty()).inspect_err(|_| unlink(directory, name))
}

/// A pipe, a socket or a device.
fn make_node(directory: BorrowedFd<'_>, name: &Path, original: &OwnedFd) -> Result<(), Why> {
    let of = rustix::fs::statx(original, c"", AtFlags::EMPTY_PATH, StatxFlags::BASIC_STATS);
    let of = of.map_err(Why::Refused)?;
    let (kind, device) = (FileType::from_raw_mode(of.stx_mode.into()), makedev(of.stx_rdev_major, of.stx_rdev_minor));
    mknodat(directory, name, kind, Mode::RUSR | Mode::WUSR, device).map_err(Why::Unwritable)
}

/// A directory stays, since something may be in it by now.
fn unlink(directory: BorrowedFd<'_>, name: &Path) {
    let _ = rustix::fs::unlinkat(directory, name, AtFlags::empty());
}

/// Another name for what is in the snapshot.
fn link(mut firsts: Parents<'_>, first: &Path, others: &mut Parents<'_>, path: &Path) -> Result<(), Errno> {
    let (from, name) = firsts.find(first)?;
    let (into, other) = others.make(path)?;
    rustix::fs::linkat(from, name, into, other, AtFlags::empty())
}
