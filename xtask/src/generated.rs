//! A file that is made from the code and checked in: written by a command, compared by a test.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub struct Generated {
    /// Seen from the top of the repository.
    pub path: PathBuf,
    pub text: String,
}

impl Generated {
    pub fn new(path: impl Into<PathBuf>, text: String) -> Self {
        Self { path: path.into(), text }
    }

    fn full_path(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(&self.path)
    }
}

/// # Errors
/// A file can't be written.
pub fn write(files: &[Generated]) -> io::Result<()> {
    files.iter().try_for_each(|file| fs::write(file.full_path(), &file.text))
}

#[cfg(test)]
#[track_caller]
pub fn assert_checked_in(files: &[Generated], command: &str) {
    for file in files {
        let checked_in = fs::read_to_string(file.full_path()).unwrap_or_default();
        assert!(checked_in == file.text, "{} is out of date: cargo xtask {command}", file.path.display());
    }
}
