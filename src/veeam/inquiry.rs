//! A task that lives as long as there is something to find out: whether the locks that are held still stand for something, and
//! whether anything writes before a copy. Asks Veeam if config.ini says so, and looks at the age of locks. Finds out and tells;
//! what is done about it is the controller's.
//!
//! Certificates, token and all else are there only as long as the task is.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use jiff::{SignedDuration, Timestamp};
use log::debug;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::time::timeout;

use super::api::{ApiError, Client, Job};
use super::judge::{self, Now, Verdict};
use super::locks::JobLock;
use super::name::split;
use super::rest;
use crate::blocking::blocking;
use crate::config::{Config, OldLock, Secret};
use crate::model::{Micros, Warning};

/// All that is asked at a time, in time-outs of one call.
const CALLS: u32 = 6;
/// A session may run for days. Veeam's list goes back further, but would be long.
const RECENT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A login that is refused over and over gets the account locked.
const AFTER_REFUSAL: Duration = Duration::from_secs(60 * 60);
/// For looking through a whole repository.
const SEARCH: Duration = Duration::from_secs(10 * 60);
const FAREWELL: Duration = Duration::from_secs(5);

/// What is to be found out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    pub locks: Vec<JobLock>,
    /// Before a copy: its number is sent back with the answer.
    pub copy: Option<u64>,
}

/// A session that writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    pub job: String,
    pub since: Micros,
}

#[derive(Debug)]
pub enum Finding {
    /// Veeam has been reached, in this version of its API.
    Answers(&'static str),
    /// Veeam could not be asked.
    Trouble(Warning),
    /// The lock's session is over.
    Over(JobLock),
    /// Veeam tells of no session that the lock could stand for.
    Unknown(JobLock),
    /// Who writes at the moment, or why nobody knows.
    Writers { copy: u64, running: Result<Vec<Running>, Warning> },
    /// The lock is older than config.ini allows.
    Old { lock: JobLock, hours: u64 },
    /// It is, and nothing has happened in the repository for a while.
    Forsaken { lock: JobLock, hours: u64 },
}

/// Serves until the question is withdrawn. Says goodbye to Veeam then.
pub async fn inquire(
    config: Arc<Config>,
    password: Secret,
    mut question: watch::Receiver<Question>,
    findings: UnboundedSender<Finding>,
) {
    let every = config.veeam.check_every;
    let mut inquirer = Inquirer { config, password, findings, client: None, refused: None };
    loop {
        let asked = question.borrow_and_update().clone();
        inquirer.look(&asked).await;
        tokio::select! {
            changed = question.changed() => if changed.is_err() { break },
            () = tokio::time::sleep(every) => {}
        }
    }
    if let Some(client) = inquirer.client {
        // Whatever becomes of it: the token expires by itself.
        let _ = timeout(FAREWELL, client.log_out()).await;
    }
}

struct Inquirer {
    config: Arc<Config>,
    password: Secret,
    findings: UnboundedSender<Finding>,
    client: Option<Client>,
    /// When Veeam last did not let us in, and why.
    refused: Option<(Instant, ApiError)>,
}

impl Inquirer {
    async fn look(&mut self, question: &Question) {
        if self.config.veeam.is_asked() {
            self.look_in_veeam(question).await;
        }
        self.look_at_ages(&question.locks).await;
    }

    async fn look_in_veeam(&mut self, question: &Question) {
        let patience = self.config.veeam.timeout * CALLS;
        let asked = match timeout(patience, self.ask(question)).await {
            Ok(asked) => asked,
            Err(_) => Err(ApiError::Unreachable(format!("no answer within {} s", patience.as_secs()))),
        };
        let Err(error) = asked else { return };
        debug!("Veeam: {error}");
        // Whatever it knew of the server may be wrong by now.
        self.client = None;
        let warning = error.warning(&self.config.veeam.url);
        if matches!(error, ApiError::LoginRefused(_)) && self.refused.is_none() {
            self.refused = Some((Instant::now(), error));
        }
        self.tell(match question.copy {
            Some(copy) => Finding::Writers { copy, running: Err(warning) },
            None => Finding::Trouble(warning),
        });
    }

