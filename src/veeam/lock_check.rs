//! Finds out whether the jobs behind held locks still run, and whether anything writes before a copy. Asks Veeam if
//! config.ini says so, and checks how old the locks are. Only reports; the controller acts.
//!
//! A task that lives as long as there is a query; certificates and token end with it.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use jiff::{SignedDuration, Timestamp};
use log::debug;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::time::timeout;

use super::api::{ApiError, Client, JobState};
use super::held_locks::JobLock;
use super::idle;
use super::lock_name::split;
use super::session_status::{self, ServerNow, SessionStatus};
use asbackup_api::{Micros, Warning};
use asbackup_config::{Config, Secret, StaleLockPolicy};
use asbackup_system::blocking::blocking;

/// The most calls of one check, as a multiple of the time-out for one call.
const MAX_CALLS: u32 = 6;
/// How far back sessions are listed: one may run for days, and the whole list would be long.
const RECENT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A login that is refused again and again locks the account.
const LOGIN_RETRY_DELAY: Duration = Duration::from_secs(60 * 60);
/// For searching a whole repository.
const IDLE_SCAN_TIMEOUT: Duration = Duration::from_secs(10 * 60);
const LOGOUT_TIMEOUT: Duration = Duration::from_secs(5);

/// What is to be found out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockQuery {
    pub locks: Vec<JobLock>,
    /// Before a copy: its number comes back with the answer.
    pub copy: Option<u64>,
}

/// A session that writes now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningSession {
    pub job: String,
    pub since: Micros,
}

#[derive(Debug)]
pub enum LockFinding {
    /// Veeam answered, with this version of its API.
    Reachable(&'static str),
    /// Veeam could not be asked.
    Unreachable(Warning),
    /// The lock's session is over.
    Finished(JobLock),
    /// Veeam knows no session that the lock could belong to.
    Unknown(JobLock),
    /// What writes now, or why nobody knows.
    Writers { copy: u64, running: Result<Vec<RunningSession>, Warning> },
    /// The lock is older than config.ini allows.
    Old { lock: JobLock, hours: u64 },
    /// The lock is that old, and the repository is idle.
    Abandoned { lock: JobLock, hours: u64 },
}

/// Checks until the query is withdrawn, and then logs out.
pub async fn check_locks(
    config: Arc<Config>,
    password: Secret,
    mut query: watch::Receiver<LockQuery>,
    findings: UnboundedSender<LockFinding>,
) {
    let every = config.veeam.check_every;
    let mut checker = LockChecker { config, password, findings, client: None, refused: None };
    loop {
        let current = query.borrow_and_update().clone();
        checker.check(&current).await;
        tokio::select! {
            changed = query.changed() => if changed.is_err() { break },
            () = tokio::time::sleep(every) => {}
        }
    }
    if let Some(client) = checker.client {
        // If that fails, the token expires by itself.
        let _ = timeout(LOGOUT_TIMEOUT, client.log_out()).await;
    }
}

struct LockChecker {
    config: Arc<Config>,
    password: Secret,
    findings: UnboundedSender<LockFinding>,
    client: Option<Client>,
    /// When Veeam last refused the login, and why.
    refused: Option<(Instant, ApiError)>,
}

impl LockChecker {
    async fn check(&mut self, query: &LockQuery) {
        if self.config.veeam.has_api() {
            self.check_in_veeam(query).await;
        }
        self.check_ages(&query.locks).await;
    }

    async fn check_in_veeam(&mut self, query: &LockQuery) {
        let patience = self.config.veeam.timeout * MAX_CALLS;
        let result = match timeout(patience, self.query_veeam(query)).await {
            Ok(result) => result,
            Err(_) => Err(ApiError::Unreachable(format!("no answer within {} s", patience.as_secs()))),
        };
        let Err(error) = result else { return };
        debug!("Veeam: {error}");
        // What it knew of the server may be wrong by now.
        self.client = None;
        let warning = error.warning(&self.config.veeam.url);
        if matches!(error, ApiError::LoginRefused(_)) && self.refused.is_none() {
            self.refused = Some((Instant::now(), error));
        }
        self.report(match query.copy {
            Some(copy) => LockFinding::Writers { copy, running: Err(warning) },
            None => LockFinding::Unreachable(warning),
        });
    }

