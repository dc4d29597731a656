//! Step 5, the snapshot: freezes what the dry run lists, proves that it is of one moment, and lets Veeam go on. Where that can't be
//! done, the copy is made of the living source, and Veeam waits.

use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use asbackup_snapshot::{Place, Unusable};
use log::debug;
use tokio::time::{Instant, sleep};

use super::both_trees::BothTrees;
use super::context::{examples, internal};
use super::freeze::{Freezing, Outcome, remove};
use super::lock::release;
use super::preflight::Preflighted;
use super::wait_for_veeam::scan;
use crate::copy::cancel::RunError;
use crate::copy::dry_run::collect;
use crate::copy::event::Event;
use crate::copy::rsync::command_line::Purpose;
use crate::copy::trees::frozen::{self, Frozen, because};
use asbackup_api::{Fault, LockPlace, Notice, Step, Warning, micros};
use asbackup_config::SnapshotMode;
use asbackup_system::blocking::{FLUSH, GLANCE, blocking};

/// Whoever writes all the time is not outwaited.
const ATTEMPTS: usize = 3;
/// So many are named.
const EXAMPLES: usize = 3;
/// For those who write without having asked. Jobs that do ask wait meanwhile, and Veeam gives them a quarter of an hour.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 60);
/// Between two looks at who writes.
const PAUSE: Duration = Duration::from_secs(2);

/// Step 5, its second half. `slot` holds what has to be undone.
///
/// # Errors
/// The config demands a snapshot and there is none, Veeam is busy for too long, or the run is to end.
pub async fn snapshot<'a>(
    mut checked: Preflighted<'a>,
    slot: &mut Option<Frozen>,
) -> Result<Preflighted<'a>, RunError> {
    let Some(place) = checked.trees.place.clone() else { return Ok(checked) };
    checked.trees.job.begin(Step::Snapshot);
    checked.trees.job.notice(Notice::StepSnapshot);
    match checked.try_to_freeze(&place).await? {
        Outcome::Frozen(frozen) => checked.trees.let_veeam_go_on(slot.insert(frozen).clone()).await?,
        Outcome::Changed(paths) => {
            let examples = examples(paths.iter().map(PathBuf::as_path), EXAMPLES);
            let fault = Fault::SnapshotNotProven { examples: examples.clone() };
            checked.trees.go_on_without(Warning::SnapshotNotProven { examples }, fault)?;
        }
        Outcome::Impossible(cause) => {
            let fault = Fault::SnapshotFailed { cause: cause.clone() };
            checked.trees.go_on_without(Warning::SnapshotFailed { cause }, fault)?;
        }
    }
    Ok(checked)
}

impl Preflighted<'_> {
    async fn try_to_freeze(&mut self, place: &Arc<Place>) -> Result<Outcome, RunError> {
        if let Some(cause) = self.trees.lacks_room(place).await {
            return Ok(Outcome::Impossible(cause));
        }
        let mut changed = Vec::new();
        for nth in 0..ATTEMPTS {
            // The first plan has just been made.
            if self.has_waited(place).await? || nth > 0 {
                self.planned = self.trees.plan().await?;
            }
            match self.attempt(place).await? {
                Outcome::Changed(paths) => changed = paths,
                other => return Ok(other),
            }
        }
        Ok(Outcome::Changed(changed))
    }

    /// Waits for those who write though the copy has its turn; after that, the proof says whether they did. Whether there were any.
    async fn has_waited(&mut self, place: &Arc<Place>) -> Result<bool, RunError> {
        let longest = self.trees.job.spec.config.wait_for_veeam.min(LONGEST_WAIT);
        let (deadline, minutes) = (Instant::now() + longest, longest.as_secs() / 60);
        let mut named = String::new();
        while let Some(who) = self.who_writes(place).await?.filter(|_| Instant::now() < deadline) {
            if who != named {
                self.trees.job.notice(Notice::WaitForWriters { jobs: who.clone(), minutes });
                named = who;
            }
            self.trees.job.cancel.or_stopped(sleep(PAUSE)).await?;
        }
        Ok(!named.is_empty())
    }

    /// Jobs with locks that nobody granted, and files that are open for writing.
    async fn who_writes(&mut self, place: &Arc<Place>) -> Result<Option<String>, RunError> {
        let locks = scan(self.trees.job).await?;
        if !locks.is_empty() {
            return Ok(Some(locks.names()));
        }
        let freezing = self.freezing(place)?;
        // Whoever can't be seen is found by the proof.
        let open = freezing.open_files(&mut self.trees.job.cancel).await?.unwrap_or_default();
        Ok((!open.is_empty()).then(|| examples(open.iter().map(PathBuf::as_path), EXAMPLES)))
    }

    async fn attempt(&mut self, place: &Arc<Place>) -> Result<Outcome, RunError> {
        let attempt = self.freezing(place)?.freeze(&mut self.trees.job.cancel).await?;
        let Outcome::Frozen(frozen) = attempt else { return Ok(attempt) };
        match self.unlisted_changes().await {
            Ok(changed) if changed.is_empty() => Ok(Outcome::Frozen(frozen)),
            result => {
                remove(frozen).await;
                result.map(Outcome::Changed)
            }
        }
    }

    fn freezing(&self, place: &Arc<Place>) -> Result<Freezing, Fault> {
        let spec = &self.trees.job.spec;
        Ok(Freezing {
            source: self.trees.source.try_clone().map_err(|error| internal(&error))?,
            shown: spec.config.source.clone(),
            place: place.clone(),
            name: spec.run.to_string(),
            listed: self.planned.listing.wanted().collect(),
        })
    }

    /// What is listed was proven. Of the rest, a second dry run says that it is still of no interest.
    async fn unlisted_changes(&mut self) -> Result<Vec<PathBuf>, RunError> {
        let trees = &mut self.trees;
        let target = trees.target_clone()?;
        let invocation = trees.invocation(&trees.rsync()?, Purpose::DryRun, target.as_fd())?;
        let (ended, listing) = collect::listing(invocation, &mut trees.job.cancel).await?;
        trees.recheck_source().await?;
        trees.check_end(&ended).await?;
        Ok(self.planned.listing.differences(&listing).into_iter().collect())
    }
}

