//! What the disk would hold less after a copy than before it, from the dry run's lines. A change of names is no loss: when Veeam's
//! retention has turned over, every old file of a disk that comes once a month is gone and as many new ones are there. A file that
//! is cut short is one, though nothing is deleted. Pure but for `TreeInfo`, which asks the two trees what rsync does not tell.

use super::file_kinds::{Kinds, Sum};
use super::foreign_files::Strangers;
use super::headers::{Beginnings, Pair, Pairs};
use crate::copy::rsync::itemize::{Change, Counted, Entries, Item, Kind, Line, Total};
use crate::copy::trees::partial;
use crate::copy::trees::tree_info::{OldFile, TreeInfo};
use crate::model::{Agreed, DiskId, Fault};

/// What is never worth a question: so many files less, and so many bytes less.
const FREE_FILES: u64 = 10;
const FREE_BYTES: u64 = 100_000_000;
/// A file of which less than one in so many bytes is left is as good as gone. A full backup that is compacted keeps more.
const REMAINS: u64 = 10;

/// How much less the disk may hold after one copy, in percent of what it holds before.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    pub files: u8,
    pub bytes: u8,
}

/// What a loss is held against.
#[derive(Debug)]
pub struct Limits {
    pub disk: DiskId,
    pub budget: Budget,
    /// No good copy to this disk is known yet.
    pub first: bool,
    /// What of somebody else's may go then.
    pub agreed: Option<Agreed>,
}

/// Sums over the dry run's lines.
#[derive(Debug, Default)]
pub struct Loss {
    /// What is in the source, and what of it is not on the disk yet.
    found: Entries,
    created: Entries,
    /// Bytes of all regular files in the source.
    held: u64,
    /// Deleted, or cut so short that nothing is left to speak of.
    lost: Sum,
    deleted: u64,
    lost_bytes: u64,
    /// New or longer, less what is new and empty.
    gained_bytes: u64,
    new_empty: u64,
    filled: u64,
    gone: Kinds,
    came: Kinds,
    strangers: Strangers,
    pairs: Pairs,
}

impl Loss {
    pub fn add(&mut self, line: &Line, trees: &impl TreeInfo) {
        match line {
            Line::Item(item) => self.add_item(item, trees),
            Line::Count(Counted::Found, entries) => self.found = *entries,
            Line::Count(Counted::Created, entries) => self.created = *entries,
            Line::Total(Total::FileBytes, bytes) => self.held = *bytes,
            _ => {}
        }
    }

