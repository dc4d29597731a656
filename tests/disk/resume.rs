//! A large file that a run left partly copied is resumed, however the run ended, and without writing again what is
//! there.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;

use asbackup_api::{RunWarning, Warning};
use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::disk::FileSystem;
use asbackup_testing::testbed::processes::{self, Held, Stage};
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success, warnings};
use asbackup_testing::{PATIENCE, wait_for};
use rustix::process::Signal;

const FILE: &str = "full.vbk";
const SIZE: usize = 200 << 20;
/// Well above the size that is worth resuming.
const HALF: u64 = 48 << 20;

fn scene() -> Scene {
    let scene = Scene::with_size(600 << 20);
    scene.source.noise(FILE, SIZE);
    scene.source.file("config/job.vbm", "<job/>");
    scene
}

/// The file that rsync is writing, on the mounted disk.
fn unfinished(scene: &Scene) -> Option<PathBuf> {
    let device = scene.disk.disk_device();
    scene.testbed.mounts_of(device).first()?;
    let entries = fs::read_dir(scene.mounted_copy()).ok()?.flatten();
    entries.map(|entry| entry.path()).find(|path| path.to_string_lossy().contains(&format!("/.{FILE}.")))
}

/// On the daemon's path before the real one.
const FIRST_ON_PATH: &str = "/usr/local/sbin";
/// Else it would be done with the file before a busy machine lets anybody find and stop it.
const SLOW_RSYNC: &str = "#!/bin/sh\nexec /usr/bin/rsync --bwlimit=24m \"$@\"\n";

/// rsync held still when it has written a good part of the file. Later runs are as fast as ever.
async fn half_copied(scene: &mut Scene, daemon: &Daemon) -> Held {
    let testbed = &scene.testbed;
    testbed.run(&["mount", "-t", "tmpfs", "slow", FIRST_ON_PATH]);
    let rsync = testbed.path(FIRST_ON_PATH).join("rsync");
    fs::write(&rsync, SLOW_RSYNC).expect("a script");
    fs::set_permissions(rsync, fs::Permissions::from_mode(0o755)).expect("a mode");
    scene.disk.plug();
    wait_for("half of the file", PATIENCE, || {
        let length = unfinished(scene)?.metadata().ok()?.len();
        (length >= HALF).then_some(())
    });
    let held = Held::catch(daemon.pid(), Stage::Copy);
    scene.testbed.unmount(FIRST_ON_PATH);
    held
}

/// The partial file's inode; the complete file has it only if the partial one was resumed.
fn number_of_half(scene: &Scene) -> u64 {
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    let copy = scene.copy(&mounted);
    let kept = copy.join(".asbackup-partial").join(FILE);
    let found = kept.metadata().ok().or_else(|| {
        let mut entries = fs::read_dir(&copy).expect("the copy").flatten();
        entries.find(|entry| entry.file_name().to_string_lossy().starts_with(&format!(".{FILE}.")))?.metadata().ok()
    });
    let found = found.expect("a half file");
    assert!(found.len() >= HALF, "{} bytes", found.len());
    found.ino()
}

fn assert_gone_on_with(scene: &Scene, daemon: &Daemon, half: u64) {
    assert!(daemon.text_log().contains("one partial file from an earlier run"), "{}", daemon.text_log());
    scene.assert_copied(Fidelity::Full);
    scene.assert_left_clean();
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    let copy = scene.copy(&mounted);
    assert_eq!(copy.join(FILE).metadata().expect("the file").ino(), half, "it was written anew");
    assert!(!copy.join(".asbackup-partial").exists());
}

#[tokio::test]
async fn a_cancelled_copy_resumes_its_partial_file() {
    let mut scene = scene();
    let daemon = scene.daemon().await;
    let held = half_copied(&mut scene, &daemon).await;
    daemon.cancel().await.expect("a run is on");
    held.release();
    assert_eq!(daemon.finished(1).await.result, "cancelled");
    let half = number_of_half(&scene);
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(2).await);
    assert_gone_on_with(&scene, &daemon, half);
}