    async fn ask(&mut self, question: &Question) -> Result<(), ApiError> {
        self.refused = self.refused.take().filter(|(since, _)| since.elapsed() < AFTER_REFUSAL);
        if let Some((_, error)) = &self.refused {
            return Err(error.clone());
        }
        let mut client = match self.client.take() {
            Some(client) => client,
            None => Client::open(&self.config.veeam, self.password.clone()).await?,
        };
        // First what a copy waits for.
        if let Some(copy) = question.copy {
            let running = self.writers(&mut client).await?;
            self.tell(Finding::Writers { copy, running: Ok(running) });
        }
        self.judge(&mut client, &question.locks).await?;
        self.tell(Finding::Answers(client.version()));
        client.rest().await;
        self.client = Some(client);
        Ok(())
    }

    async fn writers(&self, client: &mut Client) -> Result<Vec<Running>, ApiError> {
        let since = client.theirs(Timestamp::now()).saturating_sub(RECENT).unwrap_or(Timestamp::MIN);
        // In this order: a session that begins in between belongs to a job that is known.
        let sessions = client.sessions_since(since).await?;
        let jobs = client.jobs().await?;
        let writers = judge::writers(&sessions, &jobs, &self.config.veeam.repository);
        let running = writers.into_iter().map(|session| Running {
            job: if session.name.is_empty() { session.session_type.clone() } else { session.name.clone() },
            since: session.creation_time.and_then(|at| u64::try_from(at.as_microsecond()).ok()).unwrap_or_default(),
        });
        Ok(running.collect())
    }

    async fn judge(&self, client: &mut Client, locks: &[JobLock]) -> Result<(), ApiError> {
        let by_name = locks.iter().any(|lock| split(&lock.job).1.is_none());
        let jobs = if by_name { client.jobs().await? } else { Vec::new() };
        for lock in locks {
            match self.verdict(client, &jobs, lock).await? {
                Verdict::Over => self.tell(Finding::Over(lock.clone())),
                Verdict::Unknown => self.tell(Finding::Unknown(lock.clone())),
                Verdict::Open => {}
            }
        }
        Ok(())
    }

    async fn verdict(&self, client: &mut Client, jobs: &[Job], lock: &JobLock) -> Result<Verdict, ApiError> {
        let (name, session) = split(&lock.job);
        if let Some(id) = session {
            let session = client.session(id).await?;
            return Ok(judge::of_session(session.as_ref(), self.now(client)));
        }
        let Some(last) = judge::job_named(jobs, name).and_then(|job| job.session_id.as_deref()) else {
            return Ok(Verdict::Unknown);
        };
        let session = client.session(last).await?;
        let made = i64::try_from(lock.since).ok().and_then(|micros| Timestamp::from_microsecond(micros).ok());
        let made = client.theirs(made.unwrap_or(Timestamp::MAX));
        Ok(judge::of_job(session.as_ref(), made, self.now(client)))
    }

    fn now(&self, client: &Client) -> Now {
        Now { theirs: client.theirs(Timestamp::now()), retry_wait: self.config.veeam.retry_wait }
    }

    async fn look_at_ages(&self, locks: &[JobLock]) {
        let veeam = &self.config.veeam;
        let allowed = veeam.oldest_lock.as_secs() / 3600;
        let aged = locks.iter().map(|lock| (lock.clone(), hours_since(lock.since)));
        let old: Vec<(JobLock, u64)> = aged.filter(|(_, hours)| allowed > 0 && *hours >= allowed).collect();
        for (lock, hours) in old.iter().cloned() {
            self.tell(Finding::Old { lock, hours });
        }
        // Where Veeam is asked, it knows better than any clock.
        let may_clear = veeam.old_lock == OldLock::Clear && !veeam.is_asked() && !old.is_empty();
        if may_clear && self.is_at_rest().await {
            for (lock, hours) in old {
                self.tell(Finding::Forsaken { lock, hours });
            }
        }
    }

    async fn is_at_rest(&self) -> bool {
        let (source, quiet) = (self.config.source.clone(), self.config.veeam.quiet);
        let looked = blocking(SEARCH, move || rest::is_at_rest(&source, quiet)).await;
        looked.inspect_err(|error| debug!("the repository at rest: {error}")).unwrap_or(false)
    }

    /// A receiver that has gone ends with the daemon.
    fn tell(&self, finding: Finding) {
        let _ = self.findings.send(finding);
    }
}

fn hours_since(moment: Micros) -> u64 {
    let now = crate::model::micros(SystemTime::now());
    now.saturating_sub(moment) / (3600 * 1_000_000)
}
