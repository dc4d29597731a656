//! Step 5: everything that can be known before the first byte changes. Source, dry run, room, deletions, names.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use super::stages::{Checked, Run};
use crate::blocking::{FLUSH, GLANCE, blocking};
use crate::copy::cancel::RunError;
use crate::copy::dry_run::headers::Beginnings;
use crate::copy::dry_run::loss::{Budget, Limits, Loss};
use crate::copy::dry_run::plan::Plan;
use crate::copy::event::Event;
use crate::copy::locks::held::Locks;
use crate::copy::rsync::command_line::{Purpose, Rsync};
use crate::copy::rsync::exit;
use crate::copy::rsync::process::{self, Ended};
use crate::copy::rsync::runner::{self, Listed};
use crate::copy::trees::partial::Kept;
use crate::copy::trees::source::{Source, unavailable};
use crate::copy::trees::target::Target;
use crate::copy::trees::tree_info::{Roots, Trees};
use crate::disks::FileSystem;
use crate::disks::mounted::{Mounted, MountedError, Space, Writability};
use crate::model::{Fault, Notice, Obstacle, Step, Warning};
use crate::paths::{self, Refused};

impl Run {
    pub(super) async fn check(&mut self) -> Result<Checked, RunError> {
        self.begin(Step::Check);
        let shown = self.spec.config.source.display().to_string();
        self.context.events.notice(Notice::StepCheck { source: shown });
        let source = self.open_source().await?;
        self.check_version().await;
        self.find_launcher(&source).await;
        let space = self.space().await.map_err(|error| self.target_refused(&error))?;
        self.remember_space(space);
        self.prove_target().await?;
        let folds = self.fit_names().await?;
        let doubted = self.locks.as_ref().is_some_and(|locks| locks.doubt.is_some());
        self.settle_doubt(&source).await?;
        self.settle_times(&source, doubted).await?;
        let (plan, halves) = self.dry_run(&source, space).await?;
        let deleting = plan.fit(space, halves.bytes).map_err(|fault| self.with_reserve(fault, space))?;
        if deleting.first {
            self.warn(Warning::DeletedFirst { freed: plan.freed });
        }
        self.totals.bytes_total = plan.bytes;
        self.context.events.notice(Notice::StepChecked {
            files: plan.files,
            bytes: plan.bytes,
            deletions: plan.deletions,
            free: space.free,
        });
        self.context.events.send(Event::SourceAccepted(source.file_system.clone()));
        self.context.cancel.check()?;
        Ok(Checked { plan, deleting, halves, source, folds })
    }

    async fn open_source(&self) -> Result<Source, RunError> {
        let config = self.spec.config.clone();
        let mounted = self.mounted_again()?;
        let remembered = self.spec.remembered.source.clone().filter(|_| !self.spec.allowed);
        let open = move || Ok::<_, io::Error>(Source::open(&config, &mounted, remembered.as_deref()));
        match blocking(GLANCE, open).await {
            Ok(opened) => Ok(opened.map_err(|fault| self.with_disk(fault))?),
            Err(error) => Err(self.source_unavailable(error).await.into()),
        }
    }

    /// The advice names it.
    fn with_disk(&self, fault: Fault) -> Fault {
        match fault {
            Fault::SourceMoved { path, before, now, .. } => {
                Fault::SourceMoved { path, before, now, disk: self.spec.disk.to_string() }
            }
            other => other,
        }
    }

    /// Where the room that ext4 keeps for root would do, no larger disk is needed.
    fn with_reserve(&self, fault: Fault, space: Space) -> Fault {
        match fault {
            Fault::NoSpace { needed, free, missing, .. } if space.reserved >= missing && self.is_ext4() => {
                Fault::NoSpace { needed, free, missing, reserved: space.reserved }
            }
            other => other,
        }
    }

    fn is_ext4(&self) -> bool {
        self.volume.as_ref().is_some_and(|volume| volume.id_type == "ext4")
    }

    /// Right before rsync mirrors the source: is it still the one that the dry run saw?
    pub(super) async fn prove_source(&self, source: &Source) -> Result<(), Fault> {
        let lock = self.spec.config.source_lockfile.clone();
        let source = source.try_clone().map_err(internal)?;
        let file_system = source.file_system.clone();
        let prove = move || Ok::<_, io::Error>(source.prove_again(&lock));
        let proven = match blocking(GLANCE, prove).await {
            Ok(proven) => proven,
            // Also one that hangs was this one.
            Err(error) => Err(self.source_unavailable(error).await),
        };
        if proven.is_err() {
            self.context.events.send(Event::SourceLost(file_system));
        }
        proven
    }

