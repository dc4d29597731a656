//! What the target's file system can do, found out once.

use std::fs::File;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use asbackup_reflink::clone_range;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::beneath;

/// Reads and writes past the page cache are whole multiples of this at the least.
const SECTOR: u64 = 4096;
const EXT4: u64 = 0xef53;
const XFS: u64 = 0x5846_5342;

pub(crate) struct Ground {
    /// Offsets and lengths on the target are multiples of this, in bytes.
    pub(crate) granule: u64,
    /// Whether room set aside beforehand makes writing faster and files less scattered.
    pub(crate) reserves: bool,
    shares: AtomicBool,
}

/// What both threads may know.
pub(crate) struct Shares<'a>(pub(crate) &'a AtomicBool);

impl Shares<'_> {
    pub(crate) fn hold(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// For good: the kernel won't change its mind.
    pub(crate) fn end(&self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

impl Ground {
    pub(crate) fn of(target: BorrowedFd<'_>) -> Result<Self, Errno> {
        let kind = rustix::fs::fstatfs(target)?;
        let block = (kind.f_bsize as u64).max(1);
        let magic = kind.f_type as u64;
        let granule = block.next_power_of_two().max(SECTOR);
        let shares = AtomicBool::new(can_share(target, granule));
        Ok(Self { granule, reserves: magic == EXT4 || magic == XFS, shares })
    }

    pub(crate) fn shares(&self) -> Shares<'_> {
        Shares(&self.shares)
    }

    pub(crate) fn down(&self, offset: u64) -> u64 {
        offset / self.granule * self.granule
    }

    pub(crate) fn up(&self, offset: u64) -> u64 {
        offset.next_multiple_of(self.granule)
    }
}

/// Tried on two files of our own that never have a name: nothing else tells for certain.
fn can_share(target: BorrowedFd<'_>, granule: u64) -> bool {
    let nameless = || {
        let flags = OFlags::TMPFILE | OFlags::RDWR;
        beneath::open(target, Path::new("."), flags, Mode::RUSR | Mode::WUSR).map(File::from)
    };
    let (Ok(from), Ok(to)) = (nameless(), nameless()) else { return false };
    let block = vec![1; usize::try_from(granule).unwrap_or(0)];
    from.write_all_at(&block, 0).is_ok() && clone_range((&from, 0), (&to, 0), granule).is_ok()
}
