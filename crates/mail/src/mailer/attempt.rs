//! One attempt to send all pending mails, oldest first, over as few sessions as the server allows. A mail that the server has accepted
//! leaves the outbox before the next is sent, so that a crash repeats one mail at most.

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
use asbackup_config::Secret;
use asbackup_system::blocking::{GLANCE, blocking};

/// One failure may be the mail's fault; from the second on it is the server's.
const MOST_FAILURES: u32 = 2;

/// The longest session; systemd would end the helper process only much later.
const LONGEST_SESSION: Duration = Duration::from_secs(10 * 60);

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

/// What log lines say about a mail.
struct Subject {
    run: u64,
    text: String,
}

impl Attempt {
    pub async fn run(self) -> AttemptResult {
        let mut result = AttemptResult::default();
        match self.list().await {
            Ok(names) => {
                if let Err(warning) = self.send_all(&names, &mut result).await {
                    result.trouble = Some(warning);
                }
            }
            Err(error) => result.trouble = Some(self.outbox_error(&error)),
        }
        if let Some(trouble) = &result.trouble {
            self.expire(trouble).await;
        }
        result
    }

    async fn send_all(&self, names: &[String], result: &mut AttemptResult) -> Result<(), Warning> {
        let mut sessions = Sessions::new(&self.settings);
        let mut failures = 0;
        for name in names {
            let Some(mail) = self.read(name).await else { continue };
            match sessions.deliver(&mail).await? {
                Ok(delivery) => result.trouble = self.conclude(name, mail, delivery).await.or(result.trouble.take()),
                Err(warning) => {
                    result.trouble = Some(warning.clone());
                    failures += 1;
                    if failures >= MOST_FAILURES {
                        return Err(warning);
                    }
                }
            }
        }
        Ok(())
    }

