//! The lock against a second rsync on one disk: a file per disk in the runtime directory, never removed, whose
//! descriptor rsync inherits. While an rsync of ours lives, the lock is held, even if the daemon was killed. An rsync
//! that hangs on a pulled disk does not block other disks.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use backon::{BlockingRetryable, ConstantBuilder};
use log::debug;
use procfs::process::{FDTarget, Process, all_processes};
use rustix::fs::{FlockOperation, Mode, OFlags};
use rustix::process::{Pid, Signal, kill_process};

use asbackup_api::DiskId;

const PAUSE: Duration = Duration::from_millis(250);
/// After SIGTERM, rsync ends within half a second, unless it is stopped or the disk hangs.
const TERM_PAUSES: usize = 20;
const KILL_PAUSES: usize = 40;

/// Held from before rsync starts until it is dropped.
#[derive(Debug)]
pub struct RsyncLock {
    _file: File,
}

/// Where the lock file is, for messages.
pub fn path(runtime: &Path, disk: &DiskId) -> PathBuf {
    // The UUID comes from the disk, so only characters of a UUID may get into the file name.
    let name: String = disk.as_str().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    runtime.join(format!("rsync-{name}.lock"))
}

impl RsyncLock {
    /// Takes the lock. First ends an rsync that outlived a killed daemon, since nobody watches it any more. Blocks for
    /// up to 15 s.
    ///
    /// # Errors
    /// `WouldBlock` if the lock is still held.
    pub fn acquire(runtime: &Path, disk: &DiskId) -> io::Result<Self> {
        fs::create_dir_all(runtime)?;
        Self::take(&path(runtime, disk))
    }

    fn take(path: &Path) -> io::Result<Self> {
        // No CLOEXEC: every rsync inherits it, and rsync is the only child.
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW;
        let file = File::from(rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR)?);
        let lock = || Ok(rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive)?);
        let wait = |pauses| {
            let pauses = ConstantBuilder::default().with_delay(PAUSE).with_max_times(pauses);
            lock.retry(pauses).when(|error: &io::Error| error.kind() == io::ErrorKind::WouldBlock).call()
        };
        if lock().is_err() {
            signal_orphans(&file, Signal::TERM)?;
            if wait(TERM_PAUSES).is_err() {
                signal_orphans(&file, Signal::KILL)?;
                wait(KILL_PAUSES)?;
            }
        }
        Ok(Self { _file: file })
    }
}

/// Whether an rsync of ours copies to any disk.
pub fn is_any_held(runtime: &Path) -> bool {
    !held(runtime).is_empty()
}

/// Ends every rsync that outlived a killed daemon. Blocks for up to 15 s for each.
///
/// # Errors
/// The processes can't be listed.
pub fn end_orphans(runtime: &Path) -> io::Result<()> {
    for path in held(runtime) {
        match RsyncLock::take(&path) {
            // It was killed and hangs in the kernel: it never reads again.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            taken => drop(taken?),
        }
    }
    Ok(())
}

/// The lock files that are held now.
fn held(runtime: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(runtime).into_iter().flatten().flatten().map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "lock") && is_held(path)).collect()
}

fn is_held(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).is_err()
}

/// Only an rsync that has this very file open was started by us.
fn signal_orphans(lock: &File, signal: Signal) -> io::Result<()> {
    let inode = lock.metadata()?.ino();
    for process in all_processes().map_err(io::Error::other)?.flatten() {
        if !is_rsync_with(&process, inode) || is_child(&process) {
            continue;
        }
        debug!("ending rsync {}, left over from a killed daemon", process.pid);
        if let Some(pid) = Pid::from_raw(process.pid) {
            let _ = kill_process(pid, signal);
        }
    }
    Ok(())
}

fn is_rsync_with(process: &Process, inode: u64) -> bool {
    let named = process.stat().is_ok_and(|stat| stat.comm == "rsync");
    named
        && process.fd().is_ok_and(|mut descriptors| {
            descriptors.any(|descriptor| descriptor.is_ok_and(|descriptor| leads_to(&descriptor.target, inode)))
        })
}

/// The rsync of an active run is our child, and its helpers are children of that.
fn is_child(process: &Process) -> bool {
    let own = std::process::id().cast_signed();
    let parent = |pid: i32| Process::new(pid).and_then(|process| process.stat()).map(|stat| stat.ppid).ok();
    let mut pid = process.pid;
    while let Some(next) = parent(pid).filter(|pid| *pid > 1) {
        if next == own {
            return true;
        }
        pid = next;
    }
    false
}

fn leads_to(target: &FDTarget, inode: u64) -> bool {
    matches!(target, FDTarget::Path(path) if fs::metadata(path).is_ok_and(|stat| stat.ino() == inode))
}
