//! A lock file: a visible note that a copy runs, with a kernel lock that dies with its holder. Reports what it found,
//! and leaves the judgement to the caller.

use std::fs::{File, Permissions};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use log::debug;
use rustix::fs::{AtFlags, FileType, FlockOperation, Mode, OFlags, Stat};
use rustix::io::Errno;
use thiserror::Error;

use crate::copy::rsync::complaint::Operation;
use crate::copy::trees::beneath;
use asbackup_config::Config;
use asbackup_system::paths;

/// In bytes. A longer file is not ours, and is not read to its end.
const LONGEST_NOTE: u64 = 1024;

#[derive(Debug, Error)]
pub enum LockError {
    #[error("held by: {holder}")]
    Held { holder: String },
    /// Not a regular file, or one with another name: writing to it would write to something else.
    #[error("not a lock file")]
    Strange,
    #[error("{source}")]
    Io { operation: Operation, source: io::Error },
}

impl From<io::Error> for LockError {
    fn from(source: io::Error) -> Self {
        Self::Io { operation: Operation::Name, source }
    }
}

/// What was there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    Nothing,
    /// A file without a note.
    Empty,
    /// The note of a process that is gone.
    Stale(String),
}

/// How releasing went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Released {
    Removed,
    /// Our file was gone, or another was in its place.
    Vanished,
}

#[derive(Debug)]
pub struct CopyLock {
    file: File,
    directory: OwnedFd,
    name: PathBuf,
}

impl CopyLock {
    /// Locks `path` beneath `top` and writes `note` into it.
    ///
    /// # Errors
    /// `Held` when a living process has the lock; the rest are errors of the file system.
    pub fn acquire(top: BorrowedFd<'_>, path: &Path, note: &str) -> Result<(Self, Found), LockError> {
        let name = PathBuf::from(path.file_name().ok_or(io::ErrorKind::InvalidInput).map_err(io::Error::from)?);
        let parent = path.parent().unwrap_or(Path::new(""));
        let directory = beneath::open_directory(top, parent)?;
        let (mut file, existed) = open(directory.as_fd(), &name)?;
        let old = read_note(&mut file)?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => return Err(LockError::Held { holder: one_line(&old) }),
            result => result.map_err(io::Error::from)?,
        }
        let mut lock = Self { file, directory, name };
        if !lock.is_in_place()? {
            // Its holder removed the file after we opened it; the next attempt makes a new one.
            return Self::acquire(top, path, note);
        }
        if let Err(source) = lock.write(note) {
            if !existed {
                // An empty file would look like the trace of an interrupted run.
                let _ = rustix::fs::unlinkat(&lock.directory, &lock.name, AtFlags::empty());
            }
            return Err(LockError::Io { operation: Operation::Contents, source });
        }
        let found = match (existed, one_line(&old)) {
            (false, _) => Found::Nothing,
            (true, holder) if holder.is_empty() => Found::Empty,
            (true, holder) => Found::Stale(holder),
        };
        Ok((lock, found))
    }

    fn write(&mut self, note: &str) -> io::Result<()> {
        write_note(&mut self.file, note)?;
        // On some file systems, the file alone would be lost in a power cut.
        Ok(rustix::fs::fsync(&self.directory)?)
    }

    /// Whether times with fractions of a second survive on this file system (not on FAT, not with ext's small inodes).
    pub fn has_fine_times(&self) -> io::Result<bool> {
        let odd = std::time::UNIX_EPOCH + std::time::Duration::new(1_000_000_000, 123_456_789);
        self.file.set_modified(odd)?;
        Ok(self.file.metadata()?.modified()? == odd)
    }

    /// Whether times beyond 32 bits of seconds, in 2038, survive on this file system.
    pub fn has_late_times(&self) -> io::Result<bool> {
        let late = std::time::UNIX_EPOCH + std::time::Duration::from_secs(3_000_000_000);
        self.file.set_modified(late)?;
        Ok(self.file.metadata()?.modified()? == late)
    }

    /// When the file was made; taking it over does not change that. None where the file system keeps no such time.
    pub fn made(&self) -> Option<SystemTime> {
        self.file.metadata().ok()?.created().ok()
    }

    /// When it was last written or changed, by the clock of its file system: seconds since 1970 and nanoseconds.
    ///
    /// # Errors
    /// The file system does not answer.
    pub fn changed(&self) -> io::Result<(i64, i64)> {
        let meta = self.file.metadata()?;
        Ok((meta.ctime(), meta.ctime_nsec()))
    }

    /// Removes the file and releases the lock. A file that is no longer ours is left alone.
    ///
    /// # Errors
    /// The file is there and can't be removed.
    pub fn release(self) -> io::Result<Released> {
        if !self.is_in_place()? {
            return Ok(Released::Vanished);
        }
        rustix::fs::unlinkat(&self.directory, &self.name, AtFlags::empty())?;
        Ok(Released::Removed)
    }

    fn is_in_place(&self) -> io::Result<bool> {
        let number = |found: Stat| (found.st_dev, found.st_ino);
        let ours = rustix::fs::fstat(&self.file).map(number);
        let there = rustix::fs::statat(&self.directory, &self.name, AtFlags::SYMLINK_NOFOLLOW).map(number);
        match (ours, there) {
            (Ok(ours), Ok(there)) => Ok(ours == there),
            // ESTALE: the file is gone from the server of a share.
            (Err(Errno::STALE), _) | (_, Err(Errno::NOENT | Errno::STALE)) => Ok(false),
            (Err(error), _) | (_, Err(error)) => Err(error.into()),
        }
    }
}

