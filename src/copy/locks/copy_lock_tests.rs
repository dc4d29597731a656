use super::*;
use proptest::prelude::*;
use std::fs;
use std::os::unix::fs::symlink;

fn place() -> (tempfile::TempDir, File) {
    let place = tempfile::tempdir().unwrap();
    let top = File::open(place.path()).unwrap();
    (place, top)
}

const PATH: &str = "locks/copy.lock";

#[test]
fn a_released_lock_leaves_nothing_behind() {
    let (place, top) = place();
    let (lock, found) = CopyLock::acquire(top.as_fd(), Path::new(PATH), "pid=1\n").unwrap();
    assert_eq!(found, Found::Nothing);
    assert_eq!(fs::read_to_string(place.path().join(PATH)).unwrap(), "pid=1\n");
    assert_eq!(lock.release().unwrap(), Released::Removed);
    assert!(!place.path().join(PATH).exists());
}

#[test]
fn a_held_lock_names_its_holder() {
    let (_place, top) = place();
    let _first = CopyLock::acquire(top.as_fd(), Path::new(PATH), "pid=1\nhost=a\n").unwrap();
    let error = CopyLock::acquire(top.as_fd(), Path::new(PATH), "pid=2\n").unwrap_err();
    assert!(matches!(error, LockError::Held { holder } if holder == "pid=1 host=a"));
}

#[test]
fn stale_and_empty_files_are_taken_over_and_reported() {
    let (place, top) = place();
    for (content, expected) in [("", Found::Empty), ("pid=7\n", Found::Stale("pid=7".into()))] {
        fs::create_dir_all(place.path().join("locks")).unwrap();
        fs::write(place.path().join(PATH), content).unwrap();
        let (lock, found) = CopyLock::acquire(top.as_fd(), Path::new(PATH), "x").unwrap();
        assert_eq!(found, expected);
        lock.release().unwrap();
    }
}

#[test]
fn a_removed_lock_file_is_reported() {
    let (place, top) = place();
    let (lock, _) = CopyLock::acquire(top.as_fd(), Path::new(PATH), "x").unwrap();
    fs::remove_file(place.path().join(PATH)).unwrap();
    fs::write(place.path().join(PATH), "another's").unwrap();
    assert_eq!(lock.release().unwrap(), Released::Vanished);
    assert!(place.path().join(PATH).exists());
}

#[test]
fn only_stale_files_of_this_machine_are_removed() {
    let (place, top) = place();
    remove_stale(top.as_fd(), Path::new(PATH)).unwrap();
    fs::create_dir_all(place.path().join("locks")).unwrap();
    for (content, stays) in [(note(7), false), ("pid=1\nhost=another\n".into(), true), (String::new(), true)] {
        fs::write(place.path().join(PATH), content).unwrap();
        remove_stale(top.as_fd(), Path::new(PATH)).unwrap();
        assert_eq!(place.path().join(PATH).exists(), stays);
    }
    let (_held, _) = CopyLock::acquire(top.as_fd(), Path::new(PATH), &note(8)).unwrap();
    remove_stale(top.as_fd(), Path::new(PATH)).unwrap();
    assert!(place.path().join(PATH).exists(), "it is held");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_note_in_the_file_can_be_replaced(note in prop::collection::vec(any::<u8>(), 0..3000)) {
        let (place, top) = place();
        fs::write(place.path().join("lock"), &note).unwrap();
        remove_stale(top.as_fd(), Path::new("lock")).unwrap();
        let (lock, found) = CopyLock::acquire(top.as_fd(), Path::new("lock"), "x").unwrap();
        if let Found::Stale(holder) = found {
            prop_assert!(holder.chars().count() <= LONGEST_NOTE as usize && !holder.contains('\n'));
        }
        lock.release().unwrap();
    }
}

#[test]
fn a_lock_file_with_a_second_name_is_refused_and_kept() {
    let (place, top) = place();
    let victim = place.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    fs::hard_link(&victim, place.path().join("lock")).unwrap();
    let refused = CopyLock::acquire(top.as_fd(), Path::new("lock"), "x");
    assert!(matches!(refused, Err(LockError::Strange)));
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
}

#[test]
fn a_pipe_or_directory_in_the_locks_place_is_refused_at_once() {
    let (place, top) = place();
    rustix::fs::mkfifoat(rustix::fs::CWD, place.path().join("pipe"), Mode::RUSR).unwrap();
    fs::create_dir(place.path().join("directory")).unwrap();
    for name in ["pipe", "directory"] {
        let refused = CopyLock::acquire(top.as_fd(), Path::new(name), "x");
        assert!(matches!(refused, Err(LockError::Strange)), "{name}");
    }
}

#[test]
fn a_link_in_the_locks_place_is_refused() {
    let (place, top) = place();
    let victim = place.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    symlink(&victim, place.path().join("lock")).unwrap();
    assert!(CopyLock::acquire(top.as_fd(), Path::new("lock"), "x").is_err());
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
}
