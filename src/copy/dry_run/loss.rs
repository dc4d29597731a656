//! What the disk would lose by a copy, from the dry run's lines. New names are no loss: once Veeam's retention has
//! turned over, every old file on a disk that comes once a month is gone, and as many new ones are there. A truncated
//! file is a loss, though nothing is deleted. Pure but for `TreeInfo`, which asks the trees what rsync does not print.

use std::path::Path;

use super::file_kinds::{self, Kinds, Sum};
use super::headers::{HeaderComparison, Replacement, Replacements};
use crate::copy::rsync::itemize::{Change, Counted, Entries, EntryKind, Item, OutputLine, Total};
use crate::copy::trees::partial;
use crate::copy::trees::tree_info::{OldFile, TreeInfo};
use asbackup_api::{Agreed, DiskId, Fault};

/// A loss of up to so many files and bytes is always allowed.
const FREE_FILES: u64 = 10;
const FREE_BYTES: u64 = 100_000_000;
/// A file that keeps less than one in so many bytes is as good as deleted. A compacted full backup keeps more.
const REMAINS: u64 = 10;

/// How much the disk may lose by one copy, in percent of what it holds.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    pub files: u8,
    pub bytes: u8,
}

/// What a loss is measured against.
#[derive(Debug)]
pub struct LossLimits {
    pub disk: DiskId,
    pub budget: Budget,
    /// No good copy to this disk is known yet.
    pub first: bool,
    /// How much of somebody else's files may then be deleted.
    pub agreed: Option<Agreed>,
}

/// Sums over the dry run's lines.
#[derive(Debug, Default)]
pub struct Loss {
    /// Entries in the source.
    found: Entries,
    /// Those of them that are not on the disk yet.
    created: Entries,
    /// Bytes of all regular files in the source.
    held: u64,
    /// Deleted, or truncated so far that hardly anything is left.
    lost: Sum,
    deleted: u64,
    lost_bytes: u64,
    /// In new and in longer files.
    gained_bytes: u64,
    new_empty: u64,
    filled: u64,
    gone: Kinds,
    came: Kinds,
    candidates: ForeignCandidates,
    replacements: Replacements,
}

impl Loss {
    pub fn add(&mut self, line: &OutputLine, trees: &impl TreeInfo) {
        match line {
            OutputLine::Item(item) => self.add_item(item, trees),
            OutputLine::Count(Counted::Found, entries) => self.found = *entries,
            OutputLine::Count(Counted::Created, entries) => self.created = *entries,
            OutputLine::Total(Total::FileBytes, bytes) => self.held = *bytes,
            _ => {}
        }
    }

    fn add_item(&mut self, item: &Item, trees: &impl TreeInfo) {
        match (item.change, item.kind) {
            // A partial file of an earlier run is no backup.
            (Change::Deleted, EntryKind::Directory) => {}
            (Change::Deleted, _) if partial::is_partial(&item.path, |of| trees.is_in_source(of)) => {}
            (Change::Deleted, _) => self.lose(item, trees.old(&item.path), trees),
            (Change::New, _) => self.gain(item, trees),
            (Change::HardLink, _) if !trees.old(&item.path).is_file => self.add_gained(item.length),
            (Change::Updated, EntryKind::File) => self.rewrite(item, trees.old(&item.path)),
            (Change::HardLink, _) => self.relink(item, trees.old(&item.path)),
            (Change::Made, _) => self.make_way(item, trees),
            _ => {}
        }
    }

    fn lose(&mut self, item: &Item, old: OldFile, trees: &impl TreeInfo) {
        let bytes = if old.is_file { old.length } else { 0 };
        self.deleted += 1;
        self.lost.add(&item.path, bytes);
        self.lost_bytes = self.lost_bytes.saturating_add(bytes);
        self.gone.add(&item.path, bytes);
        self.candidates.add(&item.path, bytes, |directory| trees.is_source_directory(directory));
    }

    /// rsync deletes a file silently when a link, a directory or a device takes its name.
    fn make_way(&mut self, item: &Item, trees: &impl TreeInfo) {
        // rsync prints directories with a slash at the end.
        let item = Item { path: item.path.components().collect(), ..item.clone() };
        let old = trees.old(&item.path);
        if old.is_file {
            self.lose(&item, old, trees);
        }
    }

    fn gain(&mut self, item: &Item, trees: &impl TreeInfo) {
        self.add_gained(item.length);
        self.new_empty += u64::from(item.length == 0);
        self.came.add(&item.path, item.length);
        if let Some((former, old)) = trees.former(&item.path) {
            self.replacements.add(Replacement { length: old.length, old: former, new: item.path.clone() });
        }
    }

    fn rewrite(&mut self, item: &Item, old: OldFile) {
        self.came.add(&item.path, item.length);
        self.add_gained(item.length.saturating_sub(old.length));
        self.lost_bytes = self.lost_bytes.saturating_add(old.length.saturating_sub(item.length));
        self.filled += u64::from(old.length == 0 && item.length > 0);
        if item.length < old.length.div_ceil(REMAINS) {
            self.lost.add(&item.path, old.length - item.length);
        }
        self.replacements.add(Replacement { length: old.length, old: item.path.clone(), new: item.path.clone() });
    }

    /// rsync prints hard links even if nothing has changed.
    fn relink(&mut self, item: &Item, old: OldFile) {
        if item.length != old.length {
            self.rewrite(item, old);
        }
    }

    fn add_gained(&mut self, bytes: u64) {
        self.gained_bytes = self.gained_bytes.saturating_add(bytes);
    }