#[tokio::test]
async fn a_pulled_disk_that_is_back_resumes_its_partial_file() {
    let mut scene = scene();
    let daemon = scene.daemon().await;
    let held = half_copied(&mut scene, &daemon).await;
    // What the kernel has not written yet is lost when the disk is pulled.
    rustix::fs::syncfs(fs::File::open(scene.mounted_copy()).expect("the disk")).expect("a flush");
    // Not after the pull: to look at the image means to plug it in for a moment, which on a busy machine is long enough for the
    // daemon to begin a run with it.
    let half = unfinished(&scene).expect("the half file").metadata().expect("it").ino();
    scene.disk.pull();
    held.release();
    assert_aborted(&daemon.finished(1).await, "DiskRemoved");
    scene.disk.plug();
    assert_success(&daemon.finished(2).await);
    assert!(daemon.recorded().properties.contains_key("BytesResumed"), "readers hear that it may take less time");
    assert_gone_on_with(&scene, &daemon, half);
}

#[tokio::test]
async fn after_a_crash_the_partial_file_is_resumed_whatever_it_holds() {
    let mut scene = scene();
    let mut daemon = scene.daemon().await;
    let held = half_copied(&mut scene, &daemon).await;
    let rsyncs = processes::rsyncs(daemon.pid(), Stage::Copy);
    daemon.kill().await;
    rsyncs.iter().for_each(|pid| processes::signal(*pid, Signal::KILL));
    held.release();
    // A part of it never reached the disk, as after a power cut.
    let half = unfinished(&scene).expect("the half file");
    let number = half.metadata().expect("it").ino();
    let file = fs::File::options().write(true).open(half).expect("the half file");
    std::os::unix::fs::FileExt::write_all_at(&file, &vec![0; 1 << 20], 9 << 20).expect("the damage");
    drop(file);

    let daemon = scene.daemon().await;
    assert_success(&daemon.finished(1).await);
    assert_gone_on_with(&scene, &daemon, number);
}

/// Killed after two files and in the middle of the third. Of one of the two only the name, the size and the time have reached the disk,
/// as after a power cut; rsync by itself would take it for copied.
async fn crashed_with_a_lost_file(scene: &mut Scene) -> u64 {
    for name in ["a-lost.vbk", "a-sound.vbk"] {
        scene.source.noise(name, 8 << 20);
    }
    let mut daemon = scene.daemon().await;
    let held = half_copied(scene, &daemon).await;
    let rsyncs = processes::rsyncs(daemon.pid(), Stage::Copy);
    daemon.kill().await;
    rsyncs.iter().for_each(|pid| processes::signal(*pid, Signal::KILL));
    held.release();
    let copy = scene.mounted_copy();
    let lost = fs::File::options().write(true).open(copy.join("a-lost.vbk")).expect("copied");
    let time = lost.metadata().and_then(|meta| meta.modified()).expect("its time");
    std::os::unix::fs::FileExt::write_all_at(&lost, &vec![0; 1 << 20], 6 << 20).expect("the damage");
    lost.set_modified(time).expect("a time");
    copy.join("a-sound.vbk").metadata().expect("copied").ino()
}

fn assert_made_good(scene: &Scene, daemon: &Daemon, sound: u64) {
    assert!(warnings(daemon).contains(&"lost-files".to_owned()), "{:?}", warnings(daemon));
    let told = daemon.record().warnings;
    let names_it = |told: &RunWarning| matches!(told.warning(), Some(Warning::LostFiles { examples, .. }) if examples == "a-lost.vbk");
    assert!(told.iter().any(names_it), "{told:?}");
    scene.assert_copied(Fidelity::Full);
    scene.assert_left_clean();
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    assert_eq!(
        scene.copy(&mounted).join("a-sound.vbk").metadata().expect("the file").ino(),
        sound,
        "it was written anew"
    );
}

#[tokio::test]
async fn after_a_crash_a_file_that_never_reached_the_disk_is_copied_again() {
    let mut scene = scene();
    let sound = crashed_with_a_lost_file(&mut scene).await;
    let daemon = scene.daemon().await;
    assert_success(&daemon.finished(1).await);
    assert_made_good(&scene, &daemon, sound);
    assert!(daemon.text_log().contains("2 files of 16.8 MB from the previous run"), "{}", daemon.text_log());
}

