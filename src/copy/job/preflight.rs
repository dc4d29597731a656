//! Step 5: everything that can be known before the first byte changes. Source, names, times, dry run, room, and
//! deletions.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;

use super::both_trees::BothTrees;
use super::context::{Job, internal};
use super::lock::Locked;
use crate::copy::cancel::RunError;
use crate::copy::dry_run::collect::{self, DryRun};
use crate::copy::dry_run::headers::HeaderComparison;
use crate::copy::dry_run::listing::Listing;
use crate::copy::dry_run::loss::{Budget, Loss, LossLimits};
use crate::copy::dry_run::plan::{Deleting, Plan};
use crate::copy::event::Event;
use crate::copy::rsync::command_line::{Purpose, existing};
use crate::copy::rsync::exit;
use crate::copy::rsync::process::ProcessEnd;
use crate::copy::trees::partial::PartialFiles;
use crate::copy::trees::source::{Source, unavailable_source};
use crate::copy::trees::tree_info::Trees;
use crate::disks::mounted::Space;
use crate::disks::{FileSystem, Volume};
use asbackup_api::{Fault, Notice, Step, Warning};
use asbackup_system::blocking::{GLANCE, blocking};

/// The copy may begin.
pub struct Preflighted<'a> {
    pub trees: BothTrees<'a>,
    pub planned: Planned,
    /// The target treats some different names as the same.
    pub folds: bool,
}

/// What is to be copied and deleted, and fits.
pub struct Planned {
    pub plan: Plan,
    pub deleting: Deleting,
    /// Files that an interrupted copy left half copied.
    pub partial: PartialFiles,
    /// One by one, if there can be a snapshot of it.
    pub listing: Listing,
}

