//! Paths that need no second user; `tests/disk/paths.rs` has those that do.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use super::*;

fn refusal<T>(outcome: io::Result<T>) -> (String, Reason) {
    let Err(error) = outcome else { panic!("opened") };
    let refused = Refused::within(&error).unwrap_or_else(|| panic!("{error}"));
    let name = refused.component.file_name().unwrap().to_str().unwrap().to_owned();
    (name, refused.reason)
}

#[test]
fn a_log_is_made_and_appended_to_but_never_through_a_pipe_or_hard_link() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("logs/deep/a.log");
    append(&path).unwrap().write_all(b"one\n").unwrap();
    append(&path).unwrap().write_all(b"two\n").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
    assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o640);
    let second = directory.path().join("logs/deep/b.log");
    fs::hard_link(&path, &second).unwrap();
    assert_eq!(refusal(append(&second)).1, Reason::HardLinks);
    let read = |path: &Path| LogDirectory::of(path).and_then(|logs| logs.open(&logs.name));
    assert_eq!(refusal(read(&second)).1, Reason::HardLinks);
    let pipe = directory.path().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, Mode::RUSR | Mode::WUSR).unwrap();
    assert_eq!(refusal(append(&pipe)).1, Reason::NoFile);
    assert_eq!(refusal(read(&pipe)).1, Reason::NoFile);
    assert_eq!(refusal(file(&pipe)).1, Reason::NoFile);
    append(Path::new("/dev/null")).unwrap();
}

#[test]
fn a_file_that_everybody_can_write_to_is_not_trusted() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("excludes");
    fs::write(&path, "*.tmp").unwrap();
    assert_eq!(read(&path).unwrap(), b"*.tmp");
    fs::set_permissions(&path, Permissions::from_mode(0o666)).unwrap();
    assert_eq!(refusal(read(&path)), ("excludes".to_owned(), Reason::Writable(Principal::Everybody)));
}

#[test]
fn a_missing_path_is_not_found() {
    let missing = directory(Path::new("/nowhere/at/all")).unwrap_err();
    assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    assert_eq!(directory(Path::new("/etc/passwd")).unwrap_err().kind(), io::ErrorKind::NotADirectory);
}
