//! Where on its device a file lies, as FIEMAP tells.

use std::os::fd::AsFd;

use rustix::io::Errno;

use crate::kernel::{Map, RawExtent};

/// A part of a file, and where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// In bytes from the start of the file.
    pub logical: u64,
    /// In bytes from the start of the device, or of what the file system takes for one.
    pub physical: u64,
    /// In bytes.
    pub length: u64,
    /// What else the kernel says of it.
    pub flags: Flags,
}

/// The flags of an extent, as in linux/fiemap.h.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flags(pub u32);

impl Flags {
    const LAST: u32 = 0x1;
    const UNWRITTEN: u32 = 0x800;
    /// UNKNOWN, DELALLOC, ENCODED, DATA_ENCRYPTED, NOT_ALIGNED, DATA_INLINE, DATA_TAIL, UNWRITTEN.
    const NO_ADDRESS: u32 = 0x2 | 0x4 | 0x8 | 0x80 | 0x100 | 0x200 | 0x400 | Self::UNWRITTEN;
    const SHARED: u32 = 0x2000;

    /// It is the last one of its file.
    pub fn is_last(self) -> bool {
        self.0 & Self::LAST != 0
    }

    /// Its blocks belong to others, too.
    pub fn is_shared(self) -> bool {
        self.0 & Self::SHARED != 0
    }

    /// It has room, but reads as zeros.
    pub fn is_unwritten(self) -> bool {
        self.0 & Self::UNWRITTEN != 0
    }

    /// Its address is that of what reading the file gives. Of what is compressed two different parts can have the same one.
    pub fn has_address(self) -> bool {
        self.0 & Self::NO_ADDRESS == 0
    }
}

impl From<&RawExtent> for Extent {
    fn from(raw: &RawExtent) -> Self {
        Self { logical: raw.logical, physical: raw.physical, length: raw.length, flags: Flags(raw.flags) }
    }
}

/// What becomes of data that has no blocks yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dirty {
    /// It gets them before the first look.
    Flushed,
    /// It stays as it is, with no address.
    Left,
}

/// The extents of a file in order, a page at a time, each page from where the one before ended. The file may change meanwhile.
///
/// The first error is the last item: OPNOTSUPP and NOTTY where the file system has no such map.
pub struct Extents<F> {
    file: F,
    map: Box<Map>,
    /// Which of the page is the next.
    at: usize,
    /// Where the next page begins, in bytes; `None` after the last one.
    next: Option<u64>,
    dirty: Dirty,
}

impl<F: AsFd> Extents<F> {
    /// Of a whole file; asks nothing yet.
    pub fn of(file: F, dirty: Dirty) -> Self {
        Self { file, map: Map::new(), at: 0, next: Some(0), dirty }
    }

    fn turn_page(&mut self, start: u64) -> Result<(), Errno> {
        self.next = None;
        self.at = 0;
        let synced = self.dirty == Dirty::Flushed && start == 0;
        self.map.read(&self.file, start, synced)?;
        if let Some(last) = self.map.page().last().map(Extent::from) {
            let next = last.logical.saturating_add(last.length);
            self.next = (!last.flags.is_last() && next > start).then_some(next);
        }
        Ok(())
    }
}

impl<F: AsFd> Iterator for Extents<F> {
    type Item = Result<Extent, Errno>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at == self.map.page().len() {
            let start = self.next?;
            if let Err(errno) = self.turn_page(start) {
                // The kernel may have written some extents before it failed.
                self.at = self.map.page().len();
                return Some(Err(errno));
            }
        }
        let extent = Extent::from(self.map.page().get(self.at)?);
        self.at += 1;
        Some(Ok(extent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_flag_that_makes_an_address_untrue_counts() {
        assert!(Flags(0x2001).has_address());
        for bit in [0x2, 0x4, 0x8, 0x80, 0x100, 0x200, 0x400, 0x800] {
            assert!(!Flags(0x2000 | bit).has_address(), "{bit:#x}");
        }
    }

    #[test]
    fn a_file_without_data_has_no_extents_and_a_refusal_comes_once() {
        let pipe = std::io::pipe().unwrap();
        let all: Vec<_> = Extents::of(&pipe.0, Dirty::Left).collect();
        assert_eq!(all.len(), 1);
        assert!(all[0].is_err());
    }
}
