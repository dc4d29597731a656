//! Who of Veeam and the copy goes first. A job that holds a lock keeps the copy at its gate; once the copy is past the gate,
//! jobs wait until it is over. Whoever waits goes before the next disk.

use std::time::{Duration, Instant, SystemTime};

use log::{Level, debug};
use tokio::task::JoinHandle;

use super::Controller;
use super::call::Caller;
use super::callers::{Parting, Watched};
use crate::blocking::{GLANCE, blocking};
use crate::copy::runlock;
use crate::model::{Fault, Micros, Notice, VeeamLock, Warning, micros};
use crate::paths::Refused;
use crate::report::mail::LockStory;
use crate::veeam::{Holder, JobLock, LockDirError, is_job_name, locks, watch};

/// The controller itself looks into the lock directory, so not for long; a share that hangs is a fault.
pub(super) const PATIENCE: Duration = Duration::from_millis(1500);
/// An rsync that can't even be killed hangs on a dead disk.
const ORPHAN_PAUSE: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
pub struct Referee {
    /// What the lock directories hold, whoever made it.
    held: Vec<JobLock>,
    waiting: Vec<Waiter>,
    /// An rsync of a killed daemon still reads.
    orphans: bool,
    watcher: Option<JoinHandle<()>>,
}

/// A job that asked during a copy.
#[derive(Debug)]
struct Waiter {
    job: String,
    uid: u32,
    since: Micros,
    began: Instant,
    until: Instant,
    /// Several scripts may ask for one job; it waits as long as one of them does.
    callers: Vec<Watched>,
}

impl Referee {
    /// When the next job has waited long enough.
    pub fn patience(&self) -> Option<Instant> {
        self.waiting.iter().map(|waiter| waiter.until).min()
    }

    pub fn held(&self) -> &[JobLock] {
        &self.held
    }

    /// Who waits, for readers.
    pub fn waiting(&self) -> impl Iterator<Item = VeeamLock> {
        self.waiting.iter().map(|waiter| VeeamLock { job: waiter.job.clone(), held: false, since: waiter.since })
    }

    /// Nobody has a lock or waits for one.
    pub fn is_free(&self) -> bool {
        self.held.is_empty() && self.waiting.is_empty()
    }