#[tokio::test]
async fn what_a_crash_left_unverified_stays_so_until_it_is_compared() {
    let mut scene = scene();
    let sound = crashed_with_a_lost_file(&mut scene).await;
    let daemon = scene.daemon().await;
    let comparing = Held::catch(daemon.pid(), Stage::DryRun);
    daemon.cancel().await.expect("a run is on");
    comparing.release();
    assert_eq!(daemon.finished(1).await.result, "cancelled");
    assert!(daemon.text_log().contains("stays on the disk"), "{}", daemon.text_log());
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(2).await);
    assert_made_good(&scene, &daemon, sound);
}

/// exFAT forgets when a file was changed, so that nothing tells which ones the run before has written.
#[tokio::test]
async fn on_a_disk_without_change_times_everything_is_compared_after_a_crash() {
    let mut scene = Scene::with(FileSystem::Exfat);
    let (mut daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    let name = scene.source.file("config/lost.vbm", "what the file is about");
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(2).await);
    daemon.stop().await;
    scene.disk.unplug();
    let mounted = scene.disk.mount_writable(&scene.testbed);
    let time = name.metadata().and_then(|meta| meta.modified()).expect("its time");
    fs::write(scene.copy(&mounted).join("config/lost.vbm"), vec![0; 22]).expect("the damage");
    let lost = fs::File::open(scene.copy(&mounted).join("config/lost.vbm")).expect("the copy");
    // Its driver sets no time of the two alone.
    lost.set_times(fs::FileTimes::new().set_accessed(time).set_modified(time)).expect("its times");
    drop((lost, mounted));
    scene.leave_lock_on_disk("pid=1\n");
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    assert!(warnings(&daemon).contains(&"lost-files".to_owned()), "{:?}", warnings(&daemon));
    scene.assert_copied(Fidelity::Plain);
    scene.assert_left_clean();
}

/// To rsync, a line of a list that begins so is none.
#[tokio::test]
async fn names_that_begin_like_a_comment_are_compared_after_a_crash() {
    const NAMES: [&str; 4] = ["#recycle.vbk", ";.vbk", "#/;deep.vbk", "- plain.vbk"];
    let mut scene = Scene::new();
    for name in NAMES {
        scene.source.noise(name, 300_000);
    }
    let (mut daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    daemon.stop().await;
    scene.disk.unplug();
    let mounted = scene.disk.mount_writable(&scene.testbed);
    for name in NAMES {
        let copy = scene.copy(&mounted).join(name);
        let time = copy.metadata().and_then(|meta| meta.modified()).expect("its time");
        fs::write(&copy, vec![0; 300_000]).expect("the damage");
        fs::File::open(&copy).and_then(|copy| copy.set_modified(time)).expect("a time");
    }
    mounted.done();
    scene.leave_lock_on_disk("pid=1\n");
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    let warnings = daemon.record().warnings;
    let names_all = |told: &RunWarning| matches!(told.warning(), Some(Warning::LostFiles { count: 4, .. }));
    assert!(warnings.iter().any(names_all), "{warnings:?}");
    scene.assert_copied(Fidelity::Full);
}

/// A source that was itself a copy once. Whether rsync is told of partial files at all depends on how much there is to copy.
#[tokio::test]
async fn directories_of_partial_files_are_neither_copied_nor_left_on_the_disk() {
    let mut scene = Scene::new();
    let mounted = scene.disk.mount_writable(&scene.testbed);
    let stale = scene.copy(&mounted).join("config/.asbackup-partial");
    fs::create_dir_all(&stale).expect("a directory");
    fs::write(stale.join("gone.vbk"), "half").expect("a file");
    mounted.done();
    scene.source.file("config/job.vbm", "<job/>");
    let foreign = scene.source.file(".asbackup-partial/foreign.vbk", "half");
    let names = |scene: &Scene| {
        let mounted = scene.disk.mount_read_only(&scene.testbed);
        let copy = scene.copy(&mounted);
        ["config", "config/.asbackup-partial", ".asbackup-partial"].map(|name| copy.join(name).exists())
    };
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    assert_eq!(names(&scene), [true, false, false]);
    scene.source.noise(FILE, 17 << 20);
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(2).await);
    assert_eq!(names(&scene), [true, false, false]);
    fs::remove_dir_all(foreign.parent().expect("it")).expect("gone");
    scene.assert_copied(Fidelity::Full);
}
