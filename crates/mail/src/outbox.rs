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
mod tests {
    use super::*;

    fn envelope(queued_at: Micros) -> Envelope {
        let to = vec!["a@x".to_owned(), "b@x".to_owned()];
        Envelope { run: 7, subject: "Grüße\n".to_owned(), from: "me@x".to_owned(), to, queued_at, without_logs: None }
    }

    fn outbox() -> (tempfile::TempDir, Outbox) {
        let directory = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(directory.path().join("outbox")).unwrap();
        (directory, outbox)
    }

    /// Another thread sends and removes mails while one is to be stored; else that one would not be.
    #[test]
    fn a_mail_that_has_gone_meanwhile_counts_nothing() {
        let (_directory, outbox) = outbox();
        outbox.store("run-7", &envelope(1), b"12345").unwrap();
        let size = outbox.size().unwrap();
        std::os::unix::fs::symlink("gone", outbox.directory().join("0000000000000002-run-8.mail")).unwrap();
        assert_eq!((outbox.pending().unwrap().len(), outbox.size().unwrap()), (2, size));
        let (ours, over) = (outbox.clone(), std::sync::atomic::AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !over.load(std::sync::atomic::Ordering::Relaxed) {
                    ours.store("run-9", &envelope(3), b"1").unwrap();
                    ours.remove("0000000000000003-run-9.mail").unwrap();
                }
            });
            let sizes: Vec<_> = (0..2000).map(|_| outbox.size()).collect();
            over.store(true, std::sync::atomic::Ordering::Relaxed);
            assert!(sizes.iter().all(Result::is_ok), "{:?}", sizes.iter().find(|size| size.is_err()));
        });
    }

    #[test]
    fn mails_are_read_as_stored_oldest_first() {
        let (_directory, outbox) = outbox();
        for (at, id) in [(2_000, "second"), (10, "first"), (1_795_442_700_000_000, "third")] {
            outbox.store(id, &envelope(at), b"one\r\ntwo\n\nthree").unwrap();
        }
        let names = outbox.pending().unwrap();
        let order: Vec<&str> = names.iter().map(|name| &name[17..]).collect();
        assert_eq!(order, ["first.mail", "second.mail", "third.mail"]);
        let mail = outbox.read(&names[0]).unwrap();
        assert_eq!(mail, OutgoingMail { envelope: envelope(10), message: b"one\r\ntwo\n\nthree".to_vec() });
        assert_eq!(Outbox::age(&names[0], 60), Duration::from_micros(50));
        assert_eq!(Outbox::age("strange.mail", 60), Duration::ZERO);
        outbox.remove(&names[0]).unwrap();
        assert_eq!(outbox.pending().unwrap(), names[1..]);
    }

    #[test]
    fn a_mail_with_the_same_id_replaces_the_first() {
        let (_directory, outbox) = outbox();
        outbox.store("run-1", &envelope(10), b"old").unwrap();
        outbox.store("run-1", &envelope(10), b"new").unwrap();
        let names = outbox.pending().unwrap();
        assert_eq!(names.len(), 1);
        assert_eq!(outbox.read(&names[0]).unwrap().message, b"new");
    }

    #[test]
    fn an_incomplete_file_is_no_mail_and_is_removed() {
        let (_directory, outbox) = outbox();
        let unfinished = outbox.directory().join("0000000000000010-x.mail.new");
        fs::write(&unfinished, "{").unwrap();
        assert_eq!(outbox.pending().unwrap(), Vec::<String>::new());
        Outbox::open(outbox.directory().to_owned()).unwrap();
        assert!(!unfinished.exists());
    }

    #[test]
    fn a_damaged_file_is_an_error() {
        let (_directory, outbox) = outbox();
        for (name, text) in [("1.mail", ""), ("2.mail", "{}\nx"), ("3.mail", "no line")] {
            fs::write(outbox.directory().join(name), text).unwrap();
            assert!(outbox.read(name).is_err(), "{name}");
        }
    }

    #[test]
    fn failed_mails_are_kept_up_to_the_limit() {
        let (_directory, outbox) = outbox();
        for (at, id) in [(1, "a"), (2, "b"), (3, "c")] {
            outbox.store(id, &envelope(at), &[b'x'; 1000]).unwrap();
        }
        for name in outbox.pending().unwrap() {
            outbox.give_up(&name, 2500).unwrap();
        }
        let failed = names(&outbox.directory().join(FAILED), SUFFIX).unwrap();
        assert_eq!(failed, ["0000000000000002-b.mail", "0000000000000003-c.mail"]);
        assert_eq!(outbox.size().unwrap(), 0);
    }

    #[test]
    fn the_last_mailed_run_is_remembered() {
        let (_directory, outbox) = outbox();
        assert_eq!(outbox.last_mailed_run(), None);
        outbox.set_last_mailed_run(17).unwrap();
        assert_eq!(outbox.last_mailed_run(), Some(17));
        assert_eq!(outbox.pending().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn only_root_may_read_mails() {
        use std::os::unix::fs::PermissionsExt;
        let (_directory, outbox) = outbox();
        outbox.store("a", &envelope(1), b"x").unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(outbox.directory()), 0o700);
        assert_eq!(mode(&outbox.directory().join("0000000000000001-a.mail")), 0o600);
    }
}
