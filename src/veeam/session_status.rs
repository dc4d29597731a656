//! What Veeam's answers mean for a lock and for a copy. Pure, and careful: a lock stays unless its session is known to
//! be over.

use std::time::Duration;

use jiff::Timestamp;

use super::api::{JobState, Session};

/// Session types that read the repository or don't touch it, and may run for days. Every other type counts as writing,
/// including types of later versions.
const READERS: [&str; 17] = [
    "RestoreVm",
    "InstantRecovery",
    "FirstClassDiskInstantRestore",
    "AzureInstantRecovery",
    "FileInstantRecovery",
    "InstantDiskRecovery",
    "FileLevelRestore",
    "LinuxFileLevelRestore",
    "ApplicationLevelRestore",
    "NasRestore",
    "DiskRestore",
    "PublishBackupContentViaMount",
    "PublishBackupContentViaNfs",
    "SureBackup",
    "SecurityComplianceAnalyzer",
    "LogsExport",
    "TestCredentials",
];

/// The state of the session behind a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionStatus {
    Finished,
    /// It runs, or may be retried.
    Active,
    /// Veeam knows no such session.
    Unknown,
}

/// The time by the server's clock, and how long a failed job may wait for its retry.
#[derive(Debug, Clone, Copy)]
pub struct ServerNow {
    pub server_time: Timestamp,
    pub retry_wait: Duration,
}

/// For a lock that names its session.
pub fn session_status(session: Option<&Session>, now: ServerNow) -> SessionStatus {
    match session {
        None => SessionStatus::Unknown,
        Some(session) if !session.is_stopped() => SessionStatus::Active,
        Some(session) if session.has_failed() && !is_past(session.end_time, now) => SessionStatus::Active,
        Some(_) => SessionStatus::Finished,
    }
}

/// For a lock that only names its job, and was created at `since` by the server's clock. If the job's last session had
/// ended by then, it is the previous one, and Veeam does not list the right one yet.
pub fn job_status(last: Option<&Session>, since: Timestamp, now: ServerNow) -> SessionStatus {
    match session_status(last, now) {
        SessionStatus::Finished if last.and_then(|session| session.end_time).is_none_or(|end| end < since) => {
            SessionStatus::Unknown
        }
        verdict => verdict,
    }
}

/// Without an end time nobody knows how long ago it was.
fn is_past(end: Option<Timestamp>, now: ServerNow) -> bool {
    let until = end.and_then(|end| end.checked_add(now.retry_wait).ok());
    until.is_some_and(|until| until <= now.server_time)
}

/// The job that a lock is named after; none if two jobs share the name.
pub fn job_named<'a>(jobs: &'a [JobState], name: &str) -> Option<&'a JobState> {
    let mut named = jobs.iter().filter(|job| job.name == name);
    let job = named.next()?;
    named.next().is_none().then_some(job)
}

/// Sessions that may write into `repository` now; an empty name means any. A session of an unknown job counts too.
pub fn writers<'a>(sessions: &'a [Session], jobs: &[JobState], repository: &str) -> Vec<&'a Session> {
    let elsewhere = |session: &Session| {
        let job = jobs.iter().find(|job| job.id == session.job_id);
        let named = job.and_then(|job| job.repository_name.as_deref()).filter(|name| !name.is_empty());
        !repository.is_empty() && named.is_some_and(|name| !name.eq_ignore_ascii_case(repository))
    };
    sessions.iter().filter(|session| is_writing(session) && !elsewhere(session)).collect()
}

