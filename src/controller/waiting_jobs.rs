//! Veeam jobs that requested a lock during a copy. They wait for its end, until their scripts have gone or the time is
//! up.

use std::time::Instant;

use log::Level;

use super::Controller;
use super::call::Caller;
use super::caller_watch::{self, CallerWatch, QueueEvent};
use super::lock_worker::LockGrant;
use super::veeam_queue::WaitingJob;
use asbackup_api::{Fault, Notice, Warning};
use asbackup_mail::occasion::LockEvent;

impl Controller {
    pub(super) fn wait_for_copy(&mut self, job: String, caller: Caller) -> Result<(), Fault> {
        let known = |waiter: &WaitingJob| waiter.job == job && waiter.has_caller(&caller.name);
        if self.veeam_queue.waiting.iter().any(known) {
            return Ok(());
        }
        let callers = self.veeam_queue.waiting.iter().map(|waiter| waiter.callers.len()).sum::<usize>();
        self.has_room_for_one_more(callers)?;
        let watched = || CallerWatch::new(&self.outputs.connection, &caller.name, &self.senders.queue_events);
        if let Some(waiter) = self.veeam_queue.waiting.iter_mut().find(|waiter| waiter.job == job) {
            waiter.callers.push(watched());
            self.warn_about_duplicate(&job);
            return Ok(());
        }
        let waiter = WaitingJob::new(job.clone(), caller.uid, self.config.wait_for_backup, watched());
        self.veeam_queue.waiting.push(waiter);
        self.log_limited(Level::Info, &Notice::VeeamWaiting { job });
        Ok(())
    }

    /// The copy is over: waiting jobs get their locks if their scripts are still there. Otherwise nobody would give the
    /// lock back.
    pub(super) fn grant_waiting_jobs(&mut self) {
        let waiting = self.veeam_queue.waiting.iter_mut().filter(|waiter| !waiter.is_granted);
        let jobs: Vec<(String, Vec<String>)> = waiting
            .map(|waiter| {
                waiter.is_granted = true;
                (waiter.job.clone(), waiter.caller_names())
            })
            .collect();
        if jobs.is_empty() {
            return;
        }
        let (connection, queue_events) = (self.outputs.connection.clone(), self.senders.queue_events.clone());
        tokio::spawn(async move {
            for (job, callers) in jobs {
                let is_there = caller_watch::is_any_there(&connection, &callers).await;
                // The receiver ends only with the daemon.
                let _ = queue_events.send(QueueEvent::CallersChecked { job, callers, is_there });
            }
        });
    }

    pub(super) fn on_queue_event(&mut self, event: QueueEvent) {
        match event {
            QueueEvent::CallerLeft(name) => self.forget_caller(&name),
            QueueEvent::CallersChecked { job, is_there: true, .. } => self.grant(job),
            QueueEvent::CallersChecked { job, callers, is_there: false } => self.forget_callers(&job, &callers),
            QueueEvent::OrphansEnded => {
                self.veeam_queue.orphans = false;
                if !self.is_copying() {
                    self.grant_waiting_jobs();
                }
            }
        }
    }

    /// These callers have gone. Others that came meanwhile are checked next time.
    fn forget_callers(&mut self, job: &str, gone: &[String]) {
        for waiter in self.veeam_queue.waiting.iter_mut().filter(|waiter| waiter.job == job) {
            waiter.callers.retain(|caller| !gone.iter().any(|name| caller.is(name)));
            waiter.is_granted = false;
        }
        self.drop_waiting_jobs(|waiter| waiter.callers.is_empty());
    }

    /// Creates the job's lock, unless the job was unlocked meanwhile.
    fn grant(&mut self, job: String) {
        let waiter = self.veeam_queue.waiting.iter().find(|waiter| waiter.is_granted && waiter.job == job);
        if let Some(uid) = waiter.map(|waiter| waiter.uid) {
            self.create_lock(job, uid, LockGrant::WaitingJob);
        }
    }

    /// The job no longer waits. If its scripts left at the last moment, its lock is removed again,
    /// unless somebody else held it before.
    pub(super) fn on_waiting_job_locked(&mut self, job: String, existed: bool) {
        let Some(waiter) = self.veeam_queue.take_waiter(&job) else { return };
        if waiter.callers.is_empty() {
            self.report_gave_up(&waiter);
            if !existed {
                self.give_back(job);
            }
            return;
        }
        self.veeam_queue.count_requests(&job, waiter.callers.len() - 1);
        self.log_limited(Level::Info, &Notice::VeeamLocked { job });
    }

    fn forget_caller(&mut self, name: &str) {
        for waiter in &mut self.veeam_queue.waiting {
            waiter.callers.retain(|caller| !caller.is(name));
        }
        self.drop_waiting_jobs(|waiter| !waiter.is_granted && waiter.callers.is_empty());
    }

    /// Expires jobs that have waited as long as the config allows.
    pub(super) fn expire_waiting_jobs(&mut self) {
        let now = Instant::now();
        self.drop_waiting_jobs(|waiter| !waiter.is_granted && waiter.until <= now);
    }

    fn drop_waiting_jobs(&mut self, should_drop: impl Fn(&WaitingJob) -> bool) {
        let waiting = std::mem::take(&mut self.veeam_queue.waiting);
        let (gave_up, waiting) = waiting.into_iter().partition(should_drop);
        self.veeam_queue.waiting = waiting;
        gave_up.iter().for_each(|waiter| self.report_gave_up(waiter));
        self.try_admit_copy();
    }

    pub(super) fn report_gave_up(&self, waiter: &WaitingJob) {
        let job = waiter.job.clone();
        let warning = Warning::VeeamGaveUp { job: job.clone(), minutes: waiter.minutes() };
        self.log_limited(Level::Warn, &warning);
        self.mail_about_lock(LockEvent::Warned { job, warning });
    }
}