    pub(super) async fn source_unavailable(&self, error: io::Error) -> Fault {
        let path = self.spec.config.source.clone();
        let (shown, cause) = (path.display().to_string(), error.to_string());
        let fault = blocking(GLANCE, move || Ok::<_, io::Error>(unavailable(&path, &error))).await;
        fault.unwrap_or(Fault::SourceUnavailable { path: shown, cause })
    }

    fn mounted_again(&self) -> Result<Mounted, Fault> {
        let Some(mounted) = &self.mounted else { return Err(self.target_refused(&"not mounted")) };
        mounted.try_clone().map_err(|error| self.target_refused(&error))
    }

    /// Right before rsync goes to work in the target: is it still a place on this very disk?
    pub(super) async fn prove_target(&self) -> Result<(), RunError> {
        let mounted = self.mounted_again()?;
        let volume = self.chosen()?;
        let directory = self.target_again()?;
        let prove = move || {
            let proven = mounted.prove_again(directory.as_fd(), &volume);
            Ok::<_, io::Error>(proven.map_err(|error| target_refused(&mounted, &error)))
        };
        Ok(blocking(GLANCE, prove).await.map_err(|error| self.target_refused(&error))??)
    }

    fn target_refused(&self, cause: &dyn std::fmt::Display) -> Fault {
        let path = self.mount_point.clone().unwrap_or_default().display().to_string();
        Fault::TargetRefused { path, cause: cause.to_string() }
    }

    /// The target for another thread.
    pub(super) fn target_again(&self) -> Result<File, Fault> {
        let Some(target) = &self.target else { return Err(self.target_refused(&"not open")) };
        target.try_clone().map_err(|error| self.target_refused(&error))
    }

    async fn check_version(&mut self) {
        let found = blocking::<_, io::Error>(GLANCE, exit::version).await;
        if let Ok(Some(version)) = found
            && exit::is_old(&version)
        {
            self.warn(Warning::OldRsync { version });
        }
    }

    /// Against an empty directory rsync lists everything.
    pub(super) fn empty_directory(&self) -> Result<File, Fault> {
        let path = self.spec.runtime.join("empty");
        let made = std::fs::create_dir_all(&path).and_then(|()| File::open(&path));
        made.map_err(|error| Fault::Internal { cause: format!("{}: {error}", path.display()) })
    }

    async fn dry_run(&mut self, source: &Source, space: Space) -> Result<(Plan, Kept), RunError> {
        let keeps_holes = self.chosen()?.file_system() == FileSystem::Full;
        let directory = self.target_again()?;
        let trees = Trees { tops: self.tops(source)?, block: space.block, keeps_holes };
        let invocation = self.invocation(&self.rsync()?, Purpose::DryRun, directory.as_fd())?;
        let (ended, Listed { plan, loss, halves }) =
            runner::dry_run(invocation, &mut self.context.cancel, trees).await?;
        // One that has gone meanwhile explains whatever rsync says of it, or does not find in it.
        self.prove_source(source).await?;
        self.check_end(&ended).await?;
        self.refuse_nothing(loss.taken_in(), &ended)?;
        if !self.spec.allowed {
            self.judge_loss(loss, source).await?;
        }
        let Roots { source, target } = self.tops(source)?;
        let judged = blocking(GLANCE, move || Ok::<_, io::Error>(halves.judge(&source, &target))).await;
        Ok((plan, judged.map_err(internal)?))
    }

    /// The source is not empty, so a list of nothing is no copy.
    fn refuse_nothing(&self, taken_in: u64, ended: &Ended) -> Result<(), Fault> {
        let config = &self.spec.config;
        let path = config.source.display().to_string();
        match (taken_in, existing(&config.rsync_excludes)?) {
            (0, _) => Err(Fault::CheckFailed { code: exit::code(ended.status), cause: exit::cause(ended) }),
            (1, Some(excludes)) => Err(Fault::NothingIncluded { path, excludes: excludes.display().to_string() }),
            (1, None) => Err(Fault::SourceEmpty { path }),
            _ => Ok(()),
        }
    }

