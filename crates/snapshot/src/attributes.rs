//! What a file of any kind has beside its contents: owner, mode, extended attributes with the access lists among them, and the time
//! of its contents. The copy gets all that rsync would bring as root (`-AX`): names in `system.` are the file system's own, but for
//! the access lists.

use std::ffi::CStr;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::path::PathBuf;

use rustix::fs::{AtFlags, Gid, Mode, Statx, StatxFlags, Timespec, Timestamps, UTIME_OMIT, Uid, XattrFlags};
use rustix::io::Errno;

use crate::report::Why;
use crate::stamp::{Kind, Stamp};

const OF_FILE_SYSTEM: &[u8] = b"system.";
const ACCESS_LIST: &[u8] = b"system.posix_acl_access";
/// What new files in a directory get.
pub(crate) const DEFAULT_ACCESS_LIST: &CStr = c"system.posix_acl_default";
/// The kernel's limit, for a value and for all names of a file.
const LIMIT: usize = 64 << 10;

/// Copies attributes from one file to another.
pub(crate) struct Attributes {
    names: Vec<u8>,
    value: Vec<u8>,
}

impl Attributes {
    pub(crate) fn new() -> Self {
        Self { names: vec![0; LIMIT], value: vec![0; LIMIT] }
    }

    /// Both may be descriptors that only name a file (O_PATH). The copy has none of its own yet.
    ///
    /// The mode comes after the owner, since a change of owner takes bits of it away, and capabilities come after both, since either
    /// takes them away; the time comes last.
    pub(crate) fn copy(&mut self, original: BorrowedFd<'_>, copy: BorrowedFd<'_>) -> Result<(), Why> {
        let of = rustix::fs::statx(original, c"", AtFlags::EMPTY_PATH, StatxFlags::BASIC_STATS);
        let of = of.map_err(Why::Refused)?;
        give_owner_and_mode(copy, &of).map_err(Why::Unwritable)?;
        self.copy_extended(original, copy)?;
        set_time(copy, &of).map_err(Why::Unwritable)
    }

    fn copy_extended(&mut self, original: BorrowedFd<'_>, copy: BorrowedFd<'_>) -> Result<(), Why> {
        let (from, to) = (by_number(original), by_number(copy));
        let length = match rustix::fs::listxattr(&from, &mut self.names[..]) {
            Err(Errno::OPNOTSUPP) => 0,
            result => result.map_err(Why::Refused)?,
        };
        for name in self.names[..length].split(|byte| *byte == 0).filter(|name| is_copied(name)) {
            let length = match rustix::fs::getxattr(&from, name, &mut self.value[..]) {
                Err(Errno::NODATA) => continue,
                result => result.map_err(Why::Refused)?,
            };
            let value = &self.value[..length];
            rustix::fs::setxattr(&to, name, value, XattrFlags::empty()).map_err(Why::Unwritable)?;
        }
        Ok(())
    }
}

fn is_copied(name: &[u8]) -> bool {
    let is_access_list = name == ACCESS_LIST || name == DEFAULT_ACCESS_LIST.to_bytes();
    !name.is_empty() && (is_access_list || !name.starts_with(OF_FILE_SYSTEM))
}

fn give_owner_and_mode(copy: BorrowedFd<'_>, of: &Statx) -> Result<(), Errno> {
    let (user, group) = (Uid::from_raw(of.stx_uid), Gid::from_raw(of.stx_gid));
    rustix::fs::chownat(copy, c"", Some(user), Some(group), AtFlags::EMPTY_PATH)?;
    if Stamp::from(of).kind == Kind::Link {
        return Ok(());
    }
    rustix::fs::chmod(by_number(copy), Mode::from_raw_mode((of.stx_mode & 0o7777).into()))
}

fn set_time(copy: BorrowedFd<'_>, of: &Statx) -> Result<(), Errno> {
    let last_modification = Timespec { tv_sec: of.stx_mtime.tv_sec, tv_nsec: of.stx_mtime.tv_nsec.into() };
    let times = Timestamps { last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT }, last_modification };
    rustix::fs::utimensat(copy, c"", &times, AtFlags::EMPTY_PATH)
}

/// A path that leads to an open file itself, whatever it is: calls for extended attributes and modes take no descriptor that
/// only names a file.
fn by_number(file: BorrowedFd<'_>) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_the_file_system_is_not_copied() {
        for name in
            ["user.note", "security.capability", "trusted.x", "system.posix_acl_access", "system.posix_acl_default"]
        {
            assert!(is_copied(name.as_bytes()), "{name}");
        }
        for name in ["", "system.nfs4_acl", "system.posix_acl_access2"] {
            assert!(!is_copied(name.as_bytes()), "{name}");
        }
    }
}
