//! Decides what is mailed and when. A task of its own: it sleeps while no mail waits, nobody waits for it, and its disk work is off
//! the loop.
//!
//! `request` is what it is asked for, `settings` puts the mail of an occasion into the outbox, `attempt` tries to send all that waits,
//! `retry` says when to try again, `rate_limit` how many mails of a kind are too many, `reminder` when to remind people, and
//! `ended_runs` whose end has not been mailed yet.

mod attempt;
mod ended_runs;
mod rate_limit;
pub mod reminder;
mod request;
mod retry;
mod settings;

use std::sync::Arc;
use std::time::Duration;

use log::{Level, debug};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use crate::occasion::Occasion;
use crate::outbox::Outbox;
use asbackup_api::{RunRecord, Warning};
use asbackup_system::blocking::{GLANCE, blocking};
use attempt::{Attempt, AttemptResult};
pub use ended_runs::EndedRuns;
use rate_limit::RateLimit;
use reminder::Reminder;
use request::Channels;
pub use request::{MailWarning, MailerStart, Request};
use retry::RetrySchedule;
use settings::Settings;

/// For a sleep that only another event ends.
const NEVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

struct Mailer {
    settings: Settings,
    past: Arc<dyn EndedRuns>,
    outbox: Outbox,
    state: watch::Sender<asbackup_api::OutboxStatus>,
    warnings: UnboundedSender<MailWarning>,
    reminder: Reminder,
    rate_limit: RateLimit,
    retries: RetrySchedule,
    attempt: Option<JoinHandle<AttemptResult>>,
    /// When to try again; `None` if no mail waits, or if the current attempt decides.
    next: Option<Instant>,
    /// The outbox is over its limit, and a warning said so.
    full: bool,
}

/// A running mailer, as its owner sees it.
#[derive(Debug)]
pub struct MailerHandle {
    /// Where to ask for something.
    pub requests: UnboundedSender<Request>,
    /// What went wrong with mails about runs.
    pub warnings: UnboundedReceiver<MailWarning>,
    /// How many mails wait, and why.
    pub outbox: watch::Receiver<asbackup_api::OutboxStatus>,
    /// Ends some time after `Request::Stop`.
    pub task: JoinHandle<()>,
}

/// Starts the mailer as a task; needs a Tokio runtime.
pub fn start(start: MailerStart) -> MailerHandle {
    let (requests, requests_out) = unbounded_channel();
    let (warnings_in, warnings) = unbounded_channel();
    let (outbox_in, outbox) = watch::channel(asbackup_api::OutboxStatus::default());
    let channels = Channels { requests: requests_out, outbox: outbox_in, warnings: warnings_in };
    let task = tokio::spawn(serve(start, channels));
    MailerHandle { requests, warnings, outbox, task }
}

/// Serves until `Request::Stop` or until nobody is left to ask.
async fn serve(start: MailerStart, mut channels: Channels) {
    let directory = start.state.join("outbox");
    let opened = blocking(GLANCE, {
        let directory = directory.clone();
        move || Outbox::open(directory)
    });
    let settings = Settings { config: start.config, texts: start.texts };
    let outbox = match opened.await {
        Ok(outbox) => outbox,
        Err(error) => {
            let path = directory.display().to_string();
            settings.log(Level::Error, &Warning::MailUnwritable { path, cause: error.to_string() }, 0);
            return;
        }
    };
    let mut mailer = Mailer {
        settings,
        past: start.past,
        outbox,
        state: channels.outbox,
        warnings: channels.warnings,
        reminder: Reminder::open(start.state.join("last-plugged")),
        rate_limit: RateLimit::default(),
        retries: RetrySchedule::default(),
        attempt: None,
        next: None,
        full: false,
    };
    mailer.take_up().await;
    mailer.work(&mut channels.requests).await;
}

impl Mailer {
    /// The first start sends nothing about earlier runs.
    async fn take_up(&mut self) {
        let (outbox, past) = (self.outbox.clone(), self.past.clone());
        if let Err(error) = blocking(GLANCE, move || ended_runs::begin(&outbox, &*past)).await {
            self.complain(&error, 0);
        }
        self.count().await;
        self.try_now();
    }

    async fn work(&mut self, requests: &mut UnboundedReceiver<Request>) {
        loop {
            let (next, due) = (self.next, self.reminder.due(self.settings.config.mail.remind_after));
            let wake = |at: Option<Instant>| sleep_until(at.unwrap_or_else(|| Instant::now() + NEVER));
            let sum = self.rate_limit.due();
            let sending = self.attempt.is_some();
            tokio::select! {
                request = requests.recv() => match request {
                    None | Some(Request::Stop) => return self.finish().await,
                    Some(request) => self.take(request).await,
                },
                ended = join(&mut self.attempt), if sending => self.end_attempt(ended).await,
                () = wake(next), if next.is_some() && !sending => self.begin_attempt(),
                () = wake(due), if due.is_some() => self.remind().await,
                () = wake(sum), if sum.is_some() => self.sum_up(Some(Instant::now())).await,
            }
        }
    }

