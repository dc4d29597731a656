//! Why a mail is sent. Plain data, with what every mail needs: run, disk, importance, identity.

use uuid::Uuid;

use asbackup_api::{DiskId, Fault, Micros, Notice, Outcome, RunBegun, RunRecord, Warning};
use asbackup_texts::text_id;

/// Why a mail is sent.
#[derive(Debug, Clone)]
pub enum Occasion {
    /// A run has begun.
    Begun(RunBegun),
    /// A run has ended.
    Ended(Box<RunRecord>),
    /// A changed config.ini has faults, so the old settings stay in force.
    ConfigRefused {
        /// The text of each fault.
        problems: Vec<String>,
        /// When it was refused.
        at: Micros,
    },
    /// A Veeam lock needs attention.
    Lock {
        /// What happened to it.
        event: LockEvent,
        /// When it happened.
        at: Micros,
    },
    /// No configured disk has been attached for days.
    Reminder {
        /// Whole days since then.
        days: u64,
        /// When a disk was last attached, or when the last good copy ended if that was later.
        since: Micros,
        /// When the last good copy ended; 0 = never.
        last_good: Micros,
        /// When the reminder was made.
        at: Micros,
    },
    /// Mails of one kind exceeded the hourly limit and were held back.
    HeldBack {
        /// The number of mails held back.
        count: u64,
        /// The number of mails sent in the same hour.
        sent: u64,
        /// When the hour began.
        since: Micros,
        /// The newest mail held back.
        last: Box<Occasion>,
    },
    /// Somebody asked for a test mail.
    Test {
        /// When they asked.
        at: Micros,
    },
}

/// What happened to a job's lock, and what the journal says about it.
#[derive(Debug, Clone)]
pub enum LockEvent {
    /// It is too old, misspelled, or was never granted.
    Warned {
        /// The Veeam job.
        job: String,
        /// What is wrong.
        warning: Warning,
    },
    /// The job requested it and did not get it.
    Failed {
        /// The Veeam job.
        job: String,
        /// Why it did not get it.
        fault: Fault,
    },
    /// It outlived its job and was removed.
    Lifted {
        /// The Veeam job.
        job: String,
        /// Why it was removed.
        notice: Notice,
    },
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
    /// The kind for the hourly limit; `None` for mails without one.
    pub(crate) fn kind(&self) -> Option<String> {
        match self {
            Self::ConfigRefused { .. } => Some("config-refused".to_owned()),
            Self::Lock { event, .. } => Some(event.kind()),
            _ => None,
        }
    }

    pub(crate) fn at(&self) -> Micros {
        match self {
            Self::Begun(begun) => begun.started_at,
            Self::Ended(record) => record.finished_at,
            Self::HeldBack { last, .. } => last.at(),
            Self::ConfigRefused { at, .. } | Self::Lock { at, .. } | Self::Reminder { at, .. } | Self::Test { at } => {
                *at
            }
        }
    }

    pub(crate) fn run(&self) -> u64 {
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

    /// The same for the same event, so that a mail composed again after a crash replaces the first.
    pub(crate) fn id(&self) -> String {
        match self {
            Self::Begun(begun) => beginning_id(begun.run, begun.started_at),
            Self::Ended(record) => format!("run-{}-ended-{}", record.run, record.started_at),
            Self::ConfigRefused { at, .. } => format!("config-refused-{at}"),
            Self::Lock { event, at } => {
                // Two jobs may give up at the same moment, and a job's name need not fit into a file name.
                let job = Uuid::new_v5(&Uuid::NAMESPACE_OID, event.job().as_bytes());
                format!("lock-{at}-{}", job.simple())
            }
            Self::Reminder { at, .. } => format!("reminder-{at}"),
            Self::HeldBack { last, .. } => format!("held-back-{}", last.id()),
            Self::Test { at } => format!("test-{at}"),
        }
    }

    /// The id of the mail that this one replies to.
    pub(crate) fn in_reply_to(&self) -> Option<String> {
        match self {
            Self::Ended(record) => Some(beginning_id(record.run, record.started_at)),
            _ => None,
        }
    }
}

fn beginning_id(run: u64, started_at: Micros) -> String {
    format!("run-{run}-begun-{started_at}")
}

/// How much a mail matters; each recipient's mail level decides by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Importance {
    Beginning,
    /// A success without warnings.
    Result,
    Problem,
}
