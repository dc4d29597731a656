//! Where on its device a file lies, as FIEMAP tells.

use std::os::fd::AsFd;

use rustix::io::Errno;

use crate::kernel::{Map, RawExtent};

/// A part of a file whose blocks belong to other files, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    /// In bytes from the start of the file.
    pub(crate) logical: u64,
    /// In bytes from the start of the device, or of what the file system takes for one.
    pub(crate) physical: u64,
    pub(crate) length: u64,
}

const LAST: u32 = 0x1;
/// UNKNOWN, DELALLOC, ENCODED, DATA_ENCRYPTED, NOT_ALIGNED, DATA_INLINE, DATA_TAIL, UNWRITTEN: its address is none, or not
/// that of what reading the file gives. Of what is compressed two different parts can have the same one.
const NO_ADDRESS: u32 = 0x2 | 0x4 | 0x8 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800;
const SHARED: u32 = 0x2000;

impl Extent {
    pub(crate) fn end(&self) -> u64 {
        self.logical + self.length
    }

    /// Only what is shared right now can be the same as what is elsewhere.
    fn take(raw: &RawExtent) -> Option<Self> {
        let usable = raw.flags & NO_ADDRESS == 0 && raw.flags & SHARED != 0 && raw.physical != 0;
        usable.then_some(Self { logical: raw.logical, physical: raw.physical, length: raw.length })
    }

    fn continues(&self, earlier: &Self) -> bool {
        self.logical == earlier.end() && self.physical == earlier.physical + earlier.length
    }
}

/// The shared extents of a file in order, in one pass. Errors: OPNOTSUPP and NOTTY where the file system has no such map.
pub(crate) fn shared(file: impl AsFd) -> Result<Vec<Extent>, Errno> {
    let mut map = Map::new();
    let mut found: Vec<Extent> = Vec::new();
    let mut start = 0;
    loop {
        let page = map.ask(&file, start, start == 0)?;
        page.iter().filter_map(Extent::take).for_each(|extent| push(&mut found, extent));
        let Some(last) = page.last() else { return Ok(found) };
        let next = last.logical.saturating_add(last.length);
        if last.flags & LAST != 0 || next <= start {
            return Ok(found);
        }
        start = next;
    }
}

fn push(found: &mut Vec<Extent>, extent: Extent) {
    match found.last_mut() {
        Some(last) if extent.continues(last) => last.length += extent.length,
        _ => found.push(extent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(flags: u32) -> RawExtent {
        RawExtent { logical: 0, physical: 8192, length: 4096, flags, ..RawExtent::default() }
    }

    #[test]
    fn only_shared_extents_with_a_true_address_count() {
        assert!(Extent::take(&raw(SHARED | LAST)).is_some());
        assert!(Extent::take(&raw(0)).is_none());
        for bit in [0x2, 0x4, 0x8, 0x80, 0x100, 0x200, 0x400, 0x800] {
            assert!(Extent::take(&raw(SHARED | bit)).is_none(), "{bit:#x}");
        }
        assert!(Extent::take(&RawExtent { physical: 0, ..raw(SHARED) }).is_none());
    }

    #[test]
    fn neighbours_on_file_and_device_are_one() {
        let extent = |logical, physical| Extent { logical, physical, length: 10 };
        let mut found = Vec::new();
        [extent(0, 100), extent(10, 110), extent(20, 300), extent(40, 310)]
            .into_iter()
            .for_each(|e| push(&mut found, e));
        let lengths: Vec<_> = found.iter().map(|extent| extent.length).collect();
        assert_eq!(lengths, [20, 10, 10]);
    }
}
