//! The plan, from the dry run's lines: bytes to copy, room needed, what is deleted. Pure but for `TreeInfo`, which asks
//! the file systems for sizes that rsync does not print. `loss` judges the deletions.

use crate::copy::rsync::itemize::{Change, EntryKind, Item, OutputLine, Total};
use crate::copy::trees::tree_info::TreeInfo;
use crate::disks::mounted::Space;
use asbackup_api::Fault;

/// Directories, indirect blocks and journals take room beyond that of files: one hundredth, and at least
/// `LEAST_OVERHEAD` bytes.
const OVERHEAD_SHARE: u64 = 100;
const LEAST_OVERHEAD: u64 = 512 * 1024;

/// Sums over the dry run's lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Plan {
    /// Bytes of contents to copy.
    pub bytes: u64,
    /// Files whose contents are copied.
    pub files: u64,
    /// Files, links and special files to be deleted.
    pub deletions: u64,
    /// Deletions, directories included.
    pub removals: u64,
    /// Bytes that the deletions free.
    pub freed: u64,
    /// Entries of any kind that are not on the disk yet, each of which takes an inode.
    made: u64,
    growth: u64,
    largest_update: u64,
}

/// When to delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deleting {
    pub first: bool,
}

impl Plan {
    pub fn add(&mut self, line: &OutputLine, trees: &impl TreeInfo) {
        match line {
            OutputLine::Item(item) => self.add_item(item, trees),
            OutputLine::Total(Total::TransferredBytes, bytes) => self.bytes = *bytes,
            OutputLine::Total(Total::TransferredFiles, files) => self.files = *files,
            _ => {}
        }
    }

    fn add_item(&mut self, item: &Item, trees: &impl TreeInfo) {
        match item.change {
            Change::Deleted if item.kind == EntryKind::Directory => self.removals += 1,
            Change::Deleted => {
                self.removals += 1;
                self.deletions += 1;
                self.freed = self.freed.saturating_add(trees.old(&item.path).room);
            }
            Change::New => {
                self.made += 1;
                self.growth = self.growth.saturating_add(trees.size_of_new(&item.path, item.length));
            }
            Change::Made => {
                self.made += 1;
                // A directory takes one block; on FAT and exFAT that may be as much as 128 KiB.
                let room = if item.kind == EntryKind::Directory { trees.size_of_new(&item.path, 1) } else { 0 };
                self.growth = self.growth.saturating_add(room);
            }
            Change::Updated => {
                let new = trees.size_of_new(&item.path, item.length);
                self.growth = self.growth.saturating_add(new.saturating_sub(trees.old(&item.path).room));
                // The new version is written whole beside the old one.
                self.largest_update = self.largest_update.max(new);
            }
            _ => {}
        }
    }

    /// Whether anything is to be made or written.
    pub fn writes(&self) -> bool {
        self.made > 0 || self.files > 0
    }

    /// Bytes that must be free for the copy, not counting what deletions free.
    pub fn need(&self) -> u64 {
        let contents = self.growth.saturating_add(self.largest_update);
        if contents == 0 {
            return 0;
        }
        contents.saturating_add((contents / OVERHEAD_SHARE).max(LEAST_OVERHEAD))
    }

    /// Whether the copy fits, perhaps only if deletions come first. `partial`: bytes that an interrupted copy left on
    /// the disk, which need no room of their own unless they are deleted with the rest.
    ///
    /// # Errors
    /// `NoSpace`, with what is missing, or `TooFewInodes`.
    pub fn fit(&self, space: Space, partial: u64) -> Result<Deleting, Fault> {
        Ok(Deleting { first: self.lacks_bytes(space, partial)? | self.lacks_inodes(space)? })
    }

    fn lacks_bytes(&self, space: Space, partial: u64) -> Result<bool, Fault> {
        let need = self.need();
        let free = space.free.saturating_add(self.freed);
        if need > free {
            return Err(Fault::NoSpace { needed: need, free, missing: need - free, reserved: 0 });
        }
        Ok(need > space.free.saturating_add(partial))
    }

