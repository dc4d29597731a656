//! Decides which mails are sent and when. A task of its own: it sleeps while no mail is pending, nobody waits for it, and it does its
//! disk work on other threads.
//!
//! `request` is what others send to it, `settings` puts the mail of an occasion into the outbox, `attempt` tries to send all pending
//! mails, `retry` schedules the next attempt, `rate_limit` limits mails of one kind, `reminder` schedules reminders, and `ended_runs`
//! finds runs whose end was not mailed yet.

mod attempt;
mod ended_runs;
mod rate_limit;
pub mod reminder;
mod request;
mod retry;
mod settings;

use std::path::PathBuf;
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
    history: Arc<dyn EndedRuns>,
    outbox: Outbox,
    state: watch::Sender<asbackup_api::OutboxStatus>,
    warnings: UnboundedSender<MailWarning>,
    reminder: Reminder,
    rate_limit: RateLimit,
    retries: RetrySchedule,
    attempt: Option<JoinHandle<AttemptResult>>,
    /// When to try again; `None` if no mail is pending, or while an attempt is on.
    next: Option<Instant>,
    /// The outbox is over its limit, which was logged.
    is_full: bool,
}

/// A running mailer.
#[derive(Debug)]
pub struct MailerHandle {
    /// Sends it requests.
    pub requests: UnboundedSender<Request>,
    /// Receives what goes wrong with mails about runs.
    pub warnings: UnboundedReceiver<MailWarning>,
    /// How many mails are pending, and why.
    pub outbox: watch::Receiver<asbackup_api::OutboxStatus>,
    /// Ends some time after `Request::Stop`.
    pub task: JoinHandle<()>,
}

/// Starts the mailer as a task; needs a Tokio runtime.
pub fn start(start: MailerStart) -> MailerHandle {
    let (requests, request_receiver) = unbounded_channel();
    let (warning_sender, warnings) = unbounded_channel();
    let (outbox_sender, outbox) = watch::channel(asbackup_api::OutboxStatus::default());
    let channels = Channels { requests: request_receiver, outbox: outbox_sender, warnings: warning_sender };
    let task = tokio::spawn(serve(start, channels));
    MailerHandle { requests, warnings, outbox, task }
}

/// Serves until `Request::Stop`, or until all senders of requests are gone.
async fn serve(start: MailerStart, mut channels: Channels) {
    let settings = Settings { config: start.config, texts: start.texts };
    let Some(outbox) = open_outbox(start.state.join("outbox"), &settings).await else { return };
    let mut mailer = Mailer {
        settings,
        history: start.history,
        outbox,
        state: channels.outbox,
        warnings: channels.warnings,
        reminder: Reminder::open(start.state.join("last-plugged")),
        rate_limit: RateLimit::default(),
        retries: RetrySchedule::default(),
        attempt: None,
        next: None,
        is_full: false,
    };
    mailer.resume().await;
    mailer.run(&mut channels.requests).await;
}

async fn open_outbox(directory: PathBuf, settings: &Settings) -> Option<Outbox> {
    let path = directory.display().to_string();
    match blocking(GLANCE, move || Outbox::open(directory)).await {
        Ok(outbox) => Some(outbox),
        Err(error) => {
            settings.log(Level::Error, &Warning::MailUnwritable { path, cause: error.to_string() }, 0);
            None
        }
    }
}

impl Mailer {
    /// Sends what is still pending. The first start sends nothing about earlier runs.
    async fn resume(&mut self) {
        let (outbox, history) = (self.outbox.clone(), self.history.clone());
        if let Err(error) = blocking(GLANCE, move || ended_runs::begin(&outbox, &*history)).await {
            self.log_outbox_error(&error, 0);
        }
        self.publish_count().await;
        self.try_now();
    }

    async fn run(&mut self, requests: &mut UnboundedReceiver<Request>) {
        loop {
            let (next, due) = (self.next, self.reminder.due(self.settings.config.mail.remind_after));
            let wake = |at: Option<Instant>| sleep_until(at.unwrap_or_else(|| Instant::now() + NEVER));
            let report = self.rate_limit.due();
            let sending = self.attempt.is_some();
            tokio::select! {
                request = requests.recv() => match request {
                    None | Some(Request::Stop) => return self.finish().await,
                    Some(request) => self.handle(request).await,
                },
                ended = join(&mut self.attempt), if sending => self.end_attempt(ended).await,
                () = wake(next), if next.is_some() && !sending => self.begin_attempt(),
                () = wake(due), if due.is_some() => self.remind().await,
                () = wake(report), if report.is_some() => self.report_held_back(Some(Instant::now())).await,
            }
        }
    }

