//! Where log lines go: to journald with fields (or to stderr without journald) and to the text log; `run_log` keeps the newest ones
//! about a run. Owns the daemon's one logger and the MESSAGE_IDs; the words come from `texts`.

#![deny(missing_docs)]

mod repeats;
mod run_log;
mod text_log;

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Instant;

pub use log::{Level, SetLoggerError};
use log::{LevelFilter, Log, Metadata, Record};
use systemd_journal_logger::{JournalLog, connected_to_journal};
use tokio::runtime::Handle;
use tokio::time::sleep_until;
use uuid::{Uuid, uuid};

use asbackup_api::{LogLine, Notice, Step, Warning};
use asbackup_texts::clock::Clock;
use asbackup_texts::{Language, Spoken, Texts, harmless, text_id};

use repeats::{Decision, Repeats};
use run_log::RunLog;
use text_log::TextLog;

/// Must never change: all MESSAGE_IDs derive from it.
const NAMESPACE: Uuid = uuid!("6e2f3f0e-7c53-4b5e-9d0a-3b1c8f4d2a71");

/// How the targets of our own crates begin; of other crates only warnings and errors are logged.
const OWN_TARGETS: &str = "asbackup";

static LOG: DaemonLog = DaemonLog::new();

/// Makes all of `log`'s macros write to the journal, or to stderr when the process does not run under journald, and to `text_log`.
///
/// # Errors
/// A logger is already set.
pub fn install(text_log: Option<&Path>) -> Result<(), SetLoggerError> {
    let sink = connected_to_journal().then(JournalLog::new);
    let sink: Box<dyn Log> = match sink {
        Some(Ok(journal)) => Box::new(journal),
        _ => Box::new(Stderr),
    };
    // Only a second call finds it set, and fails below.
    let _ = LOG.sink.set(sink);
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
    LOG.debug.store(debug, Ordering::Relaxed);
    log::set_max_level(if debug { LevelFilter::Debug } else { LevelFilter::Info });
}

/// Sets the language of the logger's own messages, such as that the text log can't be written.
pub fn set_language(language: Language) {
    *lock(&LOG.language) = language;
}

/// What a line is about.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// 0 = none.
    pub run: u64,
    /// UUID, empty = none.
    pub disk: String,
    /// The step of the run, if it was in one.
    pub step: Option<Step>,
}

/// Logs a typed value with its text, its MESSAGE_ID, the fields `ASBACKUP_RUN`, `ASBACKUP_DISK` and `ASBACKUP_STEP`, for a
/// fault its name as `ASBACKUP_ERROR`, and each of its own fields (`ASBACKUP_MOUNT_POINT`), which the catalog shows.
pub fn log<T: Spoken>(level: Level, texts: &Texts, value: &T, scope: &Scope) {
    log_to(log::logger(), level, value, &Line { texts, scope });
    lock(&LOG.run_log).add(scope.run, level, &text_id(value), &texts.say(value).to_string());
}

/// Logs events that outsiders can cause as often as they like: beyond a limit they are counted, and one line reports the count.
pub fn log_limited<T: Spoken>(level: Level, texts: &Texts, value: &T, scope: &Scope) {
    let kind = text_id(value);
    let decision = lock(&LOG.repeats).decide(&kind, Instant::now());
    match decision {
        Decision::Log => log(level, texts, value, scope),
        Decision::SummarizeAt(end) => summarize_later(level, kind, texts.say(value).what, end),
        Decision::Count => {}
    }
}

/// Logs how many lines of a kind were only counted; `text` is one of them. Without a runtime there are no outsiders either.
fn summarize_later(level: Level, kind: String, text: String, end: Instant) {
    let Ok(runtime) = Handle::try_current() else { return };
    runtime.spawn(async move {
        sleep_until(end.into()).await;
        let count = lock(&LOG.repeats).summarize(&kind);
        let texts = Texts::new(*lock(&LOG.language));
        log(level, &texts, &Notice::Repeated { count, text }, &Scope::default());
    });
}

/// The newest lines about the run logged last, oldest first.
pub fn run_log() -> Vec<LogLine> {
    lock(&LOG.run_log).lines()
}

/// The MESSAGE_ID of a text: 32 hexadecimal digits that stay the same as long as the text's name does.
pub fn message_id(text_id: &str) -> String {
    let id = Uuid::new_v5(&NAMESPACE, text_id.as_bytes());
    id.simple().to_string()
}

/// The journal field that holds the field `name` of a typed value.
pub fn journal_field(name: &str) -> String {
    format!("ASBACKUP_{}", name.to_ascii_uppercase())
}

struct Line<'a> {
    texts: &'a Texts,
    scope: &'a Scope,
}

