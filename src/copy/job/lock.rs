//! Steps 4 and 7: the lock against a second rsync, the directory that is copied to, and the lock files on the disk and
//! in the source.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::context::Job;
use super::disk_watch::unless_hung;
use super::explain::Explainer;
use super::identify::Identified;
use super::mounted_disk::MountedDisk;
use super::run_locks::RunLocks;
use crate::copy::cancel::RunError;
use crate::copy::locks::copy_lock::{self, CopyLock, Found, LockError, Released};
use crate::copy::locks::rsync_lock::{self, RsyncLock};
use crate::copy::rsync::cause::{self, Evidence, LockPath};
use crate::copy::rsync::complaint::Operation;
use crate::copy::trees::source::unavailable_source;
use crate::copy::trees::target::Target;
use asbackup_api::{Fault, LockPlace, Notice, Step, Warning};
use asbackup_system::blocking::{GLANCE, blocking};
use asbackup_system::paths;

/// What step 4 has acquired so far, and step 7 releases.
pub struct Acquired {
    target: Option<Target>,
    pub locks: RunLocks,
}

/// The disk is mounted, the directory that is copied to is open, and everything is locked.
pub struct Locked<'a> {
    pub job: &'a mut Job,
    pub disk: &'a MountedDisk,
    pub target: &'a Target,
    pub locks: &'a mut RunLocks,
}

/// How step 7 went.
pub struct Unlocked {
    pub fault: Option<Fault>,
    /// All that was written is on the medium.
    pub all_written: bool,
}

/// Step 4. `slot` holds what has to be undone, also after an error.
///
/// # Errors
/// Something is locked by others or can't be locked, the target leads elsewhere, or the run is to end.
pub async fn lock<'a>(
    job: &'a mut Job,
    disk: &'a MountedDisk,
    slot: &'a mut Option<Acquired>,
) -> Result<Locked<'a>, RunError> {
    job.begin(Step::Lock);
    let locks = RunLocks::new(lock_run(job).await?);
    let acquired = slot.insert(Acquired { target: None, locks });
    let target = acquired.target.insert(open_target(job, disk).await?);
    let mut locked = Locked { job, disk, target, locks: &mut acquired.locks };
    let disk_lock = locked.lock_disk().await?;
    let source_lock = locked.lock_source().await?;
    locked.job.notice(Notice::StepLock { disk_lock, source_lock });
    locked.job.cancel.check()?;
    Ok(locked)
}

async fn lock_run(job: &Job) -> Result<RsyncLock, Fault> {
    let (runtime, disk) = (job.spec.runtime.clone(), job.spec.disk.clone());
    let path = rsync_lock::path(&runtime, &disk).display().to_string();
    let acquired = blocking(GLANCE, move || RsyncLock::acquire(&runtime, &disk)).await;
    acquired.map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => Fault::StillCopying { path },
        _ => {
            let lock = LockPath { path: &path, place: LockPlace::Computer };
            cause::of_lock(lock, Operation::Name, &error, &Evidence::default())
        }
    })
}

async fn open_target(job: &Job, disk: &MountedDisk) -> Result<Target, Fault> {
    let destination = job.spec.config.destination.clone();
    let path = destination.display().to_string();
    let refused = |error: &io::Error| Fault::TargetRefused { path, cause: error.to_string() };
    let top = match disk.mounted.try_clone_top() {
        Ok(top) => top,
        Err(error) => return Err(refused(&error)),
    };
    let mount_point = disk.mounted.mount_point.clone();
    match blocking(GLANCE, move || Target::open(top.as_fd(), &mount_point, &destination)).await {
        Ok(target) => Ok(target),
        Err(error) if leads_elsewhere(&error) => Err(refused(&error)),
        // The lock file's directory is created first on a disk, so the fault names the lock file.
        Err(error) => {
            let shown = disk.shown(None, &job.spec.config.disk_lockfile).display().to_string();
            let lock = LockPath { path: &shown, place: LockPlace::Disk };
            Err(Explainer { job, disk, target: None, snapshot: None }.lock_failure(lock, Operation::Name, &error).await)
        }
    }
}