impl BothTrees<'_> {
    /// Finds out whether snapshots can be made, before anything is compared: the place must not be a part of the copy.
    pub async fn prepare_place(&mut self) -> Result<(), RunError> {
        let settings = self.job.spec.config.snapshot.clone();
        let source = self.source.directory.try_clone().map_err(|error| internal(&error))?;
        if settings.mode == SnapshotMode::Off {
            let find = move || Ok::<_, io::Error>(frozen::hidden(&source, &settings.directory));
            self.hidden_place = blocking(GLANCE, find).await.map_err(|error| internal(&error))?;
            return Ok(());
        }
        let prepare = move || Ok::<_, io::Error>(ready_place(&source, &settings.directory));
        let prepared = self.job.cancel.or_stopped(blocking(FLUSH, prepare)).await?.map_err(|error| internal(&error))?;
        match prepared {
            Ok(place) => {
                self.hidden_place = frozen::hidden_path(&place);
                self.place = Some(Arc::new(place));
            }
            Err(unusable) => {
                debug!("no snapshot: {unusable}");
                self.refuse_without_snapshot(Fault::SnapshotFailed { cause: because(&unusable) })?;
            }
        }
        Ok(())
    }

    /// Without enough room from the start, the snapshot would be given up at once.
    async fn lacks_room(&self, place: &Arc<Place>) -> Option<String> {
        let (place, least) = (place.clone(), self.job.spec.config.snapshot.min_free_percent);
        let room = blocking::<_, io::Error>(GLANCE, move || Ok(place.room()?)).await.ok()?;
        let percent = room.free_percent();
        (percent < f64::from(least)).then(|| format!("only {percent:.0} % of its file system are free"))
    }

    /// The snapshot stands: nothing of the source itself is read any more, so nobody has to wait for the copy.
    async fn let_veeam_go_on(&mut self, frozen: Frozen) -> Result<(), RunError> {
        let lock = self.locks.source.take();
        release(&self.explainer(), lock, LockPlace::Source).await?;
        self.adopt_time(&frozen).await?;
        let (as_of, report) = (micros(frozen.as_of), frozen.report.clone());
        self.read_from(frozen)?;
        self.job.totals.source_as_of = as_of;
        self.job.events.send(Event::SnapshotStands(as_of));
        self.job.notice(Notice::SnapshotStands {
            files: report.files,
            bytes: report.bytes,
            extents: report.extents,
            milliseconds: u64::try_from(report.time.as_millis()).unwrap_or(u64::MAX),
        });
        Ok(())
    }

    /// Of the directory that the lock file was in. If it fails, the next dry run lists that directory.
    async fn adopt_time(&self, frozen: &Frozen) -> Result<(), Fault> {
        let (source, frozen) = (self.source.try_clone().map_err(|error| internal(&error))?, frozen.clone());
        let directory = self.job.spec.config.source_lockfile.parent().map(Path::to_owned).unwrap_or_default();
        if let Err(error) = blocking(GLANCE, move || frozen.adopt_time(&source.directory, &directory)).await {
            debug!("the time of the directory of the lock in the source: {error}");
        }
        Ok(())
    }

    fn go_on_without(&self, warning: Warning, fault: Fault) -> Result<(), Fault> {
        self.refuse_without_snapshot(fault)?;
        self.job.warn(warning);
        Ok(())
    }

    fn refuse_without_snapshot(&self, fault: Fault) -> Result<(), Fault> {
        match self.job.spec.config.snapshot.mode {
            SnapshotMode::Require => Err(fault),
            SnapshotMode::Auto | SnapshotMode::Off => Ok(()),
        }
    }
}

/// A place in which nothing is left of earlier runs.
fn ready_place(source: &impl AsFd, directory: &Path) -> Result<Place, Unusable> {
    let place = Place::prepare(source.as_fd(), frozen::wanted(directory))?;
    place.can_clone()?;
    if let Err(error) = frozen::remove_all(&place) {
        debug!("what earlier runs left in {}: {error}", place.path().display());
    }
    Ok(place)
}
