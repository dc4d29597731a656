//! The general log at `log-file-path`: one line per message, for people who prefer files to the journal. Owns the open file and
//! notices when it is rotated. A full log disk must not stop a copy, so callers do no more than report an error.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use asbackup_system::paths;

pub struct TextLog {
    path: PathBuf,
    file: Option<File>,
    /// The last line is incomplete.
    torn: bool,
    failing: bool,
}

impl TextLog {
    /// Opens nothing yet.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), file: None, torn: false, failing: false }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends `line` and a newline. Returns only the first error of an outage.
    pub fn write(&mut self, line: &str) -> Option<io::Error> {
        let outcome = self.try_write(line);
        let first = !std::mem::replace(&mut self.failing, outcome.is_err());
        outcome.err().filter(|_| first)
    }

    fn try_write(&mut self, line: &str) -> io::Result<()> {
        let bytes = match self.torn {
            true => format!("\n{line}\n"),
            false => format!("{line}\n"),
        };
        let written = self.current()?.write(bytes.as_bytes())?;
        if written < bytes.len() {
            self.torn = true;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.torn = false;
        Ok(())
    }

    /// The file at the path now: logrotate replaces it.
    fn current(&mut self) -> io::Result<&mut File> {
        let open = self.file.take().filter(|file| self.is_at_path(file));
        let file = match open {
            Some(file) => file,
            None => {
                self.torn = false;
                paths::append(&self.path)?
            }
        };
        Ok(self.file.insert(file))
    }

    fn is_at_path(&self, file: &File) -> bool {
        let (Ok(open), Ok(named)) = (file.metadata(), self.path.metadata()) else {
            return false;
        };
        (open.dev(), open.ino()) == (named.dev(), named.ino())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A path below a temporary directory; nothing is there yet.
    fn log_path() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log/asbackup.log");
        (directory, path)
    }

    #[test]
    fn lines_are_appended_to_an_existing_log() {
        let (_directory, path) = log_path();
        assert!(TextLog::new(&path).write("one").is_none());
        assert!(TextLog::new(&path).write("two").is_none());
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o640);
    }

    #[test]
    fn after_a_rotation_lines_go_to_the_new_log() {
        let (_directory, path) = log_path();
        let mut log = TextLog::new(&path);
        log.write("old");
        let rotated = path.with_extension("log.1");
        fs::rename(&path, &rotated).unwrap();
        log.write("new");
        assert_eq!(fs::read_to_string(&rotated).unwrap(), "old\n");
        assert_eq!(fs::read_to_string(&path).unwrap(), "new\n");
    }

    #[test]
    fn an_outage_is_reported_once_and_ends_by_itself() {
        let (_directory, path) = log_path();
        fs::create_dir_all(&path).unwrap();
        let mut log = TextLog::new(&path);
        assert!(log.write("one").is_some());
        assert!(log.write("two").is_none());
        fs::remove_dir(&path).unwrap();
        assert!(log.write("three").is_none());
        assert_eq!(fs::read_to_string(&path).unwrap(), "three\n");
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(log.write("four").is_some());
    }

    #[test]
    fn a_full_disk_is_reported_and_survived() {
        let mut log = TextLog::new(Path::new("/dev/full"));
        let error = log.write("lost").unwrap();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn a_pipe_without_a_reader_does_not_block() {
        let (_directory, path) = log_path();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, mode).unwrap();
        assert!(TextLog::new(&path).write("lost").is_some());
    }
}
