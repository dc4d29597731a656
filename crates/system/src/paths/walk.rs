//! Resolves a path by descriptor, and keeps each directory that it passes. Links are not left to the kernel but read here, where
//! their owner and the owner of their directory can be checked.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{FileType, readlinkat};
use rustix::io::Errno;

use super::node::{Node, Route};
use super::refusal::{Reason, Refused};
use super::trust::Writers;

/// The kernel's own limit.
const MOST_LINKS: usize = 40;

/// A resolved path.
pub struct Walk {
    /// Directories in which the path could be redirected, from the top down.
    pub passed: Vec<Node>,
    pub end: Node,
    /// The components that do not exist.
    pub missing: Vec<OsString>,
}

impl Walk {
    /// # Errors
    /// A link that somebody other than root can have made, and the system's own errors. A missing component is none.
    pub fn along(path: &Path) -> io::Result<Self> {
        let mut todo: VecDeque<OsString> = components(path).collect();
        let mut passed = Vec::new();
        let mut cursor = Cursor::at_root()?;
        let mut links = 0;
        while let Some(name) = todo.pop_front() {
            if name == ".." {
                cursor.climb();
                continue;
            }
            let found = match cursor.node.child(&name) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    todo.push_front(name);
                    break;
                }
                found => found?,
            };
            if found.kind() != FileType::Symlink {
                cursor.enter(found);
                continue;
            }
            links += 1;
            let target = read_link(path, &cursor.node, &found, links)?;
            if target.is_absolute() {
                passed.extend(std::mem::replace(&mut cursor, Cursor::at_root()?).nodes());
            }
            components(&target).rev().for_each(|name| todo.push_front(name));
        }
        passed.extend(cursor.ancestors);
        Ok(Self { passed, end: cursor.node, missing: todo.into() })
    }

    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }

    /// # Errors
    /// `NotFound` if a component is missing.
    pub fn assert_complete(&self) -> io::Result<()> {
        if self.is_complete() { Ok(()) } else { Err(Errno::NOENT.into()) }
    }

    /// To the target; if components are missing, to the last that exists, and then only root may write on the way.
    pub fn route(&self) -> Route<'_> {
        match self.is_complete() {
            true => Route { passed: &self.passed, last: None, target: Some(&self.end) },
            false => Route { passed: &self.passed, last: Some(&self.end), target: None },
        }
    }

    /// To the directory of the target, which need not exist: whoever owns the directory owns what is in it.
    pub fn route_to_directory(&self) -> Route<'_> {
        match (self.is_complete(), self.passed.split_last()) {
            (false, _) => Route { passed: &self.passed, last: None, target: Some(&self.end) },
            (true, Some((directory, passed))) => Route { passed, last: None, target: Some(directory) },
            (true, None) => self.route(),
        }
    }
}

/// Reads a link that only root can have made.
fn read_link(path: &Path, directory: &Node, link: &Node, count: usize) -> io::Result<PathBuf> {
    if count > MOST_LINKS {
        return Err(Errno::LOOP.into());
    }
    if let Some(stranger) = Writers::of(link).and(Writers::of(directory)).first_stranger() {
        return Err(Refused::new(path, &link.path, Reason::Link(stranger)).into());
    }
    let target = readlinkat(&link.descriptor, "", Vec::new())?;
    Ok(PathBuf::from(OsStr::from_bytes(target.as_bytes())))
}

/// The names of a path's components, without `.`.
fn components(path: &Path) -> impl DoubleEndedIterator<Item = OsString> {
    path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    })
}

/// The current node, and the directories above it.
struct Cursor {
    ancestors: Vec<Node>,
    node: Node,
}

impl Cursor {
    fn at_root() -> io::Result<Self> {
        Ok(Self { ancestors: Vec::new(), node: Node::root()? })
    }

    fn enter(&mut self, node: Node) {
        self.ancestors.push(std::mem::replace(&mut self.node, node));
    }

    fn climb(&mut self) {
        if let Some(parent) = self.ancestors.pop() {
            self.node = parent;
        }
    }

    fn nodes(self) -> impl Iterator<Item = Node> {
        self.ancestors.into_iter().chain([self.node])
    }
}
