//! Why there is a mail. Plain data, with what all mails about it have in common: number, disk, importance, identity.

use uuid::Uuid;

use asbackup_api::{DiskId, Fault, Micros, Notice, Outcome, RunBegun, RunRecord, Warning};
use asbackup_texts::text_id;

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
        event: LockEvent,
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
pub enum LockEvent {
    /// It is too old, or there is none.
    Warned { job: String, warning: Warning },
    /// The job asked for it and did not get it.
    Failed { job: String, fault: Fault },
    /// It was left behind, and is gone.
    Lifted { job: String, notice: Notice },
}

impl LockEvent {
    fn kind(&self) -> String {
        match self {
            Self::Warned { warning, .. } => text_id(warning),
            Self::Failed { fault, .. } => text_id(fault),
            Self::Lifted { notice, .. } => text_id(notice),
        }
    }

    pub(crate) fn job(&self) -> &str {
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
            Self::Lock { event, .. } => Some(event.kind()),
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

    pub(crate) fn disk(&self) -> Option<&DiskId> {
        match self {
            Self::Begun(begun) => Some(&begun.disk),
            Self::Ended(record) => Some(&record.disk),
            _ => None,
        }
    }

    pub(crate) fn importance(&self) -> Importance {
        match self {
            Self::Begun(_) => Importance::Beginning,
            Self::Ended(record) if record.outcome == Outcome::Success && record.warnings.is_empty() => {
                Importance::Result
            }
            _ => Importance::Problem,
        }
    }

    /// The same for the same event, so that a mail that is made anew after a crash is recognised as the same one.
    pub fn id(&self) -> String {
        match self {
            Self::Begun(begun) => beginning_id(begun.run, begun.started_at),
            Self::Ended(record) => format!("run-{}-ended-{}", record.run, record.started_at),
            Self::ConfigRefused { at, .. } => format!("config-refused-{at}"),
            Self::Lock { event, at } => {
                // Two jobs may give up at the same moment, and a job's name is no name for a file.
                let job = Uuid::new_v5(&Uuid::NAMESPACE_OID, event.job().as_bytes());
                format!("lock-{at}-{}", job.simple())
            }
            Self::Reminder { at, .. } => format!("reminder-{at}"),
            Self::HeldBack { last, .. } => format!("held-back-{}", last.id()),
            Self::Test { at } => format!("test-{at}"),
        }
    }

    /// The mail that this one follows.
    pub(crate) fn answers(&self) -> Option<String> {
        match self {
            Self::Ended(record) => Some(beginning_id(record.run, record.started_at)),
            _ => None,
        }
    }
}

fn beginning_id(run: u64, started_at: Micros) -> String {
    format!("run-{run}-begun-{started_at}")
}

/// How much a mail matters, from which everybody's wish decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Importance {
    Beginning,
    /// All went well.
    Result,
    Problem,
}
