//! Where paths of config.ini may lead, with users beside root who try to redirect them; and what they achieve
//! when they try it on the whole daemon.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use asbackup_system::paths::{Principal, Reason, Refused, append, directory, make_directory};
use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success, warnings};
use asbackup_testing::{PATIENCE, wait_for};

const SOMEBODY: u32 = 4711;
const ANOTHER: u32 = 4712;
const SYSTEM_GROUP: u32 = 104;
const ROOT: (u32, u32) = (0, 0);
const USER: (u32, u32) = (SOMEBODY, SOMEBODY);

/// Below it are directories of root's, on a file system that knows ACLs.
struct Room(tempfile::TempDir);

impl Room {
    fn new() -> Self {
        let room = tempfile::tempdir_in("/var/tmp").expect("a directory");
        fs::set_permissions(room.path(), Permissions::from_mode(0o755)).expect("a mode");
        Self(room)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn directory(&self, name: &str, owner: (u32, u32), mode: u32) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(&path).expect("a directory");
        chown(&path, Some(owner.0), Some(owner.1)).expect("another owner");
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("a mode");
        path
    }

    fn link(&self, name: &str, target: &str, owner: u32) {
        let path = self.path(name);
        symlink(target, &path).expect("a link");
        lchown(&path, Some(owner), Some(owner)).expect("another owner");
    }
}

fn refusal<T>(outcome: io::Result<T>) -> (String, Reason) {
    let Err(error) = outcome else { panic!("it was opened") };
    let refused = Refused::within(&error).unwrap_or_else(|| panic!("{error}"));
    let name = refused.component.file_name().expect("a name").display().to_string();
    (name, refused.reason)
}

#[test]
fn ordinary_setups_are_accepted() {
    let room = Room::new();
    room.directory("data/srv/repository", USER, 0o777);
    room.link("srv", "data/srv", 0);
    room.directory("home/somebody", USER, 0o775);
    room.directory("home/somebody/repository", USER, 0o700);
    room.directory("log", (0, SYSTEM_GROUP), 0o2775);
    room.directory("log/asbackup", ROOT, 0o750);
    room.directory("tmp", ROOT, 0o1777);
    room.directory("tmp/repository", USER, 0o755);
    room.directory("shared", (0, 60_000), 0o2775);
    room.directory("shared/repository", (SOMEBODY, 60_000), 0o2775);
    for path in ["srv/repository", "home/somebody/repository", "log/asbackup", "tmp/repository", "shared/repository"] {
        let opened = directory(&room.path(path));
        assert!(opened.is_ok(), "{path}: {opened:?}");
    }
    let there = directory(&room.path("srv/../srv/./")).expect("it is usual").metadata().expect("it is usual");
    assert_eq!(there.ino(), room.path("data/srv").metadata().expect("it is usual").ino());
}

#[test]
fn a_directory_that_somebody_else_can_write_to_is_refused_and_named() {
    let room = Room::new();
    let of = |uid| Reason::Writable(Principal::User(uid));
    let group = |gid| Reason::Writable(Principal::Group(gid));
    let everybody = Reason::Writable(Principal::Everybody);
    for (name, owner, mode, reason) in [
        ("owned", (ANOTHER, ANOTHER), 0o755, of(ANOTHER)),
        ("open", ROOT, 0o777, everybody),
        ("grouped", (0, 60_000), 0o775, group(60_000)),
        ("users", (0, 100), 0o775, group(100)),
        ("sticky", (ANOTHER, 0), 0o1777, of(ANOTHER)),
    ] {
        room.directory(name, owner, mode);
        let inside = room.directory(&format!("{name}/repository"), USER, 0o755);
        assert_eq!(refusal(directory(&inside)), (name.to_owned(), reason), "{name}");
    }
    // Root's own, in a directory of the user's.
    room.directory("home", USER, 0o755);
    let inside = room.directory("home/locks", ROOT, 0o755);
    assert_eq!(refusal(directory(&inside)), ("home".to_owned(), of(SOMEBODY)));
    // What is missing would be made there.
    assert_eq!(refusal(make_directory(&room.path("home/new"), 0o755)), ("home".to_owned(), of(SOMEBODY)));
    assert_eq!(refusal(make_directory(&room.path("open/new"), 0o755)), ("open".to_owned(), everybody));
}

