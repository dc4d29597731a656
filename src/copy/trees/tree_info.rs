//! What rsync does not print about the two trees that a dry run compares: lengths and sizes on the disk, whether a
//! directory is in the source, and the first bytes of files. Only reads, and follows no link.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags, SeekFrom, Stat, openat2, statat};

/// In smaller files, holes save too little to look for them.
const SMALLEST_SPARSE: u64 = 1024 * 1024;
/// The unit of `st_blocks`.
const SECTOR: u64 = 512;
/// Owners of either tree may put links into it at any moment. The source may well have drives mounted in it.
const RESOLVE: ResolveFlags = ResolveFlags::BENEATH.union(ResolveFlags::NO_SYMLINKS).union(ResolveFlags::NO_MAGICLINKS);

/// What rsync does not print.
pub trait TreeInfo {
    /// Bytes that a new file will take on the disk: its length, or less if it has holes that stay holes.
    fn size_of_new(&self, path: &Path, length: u64) -> u64;
    /// The file on the disk that will be replaced or deleted.
    fn old(&self, path: &Path) -> OldFile;
    /// Whether the source has a directory of this name.
    fn is_source_directory(&self, path: &Path) -> bool;
    /// Whether the source has anything of this name.
    fn is_in_source(&self, path: &Path) -> bool;
    /// A file on the disk that is gone from the source, and whose name is this new one's without the end: `x.vbk` for
    /// `x.vbk.locked`.
    fn former(&self, path: &Path) -> Option<(PathBuf, OldFile)>;
}

/// A file on the disk, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OldFile {
    /// What it takes, and frees when it is deleted.
    pub room: u64,
    pub length: u64,
    /// A regular file.
    pub is_file: bool,
}

/// The top directory of each tree.
#[derive(Debug)]
pub struct Roots {
    pub source: File,
    pub target: File,
}

#[derive(Debug)]
pub struct Trees {
    pub roots: Roots,
    /// The target's allocation unit in bytes.
    pub block: u64,
    /// Whether holes stay holes on the target.
    pub keeps_holes: bool,
}

impl TreeInfo for Trees {
    fn size_of_new(&self, path: &Path, length: u64) -> u64 {
        let data = if self.keeps_holes && length >= SMALLEST_SPARSE { self.data(path, length) } else { length };
        data.checked_next_multiple_of(self.block).unwrap_or(u64::MAX)
    }

    fn old(&self, path: &Path) -> OldFile {
        stat(&self.roots.target, path).map_or(OldFile::default(), |stat| old(&stat))
    }

    fn is_source_directory(&self, path: &Path) -> bool {
        stat(&self.roots.source, path).is_some_and(|stat| kind(&stat) == FileType::Directory)
    }

    fn is_in_source(&self, path: &Path) -> bool {
        stat(&self.roots.source, path).is_some()
    }

    fn former(&self, path: &Path) -> Option<(PathBuf, OldFile)> {
        former_names(path).find_map(|name| {
            let there = stat(&self.roots.target, &name).filter(|stat| kind(stat) == FileType::RegularFile)?;
            stat(&self.roots.source, &name).is_none().then(|| (name, old(&there)))
        })
    }
}

impl Trees {
    /// Bytes outside holes; `st_blocks` would be too small for compressed files.
    fn data(&self, path: &Path, length: u64) -> u64 {
        if stat(&self.roots.source, path).is_none_or(|stat| stat.st_blocks.unsigned_abs() * SECTOR >= length) {
            return length;
        }
        match open(&self.roots.source, path) {
            Ok(file) => data_extents(&file, length),
            Err(_) => length,
        }
    }
}

/// The first bytes of a file beneath `top`, at most `most`. Blocks.
///
/// # Errors
/// It is no regular file, a link is on the way to it, or it can't be read.
pub fn read_start(top: &File, path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let file = open(top, path)?;
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut bytes = vec![0; most];
    let read = file.read_at(&mut bytes, 0)?;
    bytes.truncate(read);
    Ok(bytes)
}

fn open(top: &File, path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(File::from(openat2(top, path, flags, Mode::empty(), RESOLVE)?))
}

