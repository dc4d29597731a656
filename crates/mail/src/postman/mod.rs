//! Takes occasions, keeps their mails in the outbox, and sends them when the server lets it. Nobody ever waits for it: it is a
//! task of its own that sleeps as long as nothing waits, and all disk work is off the loop.
//!
//! `settings` makes a mail of an occasion, `round` is one attempt for all that waits, `pauses` how long until the next. What is told goes out through `Ports`.

mod pauses;
mod ports;
mod quota;
mod round;
mod settings;
mod told;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use log::{Level, debug};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use crate::mail::Occasion;
use crate::outbox::Outbox;
use crate::reminder::Reminder;
use asbackup_api::{Micros, Warning, micros};
use asbackup_system::blocking::{GLANCE, blocking};
use pauses::Pauses;
pub use ports::{EndedRuns, Errand, Note, Ports, Start};
use quota::Quota;
use round::{Ended, Round};
use settings::Settings;

/// Asleep, with nothing to wait for.
const NEVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

struct Postman {
    settings: Settings,
    past: Arc<dyn EndedRuns>,
    outbox: Outbox,
    state: watch::Sender<asbackup_api::Outbox>,
    notes: UnboundedSender<Note>,
    reminder: Reminder,
    quota: Quota,
    pauses: Pauses,
    round: Option<JoinHandle<Ended>>,
    /// When to try again; `None` = nothing waits, or the round that is on decides.
    next: Option<Instant>,
    /// The outbox is over its limit, and that has been told.
    full: bool,
}

/// Serves until it is told to stop or nobody is left to tell it anything.
pub async fn serve(start: Start, mut ports: Ports) {
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
            settings.tell(Level::Error, &Warning::MailUnwritable { path, cause: error.to_string() }, 0);
            return;
        }
    };
    let mut postman = Postman {
        settings,
        past: start.past,
        outbox,
        state: ports.outbox,
        notes: ports.notes,
        reminder: Reminder::open(start.state.join("last-plugged")),
        quota: Quota::default(),
        pauses: Pauses::default(),
        round: None,
        next: None,
        full: false,
    };
    postman.take_up().await;
    postman.work(&mut ports.errands).await;
}

impl Postman {
    /// The first start with mails tells nothing of runs from before.
    async fn take_up(&mut self) {
        let (outbox, past) = (self.outbox.clone(), self.past.clone());
        if let Err(error) = blocking(GLANCE, move || told::begin(&outbox, &*past)).await {
            self.complain(&error, 0);
        }
        self.count().await;
        self.try_now();
    }

    async fn work(&mut self, errands: &mut UnboundedReceiver<Errand>) {
        loop {
            let (next, due) = (self.next, self.reminder.due(self.settings.config.mail.remind_after));
            let wake = |at: Option<Instant>| sleep_until(at.unwrap_or_else(|| Instant::now() + NEVER));
            let sum = self.quota.due();
            let sending = self.round.is_some();
            tokio::select! {
                errand = errands.recv() => match errand {
                    None | Some(Errand::Stop) => return self.finish().await,
                    Some(errand) => self.take(errand).await,
                },
                ended = join(&mut self.round), if sending => self.end_round(ended).await,
                () = wake(next), if next.is_some() && !sending => self.begin_round(),
                () = wake(due), if due.is_some() => self.remind().await,
                () = wake(sum), if sum.is_some() => self.sum_up(Some(Instant::now())).await,
            }
        }
    }

    async fn take(&mut self, errand: Errand) {
        match errand {
            Errand::Tell(occasion) => {
                if self.quota.admits(&occasion, Instant::now()) {
                    self.keep(occasion).await;
                }
            }
            Errand::RunEnded => self.catch_up().await,
            Errand::Settings { config, texts } => {
                self.settings = Settings { config, texts };
                self.pauses = Pauses::default();
                if !self.settings.sends() {
                    self.tell_trouble(None);
                }
                self.try_now();
            }
            Errand::Disks(seen) => self.reminder.see(seen).await,
            Errand::Stop => {}
        }
    }

    /// Ended runs without their mail: the one that has just ended, and those whose mail could not be kept the last time.
    async fn catch_up(&mut self) {
        let (outbox, past) = (self.outbox.clone(), self.past.clone());
        match blocking(GLANCE, move || told::missed(&outbox, &*past)).await {
            Ok(records) => {
                for record in records {
                    self.keep(Occasion::Ended(Box::new(record))).await;
                }
            }
            Err(error) => self.complain(&error, 0),
        }
    }

    /// Puts the mail of an occasion into the outbox and has it sent.
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

    /// How many mails of a kind were too many.
    async fn sum_up(&mut self, now: Option<Instant>) {
        for occasion in self.quota.sum_up(now) {
            self.keep(occasion).await;
        }
    }

    fn note_full(&mut self, full: Option<u64>) {
        let told = std::mem::replace(&mut self.full, full.is_some());
        if let Some(bytes) = full.filter(|_| !told) {
            let limit = self.settings.config.mail.outbox_limit;
            self.settings.tell(Level::Warn, &Warning::OutboxFull { bytes, limit }, 0);
        }
    }

    fn complain(&self, error: &std::io::Error, run: u64) {
        let path = self.outbox.directory().display().to_string();
        self.settings.tell(Level::Error, &Warning::MailUnwritable { path, cause: error.to_string() }, run);
    }

    async fn remind(&mut self) {
        let after = self.settings.config.mail.remind_after;
        if let Some(occasion) = self.reminder.remind(after).await {
            self.keep(occasion).await;
        }
    }

    /// A round that finds nothing to do is over at once.
    fn try_now(&mut self) {
        self.next = self.settings.sends().then(Instant::now);
    }

    fn begin_round(&mut self) {
        self.next = None;
        let round = Round {
            settings: self.settings.clone(),
            outbox: self.outbox.clone(),
            state: self.state.clone(),
            notes: self.notes.clone(),
        };
        self.round = Some(tokio::spawn(round.go()));
    }

    async fn end_round(&mut self, ended: Ended) {
        self.round = None;
        self.count().await;
        self.tell_trouble(ended.trouble);
        let waiting = self.state.borrow().waiting > 0;
        if !waiting {
            self.pauses = Pauses::default();
            // A mail that came meanwhile would be counted.
            self.next = None;
        } else if self.next.is_none() && self.settings.sends() {
            self.next = Some(Instant::now() + self.pauses.next(self.settings.config.mail.retry_after));
        }
    }

    /// The same trouble is told once.
    fn tell_trouble(&self, trouble: Option<Warning>) {
        self.state.send_if_modified(|state| {
            if state.trouble == trouble {
                return false;
            }
            if let Some(warning) = &trouble {
                self.settings.tell(Level::Warn, warning, 0);
            }
            state.trouble = trouble;
            true
        });
    }

    async fn count(&self) {
        let outbox = self.outbox.clone();
        match blocking(GLANCE, move || outbox.waiting()).await {
            Ok(names) => round::count(&self.state, names.len()),
            Err(error) => debug!("outbox: {error}"),
        }
    }

    /// A last try, as long as the daemon's farewell lasts. What does not get through is sent after the next start.
    async fn finish(&mut self) {
        self.sum_up(None).await;
        if self.round.is_none() && self.next.is_some() {
            self.begin_round();
        }
        if self.round.is_some() {
            join(&mut self.round).await;
        }
    }
}

async fn join(round: &mut Option<JoinHandle<Ended>>) -> Ended {
    match round {
        Some(round) => round.await.unwrap_or_default(),
        None => std::future::pending().await,
    }
}

fn now() -> Micros {
    micros(SystemTime::now())
}
