//! Reading and writing a file past the page cache, where that can be had.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{Advice, OFlags};
use rustix::io::Errno;

use crate::error::Cause;

/// A file, with or without the page cache.
pub(crate) struct Direct<'f> {
    pub(crate) file: &'f File,
    is_direct: AtomicBool,
}

impl<'f> Direct<'f> {
    /// Refused by some file systems at once, by others at the first use; then it goes through the page cache.
    pub(crate) fn new(file: &'f File, wanted: bool) -> Self {
        let is_direct = wanted && rustix::fs::fcntl_setfl(file, OFlags::DIRECT).is_ok();
        Self { file, is_direct: AtomicBool::new(is_direct) }
    }

    pub(crate) fn is_direct(&self) -> bool {
        self.is_direct.load(Ordering::Relaxed)
    }

    /// Whether it was direct until now, and is worth another try.
    fn gives_up(&self) -> bool {
        self.is_direct.swap(false, Ordering::Relaxed) && rustix::fs::fcntl_setfl(self.file, OFlags::empty()).is_ok()
    }

    /// Again and again until the buffer is full or the file at its end; the number of bytes.
    fn read(&self, buffer: &mut [u8], at: u64) -> Result<usize, Errno> {
        let mut done = 0;
        while done < buffer.len() {
            match self.file.read_at(&mut buffer[done..], at + done as u64) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(error) => match Errno::from_io_error(&error) {
                    Some(Errno::INTR) => {}
                    Some(Errno::INVAL) if self.gives_up() => {}
                    errno => return Err(errno.unwrap_or(Errno::IO)),
                },
            }
        }
        Ok(done)
    }

    /// Exactly `length` bytes, which may need a little more room to be read; what is behind them in the buffer is zero
    /// afterwards. Errors: what the kernel says, `Changed` if the file is shorter.
    pub(crate) fn read_exactly(&self, buffer: &mut [u8], at: u64, length: usize) -> Result<(), Cause> {
        let count = self.read(buffer, at)?;
        if count < length {
            return Err(Cause::Changed);
        }
        buffer[length..].fill(0);
        Ok(())
    }

    /// Has what is going to be read soon come into memory, all in one go.
    pub(crate) fn expect(&self, at: u64, length: u64) {
        let _ = rustix::fs::fadvise(self.file, at, length.try_into().ok(), Advice::WillNeed);
    }

    /// What won't be used again makes room for others.
    pub(crate) fn forget(&self, at: u64, length: u64) {
        if !self.is_direct() {
            let _ = rustix::fs::fadvise(self.file, at, length.try_into().ok(), Advice::DontNeed);
        }
    }

    /// All of the buffer, of which the first `length` bytes belong to the file. Errors: what the kernel says.
    pub(crate) fn write(&self, buffer: &[u8], at: u64, length: usize) -> Result<(), Errno> {
        let mut done = 0;
        while done < length {
            let end = if self.is_direct() { buffer.len() } else { length };
            match self.file.write_at(&buffer[done..end], at + done as u64) {
                Ok(0) => return Err(Errno::IO),
                Ok(count) => done += count,
                Err(error) => match Errno::from_io_error(&error) {
                    Some(Errno::INTR) => {}
                    Some(Errno::INVAL) if self.gives_up() => {}
                    errno => return Err(errno.unwrap_or(Errno::IO)),
                },
            }
        }
        Ok(())
    }
}
