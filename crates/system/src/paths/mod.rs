//! Opens what config.ini names, component by component and by descriptor, and refuses a path that somebody could redirect. Whoever
//! can write to a directory on the path can replace what is in it; so only root may, and whoever can write to the target anyway.
//! Links are followed if only root can have made them, since `/srv -> /data/srv` is common. The result is an open file, and callers
//! use nothing else.
//!
//! `node` is one directory or file, `walk` resolves a path, `trust` checks who can redirect it, `acl` reads what the mode does not
//! show, `principal` names users and groups, `refusal` is the error, `log_directory` is for logs.
//! Knows no key of config.ini and no step of a run.

mod acl;
mod log_directory;
mod node;
mod principal;
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
use node::{Node, Route};
pub use principal::Principal;
pub use refusal::{Reason, Refused};
use walk::Walk;

const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
/// A pipe at the path must not block us, and no terminal may become ours.
const FILE: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

/// Opens a directory. Blocks.
///
/// # Errors
/// `Refused` within, or the system's own.
pub fn directory(path: &Path) -> io::Result<File> {
    let walk = Walk::along(path)?;
    walk.assert_complete()?;
    trust::check_route(path, &walk.route())?;
    Ok(openat(&walk.end.descriptor, ".", DIRECTORY, Mode::empty())?.into())
}

/// Opens a directory, and makes what is missing of its path below directories of root's. Blocks.
///
/// # Errors
/// As `directory`.
pub fn make_directory(path: &Path, mode: u32) -> io::Result<File> {
    let walk = Walk::along(path)?;
    trust::check_route(path, &walk.route())?;
    let mut directory: File = openat(&walk.end.descriptor, ".", DIRECTORY, Mode::empty())?.into();
    for name in &walk.missing {
        directory = make_child(&directory, name, mode)?;
    }
    Ok(directory)
}

fn make_child(directory: &File, name: &OsStr, mode: u32) -> io::Result<File> {
    if name == ".." {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    match mkdirat(directory, name, Mode::from_raw_mode(mode)) {
        Err(rustix::io::Errno::EXIST) => {}
        made => made?,
    }
    Ok(openat(directory, name, DIRECTORY | OFlags::NOFOLLOW, Mode::empty())?.into())
}

/// Opens a file for reading whose contents are trusted. Blocks.
///
/// # Errors
/// As `directory`; also for a file that everybody may write to, and for anything else than a file.
pub fn file(path: &Path) -> io::Result<File> {
    let walk = Walk::along(path)?;
    walk.assert_complete()?;
    trust::check_route(path, &walk.route())?;
    trust::check_contents(path, &walk.end)?;
    reopen(path, &walk, OFlags::RDONLY)
}

/// Reads such a file. Blocks.
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
pub enum Purpose {
    /// Files are created in it.
    Directory,
    /// Its contents are trusted.
    File,
    /// A file that is appended to.
    Log,
}

/// Whether a path would be refused, without opening or making anything. What is missing may be made later. Blocks.
///
/// # Errors
/// As `directory`.
pub fn check(path: &Path, purpose: Purpose) -> io::Result<()> {
    let walk = Walk::along(path)?;
    if !walk.is_complete() {
        return Ok(trust::check_route(path, &walk.route())?);
    }
    match purpose {
        Purpose::Directory => Ok(trust::check_route(path, &walk.route())?),
        Purpose::File => file(path).map(drop),
        Purpose::Log => check_log(path, &walk),
    }
}

fn check_log(path: &Path, walk: &Walk) -> io::Result<()> {
    let route = walk.route_to_directory();
    trust::check_route(path, &route)?;
    check_entry(path, &route, &walk.end)
}

/// Refuses what the owner of the directory may have put there to redirect us.
fn check_entry(path: &Path, route: &Route<'_>, entry: &Node) -> io::Result<()> {
    trust::check_entry(path, route, entry)?;
    if entry.hard_links() > 1 && entry.kind() == FileType::RegularFile {
        return Err(Refused::new(path, &entry.path, Reason::HardLinks).into());
    }
    assert_file(path, entry)
}

fn assert_file(path: &Path, entry: &Node) -> io::Result<()> {
    match entry.kind() {
        FileType::RegularFile | FileType::CharacterDevice => Ok(()),
        _ => Err(Refused::new(path, &entry.path, Reason::NoFile).into()),
    }
}

/// Opens a log for appending, and makes it and its directory if they are missing. Blocks.
///
/// # Errors
/// As `file`; also for a file that has a second name elsewhere.
pub fn append(path: &Path) -> io::Result<File> {
    let walk = Walk::along(path)?;
    if !walk.is_complete() {
        return create(path);
    }
    check_log(path, &walk)?;
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

/// Opens the end of a walk by its name in its directory; it must still be the same file.
fn reopen(path: &Path, walk: &Walk, flags: OFlags) -> io::Result<File> {
    let directory = walk.passed.last().ok_or(io::ErrorKind::InvalidInput)?;
    open_entry(path, directory, &walk.end, flags)
}

fn open_entry(path: &Path, directory: &Node, entry: &Node, flags: OFlags) -> io::Result<File> {
    assert_file(path, entry)?;
    let name = entry.path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let opened = openat(&directory.descriptor, name, FILE | flags, Mode::empty())?;
    let now = fstat(opened.as_fd())?;
    if (now.st_dev, now.st_ino) != entry.id() {
        return Err(Refused::new(path, &entry.path, Reason::Replaced).into());
    }
    Ok(opened.into())
}

#[cfg(test)]
mod tests;
