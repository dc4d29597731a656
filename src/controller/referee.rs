//! Who of Veeam and the copy goes first. A job that holds a lock keeps the copy at its gate; once the copy is past the gate,
//! jobs wait until it is over. Whoever waits goes before the next disk.

use std::time::{Duration, SystemTime};

use log::{Level, debug};
use tokio::task::JoinHandle;

use super::Controller;
use super::active::ActiveRun;
use crate::blocking::blocking;
use crate::model::{Fault, Micros, Notice, VeeamLock, micros};
use crate::veeam::{JobLock, LockDirError, locks, watch};

/// The controller itself looks into the lock directory, so not for long; a share that hangs is a fault.
const PATIENCE: Duration = Duration::from_millis(1500);

#[derive(Debug, Default)]
pub struct Referee {
    held: Vec<JobLock>,
    waiting: Vec<(String, Micros)>,
    watcher: Option<JoinHandle<()>>,
}

impl Referee {
    pub fn locks(&self) -> Vec<VeeamLock> {
        let held = self.held.iter().map(|lock| VeeamLock { job: lock.job.clone(), held: true, since: lock.since });
        let waiting =
            self.waiting.iter().map(|(job, since)| VeeamLock { job: job.clone(), held: false, since: *since });
        held.chain(waiting).collect()
    }
}

impl Controller {
    /// Begins to watch the lock directories that the config names, and forgets the former ones.
    pub(super) async fn watch_locks(&mut self) {
        if let Some(former) = self.referee.watcher.take() {
            former.abort();
        }
        let (directories, changes) = (self.config.veeam_directories.clone(), self.lock_changes.clone());
        self.referee.watcher = Some(tokio::spawn(async move {
            if let Err(error) = watch::watch(directories, changes).await {
                // The run that needs the directory looks for itself and says so in plain words.
                debug!("lock directory not watched: {error}");
            }
        }));
        self.look_at_locks().await;
    }

    pub(super) async fn look_at_locks(&mut self) {
        if let Some(found) = self.scan_locks().await {
            self.take_locks(found);
        }
    }

    /// What the run has found in the lock directories. A job may have been let in since, so only our own look counts; where
    /// we can't look in time, nobody was let in either.
    pub(super) async fn weigh_locks(&mut self, found: Vec<JobLock>) {
        let newer = self.scan_locks().await;
        self.take_locks(newer.unwrap_or(found));
    }

    async fn scan_locks(&self) -> Option<Vec<JobLock>> {
        let directories = self.config.veeam_directories.clone();
        let scanned = blocking(PATIENCE, move || locks::scan(&directories).map_err(std::io::Error::other)).await;
        scanned.inspect_err(|error| debug!("lock directory: {error}")).ok()
    }

    /// What the lock directories hold now.
    fn take_locks(&mut self, found: Vec<JobLock>) {
        self.referee.held = found;
        self.open_gate();
    }

    /// From here on a copy runs; not before every job that asked has had its turn.
    fn open_gate(&mut self) {
        if !self.referee.held.is_empty() {
            return;
        }
        let Some(run) = &mut self.run else { return };
        if let Some(gate) = run.gate.take() {
            // A run that has given up meanwhile does not listen any more, and ends.
            run.past_gate = gate.send(()).is_ok();
        }
    }

    /// True: the job holds its lock; false: it waits for the copy.
    pub(super) async fn lock_for_veeam(&mut self, job: String) -> Result<bool, Fault> {
        if !locks::is_job_name(&job) {
            return Err(Fault::InvalidJob { job });
        }
        if self.run.as_ref().is_some_and(|run| run.past_gate) {
            self.wait_for_copy(job);
            return Ok(false);
        }
        self.hold(&job).await?;
        self.note(Notice::VeeamLocked { job });
        Ok(true)
    }

    fn wait_for_copy(&mut self, job: String) {
        if self.referee.waiting.iter().any(|(waiting, _)| *waiting == job) {
            return;
        }
        self.referee.waiting.push((job.clone(), micros(SystemTime::now())));
        self.note(Notice::VeeamWaiting { job });
    }

    async fn hold(&mut self, job: &str) -> Result<(), Fault> {
        let Some(directory) = self.config.veeam_directories.first().cloned() else {
            return Err(Fault::Internal { cause: "no lock directory is configured".into() });
        };
        let path = directory.display().to_string();
        let (name, note) = (job.to_owned(), format!("job={job}\npid={}\n", std::process::id()));
        let created = blocking(PATIENCE, move || locks::create(&directory, &name, &note).map_err(cause));
        created.await.map_err(|error| Fault::LockFailed { path, cause: error.to_string() })?;
        self.look_at_locks().await;
        Ok(())
    }

    pub(super) async fn unlock_for_veeam(&mut self, job: String) -> Result<(), Fault> {
        if !locks::is_job_name(&job) {
            return Err(Fault::InvalidJob { job });
        }
        let before = self.referee.waiting.len();
        self.referee.waiting.retain(|(waiting, _)| *waiting != job);
        let waited = self.referee.waiting.len() < before;
        let (directories, name) = (self.config.veeam_directories.clone(), job.clone());
        let removed = blocking(PATIENCE, move || locks::remove(&directories, &name).map_err(cause)).await;
        let removed = removed.map_err(|error| Fault::UnlockFailed { path: job.clone(), cause: error.to_string() })?;
        self.look_at_locks().await;
        if !removed && !waited {
            return Err(Fault::NotLocked { job });
        }
        self.note(Notice::VeeamUnlocked { job });
        Ok(())
    }

    /// The copy is over: whoever waits holds now.
    pub(super) async fn let_veeam_go(&mut self) {
        for (job, _) in std::mem::take(&mut self.referee.waiting) {
            match self.hold(&job).await {
                Ok(()) => self.note(Notice::VeeamLocked { job }),
                Err(fault) => self.tell(Level::Error, &fault),
            }
        }
    }
}

fn cause(error: LockDirError) -> std::io::Error {
    std::io::Error::other(error)
}

impl ActiveRun {
    /// The run asks for its way.
    pub(super) fn ask(&mut self, gate: tokio::sync::oneshot::Sender<()>) {
        self.gate = Some(gate);
    }
}
