//! Who can write to each directory on a path, and whether they may redirect it.

use std::path::Path;

use rustix::fs::FileType;
use rustix::process::geteuid;

use super::acl;
use super::node::{Node, Route};
use super::principal::{Principal, is_of_the_system};
use super::refusal::{Reason, Refused};

const STICKY: u32 = 0o1000;
const GROUP_WRITES: u32 = 0o020;
const OTHERS_WRITE: u32 = 0o002;

/// Who can replace what is in a directory, or in a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Writers {
    pub users: Vec<u32>,
    pub groups: Vec<u32>,
    pub everybody: bool,
}

impl Writers {
    pub fn of(node: &Node) -> Self {
        let (stat, mode) = (&node.stat, node.stat.st_mode);
        let mut writers = Self { users: vec![stat.st_uid], ..Self::default() };
        // In a sticky directory users can replace only what is their own; a link's mode means nothing.
        if mode & STICKY != 0 || node.kind() == FileType::Symlink {
            return writers;
        }
        writers.everybody = mode & OTHERS_WRITE != 0;
        // With an ACL these bits are its mask, and without them nobody listed in it can write.
        if mode & GROUP_WRITES != 0 {
            match acl::writers(&node.descriptor) {
                Some(list) => {
                    writers.users.extend(list.users);
                    writers.groups.extend(list.groups);
                    writers.groups.extend(list.owning_group.then_some(stat.st_gid));
                }
                None => writers.groups.push(stat.st_gid),
            }
        }
        writers
    }

    pub fn and(mut self, other: Self) -> Self {
        self.users.extend(other.users);
        self.groups.extend(other.groups);
        self.everybody |= other.everybody;
        self
    }

    /// The first writer other than root.
    pub fn first_stranger(&self) -> Option<Principal> {
        self.stranger_to(&|uid| is_ours(uid), &|gid| gid == 0)
    }

    /// The first writer other than root, the system's own groups and the writers of `target`.
    fn stranger_besides(&self, target: &Self) -> Option<Principal> {
        let user = |uid| is_ours(uid) || target.users.contains(&uid);
        // A user's own group has the user's number.
        let group = |gid| is_of_the_system(gid) || target.groups.contains(&gid) || target.users.contains(&gid);
        self.stranger_to(&user, &group)
    }

    fn stranger_to(&self, user: &dyn Fn(u32) -> bool, group: &dyn Fn(u32) -> bool) -> Option<Principal> {
        let users = self.users.iter().find(|uid| !user(**uid)).map(|uid| Principal::User(*uid));
        let groups = self.groups.iter().find(|gid| !group(**gid)).map(|gid| Principal::Group(*gid));
        users.or(self.everybody.then_some(Principal::Everybody)).or(groups)
    }
}

fn is_ours(uid: u32) -> bool {
    uid == 0 || uid == geteuid().as_raw()
}

/// # Errors
/// Somebody can redirect the path who can't write to its target.
pub fn check_route(path: &Path, route: &Route<'_>) -> Result<(), Refused> {
    let target = route.target.map(Writers::of).unwrap_or_default();
    for node in route.passed.iter().chain(route.last) {
        if let Some(stranger) = Writers::of(node).stranger_besides(&target) {
            return Err(Refused::new(path, &node.path, Reason::Writable(stranger)));
        }
    }
    Ok(())
}

/// # Errors
/// Everybody can write to the file.
pub fn check_contents(path: &Path, file: &Node) -> Result<(), Refused> {
    let is_anybodys = Writers::of(file).everybody && file.kind() == FileType::RegularFile;
    let reason = Reason::Writable(Principal::Everybody);
    if is_anybodys { Err(Refused::new(path, &file.path, reason)) } else { Ok(()) }
}

/// # Errors
/// Somebody else made this file, in a directory in which everybody may make files.
pub fn check_entry(path: &Path, route: &Route<'_>, file: &Node) -> Result<(), Refused> {
    let Some(directory) = route.target else { return Ok(()) };
    let is_shared = directory.stat.st_mode & OTHERS_WRITE != 0;
    let is_trusted = is_ours(file.stat.st_uid) || file.stat.st_uid == directory.stat.st_uid;
    if !is_shared || is_trusted {
        return Ok(());
    }
    Err(Refused::new(path, &file.path, Reason::Writable(Principal::User(file.stat.st_uid))))
}
