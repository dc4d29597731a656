//! What the tests share: real file systems on loop devices, and files made and compared.

#![allow(dead_code, unused_imports)]

mod disks;

use std::fs::{self, File};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use asbackup_transfer::{Error, Forecast, Item, Job, Known, Listener, Options, Summary, Trees};

pub use disks::*;

/// Small, so that small files have many segments and are flushed often.
pub const SMALL: Options = Options { segment: 256 << 10, flush_every: MEBIBYTE };

/// Two open directories.
pub struct Pair {
    pub source: File,
    pub target: File,
}

impl Pair {
    pub fn open(source: &Path, target: &Path) -> Self {
        Self { source: File::open(source).expect("a source"), target: File::open(target).expect("a target") }
    }

    pub fn trees(&self) -> Trees<'_> {
        Trees { source: self.source.as_fd(), target: self.target.as_fd() }
    }

    /// Transfers with nothing known.
    pub fn transfer(&self, paths: &[&str], listener: &dyn Listener) -> Result<Summary, Error> {
        self.transfer_knowing(paths, &mut Known::new(self.trees()), listener)
    }

    pub fn transfer_knowing(
        &self,
        paths: &[&str],
        known: &mut Known<'_>,
        listener: &dyn Listener,
    ) -> Result<Summary, Error> {
        let items: Vec<Item> = paths.iter().map(Item::new).collect();
        Job { items: &items, options: SMALL }.transfer(known, listener)
    }

    pub fn forecast(&self, paths: &[&str], known: &Known<'_>) -> Forecast {
        let items: Vec<Item> = paths.iter().map(Item::new).collect();
        Job { items: &items, options: SMALL }.forecast(known).expect("a target")
    }
}

/// Contents, size and time are the same, and nothing else is there.
pub fn assert_same(source: &Path, target: &Path, names: &[&str]) {
    for name in names {
        let (one, other) = (source.join(name), target.join(name));
        let (mut wanted, mut found) = (fs::read(&one).expect("the source"), fs::read(&other).expect("the target"));
        let differs = wanted.iter().zip(&found).position(|(one, other)| one != other);
        assert_eq!((differs, wanted.len()), (None, found.len()), "{name}: first byte that differs, length");
        wanted.clear();
        found.clear();
        let time = |path: &Path| fs::metadata(path).map(|stat| (stat.mtime(), stat.mtime_nsec())).expect("a time");
        assert_eq!(time(&one), time(&other), "{name}: time");
    }
    assert_eq!(hidden(target), Vec::<PathBuf>::new(), "left over");
}

/// What a transfer leaves if it is interrupted.
pub fn hidden(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).expect("a directory") {
        let entry = entry.expect("an entry");
        if entry.file_type().expect("its kind").is_dir() {
            found.extend(hidden(&entry.path()));
        } else if entry.file_name().as_encoded_bytes().starts_with(b".asbackup-") {
            found.push(entry.path());
        }
    }
    found
}
