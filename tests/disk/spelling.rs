//! Disks that treat different names as one: what is on them keeps its contents and gets the source's spelling. The file
//! systems that only a kernel can mount are in the virtual machine's `folding`.

use std::fs;
use std::os::unix::fs::MetadataExt;

use asbackup_testing::testbed::Testbed;
use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::disk::{Disk, FileSystem};
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success};
use asbackup_testing::{PATIENCE, wait_for};

const LEFT: &str = ".asbackup-names";

/// A copy of jobs with directories upon directories, made by a first run.
async fn copied() -> (Scene, Daemon) {
    let mut scene = Scene::with(FileSystem::Exfat);
    scene.source.noise("jobs/daily/big.vbk", 620_000);
    scene.source.file("jobs/daily/deep/er/Übung é.vib", "an increment");
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    (scene, daemon)
}

fn rename_in_source(scene: &Scene, from: &str, to: &str) {
    fs::rename(scene.source.path(from), scene.source.path(to)).expect("a rename");
}

fn respell(scene: &Scene) {
    rename_in_source(scene, "jobs/daily/deep/er/Übung é.vib", "jobs/daily/deep/er/ÜBUNG É.VIB");
    rename_in_source(scene, "jobs/daily/deep/er", "jobs/daily/deep/ER");
    rename_in_source(scene, "jobs/daily/big.vbk", "jobs/daily/BIG.VBK");
    rename_in_source(scene, "jobs/daily", "jobs/Daily");
    rename_in_source(scene, "jobs", "JOBS");
}

#[tokio::test]
async fn what_changed_only_its_case_is_renamed_on_the_disk_and_not_copied() {
    let (scene, daemon) = copied().await;
    respell(&scene);
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(2).await);
    let totals = daemon.record().totals;
    assert_eq!((totals.bytes_total, totals.deletions), (0, 0));
    assert!(daemon.text_log().contains("5 names on the disk"), "{}", daemon.text_log());
    scene.assert_left_clean();
    scene.assert_copied(Fidelity::Plain);
}

#[tokio::test]
async fn what_changed_its_case_and_its_contents_is_copied() {
    let (scene, daemon) = copied().await;
    respell(&scene);
    scene.source.noise("JOBS/Daily/BIG.VBK", 620_001);
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(2).await);
    assert_eq!(daemon.record().totals.bytes_total, 620_001);
    scene.assert_left_clean();
    scene.assert_copied(Fidelity::Plain);
}

#[tokio::test]
async fn names_that_the_disk_takes_for_one_are_both_named_in_the_refusal() {
    for (one, other) in [("Case", "case"), ("Σίσυφος", "Σίσυφοσ"), ("é/a", "É/a")] {
        let testbed = Testbed::new();
        let disk = Disk::make(&testbed, FileSystem::Exfat, "NAMES");
        let mut scene = Scene::of(testbed, disk);
        scene.source.file(one, "one");
        scene.source.file(other, "other");
        let (_daemon, finished) = scene.run_once().await;
        assert_aborted(&finished, "LossyFileSystem");
        let named = |name: &str| finished.message.contains(name.trim_end_matches("/a"));
        assert!(named(one) && named(other), "{}", finished.message);
        scene.assert_left_clean();
    }
}

#[tokio::test]
async fn names_that_only_look_alike_are_copied() {
    for file_system in [FileSystem::Exfat, FileSystem::Ntfs] {
        let testbed = Testbed::new();
        let disk = Disk::make(&testbed, file_system, "NAMES");
        let mut scene = Scene::of(testbed, disk);
        for name in ["straße", "stra\u{1e9e}e", "caf\u{e9}", "cafe\u{301}", "\u{b5}", "\u{3bc}"] {
            scene.source.file(name, name);
        }
        let (daemon, finished) = scene.run_once().await;
        assert_success(&finished);
        scene.assert_copied(Fidelity::Plain);
        daemon.start_run("").await.expect("a run");
        assert_success(&daemon.finished(2).await);
        assert_eq!(daemon.record().totals.bytes_total, 0);
    }
}

