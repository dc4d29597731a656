//! One attempt to send everything that waits, oldest first, in as few conversations as the server allows. What the server has
//! taken is gone from the outbox before the next mail is begun, so that a crash repeats one mail at most.

use std::io;
use std::time::{Duration, Instant, SystemTime};

use log::Level;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;

use super::request::MailWarning;
use super::settings::Settings;
use crate::client::{Delivery, SmtpClient};
use crate::message::hello_name;
use crate::outbox::{Outbox, OutgoingMail};
use crate::password;
use asbackup_api::{Notice, Warning, micros};
use asbackup_system::blocking::{GLANCE, blocking};

/// One failing mail may be to blame itself; from the second on it is the server.
const MOST_BROKEN: u32 = 2;

/// The longest conversation; systemd would end its process only much later.
const LONGEST: Duration = Duration::from_secs(10 * 60);

pub struct Attempt {
    pub(super) settings: Settings,
    pub(super) outbox: Outbox,
    pub(super) state: watch::Sender<asbackup_api::OutboxStatus>,
    pub(super) warnings: UnboundedSender<MailWarning>,
}

/// How an attempt ended; without trouble everything went well.
#[derive(Debug, Default)]
pub struct AttemptResult {
    pub trouble: Option<Warning>,
}

impl Attempt {
    pub async fn go(self) -> AttemptResult {
        let mut ended = AttemptResult::default();
        match self.list().await {
            Ok(names) => {
                if let Err(warning) = self.send_all(&names, &mut ended).await {
                    ended.trouble = Some(warning);
                }
            }
            Err(error) => ended.trouble = Some(self.unreadable(&error)),
        }
        if let Some(trouble) = &ended.trouble {
            self.expire(trouble).await;
        }
        ended
    }

    async fn send_all(&self, names: &[String], ended: &mut AttemptResult) -> Result<(), Warning> {
        let password = password::given_to_us(&self.settings.config.mail);
        let hello = hello_name(&self.settings.config);
        let mut client = None;
        let mut begun = Instant::now();
        let mut broken = 0;
        for name in names {
            let Some(mail) = self.fetch(name).await else { continue };
            let mut away = match client.take().filter(|_| begun.elapsed() < LONGEST) {
                Some(away) => away,
                None => {
                    begun = Instant::now();
                    SmtpClient::connect(&self.settings.config.mail, &password, &hello).await?
                }
            };
            match away.deliver(&mail).await {
                Ok(delivery) => {
                    client = Some(away);
                    ended.trouble = self.conclude(name, mail, delivery).await.or(ended.trouble.take());
                }
                Err(warning) => {
                    ended.trouble = Some(warning.clone());
                    broken += 1;
                    if broken >= MOST_BROKEN {
                        return Err(warning);
                    }
                }
            }
        }
        Ok(())
    }