fn stat(top: &File, path: &Path) -> Option<Stat> {
    statat(top, path, AtFlags::SYMLINK_NOFOLLOW).ok()
}

fn kind(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}

fn old(stat: &Stat) -> OldFile {
    // A file with another name elsewhere frees nothing.
    let room = if stat.st_nlink > 1 { 0 } else { stat.st_blocks.unsigned_abs() * SECTOR };
    OldFile { room, length: stat.st_size.unsigned_abs(), is_file: kind(stat) == FileType::RegularFile }
}

/// The name without its last ending, the last two, and so on.
fn former_names(path: &Path) -> impl Iterator<Item = PathBuf> {
    let name = path.file_name().map(OsStrExt::as_bytes).unwrap_or_default();
    let dots = (1..name.len()).rev().filter(|&at| name[at] == b'.');
    dots.map(|at| path.with_file_name(OsStr::from_bytes(&name[..at])))
}

fn data_extents(file: &impl AsFd, length: u64) -> u64 {
    let (mut position, mut data) = (0, 0);
    while position < length {
        // ENXIO: only a hole up to the end.
        let Ok(start) = rustix::fs::seek(file, SeekFrom::Data(position)) else { break };
        let end = rustix::fs::seek(file, SeekFrom::Hole(start)).unwrap_or(length);
        data += end.saturating_sub(start);
        position = end.max(start + 1);
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{create_dir, write};
    use std::os::unix::fs::symlink;

    fn trees() -> (tempfile::TempDir, tempfile::TempDir, Trees) {
        let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let open = |place: &tempfile::TempDir| File::open(place.path()).unwrap();
        let roots = Roots { source: open(&source), target: open(&target) };
        let trees = Trees { roots, block: 4096, keeps_holes: true };
        (source, target, trees)
    }

    #[test]
    fn a_longer_name_leads_to_the_deleted_file() {
        let (source, target, trees) = trees();
        write(target.path().join("x.vbk"), "123").unwrap();
        write(target.path().join("kept.vbk"), "123").unwrap();
        write(source.path().join("kept.vbk"), "123").unwrap();
        let former = |name| trees.former(Path::new(name)).map(|(name, old)| (name, old.length));
        assert_eq!(former("x.vbk.locked"), Some(("x.vbk".into(), 3)));
        assert_eq!(former("x.vbk.[mail@example.org].locked"), Some(("x.vbk".into(), 3)));
        assert_eq!(former("kept.vbk.bak"), None);
        assert_eq!(former("x.vbk"), None);
        assert_eq!(former(".hidden"), None);
    }

    #[test]
    fn links_and_pipes_are_not_read() {
        let (source, _target, trees) = trees();
        let top = source.path();
        create_dir(top.join("real")).unwrap();
        write(top.join("real/file"), "0123456789").unwrap();
        symlink("real", top.join("link")).unwrap();
        symlink("real/file", top.join("to file")).unwrap();
        rustix::fs::mknodat(&trees.roots.source, "pipe", FileType::Fifo, Mode::RWXU, 0).unwrap();
        let read = |name| read_start(&trees.roots.source, Path::new(name), 4).ok();
        assert_eq!(read("real/file"), Some(b"0123".to_vec()));
        for name in ["link/file", "to file", "pipe", "real", "nowhere", "../x", "/etc/hostname"] {
            assert_eq!(read(name), None, "{name}");
        }
        assert!(trees.is_source_directory(Path::new("real")) && !trees.is_source_directory(Path::new("link")));
    }

    #[test]
    fn holes_need_no_room_where_they_stay_holes() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("sparse");
        let file = File::create(&path).unwrap();
        file.set_len(50_000_000).unwrap();
        std::os::unix::fs::FileExt::write_all_at(&file, &[1; 4096], 20_000_000).unwrap();
        let open = || File::open(place.path()).unwrap();
        let roots = Roots { source: open(), target: open() };
        let mut trees = Trees { roots, block: 4096, keeps_holes: true };
        assert!(trees.size_of_new(Path::new("sparse"), 50_000_000) < 1_000_000);
        trees.keeps_holes = false;
        assert_eq!(trees.size_of_new(Path::new("sparse"), 50_000_000), 50_003_968);
    }
}
