//! Somebody else's files: what the first copy to a disk would delete, and what is not recognisably an older copy of this repository.
//! Pure.
//!
//! A file belongs to it that lies in one of its directories. Any other does if the disk holds files of the repository as well, and it
//! is of a kind that Veeam makes or the repository has: so a job that is gone since leaves its backups on a disk that another program
//! copied to before. Photos beside them belong to somebody.

use std::path::Path;

use super::file_kinds::{self, Kinds, Sum};

#[derive(Debug, Default)]
pub struct Strangers(Kinds);

impl Strangers {
    /// A file of the disk that is not in the source. `is_ours`: whether a directory is.
    pub fn add(&mut self, path: &Path, bytes: u64, is_ours: impl Fn(&Path) -> bool) {
        let mut directories = path.ancestors().skip(1).filter(|directory| !directory.as_os_str().is_empty());
        if !directories.any(is_ours) {
            self.0.add(path, bytes);
        }
    }

    /// Those that stay strangers, beside what `came` from the source. `has_common`: some file is on both sides.
    pub fn beside(&self, came: &Kinds, has_common: bool) -> Sum {
        self.0.sum(|kind| !(has_common && (file_kinds::is_veeam(kind) || came.has(kind))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(files: &[&str], ours: &str, has_common: bool) -> u64 {
        let mut strangers = Strangers::default();
        files.iter().for_each(|name| strangers.add(Path::new(name), 1, |directory| directory == Path::new(ours)));
        let mut came = Kinds::default();
        came.add(Path::new("notes.txt"), 1);
        strangers.beside(&came, has_common).files
    }

    #[test]
    fn photos_are_strangers_and_an_older_copy_is_not() {
        assert_eq!(count(&["a.jpg", "photos/b.jpg"], "Job", true), 2);
        assert_eq!(count(&["Job/old.vbk", "Job/deep/er/x"], "Job", false), 0);
        assert_eq!(count(&["OldJob/old.vbk", "flat.vib", "older.txt"], "Job", true), 0);
        assert_eq!(count(&["OldJob/old.vbk", "flat.vib", "older.txt"], "Job", false), 3);
    }
}
