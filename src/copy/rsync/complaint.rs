//! Parses one error message of rsync: which side it comes from, what was being done with which file, and the kernel's
//! error number. Pure. The wordings are those of rsync 3.2.7 to 3.5.0 (`rsyserr` and `full_fname` in its sources).
//! `cause` decides what a message means.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use rustix::io::Errno;

use super::itemize::unescape;

/// The kernel has no larger error numbers.
const LARGEST_ERRNO: i32 = 4095;
const IN_THE_WAY: &str = "could not make way for ";

/// rsync's sender works on the source alone, its generator and receiver on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Source,
    Target,
}

/// What was being done with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Its contents: written, truncated, flushed.
    Contents,
    /// Its name: a file, directory or link created or renamed.
    Name,
    /// Another name for it.
    Link,
    /// Its extended attributes and ACLs.
    Attribute,
    /// Its owner, mode or times.
    Owner,
    Delete,
    /// Inspected, read or listed.
    Read,
}

/// A message that names a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    pub side: Side,
    pub operation: Operation,
    /// As rsync shows it, mostly absolute; a temporary name is replaced by the real one.
    pub path: PathBuf,
    /// 1 to `LARGEST_ERRNO`.
    pub errno: i32,
    /// Without the prefix that names the process.
    pub text: String,
}

/// The words of each operation, in order of precedence: `setxattr` before `set`.
const OPERATIONS: [(&str, Operation); 30] = [
    ("setxattr(", Operation::Attribute),
    ("removexattr(", Operation::Attribute),
    ("xattr", Operation::Read),
    ("set_acl: ", Operation::Attribute),
    ("get_acl: ", Operation::Read),
    ("delete_file: ", Operation::Delete),
    ("unlink ", Operation::Delete),
    ("write failed on ", Operation::Contents),
    ("write ", Operation::Contents),
    ("close failed on ", Operation::Contents),
    ("fsync failed on ", Operation::Contents),
    ("ftruncate ", Operation::Contents),
    ("lseek of ", Operation::Contents),
    ("do_fallocate ", Operation::Contents),
    ("mkstemp ", Operation::Name),
    ("mkdir ", Operation::Name),
    ("symlink ", Operation::Name),
    ("mknod ", Operation::Name),
    ("rename ", Operation::Name),
    ("copy ", Operation::Name),
    ("link ", Operation::Link),
    ("failed to hard-link ", Operation::Link),
    ("chown ", Operation::Owner),
    ("chgrp ", Operation::Owner),
    ("set times on ", Operation::Owner),
    ("set permissions on ", Operation::Owner),
    ("modify permissions on ", Operation::Owner),
    ("stat ", Operation::Read),
    ("open ", Operation::Read),
    ("", Operation::Read),
];

impl Complaint {
    /// None for a line without a file or an error number, as about the pipes between rsync's processes.
    pub fn parse(line: &str) -> Option<Self> {
        if let Some(rest) = line.strip_prefix(IN_THE_WAY) {
            return Self::of_way(line, rest);
        }
        let rest = line.strip_prefix("rsync: [")?;
        let (who, text) = rest.split_once("] ")?;
        let side = match who {
            "sender" => Side::Source,
            "generator" | "receiver" | "Receiver" => Side::Target,
            _ => return None,
        };
        let (told, number) = text.strip_suffix(')')?.rsplit_once(" (")?;
        let errno = number.parse().ok().filter(|number| (1..=LARGEST_ERRNO).contains(number))?;
        let (message, _reason) = told.rsplit_once(": ")?;
        let (words, path) = split(message)?;
        let operation = OPERATIONS
            .iter()
            .find(|(part, _)| words.contains(part))
            .map_or(Operation::Read, |(_, operation)| *operation);
        let operation = if side == Side::Source { Operation::Read } else { operation };
        let path = PathBuf::from(OsString::from_vec(unescape(real_name(&path).as_bytes())));
        Some(Self { side, operation, path, errno, text: text.to_owned() })
    }

    /// `new regular file: a/b`: what rsync prints, without a number, when a non-empty directory is in a file's place.
    fn of_way(line: &str, rest: &str) -> Option<Self> {
        let (_, path) = rest.split_once(": ")?;
        let path = PathBuf::from(OsString::from_vec(unescape(path.as_bytes())));
        let errno = Errno::NOTEMPTY.raw_os_error();
        Some(Self { side: Side::Target, operation: Operation::Delete, path, errno, text: line.to_owned() })
    }
}

/// The words of a message, and its file.
fn split(message: &str) -> Option<(String, String)> {
    if let Some((words, rest)) = message.split_once('"') {
        // A second name may follow after an arrow; for a rename it is the one that counts.
        let renames = words.contains("rename ") || words.contains("copy ");
        let path = match (rest.split_once("\" -> \""), rest.split_once("\" => "), rest.split_once("\",")) {
            (Some((_, second)), ..) if renames => second.rsplit_once('"')?.0,
            (Some((first, _)), ..) | (_, Some((first, _)), _) => first,
            (.., Some((first, _))) if words.contains("xattr(") => first,
            _ => rest.rsplit_once('"')?.0,
        };
        return Some((format!("{words} "), path.to_owned()));
    }
    // `delete_file: unlink(a) failed`, `set_acl: sys_acl_set_file(a, ACL_TYPE_ACCESS)`.
    let (words, rest) = message.split_once('(')?;
    let inside = rest.rsplit_once(')')?.0;
    let path = if words.contains("_acl: ") {
        inside.rsplit_once(", ACL_TYPE").map_or(inside, |(path, _)| path)
    } else {
        inside
    };
    (!path.is_empty()).then(|| (format!("{words}("), path.to_owned()))
}

/// `a/.name.XXXXXX` → `a/name`.
fn real_name(path: &str) -> String {
    let (directory, name) = path.rsplit_once('/').map_or(("", path), |(directory, name)| (directory, name));
    let real = name.strip_prefix('.').and_then(|name| name.rsplit_once('.'));
    let real = real.filter(|(_, random)| random.len() == 6 && random.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    match real {
        Some((name, _)) if path.contains('/') => format!("{directory}/{name}"),
        Some((name, _)) => name.to_owned(),
        None => path.to_owned(),
    }
}

#[cfg(test)]
#[path = "complaint_tests.rs"]
mod tests;
