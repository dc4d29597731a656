//! Which blocks a snapshot has alone, and whether the originals still have the others: what maps of extents tell.

use std::collections::HashSet;
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use asbackup_reflink::beneath::{self, Mounts};
use asbackup_reflink::{Dirty, Extent, Extents};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::snapshot::Snapshot;
use crate::stamp::{Kind, Stamp};
use crate::stamps::{Entry, Failed};
use crate::tree;

const READ: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

impl Snapshot {
    /// What removing this snapshot would set free: the extents that nobody else has any more, in bytes. What is shared with
    /// another snapshot only is not counted. Of compressed files the length of their contents counts, which is more than they take.
    /// btrfs gives extents up as a whole only, so it counts one that the source has a part of as shared.
    ///
    /// Each file's map is read once; with btrfs the kernel looks up the owners of each extent, which takes longer.
    ///
    /// # Errors
    /// Cancelled, or something of it can't be read.
    pub fn exclusive_bytes(&self, cancel: &AtomicBool) -> Result<u64, Failed> {
        let top = self.directory.as_fd();
        let (mut sum, mut seen) = (0, HashSet::new());
        let mut open = vec![PathBuf::new()];
        while let Some(path) = open.pop() {
            let directory = tree::enter(top, &path).map_err(Failed::at(&path))?;
            for name in tree::names(directory.as_fd()).map_err(Failed::at(&path))? {
                Failed::unless_cancelled(cancel)?;
                let path = path.join(&name);
                let stamp = Stamp::of(directory.as_fd(), Path::new(&name)).map_err(Failed::at(&path))?;
                match stamp.kind {
                    Kind::Directory => open.push(path),
                    Kind::Regular if stamp.links < 2 || seen.insert(stamp.file()) => {
                        sum += exclusive(directory.as_fd(), Path::new(&name)).map_err(Failed::at(&path))?;
                    }
                    _ => {}
                }
            }
        }
        Ok(sum)
    }

    /// The listed files of which the original has other blocks by now than the clone. As long as a clone exists and nobody writes to
    /// it, whatever is written to the original goes to other blocks, whatever its times say. So this is the proof for those who
    /// trust no clock; it takes a second for half a million extents. A defragmented file shows up here, too.
    ///
    /// Looks at what is in the snapshot only.
    ///
    /// # Errors
    /// Cancelled, or a clone can't be read.
    pub fn diverged(
        &self,
        source: BorrowedFd<'_>,
        entries: &[Entry],
        cancel: &AtomicBool,
    ) -> Result<Vec<PathBuf>, Failed> {
        let mut found = Vec::new();
        for Entry { path, .. } in entries.iter().filter(|entry| entry.stamp.is_some_and(|s| s.kind == Kind::Regular)) {
            Failed::unless_cancelled(cancel)?;
            let clone = match beneath::open(self.directory.as_fd(), path, READ, Mode::empty(), Mounts::Refuse) {
                Ok(clone) => File::from(clone),
                Err(Errno::NOENT | Errno::NOTDIR) => continue,
                Err(errno) => return Err(Failed::at(path)(errno)),
            };
            let frozen = data(&clone).map_err(Failed::at(path))?;
            let original = beneath::open(source, path, READ, Mode::empty(), Mounts::Enter).and_then(data);
            if original.is_err() || original.is_ok_and(|original| original != frozen) {
                found.push(path.clone());
            }
        }
        Ok(found)
    }
}

/// The clone of a file that was preallocated has no room where nothing was written.
fn data(file: impl AsFd) -> Result<Vec<Extent>, Errno> {
    let mut found: Vec<Extent> = Vec::new();
    for extent in Extents::of(file, Dirty::Flushed) {
        let extent = extent?;
        match found.last_mut() {
            _ if extent.flags.is_unwritten() => {}
            Some(last) if continues(last, &extent) => last.length += extent.length,
            // Flags differ for other reasons, too: which one is the last, and who shares it.
            _ => found.push(Extent { flags: asbackup_reflink::Flags(0), ..extent }),
        }
    }
    Ok(found)
}

/// File systems cut a run of blocks into extents as they like. Of compressed ones each begins where it is said to begin.
fn continues(last: &Extent, extent: &Extent) -> bool {
    let is_next = extent.logical == last.logical + last.length && extent.physical == last.physical + last.length;
    is_next && extent.flags.has_address()
}

fn exclusive(directory: BorrowedFd<'_>, name: &Path) -> Result<u64, Errno> {
    let file = match beneath::open(directory, name, READ, Mode::empty(), Mounts::Refuse) {
        Ok(file) => file,
        Err(Errno::NOENT) => return Ok(0),
        Err(errno) => return Err(errno),
    };
    let alone =
        Extents::of(file, Dirty::Left).filter(|extent| extent.is_ok_and(|e| !e.flags.is_shared()) || extent.is_err());
    alone.map(|extent| extent.map(|extent| extent.length)).sum()
}
