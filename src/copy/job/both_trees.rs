//! Source and target, both open, and how rsync is started on them: what the preflight check and the copy have in
//! common.

use std::fmt::Display;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use asbackup_snapshot::Place;
use log::debug;

use super::context::{Job, internal};
use super::explain::Explainer;
use super::lock::Locked;
use super::mounted_disk::MountedDisk;
use super::room_watch::RoomWatch;
use super::run_locks::RunLocks;
use crate::copy::cancel::{CancelToken, RunError};
use crate::copy::event::Event;
use crate::copy::rsync::command_line::{Purpose, Rsync, existing};
use crate::copy::rsync::exit;
use crate::copy::rsync::launcher::Launcher;
use crate::copy::rsync::process::{Invocation, ProcessEnd, rsync_program};
use crate::copy::trees::frozen::Frozen;
use crate::copy::trees::source::{Source, unavailable_source};
use crate::copy::trees::target::Target;
use crate::copy::trees::tree_info::Roots;
use crate::disks::mounted::{Mounted, MountedError, Writability};
use asbackup_api::{Fault, Obstacle, Warning};
use asbackup_system::blocking::{FLUSH, GLANCE, blocking};

/// Warned of once in the service's life, since it depends on the machine and not on the run.
static UNCONFINED_REPORTED: AtomicBool = AtomicBool::new(false);

pub struct BothTrees<'a> {
    pub job: &'a mut Job,
    pub disk: &'a MountedDisk,
    pub target: &'a Target,
    pub locks: &'a mut RunLocks,
    pub source: Source,
    /// Where snapshots of the source can be made, if they can.
    pub place: Option<Arc<Place>>,
    /// Where they lie in the source, if they do.
    pub hidden_place: Option<PathBuf>,
    /// What is copied instead of the source itself, once it stands.
    pub frozen: Option<Frozen>,
    room_watch: Option<RoomWatch>,
    launcher: Option<Launcher>,
    /// A file with rules for files that are up to date on the target though they look different.
    pub skip_list: Option<PathBuf>,
}

impl<'a> BothTrees<'a> {
    /// Finds out how rsync can be confined to the two.
    pub async fn new(locked: Locked<'a>, source: Source) -> Self {
        let Locked { job, disk, target, locks } = locked;
        let directory = source.directory.try_clone();
        let found = blocking(GLANCE, move || Ok::<_, io::Error>(Launcher::find(directory?))).await;
        let (launcher, refusal) = found.unwrap_or_else(|error| (None, Some(error.to_string())));
        if let Some(cause) = refusal {
            debug!("rsync runs unconfined: {cause}");
            if !UNCONFINED_REPORTED.swap(true, Ordering::Relaxed) {
                job.warn(Warning::Unconfined { cause });
            }
        }
        Self {
            job,
            disk,
            target,
            locks,
            source,
            place: None,
            hidden_place: None,
            frozen: None,
            room_watch: None,
            launcher,
            skip_list: None,
        }
    }

    /// From now on, everything is read from the snapshot.
    pub fn read_from(&mut self, frozen: Frozen) -> Result<(), Fault> {
        let directory = frozen.try_clone_top().map_err(|error| internal(&error))?;
        if let Some(launcher) = &mut self.launcher {
            launcher.read_from(directory);
        }
        let least = self.job.spec.config.snapshot.min_free_percent;
        self.room_watch = Some(RoomWatch::start(frozen.clone(), least, self.job.cancel.handle()));
        self.frozen = Some(frozen);
        Ok(())
    }

