//! The way from a directory up to the top of its mount.
//!
//! The top is where the mount ends, and not where the device number changes: btrfs gives each subvolume a number of its own, and
//! they share blocks with each other all the same. Above the root of a bind mount there may be more of the file system, but nobody
//! gets there over this mount; so its root is the top. And what is on one mount is on one file system.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, Mode, OFlags, StatxFlags};
use rustix::io::Errno;

/// Which directory it is, seen over which mount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) device: (u32, u32),
    pub(crate) inode: u64,
    pub(crate) mount: u64,
}

impl Identity {
    /// Errors: what the kernel says; NOSYS if it does not number mounts (before 5.8).
    pub(crate) fn of(directory: impl AsFd) -> Result<Self, Errno> {
        let wanted = StatxFlags::INO | StatxFlags::MNT_ID;
        let stat = rustix::fs::statx(directory, c"", AtFlags::EMPTY_PATH, wanted)?;
        if stat.stx_mask & StatxFlags::MNT_ID.bits() == 0 {
            return Err(Errno::NOSYS);
        }
        let device = (stat.stx_dev_major, stat.stx_dev_minor);
        Ok(Self { device, inode: stat.stx_ino, mount: stat.stx_mnt_id })
    }
}

/// A directory and all those above it on its mount, as far as this process gets.
pub(crate) struct Ancestors {
    /// The directory itself comes first.
    identities: Vec<Identity>,
    pub(crate) top: OwnedFd,
}

impl Ancestors {
    pub(crate) fn of(directory: BorrowedFd<'_>) -> Result<Self, Errno> {
        let mut identities = vec![Identity::of(directory)?];
        let mut top = open(directory, c".")?;
        loop {
            let above = open(top.as_fd(), c"..")?;
            let identity = Identity::of(&above)?;
            let below = identities[identities.len() - 1];
            if identity == below || identity.mount != below.mount {
                return Ok(Self { identities, top });
            }
            identities.push(identity);
            top = above;
        }
    }

    pub(crate) fn own(&self) -> Identity {
        self.identities[0]
    }

    /// How many steps up another directory is; `None` if it is not on the way.
    pub(crate) fn steps_to(&self, other: Identity) -> Option<usize> {
        self.identities.iter().position(|identity| *identity == other)
    }

    pub(crate) fn is_top(&self) -> bool {
        self.identities.len() == 1
    }
}

fn open(directory: BorrowedFd<'_>, name: &std::ffi::CStr) -> Result<OwnedFd, Errno> {
    rustix::fs::openat(directory, name, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, File};

    #[test]
    fn the_way_up_ends_at_the_top_of_the_mount() {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir_all(place.path().join("a/b")).unwrap();
        let (up, low) = (File::open(place.path()).unwrap(), File::open(place.path().join("a/b")).unwrap());
        let way = Ancestors::of(low.as_fd()).unwrap();
        assert_eq!(way.steps_to(Identity::of(&up).unwrap()), Some(2));
        assert_eq!(Identity::of(&way.top).unwrap(), way.identities[way.identities.len() - 1]);
        assert!(Ancestors::of(up.as_fd()).unwrap().steps_to(way.own()).is_none());
        let proc = File::open("/proc").unwrap();
        assert!(Ancestors::of(proc.as_fd()).unwrap().is_top());
        assert!(Ancestors::of(File::open("/").unwrap().as_fd()).unwrap().is_top());
    }
}