    /// Entries of the source that rsync has read, its top included; 0 if it has not said.
    pub fn source_entries(&self) -> u64 {
        self.found.all
    }

    /// The files whose headers are to be compared.
    pub fn take_replacements(&mut self) -> Replacements {
        std::mem::take(&mut self.replacements)
    }

    /// # Errors
    /// `ForeignFiles`, `BeginningsLost`, `NothingInCommon`, `TooManyDeletions` or `TooManyBytesDeleted`.
    pub fn judge(&self, limits: &LossLimits, headers: &HeaderComparison) -> Result<(), Fault> {
        let agreed = if limits.first { self.refuse_foreign_files(limits)? } else { Sum::default() };
        headers.judge(&limits.disk)?;
        self.refuse_swap(&limits.disk, &agreed)?;
        self.refuse_fewer_files(limits, &agreed)?;
        self.refuse_fewer_bytes(limits, &agreed)
    }

    /// What would be deleted and is not recognisably an older copy of the repository.
    pub fn foreign(&self) -> Sum {
        self.candidates.foreign(&self.came, self.staying().regular > 0)
    }

    /// What of it may be deleted, since somebody has agreed.
    fn refuse_foreign_files(&self, limits: &LossLimits) -> Result<Sum, Fault> {
        let foreign = self.foreign();
        if limits.agreed.unwrap_or_default().covers(foreign.files, foreign.bytes) {
            return Ok(foreign);
        }
        let (files, bytes, examples) = (foreign.files, foreign.bytes, foreign.examples());
        Err(Fault::ForeignFiles { disk: limits.disk.to_string(), files, bytes, examples })
    }

    /// Another repository, or an empty one, however small.
    fn refuse_swap(&self, disk: &DiskId, agreed: &Sum) -> Result<(), Fault> {
        let stays = self.staying();
        let deleted = self.deleted.saturating_sub(agreed.files);
        let lost_bytes = self.lost_bytes.saturating_sub(agreed.bytes);
        let nothing_stays = deleted > 0 && stays.all == 0;
        // The directories are still there, but not even the type of their files is: a repository that was encrypted
        // under other names.
        let no_file_stays = deleted > 0 && stays.regular == 0 && !self.gone.shares_one_with(&self.came);
        let all_is_empty = self.held == 0 && lost_bytes > 0;
        if nothing_stays || no_file_stays || all_is_empty {
            let (files, bytes, examples) = (self.lost.files, self.lost_bytes, self.lost.examples());
            return Err(Fault::NothingInCommon { disk: disk.to_string(), files, bytes, examples });
        }
        Ok(())
    }

    fn refuse_fewer_files(&self, limits: &LossLimits, agreed: &Sum) -> Result<(), Fault> {
        let existing = self.staying().regular.saturating_add(self.deleted);
        let gained = self.created.regular.saturating_sub(self.new_empty) + self.filled;
        let files = self.lost.files.saturating_sub(agreed.files).saturating_sub(gained);
        let percent = u64::from(limits.budget.files);
        if files > FREE_FILES && exceeds(files, existing, percent) {
            let (disk, examples) = (limits.disk.to_string(), self.lost.examples());
            return Err(Fault::TooManyDeletions { disk, files, existing, percent, examples });
        }
        Ok(())
    }

    fn refuse_fewer_bytes(&self, limits: &LossLimits, agreed: &Sum) -> Result<(), Fault> {
        let existing = self.held.saturating_sub(self.gained_bytes).saturating_add(self.lost_bytes);
        let bytes = self.lost_bytes.saturating_sub(agreed.bytes).saturating_sub(self.gained_bytes);
        let percent = u64::from(limits.budget.bytes);
        if bytes > FREE_BYTES && exceeds(bytes, existing, percent) {
            let (disk, examples) = (limits.disk.to_string(), self.lost.examples());
            return Err(Fault::TooManyBytesDeleted { disk, bytes, existing, percent, examples });
        }
        Ok(())
    }

    /// Entries that are both on the disk and in the source, without the top.
    fn staying(&self) -> Entries {
        let all = self.found.all.saturating_sub(self.created.all).saturating_sub(1);
        Entries { all, regular: self.found.regular.saturating_sub(self.created.regular) }
    }
}

/// Files that the first copy to a disk would delete although they may be somebody else's. A file in a directory of the
/// repository belongs to it. Any other belongs to it if the disk also holds files of the repository, and if Veeam makes
/// or the repository has files of its kind: a deleted job leaves its backups on a disk that another program has copied
/// to. Photos beside them are foreign.
#[derive(Debug, Default)]
struct ForeignCandidates(Kinds);

impl ForeignCandidates {
    /// A file on the disk that is not in the source. `is_ours`: whether a directory is in the source.
    fn add(&mut self, path: &Path, bytes: u64, is_ours: impl Fn(&Path) -> bool) {
        let mut directories = path.ancestors().skip(1).filter(|directory| !directory.as_os_str().is_empty());
        if !directories.any(is_ours) {
            self.0.add(path, bytes);
        }
    }

    /// Those that are foreign, given the kinds that `came` from the source. `has_common`: some file is on both sides.
    fn foreign(&self, came: &Kinds, has_common: bool) -> Sum {
        self.0.sum(|kind| !(has_common && (file_kinds::is_veeam(kind) || came.has(kind))))
    }
}

fn exceeds(part: u64, whole: u64, percent: u64) -> bool {
    u128::from(part) * 100 > u128::from(whole) * u128::from(percent)
}

#[cfg(test)]
#[path = "loss_tests.rs"]
mod tests;