    /// Gives up a file that can't be read, so that it does not block the others.
    async fn fetch(&self, name: &str) -> Option<OutgoingMail> {
        let (outbox, file) = (self.outbox.clone(), name.to_owned());
        match blocking(GLANCE, move || outbox.read(&file)).await {
            Ok(mail) => Some(mail),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                self.give_up(name, &Subject { run: 0, text: name.to_owned() }, error.to_string()).await;
                None
            }
        }
    }

    /// Reports what became of a mail, and keeps it for those who have not got it yet.
    async fn conclude(&self, name: &str, mut mail: OutgoingMail, delivery: Delivery) -> Option<Warning> {
        let subject = Subject { run: mail.envelope.run, text: mail.envelope.subject.clone() };
        if !delivery.delivered.is_empty() {
            let took: Vec<&str> = delivery.delivered.iter().map(|(recipient, _)| recipient.as_str()).collect();
            let recipients = took.join(", ");
            let notice = Notice::MailSent { subject: subject.text.clone(), recipients };
            self.settings.log(Level::Info, &notice, subject.run);
        }
        if let Some(cause) = delivery.unwanted.clone().filter(|_| !delivery.delivered.is_empty()) {
            let warning = Warning::MailWithoutLogs { subject: subject.text.clone(), cause };
            self.note(subject.run, warning, Level::Warn);
        }
        if delivery.is_hopeless() {
            self.give_up(name, &subject, delivery.refusals()).await;
            return None;
        }
        for (recipient, cause) in &delivery.refused {
            let (recipient, cause) = (recipient.clone(), cause.clone());
            let warning = Warning::MailRecipientRefused { recipient, subject: subject.text.clone(), cause };
            self.note(subject.run, warning, Level::Warn);
        }
        let Some((_, cause)) = delivery.delayed.first().cloned() else {
            self.close_file(name, &subject).await;
            return None;
        };
        mail.envelope.to = delivery.delayed.into_iter().map(|(recipient, _)| recipient).collect();
        let (outbox, file) = (self.outbox.clone(), name.to_owned());
        let kept = blocking(GLANCE, move || outbox.keep_for(&file, &mail)).await;
        let server = self.settings.config.mail.server.clone();
        Some(kept.err().map_or(Warning::MailDelayed { server, cause }, |error| self.unreadable(&error)))
    }

    /// Removes a mail that all recipients have got or refused.
    async fn close_file(&self, name: &str, subject: &Subject) {
        let (outbox, file) = (self.outbox.clone(), name.to_owned());
        let removed = blocking(GLANCE, move || {
            outbox.remove(&file)?;
            outbox.waiting()
        });
        match removed.await {
            Ok(left) => count(&self.state, left.len()),
            Err(error) => self.settings.log(Level::Error, &self.unreadable(&error), subject.run),
        }
    }

    async fn give_up(&self, name: &str, subject: &Subject, cause: String) {
        let limit = self.settings.config.mail.outbox_limit;
        let (outbox, file) = (self.outbox.clone(), name.to_owned());
        if let Err(error) = blocking(GLANCE, move || outbox.give_up(&file, limit)).await {
            self.settings.log(Level::Error, &self.unreadable(&error), subject.run);
        }
        let warning = Warning::MailFailed { subject: subject.text.clone(), cause };
        self.note(subject.run, warning, Level::Error);
    }

    /// After a failed attempt, gives up mails that have waited too long.
    async fn expire(&self, trouble: &Warning) {
        let is_old = |name: &String| Outbox::age(name, micros(SystemTime::now())) > self.settings.config.mail.retry_for;
        for name in self.list().await.unwrap_or_default().into_iter().filter(is_old) {
            let Some(mail) = self.fetch(&name).await else { continue };
            let subject = Subject { run: mail.envelope.run, text: mail.envelope.subject };
            let cause = self.settings.texts.message(trouble).what;
            self.give_up(&name, &subject, cause.trim_end_matches('.').to_owned()).await;
        }
    }

    async fn list(&self) -> io::Result<Vec<String>> {
        let outbox = self.outbox.clone();
        blocking(GLANCE, move || outbox.waiting()).await
    }

    fn unreadable(&self, error: &io::Error) -> Warning {
        Warning::MailUnwritable { path: self.outbox.directory().display().to_string(), cause: error.to_string() }
    }

    /// Logs a warning and adds it to the run it is about.
    fn note(&self, run: u64, warning: Warning, level: Level) {
        self.settings.log(level, &warning, run);
        if run != 0 {
            // The receiver ends only with the daemon.
            let _ = self.warnings.send(MailWarning { run, warning });
        }
    }
}

struct Subject {
    run: u64,
    text: String,
}

/// Publishes how many mails wait, if that has changed.
pub fn count(state: &watch::Sender<asbackup_api::OutboxStatus>, waiting: usize) {
    let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
    state.send_if_modified(|state| std::mem::replace(&mut state.waiting, waiting) != waiting);
}
