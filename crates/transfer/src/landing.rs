//! Giving files their names: each old version is replaced at once by a new one that is whole and on the medium.
//!
//! A large file is flushed by itself; small ones wait for each other, and one flush of the file system does for all.

use std::path::Path;

use rustix::fs::{Timespec, Timestamps, UTIME_OMIT};
use rustix::io::Errno;

use crate::error::{Error, Side};
use crate::extents::Extent;
use crate::known::Known;
use crate::listen::{Amount, Landed, Listener};
use crate::part::Part;
use crate::stamp::Stamp;
use crate::witness::Witness;

/// So many small files wait at the most: each keeps two descriptors.
const WAITING: usize = 128;

/// What has been done.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Files that have their name on the target.
    pub files: u64,
    /// What became of their bytes.
    pub amount: Amount,
    /// Files that could not be transferred; the target has of them what it had before.
    pub skipped: Vec<Error>,
}

/// A file that is whole, under its temporary name.
pub(crate) struct Ready<'j> {
    pub(crate) path: &'j Path,
    pub(crate) part: Part,
    pub(crate) amount: Amount,
    pub(crate) source: Stamp,
    pub(crate) device: (u32, u32),
    /// What it shares with others on the source.
    pub(crate) shared: Vec<Extent>,
    pub(crate) is_large: bool,
}

pub(crate) struct Landing<'j> {
    listener: &'j dyn Listener,
    waiting: Vec<Ready<'j>>,
    pub(crate) summary: Summary,
}

impl<'j> Landing<'j> {
    pub(crate) fn new(listener: &'j dyn Listener) -> Self {
        Self { listener, waiting: Vec::new(), summary: Summary::default() }
    }

    /// Lands it now or soon. Errors: of the target; then neither it nor what waited has its name.
    pub(crate) fn take(&mut self, ready: Ready<'j>, known: &mut Known<'_>) -> Result<(), Error> {
        if let Err(errno) = ready.finish() {
            let error = ready.failed(errno);
            ready.part.discard();
            return Err(error);
        }
        if !ready.is_large {
            self.waiting.push(ready);
            return if self.waiting.len() < WAITING { Ok(()) } else { self.land_waiting(known) };
        }
        match rustix::fs::fsync(&ready.part.file) {
            Ok(()) => self.land(ready, known),
            Err(errno) => {
                let error = ready.failed(errno);
                ready.part.leave();
                Err(error)
            }
        }
    }

    /// Lands all that wait; one that can't get its name is skipped. Errors: what ends all.
    pub(crate) fn land_waiting(&mut self, known: &mut Known<'_>) -> Result<(), Error> {
        let Some(first) = self.waiting.first() else { return Ok(()) };
        if let Err(errno) = rustix::fs::syncfs(known.trees().target) {
            let error = first.failed(errno);
            self.give_up();
            return Err(error);
        }
        for ready in std::mem::take(&mut self.waiting) {
            match self.land(ready, known) {
                Err(error) if error.ends_all() => return Err(error),
                Err(error) => self.summary.skipped.push(error),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    /// Nothing that waits gets its name.
    pub(crate) fn give_up(&mut self) {
        self.waiting.drain(..).for_each(|ready| ready.part.discard());
    }

    fn land(&mut self, ready: Ready<'j>, known: &mut Known<'_>) -> Result<(), Error> {
        let named = ready.part.rename().and_then(|()| Stamp::of(&ready.part.file));
        let target = match named {
            Ok(target) => target,
            Err(errno) => {
                let error = ready.failed(errno);
                ready.part.discard();
                return Err(error);
            }
        };
        let Ready { path, amount, source, ref part, .. } = ready;
        self.summary.files += 1;
        self.summary.amount += amount;
        self.listener.landed(&Landed { path, amount, source, target, segments: &part.segments });
        ready.note(target, known);
        Ok(())
    }
}

impl Ready<'_> {
    /// Its length and time. Who sets the rest finds nothing to copy.
    fn finish(&self) -> Result<(), Errno> {
        let file = &self.part.file;
        rustix::fs::ftruncate(file, self.source.size)?;
        let modified = self.source.modified;
        let last_modification = Timespec { tv_sec: modified.seconds, tv_nsec: modified.nanoseconds.into() };
        let last_access = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
        rustix::fs::futimens(file, &Timestamps { last_access, last_modification })
    }

    fn failed(&self, errno: Errno) -> Error {
        Error::new(Side::Target, self.path, self.source.size, errno)
    }

    /// What it shares with others on the source they can share with it on the target.
    fn note(&self, target_stamp: Stamp, known: &mut Known<'_>) {
        if !self.shared.is_empty() {
            let (path, directory) = (self.path.to_owned(), known.trees().source);
            let (source_stamp, device) = (self.source, self.device);
            known.add(Witness { directory, path, source_stamp, target_stamp, device }, &self.shared);
        }
    }
}
