//! The four calls of the kernel that no crate wraps safely. The only file in which unsafe code is allowed.

use std::mem::size_of;
use std::os::fd::{AsFd, AsRawFd};

use rustix::io::Errno;
use rustix::ioctl::{self, Getter, Opcode, Setter, Updater, opcode};

/// `struct file_clone_range` of linux/fs.h.
#[repr(C)]
struct CloneRange {
    source: i64,
    source_offset: u64,
    length: u64,
    target_offset: u64,
}

const FICLONERANGE: Opcode = opcode::write::<CloneRange>(0x94, 13);

/// Lets `length` bytes at `to.1` of the second file be those at `from.1` of the first. Offsets and length are whole blocks; only a
/// length up to the source's end may be odd, if it is the target's end, too.
///
/// # Errors
/// As FICLONERANGE(2const).
pub fn clone_range(from: (impl AsFd, u64), to: (impl AsFd, u64), length: u64) -> Result<(), Errno> {
    let source = i64::from(from.0.as_fd().as_raw_fd());
    let range = CloneRange { source, source_offset: from.1, length, target_offset: to.1 };
    // SAFETY: the kernel reads one `file_clone_range`, laid out as above, and writes nothing into our memory; both
    // descriptors are borrowed for the whole call.
    unsafe { ioctl::ioctl(to.0, Setter::<FICLONERANGE, _>::new(range)) }
}

/// How many extents are asked for at a time.
const PAGE: usize = 512;

/// `struct fiemap_extent` of linux/fiemap.h.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct RawExtent {
    pub(crate) logical: u64,
    pub(crate) physical: u64,
    pub(crate) length: u64,
    pub(crate) reserved64: [u64; 2],
    pub(crate) flags: u32,
    pub(crate) reserved: [u32; 3],
}

/// `struct fiemap` of linux/fiemap.h, without the extents.
#[repr(C)]
#[derive(Default)]
struct MapHead {
    start: u64,
    length: u64,
    flags: u32,
    mapped: u32,
    count: u32,
    reserved: u32,
}

#[repr(C)]
pub(crate) struct Map {
    head: MapHead,
    extents: [RawExtent; PAGE],
}

const FIEMAP: Opcode = opcode::read_write::<MapHead>(b'f', 11);
const FIEMAP_FLAG_SYNC: u32 = 1;

impl Map {
    pub(crate) fn new() -> Box<Self> {
        Box::new(Self { head: MapHead::default(), extents: [RawExtent::default(); PAGE] })
    }

    /// The extents that were read last.
    pub(crate) fn page(&self) -> &[RawExtent] {
        &self.extents[..(self.head.mapped as usize).min(PAGE)]
    }

    /// Reads the next extents from `start` on, in bytes. `synced`: dirty data gets its blocks first. Errors: as FIEMAP says.
    pub(crate) fn read(&mut self, file: impl AsFd, start: u64, synced: bool) -> Result<(), Errno> {
        let flags = if synced { FIEMAP_FLAG_SYNC } else { 0 };
        self.head = MapHead { start, length: u64::MAX - start, flags, count: PAGE as u32, ..MapHead::default() };
        // SAFETY: the kernel reads the head and writes at most `count` extents behind it, which is as many as there are; any
        // bits are valid for all fields.
        unsafe { ioctl::ioctl(file, Updater::<FIEMAP, Self>::new(self)) }
    }
}

/// How many extents a file has, without a look at them. Data that has no blocks yet may count as one.
///
/// # Errors
/// OPNOTSUPP and NOTTY where the file system has no such map; else what the kernel says.
pub fn count_extents(file: impl AsFd) -> Result<u64, Errno> {
    let mut head = MapHead { length: u64::MAX, ..MapHead::default() };
    // SAFETY: with a `count` of 0 the kernel reads and writes the head only.
    unsafe { ioctl::ioctl(file, Updater::<FIEMAP, MapHead>::new(&mut head))? };
    Ok(head.mapped.into())
}

/// `struct fsxattr` of linux/fs.h.
#[repr(C)]
struct ExtendedFlags {
    flags: u32,
    rest: [u32; 6],
}

const _: () = assert!(size_of::<ExtendedFlags>() == 28);
const FSGETXATTR: Opcode = opcode::read::<ExtendedFlags>(b'X', 31);
const FS_XFLAG_REALTIME: u32 = 1;

/// Whether its blocks lie on the second device that an XFS can have, whose addresses look like those of the first.
pub fn is_realtime(file: impl AsFd) -> bool {
    // SAFETY: the kernel writes one `fsxattr`, laid out as above; any bits are valid for its fields.
    let flags = unsafe { ioctl::ioctl(file, Getter::<FSGETXATTR, ExtendedFlags>::new()) };
    flags.is_ok_and(|flags| flags.flags & FS_XFLAG_REALTIME != 0)
}

/// Has the disk begin to take a range of a file, in bytes.
///
/// # Errors
/// Those of sync_file_range(2).
pub fn begin_write_back(file: impl AsFd, at: u64, length: u64) -> Result<(), Errno> {
    sync_file_range(file, at, length, libc::SYNC_FILE_RANGE_WRITE)
}

/// Waits until the disk has taken a range of a file, in bytes; its cache may not have been flushed.
///
/// # Errors
/// Those of sync_file_range(2); EIO if the disk could not take it.
pub fn end_write_back(file: impl AsFd, at: u64, length: u64) -> Result<(), Errno> {
    let whole = libc::SYNC_FILE_RANGE_WAIT_BEFORE | libc::SYNC_FILE_RANGE_WRITE | libc::SYNC_FILE_RANGE_WAIT_AFTER;
    sync_file_range(file, at, length, whole)
}

fn sync_file_range(file: impl AsFd, at: u64, length: u64, flags: libc::c_uint) -> Result<(), Errno> {
    let (Ok(at), Ok(length)) = (i64::try_from(at), i64::try_from(length)) else { return Err(Errno::OVERFLOW) };
    // SAFETY: it takes numbers only, and the descriptor is borrowed for the whole call.
    let result = unsafe { libc::sync_file_range(file.as_fd().as_raw_fd(), at, length, flags) };
    if result == 0 {
        return Ok(());
    }
    let errno = std::io::Error::last_os_error();
    Err(Errno::from_io_error(&errno).unwrap_or(Errno::IO))
}
