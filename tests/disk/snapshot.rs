//! Copies from a snapshot: equal to the frozen state in everything, with Veeam at work meanwhile.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use asbackup_testing::testbed::Testbed;
use asbackup_testing::testbed::compare::{Fidelity, assert_same};
use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::disk::{Disk, FileSystem, Layout};
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success, warnings};
use asbackup_testing::testbed::tree::Tree;
use asbackup_testing::{PATIENCE, run, wait_for};

const REPOSITORY: &str = "/mnt/repository";
const SOURCE: &str = "/mnt/repository/veeam";

/// A repository on a file system of its own, and a disk.
struct Stage {
    scene: Scene,
    _drive: Disk,
}

impl Stage {
    fn new(file_system: FileSystem) -> Self {
        let testbed = Testbed::new();
        let disk = Disk::make(&testbed, FileSystem::Ext4, "OFFSITE");
        Self::of(testbed, disk, file_system)
    }

    fn of(testbed: Testbed, disk: Disk, file_system: FileSystem) -> Self {
        let mut drive = Disk::make_sized(&testbed, file_system, Layout::Whole, "REPO", 1 << 30);
        testbed.run(&["mkdir", REPOSITORY]);
        drive.plug();
        testbed.run(&["mount", &drive.device().display().to_string(), REPOSITORY]);
        let mut scene = Scene::of(testbed, disk);
        scene.config.set("Backup", "backup-source", SOURCE).set("Snapshot", "mode", "require");
        for key in ["max-deletions-percent", "max-deleted-bytes-percent"] {
            scene.config.set("Safety", key, "100");
        }
        scene.source = Tree::new(scene.testbed.path(SOURCE));
        Self { scene, _drive: drive }
    }

    /// What is in the place of the snapshots, hidden names left out.
    fn left(&self) -> Vec<PathBuf> {
        let place = self.scene.testbed.path(REPOSITORY).join(".asbackup");
        let names = fs::read_dir(place).into_iter().flatten().flatten().map(|entry| entry.file_name());
        names.filter(|name| !name.to_string_lossy().starts_with('.')).map(PathBuf::from).collect()
    }

    /// A copy of the source as it is now, to be held against.
    fn control(&self) -> PathBuf {
        let control = self.scene.testbed.directory().join("control");
        let mut rsync = self.scene.testbed.command("rsync");
        rsync.args(["-aHAXS", "--numeric-ids", "--delete", "-@-1", "--exclude=/.asbackup.lock", &format!("{SOURCE}/")]);
        run(rsync.arg(format!("{}/", control.display())));
        control
    }

    fn assert_copied_as(&self, control: &Path) {
        let mounted = self.scene.disk.mount_read_only(&self.scene.testbed);
        assert_same(control, &self.scene.copy(&mounted), Fidelity::Full);
    }
}

fn checked(daemon: &Daemon) -> Vec<String> {
    let log = daemon.text_log();
    let lines = log.lines().filter(|line| line.contains("Step 5 (preflight check): ") && line.contains(" to copy"));
    lines.map(|line| line.split_once("check): ").expect("it").1.to_owned()).collect()
}

#[tokio::test]
async fn a_copy_from_a_snapshot_is_whole_and_the_next_one_finds_nothing() {
    for file_system in [FileSystem::Xfs, FileSystem::Btrfs] {
        let mut stage = Stage::new(file_system);
        let source = &stage.scene.source;
        source.everything();
        source.evil_names();
        source.noise("becomes/a file/of old", 5000);
        source.noise("becomes a directory", 5000);
        let (daemon, finished) = stage.scene.run_once().await;
        assert_success(&finished);
        assert!(daemon.text_log().contains("Veeam may work"), "{}", daemon.text_log());
        stage.assert_copied_as(&stage.control());

        let source = &stage.scene.source;
        fs::remove_dir_all(source.path("becomes/a file")).expect("it");
        source.noise("becomes/a file", 6000);
        fs::remove_file(source.path("becomes a directory")).expect("it");
        source.noise("becomes a directory/with a file", 6000);
        fs::hard_link(source.path("links/first"), source.path("links/new name")).expect("a link");
        fs::remove_file(source.path("empty.file")).expect("it");
        source.file("config/job.vbm", "<job/>\n");
        daemon.start_run("").await.expect("a run");
        assert_success(&daemon.finished(2).await);
        stage.assert_copied_as(&stage.control());
        daemon.start_run("").await.expect("a run");
        assert_success(&daemon.finished(3).await);
        let last = checked(&daemon).pop().expect("three plans");
        assert!(last.starts_with("0 files of 0 B to copy, 0 to delete"), "{last}");
        assert!(warnings(&daemon).is_empty(), "{:?}", warnings(&daemon));
        assert_eq!(stage.left(), Vec::<PathBuf>::new());
        stage.scene.assert_left_clean();
    }
}

