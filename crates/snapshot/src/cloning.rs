//! The contents of a file in a snapshot: it shares all its blocks with the original, so it takes no room and hardly any time.

use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::IFlags;

use crate::report::Why;
use crate::stamp::Stamp;

/// Lets an empty file share all blocks of another one, which must be as long as was listed.
pub(crate) fn fill(clone: &OwnedFd, original: &OwnedFd, listed: &Stamp) -> Result<(), Why> {
    match_copy_on_write(clone, original);
    rustix::fs::ioctl_ficlone(clone, original).map_err(Why::Refused)?;
    let size = Stamp::of_open(clone.as_fd()).map_err(Why::Unwritable)?.size;
    if size == listed.size { Ok(()) } else { Err(Why::Changed) }
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
