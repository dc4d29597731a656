//! One message of rsync → who says it, what was being done, with which file, and the kernel's error number. Pure; the wordings are
//! those of rsync 3.2.7 to 3.5.0 (`rsyserr` and `full_fname` in its sources). What a message means is `cause`'s to say.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use rustix::io::Errno;

use super::itemize::unescape;

/// The kernel has no larger error numbers.
const LARGEST_ERRNO: i32 = 4095;
const IN_THE_WAY: &str = "could not make way for ";

/// rsync's sender has to do with the source alone, its generator and receiver with the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Source,
    Target,
}

/// What was being done with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Its contents: written, cut, flushed.
    Contents,
    /// A name: a file, directory, link made or renamed.
    Name,
    /// A further name of a file that has one.
    Link,
    /// Extended attributes and ACLs.
    Attribute,
    /// Owner, mode, times.
    Owner,
    Delete,
    /// Looked at, read or listed.
    Read,
}

/// A message that names a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    pub side: Side,
    pub deed: Deed,
    /// As rsync shows it, mostly absolute; a temporary name is given back its real one.
    pub path: PathBuf,
    /// 1 to `LARGEST_ERRNO`.
    pub errno: i32,
    /// Without who says it.
    pub text: String,
}

/// By which words a message is of a deed, in this order: `setxattr` is looked for before `set`.
const DEEDS: [(&str, Deed); 30] = [
    ("setxattr(", Deed::Attribute),
    ("removexattr(", Deed::Attribute),
    ("xattr", Deed::Read),
    ("set_acl: ", Deed::Attribute),
    ("get_acl: ", Deed::Read),
    ("delete_file: ", Deed::Delete),
    ("unlink ", Deed::Delete),
    ("write failed on ", Deed::Contents),
    ("write ", Deed::Contents),
    ("close failed on ", Deed::Contents),
    ("fsync failed on ", Deed::Contents),
    ("ftruncate ", Deed::Contents),
    ("lseek of ", Deed::Contents),
    ("do_fallocate ", Deed::Contents),
    ("mkstemp ", Deed::Name),
    ("mkdir ", Deed::Name),
    ("symlink ", Deed::Name),
    ("mknod ", Deed::Name),
    ("rename ", Deed::Name),
    ("copy ", Deed::Name),
    ("link ", Deed::Link),
    ("failed to hard-link ", Deed::Link),
    ("chown ", Deed::Owner),
    ("chgrp ", Deed::Owner),
    ("set times on ", Deed::Owner),
    ("set permissions on ", Deed::Owner),
    ("modify permissions on ", Deed::Owner),
    ("stat ", Deed::Read),
    ("open ", Deed::Read),
    ("", Deed::Read),
];

impl Complaint {
    /// None for a line that names no file or no error, as about the pipes between rsync's processes.
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
        let deed = DEEDS.iter().find(|(part, _)| words.contains(part)).map_or(Deed::Read, |(_, deed)| *deed);
        let deed = if side == Side::Source { Deed::Read } else { deed };
        let path = PathBuf::from(OsString::from_vec(unescape(real_name(&path).as_bytes())));
        Some(Self { side, deed, path, errno, text: text.to_owned() })
    }

    /// `new regular file: a/b`: what rsync says, without a number, when something that is not empty stands in a file's place.
    fn of_way(line: &str, rest: &str) -> Option<Self> {
        let (_, path) = rest.split_once(": ")?;
        let path = PathBuf::from(OsString::from_vec(unescape(path.as_bytes())));
        let errno = Errno::NOTEMPTY.raw_os_error();
        Some(Self { side: Side::Target, deed: Deed::Delete, path, errno, text: line.to_owned() })
    }
}

/// The words of a message, and the file that it is about.
fn split(message: &str) -> Option<(String, String)> {
    if let Some((words, rest)) = message.split_once('"') {
        // A second name follows after an arrow: of a rename it is the one that counts.
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
