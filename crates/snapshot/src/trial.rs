//! Whether blocks can be shared in a directory, found out by doing it: nothing else tells for certain.

use std::fs::File;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::FileExt;
use std::path::Path;

use asbackup_reflink::beneath::{self, Mounts};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::refusal::Refusal;

const BYTES: [u8; 4096] = [0xa5; 4096];

/// Clones a file of our own to another one. Neither has a name, so nothing is left, whatever happens.
pub(crate) fn clone_ours(directory: BorrowedFd<'_>) -> Result<(), Refusal> {
    let (from, to) = (nameless(directory)?, nameless(directory)?);
    from.write_all_at(&BYTES, 0).map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
    match rustix::fs::ioctl_ficlone(&to, &from) {
        Err(Errno::INVAL) => return Err(Refusal::NotSupported),
        Err(Errno::XDEV) => return Err(Refusal::OtherFileSystem),
        result => result?,
    }
    let mut found = [0; BYTES.len()];
    to.read_exact_at(&mut found, 0).map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
    if found == BYTES { Ok(()) } else { Err(Refusal::Kernel(Errno::IO)) }
}

/// File systems that have none of these share no blocks either.
fn nameless(directory: BorrowedFd<'_>) -> Result<File, Refusal> {
    let flags = OFlags::TMPFILE | OFlags::RDWR;
    match beneath::open(directory, Path::new(""), flags, Mode::RUSR | Mode::WUSR, Mounts::Refuse) {
        Ok(file) => Ok(File::from(file)),
        Err(Errno::ISDIR) => Err(Refusal::NotSupported),
        Err(errno) => Err(errno.into()),
    }
}