    async fn take(&mut self, request: Request) {
        match request {
            Request::Tell(occasion) => {
                if self.rate_limit.admits(&occasion, Instant::now()) {
                    self.keep(occasion).await;
                }
            }
            Request::RunEnded(newest) => self.catch_up(newest).await,
            Request::Settings { config, texts } => {
                self.settings = Settings { config, texts };
                self.retries = RetrySchedule::default();
                if !self.settings.sends() {
                    self.tell_trouble(None);
                }
                self.try_now();
            }
            Request::Disks(seen) => self.reminder.see(seen).await,
            Request::Stop => {}
        }
    }

    /// Mails the end of each run that has no such mail yet: the newest one, and those whose mail could not be stored last time.
    /// The newest one gets its mail even if the history can't be read, or if nobody knows which ones were mailed.
    async fn catch_up(&mut self, newest: Option<Box<RunRecord>>) {
        let (outbox, past) = (self.outbox.clone(), self.past.clone());
        let missed = blocking(GLANCE, move || ended_runs::missed(&outbox, &*past)).await;
        let mut missed = missed.unwrap_or_else(|error| {
            self.complain(&error, 0);
            Vec::new()
        });
        let newest = newest.filter(|newest| missed.iter().all(|record| record.run != newest.run));
        missed.extend(newest.map(|newest| *newest));
        for record in missed {
            self.keep(Occasion::Ended(Box::new(record))).await;
        }
    }

    /// Stores the mail of an occasion and has it sent.
    async fn keep(&mut self, occasion: Occasion) {
        let (settings, outbox) = (self.settings.clone(), self.outbox.clone());
        let run = occasion.run();
        let kept = blocking(GLANCE, move || settings.keep(&occasion, &outbox)).await;
        match kept {
            Ok(full) => self.note_full(full),
            Err(error) => self.complain(&error, run),
        }
        self.count().await;
        self.try_now();
    }

    /// Sends one mail for those that were held back.
    async fn sum_up(&mut self, now: Option<Instant>) {
        for occasion in self.rate_limit.sum_up(now) {
            self.keep(occasion).await;
        }
    }

    fn note_full(&mut self, full: Option<u64>) {
        let told = std::mem::replace(&mut self.full, full.is_some());
        if let Some(bytes) = full.filter(|_| !told) {
            let limit = self.settings.config.mail.outbox_limit;
            self.settings.log(Level::Warn, &Warning::OutboxFull { bytes, limit }, 0);
        }
    }

    fn complain(&self, error: &std::io::Error, run: u64) {
        let path = self.outbox.directory().display().to_string();
        self.settings.log(Level::Error, &Warning::MailUnwritable { path, cause: error.to_string() }, run);
    }

    async fn remind(&mut self) {
        let after = self.settings.config.mail.remind_after;
        if let Some(occasion) = self.reminder.remind(after).await {
            self.keep(occasion).await;
        }
    }

    /// An attempt without mails ends at once.
    fn try_now(&mut self) {
        self.next = self.settings.sends().then(Instant::now);
    }

    fn begin_attempt(&mut self) {
        self.next = None;
        let attempt = Attempt {
            settings: self.settings.clone(),
            outbox: self.outbox.clone(),
            state: self.state.clone(),
            warnings: self.warnings.clone(),
        };
        self.attempt = Some(tokio::spawn(attempt.go()));
    }

    async fn end_attempt(&mut self, ended: AttemptResult) {
        self.attempt = None;
        self.count().await;
        self.tell_trouble(ended.trouble);
        let waiting = self.state.borrow().waiting > 0;
        if !waiting {
            self.retries = RetrySchedule::default();
            // A mail that arrived meanwhile would have been counted.
            self.next = None;
        } else if self.next.is_none() && self.settings.sends() {
            self.next = Some(Instant::now() + self.retries.next(self.settings.config.mail.retry_after));
        }
    }

    /// Warns once per cause.
    fn tell_trouble(&self, trouble: Option<Warning>) {
        self.state.send_if_modified(|state| {
            if state.trouble == trouble {
                return false;
            }
            if let Some(warning) = &trouble {
                self.settings.log(Level::Warn, warning, 0);
            }
            state.trouble = trouble;
            true
        });
    }

    async fn count(&self) {
        let outbox = self.outbox.clone();
        match blocking(GLANCE, move || outbox.waiting()).await {
            Ok(names) => attempt::count(&self.state, names.len()),
            Err(error) => debug!("outbox: {error}"),
        }
    }

    /// Tries once more while the daemon shuts down. The rest is sent after the next start.
    async fn finish(&mut self) {
        self.sum_up(None).await;
        if self.attempt.is_none() && self.next.is_some() {
            self.begin_attempt();
        }
        if self.attempt.is_some() {
            join(&mut self.attempt).await;
        }
    }
}

async fn join(attempt: &mut Option<JoinHandle<AttemptResult>>) -> AttemptResult {
    match attempt {
        Some(attempt) => attempt.await.unwrap_or_default(),
        None => std::future::pending().await,
    }
}
