//! Where log lines go: to journald with fields (or to stderr without journald) and to the text log; `run_log` keeps the newest ones
//! about a run. `record` makes a line of a typed value, `repeats` limits what outsiders can cause, `logger` hands lines out.
//! Owns the daemon's one logger; the words come from `texts`.

#![deny(missing_docs)]

mod logger;
mod record;
mod repeats;
mod run_log;
mod text_log;

use std::path::Path;
use std::time::Instant;

pub use log::{Level, SetLoggerError};
use tokio::runtime::Handle;
use tokio::time::sleep_until;

use asbackup_api::{LogLine, Notice};
use asbackup_texts::{HasText, Language, Texts, text_id};

use logger::DaemonLog;
use record::{Context, log_to};
pub use record::{Scope, journal_field, message_id};
use repeats::Decision;

static LOG: DaemonLog = DaemonLog::new();

/// Makes all of `log`'s macros write to the journal, or to stderr when the process does not run under journald, and to `text_log`.
///
/// # Errors
/// A logger is already set.
pub fn install(text_log: Option<&Path>) -> Result<(), SetLoggerError> {
    LOG.open();
    LOG.write_to(text_log);
    log::set_logger(&LOG)?;
    set_debug(false);
    Ok(())
}

/// Moves the text log; `None` ends it.
pub fn set_text_log(path: Option<&Path>) {
    LOG.write_to(path);
}

/// Whether lines of level debug go to the journal.
pub fn set_debug(debug: bool) {
    LOG.set_debug(debug);
}

/// Sets the language of the logger's own messages, such as that the text log can't be written.
pub fn set_language(language: Language) {
    LOG.set_language(language);
}

/// Logs a typed value with its text, its MESSAGE_ID, the fields `ASBACKUP_RUN`, `ASBACKUP_DISK` and `ASBACKUP_STEP`, for a
/// fault its name as `ASBACKUP_ERROR`, and each of its own fields (`ASBACKUP_MOUNT_POINT`), which the catalog shows.
pub fn log<T: HasText>(level: Level, texts: &Texts, value: &T, scope: &Scope) {
    log_to(log::logger(), level, value, &Context { texts, scope });
    LOG.run_log().add(scope.run, level, &text_id(value), &texts.message(value).to_string());
}

/// Logs events that outsiders can cause as often as they like: beyond a limit they are counted, and one line reports the count.
pub fn log_limited<T: HasText>(level: Level, texts: &Texts, value: &T, scope: &Scope) {
    let kind = text_id(value);
    let decision = LOG.repeats().decide(&kind, Instant::now());
    match decision {
        Decision::Log => log(level, texts, value, scope),
        Decision::SummarizeAt(end) => summarize_later(level, kind, texts.message(value).what, end),
        Decision::Count => {}
    }
}

/// Logs how many lines of a kind were only counted; `text` is one of them. Without a runtime there are no outsiders either.
fn summarize_later(level: Level, kind: String, text: String, end: Instant) {
    let Ok(runtime) = Handle::try_current() else { return };
    runtime.spawn(async move {
        sleep_until(end.into()).await;
        let count = LOG.repeats().summarize(&kind);
        let texts = LOG.texts();
        log(level, &texts, &Notice::Repeated { count, text }, &Scope::default());
    });
}

/// The newest lines about the run logged last, oldest first.
pub fn run_log() -> Vec<LogLine> {
    LOG.run_log().lines()
}
