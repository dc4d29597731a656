//! The logs attached to a mail: the run's part of the general log and of rsync's. Large ones are compressed, and one that is still
//! too large loses its middle. A mail is sent without a log that can't be read.

use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::log_excerpt::Excerpt;
use asbackup_api::{LogPart, RunRecord};
use asbackup_config::{Config, Mail};

/// No text compresses better, so compressing a larger log is not tried.
const BEST_RATIO: u64 = 200;
/// How many bytes at a cut are searched for a line break.
const LONGEST_LINE: usize = 8 * 1024;
const BLOCK: usize = 64 * 1024;

/// One attached file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub name: String,
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
}

/// What the mail says about one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogNote {
    pub path: String,
    pub state: LogState,
    pub gaps: Vec<Gap>,
}

/// What a run's part lacks because the log was rotated during the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    Begin,
    /// May be missing.
    End,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogState {
    /// Attached under this name.
    Whole(String),
    /// Attached under this name, without its middle.
    Cut(String),
    Empty,
    /// The run's beginning in it was not recorded.
    Lost,
    /// The outbox is full.
    LeftOut,
    /// The mail server refuses attachments.
    Refused,
    Unreadable(String),
}

struct Log {
    note: LogNote,
    attachment: Option<Attachment>,
}

/// All logs of one run.
pub struct Logs(Vec<Log>);

impl Logs {
    /// Reads the files; the run is over.
    pub fn of(record: &RunRecord, config: &Config) -> Self {
        if record.logs.is_empty() {
            // An older version started this run.
            let paths = [&config.log_file, &config.rsync_log_file];
            return Self(paths.map(|path| without(path, LogState::Lost)).into());
        }
        Self(record.logs.iter().map(|part| read(part, &config.mail)).collect())
    }

    /// No logs, because the outbox is full.
    pub fn left_out(config: &Config) -> Self {
        let paths = [&config.log_file, &config.rsync_log_file];
        Self(paths.map(|path| without(path, LogState::LeftOut)).into())
    }

    /// No logs, because the mail server refuses them.
    pub fn refused(config: &Config) -> Self {
        let paths = [&config.log_file, &config.rsync_log_file];
        Self(paths.map(|path| without(path, LogState::Refused)).into())
    }

    pub fn attachments(self) -> Vec<Attachment> {
        self.0.into_iter().filter_map(|log| log.attachment).collect()
    }

    pub fn notes(&self) -> impl Iterator<Item = &LogNote> {
        self.0.iter().map(|log| &log.note)
    }

    pub fn are_attached(&self) -> bool {
        self.0.iter().any(|log| log.attachment.is_some())
    }

    /// Logs in these states, for samples.
    pub fn of_states(states: &[LogState]) -> Self {
        let log = |state: &LogState| {
            let bytes = b"x".to_vec();
            let attached = match state {
                LogState::Whole(name) | LogState::Cut(name) => {
                    Some(Attachment { name: name.clone(), content_type: "x", bytes })
                }
                _ => None,
            };
            Log { attachment: attached, ..without(Path::new("/var/log/asbackup/asbackup.log"), state.clone()) }
        };
        Self(states.iter().map(log).collect())
    }

    /// Adds these gaps to the first log.
    pub fn with_gaps(mut self, gaps: &[Gap]) -> Self {
        if let Some(first) = self.0.first_mut() {
            first.note.gaps.extend(gaps);
        }
        self
    }
}

fn without(path: &Path, state: LogState) -> Log {
    Log { note: LogNote { path: path.display().to_string(), state, gaps: Vec::new() }, attachment: None }
}

fn read(log: &LogPart, mail: &Mail) -> Log {
    match Excerpt::of(log) {
        Ok(None) => without(&log.path, LogState::Lost),
        Ok(Some(part)) => add_gaps(attach(&log.path, &part, mail), log, &part),
        Err(error) => without(&log.path, LogState::Unreadable(error.to_string())),
    }
}

fn add_gaps(attached: io::Result<Log>, log: &LogPart, part: &Excerpt) -> Log {
    let mut attached = attached.unwrap_or_else(|error| without(&log.path, LogState::Unreadable(error.to_string())));
    attached.note.gaps.extend(part.lacks_begin.then_some(Gap::Begin));
    attached.note.gaps.extend(log.may_lack_end.then_some(Gap::End));
    attached
}

fn attach(path: &Path, part: &Excerpt, mail: &Mail) -> io::Result<Log> {
    if part.is_empty() {
        return Ok(without(path, LogState::Empty));
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let with = |attachment: Attachment, state: fn(String) -> LogState| {
        let state = state(attachment.name.clone());
        Log { attachment: Some(attachment), ..without(&file_pattern(path, part), state) }
    };
    if part.len() <= mail.compress_above {
        let bytes = read_all(part, 0..part.len())?;
        return Ok(with(Attachment { name, content_type: "text/plain; charset=utf-8", bytes }, LogState::Whole));
    }
    if let Some(bytes) = compressed(part, mail.attachment_limit)? {
        return Ok(with(packed(name, bytes), LogState::Whole));
    }
    Ok(with(packed(name, cut(part, &file_pattern(path, part), mail.attachment_limit)?), LogState::Cut))
}

/// A shell pattern for the files that hold the whole part.
fn file_pattern(path: &Path, part: &Excerpt) -> PathBuf {
    let mut shown = path.as_os_str().to_owned();
    if part.is_in_several() {
        shown.push("*");
    }
    shown.into()
}

fn read_all(part: &Excerpt, range: Range<u64>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    part.bytes(range)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn packed(name: String, bytes: Vec<u8>) -> Attachment {
    Attachment { name: format!("{name}.gz"), content_type: "application/gzip", bytes }
}

/// `None` if it is still larger than `limit`.
fn compressed(part: &Excerpt, limit: u64) -> io::Result<Option<Vec<u8>>> {
    if part.len() / BEST_RATIO > limit {
        return Ok(None);
    }
    let mut reader = part.bytes(0..part.len())?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let mut block = vec![0; BLOCK];
    loop {
        let read = reader.read(&mut block)?;
        if read == 0 {
            break;
        }
        encoder.write_all(&block[..read])?;
        if encoder.get_ref().len() as u64 > limit {
            return Ok(None);
        }
    }
    let bytes = encoder.finish()?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= limit))
}

/// Head and tail of the part, compressed; together no more than `limit` bytes before.
fn cut(part: &Excerpt, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let half = limit / 2;
    let head = read_all(part, 0..half)?;
    let tail = read_all(part, part.len() - half..part.len())?;
    let (head, tail) = (to_last_line_break(&head), from_first_line_break(&tail));
    let missing = part.len() - (head.len() + tail.len()) as u64;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(head)?;
    writeln!(encoder, "\n[… {missing} bytes: {} …]\n", path.display())?;
    encoder.write_all(tail)?;
    encoder.finish()
}

/// Without the incomplete last line, if it is not too long.
fn to_last_line_break(head: &[u8]) -> &[u8] {
    let last = &head[head.len().saturating_sub(LONGEST_LINE)..];
    let incomplete = last.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| last.len() - at - 1);
    &head[..head.len() - incomplete]
}

/// Without the incomplete first line, if it is not too long.
fn from_first_line_break(tail: &[u8]) -> &[u8] {
    let first = &tail[..tail.len().min(LONGEST_LINE)];
    &tail[first.iter().position(|&byte| byte == b'\n').map_or(0, |at| at + 1)..]
}

#[cfg(test)]
#[path = "logs_tests.rs"]
mod tests;
