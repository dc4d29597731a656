//! Times that a disk can't hold, and disks that keep local time: what is on them is not copied again and again.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use asbackup_testing::testbed::Testbed;
use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::disk::{Disk, FileSystem};
use asbackup_testing::testbed::scene::{Scene, assert_success, warnings};
use asbackup_testing::testbed::tree::set_time;
use asbackup_testing::{PATIENCE, wait_for};
use jiff::Timestamp;

const DAY: i64 = 24 * 60 * 60;
/// Seconds since 1970 of 1 January 2150.
const FAR: i64 = 5_680_281_600;

/// A source with times from before all that a FAT knows to after it.
fn scene(disk: impl FnOnce(&Testbed) -> Disk) -> Scene {
    let testbed = Testbed::new();
    let disk = disk(&testbed);
    let scene = Scene::of(testbed, disk);
    scene.source.simple(50);
    for (name, time) in [("old/epoch", 0), ("old/before", -DAY), ("late/far", FAR), ("late/2040", 2_208_988_800)] {
        set_time(&scene.source.file(name, name), time, 0);
    }
    // By whole seconds the disk must be younger than the source.
    let made = scene.source.path("late/2040").metadata().expect("it").ctime();
    wait_for("the second after", PATIENCE, || (Timestamp::now().as_second() > made).then_some(()));
    scene
}

/// A disk that is plugged in anew reads its times from the medium.
async fn runs_again(scene: &mut Scene, daemon: &mut Option<Daemon>) -> Daemon {
    if let Some(mut daemon) = daemon.take() {
        daemon.stop().await;
        scene.disk.unplug();
    }
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    daemon
}

async fn is_copied_once(mut scene: Scene, unheld: &[&str]) {
    let mut daemon = Some(runs_again(&mut scene, &mut None).await);
    for _ in 0..2 {
        daemon = Some(runs_again(&mut scene, &mut daemon).await);
        let daemon = daemon.as_ref().expect("it");
        assert_eq!(daemon.record().totals.bytes_total, 0, "{}", daemon.text_log());
        assert!(warnings(daemon).contains(&"unheld-times".to_owned()), "{:?}", warnings(daemon));
    }
    // Of the same length, and with the same time that says nothing.
    for name in unheld {
        let path = scene.source.path(name);
        let time = path.metadata().expect("it").mtime();
        fs::write(&path, name.to_uppercase()).expect("a change");
        set_time(&path, time, 0);
    }
    runs_again(&mut scene, &mut daemon).await;
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    for name in unheld {
        let copy = fs::read_to_string(scene.copy(&mounted).join(name)).expect("the copy");
        assert_eq!(copy, name.to_uppercase());
    }
}

#[tokio::test]
async fn times_beyond_those_of_exfat_are_compared_by_contents() {
    is_copied_once(
        scene(|testbed| Disk::make(testbed, FileSystem::Exfat, "OFFSITE")),
        &["old/epoch", "old/before", "late/far"],
    )
    .await;
}

#[tokio::test]
async fn times_beyond_those_of_small_inodes_are_compared_by_contents() {
    let small = |testbed: &Testbed| {
        let disk = Disk::make(testbed, FileSystem::Ext4, "OFFSITE");
        let words = ["-q", "-F", "-I", "128", "-L", "OFFSITE", "-U", &disk.uuid];
        asbackup_testing::run(Command::new("/usr/sbin/mkfs.ext4").args(words).arg(disk.image()));
        disk
    };
    is_copied_once(scene(small), &["late/far", "late/2040"]).await;
}

/// What is read from a FAT when the clock has changed.
#[tokio::test]
async fn a_disk_with_local_time_is_not_copied_again_when_the_clock_changes() {
    let mut scene = Scene::with(FileSystem::Exfat);
    let mut daemon = Some(runs_again(&mut scene, &mut None).await);
    for minutes in [120, -60, 345] {
        daemon.take().expect("it").stop().await;
        scene.disk.unplug();
        let mounted = scene.disk.mount_writable(&scene.testbed);
        for entry in files(&scene.copy(&mounted)) {
            let time = entry.metadata().expect("a file").mtime() + minutes * 60;
            set_time(&entry, time, 0);
        }
        mounted.done();
        let (again, finished) = scene.run_once().await;
        assert_success(&finished);
        assert_eq!(again.record().totals.bytes_total, 0, "{}", again.text_log());
        assert!(again.text_log().contains("the disk stores local time"), "{}", again.text_log());
        daemon = Some(again);
    }
    let grown = scene.source.file("config/job.vbm", "<job>grown</job>\n");
    let again = runs_again(&mut scene, &mut daemon).await;
    assert_eq!(again.record().totals.bytes_total, grown.metadata().expect("it").len());
}

/// Dumps of a fixed length, written each night at the same hour, all differ by a day.
#[tokio::test]
async fn files_rewritten_each_night_are_not_taken_for_a_clock_change() {
    for file_system in [FileSystem::Exfat, FileSystem::Ntfs] {
        let mut scene = Scene::with(file_system);
        scene.source.clear();
        let mut daemon = None;
        for night in 0..3 {
            // Two of them begin like a comment.
            for (name, number) in ["switches/0.cfg", "#1.cfg", ";2.cfg"].iter().zip(0..) {
                let dump = scene.source.file(name, format!("night {night} of {number}"));
                set_time(&dump, 1_700_000_000 + night * DAY + number, 0);
            }
            daemon = Some(runs_again(&mut scene, &mut daemon).await);
            scene.assert_copied(Fidelity::Plain);
        }
    }
}

/// A second of a FAT is two of them, and rsync allows for that.
#[tokio::test]
async fn a_change_within_the_second_of_its_copy_is_copied_by_the_next_run() {
    let mut scene = Scene::with(FileSystem::Exfat);
    scene.source.heavy();
    let path = scene.source.file("ahead.db", "of before");
    set_time(&path, 1_700_000_000, 0);
    let daemon = scene.daemon().await;
    scene.disk.plug();
    let (testbed, disk) = (&scene.testbed, &scene.disk);
    let copied = || (!testbed.mounts_of(disk.disk_device()).is_empty()).then(|| scene.mounted_copy().join("ahead.db"));
    wait_for("the file to be copied", PATIENCE, || copied().filter(|copy| copy.exists()));
    fs::write(&path, "of later.").expect("a change");
    set_time(&path, 1_700_000_000, 900_000_000);
    assert_success(&daemon.finished(1).await);
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(2).await);
    scene.assert_copied(Fidelity::Plain);
}

fn files(top: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(top).expect("a directory").flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
