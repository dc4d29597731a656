//! Where a file has data, and where it has holes: what SEEK_DATA and SEEK_HOLE say, which know of unwritten blocks and of
//! what is in memory only.

use std::os::fd::AsFd;

use rustix::fs::SeekFrom;
use rustix::io::Errno;

use crate::ground::Ground;

/// From, to, in bytes; from on the target's granule, to as well or beyond the end of the file.
pub(crate) type Run = (u64, u64);

/// All runs of data in order, widened to whole granules. A file system that can't tell has one run. Errors: what the kernel says.
pub(crate) fn runs(file: impl AsFd, size: u64, ground: &Ground) -> Result<Vec<Run>, Errno> {
    let mut found: Vec<Run> = Vec::new();
    let mut at = 0;
    while at < size {
        let Some((from, to)) = next(&file, at, size)? else { break };
        let (from, end) = (ground.down(from), ground.up(to));
        match found.last_mut() {
            Some(last) if from <= last.1 => last.1 = end,
            _ => found.push((from, end)),
        }
        at = to;
    }
    Ok(found)
}

fn next(file: &impl AsFd, at: u64, size: u64) -> Result<Option<Run>, Errno> {
    let from = match rustix::fs::seek(file, SeekFrom::Data(at)) {
        Ok(from) => from,
        Err(Errno::NXIO) => return Ok(None),
        Err(Errno::INVAL | Errno::OPNOTSUPP) => return Ok(Some((at, size))),
        Err(errno) => return Err(errno),
    };
    if from >= size {
        return Ok(None);
    }
    match rustix::fs::seek(file, SeekFrom::Hole(from)) {
        Ok(to) => Ok(Some((from, to.clamp(from + 1, size)))),
        // It was cut short meanwhile; that is found out when all has been read.
        Err(Errno::NXIO) => Ok(Some((from, size))),
        Err(errno) => Err(errno),
    }
}
