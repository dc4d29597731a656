//! The copy can't be wiped: a source that is another one, or mostly gone, ends the run before a byte on the disk
//! has changed. Missing and empty sources are in `faults`.

use std::fs;
use std::path::Path;
use std::process::Command;

use asbackup_testing::run;
use asbackup_testing::testbed::Testbed;
use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::daemon::{Daemon, Refused};
use asbackup_testing::testbed::disk::{Disk, FileSystem};
use asbackup_testing::testbed::processes::Stage;
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success};

const MEBIBYTE: usize = 1 << 20;

async fn start_allowing_deletions(daemon: &Daemon) -> Result<u64, Refused> {
    daemon.call("StartAllowingDeletions", &("",)).await
}

/// Asserts that the next run is aborted by `error` with `words` in its message, and leaves the disk as it was.
async fn next_run_is_refused(scene: &Scene, daemon: &Daemon, error: &str, words: &str) {
    let before = scene.listing();
    let count = daemon.recorded().finished.len() + 1;
    daemon.start_run("").await.expect("a run");
    let finished = daemon.finished(count).await;
    assert_aborted(&finished, error);
    assert!(finished.message.contains(words), "{words:?} is not in {}", finished.message);
    assert_eq!(scene.listing(), before);
    scene.assert_left_clean();
}

async fn next_run_succeeds(daemon: &Daemon) {
    let count = daemon.recorded().finished.len() + 1;
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(count).await);
}

fn cover_with_tmpfs(scene: &Scene, source: &str) {
    scene.testbed.run(&["mount", "-t", "tmpfs", "other", source]);
    fs::write(scene.testbed.path(source).join("something"), "not the repository").expect("a file");
}

#[tokio::test]
async fn a_source_that_is_mounted_late_is_waited_for_with_one_report() {
    let mut scene = Scene::new();
    scene.config.set("Safety", "source-must-be-mountpoint", "true");
    let (daemon, finished) = scene.run_once().await;
    assert_aborted(&finished, "SourceUnavailable");
    assert!(finished.message.contains("source-must-be-mountpoint"), "{}", finished.message);
    assert!(scene.listing().is_empty());
    let source = scene.source.top.display().to_string();
    // No mount of the source: nothing comes of it.
    scene.testbed.run(&["mount", "-t", "tmpfs", "other", "/mnt"]);
    scene.testbed.run(&["mount", "--bind", &source, &source]);
    assert_success(&daemon.finished(2).await);
    scene.assert_copied(Fidelity::Full);
    let log = daemon.text_log();
    assert_eq!(log.matches("The repository is now available").count(), 1, "{log}");
    let plugged = |record: &asbackup_api::RunRecord| record.trigger == asbackup_api::Trigger::Plugged;
    assert!(daemon.history().iter().all(plugged), "{:?}", daemon.history());
}

/// Also over a restart of the daemon, and without any mount that the kernel would tell of.
#[tokio::test]
async fn a_source_filled_late_is_waited_for_across_a_restart() {
    let mut scene = Scene::new();
    let aside = scene.source.top.with_extension("aside");
    fs::rename(&scene.source.top, &aside).expect("the source is not there");
    let (mut daemon, finished) = scene.run_once().await;
    assert_aborted(&finished, "SourceUnavailable");
    assert!(finished.message.contains("starts automatically"), "{}", finished.message);
    daemon.stop().await;
    fs::create_dir(&scene.source.top).expect("an empty directory");
    let daemon = scene.daemon().await;
    // An empty directory is no source; of that one it is told when somebody asks.
    daemon.start_run("").await.expect("a run");
    assert_aborted(&daemon.finished(1).await, "SourceUnavailable");
    fs::remove_dir(&scene.source.top).expect("an empty directory");
    fs::rename(&aside, &scene.source.top).expect("the source is there");
    assert_success(&daemon.finished(2).await);
    scene.assert_copied(Fidelity::Full);
    scene.assert_left_clean();
}