impl Locked<'_> {
    async fn lock_disk(&mut self) -> Result<String, Fault> {
        let name = self.job.spec.config.disk_lockfile.clone();
        let shown = self.disk.shown(Some(self.target), &name);
        let path = shown.display().to_string();
        let lock = LockPath { path: &path, place: LockPlace::Disk };
        let (file, found) = self.acquire(self.target.try_clone(), &name, lock).await?;
        self.locks.fine_times = file.has_fine_times().unwrap_or(false);
        self.locks.late_times = file.has_late_times().unwrap_or(false);
        self.locks.disk = Some((file, shown));
        if found != Found::Nothing {
            self.locks.mark_unverified(&self.disk.volume);
        }
        self.warn_of_stale(found, &path);
        Ok(path)
    }

    async fn lock_source(&mut self) -> Result<String, Fault> {
        let source = self.job.spec.config.source.clone();
        let name = self.job.spec.config.source_lockfile.clone();
        let shown = source.join(&name);
        let path = shown.display().to_string();
        let directory = source.clone();
        // A missing source is left to step 5, which can explain it better.
        let top = match blocking(GLANCE, move || paths::directory(&directory)).await {
            Ok(top) => top,
            Err(error) => return Err(unavailable_source(&source, error).await),
        };
        let lock = LockPath { path: &path, place: LockPlace::Source };
        let (file, found) = self.acquire(Ok(top), &name, lock).await?;
        self.locks.source = Some((file, shown));
        self.warn_of_stale(found, &path);
        Ok(path)
    }

    async fn acquire(
        &self,
        top: io::Result<File>,
        name: &Path,
        lock: LockPath<'_>,
    ) -> Result<(CopyLock, Found), Fault> {
        let (note, name) = (copy_lock::note(self.job.spec.run), name.to_owned());
        let acquired = match top {
            Ok(top) => blocking(GLANCE, move || CopyLock::acquire(top.as_fd(), &name, &note)).await,
            Err(error) => Err(error.into()),
        };
        let path = lock.path.to_owned();
        match acquired {
            Ok(acquired) => Ok(acquired),
            Err(LockError::Held { holder }) => Err(Fault::LockHeld { path, holder }),
            Err(LockError::Strange) => Err(Fault::LockIsStrange { path }),
            Err(LockError::Io { operation, source }) => {
                let explainer = Explainer { job: self.job, disk: self.disk, target: Some(self.target), snapshot: None };
                Err(explainer.lock_failure(lock, operation, &source).await)
            }
        }
    }

    fn warn_of_stale(&self, found: Found, path: &str) {
        let path = path.to_owned();
        match found {
            Found::Nothing => {}
            Found::Empty => self.job.warn(Warning::EmptyLock { path }),
            Found::Stale(holder) => self.job.warn(Warning::StaleLock { path, holder }),
        }
    }
}

/// Step 7. The file on the disk stays as long as anything that was written may not have reached the medium.
pub async fn unlock(job: &mut Job, identified: &Identified, disk: &MountedDisk, acquired: Acquired) -> Unlocked {
    job.begin(Step::Unlock);
    let Acquired { target, mut locks } = acquired;
    let explainer = Explainer { job, disk, target: target.as_ref(), snapshot: None };
    let written = is_all_written(&explainer, identified, &mut locks).await;
    let all_written = matches!(written, Ok(true));
    let (on_disk, notice) = match (all_written, locks.disk.take()) {
        (true, lock) => (release(&explainer, lock, LockPlace::Disk).await, Notice::StepUnlock),
        (false, Some((_, path))) => (Ok(()), Notice::LockKept { path: path.display().to_string() }),
        (false, None) => (Ok(()), Notice::StepUnlock),
    };
    let in_source = release(&explainer, locks.source.take(), LockPlace::Source).await;
    let fault = written.map(drop).and(on_disk).and(in_source).err();
    if fault.is_none() {
        job.notice(notice);
    }
    Unlocked { fault, all_written }
}

async fn is_all_written(
    explainer: &Explainer<'_>,
    identified: &Identified,
    locks: &mut RunLocks,
) -> Result<bool, Fault> {
    if locks.unverified.is_some() {
        return Ok(false);
    }
    if locks.is_dirty {
        let patience = explainer.job.spec.config.disk_patience;
        let flushed = unless_hung(&explainer.disk.volume, patience, locks.flush(explainer.disk)).await;
        if let Some(Err(error)) = flushed {
            // That the disk was pulled is reported when it can't be unmounted.
            let pulled = identified.is_being_removed().await;
            return if pulled { Ok(false) } else { Err(explainer.flush_failure(&error).await) };
        }
    }
    Ok(locks.unverified.is_none())
}

/// Deletes a lock file.
///
/// # Errors
/// It can't be deleted.
pub async fn release(
    explainer: &Explainer<'_>,
    lock: Option<(CopyLock, PathBuf)>,
    place: LockPlace,
) -> Result<(), Fault> {
    let Some((lock, shown)) = lock else { return Ok(()) };
    let path = shown.display().to_string();
    match blocking(GLANCE, move || lock.release()).await {
        Ok(Released::Removed) => Ok(()),
        Ok(Released::Vanished) => {
            explainer.job.warn(Warning::LockVanished { path });
            Ok(())
        }
        Err(error) => Err(explainer.lock_failure(LockPath { path: &path, place }, Operation::Delete, &error).await),
    }
}

/// A link or another file system on the way, a way out of the disk, or no directory at all.
fn leads_elsewhere(error: &io::Error) -> bool {
    let errno = Errno::from_io_error(error);
    errno.is_none_or(|errno| matches!(errno, Errno::LOOP | Errno::XDEV | Errno::NOTDIR))
}
