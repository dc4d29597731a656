//! Pending mails, in `/var/lib/asbackup/outbox`: one file per mail, flushed to the disk before the first attempt and removed once the
//! server has accepted it. Mails that are given up move to `failed/`. Survives crashes and power cuts. Blocks.
//!
//! A file is one line of JSON (`Envelope`), then the message as it is sent. Its name begins with the time of the mail's event, so
//! that names sort by age.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use asbackup_api::Micros;

const SUFFIX: &str = ".mail";
/// Written incompletely, because of a crash.
const UNFINISHED: &str = ".new";
const FAILED: &str = "failed";
/// A file with the number of the last run whose end was mailed.
const LAST_MAILED_RUN: &str = "told";

/// What the server and the log need to know about a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// 0 = about no run.
    pub run: u64,
    /// The message's subject.
    pub subject: String,
    /// The sender's address.
    pub from: String,
    /// The recipients to whom it is not delivered yet.
    pub to: Vec<String>,
    /// The time of the mail's event.
    pub queued_at: Micros,
    /// The same mail without its logs, for a server that refuses them; `None` without logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without_logs: Option<String>,
}

/// A mail with its recipients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutgoingMail {
    pub envelope: Envelope,
    pub message: Vec<u8>,
}

/// The directory of pending mails.
#[derive(Debug, Clone)]
pub struct Outbox {
    directory: PathBuf,
}

impl Outbox {
    /// Creates the directory and removes files that a crash left incomplete.
    ///
    /// # Errors
    /// The directory can't be created, read or changed.
    pub fn open(directory: PathBuf) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(directory.join(FAILED))?;
        let outbox = Self { directory };
        for name in outbox.names(UNFINISHED)? {
            fs::remove_file(outbox.directory.join(name))?;
        }
        Ok(outbox)
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Stores a mail, replacing one with the same `id`; it is on the disk when this returns.
    ///
    /// # Errors
    /// It can't be written.
    pub fn store(&self, id: &str, envelope: &Envelope, message: &[u8]) -> io::Result<()> {
        let name = format!("{:016}-{id}{SUFFIX}", envelope.queued_at);
        self.write(&name, envelope, message)
    }

    /// Names of the pending mails, oldest first.
    ///
    /// # Errors
    /// The directory can't be read.
    pub(crate) fn pending(&self) -> io::Result<Vec<String>> {
        self.names(SUFFIX)
    }

    /// Size of all pending mails in bytes.
    ///
    /// # Errors
    /// The directory can't be read.
    pub(crate) fn size(&self) -> io::Result<u64> {
        size_of(&self.directory)
    }

    /// The age of a mail at `now`, by its name.
    pub(crate) fn age(name: &str, now: Micros) -> Duration {
        let queued_at = name.split('-').next().and_then(|digits| digits.parse().ok());
        Duration::from_micros(now.saturating_sub(queued_at.unwrap_or(now)))
    }

    /// Reads a pending mail.
    ///
    /// # Errors
    /// It can't be read, or is no mail.
    pub(crate) fn read(&self, name: &str) -> io::Result<OutgoingMail> {
        let bytes = fs::read(self.directory.join(name))?;
        let end = bytes.iter().position(|&byte| byte == b'\n').ok_or(io::ErrorKind::InvalidData)?;
        let envelope = serde_json::from_slice(&bytes[..end])?;
        Ok(OutgoingMail { envelope, message: bytes[end + 1..].to_vec() })
    }

    /// Stores a mail again, for the remaining recipients.
    ///
    /// # Errors
    /// It can't be written.
    pub(crate) fn update(&self, name: &str, mail: &OutgoingMail) -> io::Result<()> {
        self.write(name, &mail.envelope, &mail.message)
    }

    /// Removes a mail that is delivered or refused.
    ///
    /// # Errors
    /// It can't be removed.
    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.directory.join(name))?;
        self.sync()
    }

    /// Moves a mail to `failed/`, and removes the oldest there until they take no more than `limit` bytes.
    ///
    /// # Errors
    /// A file can't be moved or removed.
    pub(crate) fn give_up(&self, name: &str, limit: u64) -> io::Result<()> {
        let failed = self.directory.join(FAILED);
        fs::rename(self.directory.join(name), failed.join(name))?;
        File::open(&failed)?.sync_all()?;
        self.sync()?;
        let mut size = size_of(&failed)?;
        for old in names(&failed, SUFFIX)?.iter().filter(|old| *old != name) {
            if size <= limit {
                break;
            }
            let path = failed.join(old);
            size -= path.metadata()?.len();
            fs::remove_file(path)?;
        }
        Ok(())
    }

    /// The last run whose end was mailed; `None` before the first start.
    pub(crate) fn last_mailed_run(&self) -> Option<u64> {
        let text = fs::read_to_string(self.directory.join(LAST_MAILED_RUN)).ok()?;
        text.trim().parse().ok()
    }

    /// Called after the mail is stored; after a crash in between, the same mail is stored again under the same name.
    ///
    /// # Errors
    /// It can't be written.
    pub(crate) fn set_last_mailed_run(&self, run: u64) -> io::Result<()> {
        self.write_file(LAST_MAILED_RUN, &[format!("{run}\n").as_bytes()])
    }

    fn write(&self, name: &str, envelope: &Envelope, message: &[u8]) -> io::Result<()> {
        let head = serde_json::to_vec(envelope)?;
        self.write_file(name, &[&head, b"\n", message])
    }

    /// Writes all of a file or nothing.
    fn write_file(&self, name: &str, parts: &[&[u8]]) -> io::Result<()> {
        let unfinished = self.directory.join(format!("{name}{UNFINISHED}"));
        let written = try_write(&unfinished, parts);
        if written.is_err() {
            // A full disk needs the space.
            let _ = fs::remove_file(&unfinished);
        }
        written?;
        fs::rename(&unfinished, self.directory.join(name))?;
        self.sync()
    }

    /// A new name survives a power cut only once its directory is flushed.
    fn sync(&self) -> io::Result<()> {
        File::open(&self.directory)?.sync_all()
    }

    fn names(&self, suffix: &str) -> io::Result<Vec<String>> {
        names(&self.directory, suffix)
    }
}

fn try_write(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    parts.iter().try_for_each(|part| file.write_all(part))?;
    file.sync_all()
}

fn names(directory: &Path, suffix: &str) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        // All our names are UTF-8.
        let Ok(name) = entry?.file_name().into_string() else { continue };
        if name.ends_with(suffix) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// A mail that has been sent since its name was read takes no room any more.
fn size_of(directory: &Path) -> io::Result<u64> {
    let mut sum = 0;
    for name in names(directory, SUFFIX)? {
        match directory.join(name).metadata() {
            Ok(meta) => sum += meta.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(sum)
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;
