//! Opening what lies below a directory, so that no link leads elsewhere.

use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

/// Whether a path may lead into what is mounted below its directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mounts {
    /// It may.
    Enter,
    /// It may not: XDEV.
    Refuse,
}

/// Opens a path below a directory; an empty one is the directory itself. No link is followed, not even as the last part.
///
/// # Errors
/// What the kernel says; XDEV where a path leads out, LOOP where it leads over a link.
pub fn open(
    directory: BorrowedFd<'_>,
    path: &Path,
    flags: OFlags,
    mode: Mode,
    mounts: Mounts,
) -> Result<OwnedFd, Errno> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let mut resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    resolve.set(ResolveFlags::NO_XDEV, mounts == Mounts::Refuse);
    loop {
        match rustix::fs::openat2(directory, path, flags | OFlags::CLOEXEC | OFlags::NOFOLLOW, mode, resolve) {
            // A rename elsewhere while the path was walked.
            Err(Errno::AGAIN | Errno::INTR) => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, File};
    use std::os::fd::AsFd;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_and_ways_out_are_refused() {
        let place = tempfile::tempdir().unwrap();
        let top = File::open(place.path()).unwrap();
        fs::create_dir(place.path().join("real")).unwrap();
        fs::write(place.path().join("real/file"), "").unwrap();
        symlink("real", place.path().join("link")).unwrap();
        let look = |path| open(top.as_fd(), Path::new(path), OFlags::PATH, Mode::empty(), Mounts::Refuse).map(drop);
        assert_eq!((look(""), look("real/file")), (Ok(()), Ok(())));
        assert_eq!((look("link/file"), look("..")), (Err(Errno::LOOP), Err(Errno::XDEV)));
        assert_eq!((look("/etc"), look("real/../..")), (Err(Errno::XDEV), Err(Errno::XDEV)));
    }

    #[test]
    fn mounts_are_entered_only_on_request() {
        let top = File::open("/").unwrap();
        let look = |mounts| open(top.as_fd(), Path::new("proc"), OFlags::PATH, Mode::empty(), mounts).map(drop);
        assert_eq!((look(Mounts::Enter), look(Mounts::Refuse)), (Ok(()), Err(Errno::XDEV)));
    }
}
