//! A lock that is too old is lifted only when nobody writes into the repository any more. Here, for the process
//! namespace of the testbed: whoever looks for writers must be able to look at every process.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::disk::{Disk, FileSystem};
use asbackup_testing::testbed::processes;
use asbackup_testing::testbed::scene::{Scene, assert_success};
use asbackup_testing::{PATIENCE, wait_for};
use rustix::process::Signal;

const LIFTED: &str = "nobody writes into the repository any more";

/// A lock that is three hours old where two are allowed, and a repository in which nothing has changed as long.
fn scene_with_an_old_lock(action: &str) -> (Scene, PathBuf) {
    let mut scene = Scene::new();
    for (key, value) in [
        ("lock-max-hours", "2"),
        ("lock-max-action", action),
        ("lock-quiet-minutes", "60"),
        ("lock-check-seconds", "1"),
    ] {
        scene.config.set("VEEAM", key, value);
    }
    let lock = scene.config.veeam_directory.join("Nightly.lock");
    fs::write(&lock, "job").expect("a lock");
    age(&lock);
    age_below(&scene.source.top);
    (scene, lock)
}

fn age(path: &Path) {
    let file = File::open(path).expect("a file");
    file.set_modified(SystemTime::now() - Duration::from_secs(3 * 3600 + 60)).expect("its time");
}

fn age_below(top: &Path) {
    for entry in fs::read_dir(top).expect("a directory").flatten() {
        let kind = entry.file_type().expect("its kind");
        if kind.is_dir() {
            age_below(&entry.path());
        } else if kind.is_file() {
            age(&entry.path());
        }
    }
    age(top);
}

async fn is_told(daemon: &Daemon) {
    wait_for("the warning", PATIENCE, || daemon.log().contains("has been held for 3 hours").then_some(()));
    // Time for more than one look.
    tokio::time::sleep(Duration::from_secs(3)).await;
}

#[tokio::test]
async fn an_old_lock_on_a_repository_at_rest_is_lifted_and_the_copy_goes_on() {
    let (mut scene, lock) = scene_with_an_old_lock("clear");
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    assert!(!lock.exists());
    assert!(daemon.log().contains(LIFTED), "{}", daemon.log());
    scene.assert_left_clean();
}

#[tokio::test]
async fn an_old_lock_stays_while_a_process_has_a_file_open_for_writing() {
    let (scene, lock) = scene_with_an_old_lock("clear");
    let vbk = scene.source.top.join("chain.vbk");
    fs::write(&vbk, "x").expect("a file");
    age(&vbk);
    age(&scene.source.top);
    let script = format!("exec 3>>{}; exec sleep 600", vbk.display());
    let mut writer = scene.testbed.command("sh");
    let mut writer = writer.args(["-c", &script]).spawn().expect("a process in the testbed");
    let daemon = scene.daemon().await;
    is_told(&daemon).await;
    assert!(lock.exists() && !daemon.log().contains(LIFTED), "{}", daemon.log());
    // Between it and us is the nsenter that entered the testbed.
    let inner = wait_for("the writer", PATIENCE, || processes::children(writer.id()).first().copied());
    processes::signal(inner, Signal::KILL);
    writer.wait().expect("it ends");
    wait_for("the lock to be lifted", PATIENCE, || (!lock.exists()).then_some(()));
}

#[tokio::test]
async fn an_old_lock_stays_if_anything_changed_or_config_only_warns() {
    let (scene, lock) = scene_with_an_old_lock("clear");
    fs::write(scene.source.top.join("new.vib"), "x").expect("a file");
    let daemon = scene.daemon().await;
    is_told(&daemon).await;
    assert!(lock.exists(), "{}", daemon.log());
    drop(daemon);
    let (scene, lock) = scene_with_an_old_lock("warn");
    let daemon = scene.daemon().await;
    is_told(&daemon).await;
    assert!(lock.exists(), "{}", daemon.log());
}

/// Nothing is written to the file system until this is dropped.
struct Frozen<'a>(&'a Scene, String);

impl<'a> Frozen<'a> {
    fn freeze(scene: &'a Scene, place: String) -> Self {
        scene.testbed.run(&["/usr/sbin/fsfreeze", "--freeze", &place]);
        Self(scene, place)
    }
}

impl Drop for Frozen<'_> {
    fn drop(&mut self) {
        self.0.testbed.run(&["/usr/sbin/fsfreeze", "--unfreeze", &self.1]);
    }
}

/// A scene whose locks are made on a disk of their own.
fn scene_with_slow_locks() -> (Scene, Disk, String) {
    let mut scene = Scene::new();
    let mut slow = Disk::make(&scene.testbed, FileSystem::Ext4, "LOCKS");
    slow.plug();
    let place = scene.testbed.make_directory("locks").display().to_string();
    scene.testbed.run(&["mount", &slow.device().display().to_string(), &place]);
    scene.config.set("Backup", "veeam-lockfile-path", &place);
    (scene, slow, place)
}

/// Veeam was told that there is no lock and does not run the job, so nobody would ever release it.
#[tokio::test]
async fn a_lock_refused_because_its_disk_was_too_slow_does_not_come_later() {
    let (mut scene, _slow, place) = scene_with_slow_locks();
    let daemon = scene.daemon().await;
    let frozen = Frozen::freeze(&scene, place.clone());
    // The second lock is not made yet when the first one's time is up.
    let locks = ["Nightly", "Weekly"].map(async |job| daemon.call::<_, (bool,)>("VeeamLock", &(job,)).await);
    for answer in futures_util::future::join_all(locks).await {
        let refused = answer.expect_err("no lock");
        assert!(["LockFailed", "Internal"].contains(&refused.name.as_str()), "{}", refused.message);
    }
    drop(frozen);
    scene.disk.plug();
    assert_success(&daemon.finished(1).await);
    let left = fs::read_dir(scene.testbed.path(Path::new(&place))).expect("the locks").flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name()).filter(|name| name != "lost+found").collect();
    assert!(left.is_empty(), "{left:?}");
    scene.testbed.unmount(&place);
}

/// Two scripts of one job: the first is told that there is no lock, the second that there is one.
#[tokio::test]
async fn a_lock_granted_after_one_that_timed_out_stays() {
    let (mut scene, _slow, place) = scene_with_slow_locks();
    let daemon = scene.daemon().await;
    let frozen = Frozen::freeze(&scene, place.clone());
    let locks = ["Weekly", "Nightly"].map(async |job| daemon.call::<_, (String,)>("VeeamLock", &(job,)).await);
    for answer in futures_util::future::join_all(locks).await {
        answer.expect_err("no lock");
    }
    // The first one's work still waits for the disk.
    let again = daemon.call::<_, (String,)>("VeeamLock", &("Nightly",));
    let (again, ()) = tokio::join!(again, async { drop(frozen) });
    assert_eq!(again.expect("a lock").0, "held");
    scene.disk.plug();
    daemon.in_state("waiting-for-veeam").await;
    let locks = fs::read_dir(scene.testbed.path(Path::new(&place))).expect("the locks").flatten();
    let locks: Vec<_> = locks.map(|entry| entry.file_name()).filter(|name| name != "lost+found").collect();
    assert_eq!(locks.len(), 1, "{locks:?}");
    daemon.call::<_, ()>("VeeamUnlock", &("Nightly",)).await.expect("the end of the job");
    assert_success(&daemon.finished(1).await);
    scene.testbed.unmount(&place);
}