/// For people. Only the machine's name is read back.
pub fn note(run: u64) -> String {
    let (pid, now) = (std::process::id(), Timestamp::now());
    format!("pid={pid}\n{}\nrun={run}\nstarted={now:.0}\n", host())
}

fn host() -> String {
    format!("host={}", rustix::system::uname().nodename().to_string_lossy())
}

/// Removes a lock file that a killed daemon of this machine left. A file that is locked stays, and so does one of
/// another machine, whose lock is invisible here on some network shares.
///
/// # Errors
/// The file is there and can't be read or removed.
pub fn remove_stale(top: BorrowedFd<'_>, path: &Path) -> io::Result<()> {
    let name = PathBuf::from(path.file_name().unwrap_or_default());
    let parent = path.parent().unwrap_or(Path::new(""));
    let opened = beneath::open(top, path, OFlags::RDWR | OFlags::NONBLOCK, Mode::empty());
    if matches!(&opened, Err(error) if error.kind() == io::ErrorKind::NotFound) {
        return Ok(());
    }
    let mut file = File::from(opened?);
    let ours = file.metadata()?.is_file() && read_note(&mut file)?.lines().any(|line| line == host());
    if !ours || rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        return Ok(());
    }
    let directory = beneath::open_directory(top, parent)?;
    CopyLock { file, directory, name }.release().map(drop)
}

/// Removes the lock file that a killed daemon left in the source, where it would keep others away for nothing. Blocks.
///
/// # Errors
/// None; the result is what `blocking` wants.
pub fn remove_stale_lock(config: &Config) -> io::Result<()> {
    let Ok(top) = paths::directory(&config.source) else { return Ok(()) };
    if let Err(error) = remove_stale(top.as_fd(), &config.source_lockfile) {
        // The next run meets it too, and reports it.
        debug!("{}: {error}", config.source_lockfile.display());
    }
    Ok(())
}

/// The file, and whether it existed before.
fn open(directory: BorrowedFd<'_>, name: &Path) -> Result<(File, bool), LockError> {
    let mode = Mode::RUSR | Mode::WUSR;
    match beneath::open(directory, name, OFlags::RDWR | OFlags::CREATE | OFlags::EXCL, mode) {
        Ok(file) => return Ok((File::from(file), false)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error.into()),
    }
    // Checked before it is opened, since opening alone can make a device act.
    let there = rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW).map_err(io::Error::from)?;
    check_plain(&there)?;
    let file = File::from(beneath::open(directory, name, OFlags::RDWR | OFlags::NONBLOCK, Mode::empty())?);
    check_plain(&rustix::fs::fstat(&file).map_err(io::Error::from)?)?;
    Ok((file, true))
}

fn check_plain(found: &Stat) -> Result<(), LockError> {
    let is_file = FileType::from_raw_mode(found.st_mode) == FileType::RegularFile;
    if is_file && found.st_nlink == 1 { Ok(()) } else { Err(LockError::Strange) }
}

fn read_note(file: &mut File) -> io::Result<String> {
    let mut note = Vec::new();
    file.take(LONGEST_NOTE).read_to_end(&mut note)?;
    Ok(String::from_utf8_lossy(&note).into_owned())
}

fn write_note(file: &mut File, note: &str) -> io::Result<()> {
    file.set_len(0)?;
    io::Seek::rewind(file)?;
    file.write_all(note.as_bytes())?;
    // FAT and the like have no modes, and the lock works without.
    let _ = file.set_permissions(Permissions::from_mode(0o600));
    file.sync_all()
}

fn one_line(note: &str) -> String {
    note.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "copy_lock_tests.rs"]
mod tests;
