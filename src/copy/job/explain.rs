//! Collects evidence after a failure: mount table, file system, drive, and the file itself. Every lookup has a time
//! limit, and no answer is no evidence. What the evidence means is decided in `rsync::cause`.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::{
    Access, AtFlags, Dir, Mode, OFlags, SeekFrom, StatVfsMountFlags, StatxAttributes, StatxFlags, accessat, fstatvfs,
    statx,
};
use rustix::io::Errno;

use super::context::Job;
use super::mounted_disk::MountedDisk;
use crate::copy::rsync::cause::{self, Evidence, FilePlace, LockPath, RsyncEnd};
use crate::copy::rsync::complaint::{Complaint, Operation, Side};
use crate::copy::rsync::exit;
use crate::copy::rsync::process::ProcessEnd;
use crate::copy::trees::beneath;
use crate::copy::trees::target::Target;
use crate::disks::Volume;
use crate::disks::health::Health;
use crate::disks::mounted::{Mounted, Space, Writability};
use crate::disks::network_share;
use asbackup_api::{Fault, LockPlace};
use asbackup_system::blocking::{GLANCE, blocking};

/// Room for metadata or data counts as used up with this much left, besides what the file system holds back.
const BTRFS_REST: u64 = 16 << 20;

/// Explains failures by what can still be found out. The target is none before it is open.
pub struct Explainer<'a> {
    pub job: &'a Job,
    pub disk: &'a MountedDisk,
    pub target: Option<&'a Target>,
    /// What rsync reads instead of the source.
    pub snapshot: Option<&'a Path>,
}

impl Explainer<'_> {
    /// Why rsync ended with an error.
    pub async fn rsync_failure(&self, ended: &ProcessEnd) -> Fault {
        let ended = &self.about_the_source(ended);
        let complaints: Vec<Complaint> = ended.complaints.iter().filter_map(|line| Complaint::parse(line)).collect();
        let most_severe = cause::most_severe(&complaints);
        let evidence = self.evidence(most_severe).await;
        let end = RsyncEnd { code: exit::code(ended.status), words: &exit::cause(ended) };
        cause::of_rsync(end, most_severe, &evidence)
    }

    /// People know the source, and not where its snapshot lies.
    fn about_the_source(&self, ended: &ProcessEnd) -> ProcessEnd {
        let source = self.job.spec.config.source.display().to_string();
        let renamed = |line: &String| match self.snapshot {
            Some(snapshot) => line.replace(&snapshot.display().to_string(), &source),
            None => line.clone(),
        };
        ProcessEnd { status: ended.status, complaints: ended.complaints.iter().map(renamed).collect() }
    }

    /// The fault behind an error of our own, met with `operation` at `path` below the target.
    pub async fn io_failure(&self, operation: Operation, path: &Path, error: &io::Error) -> Fault {
        cause::of_io(operation, error, &self.evidence_at(Some(path.to_owned())).await)
    }

    /// The fault behind a lock file that could not be created or deleted.
    pub async fn lock_failure(&self, lock: LockPath<'_>, operation: Operation, error: &io::Error) -> Fault {
        let path = PathBuf::from(lock.path);
        let evidence = match lock.place {
            LockPlace::Disk => self.evidence_at(Some(path)).await,
            // What does not answer is not asked again.
            _ if error.kind() == io::ErrorKind::TimedOut => Evidence::default(),
            LockPlace::Source | LockPlace::Computer => {
                let share = share_of(&path).await;
                let found = blocking::<_, io::Error>(GLANCE, move || Ok(off_the_disk(&path))).await;
                Evidence { share, ..found.unwrap_or_default() }
            }
        };
        cause::of_lock(lock, operation, error, &evidence)
    }

    /// The fault behind a flush that failed.
    pub async fn flush_failure(&self, error: &io::Error) -> Fault {
        cause::of_flush(error, &self.evidence_at(None).await)
    }

    async fn evidence(&self, complaint: Option<&Complaint>) -> Evidence {
        let path = complaint.filter(|complaint| complaint.side == Side::Target).map(|complaint| complaint.path.clone());
        let mut evidence = self.evidence_at(path).await;
        if let Some(complaint) = complaint.filter(|complaint| complaint.side == Side::Source) {
            let (path, begun) = (complaint.path.clone(), self.job.begun);
            evidence.share = share_of(&path).await;
            let changed = blocking::<_, io::Error>(GLANCE, move || Ok(has_changed(&path, begun)));
            evidence.source_changed = changed.await.unwrap_or(false);
        }
        evidence
    }

    async fn evidence_at(&self, path: Option<PathBuf>) -> Evidence {
        let none = Evidence::default();
        let Ok(mounted) = self.disk.mounted.try_clone() else { return none };
        // Before the target is open: as seen from the disk's top.
        let target = self.target.map_or_else(|| mounted.try_clone_top(), Target::try_clone).ok();
        let top = self.disk.shown(self.target, Path::new(""));
        let (volume, before) = (self.disk.volume.clone(), self.disk.health.clone());
        let config = &self.job.spec.config;
        let (source, lock) = (config.source.clone(), config.disk_lockfile.clone());
        let look = move || {
            let path = path.as_deref().map(|path| path.strip_prefix(&top).unwrap_or(path));
            let disk = of_disk(&volume, &mounted, &before);
            let place = target.zip(path).map(|(target, path)| FilePlace {
                too_large: fs::metadata(source.join(path)).is_ok_and(|meta| is_too_large(&target, &lock, meta.len())),
                ..place(&target, path, &disk)
            });
            Ok(Evidence { place: place.unwrap_or_default(), ..disk })
        };
        blocking::<_, io::Error>(GLANCE, look).await.unwrap_or(none)
    }
}