    /// Nothing on the disk has changed yet.
    async fn judge_loss(&mut self, mut loss: Loss, source: &Source) -> Result<(), RunError> {
        let (stop, tops, pairs) = (self.context.cancel.clone(), self.tops(source)?, loss.take_pairs());
        let compare = move || Ok::<_, io::Error>(Beginnings::compare(pairs, &tops, || stop.check().is_ok()));
        let beginnings = tokio::select! {
            biased;
            reason = self.context.cancel.requested() => return Err(RunError::Stopped(reason)),
            compared = blocking(FLUSH, compare) => compared.map_err(internal)?,
        };
        let judged = loss.judge(&self.limits(), &beginnings);
        if judged.is_err() {
            // What was mounted or unmounted on either side meanwhile explains it better.
            self.prove_target().await?;
            self.prove_source(source).await?;
        }
        judged?;
        let foreign = loss.foreign();
        if self.spec.remembered.copied.is_none() && foreign.files > 0 {
            self.context.events.notice(Notice::ForeignFilesAgreed { files: foreign.files, bytes: foreign.bytes });
        }
        Ok(())
    }

    fn tops(&self, source: &Source) -> Result<Roots, Fault> {
        let source = source.directory.try_clone().map_err(internal)?;
        Ok(Roots { source, target: self.target_again()? })
    }

    fn limits(&self) -> Limits {
        let (spec, config) = (&self.spec, &self.spec.config);
        let budget = Budget { files: config.max_deletions_percent, bytes: config.max_deleted_bytes_percent };
        Limits {
            disk: spec.disk.clone(),
            budget,
            first: spec.remembered.copied.is_none(),
            agreed: spec.remembered.agreed,
        }
    }

    /// A dry run that could not see everything is no base for a copy.
    pub(super) async fn check_end(&self, ended: &Ended) -> Result<(), Fault> {
        let code = exit::code(ended.status);
        if exit::is_good(code) {
            return Ok(());
        }
        Err(match self.failure(ended).await {
            Fault::NotStored { path, why: Obstacle::NotEmpty, cause } => Fault::NotEmpty { path, cause },
            Fault::CopyFailed { cause, .. } | Fault::NotStored { cause, .. } => Fault::CheckFailed { code, cause },
            fault => fault,
        })
    }

    /// What dry run and copy have in common: everything.
    pub(super) fn rsync(&self) -> Result<Rsync<'_>, Fault> {
        let config = &self.spec.config;
        Ok(Rsync {
            source: &config.source,
            file_system: self.chosen()?.file_system(),
            fine_times: self.locks.as_ref().is_some_and(|locks: &Locks| locks.fine_times),
            hidden: vec![config.disk_lockfile.as_path(), config.source_lockfile.as_path()],
            at_top: self.target.as_ref().is_some_and(Target::is_top),
            excludes: existing(&config.rsync_excludes)?,
            settled: self.settled.as_deref(),
            log_file: Some(&config.rsync_log_file),
        })
    }
}

/// The excludes file is optional; one that is there and can't be read makes rsync complain by name.
pub(in crate::copy) fn existing(path: &Path) -> Result<Option<&Path>, Fault> {
    match paths::file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if Refused::within(&error).is_some() => {
            Err(Refused::fault(&error).unwrap_or_else(|| internal(error)))
        }
        _ => Ok(Some(path)),
    }
}

pub(in crate::copy) fn program() -> Result<PathBuf, Fault> {
    process::find("rsync").ok_or_else(|| Fault::Internal { cause: "rsync: command not found".into() })
}

fn internal(error: io::Error) -> Fault {
    Fault::Internal { cause: error.to_string() }
}

fn target_refused(mounted: &Mounted, error: &MountedError) -> Fault {
    let path = mounted.mount_point.display().to_string();
    match error {
        MountedError::Unsafe(missing) => Fault::UnsafeMount { mount_point: path, missing: missing.clone() },
        // It was not so when it was mounted.
        MountedError::ReadOnly(Writability::GivenUp) => Fault::TurnedReadOnly { cause: error.to_string() },
        MountedError::ReadOnly(_) => {
            Fault::NotStored { path, why: Obstacle::MountedReadOnly, cause: error.to_string() }
        }
        other => Fault::TargetRefused { path, cause: other.to_string() },
    }
}
