//! How a tool ends, as an exit code that Veeam sees. The numbers are promised in `--help` and in the documentation.

use std::process::ExitCode;

use zbus::fdo;

use crate::exit_code;
use asbackup_api::bus::Error;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Held, or unlocked.
    Done = 0,
    Refused = 1,
    /// clap's own exit code for wrong arguments.
    Usage = 2,
    TimedOut = 3,
    Unreachable = 4,
    NotAuthorised = 5,
    /// Nobody reads the exit code any more.
    Withdrawn = 6,
}

impl End {
    pub fn of(error: &Error) -> Self {
        match error {
            Error::InvalidJob(_) => Self::Usage,
            error if exit_code::is_too_long(error) => Self::Usage,
            other => match exit_code::End::of(other) {
                exit_code::End::NotAuthorised => Self::NotAuthorised,
                exit_code::End::Unreachable => Self::Unreachable,
                _ => Self::Refused,
            },
        }
    }

    /// The id of the text for an end that is not an error of the daemon.
    pub fn text(self) -> &'static str {
        match self {
            Self::Withdrawn => "tools-withdrawn",
            Self::TimedOut => "tools-timed-out",
            _ => "tools-unreachable",
        }
    }
}

impl From<End> for ExitCode {
    fn from(end: End) -> Self {
        Self::from(end as u8)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn denied() -> Error {
        Error::ZBus(fdo::Error::AccessDenied("no".to_owned()).into())
    }

    fn unknown() -> Error {
        Error::ZBus(fdo::Error::ServiceUnknown("who?".to_owned()).into())
    }

    #[test]
    fn every_kind_of_error_has_its_code() {
        let text = String::new;
        assert_eq!(End::of(&Error::InvalidJob(text())), End::Usage);
        assert_eq!(End::of(&Error::LockFailed(text())), End::Refused);
        assert_eq!(End::of(&Error::ZBus(fdo::Error::InvalidArgs(text()).into())), End::Usage);
        assert_eq!(End::of(&denied()), End::NotAuthorised);
        assert_eq!(End::of(&unknown()), End::Unreachable);
        assert_eq!(End::of(&Error::ZBus(zbus::Error::MissingField)), End::Unreachable);
    }

    #[test]
    fn only_errors_of_an_absent_daemon_are_passing() {
        assert!(is_passing(&unknown()) && is_passing(&Error::Stopping(String::new())));
        assert!(!is_passing(&denied()) && !is_passing(&Error::LockFailed(String::new())));
    }
}
