//! What keeps a mounted file system busy, so that people can end it: processes with a working directory, root, open or
//! mapped file on it, and loop devices, swap and mounts that are built upon it.

use std::fs;
use std::path::{Path, PathBuf};

use procfs::process::{MMapPath, Process, all_processes};

use super::processes::{links, name};
use super::superblock::Superblock;
use super::{kernel, mount_table};

/// A mounted file system, by its mount point here and by what identifies it in every mount namespace.
#[derive(Debug, Clone)]
pub struct MountedPlace {
    /// In the daemon's own mount namespace.
    pub mount_point: PathBuf,
    /// Identifies it in every namespace.
    pub superblock: Superblock,
}

/// Blockers as `bash (4711): /media/root/OFFSITE1/copy`, at most `limit`. Leaves out processes that end meanwhile or
/// can't be inspected. Blocks.
pub fn blockers(place: &MountedPlace, limit: usize) -> Vec<String> {
    let processes = all_processes().into_iter().flatten().flatten();
    let found =
        processes.filter_map(|process| Some(format!("{}: {}", name(&process)?, held(&process, place)?.display())));
    found.chain(loops(place)).chain(swaps(place)).chain(mounts(place)).take(limit).collect()
}

/// The first file that the process uses on the file system.
fn held(process: &Process, place: &MountedPlace) -> Option<PathBuf> {
    links(process).find_map(|link| lies_on(&link, place)).or_else(|| mapped(process, place))
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

/// Loop devices over files there.
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
    let upon = kernel::swaps().into_iter().filter(|file| file.starts_with(&place.mount_point));
    upon.map(|file| format!("swap: {}", file.display()))
}

/// Mounts further down.
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
    fn a_process_is_named_with_its_file_by_path_or_superblock() {
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
    fn a_missing_file_system_has_no_blockers() {
        let nothing = MountedPlace { mount_point: "/nowhere".into(), superblock: Superblock::default() };
        assert!(blockers(&nothing, 5).is_empty());
    }
}
