//! What the dry run's lines amount to: bytes to copy, room needed, files that would be deleted. Pure but for `Trees`, which
//! asks the file systems for sizes that rsync does not tell.

use std::fs::File;
use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::{AtFlags, Mode, OFlags, SeekFrom};

use super::items::{Change, Item, Kind, Line, Total};
use crate::disks::mounted::Space;
use crate::model::Fault;

/// Deletions that are never worth a question.
const FREE_DELETIONS: u64 = 10;
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
    /// What the file that is replaced takes now.
    fn size_of_old(&self, path: &Path) -> u64;
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
            Line::Progress(_) | Line::Other => {}
        }
    }

    fn add_item(&mut self, item: &Item, sizes: &impl Sizes) {
        match item.change {
            Change::Deleted if item.kind == Kind::Directory => self.removals += 1,
            Change::Deleted => {
                self.removals += 1;
                self.deletions += 1;
                self.freed = self.freed.saturating_add(sizes.size_of_old(&item.path));
            }
            Change::New => self.growth = self.growth.saturating_add(sizes.size_of_new(&item.path, item.length)),
            Change::Updated => {
                let new = sizes.size_of_new(&item.path, item.length);
                self.growth = self.growth.saturating_add(new.saturating_sub(sizes.size_of_old(&item.path)));
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

    /// Whether it fits, and whether only when deletions come first.
    ///
    /// # Errors
    /// `NoSpace`, with what is missing.
    pub fn fit(&self, space: Space) -> Result<Deleting, Fault> {
        let need = self.need();
        if need <= space.free {
            return Ok(Deleting { first: false });
        }
        let free = space.free.saturating_add(self.freed);
        if need <= free {
            return Ok(Deleting { first: true });
        }
        Err(Fault::NoSpace { needed: need, free, missing: need - free })
    }

    /// # Errors
    /// `TooManyDeletions` when more than `percent` of the files that are on the disk would go.
    pub fn within_budget(&self, percent: u8) -> Result<(), Fault> {
        let existing = self.regular.saturating_sub(self.created) + self.deletions;
        let percent = u64::from(percent);
        if self.deletions <= FREE_DELETIONS || self.deletions * 100 <= existing * percent {
            return Ok(());
        }
        Err(Fault::TooManyDeletions { files: self.deletions, existing, percent })
    }
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

    fn size_of_old(&self, path: &Path) -> u64 {
        let stat = rustix::fs::statat(&self.target, path, AtFlags::SYMLINK_NOFOLLOW);
        // A file with another name elsewhere gives nothing back.
        stat.map_or(0, |stat| if stat.st_nlink > 1 { 0 } else { stat.st_blocks.unsigned_abs() * SECTOR })
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
        fn size_of_old(&self, _: &Path) -> u64 {
            1_000_000
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
        Space { free, size: free, block: 4096 }
    }

    #[test]
    fn nothing_to_copy_needs_no_room() {
        let plan = plan(&[".d..t......|4096|./", "Total transferred file size: 0 bytes"]);
        assert_eq!(plan.need(), 0);
        assert_eq!(plan.fit(space(0)), Ok(Deleting { first: false }));
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
        assert_eq!(plan.fit(space(3_000_000)), Ok(Deleting { first: false }));
        assert_eq!(plan.fit(space(1_000_000)), Ok(Deleting { first: true }));
        let error = plan.fit(space(100_000)).unwrap_err();
        assert!(matches!(error, Fault::NoSpace { free: 2_100_000, missing, .. } if missing > 0), "{error:?}");
    }

    #[test]
    fn more_deletions_than_the_budget_are_refused() {
        let mut lines = vec!["Number of files: 9 (reg: 9)", "Number of created files: 0"];
        lines.extend(["*deleting  |0|x"; 11]);
        let plan = plan(&lines);
        assert_eq!(plan.within_budget(55), Ok(()));
        let refused = Fault::TooManyDeletions { files: 11, existing: 20, percent: 54 };
        assert_eq!(plan.within_budget(54), Err(refused));
    }

    #[test]
    fn a_handful_of_deletions_is_always_allowed_and_directories_do_not_count() {
        let mut lines = vec!["Number of files: 0"];
        lines.extend(["*deleting  |0|x"; 10]);
        lines.extend(["*deleting  |0|d/"; 10]);
        assert_eq!(plan(&lines).within_budget(0), Ok(()));
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
            prop_assert_eq!(plan.fit(space(free)).is_ok(), plan.need() <= free);
        }

        #[test]
        fn no_lines_make_the_plan_stumble(lines in prop::collection::vec(".{0,40}|[*>.cdfhL+a-z |0-9]{12,40}", 0..20)) {
            let mut plan = Plan::default();
            lines.iter().for_each(|line| plan.add(Line::parse(line.as_bytes()), &Fixed));
            let _ = (plan.fit(space(1)), plan.within_budget(50));
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
