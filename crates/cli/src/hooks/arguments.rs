//! The arguments of both commands. Help, man pages and completions are generated from this file, so it must know nothing of the rest
//! of the program.

use std::time::Duration;

use clap::{Args, Parser};

/// Ask the backup service whether a Veeam job may write, and wait while a copy is running
#[derive(Debug, Parser)]
#[command(name = "veeam-lock", version, max_term_width = 100, after_help = LOCK_CODES)]
pub struct LockArguments {
    #[command(flatten)]
    pub(crate) job: JobArguments,
    /// Give up after this many seconds, or after the service's [VEEAM] wait-for-backup-minutes if that comes first
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,
}

/// Tell the backup service that a Veeam job has ended
#[derive(Debug, Parser)]
#[command(name = "veeam-unlock", version, max_term_width = 100, after_help = UNLOCK_CODES)]
pub struct UnlockArguments {
    #[command(flatten)]
    pub(crate) job: JobArguments,
}

#[derive(Debug, Args)]
pub(crate) struct JobArguments {
    /// Name of the Veeam job
    #[arg(value_name = "JOB")]
    job: String,
    /// UUID of one session of the job; unlocking without it releases the locks of all sessions
    #[arg(long, value_name = "ID", value_parser = session)]
    session: Option<String>,
    /// Print nothing unless it fails
    #[arg(long, short)]
    pub quiet: bool,
}

impl JobArguments {
    /// The lock's name on the bus.
    pub fn name(&self) -> String {
        match &self.session {
            Some(session) => format!("{}@{session}", self.job),
            None => self.job.clone(),
        }
    }
}

const LOCK_CODES: &str = "\
Exit codes:
  0  the job holds the lock and may write
  1  the service refused and says why
  2  wrong arguments, or a job name that can't be a file name
  3  timed out: the copy is still running, and the job has no lock
  4  the service can't be reached
  5  not authorised: only root and the user \"veeam\" are
  6  the output was closed, so the request was withdrawn

A held lock lasts until veeam-unlock, even across a reboot. A waiting request ends with this program.
How to set up Veeam: /usr/share/doc/asbackup/docs/veeam.md";

const UNLOCK_CODES: &str = "\
Exit codes:
  0  unlocked, or there was no lock
  1  the service refused and says why
  2  wrong arguments, or a job name that can't be a file name
  4  the service can't be reached
  5  not authorised: only root and the user \"veeam\" are";

fn seconds(text: &str) -> Result<Duration, std::num::ParseIntError> {
    text.parse::<u32>().map(|seconds| Duration::from_secs(seconds.into()))
}

/// Accepts any spelling: Veeam sometimes writes UUIDs in braces.
fn session(text: &str) -> Result<String, uuid::Error> {
    Ok(uuid::Uuid::try_parse(text)?.hyphenated().to_string())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    const ID: &str = "2b3c4d5e-1111-2222-3333-444455556666";

    fn name(arguments: &[&str]) -> Option<String> {
        let words = ["veeam-lock"].iter().chain(arguments);
        LockArguments::try_parse_from(words).ok().map(|arguments| arguments.job.name())
    }

    #[test]
    fn both_command_lines_are_valid() {
        LockArguments::command().debug_assert();
        UnlockArguments::command().debug_assert();
    }

    #[test]
    fn every_spelling_of_a_session_gives_the_same_name() {
        assert_eq!(name(&["Nightly Job"]).as_deref(), Some("Nightly Job"));
        let named = format!("Nightly@{ID}");
        for spelling in [ID.to_owned(), ID.to_uppercase(), format!("{{{ID}}}")] {
            assert_eq!(name(&["Nightly", "--session", &spelling]).as_deref(), Some(named.as_str()));
        }
    }

    #[test]
    fn invalid_sessions_timeouts_and_jobs_are_refused() {
        let wrong: [&[&str]; 6] =
            [&[], &["a", "b"], &["a", "--session", "x"], &["a", "--timeout", "-1"], &["a", "--timeout", "x"], &["--x"]];
        for arguments in wrong {
            assert_eq!(name(arguments), None, "{arguments:?}");
        }
        assert_eq!(name(&["--", "--strange"]).as_deref(), Some("--strange"));
    }
}