    fn lacks_inodes(&self, space: Space) -> Result<bool, Fault> {
        let Some(inodes) = space.inodes else { return Ok(false) };
        let free = inodes.saturating_add(self.removals);
        if self.made > free {
            return Err(Fault::TooFewInodes { needed: self.made, free });
        }
        Ok(self.made > inodes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copy::trees::tree_info::OldFile;
    use proptest::prelude::*;
    use std::path::{Path, PathBuf};

    /// Every file on the disk has 1 MB; new ones have the length that rsync prints.
    struct Fixed;

    impl TreeInfo for Fixed {
        fn size_of_new(&self, _: &Path, length: u64) -> u64 {
            length
        }
        fn old(&self, _: &Path) -> OldFile {
            OldFile { room: 1_000_000, length: 1_000_000, is_file: true }
        }
        fn is_source_directory(&self, _: &Path) -> bool {
            false
        }
        fn is_in_source(&self, _: &Path) -> bool {
            false
        }
        fn former(&self, _: &Path) -> Option<(PathBuf, OldFile)> {
            None
        }
    }

    fn plan(lines: &[&str]) -> Plan {
        let mut plan = Plan::default();
        for line in lines {
            plan.add(&OutputLine::parse(line.as_bytes()), &Fixed);
        }
        plan
    }

    fn space(free: u64) -> Space {
        Space { free, reserved: 0, size: free, block: 4096, inodes: None }
    }

    #[test]
    fn nothing_to_copy_needs_no_room() {
        let plan = plan(&[".d..t......|4096|./", "Total transferred file size: 0 bytes"]);
        assert_eq!(plan.need(), 0);
        assert_eq!(plan.fit(space(0), 0), Ok(Deleting { first: false }));
    }

    #[test]
    fn directories_need_room_and_links_do_not() {
        assert_eq!(plan(&["cd+++++++++|4096|d/", "cd+++++++++|4096|d/e/", "cL+++++++++|9|l"]).growth, 2);
        assert_eq!(plan(&[".d..t......|4096|d/", "cL+++++++++|9|l"]).need(), 0);
    }

    #[test]
    fn a_changed_file_needs_room_beside_its_old_version() {
        let plan = plan(&[">f.st......|3000000|big", ">f.st......|1000000|small", ">f+++++++++|5000000|new"]);
        assert_eq!(plan.growth, 2_000_000 + 5_000_000);
        assert_eq!(plan.largest_update, 3_000_000);
        assert!(plan.need() > 10_000_000);
    }

    #[test]
    fn deletions_make_room_only_when_they_come_first() {
        let plan = plan(&[">f+++++++++|2000000|new", "*deleting  |0|old1", "*deleting  |0|old2"]);
        assert_eq!(plan.fit(space(3_000_000), 0), Ok(Deleting { first: false }));
        assert_eq!(plan.fit(space(1_000_000), 0), Ok(Deleting { first: true }));
        assert_eq!(plan.fit(space(1_000_000), 2_000_000), Ok(Deleting { first: false }));
        let error = plan.fit(space(100_000), 0).unwrap_err();
        assert!(matches!(error, Fault::NoSpace { free: 2_100_000, missing, .. } if missing > 0), "{error:?}");
    }

    #[test]
    fn each_entry_that_is_made_needs_an_inode() {
        let plan = plan(&["cd+++++++++|0|d/", ">f+++++++++|0|d/new", "cL+++++++++|1|l", "*deleting  |0|old"]);
        let space = |inodes| Space { inodes: Some(inodes), ..space(1_000_000_000) };
        assert_eq!(plan.fit(space(3), 0), Ok(Deleting { first: false }));
        assert_eq!(plan.fit(space(2), 0), Ok(Deleting { first: true }));
        assert_eq!(plan.fit(space(1), 0), Err(Fault::TooFewInodes { needed: 3, free: 2 }));
    }

    #[test]
    fn removed_directories_are_no_deleted_files() {
        let plan = plan(&["*deleting  |0|x", "*deleting  |0|d/"]);
        assert_eq!((plan.deletions, plan.removals, plan.freed), (1, 2, 1_000_000));
    }

    proptest! {
        /// Sparse files can be as long as any number.
        #[test]
        fn sums_never_overflow(lengths in prop::collection::vec(any::<u64>(), 0..20), free: u64) {
            let mut plan = Plan::default();
            for (place, length) in lengths.iter().enumerate() {
                let kind = if place % 2 == 0 { ">f+++++++++" } else { ">f.st......" };
                plan.add(&OutputLine::parse(format!("{kind}|{length}|x").as_bytes()), &Fixed);
            }
            let most = lengths.iter().copied().max().unwrap_or_default();
            prop_assert!(plan.need() >= most.saturating_sub(1_000_000));
            prop_assert_eq!(plan.fit(space(free), 0).is_ok(), plan.need() <= free);
        }

        #[test]
        fn any_lines_are_accepted(lines in prop::collection::vec(".{0,40}|[*>.cdfhL+a-z |0-9]{12,40}", 0..20)) {
            let mut plan = Plan::default();
            lines.iter().for_each(|line| plan.add(&OutputLine::parse(line.as_bytes()), &Fixed));
            let _ = plan.fit(space(1), 0);
        }
    }
}