    async fn query_veeam(&mut self, query: &LockQuery) -> Result<(), ApiError> {
        self.refused = self.refused.take().filter(|(since, _)| since.elapsed() < LOGIN_RETRY_DELAY);
        if let Some((_, error)) = &self.refused {
            return Err(error.clone());
        }
        let mut client = match self.client.take() {
            Some(client) => client,
            None => Client::open(&self.config.veeam, self.password.clone()).await?,
        };
        // A copy waits for this, so it comes first.
        if let Some(copy) = query.copy {
            let running = self.writers(&mut client).await?;
            self.report(LockFinding::Writers { copy, running: Ok(running) });
        }
        self.check_sessions(&mut client, &query.locks).await?;
        self.report(LockFinding::Reachable(client.version()));
        client.disconnect().await;
        self.client = Some(client);
        Ok(())
    }

    async fn writers(&self, client: &mut Client) -> Result<Vec<RunningSession>, ApiError> {
        let since = client.server_time(Timestamp::now()).saturating_sub(RECENT).unwrap_or(Timestamp::MIN);
        // Sessions first: one that starts in between then belongs to a listed job.
        let sessions = client.sessions_since(since).await?;
        let jobs = client.jobs().await?;
        let writers = session_status::writers(&sessions, &jobs, &self.config.veeam.repository);
        let running = writers.into_iter().map(|session| RunningSession {
            job: if session.name.is_empty() { session.session_type.clone() } else { session.name.clone() },
            since: session.creation_time.and_then(|at| u64::try_from(at.as_microsecond()).ok()).unwrap_or_default(),
        });
        Ok(running.collect())
    }

    async fn check_sessions(&self, client: &mut Client, locks: &[JobLock]) -> Result<(), ApiError> {
        let by_name = locks.iter().any(|lock| split(&lock.job).1.is_none());
        let jobs = if by_name { client.jobs().await? } else { Vec::new() };
        for lock in locks {
            match self.status_of(client, &jobs, lock).await? {
                SessionStatus::Finished => self.report(LockFinding::Finished(lock.clone())),
                SessionStatus::Unknown => self.report(LockFinding::Unknown(lock.clone())),
                SessionStatus::Active => {}
            }
        }
        Ok(())
    }

    async fn status_of(
        &self,
        client: &mut Client,
        jobs: &[JobState],
        lock: &JobLock,
    ) -> Result<SessionStatus, ApiError> {
        let (name, session) = split(&lock.job);
        if let Some(id) = session {
            let session = client.session(id).await?;
            return Ok(session_status::session_status(session.as_ref(), self.now(client)));
        }
        let Some(last) = session_status::job_named(jobs, name).and_then(|job| job.session_id.as_deref()) else {
            return Ok(SessionStatus::Unknown);
        };
        let session = client.session(last).await?;
        let made = i64::try_from(lock.since).ok().and_then(|micros| Timestamp::from_microsecond(micros).ok());
        let made = client.server_time(made.unwrap_or(Timestamp::MAX));
        Ok(session_status::job_status(session.as_ref(), made, self.now(client)))
    }

    fn now(&self, client: &Client) -> ServerNow {
        ServerNow { server_time: client.server_time(Timestamp::now()), retry_wait: self.config.veeam.retry_wait }
    }

    async fn check_ages(&self, locks: &[JobLock]) {
        let veeam = &self.config.veeam;
        let allowed = veeam.lock_max_age.as_secs() / 3600;
        let aged = locks.iter().map(|lock| (lock.clone(), hours_since(lock.since)));
        let old: Vec<(JobLock, u64)> = aged.filter(|(_, hours)| allowed > 0 && *hours >= allowed).collect();
        for (lock, hours) in old.iter().cloned() {
            self.report(LockFinding::Old { lock, hours });
        }
        // If Veeam is asked, it knows better than any clock.
        let may_clear = veeam.stale_lock == StaleLockPolicy::Clear && !veeam.has_api() && !old.is_empty();
        if may_clear && self.is_idle().await {
            for (lock, hours) in old {
                self.report(LockFinding::Abandoned { lock, hours });
            }
        }
    }

    async fn is_idle(&self) -> bool {
        let (source, quiet) = (self.config.source.clone(), self.config.veeam.quiet);
        let looked = blocking(IDLE_SCAN_TIMEOUT, move || idle::is_idle(&source, quiet)).await;
        looked.inspect_err(|error| debug!("the repository at rest: {error}")).unwrap_or(false)
    }

    /// The receiver ends only with the daemon.
    fn report(&self, finding: LockFinding) {
        let _ = self.findings.send(finding);
    }
}

fn hours_since(moment: Micros) -> u64 {
    let now = asbackup_api::micros(SystemTime::now());
    now.saturating_sub(moment) / (3600 * 1_000_000)
}