#[tokio::test]
async fn a_disk_that_is_pulled_before_its_source_comes_waits_for_nothing() {
    let mut scene = Scene::new();
    scene.config.set("Safety", "source-must-be-mountpoint", "true");
    let (daemon, finished) = scene.run_once().await;
    assert_aborted(&finished, "SourceUnavailable");
    daemon.until_safe_to_remove(&[&scene.disk.uuid]).await;
    scene.disk.unplug();
    let source = scene.source.top.display().to_string();
    scene.testbed.run(&["mount", "--bind", &source, &source]);
    scene.disk.plug();
    assert_success(&daemon.finished(2).await);
    assert!(!daemon.text_log().contains("The repository is now available"), "{}", daemon.text_log());
}

#[tokio::test]
async fn a_source_without_its_sentinel_is_refused() {
    let mut scene = Scene::new();
    scene.config.set("Safety", "source-sentinel", ".this-is-it");
    let sentinel = scene.source.file(".this-is-it", "");
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    fs::remove_file(&sentinel).expect("gone");
    next_run_is_refused(&scene, &daemon, "SourceUnavailable", ".this-is-it").await;
    fs::write(sentinel, "").expect("made again");
    assert_success(&daemon.finished(3).await);
}

/// One line too many is enough.
#[tokio::test]
async fn a_source_of_which_the_excludes_leave_nothing_is_refused() {
    let mut scene = Scene::new();
    let excludes = scene.testbed.directory().join("excludes");
    fs::write(&excludes, "# all of it\n*\n").expect("a file");
    let excludes = excludes.display().to_string();
    scene.config.set("Backup", "rsync-excludes-path", &excludes);
    let (daemon, finished) = scene.run_once().await;
    assert_aborted(&finished, "SourceUnavailable");
    assert!(finished.message.contains(&excludes), "{}", finished.message);
    fs::write(&excludes, "/repository/\n").expect("a file");
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(2).await);
    scene.assert_left_clean();
}

#[tokio::test]
async fn a_source_on_another_file_system_is_refused_until_somebody_accepts_it() {
    let mut scene = Scene::new();
    let (mut daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    let source = scene.source.top.display().to_string();
    cover_with_tmpfs(&scene, &source);
    next_run_is_refused(&scene, &daemon, "SourceUnavailable", "now: tmpfs other").await;
    daemon.stop().await;
    let daemon = scene.daemon().await;
    next_run_is_refused(&scene, &daemon, "SourceUnavailable", "now: tmpfs other").await;
    start_allowing_deletions(&daemon).await.expect("a run");
    assert_success(&daemon.finished(2).await);
    assert_eq!(scene.listing().len(), 1);
    // It is the one that is remembered from now on.
    next_run_succeeds(&daemon).await;
    scene.testbed.unmount(&source);
    next_run_is_refused(&scene, &daemon, "SourceUnavailable", "before: tmpfs other").await;
}

#[tokio::test]
async fn a_few_huge_files_that_are_gone_count_by_their_bytes() {
    let mut scene = Scene::new();
    let huge = scene.source.noise("full.vbk", 110 * MEBIBYTE);
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    fs::remove_file(huge).expect("an accident");
    next_run_is_refused(&scene, &daemon, "TooManyDeletions", "asbackup start --allow-deletions").await;
}

#[tokio::test]
async fn the_override_lifts_the_limit_for_one_run_and_is_not_stored() {
    let mut scene = Scene::new();
    scene.config.set("Safety", "max-deletions-percent", "0");
    scene.source.many(12);
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    fs::remove_dir_all(scene.source.path("many")).expect("on purpose");
    next_run_is_refused(&scene, &daemon, "TooManyDeletions", "12 of").await;
    start_allowing_deletions(&daemon).await.expect("a run");
    assert_success(&daemon.finished(3).await);
    scene.assert_copied(Fidelity::Full);
    assert!(daemon.text_log().contains("has allowed this once"), "{}", daemon.text_log());
    scene.source.many(12);
    next_run_succeeds(&daemon).await;
    fs::remove_dir_all(scene.source.path("many")).expect("once more");
    next_run_is_refused(&scene, &daemon, "TooManyDeletions", "12 of").await;
}

/// The dry run has seen the real source; before the copy another one is in its place.
#[tokio::test]
async fn a_source_that_goes_away_between_dry_run_and_copy_deletes_nothing() {
    let mut scene = Scene::new();
    for key in ["max-deletions-percent", "max-deleted-bytes-percent"] {
        scene.config.set("Safety", key, "100");
    }
    let mounted = scene.disk.mount_writable(&scene.testbed);
    // An older copy: one file that the source still has, and one that it no longer has.
    fs::create_dir_all(scene.copy(&mounted).join("many/000")).expect("the destination");
    fs::write(scene.copy(&mounted).join("many/000/file-0"), "older").expect("a file");
    fs::write(scene.copy(&mounted).join("old.vbk"), "a backup").expect("a file");
    mounted.done();
    let before = scene.listing();
    let source = scene.source_of_many_files();
    let daemon = scene.daemon().await;
    scene.disk.plug();
    let held = daemon.held_in(Stage::DryRun).await;
    cover_with_tmpfs(&scene, source);
    held.release();
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "SourceUnavailable");
    assert_eq!(scene.listing(), before);
    scene.assert_unmounted();
    // It is waited for; what lies in its place is not taken for it. Whoever looks whether it has come may be in there just now.
    scene.testbed.run(&["umount", "--lazy", source]);
    assert_success(&daemon.finished(2).await);
    assert_eq!(scene.listing().len(), 20_000);
}

