//! Who can change what a directory holds, and whether they may have a say in where a path leads.

use std::path::Path;

use rustix::fs::FileType;
use rustix::process::geteuid;

use super::acl;
use super::names::{Who, is_of_the_system};
use super::place::{Course, Place};
use super::refusal::{Reason, Refused};

const STICKY: u32 = 0o1000;
const GROUP_WRITES: u32 = 0o020;
const OTHERS_WRITE: u32 = 0o002;

/// Those who can put something else in the place of what is in a directory, or of what a file holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Writers {
    pub users: Vec<u32>,
    pub groups: Vec<u32>,
    pub everybody: bool,
}

impl Writers {
    pub fn of(place: &Place) -> Self {
        let (stat, mode) = (&place.stat, place.stat.st_mode);
        let mut writers = Self { users: vec![stat.st_uid], ..Self::default() };
        // In a sticky directory each has only what is his own; a link's mode says nothing.
        if mode & STICKY != 0 || place.kind() == FileType::Symlink {
            return writers;
        }
        writers.everybody = mode & OTHERS_WRITE != 0;
        // With an ACL these bits are its mask, and without them nobody in it writes.
        if mode & GROUP_WRITES != 0 {
            match acl::writers(&place.descriptor) {
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

    /// Both.
    pub fn or(mut self, other: Self) -> Self {
        self.users.extend(other.users);
        self.groups.extend(other.groups);
        self.everybody |= other.everybody;
        self
    }

    /// Somebody other than root.
    pub fn first_stranger(&self) -> Option<Who> {
        self.stranger_to(&|uid| is_ours(uid), &|gid| gid == 0)
    }

    /// Somebody other than root, the system's own groups and those who write `thing` anyway.
    fn stranger_beside(&self, thing: &Self) -> Option<Who> {
        let user = |uid| is_ours(uid) || thing.users.contains(&uid);
        // Where each user has a group of their own, both have one number.
        let group = |gid| is_of_the_system(gid) || thing.groups.contains(&gid) || thing.users.contains(&gid);
        self.stranger_to(&user, &group)
    }

    fn stranger_to(&self, user: &dyn Fn(u32) -> bool, group: &dyn Fn(u32) -> bool) -> Option<Who> {
        let users = self.users.iter().find(|uid| !user(**uid)).map(|uid| Who::User(*uid));
        let groups = self.groups.iter().find(|gid| !group(**gid)).map(|gid| Who::Group(*gid));
        users.or(self.everybody.then_some(Who::Everybody)).or(groups)
    }
}

fn is_ours(uid: u32) -> bool {
    uid == 0 || uid == geteuid().as_raw()
}

/// # Errors
/// Somebody has a say in where it leads who has none in what is there.
pub fn judge(path: &Path, course: &Course<'_>) -> Result<(), Refused> {
    let thing = course.thing.map(Writers::of).unwrap_or_default();
    for place in course.passed.iter().chain(course.last) {
        if let Some(who) = Writers::of(place).stranger_beside(&thing) {
            return Err(Refused::new(path, &place.path, Reason::Writable(who)));
        }
    }
    Ok(())
}

/// # Errors
/// What it says is anybody's.
pub fn judge_contents(path: &Path, file: &Place) -> Result<(), Refused> {
    let anybodys = Writers::of(file).everybody && file.kind() == FileType::RegularFile;
    let reason = Reason::Writable(Who::Everybody);
    if anybodys { Err(Refused::new(path, &file.path, reason)) } else { Ok(()) }
}

/// # Errors
/// In a directory in which anybody may make files, somebody else has made this one.
pub fn judge_entry(path: &Path, course: &Course<'_>, file: &Place) -> Result<(), Refused> {
    let Some(directory) = course.thing else { return Ok(()) };
    let is_shared = directory.stat.st_mode & OTHERS_WRITE != 0;
    let is_trusted = is_ours(file.stat.st_uid) || file.stat.st_uid == directory.stat.st_uid;
    if !is_shared || is_trusted {
        return Ok(());
    }
    Err(Refused::new(path, &file.path, Reason::Writable(Who::User(file.stat.st_uid))))
}