    fn add_item(&mut self, item: &Item, trees: &impl TreeInfo) {
        match (item.change, item.kind) {
            // What a run before has left half done is no backup that could be lost.
            (Change::Deleted, Kind::Directory) => {}
            (Change::Deleted, _) if partial::is_half(&item.path, |of| trees.is_in_source(of)) => {}
            (Change::Deleted, _) => self.lose(item, trees.old(&item.path), trees),
            (Change::New, _) => self.gain(item, trees),
            (Change::HardLink, _) if !trees.old(&item.path).is_file => self.add_gained(item.length),
            (Change::Updated, Kind::File) => self.rewrite(item, trees.old(&item.path)),
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
        self.strangers.add(&item.path, bytes, |directory| trees.is_source_directory(directory));
    }

    /// A file that goes for a link, a directory or a device of its name is deleted without a word of rsync.
    fn make_way(&mut self, item: &Item, trees: &impl TreeInfo) {
        // That of a directory ends with a slash, which a file's never does.
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
            self.pairs.add(Pair { length: old.length, old: former, new: item.path.clone() });
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
        self.pairs.add(Pair { length: old.length, old: item.path.clone(), new: item.path.clone() });
    }

    /// Also told of names that are as they were.
    fn relink(&mut self, item: &Item, old: OldFile) {
        if item.length != old.length {
            self.rewrite(item, old);
        }
    }

    fn add_gained(&mut self, bytes: u64) {
        self.gained_bytes = self.gained_bytes.saturating_add(bytes);
    }

    /// Entries of the source that rsync has taken in, its top included; none if it has not told.
    pub fn taken_in(&self) -> u64 {
        self.found.all
    }

    /// The files whose beginnings are to be compared.
    pub fn take_pairs(&mut self) -> Pairs {
        std::mem::take(&mut self.pairs)
    }

    /// # Errors
    /// `ForeignFiles`, `BeginningsLost`, `NothingInCommon`, `TooManyDeletions` or `TooManyBytesDeleted`.
    pub fn judge(&self, limits: &Limits, beginnings: &Beginnings) -> Result<(), Fault> {
        let agreed = if limits.first { self.refuse_strangers(limits)? } else { Sum::default() };
        beginnings.judge(&limits.disk)?;
        self.refuse_swap(&limits.disk, &agreed)?;
        self.refuse_fewer_files(limits, &agreed)?;
        self.refuse_fewer_bytes(limits, &agreed)
    }

    /// What is deleted and is not recognisably an older copy of the repository.
    pub fn foreign(&self) -> Sum {
        self.strangers.beside(&self.came, self.staying().regular > 0)
    }

    /// What of it may go, since somebody has said so.
    fn refuse_strangers(&self, limits: &Limits) -> Result<Sum, Fault> {
        let foreign = self.foreign();
        if limits.agreed.unwrap_or_default().covers(foreign.files, foreign.bytes) {
            return Ok(foreign);
        }
        let (files, bytes, examples) = (foreign.files, foreign.bytes, foreign.examples());
        Err(Fault::ForeignFiles { disk: limits.disk.to_string(), files, bytes, examples })
    }

    /// Whether it is another repository, or none any more, however small.
    fn refuse_swap(&self, disk: &DiskId, agreed: &Sum) -> Result<(), Fault> {
        let stays = self.staying();
        let deleted = self.deleted.saturating_sub(agreed.files);
        let lost_bytes = self.lost_bytes.saturating_sub(agreed.bytes);
        let nothing_stays = deleted > 0 && stays.all == 0;
        // The directories are there, but of their files not even the kind: a repository that was encrypted under other names.
        let no_file_stays = deleted > 0 && stays.regular == 0 && !self.gone.shares_one_with(&self.came);
        let all_is_empty = self.held == 0 && lost_bytes > 0;
        if nothing_stays || no_file_stays || all_is_empty {
            let (files, bytes, examples) = (self.lost.files, self.lost_bytes, self.lost.examples());
            return Err(Fault::NothingInCommon { disk: disk.to_string(), files, bytes, examples });
        }
        Ok(())
    }

    fn refuse_fewer_files(&self, limits: &Limits, agreed: &Sum) -> Result<(), Fault> {
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

    fn refuse_fewer_bytes(&self, limits: &Limits, agreed: &Sum) -> Result<(), Fault> {
        let existing = self.held.saturating_sub(self.gained_bytes).saturating_add(self.lost_bytes);
        let bytes = self.lost_bytes.saturating_sub(agreed.bytes).saturating_sub(self.gained_bytes);
        let percent = u64::from(limits.budget.bytes);
        if bytes > FREE_BYTES && exceeds(bytes, existing, percent) {
            let (disk, examples) = (limits.disk.to_string(), self.lost.examples());
            return Err(Fault::TooManyBytesDeleted { disk, bytes, existing, percent, examples });
        }
        Ok(())
    }

    /// What of the disk is in the source still, its top left out.
    fn staying(&self) -> Entries {
        let all = self.found.all.saturating_sub(self.created.all).saturating_sub(1);
        Entries { all, regular: self.found.regular.saturating_sub(self.created.regular) }
    }
}

fn exceeds(part: u64, whole: u64, percent: u64) -> bool {
    u128::from(part) * 100 > u128::from(whole) * u128::from(percent)
}

#[cfg(test)]
#[path = "loss_tests.rs"]
mod tests;
