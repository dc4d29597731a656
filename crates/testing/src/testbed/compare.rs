//! Compares a copy with its source, file by file (lstat, xattrs, contents), without rsync's help.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, Metadata};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

/// What the target's file system can hold, and so what has to be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fidelity {
    /// Everything: owners, modes, nanoseconds, links, ACLs, xattrs, holes.
    Full,
    /// Regular files and directories: names, contents, and the files' times to two seconds.
    Plain,
}

/// Asserts that the copy equals its source.
///
/// # Panics
/// With the first fifty differences.
pub fn assert_same(source: &Path, target: &Path, fidelity: Fidelity) {
    let found = differences(source, target, fidelity);
    let shown: Vec<_> = found.iter().take(50).collect();
    assert!(found.is_empty(), "{} differences between source and copy: {shown:#?}", found.len());
}

/// One line for each difference; empty means the same.
pub fn differences(source: &Path, target: &Path, fidelity: Fidelity) -> Vec<String> {
    let (ours, theirs) = (walk(source, fidelity), walk(target, fidelity));
    let mut found = Vec::new();
    let names: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
    for name in names {
        match (ours.get(name), theirs.get(name)) {
            (Some(_), None) => found.push(format!("{name:?} is missing in the copy")),
            (None, _) => found.push(format!("{name:?} is in the copy only")),
            (Some(one), Some(other)) => {
                let pair = Pair { name, paths: (source.join(name), target.join(name)), one, other };
                pair.compare(fidelity, &mut found);
            }
        }
    }
    if fidelity == Fidelity::Full && hard_links(&ours) != hard_links(&theirs) {
        let (one, other) = (hard_links(&ours), hard_links(&theirs));
        found.push(format!("hard links: {one:?} became {other:?}"));
    }
    found
}

type Entries = BTreeMap<PathBuf, Metadata>;

fn walk(top: &Path, fidelity: Fidelity) -> Entries {
    let mut entries = Entries::new();
    let mut open = vec![PathBuf::new()];
    while let Some(directory) = open.pop() {
        let listing = fs::read_dir(top.join(&directory)).unwrap_or_else(|error| {
            panic!("{}: {error}", top.join(&directory).display());
        });
        for entry in listing {
            let name = directory.join(entry.expect("an entry").file_name());
            let meta = fs::symlink_metadata(top.join(&name)).expect("lstat");
            if meta.is_dir() {
                open.push(name.clone());
            }
            if fidelity == Fidelity::Full || meta.is_dir() || meta.is_file() {
                entries.insert(name, meta);
            }
        }
    }
    if fidelity == Fidelity::Full {
        let meta = fs::symlink_metadata(top).expect("lstat");
        entries.insert(PathBuf::new(), meta);
    }
    entries
}

struct Pair<'a> {
    name: &'a Path,
    paths: (PathBuf, PathBuf),
    one: &'a Metadata,
    other: &'a Metadata,
}

