//! Writing a file piece by piece, at the pace of the disk.

use std::collections::VecDeque;
use std::fs::File;

use asbackup_reflink::{begin_write_back, end_write_back};
use rustix::fs::FallocateFlags;
use rustix::io::Errno;

use crate::direct::Direct;
use crate::error::Cause;
use crate::ground::Ground;

/// So many windows are on their way to the disk while the next one is written.
const BEHIND: usize = 2;
/// So many bytes are sent on their way together.
const WINDOW: u64 = 4 << 20;
/// So much room is set aside at a time; more would keep those waiting who want to stop.
const RESERVED: u64 = 1 << 30;
/// Below this, setting room aside costs more than it gains.
const WORTH_RESERVING: u64 = 1 << 20;

/// Bytes of a file, and where they belong.
pub(crate) struct Range<'b> {
    /// Padded with zeros to the target's granule.
    pub(crate) bytes: &'b [u8],
    pub(crate) at: u64,
    pub(crate) length: usize,
    /// How far data goes on without a break.
    pub(crate) run_end: u64,
}

/// From its first byte to its last, and how many of them were written.
#[derive(Clone, Copy)]
struct Window {
    from: u64,
    to: u64,
    written: u64,
}

pub(crate) struct Writer<'w> {
    out: Direct<'w>,
    reserves: bool,
    reserved: u64,
    window: Option<Window>,
    behind: VecDeque<Window>,
}

impl<'w> Writer<'w> {
    /// `direct`: past the page cache, if that can be had.
    pub(crate) fn new(file: &'w File, ground: &Ground, direct: bool) -> Self {
        let (out, behind) = (Direct::new(file, direct), VecDeque::new());
        Self { out, reserves: ground.reserves && direct, reserved: 0, window: None, behind }
    }

    /// The file is as long as it will be: what is written within it needs no news of its length.
    pub(crate) fn stretch(&mut self, size: u64) -> Result<(), Errno> {
        if self.reserves { rustix::fs::ftruncate(self.out.file, size) } else { Ok(()) }
    }

    /// Returns how many bytes the disk has taken since. Errors: what the kernel says.
    pub(crate) fn write(&mut self, range: &Range<'_>) -> Result<u64, Errno> {
        self.reserve(range)?;
        self.out.write(range.bytes, range.at, range.length)?;
        let (to, length) = (range.at + range.length as u64, range.length as u64);
        let window = self.window.get_or_insert(Window { from: range.at, to, written: 0 });
        (window.to, window.written) = (to, window.written + length);
        if window.written >= WINDOW {
            self.send()?;
        }
        self.wait_until(BEHIND)
    }

    /// Until all has been taken by the disk; returns how many bytes that were.
    pub(crate) fn drain(&mut self) -> Result<u64, Errno> {
        self.send()?;
        self.wait_until(0)
    }

    fn send(&mut self) -> Result<(), Errno> {
        let Some(window) = self.window.take() else { return Ok(()) };
        lenient(begin_write_back(self.out.file, window.from, window.to - window.from))?;
        self.behind.push_back(window);
        Ok(())
    }

    fn wait_until(&mut self, left: usize) -> Result<u64, Errno> {
        let mut taken = 0;
        while self.behind.len() > left {
            let Some(Window { from, to, written }) = self.behind.pop_front() else { break };
            lenient(end_write_back(self.out.file, from, to - from))?;
            self.out.forget(from, to - from);
            taken += written;
        }
        Ok(taken)
    }

    fn reserve(&mut self, range: &Range<'_>) -> Result<(), Errno> {
        let end = range.at + range.length as u64;
        let worth = range.run_end - range.at >= WORTH_RESERVING;
        if !self.reserves || !worth || end <= self.reserved {
            return Ok(());
        }
        let length = (range.run_end - range.at).min(RESERVED);
        match rustix::fs::fallocate(self.out.file, FallocateFlags::KEEP_SIZE, range.at, length) {
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => self.reserves = false,
            Err(Errno::INTR) => {}
            result => result?,
        }
        self.reserved = range.at + length;
        Ok(())
    }
}

/// Some file systems don't know pacing; then it's only less smooth.
fn lenient(result: Result<(), Errno>) -> Result<(), Errno> {
    match result {
        Err(errno) if matches!(Cause::from(errno), Cause::Refused(_)) => Ok(()),
        result => result,
    }
}