    /// What all invocations of rsync have in common.
    pub fn rsync(&self) -> Result<Rsync<'_>, Fault> {
        let config = &self.job.spec.config;
        Ok(Rsync {
            source: self.frozen.as_ref().map_or(&config.source, |frozen| &frozen.path),
            file_system: self.disk.volume.file_system(),
            fine_times: self.locks.fine_times,
            hidden: self.hidden(),
            at_top: self.target.is_top(),
            excludes: existing(&config.rsync_excludes)?,
            skip_list: self.skip_list.as_deref(),
            log_file: Some(&config.rsync_log_file),
        })
    }

    /// What is ours, and never a part of the copy.
    fn hidden(&self) -> Vec<&Path> {
        let config = &self.job.spec.config;
        let locks = [config.disk_lockfile.as_path(), config.source_lockfile.as_path()];
        locks.into_iter().chain(self.hidden_place.as_deref()).collect()
    }

    /// rsync in `directory`, confined to what `purpose` needs.
    pub fn invocation<'d>(
        &self,
        rsync: &Rsync<'_>,
        purpose: Purpose<'_>,
        directory: BorrowedFd<'d>,
    ) -> Result<Invocation<'d>, Fault> {
        match &self.launcher {
            Some(launcher) => launcher.invocation(rsync, purpose, directory),
            None => Ok(Invocation::new(rsync_program()?, rsync.arguments(purpose), directory)),
        }
    }

    /// The target for another thread or process.
    pub fn target_clone(&self) -> Result<File, Fault> {
        self.target.try_clone().map_err(|error| self.target_refused(&error))
    }

    /// The roots of both, for another thread.
    pub fn roots(&self) -> Result<Roots, Fault> {
        let source = match &self.frozen {
            Some(frozen) => frozen.try_clone_top(),
            None => self.source.directory.try_clone(),
        };
        Ok(Roots { source: source.map_err(|error| internal(&error))?, target: self.target_clone()? })
    }

    /// Runs what blocks in the trees on a thread. The run's end does not wait for it, so the thread has descriptors of
    /// its own and can close one while it hangs on the other.
    pub async fn on_thread<T, E>(
        &mut self,
        work: impl FnOnce(Roots, CancelToken) -> Result<T, E> + Send + 'static,
    ) -> Result<Result<T, E>, RunError>
    where
        T: Send + 'static,
        E: From<io::Error> + Send + 'static,
    {
        let (roots, cancel) = (self.roots()?, self.job.cancel.clone());
        self.job.cancel.or_stopped(blocking(FLUSH, move || work(roots, cancel))).await
    }

    /// Whether the source is still the directory that was opened, with something in it.
    pub async fn recheck_source(&self) -> Result<(), Fault> {
        let lock = self.job.spec.config.source_lockfile.clone();
        let source = self.source.try_clone().map_err(|error| internal(&error))?;
        let frozen = self.frozen.clone();
        let recheck = move || match frozen {
            Some(frozen) => frozen.recheck().map(Ok),
            None => Ok(source.recheck(&lock)),
        };
        let result = match blocking(GLANCE, recheck).await {
            Ok(result) => result,
            Err(error) => Err(unavailable_source(&self.job.spec.config.source, error).await),
        };
        if result.is_err() {
            self.job.events.send(Event::SourceLost(self.source.file_system.clone()));
        }
        result
    }

    /// Whether the target is still on this disk, with nothing mounted upon it.
    pub async fn recheck_target(&self) -> Result<(), Fault> {
        let mounted = self.disk.mounted.try_clone().map_err(|error| self.target_refused(&error))?;
        let (volume, directory) = (self.disk.volume.clone(), self.target_clone()?);
        let recheck = move || {
            let result = mounted.recheck(directory.as_fd(), &volume);
            Ok::<_, io::Error>(result.map_err(|error| refusal(&mounted, &error)))
        };
        blocking(GLANCE, recheck).await.map_err(|error| self.target_refused(&error))?
    }

    pub fn target_refused(&self, cause: &dyn Display) -> Fault {
        let path = self.disk.mounted.mount_point.display().to_string();
        Fault::TargetRefused { path, cause: cause.to_string() }
    }

    pub fn explainer(&self) -> Explainer<'_> {
        let snapshot = self.frozen.as_ref().map(|frozen| &*frozen.path);
        Explainer { job: self.job, disk: self.disk, target: Some(self.target), snapshot }
    }

    /// A dry run that could not read everything can't be the basis of a copy.
    pub async fn check_end(&self, ended: &ProcessEnd) -> Result<(), Fault> {
        let code = exit::code(ended.status);
        if exit::is_good(code) {
            return Ok(());
        }
        Err(match self.explainer().rsync_failure(ended).await {
            Fault::NotStored { path, why: Obstacle::NotEmpty, cause } => Fault::NotEmpty { path, cause },
            Fault::CopyFailed { cause, .. } | Fault::NotStored { cause, .. } => Fault::CheckFailed { code, cause },
            fault => fault,
        })
    }

    /// A path below the target as people see it now.
    pub fn shown_on_disk(&self, path: &Path) -> String {
        self.disk.shown(Some(self.target), path).display().to_string()
    }
}

fn refusal(mounted: &Mounted, error: &MountedError) -> Fault {
    let path = mounted.mount_point.display().to_string();
    match error {
        MountedError::Unsafe(missing) => Fault::UnsafeMount { mount_point: path, missing: missing.clone() },
        // It was writable when it was mounted.
        MountedError::ReadOnly(Writability::GivenUp) => Fault::TurnedReadOnly { cause: error.to_string() },
        MountedError::ReadOnly(_) => {
            Fault::NotStored { path, why: Obstacle::MountedReadOnly, cause: error.to_string() }
        }
        other => Fault::TargetRefused { path, cause: other.to_string() },
    }
}
