//! A mount left from an earlier attachment: a disk that was pulled while a program used it stays mounted for that
//! program, out of sight. The kernel then refuses to mount an xfs or btrfs with this UUID again.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use procfs::process::{Process, all_processes};

use super::Volume;
use super::mount_table;
use super::processes::{links, owned_name};
use super::stack;
use super::superblock::Superblock;

/// How a stale mount is recognised.
enum Stale {
    Btrfs {
        of: Superblock,
        uuid: String,
    },
    /// The mount table has the number of the missing device, and the UUID is nowhere.
    Xfs,
}

/// What keeps a stale mount of this unmounted volume, as `bash (4711, joe): /copy`, at most `limit`. None without such
/// a mount, empty if no process is found. Blocks.
pub fn blockers(volume: &Volume, limit: usize) -> Option<Vec<String>> {
    let stale = Stale::of(volume)?;
    if !stale.is_there() {
        return None;
    }
    let processes: Vec<Process> = all_processes().into_iter().flatten().flatten().collect();
    let by_file =
        processes.iter().filter_map(|process| Some(format!("{}: {}", owned_name(process)?, stale.held_by(process)?)));
    let mut found: Vec<String> = by_file.take(limit).collect();
    let by_mount = in_tables(&processes).into_iter().filter(|(_, path, _)| stale.is(path));
    let by_mount =
        by_mount.filter_map(|(process, _, point)| Some(format!("{}: {}", owned_name(process)?, point.display())));
    found.extend(by_mount.take(limit - found.len()));
    Some(found)
}

impl Stale {
    fn of(volume: &Volume) -> Option<Self> {
        match volume.id_type.as_str() {
            "btrfs" => {
                let uuid = volume.id.to_string();
                Some(Self::Btrfs { of: Superblock::of_btrfs(&uuid)?, uuid })
            }
            "xfs" => Some(Self::Xfs),
            // The kernel mounts the others twice.
            _ => None,
        }
    }

    /// Whether the kernel has such a file system in use, in sight or not.
    fn is_there(&self) -> bool {
        match self {
            Self::Btrfs { uuid, .. } => Path::new("/sys/fs/btrfs").join(uuid).exists(),
            Self::Xfs => fs::read_dir("/sys/fs/xfs").into_iter().flatten().flatten().any(|entry| {
                entry.path().join("log").is_dir()
                    && stack::is_empty(&Path::new("/sys/class/block").join(entry.file_name()))
            }),
        }
    }

    fn is(&self, path: &Path) -> bool {
        Superblock::of(path).is_ok_and(|found| match self {
            Self::Btrfs { of, .. } => found.is(of),
            Self::Xfs => found.is_orphaned_xfs(),
        })
    }

    fn held_by(&self, process: &Process) -> Option<String> {
        let link = links(process).find(|link| self.is(link))?;
        Some(fs::read_link(link).ok()?.display().to_string())
    }
}

/// The mounts of each mount namespace: one process of it, the path through that process, and the mount point.
fn in_tables(processes: &[Process]) -> Vec<(&Process, PathBuf, PathBuf)> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for process in processes {
        let own = PathBuf::from(format!("/proc/{}", process.pid));
        let Ok(namespace) = fs::read_link(own.join("ns/mnt")) else { continue };
        if !seen.insert(namespace) {
            continue;
        }
        let table = mount_table::parse(&fs::read(own.join("mountinfo")).unwrap_or_default());
        let wanted = table.into_iter().filter(|entry| matches!(entry.fs_type.as_str(), "btrfs" | "xfs"));
        let way = |point: &Path| own.join("root").join(point.strip_prefix("/").unwrap_or(point));
        found.extend(wanted.map(|entry| (process, way(&entry.mount_point), entry.mount_point)));
    }
    found
}
