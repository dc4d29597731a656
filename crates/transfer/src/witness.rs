//! Files of which the target has a copy: how they are proven, and proven again.

use std::fs::File;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};

use asbackup_reflink::is_realtime;
use rustix::io::Errno;

use crate::beneath::Trees;
use crate::error::{Cause, Error, Side};
use crate::extents::{self, Extent};
use crate::stamp::{Stamp, device};
use crate::{beneath, stamp};

/// A file on the source's file system, and the one on the target that has the same contents.
#[derive(Debug, Clone)]
pub(crate) struct Witness<'a> {
    /// Where the source's file is looked up.
    pub(crate) directory: BorrowedFd<'a>,
    /// Below that directory, and below the target.
    pub(crate) path: PathBuf,
    pub(crate) source_stamp: Stamp,
    pub(crate) target_stamp: Stamp,
    pub(crate) device: (u32, u32),
}

impl Witness<'_> {
    /// Whether the source's file is the one whose blocks were noted: then nobody has overwritten them or given them away.
    pub(crate) fn source_is_as_noted(&self) -> bool {
        let now = beneath::stat(self.directory, &self.path);
        now.is_ok_and(|now| Stamp::from(&now) == self.source_stamp && device(&now) == self.device)
    }

    /// The file that has its place on the target, whether it is the one that was noted or not.
    pub(crate) fn open_target(&self, target: BorrowedFd<'_>) -> Option<File> {
        beneath::open_regular(target, &self.path).ok().map(|(file, _)| file)
    }

    pub(crate) fn target_is_as_noted(&self, file: &File) -> bool {
        Stamp::of(file).is_ok_and(|now| now == self.target_stamp)
    }
}

type Seen<'a> = Option<(Witness<'a>, Vec<Extent>)>;

/// A file of both trees that has the same size and time in both.
pub(crate) fn unchanged<'a>(trees: &Trees<'a>, path: &Path) -> Result<Seen<'a>, Error> {
    let target_stamp = target_stamp(trees, path)?;
    let seen = look(trees.source, path, target_stamp)?;
    let is_equal = |witness: &Witness<'_>| witness.source_stamp.modified == target_stamp.modified;
    Ok(seen.filter(|(witness, _)| is_equal(witness)))
}

/// A clone of what the target's file held when it was stamped.
pub(crate) fn base<'a>(trees: &Trees<'a>, bases: BorrowedFd<'a>, path: &Path, noted: Stamp) -> Result<Seen<'a>, Error> {
    if target_stamp(trees, path)? != noted {
        return Ok(None);
    }
    look(bases, path, noted)
}

fn target_stamp(trees: &Trees<'_>, path: &Path) -> Result<Stamp, Error> {
    let stat = beneath::stat(trees.target, path).map_err(|errno| Error::new(Side::Target, path, 0, errno))?;
    if !stamp::is_regular(&stat) {
        return Err(Error::new(Side::Target, path, 0, Cause::NotRegular));
    }
    Ok(Stamp::from(&stat))
}

/// The source's extents between two looks that show the same.
fn look<'a>(directory: BorrowedFd<'a>, path: &Path, target_stamp: Stamp) -> Result<Seen<'a>, Error> {
    let failed = |cause| Error::new(Side::Source, path, 0, cause);
    let (file, stat) = beneath::open_regular(directory, path).map_err(failed)?;
    let source_stamp = Stamp::from(&stat);
    if source_stamp.size != target_stamp.size {
        return Ok(None);
    }
    source_stamp.settle();
    let extents = addresses(&file).map_err(|errno| failed(errno.into()))?;
    if Stamp::of(&file).map_err(|errno| failed(errno.into()))? != source_stamp {
        return Ok(None);
    }
    let witness = Witness { directory, path: path.to_owned(), source_stamp, target_stamp, device: device(&stat) };
    Ok(Some((witness, extents)))
}

/// The shared extents of a file; none where its file system has no addresses, or those of a second device.
pub(crate) fn addresses(file: &File) -> Result<Vec<Extent>, Errno> {
    if is_realtime(file) {
        return Ok(Vec::new());
    }
    match extents::shared(file) {
        Err(Errno::OPNOTSUPP | Errno::NOTTY | Errno::NOSYS | Errno::INVAL) => Ok(Vec::new()),
        result => result,
    }
}
