//! A failing disk or file system ends the run with the cause from kernel or UDisks2, and nothing stays mounted.
//! Write-protected and full disks, and a disk that takes no more data at the flush, are in `faults` and `stop`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use asbackup_testing::recorder::RunFinished;
use asbackup_testing::run;
use asbackup_testing::testbed::Testbed;
use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::disk::{Disk, FileSystem, Layout, USUAL_SIZE};
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success, warnings};

fn debugfs(disk: &Disk, request: &str) -> String {
    run(Command::new("/usr/sbin/debugfs").args(["-w", "-R", request]).arg(disk.image()))
}

/// The run is over, the disk unmounted, and its record says `kind`.
fn assert_given_up(scene: &Scene, daemon: &Daemon, finished: &RunFinished, kind: &str) {
    assert_aborted(finished, &finished.error);
    let fault = serde_json::to_value(daemon.record().fault).expect("plain data");
    assert_eq!(fault["kind"], kind, "{finished:?}");
    scene.assert_unmounted();
    scene.assert_no_lock_in_source();
}

/// Lets rsync go on after `blow`, and gives the end of the run.
async fn struck_in_mid_copy(scene: &mut Scene, blow: impl FnOnce(&Scene)) -> (Daemon, RunFinished) {
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    blow(scene);
    held.release();
    let finished = daemon.finished(1).await;
    (daemon, finished)
}

fn notes_of_ext4(scene: &Scene) -> PathBuf {
    let device = scene.disk.device();
    PathBuf::from("/sys/fs/ext4").join(device.file_name().expect("a device"))
}

#[tokio::test]
async fn a_damaged_journal_is_reported_in_udisks_words() {
    let mut scene = Scene::new();
    let block: u64 = debugfs(&scene.disk, "bmap <8> 0").trim().parse().expect("where the journal begins");
    let image = fs::File::options().write(true).open(scene.disk.image()).expect("the image");
    let size = debugfs(&scene.disk, "stats -h");
    let size = size.lines().find_map(|line| line.strip_prefix("Block size:")).expect("its size").trim();
    let size: u64 = size.parse().expect("a number");
    std::os::unix::fs::FileExt::write_all_at(&image, &[0xa5; 1024], block * size).expect("the damage");
    let (daemon, finished) = scene.run_once().await;
    assert_given_up(&scene, &daemon, &finished, "mount-failed");
    assert!(finished.message.contains("mount"), "{}", finished.message);
}

#[tokio::test]
async fn a_file_system_the_kernel_gives_up_is_reported_with_its_cause() {
    let testbed = Testbed::new();
    // What was written to files that never got a name takes its room until somebody runs fsck.
    let disk = Disk::make_sized(&testbed, FileSystem::Ext4, Layout::Whole, "OFFSITE", 2 * USUAL_SIZE);
    let mut scene = Scene::of(testbed, disk);
    let strike =
        |scene: &Scene| fs::write(notes_of_ext4(scene).join("trigger_fs_error"), "1").expect("an error of ext4");
    let (daemon, finished) = struck_in_mid_copy(&mut scene, strike).await;
    assert_given_up(&scene, &daemon, &finished, "turned-read-only");
    assert_eq!(finished.error, "WriteFailed");
    assert!(finished.message.contains("ext4: 1 errors"), "{}", finished.message);
    // And the next copy says that this disk has a past.
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(2).await);
    // The lock file could not be removed any more then.
    assert_eq!(warnings(&daemon), ["file-system-errors", "stale-lock"]);
}

/// On a file system with an aborted journal a writer can wait for ever, for room that nothing will free; so rsync stands still here.
#[tokio::test]
async fn an_rsync_that_waits_for_a_file_system_given_up_by_the_kernel_is_ended() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    fs::write(notes_of_ext4(&scene).join("trigger_fs_error"), "1").expect("an error of ext4");
    let finished = daemon.finished(1).await;
    assert_given_up(&scene, &daemon, &finished, "turned-read-only");
    assert!(finished.message.contains("ext4: 1 errors"), "{}", finished.message);
    drop(held);
}

#[tokio::test]
async fn an_xfs_that_shuts_down_in_mid_copy_is_reported_as_a_failing_disk() {
    let mut scene = Scene::with(FileSystem::Xfs);
    let strike = |scene: &Scene| {
        let top = scene.mounted_copy().parent().expect("the top").to_owned();
        run(Command::new("/usr/sbin/xfs_io").args(["-x", "-c", "shutdown"]).arg(top));
    };
    let (daemon, finished) = struck_in_mid_copy(&mut scene, strike).await;
    assert_given_up(&scene, &daemon, &finished, "disk-failing");
    assert!(finished.message.contains("Input/output error"), "{}", finished.message);
}

#[tokio::test]
async fn a_disk_whose_blocks_cannot_be_written_is_reported_and_unmounted() {
    let testbed = Testbed::new();
    let disk = Disk::make_failing(&testbed, "FAILING", 32 << 20);
    let mut scene = Scene::of(testbed, disk);
    scene.source.noise("big.vbk", 100 << 20);
    let (_daemon, finished) = scene.run_once().await;
    assert_aborted(&finished, "WriteFailed");
    scene.assert_unmounted();
    scene.assert_no_lock_in_source();
}

#[tokio::test]
async fn a_file_system_with_errors_noted_down_is_copied_to_with_a_warning() {
    let mut scene = Scene::new();
    debugfs(&scene.disk, "set_super_value error_count 3");
    debugfs(&scene.disk, "set_super_value last_error_func ext4_lookup");
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    assert_eq!(warnings(&daemon), ["file-system-errors"]);
    let told: Vec<String> = daemon.property("LastWarnings").await;
    assert!(told[0].contains("ext4: 3 errors"), "{told:?}");
}

/// ext4 with room for few files, whatever their size.
fn scene_with_few_inodes() -> Scene {
    let scene = Scene::new();
    let mut mkfs = Command::new("/usr/sbin/mkfs.ext4");
    mkfs.args(["-q", "-F", "-N", "64", "-U", &scene.disk.uuid]);
    run(mkfs.arg(scene.disk.image()));
    scene
}

#[tokio::test]
async fn too_few_inodes_are_found_before_anything_changes() {
    let mut scene = scene_with_few_inodes();
    scene.source.many(500);
    let (daemon, finished) = scene.run_once().await;
    assert_given_up(&scene, &daemon, &finished, "too-few-inodes");
    assert_eq!(finished.error, "NoSpace");
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    assert!(!scene.copy(&mounted).join("config").exists());
}

#[tokio::test]
async fn inodes_that_another_writer_takes_in_mid_copy_are_reported_as_such() {
    let mut scene = scene_with_few_inodes();
    let strike = |scene: &Scene| {
        let beside = scene.mounted_copy().with_file_name("beside");
        fs::create_dir(&beside).expect("a directory");
        let full = (0..10_000).find_map(|number| fs::write(beside.join(number.to_string()), "").err());
        assert_eq!(full.expect("no inode is left").kind(), std::io::ErrorKind::StorageFull);
    };
    let (daemon, finished) = struck_in_mid_copy(&mut scene, strike).await;
    assert_given_up(&scene, &daemon, &finished, "out-of-inodes");
    assert_eq!(finished.error, "NoSpace");
}
