//! The source directory, proven to be what it should be before anything is compared with it.
//! No code path here or elsewhere deletes in it.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use log::debug;
use rustix::fs::{Mode, OFlags};

use crate::disks::mounted::Mounted;
use crate::model::Fault;

/// Opens the source and refuses one that must not be mirrored. Blocks.
///
/// # Errors
/// Missing, empty, hidden by a sandbox, or on the very disk that is copied to.
pub fn open(path: &Path, lock_name: &Path, mounted: &Mounted) -> Result<File, Fault> {
    let shown = || path.display().to_string();
    let unavailable = |error: io::Error| Fault::SourceUnavailable { path: shown(), cause: error.to_string() };
    let source = open_directory(path).map_err(unavailable)?;
    let stat = source.metadata().map_err(unavailable)?;
    if is_hidden(path, &stat) {
        return Err(Fault::SourceHidden { path: shown() });
    }
    if is_empty(path, lock_name.as_os_str()).map_err(unavailable)? {
        return Err(Fault::SourceEmpty { path: shown() });
    }
    let target = rustix::fs::fstat(mounted.top()).map_err(|error| unavailable(error.into()))?;
    let real = fs::canonicalize(path).map_err(unavailable)?;
    if stat.dev() == target.st_dev || mounted.mount_point.starts_with(&real) {
        return Err(Fault::SourceContainsTarget { path: shown() });
    }
    Ok(source)
}

fn open_directory(path: &Path) -> io::Result<File> {
    Ok(File::from(rustix::fs::open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?))
}

/// A unit's sandbox can put an empty directory over the source; mirroring that would wipe the backup.
fn is_hidden(path: &Path, ours: &fs::Metadata) -> bool {
    let outside = Path::new("/proc/1/root").join(path.strip_prefix("/").unwrap_or(path));
    match fs::metadata(&outside) {
        Ok(theirs) => (theirs.dev(), theirs.ino()) != (ours.dev(), ours.ino()),
        Err(error) => {
            debug!("{}: {error}; the source is taken as seen", outside.display());
            false
        }
    }
}

fn is_empty(path: &Path, lock_name: &OsStr) -> io::Result<bool> {
    for entry in fs::read_dir(path)? {
        let name = entry?.file_name();
        if name != lock_name && name != "lost+found" {
            return Ok(false);
        }
    }
    Ok(true)
}
