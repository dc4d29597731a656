//! Directories that are gone from the source and stay on the disk, which rsync calls no error: the disk is not what the source is,
//! and that is reported.

use std::fs;

use asbackup_api::{RunWarning, Warning};
use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::scene::{Scene, assert_success, warnings};

use super::{assert_no_accusation, prepare};

/// How many directories were reported as left, and which.
fn left(daemon: &Daemon) -> (u64, String) {
    assert_eq!(warnings(daemon), ["not-deleted"]);
    let warning = daemon.record().warnings.into_iter().next().expect("a warning");
    let RunWarning::Copy(warning) = warning else { panic!("{warning:?}") };
    assert_no_accusation(&warning);
    let Warning::NotDeleted { count, examples } = warning else { panic!("{warning:?}") };
    (count, examples)
}

#[tokio::test]
async fn files_that_excludes_keep_on_the_disk_are_reported() {
    let mut scene = Scene::new();
    let excludes = scene.testbed.directory().join("excludes");
    fs::write(&excludes, "*.tmp\n").expect("the list");
    scene.config.set("Backup", "rsync-excludes-path", excludes.to_str().expect("UTF-8"));
    prepare(&scene, |copy| {
        fs::create_dir_all(copy.join("repository/gone/deep")).expect("directories");
        fs::create_dir_all(copy.join("repository/empty")).expect("a directory");
        fs::write(copy.join("repository/gone/deep/kept.tmp"), "x").expect("a file");
        fs::write(copy.join("repository/gone/deleted.vbk"), "x").expect("a file");
    });
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    assert_eq!(left(&daemon), (2, "repository/gone, repository/gone/deep".to_owned()));
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    let copy = scene.copy(&mounted);
    assert!(copy.join("repository/gone/deep/kept.tmp").exists(), "it is protected");
    assert!(!copy.join("repository/gone/deleted.vbk").exists() && !copy.join("repository/empty").exists());
}

#[tokio::test]
async fn files_put_into_a_directory_to_be_deleted_are_reported() {
    let mut scene = Scene::new();
    scene.source.heavy();
    prepare(&scene, |copy| fs::create_dir_all(copy.join("heavy/gr\u{f6}\u{df}e\n")).expect("a directory"));
    let excludes = scene.testbed.directory().join("excludes");
    fs::write(&excludes, "foreign.lock\n").expect("the list");
    scene.config.set("Backup", "rsync-excludes-path", excludes.to_str().expect("UTF-8"));
    let daemon = scene.daemon().await;
    let held = scene.plug_and_hold(&daemon).await;
    let gone = scene.mounted_copy().join("heavy/gr\u{f6}\u{df}e\n");
    fs::write(gone.join("foreign.lock"), "x").expect("a lock of somebody's");
    held.release();
    assert_success(&daemon.finished(1).await);
    assert_eq!(left(&daemon), (1, "heavy/gr\u{f6}\u{df}e\n".to_owned()));
    // Once more with nothing to copy: it is still there, and still reported.
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(2).await);
    assert_eq!(left(&daemon).0, 1);
}
