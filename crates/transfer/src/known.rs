//! Which blocks of the source are on the target already, and where: an interval map over physical addresses.

use std::collections::BTreeMap;
use std::os::fd::BorrowedFd;
use std::path::Path;

use crate::beneath::Trees;
use crate::error::Error;
use crate::extents::Extent;
use crate::stamp::Stamp;
use crate::witness::{self, Witness};

/// What the target has already. An equal address alone proves nothing: file systems overwrite in place and give blocks away. So each
/// range has a witness, a file on the source that has these blocks *now* and of which the target has a copy, and both
/// are looked at again whenever a range is used.
#[derive(Debug, Clone)]
pub struct Known<'a> {
    trees: Trees<'a>,
    ranges: BTreeMap<u64, Range>,
    witnesses: Vec<Witness<'a>>,
}

/// The physical address where it begins is its key.
#[derive(Debug, Clone, Copy)]
struct Range {
    end: u64,
    witness: usize,
    /// Of its beginning, in the witness' file.
    offset: u64,
}

/// A part of what was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) physical: u64,
    pub(crate) length: u64,
    pub(crate) witness: usize,
    pub(crate) offset: u64,
}

impl<'a> Known<'a> {
    /// Nothing is known yet of these two.
    pub fn new(trees: Trees<'a>) -> Self {
        Self { trees, ranges: BTreeMap::new(), witnesses: Vec::new() }
    }

    /// A file that both trees have and that nobody doubts is the same. It counts if size and time of both are equal, and nothing
    /// changed while it was looked at; `false` if not. Errors: of opening and looking.
    ///
    /// # Errors
    /// If the file can't be looked at.
    pub fn add_unchanged(&mut self, path: &Path) -> Result<bool, Error> {
        let seen = witness::unchanged(&self.trees, path)?;
        Ok(self.add_seen(seen))
    }

    /// A base: the clone at `path` below `bases`, on the source's file system, holds what the target's file of that path held when
    /// it was stamped `noted`. It counts if the target's file still is as noted; `false` if not. Errors: of opening and looking.
    ///
    /// # Errors
    /// If the file can't be looked at.
    pub fn add_base(&mut self, bases: BorrowedFd<'a>, path: &Path, noted: Stamp) -> Result<bool, Error> {
        let seen = witness::base(&self.trees, bases, path, noted)?;
        Ok(self.add_seen(seen))
    }

    fn add_seen(&mut self, seen: Option<(Witness<'a>, Vec<Extent>)>) -> bool {
        let Some((witness, extents)) = seen else { return false };
        self.add(witness, &extents)
    }

    /// Newer knowledge replaces older: the older one's file may just have been replaced. `false` if it lies on another device,
    /// whose addresses mean something else.
    pub(crate) fn add(&mut self, witness: Witness<'a>, extents: &[Extent]) -> bool {
        if !self.is_on_device(witness.device) {
            return false;
        }
        let size = witness.target_stamp.size;
        let number = self.witnesses.len();
        self.witnesses.push(witness);
        for extent in extents.iter().filter(|extent| extent.logical < size) {
            let length = extent.length.min(size - extent.logical);
            self.put(extent.physical, Range { end: extent.physical + length, witness: number, offset: extent.logical });
        }
        true
    }

    pub(crate) fn is_on_device(&self, device: (u32, u32)) -> bool {
        self.witnesses.first().is_none_or(|first| first.device == device)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    pub(crate) fn trees(&self) -> &Trees<'a> {
        &self.trees
    }

    pub(crate) fn witness(&self, number: usize) -> &Witness<'a> {
        &self.witnesses[number]
    }

    fn put(&mut self, start: u64, range: Range) {
        if range.end <= start {
            return;
        }
        self.cut_at(start);
        self.cut_at(range.end);
        let covered: Vec<u64> = self.ranges.range(start..range.end).map(|(key, _)| *key).collect();
        for key in covered {
            self.ranges.remove(&key);
        }
        self.ranges.insert(start, range);
    }

    /// No range reaches over this address afterwards.
    fn cut_at(&mut self, address: u64) {
        let Some((start, range)) = self.ranges.range_mut(..address).next_back() else { return };
        if range.end <= address {
            return;
        }
        let right = Range { offset: range.offset + (address - start), ..*range };
        range.end = address;
        self.ranges.insert(address, right);
    }

    /// What is known of an extent, in order of address. Takes log n for the first and nothing but a step for each that follows.
    pub(crate) fn find(&self, extent: &Extent) -> impl Iterator<Item = Found> {
        let (from, to) = (extent.physical, extent.physical + extent.length);
        let before = self.ranges.range(..from).next_back();
        let all = before.into_iter().chain(self.ranges.range(from..to));
        all.filter(move |(_, range)| range.end > from).map(move |(start, range)| {
            let physical = from.max(*start);
            let length = range.end.min(to) - physical;
            Found { physical, length, witness: range.witness, offset: range.offset + (physical - start) }
        })
    }
}

#[cfg(test)]
#[path = "known_tests.rs"]
mod tests;
