//! What the dry run's lines amount to: bytes to copy, room needed, files that would be deleted. Pure but for `Trees`, which
//! asks the file systems for sizes that rsync does not tell.

use std::fs::File;
use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::{AtFlags, Mode, OFlags, SeekFrom, Stat};

use super::halves;
use super::items::{Change, Item, Kind, Line, Total};
use crate::disks::mounted::Space;
use crate::model::Fault;

/// Deletions that are never worth a question: so many files, and so many bytes.
const FREE_DELETIONS: u64 = 10;
const FREE_BYTES: u64 = 100_000_000;
/// Directories, indirect blocks and journals take room that no file shows: one hundredth, and at least this.
const OVERHEAD_SHARE: u64 = 100;
const LEAST_OVERHEAD: u64 = 512 * 1024;
/// Below this a file with holes saves too little to look for them.
const SMALLEST_SPARSE: u64 = 1024 * 1024;
/// The unit of `st_blocks`.
const SECTOR: u64 = 512;

/// Sizes in bytes that rsync does not print.
pub trait Sizes {
    /// What a new file will take on the disk: its length, or less when it has holes that stay holes.
    fn size_of_new(&self, path: &Path, length: u64) -> u64;
    /// What the file that is replaced or deleted is now.
    fn size_of_old(&self, path: &Path) -> Old;
}

/// A file on the disk, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Old {
    /// What it takes, and gives back when it goes.
    pub room: u64,
    pub length: u64,
}

/// How much of what is on the disk one copy may delete, in percent.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    pub files: u8,
    pub bytes: u8,
}

/// Sums over the dry run's lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Plan {
    /// Bytes of contents to copy.
    pub bytes: u64,
    /// Files whose contents are copied.
    pub files: u64,
    /// Files, links and special files to be deleted.
    pub deletions: u64,
    /// The same, and directories.
    pub removals: u64,
    /// Bytes that the deletions give back.
    pub freed: u64,
    /// Regular files in the source, and those of them that are not on the disk yet.
    regular: u64,
    created: u64,
    /// Bytes of the same, and what of the deletions could be a loss.
    regular_bytes: u64,
    created_bytes: u64,
    deleted_files: u64,
    deleted_bytes: u64,
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
    pub fn add(&mut self, line: Line, sizes: &impl Sizes) {
        match line {
            Line::Item(item) => self.add_item(&item, sizes),
            Line::Total(Total::TransferredBytes, bytes) => self.bytes = bytes,
            Line::Total(Total::TransferredFiles, files) => self.files = files,
            Line::Total(Total::RegularFiles, files) => self.regular = files,
            Line::Total(Total::CreatedRegularFiles, files) => self.created = files,
            Line::Total(Total::FileBytes, bytes) => self.regular_bytes = bytes,
            Line::Progress(_) | Line::Other => {}
        }
    }

    fn add_item(&mut self, item: &Item, sizes: &impl Sizes) {
        match item.change {
            Change::Deleted if item.kind == Kind::Directory => self.removals += 1,
            Change::Deleted => {
                self.removals += 1;
                self.deletions += 1;
                let old = sizes.size_of_old(&item.path);
                self.freed = self.freed.saturating_add(old.room);
                // What a run before has left half done is no backup that could be lost.
                if !halves::is_half(&item.path) {
                    self.deleted_files += 1;
                    self.deleted_bytes = self.deleted_bytes.saturating_add(old.length);
                }
            }
            Change::New => {
                self.made += 1;
                self.created_bytes = self.created_bytes.saturating_add(item.length);
                self.growth = self.growth.saturating_add(sizes.size_of_new(&item.path, item.length));
            }
            Change::Made => self.made += 1,
            Change::Updated => {
                let new = sizes.size_of_new(&item.path, item.length);
                self.growth = self.growth.saturating_add(new.saturating_sub(sizes.size_of_old(&item.path).room));
                // The new version is written whole beside the old one.
                self.largest_update = self.largest_update.max(new);
            }
            _ => {}
        }
    }

    /// Bytes that must be free for the copy, with what deletions give back left out.
    pub fn need(&self) -> u64 {
        let contents = self.growth.saturating_add(self.largest_update);
        if contents == 0 {
            return 0;
        }
        contents.saturating_add((contents / OVERHEAD_SHARE).max(LEAST_OVERHEAD))
    }

    /// Whether it fits, and whether only when deletions come first. `halves` are bytes of what an interrupted copy left on the
    /// disk: it needs no room of its own, unless it is deleted with the rest.
    ///
    /// # Errors
    /// `NoSpace`, with what is missing, or `TooFewInodes`.
    pub fn fit(&self, space: Space, halves: u64) -> Result<Deleting, Fault> {
        Ok(Deleting { first: self.lacks_bytes(space, halves)? | self.lacks_inodes(space)? })
    }

    fn lacks_bytes(&self, space: Space, halves: u64) -> Result<bool, Fault> {
        let need = self.need();
        let free = space.free.saturating_add(self.freed);
        if need > free {
            return Err(Fault::NoSpace { needed: need, free, missing: need - free });
        }
        Ok(need > space.free.saturating_add(halves))
    }

    fn lacks_inodes(&self, space: Space) -> Result<bool, Fault> {
        let Some(inodes) = space.inodes else { return Ok(false) };
        let free = inodes.saturating_add(self.removals);
        if self.made > free {
            return Err(Fault::TooFewInodes { needed: self.made, free });
        }
        Ok(self.made > inodes)
    }

    /// # Errors
    /// `TooManyDeletions` or `TooManyBytesDeleted` when more of what is on the disk would go than the budget allows.
    pub fn within_budget(&self, budget: Budget) -> Result<(), Fault> {
        let files = self.deleted_files;
        let existing = self.regular.saturating_sub(self.created).saturating_add(files);
        let percent = u64::from(budget.files);
        if files > FREE_DELETIONS && exceeds(files, existing, percent) {
            return Err(Fault::TooManyDeletions { files, existing, percent });
        }
        let bytes = self.deleted_bytes;
        let existing = self.regular_bytes.saturating_sub(self.created_bytes).saturating_add(bytes);
        let percent = u64::from(budget.bytes);
        if bytes > FREE_BYTES && exceeds(bytes, existing, percent) {
            return Err(Fault::TooManyBytesDeleted { bytes, existing, percent });
        }
        Ok(())
    }
}

