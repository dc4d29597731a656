//! The parts of a file whose blocks belong to other files, too.

use std::os::fd::AsFd;

use asbackup_reflink::{Dirty, Extents};
use rustix::io::Errno;

/// A part of a file whose blocks belong to other files, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    /// In bytes from the start of the file.
    pub(crate) logical: u64,
    /// In bytes from the start of the device, or of what the file system takes for one.
    pub(crate) physical: u64,
    pub(crate) length: u64,
}

impl Extent {
    pub(crate) fn end(&self) -> u64 {
        self.logical + self.length
    }

    /// Only what is shared right now can be the same as what is elsewhere.
    fn take(extent: &asbackup_reflink::Extent) -> Option<Self> {
        let flags = extent.flags;
        let usable = flags.has_address() && flags.is_shared() && extent.physical != 0;
        usable.then_some(Self { logical: extent.logical, physical: extent.physical, length: extent.length })
    }

    fn continues(&self, earlier: &Self) -> bool {
        self.logical == earlier.end() && self.physical == earlier.physical + earlier.length
    }
}

/// The shared extents of a file in order, in one pass. Errors: OPNOTSUPP and NOTTY where the file system has no such map.
pub(crate) fn shared(file: impl AsFd) -> Result<Vec<Extent>, Errno> {
    let mut found: Vec<Extent> = Vec::new();
    for extent in Extents::of(file, Dirty::Flushed) {
        if let Some(extent) = Extent::take(&extent?) {
            push(&mut found, extent);
        }
    }
    Ok(found)
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
    use asbackup_reflink::Flags;

    #[test]
    fn only_shared_extents_with_a_true_address_count() {
        let take = |physical, flags| {
            Extent::take(&asbackup_reflink::Extent { logical: 0, physical, length: 4096, flags: Flags(flags) })
        };
        let shared = 0x2000;
        assert!(take(8192, shared | 0x1).is_some());
        assert!(take(8192, 0).is_none());
        assert!(take(8192, shared | 0x8).is_none());
        assert!(take(0, shared).is_none());
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