    /// Gives up a file that can't be read, so that it does not block the others.
    async fn read(&self, name: &str) -> Option<OutgoingMail> {
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

    /// Logs the result of a mail, and keeps it for the recipients to whom it is not delivered yet. Returns what delays it.
    async fn conclude(&self, name: &str, mail: OutgoingMail, delivery: Delivery) -> Option<Warning> {
        let subject = Subject { run: mail.envelope.run, text: mail.envelope.subject.clone() };
        self.log_delivered(&subject, &delivery);
        if delivery.is_hopeless() {
            self.give_up(name, &subject, delivery.refusals()).await;
            return None;
        }
        self.warn_of_refusals(&subject, &delivery);
        if delivery.delayed.is_empty() {
            self.remove(name, &subject).await;
            return None;
        }
        self.keep_delayed(name, mail, delivery).await
    }

    fn log_delivered(&self, subject: &Subject, delivery: &Delivery) {
        if delivery.delivered.is_empty() {
            return;
        }
        let delivered: Vec<&str> = delivery.delivered.iter().map(|(recipient, _)| recipient.as_str()).collect();
        let notice = Notice::MailSent { subject: subject.text.clone(), recipients: delivered.join(", ") };
        self.settings.log(Level::Info, &notice, subject.run);
        if let Some(cause) = delivery.logs_refused.clone() {
            self.warn(subject.run, Warning::MailWithoutLogs { subject: subject.text.clone(), cause }, Level::Warn);
        }
    }

    fn warn_of_refusals(&self, subject: &Subject, delivery: &Delivery) {
        for (recipient, cause) in &delivery.refused {
            let (recipient, cause) = (recipient.clone(), cause.clone());
            let warning = Warning::MailRecipientRefused { recipient, subject: subject.text.clone(), cause };
            self.warn(subject.run, warning, Level::Warn);
        }
    }

    async fn keep_delayed(&self, name: &str, mut mail: OutgoingMail, delivery: Delivery) -> Option<Warning> {
        let (_, cause) = delivery.delayed.first().cloned()?;
        mail.envelope.to = delivery.delayed.into_iter().map(|(recipient, _)| recipient).collect();
        let (outbox, file) = (self.outbox.clone(), name.to_owned());
        let updated = blocking(GLANCE, move || outbox.update(&file, &mail)).await;
        let server = self.settings.config.mail.server.clone();
        Some(updated.err().map_or(Warning::MailDelayed { server, cause }, |error| self.outbox_error(&error)))
    }

    /// Removes a mail that all recipients have got or refused.
    async fn remove(&self, name: &str, subject: &Subject) {
        let (outbox, file) = (self.outbox.clone(), name.to_owned());
        let removed = blocking(GLANCE, move || {
            outbox.remove(&file)?;
            outbox.pending()
        });
        match removed.await {
            Ok(pending) => publish_count(&self.state, pending.len()),
            Err(error) => self.settings.log(Level::Error, &self.outbox_error(&error), subject.run),
        }
    }

    async fn give_up(&self, name: &str, subject: &Subject, cause: String) {
        let limit = self.settings.config.mail.outbox_limit;
        let (outbox, file) = (self.outbox.clone(), name.to_owned());
        if let Err(error) = blocking(GLANCE, move || outbox.give_up(&file, limit)).await {
            self.settings.log(Level::Error, &self.outbox_error(&error), subject.run);
        }
        self.warn(subject.run, Warning::MailFailed { subject: subject.text.clone(), cause }, Level::Error);
    }

    /// Gives up mails that have been pending too long, after a failed attempt.
    async fn expire(&self, trouble: &Warning) {
        let is_old = |name: &String| Outbox::age(name, micros(SystemTime::now())) > self.settings.config.mail.retry_for;
        for name in self.list().await.unwrap_or_default().into_iter().filter(is_old) {
            let Some(mail) = self.read(&name).await else { continue };
            let subject = Subject { run: mail.envelope.run, text: mail.envelope.subject };
            let cause = self.settings.texts.message(trouble).what;
            self.give_up(&name, &subject, cause.trim_end_matches('.').to_owned()).await;
        }
    }

    async fn list(&self) -> io::Result<Vec<String>> {
        let outbox = self.outbox.clone();
        blocking(GLANCE, move || outbox.pending()).await
    }

    fn outbox_error(&self, error: &io::Error) -> Warning {
        Warning::MailUnwritable { path: self.outbox.directory().display().to_string(), cause: error.to_string() }
    }

    /// Logs a warning and adds it to the run that the mail is about.
    fn warn(&self, run: u64, warning: Warning, level: Level) {
        self.settings.log(level, &warning, run);
        if run != 0 {
            // The receiver ends only with the daemon.
            let _ = self.warnings.send(MailWarning { run, warning });
        }
    }
}

/// Sessions with the mail server, one after the other: each serves mails until one fails or its time is up.
struct Sessions<'a> {
    settings: &'a Settings,
    password: Secret,
    hello: String,
    open: Option<(SmtpClient, Instant)>,
}

impl<'a> Sessions<'a> {
    fn new(settings: &'a Settings) -> Self {
        let password = password::of_this_process(&settings.config.mail);
        Self { settings, password, hello: hello_name(&settings.config), open: None }
    }

    /// The outer error is that of connecting, the inner one that of the mail.
    async fn deliver(&mut self, mail: &OutgoingMail) -> Result<Result<Delivery, Warning>, Warning> {
        let (mut client, begun) = match self.open.take().filter(|(_, begun)| begun.elapsed() < LONGEST_SESSION) {
            Some(open) => open,
            None => {
                let begun = Instant::now();
                (SmtpClient::connect(&self.settings.config.mail, &self.password, &self.hello).await?, begun)
            }
        };
        let delivery = client.deliver(mail).await;
        if delivery.is_ok() {
            self.open = Some((client, begun));
        }
        Ok(delivery)
    }
}

/// Publishes how many mails are pending, if that has changed.
pub fn publish_count(state: &watch::Sender<asbackup_api::OutboxStatus>, pending: usize) {
    let pending = u32::try_from(pending).unwrap_or(u32::MAX);
    state.send_if_modified(|state| std::mem::replace(&mut state.waiting, pending) != pending);
}
