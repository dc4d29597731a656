//! How a program ends, as an exit code that scripts see. The numbers are promised in `--help` and in the documentation.

use std::process::ExitCode;

use zbus::{DBusError, fdo};

use asbackup_api::bus::Error;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Done,
    /// The daemon refused, or a check found something wrong.
    Refused,
    /// Wrong arguments, with clap's own exit code.
    Usage,
    /// The run that was watched was aborted.
    RunAborted,
    /// The run that was watched was cancelled.
    RunCancelled,
    /// The job has no lock, because the copy is still running.
    TimedOut,
    /// The request for a lock was withdrawn, because nobody reads the output any more.
    Withdrawn,
    Unreachable,
    NotAuthorised,
}

impl Exit {
    pub fn of(error: &Error) -> Self {
        match error {
            Error::ZBus(zbus::Error::FDO(error)) if is_denial(error) => Self::NotAuthorised,
            error if is_too_long(error) => Self::Refused,
            Error::ZBus(_) => Self::Unreachable,
            Error::InvalidJob(_) => Self::Usage,
            _ => Self::Refused,
        }
    }

    /// An unknown result counts as aborted.
    pub fn of_run(result: &str) -> Self {
        match result {
            "success" => Self::Done,
            "cancelled" => Self::RunCancelled,
            _ => Self::RunAborted,
        }
    }

    fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::RunAborted | Self::TimedOut => 3,
            Self::Unreachable => 4,
            Self::NotAuthorised => 5,
            Self::RunCancelled | Self::Withdrawn => 6,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// The call is longer than the daemon accepts.
pub fn is_too_long(error: &Error) -> bool {
    matches!(error, Error::ZBus(zbus::Error::FDO(error)) if matches!(**error, fdo::Error::InvalidArgs(_)))
}

fn is_denial(error: &fdo::Error) -> bool {
    matches!(
        error,
        fdo::Error::AccessDenied(_) | fdo::Error::AuthFailed(_) | fdo::Error::InteractiveAuthorizationRequired(_)
    )
}

/// The daemon or the bus accepts no further calls at the moment; this one has not reached the daemon.
pub fn is_crowded(error: &Error) -> bool {
    match error {
        Error::TooManyCalls(_) => true,
        Error::ZBus(zbus::Error::FDO(error)) => matches!(**error, fdo::Error::LimitsExceeded(_)),
        _ => false,
    }
}

/// The daemon is away for a moment, such as during a restart.
pub fn is_passing(error: &Error) -> bool {
    match error {
        Error::Stopping(_) => true,
        Error::ZBus(zbus::Error::FDO(error)) => matches!(
            **error,
            fdo::Error::ServiceUnknown(_)
                | fdo::Error::NameHasNoOwner(_)
                | fdo::Error::NoReply(_)
                | fdo::Error::Disconnected(_)
                | fdo::Error::UnknownObject(_)
                | fdo::Error::UnknownInterface(_)
                | fdo::Error::UnknownMethod(_)
        ),
        _ => false,
    }
}

/// The message of the daemon or of the bus, without the error's name.
pub fn message(error: &Error) -> String {
    match error {
        Error::ZBus(zbus::Error::FDO(error)) => error.description().unwrap_or_default().to_owned(),
        named => named.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied() -> Error {
        Error::ZBus(fdo::Error::AccessDenied("no".to_owned()).into())
    }

    fn unknown() -> Error {
        Error::ZBus(fdo::Error::ServiceUnknown(String::new()).into())
    }

    #[test]
    fn every_kind_of_error_has_its_exit_code() {
        assert_eq!(Exit::of(&Error::DiskAbsent(String::new())), Exit::Refused);
        assert_eq!(Exit::of(&Error::InvalidJob(String::new())), Exit::Usage);
        assert_eq!(Exit::of(&denied()), Exit::NotAuthorised);
        assert_eq!(Exit::of(&Error::ZBus(fdo::Error::InvalidArgs(String::new()).into())), Exit::Refused);
        assert_eq!(Exit::of(&unknown()), Exit::Unreachable);
        assert_eq!(Exit::of(&Error::ZBus(zbus::Error::MissingField)), Exit::Unreachable);
    }

    #[test]
    fn the_exit_codes_are_the_promised_ones() {
        let asbackup = [Exit::Done, Exit::Refused, Exit::Usage, Exit::RunAborted, Exit::Unreachable];
        assert_eq!(asbackup.map(Exit::code), [0, 1, 2, 3, 4]);
        assert_eq!([Exit::NotAuthorised, Exit::RunCancelled].map(Exit::code), [5, 6]);
        assert_eq!([Exit::TimedOut, Exit::Withdrawn].map(Exit::code), [3, 6], "of veeam-lock");
    }

    #[test]
    fn an_unknown_result_of_a_run_is_not_a_success() {
        let exits = ["success", "cancelled", "aborted", "exploded"].map(Exit::of_run);
        assert_eq!(exits, [Exit::Done, Exit::RunCancelled, Exit::RunAborted, Exit::RunAborted]);
    }

    #[test]
    fn only_errors_of_an_absent_daemon_are_passing() {
        assert!(is_passing(&unknown()) && is_passing(&Error::Stopping(String::new())));
        assert!(!is_passing(&denied()) && !is_passing(&Error::LockFailed(String::new())));
    }

    #[test]
    fn a_refusal_shows_only_the_daemons_message() {
        assert_eq!(message(&denied()), "no");
        assert_eq!(message(&Error::Busy("a copy is on".to_owned())), "a copy is on");
    }
}
