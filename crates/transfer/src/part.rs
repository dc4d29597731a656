//! A file while it is not whole: under another name beside its place, with a note of how far it got.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;

use crate::listen::Segment;
use crate::note::{self, Head, Note, Reached};
use crate::stamp::Stamp;
use crate::{beneath, stamp};

/// Where the file will be, and what it is called until then.
struct Place {
    directory: OwnedFd,
    name: OsString,
    part: String,
    note: String,
}

pub(crate) struct Part {
    pub(crate) file: File,
    place: Place,
    note: Note,
    note_file: Option<File>,
    /// Where it goes on, in bytes.
    pub(crate) point: u64,
    pub(crate) segments: Vec<Segment>,
}

impl Place {
    fn of(target: BorrowedFd<'_>, path: &Path) -> Result<Self, Errno> {
        let name = path.file_name().ok_or(Errno::INVAL)?.to_owned();
        let directory = beneath::make_directory(target, path.parent().unwrap_or(Path::new("")))?;
        let hash = blake3::hash(name.as_encoded_bytes()).to_hex();
        let named = |kind: &str| format!(".asbackup-{}.{kind}", &hash[..16]);
        Ok(Self { directory, name, part: named("part"), note: named("note") })
    }

    fn open(&self, name: &str, flags: OFlags) -> Result<File, Errno> {
        let mode = Mode::RUSR | Mode::WUSR;
        let mode = if flags.contains(OFlags::CREATE) { mode } else { Mode::empty() };
        let flags = OFlags::RDWR | OFlags::NONBLOCK | flags;
        beneath::open(self.directory.as_fd(), Path::new(name), flags, mode).map(File::from)
    }

    fn remove(&self, name: impl AsRef<OsStr>) {
        let _ = rustix::fs::unlinkat(&self.directory, name.as_ref(), AtFlags::empty());
    }

    /// What is left of the last time, if it is a half of just this version.
    fn resume(&self, version: Stamp) -> Option<(File, File, Reached)> {
        let (part, note) = (self.open(&self.part, OFlags::empty()).ok()?, self.open(&self.note, OFlags::empty()).ok()?);
        let stat = stamp::look_at(&part).ok()?;
        if !stamp::is_regular(&stat) || stat.stx_nlink != 1 {
            return None;
        }
        let reached = note::read(&note, Head { version, inode: stat.stx_ino })?;
        note.set_len(reached.good).ok()?;
        rustix::fs::seek(&note, rustix::fs::SeekFrom::End(0)).ok()?;
        Some((part, note, reached))
    }
}

impl Part {
    /// Goes on with what is there of this version, else begins anew. Errors: what the kernel says of the target.
    pub(crate) fn open(target: BorrowedFd<'_>, path: &Path, version: Stamp) -> Result<Self, Errno> {
        let place = Place::of(target, path)?;
        if let Some((file, note_file, reached)) = place.resume(version) {
            let (point, segments) = (reached.point, reached.segments);
            return Ok(Self { file, place, note: Note::resumed(), note_file: Some(note_file), point, segments });
        }
        place.remove(&place.note);
        place.remove(&place.part);
        let file = place.open(&place.part, OFlags::CREATE | OFlags::EXCL)?;
        let inode = Stamp::of(&file)?.inode;
        let note = Note::new(Head { version, inode });
        Ok(Self { file, place, note, note_file: None, point: 0, segments: Vec::new() })
    }

    pub(crate) fn wrote(&mut self, segment: Segment) {
        self.note.segment(&segment);
        self.segments.push(segment);
    }

    /// Has all before `point` on the medium, and notes it. Errors: what the kernel says of the flush.
    pub(crate) fn flush(&mut self, point: u64) -> Result<(), Errno> {
        rustix::fs::fdatasync(&self.file)?;
        if self.note_file.is_none() {
            self.note_file = self.place.open(&self.place.note, OFlags::CREATE | OFlags::EXCL).ok();
        }
        // A note that can't be written costs time at the next run, and nothing now.
        let noted = self.note_file.as_ref().map(|file| self.note.flushed(file, point));
        if noted.is_some_and(|noted| noted.is_ok()) {
            self.point = point;
        }
        Ok(())
    }

    /// Gives it its name, and with that takes the old version's. Errors: what the kernel says.
    pub(crate) fn rename(&self) -> Result<(), Errno> {
        let Place { directory, name, part, note } = &self.place;
        rustix::fs::renameat(directory, part.as_str(), directory, name)?;
        if self.note_file.is_some() {
            self.place.remove(note);
        }
        Ok(())
    }

    /// Leaves what the next run can go on with, and nothing else.
    pub(crate) fn leave(self) {
        if self.point == 0 {
            self.discard();
        }
    }

    /// Leaves nothing.
    pub(crate) fn discard(self) {
        self.place.remove(&self.place.note);
        self.place.remove(&self.place.part);
    }
}