#[tokio::test]
async fn veeam_gets_its_lock_and_writes_in_mid_copy_and_the_copy_is_as_it_was_before() {
    for file_system in [FileSystem::Xfs, FileSystem::Btrfs] {
        let mut stage = Stage::new(file_system);
        stage.scene.source.heavy();
        stage.scene.source.simple(50);
        stage.scene.source.noise("chain/old.vib", 100_000);
        let control = stage.control();
        let daemon = stage.scene.daemon().await;
        let held = stage.scene.plug_and_hold(&daemon).await;
        let state: String = daemon.call("VeeamLock", &("Nightly",)).await.expect("a lock");
        assert_eq!(state, "held", "it waits for nobody");
        let source = &stage.scene.source;
        for entry in fs::read_dir(&source.top).expect("it").flatten().filter(|entry| entry.path().is_file()) {
            fs::write(entry.path(), "Veeam was here").expect("a write");
        }
        fs::remove_file(source.path("chain/old.vib")).expect("it");
        source.noise("chain/new.vib", 100_000);
        held.release();
        assert_success(&daemon.finished(1).await);
        assert!(warnings(&daemon).is_empty(), "{:?}", warnings(&daemon));
        stage.assert_copied_as(&control);
        assert_eq!(stage.left(), Vec::<PathBuf>::new());
        let () = daemon.call("VeeamUnlock", &("Nightly",)).await.expect("it is held");
    }
}

#[tokio::test]
async fn without_reflinks_the_copy_is_refused_if_a_snapshot_is_demanded_and_made_otherwise() {
    let mut stage = Stage::new(FileSystem::Ext4);
    stage.scene.source.simple(50);
    let (daemon, finished) = stage.scene.run_once().await;
    assert_aborted(&finished, "SnapshotFailed");
    assert!(finished.message.contains("can't share blocks"), "{}", finished.message);
    drop(daemon);
    stage.scene.config.set("Snapshot", "mode", "auto");
    let daemon = stage.scene.daemon().await;
    let why = "can't share blocks between files), so Veeam has to wait until a copy is over";
    daemon.wait_for("the reason", |_| daemon.text_log().contains(why).then_some(())).await;
    assert!(daemon.property::<String>("SnapshotError").await.contains(why));
    assert!(!stage.scene.testbed.path(REPOSITORY).join(".asbackup").exists(), "nothing is made where it is of no use");
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(1).await);
    assert!(warnings(&daemon).is_empty());
    assert!(!daemon.text_log().contains("Veeam may work"));
    stage.assert_copied_as(&stage.control());
}

#[tokio::test]
async fn a_repository_that_gets_full_gets_its_room_back_and_the_run_says_so() {
    let mut stage = Stage::new(FileSystem::Xfs);
    stage.scene.source.heavy();
    stage.scene.config.set("Snapshot", "min-free-percent", "50");
    let daemon = stage.scene.daemon().await;
    let held = stage.scene.plug_and_hold(&daemon).await;
    // As Veeam does meanwhile.
    let room = Tree::new(stage.scene.testbed.path(REPOSITORY));
    room.noise("veeam/new.vbk", 300 << 20);
    room.noise("veeam/newer.vbk", 100 << 20);
    held.is_told_to_end();
    held.release();
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "SnapshotFailed");
    assert!(finished.message.contains("at least 50 % are to stay free"), "{}", finished.message);
    assert_eq!(stage.left(), Vec::<PathBuf>::new());
    stage.scene.assert_left_clean();
}

#[tokio::test]
async fn a_repository_that_is_full_already_is_copied_as_it_is_with_a_warning() {
    let mut stage = Stage::new(FileSystem::Xfs);
    stage.scene.source.simple(50);
    stage.scene.config.set("Snapshot", "mode", "auto").set("Snapshot", "min-free-percent", "100");
    let (daemon, finished) = stage.scene.run_once().await;
    assert_success(&finished);
    assert_eq!(warnings(&daemon), ["snapshot-failed"]);
    assert!(daemon.text_log().contains("of its file system are free"), "{}", daemon.text_log());
    stage.assert_copied_as(&stage.control());
}

