//! Names, numbers and sizes that copies have failed on.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use asbackup_testing::testbed::Testbed;
use asbackup_testing::testbed::compare::{Fidelity, assert_same};
use asbackup_testing::testbed::disk::{Disk, FileSystem, Layout};
use asbackup_testing::testbed::scene::{Scene, assert_success};

const GIBIBYTE: u64 = 1 << 30;
const LONG: Duration = Duration::from_secs(900);

async fn copies_evil_names(file_system: FileSystem) {
    let testbed = Testbed::new();
    let disk = Disk::make(&testbed, file_system, "NAMES");
    let mut scene = Scene::of(testbed, disk);
    scene.source.evil_names();
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    scene.assert_copied(Fidelity::Full);
    assert_eq!(daemon.property::<f64>("Progress").await, -1.0);

    // Half of them are deleted, directories among them, so that their names occur in deletions, too.
    scene.config.set("Safety", "max-deletions-percent", "100");
    drop(daemon);
    fs::remove_dir_all(scene.source.path("directories")).expect("a deletion");
    let daemon = scene.daemon().await;
    daemon.start_run(&scene.disk.uuid).await.expect("a run");
    assert_success(&daemon.finished(1).await);
    let names = u64::try_from(asbackup_testing::testbed::tree::evil_names().len()).expect("64 bits");
    // The files, whether or not the directories around them are counted too.
    assert!(daemon.record().totals.deletions >= names);
    scene.assert_copied(Fidelity::Full);
    scene.assert_left_clean();
}

#[tokio::test]
async fn evil_names_are_copied_to_ext4() {
    copies_evil_names(FileSystem::Ext4).await;
}

#[tokio::test]
async fn evil_names_are_copied_to_xfs() {
    copies_evil_names(FileSystem::Xfs).await;
}

#[tokio::test]
async fn evil_names_are_copied_to_btrfs() {
    copies_evil_names(FileSystem::Btrfs).await;
}

#[tokio::test]
async fn a_disk_with_an_evil_label_is_copied_to_and_logged_in_one_line() {
    let testbed = Testbed::new();
    let label = "\u{1b}[31m\n%s";
    let disk = Disk::make(&testbed, FileSystem::Ext4, "PLAIN");
    asbackup_testing::run(std::process::Command::new("/usr/sbin/e2label").arg(disk.image()).arg(label));
    let mut scene = Scene::of(testbed, disk);
    scene.source.simple(1);
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    scene.assert_left_clean();
    assert!(!daemon.text_log().contains('\u{1b}'), "{:?}", daemon.text_log());
    let sentences = daemon.recorded().sentences;
    assert!(sentences.iter().all(|text| !text.contains(['\n', '\u{1b}'])));
}

#[tokio::test]
async fn a_hundred_thousand_small_files_are_copied() {
    let testbed = Testbed::new();
    let size = 4 * GIBIBYTE;
    let disk = Disk::make_sized(&testbed, FileSystem::Ext4, Layout::Whole, "MANY", size);
    let mut scene = Scene::of(testbed, disk);
    scene.source.many(100_000);
    let daemon = scene.daemon().await;
    scene.disk.plug();
    assert_success(&daemon.finished_within(1, LONG).await);
    let totals = daemon.record().totals;
    assert_eq!(totals.files, 100_000);
    assert_eq!(totals.bytes_done, totals.bytes_total);
    scene.assert_left_clean();
    scene.assert_copied(Fidelity::Full);

    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished_within(2, LONG).await);
    assert_eq!(daemon.record().totals.bytes_total, 0);
}

/// Longer than 32 bits can count, with a few blocks of data: on the disk it must be as small as in the source.
#[tokio::test]
async fn a_sparse_file_of_five_gigabytes_is_copied_with_its_holes() {
    let testbed = Testbed::new();
    let size = 8 * GIBIBYTE;
    let disk = Disk::make_sized(&testbed, FileSystem::Xfs, Layout::Whole, "SPARSE", size);
    let mut scene = Scene::of(testbed, disk);
    let file = scene.source.sparse("sparse.vbk", 5_000_000_000);
    let daemon = scene.daemon().await;
    scene.disk.plug();
    assert_success(&daemon.finished_within(1, LONG).await);
    assert_eq!(daemon.record().totals.bytes_done, 5_000_000_000);
    let ratios = daemon.recorded().progress;
    assert!(ratios.iter().any(|ratio| *ratio > 0.0 && *ratio < 1.0), "{ratios:?}");
    scene.assert_left_clean();
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    let copy = fs::metadata(scene.copy(&mounted).join("sparse.vbk")).expect("the copy");
    assert_eq!(copy.len(), fs::metadata(file).expect("it").len());
    assert!(copy.blocks() * 512 < 1 << 20, "{} blocks", copy.blocks());
    assert_same(&scene.source.top, &scene.copy(&mounted), Fidelity::Full);
}
