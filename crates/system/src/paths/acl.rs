//! Parses a POSIX access control list in the kernel's format: who may write besides the owner.

use std::os::fd::{AsFd, AsRawFd};

const NAME: &str = "system.posix_acl_access";
/// The maximum size of an extended attribute in bytes.
const LONGEST: usize = 64 * 1024;
const HEADER: usize = 4;
const WRITES: u16 = 2;

const USER: u16 = 0x02;
const OWNING_GROUP: u16 = 0x04;
const GROUP: u16 = 0x08;

/// Who may write, provided the mask allows it, which callers check.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Listed {
    pub users: Vec<u32>,
    pub groups: Vec<u32>,
    pub owning_group: bool,
}

/// `None` without a list beyond the mode.
pub fn writers(node: impl AsFd) -> Option<Listed> {
    // The kernel reads no attributes by an `O_PATH` descriptor, but does by its name here.
    let path = format!("/proc/self/fd/{}", node.as_fd().as_raw_fd());
    let mut value = vec![0; LONGEST];
    let length = rustix::fs::getxattr(path, NAME, &mut value).ok()?;
    Some(parse(value.get(HEADER..length)?))
}

fn parse(entries: &[u8]) -> Listed {
    let mut listed = Listed::default();
    for entry in entries.chunks_exact(8) {
        let half = |at: usize| u16::from_le_bytes([entry[at], entry[at + 1]]);
        let id = u32::from_le_bytes([entry[4], entry[5], entry[6], entry[7]]);
        if half(2) & WRITES == 0 {
            continue;
        }
        match half(0) {
            USER => listed.users.push(id),
            GROUP => listed.groups.push(id),
            OWNING_GROUP => listed.owning_group = true,
            _ => {}
        }
    }
    listed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(tag: u16, rights: u16, id: u32) -> Vec<u8> {
        [&tag.to_le_bytes()[..], &rights.to_le_bytes(), &id.to_le_bytes()].concat()
    }

    #[test]
    fn only_principals_that_may_write_are_listed() {
        let list =
            [entry(1, 7, u32::MAX), entry(2, 7, 1000), entry(2, 5, 1001), entry(4, 5, u32::MAX), entry(8, 2, 50)];
        let expected = Listed { users: vec![1000], groups: vec![50], owning_group: false };
        assert_eq!(parse(&list.concat()), expected);
    }

    #[test]
    fn an_incomplete_entry_is_ignored() {
        assert_eq!(parse(&[2, 0, 7]), Listed::default());
    }
}