fn exceeds(part: u64, whole: u64, percent: u64) -> bool {
    u128::from(part) * 100 > u128::from(whole) * u128::from(percent)
}

/// The two trees that are compared.
#[derive(Debug)]
pub struct Trees {
    pub source: File,
    pub target: File,
    /// The target's allocation unit in bytes.
    pub block: u64,
    /// Whether holes stay holes on the target.
    pub keeps_holes: bool,
}

impl Sizes for Trees {
    fn size_of_new(&self, path: &Path, length: u64) -> u64 {
        let data = if self.keeps_holes && length >= SMALLEST_SPARSE { self.data(path, length) } else { length };
        data.checked_next_multiple_of(self.block).unwrap_or(u64::MAX)
    }

    fn size_of_old(&self, path: &Path) -> Old {
        let stat = rustix::fs::statat(&self.target, path, AtFlags::SYMLINK_NOFOLLOW);
        // A file with another name elsewhere gives nothing back.
        let room = |stat: &Stat| if stat.st_nlink > 1 { 0 } else { stat.st_blocks.unsigned_abs() * SECTOR };
        stat.map_or(Old::default(), |stat| Old { room: room(&stat), length: stat.st_size.unsigned_abs() })
    }
}

impl Trees {
    /// Bytes outside of holes; `st_blocks` would be too small for compressed files.
    fn data(&self, path: &Path, length: u64) -> u64 {
        let stat = rustix::fs::statat(&self.source, path, AtFlags::SYMLINK_NOFOLLOW);
        if stat.map_or(true, |stat| stat.st_blocks.unsigned_abs() * SECTOR >= length) {
            return length;
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        match rustix::fs::openat(&self.source, path, flags, Mode::empty()) {
            Ok(file) => data_extents(&file, length),
            Err(_) => length,
        }
    }
}

fn data_extents(file: &impl AsFd, length: u64) -> u64 {
    let (mut position, mut data) = (0, 0);
    while position < length {
        // ENXIO: nothing but a hole up to the end.
        let Ok(start) = rustix::fs::seek(file, SeekFrom::Data(position)) else { break };
        let end = rustix::fs::seek(file, SeekFrom::Hole(start)).unwrap_or(length);
        data += end.saturating_sub(start);
        position = end.max(start + 1);
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every file on the disk has 1 MB; new ones are as long as rsync says.
    struct Fixed;

    impl Sizes for Fixed {
        fn size_of_new(&self, _: &Path, length: u64) -> u64 {
            length
        }
        fn size_of_old(&self, _: &Path) -> Old {
            Old { room: 1_000_000, length: 1_000_000 }
        }
    }

    fn plan(lines: &[&str]) -> Plan {
        let mut plan = Plan::default();
        for line in lines {
            plan.add(Line::parse(line.as_bytes()), &Fixed);
        }
        plan
    }

    fn space(free: u64) -> Space {
        Space { free, size: free, block: 4096, inodes: None }
    }

    #[test]
    fn nothing_to_copy_needs_no_room() {
        let plan = plan(&[".d..t......|4096|./", "Total transferred file size: 0 bytes"]);
        assert_eq!(plan.need(), 0);
        assert_eq!(plan.fit(space(0), 0), Ok(Deleting { first: false }));
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
    fn more_deletions_than_the_budget_are_refused() {
        let mut lines = vec!["Number of files: 9 (reg: 9)", "Number of created files: 0"];
        lines.extend(["*deleting  |0|x"; 11]);
        let plan = plan(&lines);
        assert_eq!(plan.within_budget(Budget { files: 55, bytes: 100 }), Ok(()));
        let refused = Fault::TooManyDeletions { files: 11, existing: 20, percent: 54 };
        assert_eq!(plan.within_budget(Budget { files: 54, bytes: 100 }), Err(refused));
    }

    /// A repository of a few huge files: ten of them can be nearly all of it.
    #[test]
    fn more_bytes_deleted_than_the_budget_are_refused() {
        let mut plan = plan(&["Number of files: 9 (reg: 9)", "Total file size: 100000000 bytes"]);
        plan.deletions = 2;
        plan.deleted_bytes = 300_000_000;
        assert_eq!(plan.within_budget(Budget { files: 0, bytes: 75 }), Ok(()));
        let refused = Fault::TooManyBytesDeleted { bytes: 300_000_000, existing: 400_000_000, percent: 74 };
        assert_eq!(plan.within_budget(Budget { files: 0, bytes: 74 }), Err(refused));
        plan.deleted_bytes = FREE_BYTES;
        assert_eq!(plan.within_budget(Budget { files: 0, bytes: 0 }), Ok(()));
    }

    /// A first copy that was cut off in its largest file has nothing on the disk but the half of that.
    #[test]
    fn what_was_left_half_done_is_no_loss() {
        let mut plan = Plan::default();
        for _ in 0..200 {
            plan.add(Line::parse(b"*deleting  |0|.asbackup-partial/full.vbk"), &Fixed);
        }
        assert_eq!(plan.freed, 200_000_000);
        assert_eq!(plan.within_budget(Budget { files: 0, bytes: 0 }), Ok(()));
    }

    #[test]
    fn what_is_new_does_not_count_as_being_on_the_disk() {
        let mut plan = plan(&[">f+++++++++|900000000|new", "Total file size: 1000000000 bytes"]);
        plan.deleted_bytes = 300_000_000;
        let refused = Fault::TooManyBytesDeleted { bytes: 300_000_000, existing: 400_000_000, percent: 50 };
        assert_eq!(plan.within_budget(Budget { files: 0, bytes: 50 }), Err(refused));
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
    fn a_handful_of_deletions_is_always_allowed_and_directories_do_not_count() {
        let mut lines = vec!["Number of files: 0"];
        lines.extend(["*deleting  |0|x"; 10]);
        lines.extend(["*deleting  |0|d/"; 10]);
        assert_eq!(plan(&lines).within_budget(Budget { files: 0, bytes: 0 }), Ok(()));
        assert_eq!((plan(&lines).deletions, plan(&lines).removals), (10, 20));
    }

    proptest! {
        /// Sparse files can be as long as a number, many times over.
        #[test]
        fn no_lengths_make_the_sums_stumble(lengths in prop::collection::vec(any::<u64>(), 0..20), free: u64) {
            let mut plan = Plan::default();
            for (place, length) in lengths.iter().enumerate() {
                let kind = if place % 2 == 0 { ">f+++++++++" } else { ">f.st......" };
                plan.add(Line::parse(format!("{kind}|{length}|x").as_bytes()), &Fixed);
            }
            let most = lengths.iter().copied().max().unwrap_or_default();
            prop_assert!(plan.need() >= most.saturating_sub(1_000_000));
            prop_assert_eq!(plan.fit(space(free), 0).is_ok(), plan.need() <= free);
        }

        #[test]
        fn no_lines_make_the_plan_stumble(lines in prop::collection::vec(".{0,40}|[*>.cdfhL+a-z |0-9]{12,40}", 0..20)) {
            let mut plan = Plan::default();
            lines.iter().for_each(|line| plan.add(Line::parse(line.as_bytes()), &Fixed));
            let _ = (plan.fit(space(1), 0), plan.within_budget(Budget { files: 50, bytes: 50 }));
        }
    }

    #[test]
    fn holes_need_no_room_where_they_stay_holes() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("sparse");
        let file = File::create(&path).unwrap();
        file.set_len(50_000_000).unwrap();
        std::os::unix::fs::FileExt::write_all_at(&file, &[1; 4096], 20_000_000).unwrap();
        let open = || File::open(place.path()).unwrap();
        let mut trees = Trees { source: open(), target: open(), block: 4096, keeps_holes: true };
        assert!(trees.size_of_new(Path::new("sparse"), 50_000_000) < 1_000_000);
        trees.keeps_holes = false;
        assert_eq!(trees.size_of_new(Path::new("sparse"), 50_000_000), 50_003_968);
    }
}
