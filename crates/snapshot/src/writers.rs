//! Who has something listed open for writing at this moment, in any process of this machine. It is a courtesy, to wait for somebody who
//! is in the middle of a file; what was written is for the proof to find. Not seen are writers in the kernel (a file served by NFS,
//! iSCSI or a loop device), on another machine, and through a memory map whose descriptor has been closed.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use rustix::fs::{AtFlags, CWD, StatxFlags};

use crate::stamp::{FileNumber, Kind, Stamp};
use crate::stamps::{Failed, Stamps};

/// The mode of a link to an open file says how it was opened.
const MAY_WRITE: u32 = 0o200;

/// A process that may be writing to something listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writer {
    /// Its number; it may have ended since.
    pub process: u32,
    /// Relative to the source.
    pub path: PathBuf,
}

type Listed<'a> = HashMap<FileNumber, &'a Path>;

impl Stamps {
    /// The processes that have listed files open for writing, each with each of these files once. Blocks, for some milliseconds
    /// with a thousand processes; a file of theirs on a dead server does not hold it up.
    ///
    /// # Errors
    /// Cancelled. A process that can't be looked into counts as none.
    pub fn writers(&self, cancel: &AtomicBool) -> Result<Vec<Writer>, Failed> {
        let there = self.entries().iter().filter_map(|entry| Some((entry, entry.stamp?)));
        let files = there.filter(|(_, stamp)| stamp.kind == Kind::Regular);
        let listed: Listed<'_> = files.map(|(entry, s)| (s.file(), &*entry.path)).collect();
        let mut writers = Vec::new();
        for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
            Failed::unless_cancelled(cancel)?;
            let Some(process) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            for path in written_by(&entry.path(), &listed) {
                writers.push(Writer { process, path: path.to_owned() });
            }
        }
        Ok(writers)
    }
}

fn written_by<'a>(process: &Path, listed: &Listed<'a>) -> Vec<&'a Path> {
    let open = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
    let mut found: Vec<_> = open.filter_map(|link| written(&link.path(), listed)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn written<'a>(link: &Path, listed: &Listed<'a>) -> Option<&'a Path> {
    if fs::symlink_metadata(link).ok()?.mode() & MAY_WRITE == 0 {
        return None;
    }
    // What the kernel knows already is enough, so no server is asked.
    let flags = AtFlags::STATX_DONT_SYNC | AtFlags::NO_AUTOMOUNT;
    let stamp = Stamp::from(&rustix::fs::statx(CWD, link, flags, StatxFlags::BASIC_STATS).ok()?);
    listed.get(&stamp.file()).copied()
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsFd;
    use std::process::{Command, Stdio, id};

    use super::*;

    static GO_ON: AtomicBool = AtomicBool::new(false);

    #[test]
    fn whoever_has_a_listed_file_open_for_writing_is_found() {
        let place = tempfile::tempdir().unwrap();
        let path = |name: &str| place.path().join(name);
        for name in ["written", "appended", "read", "unlisted", "inherited"] {
            fs::write(path(name), name).unwrap();
        }
        fs::hard_link(path("written"), path("other name")).unwrap();
        fs::create_dir(path("directory")).unwrap();
        let listed = ["written", "appended", "read", "inherited", "directory", "never there"].map(PathBuf::from);
        let top = File::open(place.path()).unwrap();
        let stamps = Stamps::take(top.as_fd(), listed, &GO_ON).unwrap();
        assert_eq!(stamps.writers(&GO_ON), Ok(vec![]));
        let _open = [
            File::options().write(true).open(path("other name")).unwrap(),
            File::options().write(true).open(path("written")).unwrap(),
            File::options().append(true).open(path("appended")).unwrap(),
            File::options().write(true).open(path("unlisted")).unwrap(),
            File::open(path("read")).unwrap(),
            File::open(path("directory")).unwrap(),
        ];
        let output = Stdio::from(File::options().read(true).write(true).open(path("inherited")).unwrap());
        let mut child = Command::new("sleep").arg("1000").stdout(output).spawn().unwrap();
        let found = stamps.writers(&GO_ON);
        child.kill().unwrap();
        child.wait().unwrap();
        let mut found: Vec<_> = found.unwrap().into_iter().map(|w| (w.process, w.path)).collect();
        let mut wanted = vec![(id(), "appended".into()), (id(), "written".into()), (child.id(), "inherited".into())];
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted);
        assert_eq!(stamps.writers(&AtomicBool::new(true)), Err(Failed::Cancelled));
    }
}
