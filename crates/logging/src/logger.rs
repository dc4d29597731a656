//! The process's one logger: sends every line to journald, or to stderr without it, and our own lines to the text log, too.

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use log::{Level, LevelFilter, Log, Metadata, Record};
use systemd_journal_logger::{JournalLog, connected_to_journal};

use asbackup_api::Warning;
use asbackup_texts::clock::Clock;
use asbackup_texts::{Language, Texts, harmless};

use super::record::{Context, OWN_TARGETS, Scope, log_to};
use super::repeats::Repeats;
use super::run_log::RunLog;
use super::text_log::TextLog;

pub struct DaemonLog {
    sink: OnceLock<Box<dyn Log>>,
    text_log: Mutex<Option<TextLog>>,
    run_log: Mutex<RunLog>,
    repeats: Mutex<Repeats>,
    language: Mutex<Language>,
    debug: AtomicBool,
}

impl DaemonLog {
    pub const fn new() -> Self {
        Self {
            sink: OnceLock::new(),
            text_log: Mutex::new(None),
            run_log: Mutex::new(RunLog::new()),
            repeats: Mutex::new(Repeats::new()),
            language: Mutex::new(Language::German),
            debug: AtomicBool::new(false),
        }
    }

    /// Finds out where lines go; the first call decides.
    pub fn open(&self) {
        let journal = connected_to_journal().then(JournalLog::new);
        let sink: Box<dyn Log> = match journal {
            Some(Ok(journal)) => Box::new(journal),
            _ => Box::new(Stderr),
        };
        let _ = self.sink.set(sink);
    }

    pub fn write_to(&self, path: Option<&Path>) {
        let mut text_log = lock(&self.text_log);
        let same = text_log.as_ref().map(TextLog::path) == path;
        if !same {
            *text_log = path.map(TextLog::new);
        }
    }

    pub fn set_debug(&self, debug: bool) {
        self.debug.store(debug, Ordering::Relaxed);
        log::set_max_level(if debug { LevelFilter::Debug } else { LevelFilter::Info });
    }

    pub fn set_language(&self, language: Language) {
        *lock(&self.language) = language;
    }

    /// In the language of the logger's own messages.
    pub fn texts(&self) -> Texts {
        Texts::new(*lock(&self.language))
    }

    pub fn run_log(&self) -> MutexGuard<'_, RunLog> {
        lock(&self.run_log)
    }

    pub fn repeats(&self) -> MutexGuard<'_, Repeats> {
        lock(&self.repeats)
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
        let is_for_people = record.level() <= Level::Info && record.target().starts_with(OWN_TARGETS);
        if !is_for_people {
            return;
        }
        if let Some(warning) = self.write_text(record) {
            let context = Context { texts: &self.texts(), scope: &Scope::default() };
            log_to(sink.as_ref(), Level::Warn, &warning, &context);
        }
    }

    fn flush(&self) {}
}

/// Escapes what other crates and programs say, which may contain anything; typed values are harmless already.
fn log_harmless(sink: &dyn Log, record: &Record) {
    let text = record.args().to_string();
    let shown = harmless(&text);
    if shown == text {
        return sink.log(record);
    }
    let (level, target) = (record.level(), record.target());
    let mut builder = Record::builder();
    builder.level(level).target(target).key_values(record.key_values());
    sink.log(&builder.args(format_args!("{shown}")).build());
}

/// `2026-11-23 14:05:01 info  text`
pub fn text_line(record: &Record, clock: &Clock) -> String {
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
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
