//! What is copied, as it was at one moment: a snapshot on the source's own file system. While it exists, nothing reads the source
//! itself any more.

use std::fs::{self, File, FileTimes};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::SystemTime;

use asbackup_snapshot::{Failed, Place, Removal, Report, Room, Wanted};
use rustix::fs::{Mode, OFlags};

use super::beneath;
use asbackup_config::{Config, SnapshotMode};
use asbackup_system::paths;

/// Where snapshots lie if the source is the top of its file system.
const TRASH: &str = ".Trash-0";

/// The snapshot of one run.
#[derive(Debug, Clone)]
pub struct Frozen {
    place: Arc<Place>,
    directory: Arc<File>,
    /// Where it is.
    pub path: PathBuf,
    /// What the copy is a copy of: the source until then.
    pub as_of: SystemTime,
    /// What it holds, and how long that took.
    pub report: Arc<Report>,
}

impl Frozen {
    /// The snapshot `name` in `place`.
    ///
    /// # Errors
    /// The process has too many descriptors.
    pub fn new(place: Arc<Place>, name: &str, frozen: &asbackup_snapshot::Frozen) -> io::Result<Self> {
        let directory = File::from(frozen.snapshot.directory().try_clone_to_owned()?);
        let path = place.path().join(name);
        let report = Arc::new(frozen.report.clone());
        Ok(Self { place, directory: Arc::new(directory), path, as_of: frozen.as_of, report })
    }

    /// A second descriptor, for another thread or process.
    ///
    /// # Errors
    /// The process has too many.
    pub fn try_clone_top(&self) -> io::Result<File> {
        self.directory.try_clone()
    }

    /// Whether the path leads to it, as it has to for rsync. Blocks.
    ///
    /// # Errors
    /// It does not.
    pub fn recheck(&self) -> io::Result<()> {
        let (now, then) = (fs::metadata(&self.path)?, self.directory.metadata()?);
        if (now.dev(), now.ino()) == (then.dev(), then.ino()) {
            return Ok(());
        }
        Err(io::Error::other("another directory is in its place"))
    }

    /// Gives a directory the time that it has in the source by now, which our own lock file has changed. Otherwise the next dry run
    /// would list it. Blocks.
    ///
    /// # Errors
    /// One of the two can't be opened, or the time can't be set.
    pub fn adopt_time(&self, source: &File, path: &Path) -> io::Result<()> {
        let shown = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let open = |top: &File| {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY;
            beneath::open(top.as_fd(), shown, flags, Mode::empty()).map(File::from)
        };
        let (original, frozen) = (open(source)?.metadata()?, open(&self.directory)?);
        frozen.set_times(FileTimes::new().set_accessed(original.accessed()?).set_modified(original.modified()?))
    }

    /// The room that is left beside it. Blocks.
    ///
    /// # Errors
    /// The file system does not say.
    pub fn room(&self) -> io::Result<Room> {
        Ok(self.place.room()?)
    }

    /// Removes it, and whatever else is in its place. Blocks.
    ///
    /// # Errors
    /// Something of it can't be removed.
    pub fn remove(&self) -> io::Result<()> {
        remove_all(&self.place)
    }
}

/// Removes every snapshot in a place. Blocks.
///
/// # Errors
/// One of them can't be removed.
pub fn remove_all(place: &Place) -> io::Result<()> {
    demand_all_gone(place.keep_only(&[], &AtomicBool::new(false)))
}

fn demand_all_gone(removed: Result<Removal, Failed>) -> io::Result<()> {
    match removed.map_err(io::Error::other)?.left.into_iter().next() {
        Some(left) => Err(io::Error::new(io::Error::from(left.errno).kind(), left)),
        None => Ok(()),
    }
}

/// Where the config wants snapshots to be.
pub fn wanted(directory: &Path) -> Wanted<'_> {
    if directory.as_os_str().is_empty() { Wanted::Default } else { Wanted::Directory(directory) }
}

/// What is never a part of the copy, relative to the source: the place, if it lies in it. Trash that only we use goes with it.
pub fn hidden_path(place: &Place) -> Option<PathBuf> {
    let within = place.within_source()?;
    let trash = Path::new(TRASH);
    Some(if within.starts_with(trash) { trash.to_owned() } else { within.to_owned() })
}

/// The same of a place that earlier runs have made, if there is one. Blocks.
pub fn hidden(source: &impl AsFd, directory: &Path) -> Option<PathBuf> {
    hidden_path(&Place::find(source.as_fd(), wanted(directory)).ok()??)
}

/// Removes what these runs have left, which ended by a crash. Blocks.
///
/// # Errors
/// It can't be removed, or something else is in its place.
pub fn remove_left(config: &Config, runs: Vec<u64>) -> io::Result<()> {
    let Ok(source) = paths::directory(&config.source) else { return Ok(()) };
    let found = Place::find(source.as_fd(), wanted(&config.snapshot.directory)).map_err(io::Error::other)?;
    let Some(place) = found else { return Ok(()) };
    for run in runs {
        demand_all_gone(place.remove(&run.to_string(), &AtomicBool::new(false)))?;
    }
    Ok(())
}

/// Why no snapshot can be made; none if it can, if none is wanted, or if the source is not there. Blocks.
pub fn obstacle(config: &Config) -> Option<String> {
    if config.snapshot.mode == SnapshotMode::Off || config.source.as_os_str().is_empty() {
        return None;
    }
    let source = paths::directory(&config.source).ok()?;
    let probed = Place::probe(source.as_fd(), wanted(&config.snapshot.directory));
    probed.err().map(|unusable| because(&unusable))
}

/// What went wrong, with what the kernel said.
pub fn because(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    let (text, said) = (error.to_string(), deepest.to_string());
    if text.ends_with(&said) { text } else { format!("{text}: {said}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use asbackup_snapshot::{Refusal, Skipped, Unusable, Why};
    use rustix::io::Errno;

    #[test]
    fn a_cause_ends_with_what_the_kernel_said_once() {
        let refused = Unusable { path: "/srv/.asbackup".into(), why: Refusal::Kernel(Errno::IO) };
        assert_eq!(because(&refused), "/srv/.asbackup: the kernel refused: Input/output error (os error 5)");
        let unsupported = Unusable { why: Refusal::NotSupported, ..refused };
        assert_eq!(because(&unsupported), "/srv/.asbackup: this file system can't share blocks between files");
        let skipped = Skipped { path: "a".into(), why: Why::Refused(Errno::XDEV) };
        assert_eq!(because(&skipped), "a: it can't be read or cloned: Invalid cross-device link (os error 18)");
    }
}