#[tokio::test]
async fn a_repository_that_is_a_whole_file_system_has_its_snapshots_where_veeam_does_not_look() {
    let mut stage = Stage::new(FileSystem::Xfs);
    stage.scene.config.set("Backup", "backup-source", REPOSITORY);
    stage.scene.source.simple(50);
    let (daemon, finished) = stage.scene.run_once().await;
    assert_success(&finished);
    assert!(daemon.text_log().contains("Veeam may work"));
    let names = |directory: PathBuf| {
        let mut names: Vec<_> = fs::read_dir(directory).expect("it").flatten().map(|entry| entry.file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(stage.scene.testbed.path(REPOSITORY)), [".Trash-0", "veeam"]);
    let mounted = stage.scene.disk.mount_read_only(&stage.scene.testbed);
    assert_eq!(names(stage.scene.copy(&mounted)), ["veeam"]);
    drop(mounted);
    // Also where nothing is frozen any more.
    drop(daemon);
    stage.scene.config.set("Snapshot", "mode", "off");
    let daemon = stage.scene.daemon().await;
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(1).await);
    let mounted = stage.scene.disk.mount_read_only(&stage.scene.testbed);
    assert_eq!(names(stage.scene.copy(&mounted)), ["veeam"]);
}

#[tokio::test]
async fn what_a_killed_daemon_left_frozen_is_removed_when_it_starts_again() {
    let mut stage = Stage::new(FileSystem::Xfs);
    stage.scene.source.heavy();
    let mut daemon = stage.scene.daemon().await;
    let held = stage.scene.plug_and_hold(&daemon).await;
    assert_eq!(stage.left(), [PathBuf::from("1")]);
    daemon.kill().await;
    drop(held);
    stage.scene.config.set("Snapshot", "mode", "off");
    let daemon = stage.scene.daemon().await;
    assert_eq!(stage.left(), Vec::<PathBuf>::new());
    assert_success(&daemon.finished(1).await);
    stage.assert_copied_as(&stage.control());
}

#[tokio::test]
async fn somebody_who_has_a_file_open_for_writing_is_waited_for_and_named() {
    let mut stage = Stage::new(FileSystem::Xfs);
    stage.scene.source.simple(50);
    let file = stage.scene.source.noise("chain/open.vbk", 100_000);
    let mut writer = stage.scene.testbed.command("sh");
    writer.args(["-c", "exec >> \"$0\"; echo; read -r _", &format!("{SOURCE}/chain/open.vbk")]).stdin(Stdio::piped());
    let mut writer = writer.spawn().expect("a writer");
    wait_for("it to write", PATIENCE, || (file.metadata().expect("it").len() > 100_000).then_some(()));
    let daemon = stage.scene.daemon().await;
    stage.scene.disk.plug();
    daemon.in_state("freezing").await;
    daemon.wait_for("the file to be named", |_| daemon.text_log().contains("(chain/open.vbk)").then_some(())).await;
    let status: String = daemon.property("Status").await;
    assert!(status.contains("(chain/open.vbk)"), "{status}");
    drop(writer.stdin.take());
    writer.wait().expect("it ends");
    assert_success(&daemon.finished(1).await);
    stage.assert_copied_as(&stage.control());
    assert!(warnings(&daemon).is_empty());
}

#[tokio::test]
async fn a_foreign_lock_in_mid_copy_is_no_warning_any_more() {
    let mut stage = Stage::new(FileSystem::Xfs);
    stage.scene.source.heavy();
    let daemon = stage.scene.daemon().await;
    let held = stage.scene.plug_and_hold(&daemon).await;
    let as_of: u64 = daemon.property("SourceAsOf").await;
    assert!(as_of > 0);
    let lock = stage.scene.config.veeam_directory.join("Foreign.lock");
    fs::write(&lock, "job").expect("a lock");
    daemon
        .wait_for("the lock to be seen", |recorded| {
            recorded
                .properties
                .get("VeeamLockCount")
                .is_some_and(|count| format!("{count:?}").contains('1'))
                .then_some(())
        })
        .await;
    held.release();
    assert_success(&daemon.finished(1).await);
    assert!(warnings(&daemon).is_empty(), "{:?}", warnings(&daemon));
    assert_eq!(daemon.record().totals.source_as_of, as_of);
    fs::remove_file(lock).expect("it");
}

