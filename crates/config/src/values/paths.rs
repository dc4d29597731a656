//! Paths. Looks at the text only: whether a path exists is for the run to find out.

use std::path::{Component, Path, PathBuf};

use super::value::{Kind, Value};
use crate::fault::{ConfigProblem, Problems};

/// An absolute path; may be empty.
pub const DIRECTORY: Kind<PathBuf> = Kind::new(directory, |path| show(path));

/// An absolute path that ends in a file's name.
pub const FILE: Kind<PathBuf> = Kind::new(file, |path| show(path));

/// The same, but may be empty.
pub const OPTIONAL_FILE: Kind<PathBuf> =
    Kind::new(|value| if value.text.is_empty() { Ok(PathBuf::new()) } else { file(value) }, |path| show(path));

/// A path on the disk: empty, relative or absolute, but not out of it.
pub const ON_DISK: Kind<PathBuf> = Kind::new(on_disk, |path| show(path));

/// A file below another directory.
pub const FILE_WITHIN: Kind<PathBuf> = Kind::new(file_within, |path| show(path)).keeps_empty();

/// The same, but may be empty.
pub const OPTIONAL_FILE_WITHIN: Kind<PathBuf> =
    Kind::new(|value| if value.text.is_empty() { Ok(PathBuf::new()) } else { file_within(value) }, |path| show(path));

/// The path as in the file.
pub fn show(path: &Path) -> String {
    path.display().to_string()
}

/// Reads a `DIRECTORY`.
pub fn directory(value: &Value) -> Result<PathBuf, Problems> {
    let path = PathBuf::from(value.text);
    if value.text.is_empty() || path.is_absolute() {
        return Ok(path);
    }
    value.refuse(|section, key, value| ConfigProblem::PathNotAbsolute { section, key, value })
}

fn file(value: &Value) -> Result<PathBuf, Problems> {
    let path = directory(value)?;
    names_a_file(value)?;
    Ok(path)
}

fn on_disk(value: &Value) -> Result<PathBuf, Problems> {
    stays_below(value)?;
    Ok(PathBuf::from(value.text))
}

fn file_within(value: &Value) -> Result<PathBuf, Problems> {
    if Path::new(value.text).is_absolute() {
        return value.refuse(|section, key, value| ConfigProblem::PathNotRelative { section, key, value });
    }
    stays_below(value)?;
    names_a_file(value)?;
    Ok(PathBuf::from(value.text))
}

fn names_a_file(value: &Value) -> Result<(), Problems> {
    // `Path` ignores a slash or a dot at the end, but whoever writes one means a directory.
    let last = value.text.rsplit('/').next().unwrap_or_default();
    if !matches!(last, "" | "." | "..") {
        return Ok(());
    }
    value.refuse(|section, key, value| ConfigProblem::PathWithoutFile { section, key, value })
}

fn stays_below(value: &Value) -> Result<(), Problems> {
    let mut parts = Path::new(value.text).components();
    if !parts.any(|part| part == Component::ParentDir) {
        return Ok(());
    }
    value.refuse(|section, key, value| ConfigProblem::PathClimbs { section, key, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value<'_> {
        Value { section: "Backup", key: "some-path", text, secret: false }
    }

    fn refused<T>(kind: &Kind<T>, text: &str) -> ConfigProblem {
        match (kind.read)(&value(text)) {
            Ok(_) => panic!("{text:?} was taken"),
            Err(problems) => problems[0].clone(),
        }
    }

    #[test]
    fn a_directory_is_an_absolute_path() {
        assert!((DIRECTORY.read)(&value("/srv/veeam")).is_ok());
        assert!((DIRECTORY.read)(&value("")).is_ok());
        for text in ["srv/veeam", "./x", "~/x", "C:\\x"] {
            let problem = refused(&DIRECTORY, text);
            assert!(matches!(problem, ConfigProblem::PathNotAbsolute { .. }));
        }
    }

    #[test]
    fn a_log_file_needs_a_name() {
        assert!((FILE.read)(&value("/var/log/copy.log")).is_ok());
        for text in ["/", "/var/log/", "/var/log/.", "/var/log/.."] {
            let problem = refused(&FILE, text);
            assert!(matches!(problem, ConfigProblem::PathWithoutFile { .. }));
        }
        let problem = refused(&FILE, "copy.log");
        assert!(matches!(problem, ConfigProblem::PathNotAbsolute { .. }));
    }

    #[test]
    fn a_destination_is_any_path_that_stays_on_the_disk() {
        for text in ["", "/", "veeam", "veeam/copy", "/media/root/DISK1/veeam", "a..b"] {
            assert_eq!((ON_DISK.read)(&value(text)).unwrap(), PathBuf::from(text));
        }
        for text in ["..", "../x", "/media/../etc", "a/.."] {
            let problem = refused(&ON_DISK, text);
            assert!(matches!(problem, ConfigProblem::PathClimbs { .. }));
        }
    }

    #[test]
    fn a_lock_file_is_below_its_directory() {
        for text in [".asbackup.lock", "locks/copy.lock", "./copy.lock"] {
            assert!((FILE_WITHIN.read)(&value(text)).is_ok());
        }
        let problem = refused(&FILE_WITHIN, "/run/lock");
        assert!(matches!(problem, ConfigProblem::PathNotRelative { .. }));
        for text in ["../copy.lock", "a/../../b"] {
            let problem = refused(&FILE_WITHIN, text);
            assert!(matches!(problem, ConfigProblem::PathClimbs { .. }));
        }
        for text in ["", "locks/", "."] {
            let problem = refused(&FILE_WITHIN, text);
            assert!(matches!(problem, ConfigProblem::PathWithoutFile { .. }));
        }
    }
}
