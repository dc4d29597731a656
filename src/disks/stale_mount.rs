//! What is left of an earlier plug-in: a disk that was pulled while a program used it stays mounted for that program, out of sight. The
//! kernel then refuses to mount an xfs or btrfs with this UUID once more, as if it were another disk's.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use procfs::process::{Process, all_processes};

use super::Volume;
use super::mount_blockers::{links, owned_name};
use super::mount_table;
use super::stack;
use super::superblock::Superblock;

/// What is looked for.
enum Old {
    Btrfs {
        of: Superblock,
        uuid: String,
    },
    /// Its number in the mount table is that of the device that has gone, and the UUID is told nowhere.
    Xfs,
}

/// Who holds an old mount of the volume, for people: `bash (4711, joe): /copy`, at most `limit`. None if there is no such mount, and
/// empty if nobody is found. For a volume that is not mounted. Blocks.
pub fn blockers(volume: &Volume, limit: usize) -> Option<Vec<String>> {
    let old = Old::of(volume)?;
    if !old.is_there() {
        return None;
    }
    let processes: Vec<Process> = all_processes().into_iter().flatten().flatten().collect();
    let by_file =
        processes.iter().filter_map(|process| Some(format!("{}: {}", owned_name(process)?, old.held_by(process)?)));
    let mut found: Vec<String> = by_file.take(limit).collect();
    let by_mount = in_tables(&processes).into_iter().filter(|(_, path, _)| old.is(path));
    let by_mount =
        by_mount.filter_map(|(process, _, point)| Some(format!("{}: {}", owned_name(process)?, point.display())));
    found.extend(by_mount.take(limit - found.len()));
    Some(found)
}

impl Old {
    fn of(volume: &Volume) -> Option<Self> {
        match volume.id_type.as_str() {
            "btrfs" => {
                let uuid = volume.id.to_string();
                Some(Self::Btrfs { of: Superblock::of_btrfs(&uuid)?, uuid })
            }
            "xfs" => Some(Self::Xfs),
            // The others may be mounted twice.
            _ => None,
        }
    }

    /// What the kernel says of file systems in use, mounted in sight or not.
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

/// What is mounted in each mount namespace: one process of it, the way there, and the mount point.
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