#[test]
fn an_access_list_counts_like_the_mode() {
    let room = Room::new();
    let parent = room.directory("parent", ROOT, 0o755);
    let inside = room.directory("parent/repository", USER, 0o755);
    let set = |list: &str| {
        let status = Command::new("setfacl").args(["-m", list]).arg(&parent).status();
        assert!(status.expect("setfacl").success());
    };
    set(&format!("u:{ANOTHER}:rx,m:rwx"));
    directory(&inside).expect("it is usual");
    set(&format!("u:{SOMEBODY}:rwx"));
    directory(&inside).expect("it is usual");
    set(&format!("u:{ANOTHER}:rwx"));
    assert_eq!(refusal(directory(&inside)), ("parent".to_owned(), Reason::Writable(Principal::User(ANOTHER))));
    set("m:rx");
    directory(&inside).expect("it is usual");
}

#[test]
fn a_link_is_followed_only_where_root_alone_can_have_made_it() {
    let room = Room::new();
    room.directory("secret", ROOT, 0o700);
    room.directory("home", USER, 0o755);
    room.directory("log", (0, SYSTEM_GROUP), 0o775);
    room.link("theirs", "secret", SOMEBODY);
    room.link("home/link", "../secret", 0);
    room.link("log/link", "../secret", 0);
    room.link("loop", "loop", 0);
    let link = |who| Reason::Link(who);
    let open = |name: &str| directory(&room.path(name));
    assert_eq!(refusal(open("theirs")), ("theirs".to_owned(), link(Principal::User(SOMEBODY))));
    assert_eq!(refusal(open("home/link")), ("link".to_owned(), link(Principal::User(SOMEBODY))));
    assert_eq!(refusal(open("log/link")), ("link".to_owned(), link(Principal::Group(SYSTEM_GROUP))));
    assert_eq!(open("loop").unwrap_err().raw_os_error(), Some(rustix::io::Errno::LOOP.raw_os_error()));
}

#[test]
fn directories_on_the_way_through_a_link_are_checked_too() {
    let room = Room::new();
    room.directory("open", ROOT, 0o777);
    room.directory("open/repository", ROOT, 0o755);
    let target = room.path("open/repository");
    room.link("absolute", target.to_str().expect("it is usual"), 0);
    room.link("relative", "open/repository", 0);
    for name in ["absolute", "relative"] {
        let refused = refusal(directory(&room.path(name)));
        assert_eq!(refused, ("open".to_owned(), Reason::Writable(Principal::Everybody)), "{name}");
    }
}

#[test]
fn a_log_that_somebody_put_into_a_shared_directory_is_refused() {
    let room = Room::new();
    room.directory("tmp", ROOT, 0o1777);
    let path = room.path("tmp/a.log");
    fs::write(&path, "").expect("it is usual");
    append(&path).expect("it is usual");
    std::os::unix::fs::chown(&path, Some(SOMEBODY), None).expect("it is usual");
    assert_eq!(refusal(append(&path)), ("a.log".to_owned(), Reason::Writable(Principal::User(SOMEBODY))));
}

/// A place that a user other than root has for himself, and the source in it.
fn source_of(scene: &mut Scene, owner: u32) -> PathBuf {
    let home = scene.testbed.make_directory("home");
    let source = home.join("source");
    fs::rename(&scene.source.top, &source).expect("the source there");
    scene.config.set("Backup", "backup-source", source.to_str().expect("UTF-8"));
    for path in [&home, &source] {
        chown(path, Some(owner), Some(owner)).expect("another owner");
    }
    source
}

fn link_in_the_place_of(path: &Path, target: &Path) {
    fs::rename(path, path.with_extension("aside")).expect("it is theirs to move");
    symlink(target, path).expect("a link");
    lchown(path, Some(SOMEBODY), Some(SOMEBODY)).expect("it is theirs");
}

fn is_on_disk(scene: &Scene, name: &str) -> bool {
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    let found = fs::symlink_metadata(scene.copy(&mounted).join(name)).is_ok();
    mounted.done();
    found
}

