//! Jobs of Veeam that asked during a copy: they wait for its end, until their scripts have gone or the time is up.

use std::time::{Instant, SystemTime};

use log::Level;

use super::Controller;
use super::call::Caller;
use super::caller_watch::{CallerWatch, QueueEvent};
use crate::model::{Fault, Micros, Notice, Warning, micros};
use asbackup_mail::occasion::LockEvent;

/// A job that asked during a copy.
#[derive(Debug)]
pub struct WaitingJob {
    pub job: String,
    uid: u32,
    pub since: Micros,
    began: Instant,
    pub until: Instant,
    /// Several scripts may ask for one job; it waits as long as one of them does.
    callers: Vec<CallerWatch>,
}

impl Controller {
    pub(super) fn wait_for_copy(&mut self, job: String, caller: Caller) -> Result<(), Fault> {
        let known =
            |waiter: &WaitingJob| waiter.job == job && waiter.callers.iter().any(|known| known.is(&caller.name));
        if self.veeam_queue.waiting.iter().any(known) {
            return Ok(());
        }
        let callers = self.veeam_queue.waiting.iter().map(|waiter| waiter.callers.len()).sum::<usize>();
        self.has_room_for_one_more(callers)?;
        let watched = || CallerWatch::new(&self.outputs.connection, &caller.name, &self.internal.queue_events);
        if let Some(waiter) = self.veeam_queue.waiting.iter_mut().find(|waiter| waiter.job == job) {
            waiter.callers.push(watched());
            self.warn_about_duplicate(&job);
            return Ok(());
        }
        let began = Instant::now();
        self.veeam_queue.waiting.push(WaitingJob {
            job: job.clone(),
            uid: caller.uid,
            since: micros(SystemTime::now()),
            began,
            until: began + self.config.wait_for_backup,
            callers: vec![watched()],
        });
        self.tell_seldom(Level::Info, &Notice::VeeamWaiting { job });
        Ok(())
    }

    /// The copy is over: whoever waits holds now.
    pub(super) async fn grant_waiting_jobs(&mut self) {
        for waiter in std::mem::take(&mut self.veeam_queue.waiting) {
            if !self.is_there(&waiter).await {
                self.report_gave_up(&waiter);
                continue;
            }
            // Told either way; nobody waits for the answer any more.
            let (job, others) = (waiter.job.clone(), waiter.callers.len().saturating_sub(1));
            if self.acquire_lock(waiter.job, waiter.uid).await.is_ok() {
                self.veeam_queue.count(&job, others);
            }
        }
    }

    /// Nobody would give back a lock whose script has gone.
    async fn is_there(&self, waiter: &WaitingJob) -> bool {
        for caller in &waiter.callers {
            if caller.is_there(&self.outputs.connection).await {
                return true;
            }
        }
        false
    }

    pub(super) async fn on_queue_event(&mut self, parting: QueueEvent) {
        match parting {
            QueueEvent::CallerLeft(name) => self.forget_caller(&name),
            QueueEvent::OrphansEnded => {
                self.veeam_queue.orphans = false;
                if !self.is_copying() {
                    self.grant_waiting_jobs().await;
                }
            }
        }
    }

    fn forget_caller(&mut self, name: &str) {
        for waiter in &mut self.veeam_queue.waiting {
            waiter.callers.retain(|caller| !caller.is(name));
        }
        self.drop_waiting_jobs(|waiter| waiter.callers.is_empty());
    }

    /// Who has waited as long as the config allows waits no more.
    pub(super) fn expire_waiting_jobs(&mut self) {
        let now = Instant::now();
        self.drop_waiting_jobs(|waiter| waiter.until <= now);
    }

    fn drop_waiting_jobs(&mut self, should_drop: impl Fn(&WaitingJob) -> bool) {
        let waiting = std::mem::take(&mut self.veeam_queue.waiting);
        let (given_up, waiting) = waiting.into_iter().partition(should_drop);
        self.veeam_queue.waiting = waiting;
        given_up.iter().for_each(|waiter| self.report_gave_up(waiter));
        self.try_admit_copy();
    }

    pub(super) fn report_gave_up(&self, waiter: &WaitingJob) {
        let job = waiter.job.clone();
        let warning = Warning::VeeamGaveUp { job: job.clone(), minutes: waiter.began.elapsed().as_secs() / 60 };
        self.tell_seldom(Level::Warn, &warning);
        self.mail_about_lock(LockEvent::Warned { job, warning });
    }
}