/// Mirroring copy jobs and log shipping never end; they are idle between two pieces of work.
fn is_writing(session: &Session) -> bool {
    let rests = session.is_stopped() || session.state.eq_ignore_ascii_case("Idle");
    !rests && !READERS.contains(&session.session_type.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::veeam::api::SessionResult;

    const MINUTE: Duration = Duration::from_secs(60);

    fn at(minute: u8) -> Timestamp {
        format!("2026-11-28T10:{minute:02}:00Z").parse().unwrap()
    }

    fn now(minute: u8) -> ServerNow {
        ServerNow { server_time: at(minute), retry_wait: 15 * MINUTE }
    }

    fn session(state: &str, kind: &str) -> Session {
        Session {
            id: "s".into(),
            name: "Nightly".into(),
            job_id: "j".into(),
            session_type: kind.into(),
            state: state.into(),
            creation_time: Some(at(0)),
            end_time: None,
            result: None,
        }
    }

    fn ended(minute: u8, result: &str) -> Session {
        let result = Some(SessionResult { result: result.into() });
        Session { end_time: Some(at(minute)), result, ..session("Stopped", "BackupJob") }
    }

    fn job(name: &str, repository: Option<&str>) -> JobState {
        JobState { id: "j".into(), name: name.into(), repository_name: repository.map(str::to_owned), session_id: None }
    }

    #[test]
    fn only_a_stopped_session_is_finished() {
        let states =
            ["Starting", "Stopping", "Working", "Pausing", "Resuming", "WaitingTape", "Idle", "Postprocessing"];
        for state in states.into_iter().chain(["WaitingRepository", "WaitingSlot", "ActionRequired", "NewState", ""]) {
            assert_eq!(session_status(Some(&session(state, "BackupJob")), now(30)), SessionStatus::Active, "{state}");
        }
        assert_eq!(session_status(Some(&ended(10, "Success")), now(11)), SessionStatus::Finished);
        assert_eq!(session_status(Some(&ended(10, "Warning")), now(11)), SessionStatus::Finished);
        assert_eq!(session_status(None, now(30)), SessionStatus::Unknown);
    }

    #[test]
    fn a_failed_session_stays_active_while_it_may_be_retried() {
        assert_eq!(session_status(Some(&ended(10, "Failed")), now(24)), SessionStatus::Active);
        assert_eq!(session_status(Some(&ended(10, "failed")), now(25)), SessionStatus::Finished);
        let endless = Session { end_time: None, ..ended(10, "Failed") };
        assert_eq!(session_status(Some(&endless), now(59)), SessionStatus::Active);
    }

    #[test]
    fn a_session_that_ended_before_the_lock_is_the_previous_one() {
        assert_eq!(job_status(Some(&ended(10, "Success")), at(11), now(12)), SessionStatus::Unknown);
        assert_eq!(job_status(Some(&ended(10, "Success")), at(9), now(12)), SessionStatus::Finished);
        assert_eq!(
            job_status(Some(&Session { end_time: None, ..ended(1, "Success") }), at(9), now(12)),
            SessionStatus::Unknown
        );
        assert_eq!(job_status(Some(&session("Working", "BackupJob")), at(9), now(12)), SessionStatus::Active);
        assert_eq!(job_status(None, at(9), now(12)), SessionStatus::Unknown);
    }

    #[test]
    fn a_name_shared_by_two_jobs_names_neither() {
        let jobs = [job("A", None), job("B", None), job("B", None)];
        assert!(job_named(&jobs, "A").is_some());
        assert!(job_named(&jobs, "a").is_none() && job_named(&jobs, "B").is_none() && job_named(&jobs, "*").is_none());
    }

    #[test]
    fn unknown_session_types_count_as_writing() {
        let writes = |state, kind| !writers(&[session(state, kind)], &[], "").is_empty();
        for kind in ["BackupJob", "Retention", "DeleteBackup", "AgentBackup", "Infrastructure", "NewKind", ""] {
            assert!(writes("Working", kind) && writes("WaitingSlot", kind), "{kind}");
            assert!(!writes("Stopped", kind) && !writes("Idle", kind), "{kind}");
        }
        assert!(!writes("Working", "InstantRecovery"));
    }

    #[test]
    fn only_jobs_known_to_write_elsewhere_do_not_count() {
        let sessions = [session("Working", "BackupJob")];
        let count = |job: JobState, repository| writers(&sessions, &[job], repository).len();
        assert_eq!(count(job("A", Some("Other")), "Atlantis"), 0);
        assert_eq!(count(job("A", Some("atlantis")), "Atlantis"), 1);
        assert_eq!(count(job("A", Some("Other")), ""), 1);
        assert_eq!(count(job("A", None), "Atlantis") + count(job("A", Some("")), "Atlantis"), 2);
        let stranger = JobState { id: "another".into(), ..job("A", Some("Other")) };
        assert_eq!(count(stranger, "Atlantis"), 1);
    }
}
