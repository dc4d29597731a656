//! The history of runs in `history.jsonl`: one line when a run begins, one when it ends, one for each later note. Only
//! ever appended to, each line in one write and flushed, so that a crash costs the last line at most. Reading skips a
//! line that is torn or foreign, and the next line never joins it. Knows nothing of what the runs mean.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::lines::{LONGEST, Lines};
use asbackup_api::{RunBegun, RunRecord, RunWarning, Warning};

const FILE_NAME: &str = "history.jsonl";

/// Why the history can't be read or written.
#[derive(Debug, Error)]
pub enum HistoryError {
    /// The file can't be read.
    #[error("can't read {}: {source}", path.display())]
    Read {
        /// The history.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The file can't be written.
    #[error("can't write {}: {source}", path.display())]
    Write {
        /// The history.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The record can't be written as JSON.
    #[error("can't record run {run}: {source}")]
    Encode {
        /// The run's number.
        run: u64,
        /// Why not.
        #[source]
        source: serde_json::Error,
    },
    /// The record does not fit a line.
    #[error("run {run} is too long for a line of the history: {bytes} bytes")]
    TooLong {
        /// The run's number.
        run: u64,
        /// The length of the line.
        bytes: usize,
    },
    /// The disk does not answer.
    #[error("nothing was written within {seconds} s")]
    TimedOut {
        /// How long the daemon waited.
        seconds: u64,
    },
    /// The thread that writes has ended.
    #[error("the thread that writes has ended")]
    WriterEnded,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Line {
    Begun(RunBegun),
    Ended(Box<RunRecord>),
    /// A warning from outside the run, mostly after its end.
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

/// Writes the history. Only one may be open at a time.
#[derive(Debug)]
pub struct History {
    reader: HistoryReader,
    damaged: u64,
}

impl History {
    /// Opens the history in `dir`; a missing directory or file is created. Blocks.
    ///
    /// # Errors
    /// The directory or file can't be created or read.
    pub fn open(dir: &Path) -> Result<Self, HistoryError> {
        let reader = HistoryReader { path: dir.join(FILE_NAME), unwritten: Unwritten::default() };
        DirBuilder::new().recursive(true).mode(0o750).create(dir).map_err(|source| reader.unwritable(source))?;
        reader.append(&[])?;
        let damaged = reader.scan(|_| {})?;
        Ok(Self { reader, damaged })
    }

    /// A warning if lines had to be skipped when the history was opened.
    pub fn damage(&self) -> Option<Warning> {
        let path = || self.reader.path.display().to_string();
        (self.damaged > 0).then(|| Warning::DamagedHistory { path: path(), lines: self.damaged })
    }

    /// A copy of the reader may be used elsewhere while this history is written.
    pub fn reader(&self) -> &HistoryReader {
        &self.reader
    }

    /// Records that a run begins. On the disk when it returns.
    ///
    /// # Errors
    /// The line is too long or can't be written.
    pub fn begin(&mut self, begun: &RunBegun) -> Result<(), HistoryError> {
        self.write(begun.run, &NewLine::Begun(begun))
    }

    /// Records how a run ended. On the disk when it returns.
    ///
    /// # Errors
    /// As `begin`.
    pub fn end(&mut self, record: &RunRecord) -> Result<(), HistoryError> {
        self.write(record.run, &NewLine::Ended(record))
    }

    /// Adds a warning to a run, from outside of it.
    ///
    /// # Errors
    /// As `begin`.
    pub fn note(&mut self, run: u64, warning: &Warning) -> Result<(), HistoryError> {
        self.write(run, &NewLine::Noted { run, warning })
    }

    fn write(&mut self, run: u64, line: &NewLine) -> Result<(), HistoryError> {
        let encoded = serde_json::to_vec(line);
        let mut bytes = encoded.map_err(|source| HistoryError::Encode { run, source })?;
        bytes.push(b'\n');
        if bytes.len() > LONGEST {
            return Err(HistoryError::TooLong { run, bytes: bytes.len() });
        }
        self.reader.append(&bytes)
    }
}

/// Reads the history. Each query reads the file once and keeps no more than its answer. Blocks.
#[derive(Debug, Clone)]
pub struct HistoryReader {
    path: PathBuf,
    unwritten: Unwritten,
}

/// Records of ended runs that are not in the file, because they wait to be written or could not be. They are mailed all
/// the same.
#[derive(Debug, Clone, Default)]
pub struct Unwritten(Arc<Mutex<Vec<RunRecord>>>);

impl Unwritten {
    /// Keeps a record until it is written.
    pub fn add(&self, record: RunRecord) {
        self.records().push(record);
    }

    /// The record is in the file now.
    pub fn remove(&self, run: u64) {
        self.records().retain(|record| record.run != run);
    }

    fn records(&self) -> MutexGuard<'_, Vec<RunRecord>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HistoryReader {
    /// The last `count` finished runs, newest first, with all that was noted about them later.
    ///
    /// # Errors
    /// The file can't be read.
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
            noted.into_iter().for_each(|record| record.warnings.push(RunWarning::Mail(warning.clone())));
        }
        Ok(newest.into())
    }

    /// Where records wait until they are in the file.
    pub fn unwritten(&self) -> &Unwritten {
        &self.unwritten
    }

    /// The finished runs with a higher number, oldest first, also those that could not be written.
    ///
    /// # Errors
    /// As `newest`.
    pub fn ended_after(&self, run: u64) -> Result<Vec<RunRecord>, HistoryError> {
        let mut found = BTreeMap::new();
        // Taken before the file is read: what is written meanwhile is in one of them.
        found.extend(self.unwritten.records().iter().map(|record| (record.run, record.clone())));
        self.scan(|line| {
            if let Line::Ended(record) = line {
                found.insert(record.run, *record);
            }
        })?;
        Ok(found.into_values().filter(|record| record.run > run).collect())
    }

    /// Visits every whole line in file order; returns how many others there were.
    pub(super) fn scan(&self, mut visit: impl FnMut(Line)) -> Result<u64, HistoryError> {
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
pub(super) mod tests;
