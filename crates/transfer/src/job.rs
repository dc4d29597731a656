//! All files of a list, one after the other.

use std::path::{Path, PathBuf};

use crate::beneath;
use crate::direct::Direct;
use crate::error::{Cause, Error, Side};
use crate::feed::Work;
use crate::ground::Ground;
use crate::known::Known;
use crate::landing::{Landing, Ready, Summary};
use crate::listen::Listener;
use crate::part::Part;
use crate::pieces::{Texture, take_apart};
use crate::pool::Pool;
use crate::pump::{BUFFERS, pump};
use crate::stamp::{Stamp, device};

/// One file of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Relative to both trees. Directories that the target lacks are made, for their owner alone.
    pub path: PathBuf,
    /// Which version it is, if the source's file does not tell: a clone of a file has another stamp each time. What an
    /// interrupted transfer left is gone on with only if this is equal.
    pub version: Option<Stamp>,
}

impl Item {
    /// A file whose own stamp tells its version.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), version: None }
    }
}

/// How it is done; the default suits all disks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Bytes that are read, hashed and written at a time: 4 KiB to 8 MiB, 4 MiB if not set. Four times as much memory is used.
    pub segment: u64,
    /// After so many bytes what is written is flushed and noted; an interrupted transfer loses no more. 256 MiB if not set.
    pub flush_every: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { segment: 4 << 20, flush_every: 256 << 20 }
    }
}

const LARGEST_SEGMENT: u64 = 8 << 20;

/// A list of files, to be foreseen or transferred.
#[derive(Debug, Clone, Copy)]
pub struct Job<'j> {
    /// In the order in which they are transferred. Each path once.
    pub items: &'j [Item],
    /// How.
    pub options: Options,
}

/// What stays the same for all files.
struct Tools<'t> {
    ground: Ground,
    pool: Pool,
    segment: u64,
    listener: &'t dyn Listener,
}

impl<'j> Job<'j> {
    /// Transfers all files between the trees of `known`, and has each on the medium before it gets its name. The names themselves are there for good after the next
    /// flush of the file system, which is the caller's. Adds what it transfers to `known`.
    ///
    /// Errors: what makes it useless to go on (see [`Error::ends_all`]); other files that fail are in [`Summary::skipped`].
    ///
    /// # Errors
    /// The first that ends the transfer; a file that can't be copied alone is told to `listener`.
    pub fn transfer(&self, known: &mut Known<'_>, listener: &dyn Listener) -> Result<Summary, Error> {
        let ground = Ground::of(known.trees().target);
        let ground = ground.map_err(|errno| Error::new(Side::Target, Path::new(""), 0, errno))?;
        let segment = ground.up(self.options.segment.clamp(1, LARGEST_SEGMENT));
        let pool = Pool::new(BUFFERS, usize::try_from(segment).unwrap_or(0));
        let tools = Tools { ground, pool, segment, listener };
        let mut landing = Landing::new(listener);
        let result = self.transfer_all(&tools, known, &mut landing);
        landing.give_up();
        result.map(|()| landing.summary)
    }

    fn transfer_all<'t>(
        &'t self,
        tools: &Tools<'t>,
        known: &mut Known<'_>,
        landing: &mut Landing<'t>,
    ) -> Result<(), Error> {
        for item in self.items {
            let ready = self.prepare(item, tools, known);
            match ready.and_then(|ready| landing.take(ready, known)) {
                Err(error) if error.ends_all() => return Err(error),
                Err(error) => landing.summary.skipped.push(error),
                Ok(()) => {}
            }
        }
        landing.land_waiting(known)
    }

    /// Everything but the name.
    fn prepare<'i>(&self, item: &'i Item, tools: &Tools<'_>, known: &Known<'_>) -> Result<Ready<'i>, Error> {
        let path = item.path.as_path();
        if tools.listener.stop() {
            return Err(Error::new(Side::Target, path, 0, Cause::Stopped));
        }
        let failed = |cause| Error::new(Side::Source, path, 0, cause);
        let (file, stat) = beneath::open_regular(known.trees().source, path).map_err(failed)?;
        let source = Stamp::from(&stat);
        source.settle();
        let parts = take_apart(&file, source.size, known, &tools.ground).map_err(|errno| failed(errno.into()))?;
        let part = Part::open(known.trees().target, path, item.version.unwrap_or(source));
        let mut part = part.map_err(|errno| Error::new(Side::Target, path, 0, errno))?;
        let texture = parts.texture(source.size);
        let work = Work {
            path,
            source: Direct::new(&file, texture == Texture::Even),
            size: source.size,
            pieces: &parts.pieces,
            known,
            ground: &tools.ground,
            pool: &tools.pool,
            segment: tools.segment,
            flush_every: self.options.flush_every,
            texture,
        };
        let pumped = pump(&work, &mut part, tools.listener);
        let amount = match pumped.and_then(|amount| unchanged(&file, source, path).map(|()| amount)) {
            Ok(amount) => amount,
            Err(error) => {
                if error.cause == Cause::Changed {
                    part.discard()
                } else {
                    part.leave()
                }
                return Err(error);
            }
        };
        Ok(Ready {
            path,
            part,
            amount,
            source,
            device: device(&stat),
            shared: parts.shared,
            is_large: texture != Texture::Small,
        })
    }
}

/// Else what was read may be of two versions.
fn unchanged(file: &std::fs::File, before: Stamp, path: &Path) -> Result<(), Error> {
    match Stamp::of(file) {
        Ok(after) if after == before => Ok(()),
        Ok(_) => Err(Error::new(Side::Source, path, 0, Cause::Changed)),
        Err(errno) => Err(Error::new(Side::Source, path, 0, errno)),
    }
}