/// ntfs-3g tells both spellings apart, as the disk's Windows would not.
#[tokio::test]
async fn a_disk_that_tells_the_cases_apart_gets_both() {
    let testbed = Testbed::new();
    let disk = Disk::make(&testbed, FileSystem::Ntfs, "NAMES");
    let mut scene = Scene::of(testbed, disk);
    scene.source.file("Case", "one");
    scene.source.file("case", "other");
    let (_daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    scene.assert_copied(Fidelity::Plain);
}

#[tokio::test]
async fn names_that_the_disk_refuses_are_named_before_the_copy() {
    for (file_system, name) in [
        (FileSystem::Ntfs, "aux.log"),
        (FileSystem::Ntfs, "new/LPT1.txt"),
        (FileSystem::Ntfs, "a:b"),
        (FileSystem::Ntfs, "ends."),
        (FileSystem::Exfat, "a:b"),
        (FileSystem::Exfat, "what?/inside"),
    ] {
        let testbed = Testbed::new();
        let disk = Disk::make(&testbed, file_system, "NAMES");
        let mut scene = Scene::of(testbed, disk);
        scene.source.simple(1);
        scene.source.file(name, "x");
        let (_daemon, finished) = scene.run_once().await;
        assert_aborted(&finished, "LossyFileSystem");
        assert!(finished.message.contains(name.trim_end_matches("/inside")), "{}", finished.message);
        scene.assert_left_clean();
        let mounted = scene.disk.mount_read_only(&scene.testbed);
        assert_eq!(fs::read_dir(scene.copy(&mounted)).expect("the destination").count(), 0, "nothing was changed");
    }
}

#[tokio::test]
async fn names_that_exfat_holds_are_copied_to_it() {
    let testbed = Testbed::new();
    let disk = Disk::make(&testbed, FileSystem::Exfat, "NAMES");
    let mut scene = Scene::of(testbed, disk);
    for name in ["aux.log", "CON", "a\u{7f}b", "日本語", "🎉"] {
        scene.source.file(name, name);
    }
    let (_daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    scene.assert_copied(Fidelity::Plain);
}

/// The state in which a power cut between the two renames of a spelling leaves the disk.
#[tokio::test]
async fn what_a_crash_left_between_two_spellings_is_put_back_and_not_copied() {
    let (mut scene, mut daemon) = copied().await;
    daemon.stop().await;
    scene.disk.unplug();
    let mounted = scene.disk.mount_writable(&scene.testbed);
    let copy = scene.copy(&mounted);
    for (parent, name, as_name) in [("jobs/daily", "big.vbk", "BIG.VBK"), ("", "jobs", "JOBS")] {
        let aside = copy.join(parent).join(LEFT);
        fs::create_dir(&aside).expect("a directory");
        fs::rename(copy.join(parent).join(name), aside.join(as_name)).expect("a rename");
    }
    mounted.done();
    respell(&scene);
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    assert_eq!(daemon.record().totals.bytes_total, 0);
    scene.assert_left_clean();
    scene.assert_copied(Fidelity::Plain);
}

/// Twenty directories with a hundred files each, all of which have another spelling in the source by now.
async fn many_respelt() -> (Scene, Daemon) {
    let mut scene = Scene::with(FileSystem::Exfat);
    let all = || (0..20).flat_map(|directory| (0..100).map(move |file| (directory, file)));
    for (directory, file) in all() {
        scene.source.file(format!("jobs/{directory:02}/file{file}.vib"), format!("{directory} {file}"));
    }
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    for (directory, file) in all() {
        let parent = format!("jobs/{directory:02}");
        rename_in_source(&scene, &format!("{parent}/file{file}.vib"), &format!("{parent}/FILE{file}.VIB"));
    }
    daemon.start_run("").await.expect("a run");
    wait_for("the first of the new spellings", PATIENCE, || {
        scene.testbed.mounts_of(scene.disk.disk_device()).first()?;
        let there = fs::read_dir(scene.mounted_copy().join("jobs/00")).ok()?;
        there.flatten().any(|entry| entry.file_name() == "FILE7.VIB").then_some(())
    });
    (scene, daemon)
}

#[tokio::test]
async fn a_run_that_is_cancelled_while_it_respells_loses_nothing() {
    let (scene, daemon) = many_respelt().await;
    daemon.cancel().await.expect("a run is on");
    assert_eq!(daemon.finished(2).await.result, "cancelled");
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(3).await);
    assert_eq!(daemon.record().totals.bytes_total, 0);
    assert!(daemon.text_log().contains("names on the disk differed"), "the cancelled run came too late");
    scene.assert_left_clean();
    scene.assert_copied(Fidelity::Plain);
}

#[tokio::test]
async fn a_daemon_that_is_killed_while_it_respells_loses_nothing() {
    let (scene, mut daemon) = many_respelt().await;
    daemon.kill().await;
    let daemon = scene.daemon().await;
    assert_success(&daemon.finished(1).await);
    assert_eq!(daemon.record().totals.bytes_total, 0);
    scene.assert_left_clean();
    scene.assert_copied(Fidelity::Plain);
}

/// exFAT has no journal and doesn't survive every pull; then the daemon says so.
#[tokio::test]
async fn a_disk_that_is_pulled_while_it_is_respelt_is_never_called_complete() {
    let (mut scene, daemon) = many_respelt().await;
    scene.disk.pull();
    assert_aborted(&daemon.finished(2).await, "DiskRemoved");
    scene.disk.plug();
    let finished = daemon.finished(3).await;
    if finished.result != "success" {
        return assert!(finished.message.contains("EIO"), "{finished:?}");
    }
    scene.assert_left_clean();
    scene.assert_copied(Fidelity::Plain);
}

/// What no table of equal names foresees.
#[tokio::test]
async fn what_is_not_on_the_disk_after_a_copy_is_no_success() {
    let mut scene = Scene::with(FileSystem::Exfat);
    scene.source.file("a-first.vbm", "copied, and gone again");
    scene.source.heavy();
    let daemon = scene.daemon().await;
    scene.disk.plug();
    wait_for("the first file on the disk", PATIENCE, || {
        scene.testbed.mounts_of(scene.disk.disk_device()).first()?;
        fs::remove_file(scene.mounted_copy().join("a-first.vbm")).ok()
    });
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "CopyFailed");
    assert!(finished.message.contains("a-first.vbm"), "{}", finished.message);
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(2).await);
    scene.assert_copied(Fidelity::Plain);
}

#[tokio::test]
async fn a_name_that_cannot_be_respelt_ends_the_run_with_nothing_deleted() {
    let (mut scene, mut daemon) = copied().await;
    respell(&scene);
    daemon.stop().await;
    // Somebody's file where the first of the two renames would go.
    scene.disk.unplug();
    let mounted = scene.disk.mount_writable(&scene.testbed);
    fs::write(scene.copy(&mounted).join(LEFT), "in the way").expect("a file");
    let before = fs::metadata(scene.copy(&mounted).join("jobs/daily/big.vbk")).expect("the copy").size();
    mounted.done();
    let (_daemon, finished) = scene.run_once().await;
    assert_aborted(&finished, "WriteFailed");
    assert!(finished.message.contains(LEFT), "{}", finished.message);
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    assert_eq!(fs::metadata(scene.copy(&mounted).join("jobs/daily/big.vbk")).expect("the copy").size(), before);
}
