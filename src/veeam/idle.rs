//! Whether the repository is idle: nothing in it has changed for a while, and no process on this machine has one of its
//! files open for writing. Files are compared by device and inode, so that other mounts of them are found. Blocks.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use procfs::process::all_processes;
use rustix::fs::OFlags;

/// Device and inode.
type Number = (u64, u64);

/// Whether nothing has written into the repository for at least `quiet`.
///
/// # Errors
/// Something can't be read, so nobody knows.
pub fn is_idle(repository: &Path, quiet: Duration) -> io::Result<bool> {
    let Some(files) = unchanged_files(repository, quiet)? else { return Ok(false) };
    Ok(!is_anything_written(&files)?)
}

/// The files, or `None` if something has changed recently.
fn unchanged_files(top: &Path, quiet: Duration) -> io::Result<Option<HashSet<Number>>> {
    let mut files = HashSet::new();
    let mut open = vec![top.to_owned()];
    while let Some(path) = open.pop() {
        let stat = fs::symlink_metadata(&path)?;
        if !is_old(&stat, quiet) {
            return Ok(None);
        }
        if stat.is_dir() {
            let entries: io::Result<Vec<PathBuf>> = fs::read_dir(&path)?.map(|entry| Ok(entry?.path())).collect();
            open.extend(entries?);
        } else if stat.is_file() {
            files.insert((stat.dev(), stat.ino()));
        }
    }
    Ok(Some(files))
}

/// A time in the future says nothing, so it counts as now.
fn is_old(stat: &Metadata, quiet: Duration) -> bool {
    let age = stat.modified().ok().and_then(|changed| SystemTime::now().duration_since(changed).ok());
    age.is_some_and(|age| age >= quiet)
}

fn is_anything_written(files: &HashSet<Number>) -> io::Result<bool> {
    for process in all_processes().map_err(io::Error::other)? {
        // A process that has ended writes nothing.
        let Ok(process) = process else { continue };
        if writes(process.pid, files)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn writes(pid: i32, files: &HashSet<Number>) -> io::Result<bool> {
    let own = PathBuf::from(format!("/proc/{pid}"));
    let Some(open) = unless_gone(fs::read_dir(own.join("fd")))? else { return Ok(false) };
    for entry in open {
        let Some(entry) = unless_gone(entry)? else { continue };
        let Some(stat) = unless_gone(fs::metadata(entry.path()))? else { continue };
        if !files.contains(&(stat.dev(), stat.ino())) {
            continue;
        }
        let Some(about) = unless_gone(fs::read_to_string(own.join("fdinfo").join(entry.file_name())))? else {
            continue;
        };
        if is_for_writing(&about) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn unless_gone<T>(looked: io::Result<T>) -> io::Result<Option<T>> {
    match looked {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.raw_os_error(), Some(code) if GONE.contains(&code)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The process has ended or closed the file.
const GONE: [i32; 2] = [rustix::io::Errno::NOENT.raw_os_error(), rustix::io::Errno::SRCH.raw_os_error()];

/// `flags:` is octal, as given to `open`. Without it, assume that the file is written.
fn is_for_writing(about: &str) -> bool {
    let flags = about.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|octal| u32::from_str_radix(octal.trim(), 8).ok());
    flags.is_none_or(|flags| OFlags::from_bits_retain(flags).intersects(OFlags::WRONLY | OFlags::RDWR))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;

    const HOUR: Duration = Duration::from_secs(3600);

    /// A repository in which nothing has changed for two hours, and one of its files.
    fn repository() -> (tempfile::TempDir, PathBuf) {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("chain.vbk");
        fs::write(&file, "x").unwrap();
        age(&file);
        age(place.path());
        (place, file)
    }

    fn age(path: &Path) {
        File::open(path).unwrap().set_modified(SystemTime::now() - 2 * HOUR).unwrap();
    }

    /// Looks at this process alone; whether others can be inspected depends on the machine.
    fn is_written_by_us(place: &Path) -> bool {
        let files = unchanged_files(place, HOUR).unwrap().expect("nothing has changed");
        writes(std::process::id().cast_signed(), &files).unwrap()
    }

    #[test]
    fn an_old_file_is_idle_while_somebody_reads_it() {
        let (place, file) = repository();
        let _reader = File::open(file).unwrap();
        assert!(!is_written_by_us(place.path()));
        assert!(unchanged_files(place.path(), 3 * HOUR).unwrap().is_none());
    }

    #[test]
    fn a_file_open_for_writing_is_not_idle_even_if_nothing_is_written() {
        let (place, file) = repository();
        let writer = File::options().append(true).open(&file).unwrap();
        assert!(is_written_by_us(place.path()));
        drop(writer);
        let both = File::options().read(true).write(true).open(&file).unwrap();
        assert!(is_written_by_us(place.path()));
        drop(both);
        assert!(!is_written_by_us(place.path()));
    }

    #[test]
    fn a_new_file_deep_down_or_with_a_future_time_is_a_change() {
        let (place, file) = repository();
        File::open(&file).unwrap().set_modified(SystemTime::now() + 2 * HOUR).unwrap();
        assert!(!is_idle(place.path(), HOUR).unwrap());
        age(&file);
        let below = place.path().join("a");
        fs::create_dir(&below).unwrap();
        fs::write(below.join("b.vib"), "x").unwrap();
        age(&below);
        age(place.path());
        assert!(!is_idle(place.path(), HOUR).unwrap());
    }

    #[test]
    fn a_repository_that_can_not_be_read_is_an_error() {
        assert!(is_idle(Path::new("/nowhere"), HOUR).is_err());
    }
}
