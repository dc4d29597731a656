//! Users and groups: their names, and which groups are the system's own.

use std::fmt;
use std::fs;

/// Debian and systemd give lower IDs to services; people's begin here.
const FIRST_OF_PEOPLE: u32 = 1000;
/// `users`, whose members are people.
const USERS: u32 = 100;

/// Whoever can write to a file or directory. Displayed by name; a group has a percent sign before it, as in sudoers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principal {
    /// By user ID.
    User(u32),
    /// By group ID.
    Group(u32),
    /// Writable for others.
    Everybody,
}

/// Whether the administrator chose the members of this group, as with `/var/log`, which is `root:syslog` on some systems.
pub fn is_of_the_system(gid: u32) -> bool {
    gid < FIRST_OF_PEOPLE && gid != USERS
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(uid) => f.write_str(&name("/etc/passwd", *uid).unwrap_or_else(|| uid.to_string())),
            Self::Group(gid) => write!(f, "%{}", name("/etc/group", *gid).unwrap_or_else(|| gid.to_string())),
            Self::Everybody => f.write_str("everybody"),
        }
    }
}

fn name(table: &str, number: u32) -> Option<String> {
    let text = fs::read_to_string(table).ok()?;
    let mut lines = text.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let line = lines.find(|fields| fields.get(2).and_then(|id| id.parse().ok()) == Some(number))?;
    line.first().map(|name| (*name).to_owned())
}