fn log_to<T: Spoken>(logger: &dyn Log, level: Level, value: &T, line: &Line) {
    let fields = journal_fields(value, line);
    let pairs: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let message = line.texts.say(value);
    logger.log(
        &Record::builder().args(format_args!("{message}")).level(level).target(OWN_TARGETS).key_values(&pairs).build(),
    );
}

fn journal_fields<T: Spoken>(value: &T, line: &Line) -> Vec<(String, String)> {
    let scope = line.scope;
    let mut fields = vec![("MESSAGE_ID".to_owned(), message_id(&text_id(value)))];
    let mut put = |name: &str, text: String| fields.push((journal_field(name), text));
    let (in_run, on_disk) = (scope.run != 0, !scope.disk.is_empty());
    if in_run {
        put("run", scope.run.to_string());
    }
    if on_disk {
        put("disk", harmless(&scope.disk));
    }
    if let Some(step) = scope.step {
        put("step", step.name().to_owned());
    }
    if let Some(error) = value.error_name() {
        put("error", error.to_owned());
    }
    for (name, text) in line.texts.fields(value) {
        // A duplicate field confuses queries.
        let is_in_scope = (in_run && name == "run") || (on_disk && name == "disk");
        if !is_in_scope {
            put(&name, text);
        }
    }
    fields
}

struct DaemonLog {
    sink: OnceLock<Box<dyn Log>>,
    text_log: Mutex<Option<TextLog>>,
    run_log: Mutex<RunLog>,
    repeats: Mutex<Repeats>,
    language: Mutex<Language>,
    debug: AtomicBool,
}

impl DaemonLog {
    const fn new() -> Self {
        Self {
            sink: OnceLock::new(),
            text_log: Mutex::new(None),
            run_log: Mutex::new(RunLog::new()),
            repeats: Mutex::new(Repeats::new()),
            language: Mutex::new(Language::German),
            debug: AtomicBool::new(false),
        }
    }

    fn write_to(&self, path: Option<&Path>) {
        let mut text_log = lock(&self.text_log);
        let same = text_log.as_ref().map(TextLog::path) == path;
        if !same {
            *text_log = path.map(TextLog::new);
        }
    }

    fn write_text(&self, record: &Record) -> Option<Warning> {
        let mut text_log = lock(&self.text_log);
        let text_log = text_log.as_mut()?;
        let error = text_log.write(&text_line(record, &Clock::system()))?;
        Some(Warning::LogUnwritable { path: text_log.path().display().to_string(), cause: error.to_string() })
    }
}

impl Log for DaemonLog {
    fn enabled(&self, metadata: &Metadata) -> bool {
        let most = match metadata.target().starts_with(OWN_TARGETS) {
            false => Level::Warn,
            true if self.debug.load(Ordering::Relaxed) => Level::Debug,
            true => Level::Info,
        };
        metadata.level() <= most
    }

    fn log(&self, record: &Record) {
        let Some(sink) = self.sink.get().filter(|_| self.enabled(record.metadata())) else {
            return;
        };
        log_harmless(sink.as_ref(), record);
        let for_text_log = record.level() <= Level::Info && record.target().starts_with(OWN_TARGETS);
        if !for_text_log {
            return;
        }
        if let Some(warning) = self.write_text(record) {
            let texts = Texts::new(*lock(&self.language));
            let scope = Scope::default();
            let line = Line { texts: &texts, scope: &scope };
            log_to(sink.as_ref(), Level::Warn, &warning, &line);
        }
    }

    fn flush(&self) {}
}

/// Escapes words of other crates and programs, which may contain anything; typed values are harmless already.
fn log_harmless(sink: &dyn Log, record: &Record) {
    let said = record.args().to_string();
    let shown = harmless(&said);
    if shown == said {
        return sink.log(record);
    }
    let (level, target) = (record.level(), record.target());
    let mut builder = Record::builder();
    builder.level(level).target(target).key_values(record.key_values());
    sink.log(&builder.args(format_args!("{shown}")).build());
}

/// `2026-11-23 14:05:01 info  text`
fn text_line(record: &Record, clock: &Clock) -> String {
    let at = clock.show(clock.now, "%Y-%m-%d %H:%M:%S");
    let level = record.level().as_str().to_ascii_lowercase();
    format!("{at} {level:<5} {}", harmless(&record.args().to_string()))
}

/// For a daemon that was started by hand or by a test.
struct Stderr;

impl Log for Stderr {
    fn enabled(&self, _: &Metadata) -> bool {
        true
    }

    fn log(&self, record: &Record) {
        // A closed stderr can't be reported anywhere.
        let _ = writeln!(std::io::stderr(), "{}", text_line(record, &Clock::system()));
    }

    fn flush(&self) {}
}

/// Ignores poisoning: the data is replaced in one go, so a panic leaves it intact.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
