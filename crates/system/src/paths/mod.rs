//! The way to what config.ini names: walked component by component, by descriptor, and refused where somebody could lead it
//! elsewhere. Who may write into a directory on the way can put another one in its place; so only root may, and those who may
//! write into the very thing that is named, for that is theirs. Links are followed where root alone can have made them, since
//! `/srv -> /data/srv` is usual. What comes out is an open file, and whoever has it uses nothing else.
//!
//! `place` is one directory or file, `walk` goes, `trust` says who has a say, `acl` reads what the mode does not show, `names` names them, `refusal` is the no,
//! `log_directory` is for logs.
//! Knows no key of config.ini and no step of a run.

mod acl;
mod log_directory;
mod names;
mod place;
mod refusal;
mod trust;
mod walk;

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags, fstat, mkdirat, openat};

pub use log_directory::LogDirectory;
pub use names::Who;
use place::{Course, Place};
pub use refusal::{Reason, Refused};
use walk::Walk;

const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
/// A pipe at the path must not hold us, and no terminal become ours.
const FILE: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

/// Opens a directory. Blocks.
///
/// # Errors
/// `Refused` within, or the system's own.
pub fn directory(path: &Path) -> io::Result<File> {
    let walk = Walk::along(path)?;
    walk.assert_whole()?;
    trust::judge(path, &walk.course())?;
    Ok(openat(&walk.end.descriptor, ".", DIRECTORY, Mode::empty())?.into())
}

/// The same; what is missing is made, below directories that are root's. Blocks.
///
/// # Errors
/// As `directory`.
pub fn make_directory(path: &Path, mode: u32) -> io::Result<File> {
    let walk = Walk::along(path)?;
    trust::judge(path, &walk.course())?;
    let mut directory: File = openat(&walk.end.descriptor, ".", DIRECTORY, Mode::empty())?.into();
    for name in &walk.rest {
        directory = enter(&directory, name, mode)?;
    }
    Ok(directory)
}

fn enter(directory: &File, name: &OsStr, mode: u32) -> io::Result<File> {
    if name == ".." {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    match mkdirat(directory, name, Mode::from_raw_mode(mode)) {
        Err(rustix::io::Errno::EXIST) => {}
        made => made?,
    }
    Ok(openat(directory, name, DIRECTORY | OFlags::NOFOLLOW, Mode::empty())?.into())
}

/// Opens a file that is to be read and believed. Blocks.
///
/// # Errors
/// As `directory`; also for what everybody may write to, and for what is no file.
pub fn file(path: &Path) -> io::Result<File> {
    let walk = Walk::along(path)?;
    walk.assert_whole()?;
    trust::judge(path, &walk.course())?;
    trust::judge_contents(path, &walk.end)?;
    reopen(path, &walk, OFlags::RDONLY)
}

/// All that is in such a file. Blocks.
///
/// # Errors
/// As `file`.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What a path is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// Files are made in it.
    Directory,
    /// To be read and believed.
    File,
    /// A file that is appended to.
    Log,
}

/// Whether the way to a thing would be refused, without opening or making it. What is missing may be made later. Blocks.
///
/// # Errors
/// As `directory`.
pub fn look(path: &Path, thing: Thing) -> io::Result<()> {
    let walk = Walk::along(path)?;
    if !walk.is_whole() {
        return Ok(trust::judge(path, &walk.course())?);
    }
    match thing {
        Thing::Directory => Ok(trust::judge(path, &walk.course())?),
        Thing::File => file(path).map(drop),
        Thing::Log => judge_log(path, &walk),
    }
}

fn judge_log(path: &Path, walk: &Walk) -> io::Result<()> {
    let course = walk.course_of_directory();
    trust::judge(path, &course)?;
    judge_entry(path, &course, &walk.end)
}

/// What whoever has the directory may have put there.
fn judge_entry(path: &Path, course: &Course<'_>, entry: &Place) -> io::Result<()> {
    trust::judge_entry(path, course, entry)?;
    if entry.names() > 1 && entry.kind() == FileType::RegularFile {
        return Err(Refused::new(path, &entry.path, Reason::Names).into());
    }
    assert_file(path, entry)
}

fn assert_file(path: &Path, entry: &Place) -> io::Result<()> {
    match entry.kind() {
        FileType::RegularFile | FileType::CharacterDevice => Ok(()),
        _ => Err(Refused::new(path, &entry.path, Reason::NoFile).into()),
    }
}

/// Opens a log to be written to at its end, and makes it and its directory where they are missing. Blocks.
///
/// # Errors
/// As `file`; also for a file that has a second name somewhere.
pub fn append(path: &Path) -> io::Result<File> {
    let walk = Walk::along(path)?;
    if !walk.is_whole() {
        return create(path);
    }
    judge_log(path, &walk)?;
    reopen(path, &walk, OFlags::WRONLY | OFlags::APPEND)
}

fn create(path: &Path) -> io::Result<File> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let directory = make_directory(parent, 0o750)?;
    let flags = FILE | OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE | OFlags::EXCL;
    Ok(openat(&directory, name, flags, Mode::from_raw_mode(0o640))?.into())
}

/// What was walked to, opened in its directory under its name; it must still be the same.
fn reopen(path: &Path, walk: &Walk, flags: OFlags) -> io::Result<File> {
    let directory = walk.passed.last().ok_or(io::ErrorKind::InvalidInput)?;
    open_entry(path, directory, &walk.end, flags)
}

fn open_entry(path: &Path, directory: &Place, entry: &Place, flags: OFlags) -> io::Result<File> {
    assert_file(path, entry)?;
    let name = entry.path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let opened = openat(&directory.descriptor, name, FILE | flags, Mode::empty())?;
    let now = fstat(opened.as_fd())?;
    if (now.st_dev, now.st_ino) != entry.number() {
        return Err(Refused::new(path, &entry.path, Reason::Swapped).into());
    }
    Ok(opened.into())
}

#[cfg(test)]
mod tests;