#[tokio::test]
async fn a_source_that_its_owner_swaps_for_a_link_leaks_nothing_of_roots() {
    let mut scene = Scene::new();
    let source = source_of(&mut scene, SOMEBODY);
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    let secret = scene.testbed.make_directory("secret");
    fs::set_permissions(&secret, Permissions::from_mode(0o700)).expect("a mode");
    fs::write(secret.join("key"), "root's alone").expect("a secret");
    link_in_the_place_of(&source, &secret);
    daemon.start_run("").await.expect("a run");
    let finished = daemon.finished(2).await;
    assert_aborted(&finished, "UnsafePath");
    let named = format!("{} on the way to it is a link that belongs to 4711", source.display());
    assert!(finished.message.contains(&named), "{}", finished.message);
    assert!(!is_on_disk(&scene, "key"), "root's secret is on the disk");
    assert!(is_on_disk(&scene, "repository"), "the copy was deleted");
    assert_eq!(fs::read_dir(&secret).expect("the secret").count(), 1);
}

#[tokio::test]
async fn a_source_below_a_directory_others_can_write_to_is_refused_by_name() {
    let mut scene = Scene::new();
    let source = source_of(&mut scene, SOMEBODY);
    let home = source.parent().expect("its directory");
    chown(home, Some(ANOTHER), None).expect("another owner");
    let (daemon, finished) = scene.run_once().await;
    assert_aborted(&finished, "UnsafePath");
    // It was said at the start already, whether or not a disk comes.
    let said = format!("[Backup] backup-source: {} is not used", source.display());
    wait_for("it to be said at the start", PATIENCE, || daemon.text_log().contains(&said).then_some(()));
    let named = format!("{} on the way to it can be changed by 4712", home.display());
    assert!(finished.message.contains(&named), "{}", finished.message);
    scene.assert_unmounted();
}

#[tokio::test]
async fn a_source_lock_with_a_second_name_is_refused_and_empties_nothing() {
    let mut scene = Scene::new();
    let victim = scene.testbed.directory().join("victim");
    fs::write(&victim, "precious").expect("a file of root's");
    fs::hard_link(&victim, scene.config.source_lock()).expect("a second name");
    let (_daemon, finished) = scene.run_once().await;
    assert_eq!(fs::read_to_string(&victim).expect("it is there"), "precious");
    assert_aborted(&finished, "LockFailed");
    assert!(finished.message.contains("second name"), "{}", finished.message);
    fs::remove_file(scene.config.source_lock()).expect("ours");
    scene.assert_left_clean();
}

#[tokio::test]
async fn pipes_in_the_place_of_both_logs_delay_neither_daemon_nor_copy() {
    let mut scene = Scene::new();
    let logs = ["asbackup.log", "rsync.log"].map(|name| scene.testbed.directory().join(name));
    for path in &logs {
        rustix::fs::mkfifoat(rustix::fs::CWD, path, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).expect("a pipe");
    }
    // With a reader at the other end a pipe takes what it is given, until it is full.
    let readers = logs.each_ref().map(|path| {
        let flags = rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::NONBLOCK;
        rustix::fs::open(path, flags, rustix::fs::Mode::empty()).expect("a reader")
    });
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    assert!(warnings(&daemon).contains(&"log-unwritable".to_owned()), "{:?}", warnings(&daemon));
    for reader in readers {
        let mut bytes = [0; 64];
        assert_ne!(rustix::io::read(reader, &mut bytes).unwrap_or(0), 64, "something was written into a pipe");
    }
    for path in &logs {
        fs::remove_file(path).expect("ours");
    }
    scene.assert_copied(Fidelity::Full);
}

#[tokio::test]
async fn a_log_that_is_a_second_name_of_something_else_is_not_written_to() {
    let mut scene = Scene::new();
    let victim = scene.testbed.directory().join("victim");
    fs::write(&victim, "precious").expect("a file of root's");
    for name in ["asbackup.log", "rsync.log"] {
        fs::hard_link(&victim, scene.testbed.directory().join(name)).expect("a second name");
    }
    let (_daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    assert_eq!(fs::read_to_string(&victim).expect("it is there"), "precious");
}
