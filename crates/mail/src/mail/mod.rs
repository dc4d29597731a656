//! Mails: what occasions there are, and how one becomes a finished message with its recipients.
//! Knows who gets what (`audience`), the words (`words`), the logs to attach (`logs`), the names of this machine (`host`) and
//! the form of a message (`message`). Sends nothing and keeps nothing: that is `outbox`, `smtp` and `postman`.

mod audience;
pub mod host;
mod logs;
mod message;
pub mod samples;
mod words;

use uuid::Uuid;

use crate::outbox::Envelope;
use asbackup_api::{DiskId, Fault, Micros, Notice, Outcome, RunBegun, RunRecord, Warning};
use asbackup_config::Config;
use asbackup_texts::clock::Clock;
use asbackup_texts::{Texts, text_id};
use audience::{Weight, audience};
use host::Host;
use logs::Logs;
use message::Letter;
pub use message::MessageError;
use words::{Crowd, Writer};

/// Why there is a mail.
#[derive(Debug, Clone)]
pub enum Occasion {
    Begun(RunBegun),
    Ended(Box<RunRecord>),
    /// A changed config.ini that is not in force; each fault as a text.
    ConfigRefused {
        problems: Vec<String>,
        at: Micros,
    },
    /// Something that people should know of a lock of Veeam.
    Lock {
        story: LockStory,
        at: Micros,
    },
    /// No known disk was plugged in for so long.
    Reminder {
        days: u64,
        since: Micros,
        /// 0 = never.
        last_good: Micros,
        at: Micros,
    },
    /// So many more of the kind of `last` would have been too many in the hour since.
    HeldBack {
        count: u64,
        sent: u64,
        since: Micros,
        last: Box<Occasion>,
    },
    /// Somebody wants to see whether mails arrive.
    Test {
        at: Micros,
    },
}

/// What became of a job's lock, as it was told in the journal.
#[derive(Debug, Clone)]
pub enum LockStory {
    /// It is too old, or there is none.
    Warned { job: String, warning: Warning },
    /// The job asked for it and did not get it.
    Failed { job: String, fault: Fault },
    /// It was left behind, and is gone.
    Lifted { job: String, notice: Notice },
}

impl LockStory {
    fn kind(&self) -> String {
        match self {
            Self::Warned { warning, .. } => text_id(warning),
            Self::Failed { fault, .. } => text_id(fault),
            Self::Lifted { notice, .. } => text_id(notice),
        }
    }

    fn job(&self) -> &str {
        match self {
            Self::Warned { job, .. } | Self::Failed { job, .. } | Self::Lifted { job, .. } => job,
        }
    }
}

impl Occasion {
    /// What is bounded in number; `None` for what is always told.
    pub fn kind(&self) -> Option<String> {
        match self {
            Self::ConfigRefused { .. } => Some("config-refused".to_owned()),
            Self::Lock { story, .. } => Some(story.kind()),
            _ => None,
        }
    }

    pub fn at(&self) -> Micros {
        match self {
            Self::Begun(begun) => begun.started_at,
            Self::Ended(record) => record.finished_at,
            Self::HeldBack { last, .. } => last.at(),
            Self::ConfigRefused { at, .. } | Self::Lock { at, .. } | Self::Reminder { at, .. } | Self::Test { at } => {
                *at
            }
        }
    }

    pub fn run(&self) -> u64 {
        match self {
            Self::Begun(begun) => begun.run,
            Self::Ended(record) => record.run,
            _ => 0,
        }
    }

    fn disk(&self) -> Option<&DiskId> {
        match self {
            Self::Begun(begun) => Some(&begun.disk),
            Self::Ended(record) => Some(&record.disk),
            _ => None,
        }
    }

    fn weight(&self) -> Weight {
        match self {
            Self::Begun(_) => Weight::Beginning,
            Self::Ended(record) if record.outcome == Outcome::Success && record.warnings.is_empty() => Weight::Result,
            _ => Weight::Problem,
        }
    }

    /// The same for the same event, so that a mail that is made anew after a crash is recognised as the same one.
    pub fn id(&self) -> String {
        match self {
            Self::Begun(begun) => beginning_id(begun.run, begun.started_at),
            Self::Ended(record) => format!("run-{}-ended-{}", record.run, record.started_at),
            Self::ConfigRefused { at, .. } => format!("config-refused-{at}"),
            Self::Lock { story, at } => {
                // Two jobs may give up at the same moment, and a job's name is no name for a file.
                let job = Uuid::new_v5(&Uuid::NAMESPACE_OID, story.job().as_bytes());
                format!("lock-{at}-{}", job.simple())
            }
            Self::Reminder { at, .. } => format!("reminder-{at}"),
            Self::HeldBack { last, .. } => format!("held-back-{}", last.id()),
            Self::Test { at } => format!("test-{at}"),
        }
    }

    /// The mail that this one follows.
    fn answers(&self) -> Option<String> {
        match self {
            Self::Ended(record) => Some(beginning_id(record.run, record.started_at)),
            _ => None,
        }
    }
}

fn beginning_id(run: u64, started_at: Micros) -> String {
    format!("run-{run}-begun-{started_at}")
}

/// A finished mail.
#[derive(Debug)]
pub struct Mailing {
    pub envelope: Envelope,
    pub message: Vec<u8>,
}

/// The mail for an occasion, or `None` if nobody wants it. Reads the logs, so it may block.
///
/// # Errors
/// An address that no mail can have.
pub fn compose(
    occasion: &Occasion,
    config: &Config,
    texts: &Texts,
    with_logs: bool,
) -> Result<Option<Mailing>, MessageError> {
    let host = Host::of_this_machine();
    let audience = audience(config, occasion);
    if audience.is_empty() {
        return Ok(None);
    }
    let writer = Writer { texts, clock: &Clock::system(), host: &host.name };
    let mut spare = None;
    let (words, attachments) = match occasion {
        Occasion::Begun(begun) => (writer.begun(begun), Vec::new()),
        Occasion::Ended(record) => {
            let logs = if with_logs { Logs::of(record, config) } else { Logs::left_out(config) };
            spare = logs.are_attached().then(|| writer.ended(record, &Logs::unwanted(config)));
            (writer.ended(record, &logs), logs.attachments())
        }
        Occasion::ConfigRefused { problems, .. } => (writer.config_refused(problems), Vec::new()),
        Occasion::Lock { story, .. } => (writer.lock(story), Vec::new()),
        Occasion::Reminder { days, since, last_good, .. } => (writer.reminder(*days, *since, *last_good), Vec::new()),
        Occasion::HeldBack { count, sent, since, last } => {
            let example = match last.as_ref() {
                Occasion::Lock { story, .. } => writer.lock(story),
                _ => writer.config_refused(&[]),
            };
            (writer.held_back(&Crowd { count: *count, sent: *sent, since: *since }, &example.subject), Vec::new())
        }
        Occasion::Test { at } => (writer.test(*at), Vec::new()),
    };
    let letter = Letter {
        id: occasion.id(),
        answers: occasion.answers(),
        run: occasion.run(),
        at: occasion.at(),
        words,
        attachments,
        spare,
        audience,
        from: &config.mail.from,
        host: &host,
    };
    letter.finish().map(Some)
}

/// What the server is told at the beginning of a conversation.
pub fn hello_name(config: &Config) -> String {
    match config.mail.helo_name.as_str() {
        "" => Host::of_this_machine().domain,
        name => name.to_owned(),
    }
}