/// Step 5.
///
/// # Errors
/// The copy can't or must not be made, or the run is to end.
pub async fn preflight(locked: Locked<'_>) -> Result<Preflighted<'_>, RunError> {
    locked.job.begin(Step::Check);
    let shown = locked.job.spec.config.source.display().to_string();
    locked.job.notice(Notice::StepCheck { source: shown });
    let source = open_source(&locked).await?;
    warn_of_old_rsync(locked.job).await;
    let mut trees = BothTrees::new(locked, source).await;
    trees.prepare_place().await?;
    let space = trees.disk.space().await.map_err(|error| trees.target_refused(&error))?;
    trees.job.note_space(space);
    trees.recheck_target().await?;
    let folds = trees.check_names().await?;
    let had_unverified = trees.locks.unverified.is_some();
    trees.verify_unverified().await?;
    trees.reconcile_times(had_unverified).await?;
    let planned = trees.plan().await?;
    trees.job.cancel.check()?;
    Ok(Preflighted { trees, planned, folds })
}

async fn open_source(locked: &Locked<'_>) -> Result<Source, Fault> {
    let spec = &locked.job.spec;
    let config = spec.config.clone();
    let refused = |error: io::Error| {
        let path = locked.disk.mounted.mount_point.display().to_string();
        Fault::TargetRefused { path, cause: error.to_string() }
    };
    let mounted = locked.disk.mounted.try_clone().map_err(refused)?;
    let remembered = spec.remembered.source.clone().filter(|_| !spec.allowed);
    let open = move || Ok::<_, io::Error>(Source::open(&config, &mounted, remembered.as_deref()));
    match blocking(GLANCE, open).await {
        Ok(opened) => opened.map_err(|fault| with_disk(fault, locked.job)),
        Err(error) => Err(unavailable_source(&spec.config.source, error).await),
    }
}

/// The advice names the disk.
fn with_disk(fault: Fault, job: &Job) -> Fault {
    match fault {
        Fault::SourceMoved { path, before, now, .. } => {
            Fault::SourceMoved { path, before, now, disk: job.spec.disk.to_string() }
        }
        other => other,
    }
}

async fn warn_of_old_rsync(job: &Job) {
    let found = blocking::<_, io::Error>(GLANCE, exit::version).await;
    if let Ok(Some(version)) = found
        && exit::is_old(&version)
    {
        job.warn(Warning::OldRsync { version });
    }
}

/// If the room that ext4 reserves for root would suffice, no larger disk is needed.
fn with_reserve(fault: Fault, space: Space, volume: &Volume) -> Fault {
    match fault {
        Fault::NoSpace { needed, free, missing, .. } if space.reserved >= missing && volume.id_type == "ext4" => {
            Fault::NoSpace { needed, free, missing, reserved: space.reserved }
        }
        other => other,
    }
}

impl BothTrees<'_> {
    /// The dry run, and whether its plan may and can be carried out.
    pub async fn plan(&mut self) -> Result<Planned, RunError> {
        let space = self.disk.space().await.map_err(|error| self.target_refused(&error))?;
        let (plan, listing, partial) = self.dry_run(space).await?;
        let fit = plan.fit(space, partial.bytes);
        let deleting = fit.map_err(|fault| with_reserve(fault, space, &self.disk.volume))?;
        self.report(&plan, deleting, space);
        Ok(Planned { plan, deleting, partial, listing })
    }

    async fn dry_run(&mut self, space: Space) -> Result<(Plan, Listing, PartialFiles), RunError> {
        let keeps_holes = self.disk.volume.file_system() == FileSystem::Full;
        let directory = self.target_clone()?;
        let trees = Trees { roots: self.roots()?, block: space.block, keeps_holes };
        let invocation = self.invocation(&self.rsync()?, Purpose::DryRun, directory.as_fd())?;
        let itemized = self.place.is_some();
        let listed = collect::dry_run(invocation, &mut self.job.cancel, trees, itemized).await?;
        let (ended, DryRun { plan, loss, partial, listing }) = listed;
        // A source that has gone meanwhile explains whatever rsync reports or does not find.
        self.recheck_source().await?;
        self.check_end(&ended).await?;
        self.refuse_nothing(loss.source_entries(), &ended)?;
        if !self.job.spec.allowed {
            self.judge_loss(loss).await?;
        }
        let roots = self.roots()?;
        let found = blocking(GLANCE, move || Ok(partial.worth_resuming(&roots.source, &roots.target))).await;
        Ok((plan, listing, found.map_err(|error: io::Error| internal(&error))?))
    }

    /// The source is not empty, so an empty list can't be a plan.
    fn refuse_nothing(&self, source_entries: u64, ended: &ProcessEnd) -> Result<(), Fault> {
        let config = &self.job.spec.config;
        let path = config.source.display().to_string();
        match (source_entries, existing(&config.rsync_excludes)?) {
            (0, _) => Err(Fault::CheckFailed { code: exit::code(ended.status), cause: exit::cause(ended) }),
            (1, Some(excludes)) => Err(Fault::NothingIncluded { path, excludes: excludes.display().to_string() }),
            (1, None) => Err(Fault::SourceEmpty { path }),
            _ => Ok(()),
        }
    }

    /// Nothing on the disk has changed yet.
    async fn judge_loss(&mut self, mut loss: Loss) -> Result<(), RunError> {
        let replacements = loss.take_replacements();
        let compare = move |roots, cancel: crate::copy::cancel::CancelToken| {
            Ok(HeaderComparison::compare(replacements, &roots, || cancel.check().is_ok()))
        };
        let headers = self.on_thread(compare).await?.map_err(|error: io::Error| internal(&error))?;
        let judged = loss.judge(&self.limits(), &headers);
        if judged.is_err() {
            // A mount or unmount on either side meanwhile explains it better.
            self.recheck_target().await?;
            self.recheck_source().await?;
        }
        judged?;
        let foreign = loss.foreign();
        if self.job.spec.remembered.copied.is_none() && foreign.files > 0 {
            self.job.notice(Notice::ForeignFilesAgreed { files: foreign.files, bytes: foreign.bytes });
        }
        Ok(())
    }

    fn limits(&self) -> LossLimits {
        let (spec, config) = (&self.job.spec, &self.job.spec.config);
        let budget = Budget { files: config.max_deletions_percent, bytes: config.max_deleted_bytes_percent };
        let first = spec.remembered.copied.is_none();
        LossLimits { disk: spec.disk.clone(), budget, first, agreed: spec.remembered.agreed }
    }

    fn report(&mut self, plan: &Plan, deleting: Deleting, space: Space) {
        if deleting.first {
            self.job.warn(Warning::DeletedFirst { freed: plan.freed });
        }
        self.job.totals.bytes_total = plan.bytes;
        self.job.notice(Notice::StepChecked {
            files: plan.files,
            bytes: plan.bytes,
            deletions: plan.deletions,
            free: space.free,
        });
        self.job.events.send(Event::SourceAccepted(self.source.file_system.clone()));
    }

    /// Compared with an empty directory, rsync lists everything.
    pub fn empty_directory(&self) -> Result<File, Fault> {
        let path = self.job.spec.runtime.join("empty");
        let made = std::fs::create_dir_all(&path).and_then(|()| File::open(&path));
        made.map_err(|error| Fault::Internal { cause: format!("{}: {error}", path.display()) })
    }
}
