//! Requests of Veeam's jobs: taking locks and giving them back. While a copy runs, jobs wait for its end
//! (`waiting_jobs`).

use std::io;

use log::Level;

use super::Controller;
use super::active_run::ActiveRun;
use super::call::{Caller, Reply};
use super::lock_worker::{AfterLockWork, LockChange, LockGrant, LockRequest, Work};
use super::veeam_queue::WaitingJob;
use crate::veeam::new_lock;
use crate::veeam::{JobLock, LockDirError, LockOwner, is_job_name, lock_directory};
use asbackup_api::{Fault, Notice};
use asbackup_mail::occasion::LockEvent;
use asbackup_system::paths::Refused;

/// Of held locks and of waiting scripts, each; no Veeam server runs more jobs at a time.
const MAX_LOCKS: usize = 100;

impl Controller {
    /// Answers true once the job holds its lock, or false at once if it waits for the copy.
    pub(super) fn lock_for_veeam(&mut self, job: String, caller: Caller, reply: Reply<bool>) {
        // A caller that the answer can't reach has got an error, and would never unlock.
        if reply.is_closed() {
            return;
        }
        if !is_job_name(&job) {
            return drop(reply.send(Err(Fault::InvalidJob { job })));
        }
        self.warn_about_similar_name(&job);
        // Once the copy is over, newcomers are no longer put behind it.
        let copies = self.is_copying() && !self.run.as_ref().is_some_and(ActiveRun::is_granting);
        if copies || self.veeam_queue.orphans {
            let waits = self.wait_for_copy(job.clone(), caller);
            let waits = waits.inspect_err(|fault| self.report_no_lock(job, fault));
            return drop(reply.send(waits.map(|()| false)));
        }
        self.create_lock(job, caller.uid, LockGrant::Caller(reply));
    }

    pub(super) fn unlock_for_veeam(&mut self, job: String, reply: Reply<()>) {
        if !is_job_name(&job) {
            return drop(reply.send(Err(Fault::InvalidJob { job })));
        }
        let waiter = self.veeam_queue.take_waiter(&job);
        self.remove_lock(job, waiter, Some(reply));
    }

    /// `count`: locks that are held, or scripts that wait, so far.
    pub(super) fn has_room_for_one_more(&self, count: usize) -> Result<(), Fault> {
        if count < MAX_LOCKS {
            return Ok(());
        }
        let directories = self.config.veeam_directories.iter().map(|directory| directory.display().to_string());
        Err(Fault::TooManyLocks { most: MAX_LOCKS as u64, path: directories.collect::<Vec<_>>().join(", ") })
    }

    pub(super) fn create_lock(&mut self, job: String, uid: u32, grant: LockGrant) {
        // Waiting jobs came first, so their locks are set aside.
        let set_aside = match grant {
            LockGrant::Caller(_) => self.veeam_queue.waiting.len(),
            LockGrant::WaitingJob => 0,
        };
        let room = match self.veeam_queue.is_held(&job) {
            true => Ok(()),
            false => self.has_room_for_one_more(self.veeam_queue.lock_count() + set_aside),
        };
        let no_directory = || Fault::Internal { cause: "no lock directory is configured".into() };
        let directory = room.and_then(|()| self.config.veeam_directories.first().cloned().ok_or_else(no_directory));
        let directory = match directory {
            Ok(directory) => directory,
            Err(fault) => return self.refuse_lock(job, grant, fault),
        };
        self.veeam_queue.begin_creation(&job);
        let (name, owner) = (job.clone(), LockOwner::now(&job, uid));
        let work = move || Ok(LockChange::Created(new_lock::create(&directory, &name, &owner).map_err(cause)?));
        self.request_lock_work(Some(Box::new(work)), AfterLockWork::Created { job, grant });
    }

    /// Removes the locks that `job` means.
    pub(super) fn remove_lock(&mut self, job: String, waiter: Option<WaitingJob>, reply: Option<Reply<()>>) {
        let (directories, name) = (self.config.veeam_directories.clone(), job.clone());
        let work = move || Ok(removed(lock_directory::remove(&directories, &name).map_err(cause)?));
        self.request_lock_work(Some(Box::new(work)), AfterLockWork::Removed { job, waiter, reply });
    }

    /// Removes this very lock, unless it has been renewed.
    pub(super) fn remove_stale(&mut self, lock: JobLock, notice: Notice) {
        if !self.stale_locks.begin_removal(&lock) {
            return;
        }
        let checked = lock.clone();
        let work = move || Ok(removed(lock_directory::remove_unchanged(&checked).map_err(cause)?));
        self.request_lock_work(Some(Box::new(work)), AfterLockWork::StaleRemoved { lock, notice });
    }

    pub(super) fn request_lock_work(&mut self, work: Option<Work>, then: AfterLockWork) {
        let request = LockRequest { work, directories: self.config.veeam_directories.clone(), then };
        self.veeam_queue.pending_work += 1;
        // The task ends only with the daemon.
        let _ = self.senders.lock_requests.send(request);
    }

    /// Removes a lock that nobody would give back. While the same lock is being created for somebody else, the removal
    /// would hit theirs, so they take it over.
    pub(super) fn give_back(&mut self, job: String) {
        if self.veeam_queue.is_creating(&job) {
            self.veeam_queue.unclaimed.insert(job);
        } else {
            self.remove_lock(job, None, None);
        }
    }

    pub(super) fn refuse_lock(&mut self, job: String, grant: LockGrant, fault: Fault) {
        self.report_no_lock(job.clone(), &fault);
        match grant {
            LockGrant::Caller(reply) => drop(reply.send(Err(fault))),
            LockGrant::WaitingJob => {
                self.veeam_queue.take_waiter(&job);
                self.try_admit_copy();
            }
        }
    }

    /// The job may write without a lock, or not run at all. People should know of either.
    pub(super) fn report_no_lock(&self, job: String, fault: &Fault) {
        self.log_limited(Level::Error, fault);
        self.mail_about_lock(LockEvent::Failed { job, fault: fault.clone() });
    }
}

fn removed(was_there: bool) -> LockChange {
    if was_there { LockChange::Removed } else { LockChange::Nothing }
}

fn cause(error: LockDirError) -> io::Error {
    match Refused::within(&error.source) {
        Some(_) => error.source,
        None => io::Error::other(error),
    }
}