impl Pair<'_> {
    fn compare(&self, fidelity: Fidelity, found: &mut Vec<String>) {
        let (one, other) = (self.one, self.other);
        if kind(one) != kind(other) {
            return self.note(found, "kind", kind(one), kind(other));
        }
        if one.is_file() {
            self.note(found, "size", one.size(), other.size());
            self.compare_contents(found);
        }
        match fidelity {
            Fidelity::Full => self.compare_all(found),
            Fidelity::Plain if one.is_file() && one.mtime().abs_diff(other.mtime()) > 2 => {
                self.note(found, "time", one.mtime(), other.mtime());
            }
            Fidelity::Plain => (),
        }
    }

    fn compare_all(&self, found: &mut Vec<String>) {
        let (one, other) = (self.one, self.other);
        let time = |meta: &Metadata| (meta.mtime(), meta.mtime_nsec());
        self.note(found, "mode", octal(one), octal(other));
        self.note(found, "owner", one.uid(), other.uid());
        self.note(found, "group", one.gid(), other.gid());
        // The lock files came into the top directories and left them again.
        if !self.name.as_os_str().is_empty() {
            self.note(found, "time", time(one), time(other));
        }
        self.note(found, "device", one.rdev(), other.rdev());
        self.note(found, "attributes", xattrs(&self.paths.0), xattrs(&self.paths.1));
        if one.is_symlink() {
            let link = |path| fs::read_link(path).expect("a link");
            self.note(found, "link", link(&self.paths.0), link(&self.paths.1));
        }
        if is_sparse(one) != is_sparse(other) {
            self.note(found, "blocks", one.blocks(), other.blocks());
        }
    }

    fn compare_contents(&self, found: &mut Vec<String>) {
        let open = |path| File::open(path).expect("a file");
        let (mut one, mut other) = (open(&self.paths.0), open(&self.paths.1));
        let mut buffers = (vec![0; 1 << 18], vec![0; 1 << 18]);
        let mut offset = 0;
        loop {
            let length = fill(&mut one, &mut buffers.0);
            let other_length = fill(&mut other, &mut buffers.1);
            if length != other_length || buffers.0[..length] != buffers.1[..length] {
                found.push(format!("{:?}: contents differ after byte {offset}", self.name));
                return;
            }
            if length == 0 {
                return;
            }
            offset += length;
        }
    }

    fn note<T: std::fmt::Debug + PartialEq>(&self, found: &mut Vec<String>, what: &str, one: T, other: T) {
        if one != other {
            found.push(format!("{:?}: {what} {one:?} became {other:?}", self.name));
        }
    }
}

fn octal(meta: &Metadata) -> String {
    format!("{:o}", meta.mode())
}

fn fill(file: &mut File, buffer: &mut [u8]) -> usize {
    let mut length = 0;
    while length < buffer.len() {
        match file.read(&mut buffer[length..]).expect("a read") {
            0 => break,
            more => length += more,
        }
    }
    length
}

fn kind(meta: &Metadata) -> &'static str {
    let kind = meta.file_type();
    match () {
        () if kind.is_dir() => "directory",
        () if kind.is_file() => "file",
        () if kind.is_symlink() => "symbolic link",
        () if kind.is_fifo() => "fifo",
        () if kind.is_socket() => "socket",
        () if kind.is_char_device() => "character device",
        () => "block device",
    }
}

/// Has big holes: how the file systems count small ones differs.
fn is_sparse(meta: &Metadata) -> bool {
    meta.is_file() && meta.size() > 1 << 20 && meta.blocks() * 512 < meta.size() / 2
}

fn xattrs(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut names = vec![0; 1 << 16];
    let length = rustix::fs::llistxattr(path, &mut names[..]).unwrap_or(0);
    let names = String::from_utf8_lossy(&names[..length]).into_owned();
    let value = |name: &str| {
        let mut value = vec![0; 1 << 16];
        let length = rustix::fs::lgetxattr(path, name, &mut value[..]).expect("its value");
        value[..length].to_vec()
    };
    // xfs shows each ACL a second time under a name of its own, ntfs-3g its own data.
    let shown_only = |name: &str| name.starts_with("trusted.SGI_ACL_") || name.starts_with("system.ntfs");
    let names = names.split('\0').filter(|name| !name.is_empty() && !shown_only(name));
    names.map(|name| (name.to_owned(), value(name))).collect()
}

/// The groups of names that are one file.
fn hard_links(entries: &Entries) -> BTreeSet<BTreeSet<&PathBuf>> {
    let mut groups: BTreeMap<u64, BTreeSet<&PathBuf>> = BTreeMap::new();
    for (name, meta) in entries {
        if !meta.is_dir() && meta.nlink() > 1 {
            groups.entry(meta.ino()).or_default().insert(name);
        }
    }
    groups.into_values().collect()
}
