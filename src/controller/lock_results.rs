//! What follows from work on lock files: answers to callers, reports to people, and whether the copy may begin.

use std::io;

use log::Level;
use tokio::task::spawn_blocking;

use super::Controller;
use super::call::Reply;
use super::lock_worker::{AfterLockWork, LockChange, LockGrant, LockResult, LockWorkDone};
use super::veeam_queue::WaitingJob;
use crate::veeam::JobLock;
use asbackup_api::{Fault, Notice};
use asbackup_mail::occasion::LockEvent;
use asbackup_system::paths::Refused;

impl Controller {
    pub(super) fn on_lock_work_done(&mut self, done: LockWorkDone) {
        let LockWorkDone { result, then } = done;
        self.veeam_queue.pending_work -= 1;
        match then {
            AfterLockWork::Rescanned => self.on_rescanned(result.held),
            AfterLockWork::RunFound { run, locks, reported, admission } => {
                let counts = !locks.is_empty() || !self.veeam_queue.has_created_since(reported);
                self.on_run_found(run, admission, result.held.or_else(|| counts.then_some(locks)));
            }
            AfterLockWork::Created { job, grant } => self.on_lock_created(job, grant, result),
            AfterLockWork::Removed { job, waiter, reply } => {
                let answer = self.on_lock_removed(job, waiter, result);
                reply.into_iter().for_each(|reply| drop(reply.send(answer.clone())));
            }
            AfterLockWork::StaleRemoved { lock, notice } => self.on_stale_removed(&lock, notice, result),
        }
    }

    fn on_lock_created(&mut self, job: String, grant: LockGrant, result: LockResult) {
        let was_unclaimed = self.veeam_queue.unclaimed.remove(&job);
        let was_held = self.veeam_queue.is_held(&job);
        let lock = match result.change {
            Ok(LockChange::Created(lock)) => lock,
            failed => {
                self.veeam_queue.end_creation(&job, false);
                self.apply_scan(result.held);
                if was_unclaimed {
                    self.give_back(job.clone());
                }
                // Without an error nothing was tried: the caller has gone.
                let Err(error) = failed else { return };
                let fault = self.create_fault(&job, &error);
                return self.refuse_lock(job, grant, fault);
            }
        };
        let existed = !was_unclaimed && (was_held || lock.existed());
        let unflushed = lock.keep();
        // On a busy disk this takes seconds, and neither Veeam nor anybody else is to wait for it.
        spawn_blocking(move || unflushed.flush());
        self.veeam_queue.end_creation(&job, true);
        self.apply_scan(result.held);
        self.veeam_queue.count_requests(&job, 1);
        match grant {
            LockGrant::Caller(reply) => self.answer_lock(job, reply, existed),
            LockGrant::WaitingJob => self.on_waiting_job_locked(job, existed),
        }
    }

    fn answer_lock(&mut self, job: String, reply: Reply<bool>, existed: bool) {
        self.log_limited(Level::Info, &Notice::VeeamLocked { job: job.clone() });
        let is_answered = reply.send(Ok(true)).is_ok();
        if !is_answered && !existed {
            // A caller that the answer does not reach in time gets an error, and never unlocks.
            self.give_back(job);
        }
    }

    fn create_fault(&self, job: &str, error: &io::Error) -> Fault {
        let path = self.config.veeam_directories.first().map(|directory| directory.display().to_string());
        let (job, path, cause) = (job.to_owned(), path.unwrap_or_default(), error.to_string());
        Refused::fault(error).unwrap_or(Fault::VeeamLockFailed { job, path, cause })
    }

    fn on_lock_removed(&mut self, job: String, waiter: Option<WaitingJob>, result: LockResult) -> Result<(), Fault> {
        let is_removed = match result.change {
            Ok(change) => matches!(change, LockChange::Removed),
            Err(error) => {
                self.apply_scan(result.held);
                let cause = error.to_string();
                return Err(Refused::fault(&error).unwrap_or(Fault::VeeamUnlockFailed { job, cause }));
            }
        };
        let times = self.veeam_queue.take_request_count(&job);
        self.apply_scan(result.held);
        if is_removed {
            self.log_limited(Level::Info, &Notice::VeeamUnlocked { job: job.clone() });
            self.warn_about_shared_unlock(&job, times);
        }
        match waiter {
            Some(waiter) => self.report_gave_up(&waiter),
            None if !is_removed => return Err(self.not_locked(job)),
            None => {}
        }
        Ok(())
    }

    fn on_stale_removed(&mut self, lock: &JobLock, notice: Notice, result: LockResult) {
        self.stale_locks.end_removal(lock);
        match result.change {
            Ok(LockChange::Removed) => {
                self.log_notice(notice.clone());
                self.mail_about_lock(LockEvent::Lifted { job: lock.job.clone(), notice });
            }
            // Somebody was faster, or has renewed it.
            Ok(_) => {}
            Err(error) if self.is_first_report(lock) => {
                let (job, cause) = (lock.job.clone(), error.to_string());
                self.log(Level::Error, &Fault::VeeamUnlockFailed { job, cause });
            }
            Err(_) => {}
        }
        self.apply_scan(result.held);
    }
}
