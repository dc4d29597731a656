//! Who keeps a mounted file system busy: processes with a working directory, root, open or mapped file on it, and what else is
//! built upon its files. For people who have to end it.

use std::fs;
use std::path::{Path, PathBuf};

use procfs::process::{MMapPath, Process, all_processes};

use super::device_blockers::swaps as swap_table;
use super::mount_table;
use super::superblock::Superblock;
use crate::paths::Who;

/// A file system by where it is mounted, and by what it is known in other mount namespaces, too.
#[derive(Debug, Clone)]
pub struct MountedPlace {
    pub mount_point: PathBuf,
    pub superblock: Superblock,
}

/// `bash (4711): /media/root/OFFSITE1/copy` and the like, at most `limit`. Processes that end meanwhile, or that may not be
/// looked at, are left out. Blocks.
pub fn blockers(place: &MountedPlace, limit: usize) -> Vec<String> {
    let processes = all_processes().into_iter().flatten().flatten();
    let found =
        processes.filter_map(|process| Some(format!("{}: {}", name(&process)?, held(&process, place)?.display())));
    found.chain(loops(place)).chain(swaps(place)).chain(mounts(place)).take(limit).collect()
}

/// `bash (4711)`
pub(super) fn name(process: &Process) -> Option<String> {
    process.stat().ok().map(|stat| format!("{} ({})", stat.comm, stat.pid))
}

/// `bash (4711, joe)`
pub(super) fn owned_name(process: &Process) -> Option<String> {
    let (stat, user) = (process.stat().ok()?, Who::User(process.uid().ok()?));
    Some(format!("{} ({}, {user})", stat.comm, stat.pid))
}

/// The first file on the file system that the process has.
fn held(process: &Process, place: &MountedPlace) -> Option<PathBuf> {
    links(process).find_map(|link| lies_on(&link, place)).or_else(|| mapped(process, place))
}

/// Procfs' links to what the process has open, and to where it is.
pub(super) fn links(process: &Process) -> impl Iterator<Item = PathBuf> + use<> {
    let own = PathBuf::from(format!("/proc/{}", process.pid));
    let open = fs::read_dir(own.join("fd")).into_iter().flatten().flatten().map(|entry| entry.path());
    ["cwd", "root", "exe"].map(|name| own.join(name)).into_iter().chain(open)
}

fn lies_on(link: &Path, place: &MountedPlace) -> Option<PathBuf> {
    let target = fs::read_link(link).ok()?;
    let is_on_it = || Superblock::of(link).is_ok_and(|superblock| superblock.is(&place.superblock));
    (target.starts_with(&place.mount_point) || is_on_it()).then_some(target)
}

fn mapped(process: &Process, place: &MountedPlace) -> Option<PathBuf> {
    let maps = process.maps().ok()?;
    maps.into_iter().find_map(|map| match map.pathname {
        MMapPath::Path(path) if path.starts_with(&place.mount_point) => Some(path),
        _ => None,
    })
}

/// A loop device whose contents are a file there.
fn loops(place: &MountedPlace) -> impl Iterator<Item = String> {
    let on_it = |(device, file): (String, PathBuf)| {
        file.starts_with(&place.mount_point).then(|| format!("{device}: {}", file.display()))
    };
    loop_devices().into_iter().filter_map(on_it)
}

/// Each loop device in use, and the file or device behind it.
fn loop_devices() -> Vec<(String, PathBuf)> {
    let blocks = fs::read_dir("/sys/block").into_iter().flatten().flatten();
    let with_file = blocks.filter_map(|block| {
        let file = fs::read_to_string(block.path().join("loop/backing_file")).ok()?;
        Some((format!("/dev/{}", block.file_name().to_string_lossy()), PathBuf::from(file.trim_end())))
    });
    with_file.collect()
}

fn swaps(place: &MountedPlace) -> impl Iterator<Item = String> {
    let upon = swap_table().into_iter().filter(|file| file.starts_with(&place.mount_point));
    upon.map(|file| format!("swap: {}", file.display()))
}

/// What is mounted further down.
fn mounts(place: &MountedPlace) -> impl Iterator<Item = String> {
    let table = fs::read("/proc/self/mountinfo").unwrap_or_default();
    let below = |path: &Path| path != place.mount_point && path.starts_with(&place.mount_point);
    let points = mount_table::parse(&table).into_iter().map(|entry| entry.mount_point).filter(|path| below(path));
    points.map(|path| format!("mount: {}", path.display())).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_named_with_its_file_by_path_or_by_number() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("held");
        let file = fs::File::create(&path).unwrap();
        let wanted = format!("({}): {}", std::process::id(), path.display());
        let anywhere = Superblock::default();
        let found = blockers(&MountedPlace { mount_point: place.path().to_owned(), superblock: anywhere }, 5);
        assert!(found.iter().any(|holder| holder.ends_with(&wanted)), "{found:?}");
        let superblock = Superblock::of(place.path()).unwrap();
        let found = blockers(&MountedPlace { mount_point: "/nowhere".into(), superblock }, usize::MAX);
        drop(file);
        assert!(found.iter().any(|holder| holder.contains(&format!("({}): ", std::process::id()))), "{found:?}");
    }

    #[test]
    fn nobody_holds_what_is_not_there() {
        let nothing = MountedPlace { mount_point: "/nowhere".into(), superblock: Superblock::default() };
        assert!(blockers(&nothing, 5).is_empty());
    }
}
