//! What needs no second user; with one: `tests/disk/paths.rs`.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use super::*;

fn refusal<T>(outcome: io::Result<T>) -> (String, Reason) {
    let Err(error) = outcome else { panic!("it was opened") };
    let refused = Refused::within(&error).unwrap_or_else(|| panic!("{error}"));
    let name = refused.component.file_name().unwrap().to_str().unwrap().to_owned();
    (name, refused.reason)
}

#[test]
fn a_log_is_made_and_written_to_but_never_through_a_pipe_or_a_second_name() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("logs/deep/a.log");
    append(&path).unwrap().write_all(b"one\n").unwrap();
    append(&path).unwrap().write_all(b"two\n").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
    assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o640);
    let second = place.path().join("logs/deep/b.log");
    fs::hard_link(&path, &second).unwrap();
    assert_eq!(refusal(append(&second)).1, Reason::Names);
    let read = |path: &Path| LogDirectory::of(path).and_then(|directory| directory.open(&directory.name));
    assert_eq!(refusal(read(&second)).1, Reason::Names);
    let pipe = place.path().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, Mode::RUSR | Mode::WUSR).unwrap();
    assert_eq!(refusal(append(&pipe)).1, Reason::NoFile);
    assert_eq!(refusal(read(&pipe)).1, Reason::NoFile);
    assert_eq!(refusal(file(&pipe)).1, Reason::NoFile);
    append(Path::new("/dev/null")).unwrap();
}

#[test]
fn a_file_that_anybody_can_change_is_not_believed() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("excludes");
    fs::write(&path, "*.tmp").unwrap();
    assert_eq!(read(&path).unwrap(), b"*.tmp");
    fs::set_permissions(&path, Permissions::from_mode(0o666)).unwrap();
    assert_eq!(refusal(read(&path)), ("excludes".to_owned(), Reason::Writable(Who::Everybody)));
}

#[test]
fn what_is_missing_is_said_to_be_missing() {
    let missing = directory(Path::new("/nowhere/at/all")).unwrap_err();
    assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    assert_eq!(directory(Path::new("/etc/passwd")).unwrap_err().kind(), io::ErrorKind::NotADirectory);
}
