//! Steps 4 and 7: the lock files on the disk and in the source, and the lock against a second rsync.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::stages::Run;
use crate::blocking::{GLANCE, blocking};
use crate::copy::cancel::RunError;
use crate::copy::locks::held::Locks;
use crate::copy::locks::lock_file::{self, Found, LockError, LockFile, Released};
use crate::copy::locks::run_lock::{self, RunLock};
use crate::copy::rsync::cause::{self, Evidence, Lock};
use crate::copy::rsync::complaint::Deed;
use crate::copy::trees::target::Target;
use crate::model::{Fault, LockPlace, Notice, Step, Warning};
use crate::paths;

impl Run {
    /// Step 4.
    pub(super) async fn lock(&mut self) -> Result<(), RunError> {
        self.begin(Step::Lock);
        let (runtime, disk) = (self.spec.runtime.clone(), self.spec.disk.clone());
        let held = run_lock::path(&runtime, &disk).display().to_string();
        let run =
            blocking(GLANCE, move || RunLock::acquire(&runtime, &disk)).await.map_err(|error| match error.kind() {
                io::ErrorKind::WouldBlock => Fault::StillCopying { path: held },
                _ => {
                    let lock = Lock { path: &held, place: LockPlace::Computer };
                    cause::of_lock(lock, Deed::Name, &error, &Evidence::default())
                }
            })?;
        self.locks = Some(Locks::new(run));
        self.open_target().await?;
        let disk = self.lock_disk().await?;
        let source = self.lock_source().await?;
        self.context.events.notice(Notice::StepLock { disk_lock: disk, source_lock: source });
        self.context.cancel.check()
    }

    async fn open_target(&mut self) -> Result<(), Fault> {
        let destination = self.spec.config.destination.clone();
        let path = destination.display().to_string();
        let refused = |error: &io::Error| Fault::TargetRefused { path, cause: error.to_string() };
        let Some(mounted) = &self.mounted else { return Err(refused(&io::ErrorKind::NotFound.into())) };
        let top = match mounted.try_clone_top() {
            Ok(top) => top,
            Err(error) => return Err(refused(&error)),
        };
        let mount_point = mounted.mount_point.clone();
        let target = blocking(GLANCE, move || Target::open(top.as_fd(), &mount_point, &destination)).await;
        match target {
            Ok(target) => self.target = Some(target),
            Err(error) if leads_elsewhere(&error) => return Err(refused(&error)),
            // The first that is made on a disk is the directory for the lock file.
            Err(error) => return Err(self.disk_lock_failed(Deed::Name, &error).await),
        }
        Ok(())
    }

    async fn disk_lock_failed(&self, deed: Deed, error: &io::Error) -> Fault {
        let shown = self.on_disk(&self.spec.config.disk_lockfile).display().to_string();
        self.lock_failed(Lock { path: &shown, place: LockPlace::Disk }, deed, error).await
    }

    async fn lock_disk(&mut self) -> Result<String, Fault> {
        let name = self.spec.config.disk_lockfile.clone();
        let shown = self.on_disk(&name);
        let top = self.target.as_ref().ok_or(io::ErrorKind::NotFound.into()).and_then(Target::try_clone);
        let path = shown.display().to_string();
        let (lock, found) = self.acquire(top, &name, Lock { path: &path, place: LockPlace::Disk }).await?;
        if let Some(locks) = &mut self.locks {
            locks.fine_times = lock.has_fine_times().unwrap_or(false);
            locks.late_times = lock.has_late_times().unwrap_or(false);
            locks.disk = Some((lock, shown.clone()));
        }
        if found != Found::Nothing {
            self.cast_doubt();
        }
        self.warn_of(found, &shown);
        Ok(shown.display().to_string())
    }

