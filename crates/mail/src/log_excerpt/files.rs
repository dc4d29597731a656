//! A log and its rotated files, oldest first, under logrotate's names.

use std::cmp::Reverse;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::time::SystemTime;

use super::file::LogFile;
use asbackup_api::LogMark;
use asbackup_system::paths::LogDirectory;

/// Rotated files that are searched; no run outlasts more.
const MOST: usize = 100;
const PACKED: &str = ".gz";
/// logrotate may rename and compress files meanwhile.
const TRIES: usize = 3;

#[derive(Debug)]
pub struct LogFiles {
    /// Oldest first.
    members: Vec<LogFile>,
    /// The last member is the log itself.
    has_newest: bool,
}

/// A position in the bytes of all members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub member: usize,
    pub offset: u64,
}

impl LogFiles {
    /// No members if there is no log. Blocks.
    ///
    /// # Errors
    /// As `LogDirectory::open` for the log itself; rotated files that can't be opened are skipped.
    pub fn of(path: &Path) -> io::Result<Self> {
        let directory = match LogDirectory::of(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { members: Vec::new(), has_newest: false });
            }
            opened => opened?,
        };
        let mut files = Self::in_directory(&directory)?;
        for _ in 1..TRIES {
            match files {
                Some(files) => return Ok(files),
                None => files = Self::in_directory(&directory)?,
            }
        }
        files.ok_or_else(|| io::ErrorKind::ResourceBusy.into())
    }

    /// `None` if a file was renamed meanwhile.
    fn in_directory(directory: &LogDirectory) -> io::Result<Option<Self>> {
        let mut members = Vec::new();
        for name in rotated(directory)? {
            match directory.open(&name.file_name) {
                Ok(file) => members.push(LogFile::new(file, name.packed)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                // Refused, so none of our logs.
                Err(_) => {}
            }
        }
        let newest = match directory.open(&directory.name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            opened => Some(LogFile::new(opened?, false)),
        };
        let has_newest = newest.is_some();
        members.extend(newest);
        Ok(Some(Self { members, has_newest }))
    }

    pub fn into_members(self) -> Vec<LogFile> {
        self.members
    }

    /// Where the log ends now. Blocks.
    ///
    /// # Errors
    /// A file can't be read.
    pub fn mark(&self) -> io::Result<LogMark> {
        let (newest, rotated) = match self.members.split_last() {
            Some((newest, rotated)) if self.has_newest => (Some(newest), rotated),
            _ => (None, &self.members[..]),
        };
        let mark = newest.map(LogFile::mark).transpose()?.unwrap_or_default();
        if let Some(newest) = newest.filter(|_| mark.offset > 0) {
            return Ok(LogMark { head: newest.head(mark.offset)?, ..mark });
        }
        let mut heads = rotated.iter().rev().map(|member| member.head(u64::MAX).unwrap_or_default());
        Ok(LogMark { head: heads.find(|head| head.length > 0).unwrap_or_default(), ..mark })
    }

    /// Whether the marked file still exists under any name.
    pub fn has(&self, mark: &LogMark) -> bool {
        self.members.iter().any(|member| member.is_that_of(mark))
    }

    /// The marked position; `None` if its file no longer exists. Blocks.
    pub fn find(&self, mark: &LogMark) -> Option<Position> {
        let is_known = mark.head.length > 0;
        let known = self.members.iter().rposition(|member| is_known && member.begins_with(&mark.head));
        match (mark.offset, known) {
            (0, Some(member)) => Some(Position { member: member + 1, offset: 0 }),
            // The files before the mark are gone, so all members are newer.
            (0, None) => Some(Position { member: 0, offset: 0 }),
            (offset, known) => Some(Position { member: known?, offset }),
        }
    }

    pub fn start_of_newest(&self) -> Position {
        Position { member: self.members.len().saturating_sub(1), offset: 0 }
    }
}

/// A rotated log.
#[derive(Debug)]
struct Name {
    file_name: OsString,
    packed: bool,
    age: Age,
}

/// The age in a rotated file's name; the newest sorts first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Age {
    /// As in `log.2`.
    Times(u32),
    /// As in `log-20261130`; the format is configurable, so the modification time counts.
    Dated(Reverse<SystemTime>, Reverse<String>),
}

/// Oldest first.
fn rotated(directory: &LogDirectory) -> io::Result<Vec<Name>> {
    let mut found: Vec<Name> = Vec::new();
    for file_name in directory.names()? {
        let Some((middle, packed)) = parse(&directory.name, &file_name) else { continue };
        let age = match middle[1..].parse() {
            Ok(times) if middle.starts_with('.') && times < 10_000 => Age::Times(times),
            _ => Age::Dated(Reverse(directory.written_at(&file_name)), Reverse(middle.to_owned())),
        };
        found.push(Name { file_name, packed, age });
    }
    // A file exists twice while it is being compressed, and only the uncompressed one is complete.
    found.sort_by(|a, b| (&a.age, a.packed).cmp(&(&b.age, b.packed)));
    found.dedup_by(|a, b| a.age == b.age);
    found.truncate(MOST);
    found.reverse();
    Ok(found)
}

/// What logrotate adds after the log's name or before its extension, and whether the file is compressed.
fn parse<'a>(log: &OsStr, name: &'a OsStr) -> Option<(&'a str, bool)> {
    let (log, name) = (log.to_str()?, name.to_str()?);
    let (plain, packed) = name.strip_suffix(PACKED).map_or((name, false), |plain| (plain, true));
    let inside = || {
        let (stem, ending) = log.split_at(log.rfind('.')?);
        plain.strip_prefix(stem)?.strip_suffix(ending)
    };
    let middle = plain.strip_prefix(log).or_else(inside)?;
    let is_stamp = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '_' | ':' | 'T');
    let is_rotated = middle.starts_with(['.', '-', '_']) && middle.chars().all(is_stamp) && middle.len() > 1;
    is_rotated.then_some((middle, packed))
}