/// A lookup of its own, since a path on a share that hangs never answers.
async fn share_of(path: &Path) -> Option<String> {
    let path = path.to_owned();
    blocking(GLANCE, move || network_share::of(&path)).await.unwrap_or_default()
}

/// For a file that is not on the disk: the room in its directory, whether that takes writes, and its `chattr`
/// attributes.
fn off_the_disk(path: &Path) -> Evidence {
    let look =
        |path| rustix::fs::open(path, OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty()).map(File::from);
    let Some(Ok(directory)) = path.parent().map(look) else { return Evidence::default() };
    let read_only = fstatvfs(&directory).is_ok_and(|stat| stat.f_flag.contains(StatVfsMountFlags::RDONLY));
    let both = attributes(&directory) | look(path).as_ref().map_or(StatxAttributes::empty(), attributes);
    Evidence {
        writability: if read_only { Writability::ReadOnly } else { Writability::Writable },
        space: Space::of(&directory).ok(),
        place: FilePlace {
            immutable: both.contains(StatxAttributes::IMMUTABLE),
            append_only: both.contains(StatxAttributes::APPEND),
            ..FilePlace::default()
        },
        ..Evidence::default()
    }
}

fn attributes(file: &File) -> StatxAttributes {
    let found = statx(file, "", AtFlags::EMPTY_PATH, StatxFlags::BASIC_STATS);
    found.map_or(StatxAttributes::empty(), |found| found.stx_attributes)
}

fn of_disk(volume: &Volume, mounted: &Mounted, before: &Health) -> Evidence {
    let first = Dir::read_from(mounted.top()).and_then(|mut entries| entries.next().transpose());
    Evidence {
        file_system: volume.id_type.clone(),
        writability: mounted.writability().unwrap_or_default(),
        errors: Health::of(volume).since(before),
        is_unreadable: matches!(first, Err(Errno::IO)),
        space: mounted.try_clone_top().and_then(|top| Space::of(&top)).ok(),
        metadata_full: volume.id_type == "btrfs" && metadata_is_full(&btrfs(volume)).unwrap_or(false),
        ..Evidence::default()
    }
}

fn btrfs(volume: &Volume) -> PathBuf {
    PathBuf::from(format!("/sys/fs/btrfs/{}/allocation", volume.id))
}

/// btrfs allocates room in large pieces, for data or for metadata. Once all is allocated, one of the two can be full
/// alone.
fn metadata_is_full(allocation: &Path) -> Option<bool> {
    let read = |name: &str| fs::read_to_string(allocation.join(name)).ok()?.trim().parse::<u64>().ok();
    let held_back = read("global_rsv_size").unwrap_or_default();
    let metadata = read("metadata/total_bytes")?.saturating_sub(read("metadata/bytes_used")?);
    let data = read("data/total_bytes")?.saturating_sub(read("data/bytes_used")?);
    Some(metadata <= held_back.saturating_add(BTRFS_REST) && data > BTRFS_REST)
}

/// No seek goes beyond the length of the largest possible file; the lock file serves to try.
fn is_too_large(target: &File, lock: &Path, length: u64) -> bool {
    let opened = beneath::open(target.as_fd(), lock, OFlags::RDONLY | OFlags::NONBLOCK, Mode::empty());
    let sought = opened.map(|file| rustix::fs::seek(file, SeekFrom::Start(length)));
    matches!(sought, Ok(Err(Errno::INVAL)))
}

