//! Which network share a path lies on, if any. Reads only the mount table and local links: a share that hangs would
//! block.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use procfs::process::MountInfo;

use super::mount_table;

/// Network file system types, as in systemd; FUSE's have the prefix `fuse.`.
const KINDS: [&str; 18] = [
    "9p",
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "davfs",
    "fuse.ceph",
    "glusterfs",
    "lustre",
    "ncp",
    "ncpfs",
    "nfs",
    "nfs4",
    "orangefs",
    "pvfs2",
    "smb3",
    "smbfs",
    "sshfs",
];
/// As many as the kernel follows in one path.
const MOST_LINKS: usize = 40;

/// The source of the mount, as `server:/export`; none for local paths. Blocks only on local file systems.
///
/// # Errors
/// The mount table can't be read.
pub fn of(path: &Path) -> io::Result<Option<String>> {
    let table: Vec<MountInfo> = mount_table::entries()?.collect();
    Ok(find(path, &table, |path| fs::read_link(path).ok()))
}

fn find(path: &Path, table: &[MountInfo], link: impl Fn(&Path) -> Option<PathBuf>) -> Option<String> {
    let mut todo = names(path);
    let mut here = PathBuf::from("/");
    let mut links = 0;
    while mounted_at(&here, table).is_none_or(|entry| !is_share(entry)) {
        let name = todo.pop()?;
        if name == ".." {
            here.pop();
            continue;
        }
        here.push(name);
        // A mount point is no link.
        let free = mounted_at(&here, table).is_none();
        let Some(target) = free.then(|| link(&here)).flatten() else { continue };
        links += 1;
        if links > MOST_LINKS {
            return None;
        }
        here.pop();
        if target.is_absolute() {
            here = PathBuf::from("/");
        }
        todo.extend(names(&target));
    }
    // The rest of the path may lead on to another mount.
    here.extend(todo.into_iter().rev());
    let entry = here.ancestors().find_map(|place| mounted_at(place, table)).filter(|entry| is_share(entry))?;
    entry.mount_source.clone()
}

/// Path components in reverse order.
fn names(path: &Path) -> Vec<OsString> {
    let mut names: Vec<_> =
        path.components().filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir)).collect();
    names.reverse();
    names.into_iter().map(|part| part.as_os_str().to_owned()).collect()
}

/// The uppermost mount at a place.
fn mounted_at<'a>(place: &Path, table: &'a [MountInfo]) -> Option<&'a MountInfo> {
    table.iter().rev().find(|entry| entry.mount_point == place)
}

fn is_share(entry: &MountInfo) -> bool {
    let kind = entry.fs_type.as_str();
    KINDS.contains(&kind) || kind.strip_prefix("fuse.").is_some_and(|kind| KINDS.contains(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[u8] = b"20 1 8:1 / / rw - ext4 /dev/sda1 rw\n\
        30 20 0:40 / /srv/veeam rw - autofs systemd-1 rw\n\
        31 30 0:41 / /srv/veeam rw - nfs4 nas:/backups rw\n\
        32 31 8:17 / /srv/veeam/local rw - xfs /dev/sdb1 rw\n\
        33 31 0:42 / /srv/veeam/old rw - nfs other:/old rw\n\
        34 20 0:43 / /mnt/far rw - fuse.sshfs veeam@nas:/far rw\n\
        35 20 0:44 / /mnt/win rw - cifs //win/share rw\n\
        36 20 0:45 / /mnt/win/gone rw - nfs nas:/gone rw\n\
        37 36 8:33 / /mnt/win/gone rw - ext4 /dev/sdc1 rw\n";

    #[test]
    fn a_share_is_found_through_links_and_mounts_without_touching_it() {
        let table = mount_table::parse(TABLE);
        let link = |path: &Path| match path.to_str().unwrap_or_default() {
            "/srv/current" => Some("veeam".into()),
            "/data" => Some("/mnt/far/a".into()),
            "/data2" => Some("../mnt/./win".into()),
            "/round" => Some("/round".into()),
            path if ["/srv/veeam", "/mnt/far"].iter().any(|share| Path::new(path).starts_with(share)) => {
                panic!("{path} was asked")
            }
            _ => None,
        };
        for (path, expected) in [
            ("/srv/veeam", Some("nas:/backups")),
            ("/srv/veeam/job/full.vbk", Some("nas:/backups")),
            ("/srv/current/job", Some("nas:/backups")),
            ("/srv/veeam/local/job", None),
            ("/srv/veeam/old/job", Some("other:/old")),
            ("/data/x", Some("veeam@nas:/far")),
            ("/data2/x", Some("//win/share")),
            ("/mnt/win/gone/x", None),
            ("/srv/veeams", None),
            ("/srv", None),
            ("/round/x", None),
            ("/", None),
        ] {
            assert_eq!(find(Path::new(path), &table, link).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn a_local_path_lies_on_no_share() {
        assert_eq!(of(Path::new("/proc/self")).unwrap(), None);
    }
}