    fn take_waiter(&mut self, job: &str) -> Option<Waiter> {
        let at = self.waiting.iter().position(|waiter| waiter.job == job)?;
        Some(self.waiting.remove(at))
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

    /// At start: the rsync of a killed daemon goes on reading the repository until it is ended.
    pub(super) fn look_for_orphans(&mut self) {
        if !runlock::is_any_held(&self.runtime) {
            return;
        }
        self.referee.orphans = true;
        let (runtime, partings) = (self.runtime.clone(), self.partings.clone());
        tokio::spawn(async move {
            loop {
                let runtime = runtime.clone();
                if blocking(GLANCE, move || runlock::end_left_over(&runtime)).await.is_ok() {
                    break;
                }
                tokio::time::sleep(ORPHAN_PAUSE).await;
            }
            let _ = partings.send(Parting::Orphans);
        });
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
        let former = std::mem::replace(&mut self.referee.held, found);
        if self.is_copying() {
            self.warn_of_intruders(&former);
        }
        self.open_gate();
    }

    /// Lock files that others make are no request, so nothing holds them back. The copy goes on: to end it would not undo what
    /// was written, and the warning says what to do.
    fn warn_of_intruders(&mut self, former: &[JobLock]) {
        let is_new = |lock: &&JobLock| !former.iter().any(|known| known.job == lock.job);
        let jobs: Vec<String> = self.referee.held.iter().filter(is_new).map(|lock| lock.job.clone()).collect();
        for job in jobs {
            let warning = Warning::VeeamDuringCopy { job };
            self.tell(Level::Warn, &warning);
            self.warn_run(warning);
        }
    }

    /// A warning of the run that is on which the run itself can't know.
    pub(super) fn warn_run(&mut self, warning: Warning) {
        if let Some(run) = &mut self.run {
            run.warnings.push(warning.clone());
            run.intrusions.push(warning);
        }
    }

    /// True: the job holds its lock; false: it waits for the copy.
    pub(super) async fn lock_for_veeam(&mut self, job: String, caller: Caller) -> Result<bool, Fault> {
        if !is_job_name(&job) {
            return Err(Fault::InvalidJob { job });
        }
        if self.is_copying() || self.referee.orphans {
            self.wait_for_copy(job, caller);
            return Ok(false);
        }
        self.hold(&job, caller.uid).await?;
        self.note(Notice::VeeamLocked { job });
        Ok(true)
    }

    fn wait_for_copy(&mut self, job: String, caller: Caller) {
        let watched = || Watched::new(&self.outputs.connection, &caller.name, &self.partings);
        if let Some(waiter) = self.referee.waiting.iter_mut().find(|waiter| waiter.job == job) {
            if !waiter.callers.iter().any(|known| known.is(&caller.name)) {
                waiter.callers.push(watched());
            }
            return;
        }
        let began = Instant::now();
        self.referee.waiting.push(Waiter {
            job: job.clone(),
            uid: caller.uid,
            since: micros(SystemTime::now()),
            began,
            until: began + self.config.wait_for_backup,
            callers: vec![watched()],
        });
        self.note(Notice::VeeamWaiting { job });
    }

    async fn hold(&mut self, job: &str, uid: u32) -> Result<(), Fault> {
        let Some(directory) = self.config.veeam_directories.first().cloned() else {
            return Err(Fault::Internal { cause: "no lock directory is configured".into() });
        };
        let path = directory.display().to_string();
        let (name, holder) = (job.to_owned(), Holder::now(job, uid));
        let created = blocking(PATIENCE, move || locks::create(&directory, &name, &holder).map_err(cause));
        created.await.map_err(|error| {
            Refused::fault(&error).unwrap_or_else(|| Fault::LockFailed { path, cause: error.to_string() })
        })?;
        self.look_at_locks().await;
        Ok(())
    }

    pub(super) async fn unlock_for_veeam(&mut self, job: String) -> Result<(), Fault> {
        if !is_job_name(&job) {
            return Err(Fault::InvalidJob { job });
        }
        let waiter = self.referee.take_waiter(&job);
        let (directories, name) = (self.config.veeam_directories.clone(), job.clone());
        let removed = blocking(PATIENCE, move || locks::remove(&directories, &name).map_err(cause)).await;
        let removed = removed.map_err(|error| {
            let failed = || Fault::UnlockFailed { path: job.clone(), cause: error.to_string() };
            Refused::fault(&error).unwrap_or_else(failed)
        })?;
        self.look_at_locks().await;
        if removed {
            self.note(Notice::VeeamUnlocked { job: job.clone() });
        }
        match waiter {
            Some(waiter) => self.tell_given_up(&waiter),
            None if !removed => return Err(Fault::NotLocked { job }),
            None => {}
        }
        Ok(())
    }

    /// The copy is over: whoever waits holds now.
    pub(super) async fn let_veeam_go(&mut self) {
        for waiter in std::mem::take(&mut self.referee.waiting) {
            if !self.is_there(&waiter).await {
                self.tell_given_up(&waiter);
                continue;
            }
            match self.hold(&waiter.job, waiter.uid).await {
                Ok(()) => self.note(Notice::VeeamLocked { job: waiter.job }),
                Err(fault) => self.tell(Level::Error, &fault),
            }
        }
    }

    /// Nobody would give back a lock whose script has gone.
    async fn is_there(&self, waiter: &Waiter) -> bool {
        for caller in &waiter.callers {
            if caller.is_there(&self.outputs.connection).await {
                return true;
            }
        }
        false
    }

    pub(super) async fn part(&mut self, parting: Parting) {
        match parting {
            Parting::Caller(name) => self.forget_caller(&name),
            Parting::Orphans => {
                self.referee.orphans = false;
                if !self.is_copying() {
                    self.let_veeam_go().await;
                }
            }
        }
    }

    fn forget_caller(&mut self, name: &str) {
        for waiter in &mut self.referee.waiting {
            waiter.callers.retain(|caller| !caller.is(name));
        }
        self.give_up_on(|waiter| waiter.callers.is_empty());
    }

    /// Who has waited as long as the config allows waits no more.
    pub(super) fn end_patience(&mut self) {
        let now = Instant::now();
        self.give_up_on(|waiter| waiter.until <= now);
    }

    fn give_up_on(&mut self, is_hopeless: impl Fn(&Waiter) -> bool) {
        let waiting = std::mem::take(&mut self.referee.waiting);
        let (given_up, waiting) = waiting.into_iter().partition(is_hopeless);
        self.referee.waiting = waiting;
        given_up.iter().for_each(|waiter| self.tell_given_up(waiter));
        self.open_gate();
    }

    fn tell_given_up(&self, waiter: &Waiter) {
        let job = waiter.job.clone();
        let warning = Warning::VeeamGaveUp { job: job.clone(), minutes: waiter.began.elapsed().as_secs() / 60 };
        self.tell(Level::Warn, &warning);
        self.mail_lock(LockStory::Warned { job, warning });
    }
}

pub(super) fn cause(error: LockDirError) -> std::io::Error {
    match Refused::within(&error.source) {
        Some(_) => error.source,
        None => std::io::Error::other(error),
    }
}
