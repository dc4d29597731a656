//! How a program ends, as an exit code that scripts see. The numbers are promised in `--help` and in the documentation.

use std::process::ExitCode;

use zbus::{DBusError, fdo};

use asbackup_api::bus::Error;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Done = 0,
    /// The daemon refused, or a check found something wrong.
    Refused = 1,
    /// clap's own exit code for wrong arguments.
    Usage = 2,
    /// The run that was watched was aborted.
    RunAborted = 3,
    Unreachable = 4,
    NotAuthorised = 5,
    /// The run that was watched was cancelled.
    RunCancelled = 6,
}

impl End {
    pub fn of(error: &Error) -> Self {
        match error {
            Error::ZBus(zbus::Error::FDO(error)) if is_denial(error) => Self::NotAuthorised,
            error if is_too_long(error) => Self::Refused,
            Error::ZBus(_) => Self::Unreachable,
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
}

impl From<End> for ExitCode {
    fn from(end: End) -> Self {
        Self::from(end as u8)
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

/// The daemon or the bus refuses further calls at the moment; this one has not reached the daemon.
pub fn is_crowded(error: &Error) -> bool {
    match error {
        Error::TooManyCalls(_) => true,
        Error::ZBus(zbus::Error::FDO(error)) => matches!(**error, fdo::Error::LimitsExceeded(_)),
        _ => false,
    }
}

/// The words of the daemon or of the bus, without the error's name.
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

    #[test]
    fn every_kind_of_error_has_its_code() {
        assert_eq!(End::of(&Error::DiskAbsent(String::new())), End::Refused);
        assert_eq!(End::of(&denied()), End::NotAuthorised);
        assert_eq!(End::of(&Error::ZBus(fdo::Error::InvalidArgs(String::new()).into())), End::Refused);
        assert_eq!(End::of(&Error::ZBus(fdo::Error::ServiceUnknown(String::new()).into())), End::Unreachable);
        assert_eq!(End::of(&Error::ZBus(zbus::Error::MissingField)), End::Unreachable);
    }

    #[test]
    fn an_unknown_result_of_a_run_is_not_a_success() {
        let ends = ["success", "cancelled", "aborted", "exploded"].map(End::of_run);
        assert_eq!(ends, [End::Done, End::RunCancelled, End::RunAborted, End::RunAborted]);
    }

    #[test]
    fn a_refusal_shows_only_the_daemons_words() {
        assert_eq!(message(&denied()), "no");
        assert_eq!(message(&Error::Busy("a copy is on".to_owned())), "a copy is on");
    }
}