/// The file, or what there is of the way to it.
fn place(target: &File, path: &Path, disk: &Evidence) -> FilePlace {
    let look = |path: &Path| {
        let shown = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        beneath::open(target.as_fd(), shown, OFlags::PATH, Mode::empty()).map(File::from)
    };
    let file = look(path);
    let is = |looked: &io::Result<File>, errno: Errno| matches!(looked, Err(error) if Errno::from_io_error(error) == Some(errno));
    let mounted_upon = is(&file, Errno::XDEV);
    let file = file.ok();
    let parent = path.parent().map(look);
    let link = parent.as_ref().is_some_and(|parent| is(parent, Errno::LOOP));
    let parent = parent.and_then(Result::ok);
    let both =
        [&file, &parent].into_iter().flatten().fold(StatxAttributes::empty(), |all, file| all | attributes(file));
    FilePlace {
        path: path.to_owned(),
        read_only_subvolume: (disk.file_system == "btrfs").then(|| read_only_subvolume(path, look)).flatten(),
        immutable: both.contains(StatxAttributes::IMMUTABLE),
        append_only: both.contains(StatxAttributes::APPEND),
        swap: file.as_ref().and_then(|file| file.metadata().ok()).is_some_and(|meta| is_swap(&meta)),
        mount_point: mounted_upon,
        link,
        quota: parent.as_ref().or(file.as_ref()).is_some_and(|place| has_quota(place, disk.space)),
        too_large: false,
    }
}

/// In a directory with a project quota, statvfs reports what the quota leaves; elsewhere, what the disk has.
fn has_quota(place: &File, disk: Option<Space>) -> bool {
    let (Ok(place), Some(disk)) = (Space::of(place), disk) else { return false };
    place.size < disk.size && place.free < disk.free || place.inodes < disk.inodes && place.inodes == Some(0)
}

/// The uppermost directory on the way that takes no writes although the file system does.
fn read_only_subvolume(path: &Path, look: impl Fn(&Path) -> io::Result<File>) -> Option<PathBuf> {
    let refuses = |path: &&Path| {
        let Ok(directory) = look(path) else { return false };
        let asked = accessat(&directory, ".", Access::WRITE_OK, AtFlags::empty());
        matches!(asked, Err(Errno::ROFS))
    };
    path.ancestors().filter(refuses).last().map(Path::to_owned)
}

/// The kernel names the files that it swaps to.
fn is_swap(meta: &Metadata) -> bool {
    let table = fs::read_to_string("/proc/swaps").unwrap_or_default();
    let files = table.lines().skip(1).filter_map(|line| line.split_ascii_whitespace().next());
    files.filter_map(|path| fs::metadata(path).ok()).any(|swap| (swap.dev(), swap.ino()) == (meta.dev(), meta.ino()))
}

/// A file that has gone meanwhile counts as changed.
fn has_changed(path: &Path, begun: SystemTime) -> bool {
    match fs::symlink_metadata(path) {
        Ok(meta) => {
            let seconds = u64::try_from(meta.ctime()).unwrap_or_default();
            SystemTime::UNIX_EPOCH + Duration::from_secs(seconds + 1) >= begun
        }
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn btrfs_notes_are_full_only_while_there_is_room_for_contents() {
        let place = tempfile::tempdir().unwrap();
        assert_eq!(metadata_is_full(place.path()), None);
        let write = |name: &str, bytes: u64| fs::write(place.path().join(name), format!("{bytes}\n")).unwrap();
        fs::create_dir(place.path().join("metadata")).unwrap();
        fs::create_dir(place.path().join("data")).unwrap();
        for (notes, contents, full) in [(100 << 20, 0, true), (20 << 20, 0, false), (100 << 20, 390 << 20, false)] {
            write("global_rsv_size", 4 << 20);
            write("metadata/total_bytes", 110 << 20);
            write("metadata/bytes_used", notes);
            write("data/total_bytes", 400 << 20);
            write("data/bytes_used", contents);
            assert_eq!(metadata_is_full(place.path()), Some(full), "{notes} {contents}");
        }
    }

    #[test]
    fn a_file_has_changed_when_it_was_since_the_beginning_or_has_gone() {
        let place = tempfile::tempdir().unwrap();
        let (path, now) = (place.path().join("a"), SystemTime::now());
        assert!(has_changed(&path, now));
        fs::write(&path, "x").unwrap();
        assert!(has_changed(&path, now));
        assert!(!has_changed(&path, now + Duration::from_secs(60)));
    }
}