/// Both files always hold the same number, or the first one the next.
#[tokio::test]
async fn of_somebody_who_writes_without_a_lock_there_is_one_moment_or_a_warning() {
    const NAMES: [&str; 2] = ["first.vbk", "second.vbk"];
    let mut stage = Stage::new(FileSystem::Xfs);
    stage.scene.config.set("Snapshot", "mode", "auto");
    let source = &stage.scene.source;
    NAMES.iter().for_each(|name| drop(source.file(name, format!("{:020}", 0))));
    let paths = NAMES.map(|name| source.path(name));
    let done = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let is_done = done.clone();
    let writer = std::thread::spawn(move || {
        for number in 1.. {
            for path in &paths {
                fs::write(path, format!("{number:020}")).expect("a write");
            }
            if is_done.load(std::sync::atomic::Ordering::Relaxed) {
                return;
            }
        }
    });
    let (daemon, finished) = stage.scene.run_once().await;
    done.store(true, std::sync::atomic::Ordering::Relaxed);
    writer.join().expect("it writes to the end");
    let stands = daemon.text_log().contains("Veeam may work");
    if !stands && finished.result == "success" {
        assert!(warnings(&daemon).contains(&"snapshot-not-proven".to_owned()), "{:?}", warnings(&daemon));
    }
    if stands && finished.result == "success" {
        let mounted = stage.scene.disk.mount_read_only(&stage.scene.testbed);
        let number = |name| {
            fs::read_to_string(stage.scene.copy(&mounted).join(name)).expect("it").parse::<u64>().expect("a number")
        };
        let (first, second) = (number(NAMES[0]), number(NAMES[1]));
        assert!(first == second || first == second + 1, "{first} and {second} are of no moment");
    }
}

#[tokio::test]
async fn deletions_make_room_first_where_they_have_to() {
    let testbed = Testbed::new();
    let disk = Disk::make_sized(&testbed, FileSystem::Ext4, Layout::Whole, "OFFSITE", 200 << 20);
    let mut stage = Stage::of(testbed, disk, FileSystem::Xfs);
    stage.scene.source.noise("old.vbk", 100 << 20);
    stage.scene.source.noise("kept.vbk", 5 << 20);
    let (daemon, finished) = stage.scene.run_once().await;
    assert_success(&finished);
    fs::remove_file(stage.scene.source.path("old.vbk")).expect("it");
    stage.scene.source.noise("new.vbk", 100 << 20);
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(2).await);
    assert!(warnings(&daemon).contains(&"deleted-first".to_owned()), "{:?}", warnings(&daemon));
    stage.assert_copied_as(&stage.control());
}

#[tokio::test]
async fn a_disk_with_coarse_times_gets_the_next_version_too() {
    let testbed = Testbed::new();
    let disk = Disk::make(&testbed, FileSystem::Exfat, "OFFSITE");
    let mut stage = Stage::of(testbed, disk, FileSystem::Xfs);
    // As if it had been written in the last moment before the snapshot, and again in the first one after it.
    let time = std::time::SystemTime::now() + std::time::Duration::from_secs(3600);
    let source = Tree::new(stage.scene.source.top.clone());
    let write = |text: &str, time| {
        let path = source.file("rewritten.vbm", text);
        fs::File::options().write(true).open(path).and_then(|file| file.set_modified(time)).expect("its time");
    };
    write("one", time);
    let daemon = stage.scene.daemon().await;
    stage.scene.disk.plug();
    assert_success(&daemon.finished(1).await);
    write("two", time + std::time::Duration::from_millis(300));
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(2).await);
    let mounted = stage.scene.disk.mount_read_only(&stage.scene.testbed);
    assert_eq!(fs::read_to_string(stage.scene.copy(&mounted).join("rewritten.vbm")).expect("it"), "two");
}

#[tokio::test]
async fn a_repository_that_belongs_to_veeams_own_user_is_frozen_too() {
    for source in [SOURCE, REPOSITORY] {
        let mut stage = Stage::new(FileSystem::Xfs);
        stage.scene.source.everything();
        stage.scene.config.set("Backup", "backup-source", source);
        stage.scene.testbed.run(&["chown", "-R", "1234:1234", source]);
        stage.scene.testbed.run(&["chmod", "0700", source]);
        let (daemon, finished) = stage.scene.run_once().await;
        assert_success(&finished);
        assert!(daemon.text_log().contains("Veeam may work"), "{}", daemon.text_log());
        assert!(warnings(&daemon).is_empty(), "{:?}", warnings(&daemon));
    }
}

#[tokio::test]
async fn subvolumes_in_the_repository_are_frozen_with_it() {
    let mut stage = Stage::new(FileSystem::Btrfs);
    stage.scene.source.simple(50);
    for name in ["sub", "sub/nested"] {
        stage.scene.testbed.run(&["btrfs", "subvolume", "create", &format!("{SOURCE}/{name}")]);
        stage.scene.source.noise(format!("{name}/full.vbk"), 3_000_000);
    }
    let (daemon, finished) = stage.scene.run_once().await;
    assert_success(&finished);
    assert!(daemon.text_log().contains("Veeam may work"), "{}", daemon.text_log());
    stage.assert_copied_as(&stage.control());
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(2).await);
    let last = checked(&daemon).pop().expect("two plans");
    assert!(last.starts_with("0 files of 0 B to copy, 0 to delete"), "{last}");
}