    async fn handle(&mut self, request: Request) {
        match request {
            Request::Notify(occasion) => {
                if self.rate_limit.admits(&occasion, Instant::now()) {
                    self.enqueue(occasion).await;
                }
            }
            Request::RunEnded(newest) => self.catch_up(newest).await,
            Request::Settings { config, texts } => {
                self.settings = Settings { config, texts };
                self.retries = RetrySchedule::default();
                if !self.settings.sends() {
                    self.set_trouble(None);
                }
                self.try_now();
            }
            Request::Disks(seen) => self.reminder.update(seen).await,
            Request::Stop => {}
        }
    }

    /// Mails the end of each run that was not mailed yet: the newest, and those whose mail could not be stored last time.
    /// The newest gets its mail even if the history or the number of the last mailed run can't be read.
    async fn catch_up(&mut self, newest: Option<Box<RunRecord>>) {
        let (outbox, history) = (self.outbox.clone(), self.history.clone());
        let unmailed = blocking(GLANCE, move || ended_runs::unmailed(&outbox, &*history)).await;
        let mut unmailed = unmailed.unwrap_or_else(|error| {
            self.log_outbox_error(&error, 0);
            Vec::new()
        });
        let newest = newest.filter(|newest| unmailed.iter().all(|record| record.run != newest.run));
        unmailed.extend(newest.map(|newest| *newest));
        for record in unmailed {
            self.enqueue(Occasion::Ended(Box::new(record))).await;
        }
    }

    /// Stores the mail of an occasion and starts to send it.
    async fn enqueue(&mut self, occasion: Occasion) {
        let (settings, outbox) = (self.settings.clone(), self.outbox.clone());
        let run = occasion.run();
        let stored = blocking(GLANCE, move || settings.store(&occasion, &outbox)).await;
        match stored {
            Ok(excess) => self.warn_if_full(excess),
            Err(error) => self.log_outbox_error(&error, run),
        }
        self.publish_count().await;
        self.try_now();
    }

    /// Sends one mail for those that were held back.
    async fn report_held_back(&mut self, now: Option<Instant>) {
        for occasion in self.rate_limit.held_back(now) {
            self.enqueue(occasion).await;
        }
    }

    /// Warns once; `excess` is the outbox's size in bytes if it is over its limit.
    fn warn_if_full(&mut self, excess: Option<u64>) {
        let was_full = std::mem::replace(&mut self.is_full, excess.is_some());
        if let Some(bytes) = excess.filter(|_| !was_full) {
            let limit = self.settings.config.mail.outbox_limit;
            self.settings.log(Level::Warn, &Warning::OutboxFull { bytes, limit }, 0);
        }
    }

    fn log_outbox_error(&self, error: &std::io::Error, run: u64) {
        let path = self.outbox.directory().display().to_string();
        self.settings.log(Level::Error, &Warning::MailUnwritable { path, cause: error.to_string() }, run);
    }

    async fn remind(&mut self) {
        let after = self.settings.config.mail.remind_after;
        if let Some(occasion) = self.reminder.remind(after).await {
            self.enqueue(occasion).await;
        }
    }

    /// Without mails the attempt ends at once.
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
        self.attempt = Some(tokio::spawn(attempt.run()));
    }

    async fn end_attempt(&mut self, ended: AttemptResult) {
        self.attempt = None;
        self.publish_count().await;
        self.set_trouble(ended.trouble);
        let is_empty = self.state.borrow().waiting == 0;
        if is_empty {
            self.retries = RetrySchedule::default();
            // A mail stored meanwhile would have been counted.
            self.next = None;
        } else if self.next.is_none() && self.settings.sends() {
            self.next = Some(Instant::now() + self.retries.next(self.settings.config.mail.retry_after));
        }
    }

    /// Publishes what keeps mails from being sent, and warns once per cause.
    fn set_trouble(&self, trouble: Option<Warning>) {
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

    async fn publish_count(&self) {
        let outbox = self.outbox.clone();
        match blocking(GLANCE, move || outbox.pending()).await {
            Ok(names) => attempt::publish_count(&self.state, names.len()),
            Err(error) => debug!("outbox: {error}"),
        }
    }

    /// Tries once more while the daemon stops; what is left is sent after its next start.
    async fn finish(&mut self) {
        self.report_held_back(None).await;
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
