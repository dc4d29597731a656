//! The history of runs in `/var/lib/asbackup/history.jsonl`: one line when a run begins, one when it has ended.
//! Only ever appended to, each line in one write and flushed to the disk, so that a crash costs the last line at most. A line
//! that is torn or foreign is skipped when reading, and never joins with the next. Knows nothing of what the runs mean.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::lines::{LONGEST, Lines};
use crate::model::{AttachmentId, DiskId, Outcome, RunBegun, RunRecord, Warning};

const FILE_NAME: &str = "history.jsonl";

#[derive(Debug, Error)]
pub enum HistoryError {
    #[error("can't read {}: {source}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("can't write {}: {source}", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("can't record run {run}: {source}")]
    Encode {
        run: u64,
        #[source]
        source: serde_json::Error,
    },
    #[error("run {run} is too long for a line of the history: {bytes} bytes")]
    TooLong { run: u64, bytes: usize },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Begun(RunBegun),
    Ended(Box<RunRecord>),
    /// What was found out about a run beside it, mostly after its end.
    Noted {
        run: u64,
        warning: Warning,
    },
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum NewLine<'a> {
    Begun(&'a RunBegun),
    Ended(&'a RunRecord),
    Noted { run: u64, warning: &'a Warning },
}

/// The one who writes. There must be only one at a time.
#[derive(Debug)]
pub struct History {
    past: HistoryReader,
    last_run: u64,
    damaged: u64,
}

impl History {
    /// Reads what is in `dir`; directory and file are made when missing.
    pub fn open(dir: &Path) -> Result<Self, HistoryError> {
        let past = HistoryReader { path: dir.join(FILE_NAME) };
        DirBuilder::new().recursive(true).mode(0o750).create(dir).map_err(|source| past.unwritable(source))?;
        past.append(&[])?;
        let mut last_run = 0;
        let damaged = past.scan(|line| {
            let run = match line {
                Line::Begun(begun) => begun.run,
                Line::Ended(record) => record.run,
                Line::Noted { run, .. } => run,
            };
            last_run = last_run.max(run);
        })?;
        Ok(Self { past, last_run, damaged })
    }

    /// Highest number that any run ever had, 0 = none yet. The next run takes the next number, so that none comes twice.
    pub fn last_run(&self) -> u64 {
        self.last_run
    }

    /// What to tell once if lines had to be skipped when the history was opened.
    pub fn damage(&self) -> Option<Warning> {
        (self.damaged > 0)
            .then(|| Warning::DamagedHistory { path: self.past.path.display().to_string(), lines: self.damaged })
    }

    /// What can be asked; a copy of it may be used elsewhere while this one writes.
    pub fn past(&self) -> &HistoryReader {
        &self.past
    }

    /// Writes down that a run begins. On the disk when it returns.
    pub fn begin(&mut self, begun: &RunBegun) -> Result<(), HistoryError> {
        self.write(begun.run, &NewLine::Begun(begun))
    }

    /// Writes down how a run ended. On the disk when it returns.
    pub fn end(&mut self, record: &RunRecord) -> Result<(), HistoryError> {
        self.write(record.run, &NewLine::Ended(record))
    }

    /// Adds a warning to a run, from outside of it.
    pub fn note(&mut self, run: u64, warning: &Warning) -> Result<(), HistoryError> {
        self.write(run, &NewLine::Noted { run, warning })
    }

    fn write(&mut self, run: u64, line: &NewLine) -> Result<(), HistoryError> {
        // Counts even when it can't be written: the number may have been told.
        self.last_run = self.last_run.max(run);
        let encoded = serde_json::to_vec(line);
        let mut bytes = encoded.map_err(|source| HistoryError::Encode { run, source })?;
        bytes.push(b'\n');
        if bytes.len() > LONGEST {
            return Err(HistoryError::TooLong { run, bytes: bytes.len() });
        }
        self.past.append(&bytes)
    }
}

/// Questions to the history. Each reads the file once and keeps no more than its answer; blocks on the disk.
#[derive(Debug, Clone)]
pub struct HistoryReader {
    path: PathBuf,
}

impl HistoryReader {
    /// The last `count` finished runs, newest first, with all that was noted about them later.
    pub fn newest(&self, count: usize) -> Result<Vec<RunRecord>, HistoryError> {
        let mut newest: VecDeque<RunRecord> = VecDeque::new();
        let mut notes = Vec::new();
        self.scan(|line| match line {
            Line::Begun(_) => {}
            Line::Ended(record) => {
                newest.push_front(*record);
                newest.truncate(count);
            }
            Line::Noted { run, warning } => notes.push((run, warning)),
        })?;
        for (run, warning) in notes {
            let noted = newest.iter_mut().find(|record| record.run == run);
            noted.into_iter().for_each(|record| record.warnings.push(warning.clone()));
        }
        Ok(newest.into())
    }

    /// The finished runs with a higher number, oldest first.
    pub fn ended_after(&self, run: u64) -> Result<Vec<RunRecord>, HistoryError> {
        let mut found = Vec::new();
        self.each_ended(|record| {
            if record.run > run {
                found.push(record);
            }
        })?;
        Ok(found)
    }

    /// Runs that began and never ended, oldest first: the daemon or the machine went down meanwhile.
    pub fn unfinished(&self) -> Result<Vec<RunBegun>, HistoryError> {
        let mut open = BTreeMap::new();
        self.scan(|line| {
            match line {
                Line::Begun(begun) => open.insert(begun.run, begun),
                Line::Ended(record) => open.remove(&record.run),
                Line::Noted { .. } => None,
            };
        })?;
        Ok(open.into_values().collect())
    }

    pub fn last_of(&self, disk: &DiskId) -> Result<Option<RunRecord>, HistoryError> {
        self.last_where(|record| record.disk == *disk)
    }

    pub fn last_success(&self, disk: &DiskId) -> Result<Option<RunRecord>, HistoryError> {
        self.last_where(|record| record.disk == *disk && record.outcome == Outcome::Success)
    }

    /// The finished runs of one plug-in, oldest first. Without a sequence number (kernels before 5.15) all plug-ins of a disk
    /// since boot look the same.
    pub fn of_attachment(&self, attachment: &AttachmentId, disk: &DiskId) -> Result<Vec<RunRecord>, HistoryError> {
        let mut found = Vec::new();
        self.each_ended(|record| {
            if record.attachment == *attachment && record.disk == *disk {
                found.push(record);
            }
        })?;
        Ok(found)
    }

    fn last_where(&self, wanted: impl Fn(&RunRecord) -> bool) -> Result<Option<RunRecord>, HistoryError> {
        let mut last = None;
        self.each_ended(|record| {
            if wanted(&record) {
                last = Some(record);
            }
        })?;
        Ok(last)
    }

    fn each_ended(&self, mut visit: impl FnMut(RunRecord)) -> Result<(), HistoryError> {
        self.scan(|line| {
            if let Line::Ended(record) = line {
                visit(*record);
            }
        })?;
        Ok(())
    }

    /// Visits every whole line in file order; answers how many others there were.
    fn scan(&self, mut visit: impl FnMut(Line)) -> Result<u64, HistoryError> {
        let unreadable = |source| HistoryError::Read { path: self.path.clone(), source };
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            opened => opened.map_err(unreadable)?,
        };
        let mut lines = Lines::new(BufReader::new(file));
        let mut damaged = 0;
        while let Some(line) = lines.next().map_err(unreadable)? {
            match serde_json::from_slice(line) {
                Ok(line) => visit(line),
                Err(_) => damaged += 1,
            }
        }
        Ok(damaged)
    }

    /// Appends `bytes`, after a newline if the last line has none, and waits until they are on the disk.
    fn append(&self, bytes: &[u8]) -> Result<(), HistoryError> {
        self.try_append(bytes).map_err(|source| self.unwritable(source))
    }

    fn try_append(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).mode(0o640).open(&self.path)?;
        let length = file.metadata()?.len();
        if length == 0 {
            self.sync_directory()?;
        }
        if bytes.is_empty() {
            return Ok(());
        }
        match ends_torn(&file, length)? {
            true => file.write_all(&[b"\n", bytes].concat())?,
            false => file.write_all(bytes)?,
        }
        file.sync_all()
    }

    /// A new file's name is only as durable as its directory.
    fn sync_directory(&self) -> io::Result<()> {
        match self.path.parent() {
            Some(directory) => File::open(directory)?.sync_all(),
            None => Ok(()),
        }
    }

    fn unwritable(&self, source: io::Error) -> HistoryError {
        HistoryError::Write { path: self.path.clone(), source }
    }
}

fn ends_torn(file: &File, length: u64) -> io::Result<bool> {
    let Some(at) = length.checked_sub(1) else {
        return Ok(false);
    };
    let mut last = [0];
    file.read_exact_at(&mut last, at)?;
    Ok(last != *b"\n")
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
