//! The logs that go with a mail: of the general log and of rsync's the part that belongs to the run. Large ones are
//! compressed, and what is then still too large loses its middle. A log that can't be read costs the attachment, not the mail.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::part::Part;
use crate::config::{Config, Mail};
use crate::model::RunRecord;
use crate::paths;
use crate::report::clock::Clock;

/// How the lines of the two logs begin; the second is rsync's own.
const STAMPS: [&str; 2] = ["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S"];
/// Text is never compressed better than that, so it needs no try.
const BEST_RATIO: u64 = 200;
const BLOCK: usize = 64 * 1024;

/// One file of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub name: String,
    pub kind: &'static str,
    pub bytes: Vec<u8>,
}

/// What the mail says of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub path: String,
    pub state: State,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Attached under this name.
    Whole(String),
    /// Attached under this name, without its middle.
    Cut(String),
    Empty,
    LeftOut,
    /// The mail server does not take them.
    Unwanted,
    Unreadable(String),
}

struct Log {
    told: Told,
    attachment: Option<Attachment>,
}

/// All logs of one run.
pub struct Logs(Vec<Log>);

impl Logs {
    /// Reads the files; the run is over.
    pub fn of(record: &RunRecord, config: &Config) -> Self {
        let clock = Clock::system();
        let paths = [&config.log_file, &config.rsync_log_file];
        let of_run = |(path, stamp): (&std::path::PathBuf, &str)| {
            let since = clock.at(record.started_at, stamp);
            read(path, &since, &config.mail)
        };
        Self(paths.into_iter().zip(STAMPS).map(of_run).collect())
    }

    /// For an outbox that is full.
    pub fn left_out(config: &Config) -> Self {
        let paths = [&config.log_file, &config.rsync_log_file];
        Self(paths.map(|path| without(path, State::LeftOut)).into())
    }

    /// For a server that does not take a mail with them.
    pub fn unwanted(config: &Config) -> Self {
        let paths = [&config.log_file, &config.rsync_log_file];
        Self(paths.map(|path| without(path, State::Unwanted)).into())
    }

    pub fn attachments(self) -> Vec<Attachment> {
        self.0.into_iter().filter_map(|log| log.attachment).collect()
    }

    pub fn told(&self) -> impl Iterator<Item = Told> {
        self.0.iter().map(|log| log.told.clone())
    }

    pub fn are_attached(&self) -> bool {
        self.0.iter().any(|log| log.attachment.is_some())
    }
}

fn without(path: &Path, state: State) -> Log {
    Log { told: Told { path: path.display().to_string(), state }, attachment: None }
}

fn read(path: &Path, since: &str, mail: &Mail) -> Log {
    match try_read(path, since, mail) {
        Ok(log) => log,
        Err(error) if error.kind() == io::ErrorKind::NotFound => without(path, State::Empty),
        Err(error) => without(path, State::Unreadable(error.to_string())),
    }
}

fn try_read(path: &Path, since: &str, mail: &Mail) -> io::Result<Log> {
    let mut file = paths::log(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a file"));
    }
    let part = Part::since(&mut file, since)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if part.is_empty() {
        return Ok(without(path, State::Empty));
    }
    let whole = |attachment: Attachment| Log {
        told: Told { path: path.display().to_string(), state: State::Whole(attachment.name.clone()) },
        attachment: Some(attachment),
    };
    if part.len() <= mail.compress_above {
        return Ok(whole(Attachment { name, kind: "text/plain; charset=utf-8", bytes: part.read(&mut file)? }));
    }
    if let Some(bytes) = compressed(&mut file, part, mail.attachment_limit)? {
        return Ok(whole(packed(name, bytes)));
    }
    let attachment = packed(name, cut(&mut file, part, path, mail.attachment_limit)?);
    let state = State::Cut(attachment.name.clone());
    Ok(Log { told: Told { path: path.display().to_string(), state }, attachment: Some(attachment) })
}

fn packed(name: String, bytes: Vec<u8>) -> Attachment {
    Attachment { name: format!("{name}.gz"), kind: "application/gzip", bytes }
}

/// `None` if it is more than `limit` even so.
fn compressed(file: &mut File, part: Part, limit: u64) -> io::Result<Option<Vec<u8>>> {
    if part.len() / BEST_RATIO > limit {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(part.start))?;
    let mut reader = file.take(part.len());
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

/// Head and tail, together no more than `limit` before they are compressed.
fn cut(file: &mut File, part: Part, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let half = limit / 2;
    let head = Part { start: part.start, end: part.start + half }.read(file)?;
    let tail = Part { start: part.end - half, end: part.end }.read(file)?;
    let head = &head[..head.iter().rposition(|&byte| byte == b'\n').map_or(head.len(), |at| at + 1)];
    let tail = &tail[tail.iter().position(|&byte| byte == b'\n').map_or(0, |at| at + 1)..];
    let missing = part.len() - (head.len() + tail.len()) as u64;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(head)?;
    writeln!(encoder, "\n[… {missing} bytes: {} …]\n", path.display())?;
    encoder.write_all(tail)?;
    encoder.finish()
}

#[cfg(test)]
#[path = "logs_tests.rs"]
mod tests;