    async fn lock_source(&mut self) -> Result<String, Fault> {
        let source = self.spec.config.source.clone();
        let name = self.spec.config.source_lockfile.clone();
        let shown = source.join(&name);
        let top = blocking(GLANCE, {
            let source = source.clone();
            move || paths::directory(&source)
        });
        // A source that is not there is step 5's to judge, in words that say so.
        let top = match top.await {
            Ok(top) => top,
            Err(error) => return Err(self.source_unavailable(error).await),
        };
        let path = shown.display().to_string();
        let (lock, found) = self.acquire(Ok(top), &name, Lock { path: &path, place: LockPlace::Source }).await?;
        self.warn_of(found, &shown);
        if let Some(locks) = &mut self.locks {
            locks.source = Some((lock, shown.clone()));
        }
        Ok(shown.display().to_string())
    }

    /// Where a path below the target is at the moment, for people.
    pub(super) fn on_disk(&self, name: &Path) -> PathBuf {
        let top = self.mount_point.clone().unwrap_or_default();
        let target = self.target.as_ref().map(|target| target.path.clone()).unwrap_or_default();
        top.join(target).join(name)
    }

    async fn acquire(&self, top: io::Result<File>, name: &Path, lock: Lock<'_>) -> Result<(LockFile, Found), Fault> {
        let (note, name) = (lock_file::note(self.spec.run), name.to_owned());
        let acquired = match top {
            Ok(top) => blocking(GLANCE, move || LockFile::acquire(top.as_fd(), &name, &note)).await,
            Err(error) => Err(error.into()),
        };
        let path = lock.path.to_owned();
        match acquired {
            Ok(acquired) => Ok(acquired),
            Err(LockError::Held { holder }) => Err(Fault::LockHeld { path, holder }),
            Err(LockError::Strange) => Err(Fault::LockIsStrange { path }),
            Err(LockError::Io { deed, source }) => Err(self.lock_failed(lock, deed, &source).await),
        }
    }

    fn warn_of(&mut self, found: Found, path: &Path) {
        let path = path.display().to_string();
        match found {
            Found::Nothing => {}
            Found::Empty => self.warn(Warning::EmptyLock { path }),
            Found::Stale(holder) => self.warn(Warning::StaleLock { path, holder }),
        }
    }

    /// Step 7. The file on the disk stays as long as anything that was written may not be there.
    pub(super) async fn unlock(&mut self) -> Result<(), Fault> {
        self.begin(Step::Unlock);
        let proven = self.is_proven().await;
        self.unproven = !matches!(proven, Ok(true));
        let Some(locks) = self.locks.take() else { return Ok(()) };
        let (on_disk, notice) = match (&proven, locks.disk) {
            (Ok(true), lock) => (self.release(lock, LockPlace::Disk).await, Notice::StepUnlock),
            (_, Some((_, path))) => (Ok(()), Notice::LockKept { path: path.display().to_string() }),
            (_, None) => (Ok(()), Notice::StepUnlock),
        };
        let in_source = self.release(locks.source, LockPlace::Source).await;
        proven.map(drop).and(on_disk).and(in_source)?;
        self.context.events.notice(notice);
        Ok(())
    }

    async fn release(&mut self, lock: Option<(LockFile, PathBuf)>, place: LockPlace) -> Result<(), Fault> {
        let Some((lock, shown)) = lock else { return Ok(()) };
        let path = shown.display().to_string();
        match blocking(GLANCE, move || lock.release()).await {
            Ok(Released::Removed) => Ok(()),
            Ok(Released::Vanished) => {
                self.warn(Warning::LockVanished { path });
                Ok(())
            }
            Err(error) => Err(self.lock_failed(Lock { path: &path, place }, Deed::Delete, &error).await),
        }
    }
}

/// A link or another file system on the way, a way out of the disk, or no directory at all.
fn leads_elsewhere(error: &io::Error) -> bool {
    let errno = Errno::from_io_error(error);
    errno.is_none_or(|errno| matches!(errno, Errno::LOOP | Errno::XDEV | Errno::NOTDIR))
}
