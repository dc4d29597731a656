//! Jobs of Veeam that asked during a copy: they wait for its end, until their scripts have gone or the time is up.

use std::time::{Instant, SystemTime};

use log::Level;

use super::Controller;
use super::call::Caller;
use super::callers::{Parting, Watched};
use crate::model::{Fault, Micros, Notice, Warning, micros};
use crate::report::mail::LockStory;

/// A job that asked during a copy.
#[derive(Debug)]
pub struct Waiter {
    pub job: String,
    uid: u32,
    pub since: Micros,
    began: Instant,
    pub until: Instant,
    /// Several scripts may ask for one job; it waits as long as one of them does.
    callers: Vec<Watched>,
}

impl Controller {
    pub(super) fn wait_for_copy(&mut self, job: String, caller: Caller) -> Result<(), Fault> {
        let known = |waiter: &Waiter| waiter.job == job && waiter.callers.iter().any(|known| known.is(&caller.name));
        if self.referee.waiting.iter().any(known) {
            return Ok(());
        }
        let callers = self.referee.waiting.iter().map(|waiter| waiter.callers.len()).sum::<usize>();
        self.has_room_for_one_more(callers)?;
        let watched = || Watched::new(&self.outputs.connection, &caller.name, &self.partings);
        if let Some(waiter) = self.referee.waiting.iter_mut().find(|waiter| waiter.job == job) {
            waiter.callers.push(watched());
            self.warn_of_two(&job);
            return Ok(());
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
        self.tell_seldom(Level::Info, &Notice::VeeamWaiting { job });
        Ok(())
    }

    /// The copy is over: whoever waits holds now.
    pub(super) async fn let_veeam_go(&mut self) {
        for waiter in std::mem::take(&mut self.referee.waiting) {
            if !self.is_there(&waiter).await {
                self.tell_given_up(&waiter);
                continue;
            }
            // Told either way; nobody waits for the answer any more.
            let (job, others) = (waiter.job.clone(), waiter.callers.len().saturating_sub(1));
            if self.hold_or_tell(waiter.job, waiter.uid).await.is_ok() {
                self.referee.count(&job, others);
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

    pub(super) fn tell_given_up(&self, waiter: &Waiter) {
        let job = waiter.job.clone();
        let warning = Warning::VeeamGaveUp { job: job.clone(), minutes: waiter.began.elapsed().as_secs() / 60 };
        self.tell_seldom(Level::Warn, &warning);
        self.mail_lock(LockStory::Warned { job, warning });
    }
}