/// A directory of an ext4 whose only block is overwritten: the kernel reports an error instead of its files.
fn damage_directory(image: &Path, directory: &str) {
    let request = format!("blocks {directory}");
    let block: u64 =
        run(Command::new("/usr/sbin/debugfs").args(["-R", &request]).arg(image)).trim().parse().expect("one block");
    let size = run(Command::new("/usr/sbin/dumpe2fs").arg("-h").arg(image));
    let size = size.lines().find_map(|line| line.strip_prefix("Block size:")).expect("its size");
    let size: u64 = size.trim().parse().expect("a number");
    let file = fs::File::options().write(true).open(image).expect("the image");
    std::os::unix::fs::FileExt::write_all_at(&file, &vec![0xa5; size as usize], block * size).expect("the damage");
}

#[tokio::test]
async fn a_source_that_cannot_be_read_deletes_nothing() {
    let testbed = Testbed::new();
    let disk = Disk::make(&testbed, FileSystem::Ext4, "OFFSITE");
    let mut drive = Disk::make(&testbed, FileSystem::Ext4, "DRIVE");
    let mounted = drive.mount_writable(&testbed);
    for number in 0..30 {
        let directory = mounted.path("weekly");
        fs::create_dir_all(&directory).expect("a directory");
        fs::write(directory.join(format!("{number}.vbk")), "data").expect("a file");
    }
    fs::write(mounted.path("other.vbk"), "data").expect("a file");
    mounted.done();
    let mut scene = Scene::of(testbed, disk);
    scene.config.set("Backup", "backup-source", "/mnt/drive");
    // So that nothing but the error itself holds the deletions back.
    for key in ["max-deletions-percent", "max-deleted-bytes-percent"] {
        scene.config.set("Safety", key, "100");
    }
    scene.testbed.run(&["mkdir", "/mnt/drive"]);
    drive.plug();
    let mount = |drive: &Disk| scene.testbed.run(&["mount", &drive.device().display().to_string(), "/mnt/drive"]);
    mount(&drive);
    let daemon = scene.daemon().await;
    scene.disk.plug();
    assert_success(&daemon.finished(1).await);
    let before = scene.listing();
    assert_eq!(before.len(), 31);
    scene.testbed.unmount("/mnt/drive");
    drive.unplug();
    damage_directory(drive.image(), "/weekly");
    drive.plug();
    mount(&drive);
    daemon.start_run("").await.expect("a run");
    let finished = daemon.finished(2).await;
    assert_aborted(&finished, "SourceUnavailable");
    assert!(finished.message.contains("weekly"), "{}", finished.message);
    assert_eq!(scene.listing(), before);
    scene.testbed.unmount("/mnt/drive");
    scene.assert_unmounted();
}
