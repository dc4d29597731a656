//! Goes along a path by descriptor, and keeps each directory that it has passed. No link is left to the kernel: it is read here,
//! where its owner and the owner of its directory can be looked at.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{FileType, readlinkat};
use rustix::io::Errno;

use super::place::{Course, Place};
use super::refusal::{Reason, Refused};
use super::trust::Writers;

/// As many as the kernel follows.
const MOST_LINKS: usize = 40;

/// Where a path leads, and past what.
pub struct Walk {
    /// Directories in whose power it is where the path leads, from the top down.
    pub passed: Vec<Place>,
    pub end: Place,
    /// What is not there.
    pub rest: Vec<OsString>,
}

impl Walk {
    /// # Errors
    /// A link that is not root's to make, and the system's own errors; that something is missing is none.
    pub fn along(path: &Path) -> io::Result<Self> {
        let mut todo: VecDeque<OsString> = components(path).collect();
        let mut passed = Vec::new();
        let mut way = Way::from_top()?;
        let mut links = 0;
        while let Some(name) = todo.pop_front() {
            if name == ".." {
                way.climb();
                continue;
            }
            let found = match way.here.step(&name) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    todo.push_front(name);
                    break;
                }
                found => found?,
            };
            if found.kind() != FileType::Symlink {
                way.enter(found);
                continue;
            }
            links += 1;
            let target = follow(path, &way.here, &found, links)?;
            if target.is_absolute() {
                passed.extend(std::mem::replace(&mut way, Way::from_top()?).places());
            }
            components(&target).rev().for_each(|name| todo.push_front(name));
        }
        passed.extend(way.above);
        Ok(Self { passed, end: way.here, rest: todo.into() })
    }

    pub fn is_whole(&self) -> bool {
        self.rest.is_empty()
    }

    /// # Errors
    /// `NotFound` where something of it is missing.
    pub fn assert_whole(&self) -> io::Result<()> {
        if self.is_whole() { Ok(()) } else { Err(Errno::NOENT.into()) }
    }

    /// To what is there; to the last of it where something is missing, and then nobody else has a say.
    pub fn course(&self) -> Course<'_> {
        match self.is_whole() {
            true => Course { passed: &self.passed, last: None, thing: Some(&self.end) },
            false => Course { passed: &self.passed, last: Some(&self.end), thing: None },
        }
    }

    /// To the directory in which the end lies, or what is missing would: who has the directory has what is in it.
    pub fn course_of_directory(&self) -> Course<'_> {
        match (self.is_whole(), self.passed.split_last()) {
            (false, _) => Course { passed: &self.passed, last: None, thing: Some(&self.end) },
            (true, Some((directory, passed))) => Course { passed, last: None, thing: Some(directory) },
            (true, None) => self.course(),
        }
    }
}

/// A link is good where nobody but root can have put it.
fn follow(path: &Path, directory: &Place, link: &Place, count: usize) -> io::Result<PathBuf> {
    if count > MOST_LINKS {
        return Err(Errno::LOOP.into());
    }
    if let Some(who) = Writers::of(link).or(Writers::of(directory)).first_stranger() {
        return Err(Refused::new(path, &link.path, Reason::Link(who)).into());
    }
    let target = readlinkat(&link.descriptor, "", Vec::new())?;
    Ok(PathBuf::from(OsStr::from_bytes(target.as_bytes())))
}

/// The names of a path's components, `.` left out.
fn components(path: &Path) -> impl DoubleEndedIterator<Item = OsString> {
    path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    })
}

/// The directories from the top to where we are.
struct Way {
    above: Vec<Place>,
    here: Place,
}

impl Way {
    fn from_top() -> io::Result<Self> {
        Ok(Self { above: Vec::new(), here: Place::top()? })
    }

    fn enter(&mut self, place: Place) {
        self.above.push(std::mem::replace(&mut self.here, place));
    }

    fn climb(&mut self) {
        if let Some(parent) = self.above.pop() {
            self.here = parent;
        }
    }

    fn places(self) -> impl Iterator<Item = Place> {
        self.above.into_iter().chain([self.here])
    }
}
