//! Disks that are no backup disks, whatever config.ini says: the machine's own, the repository's, and parts of a file
//! system over several disks.

use std::process::Command;

use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::disk::Disk;
use asbackup_testing::testbed::scene::{Scene, assert_aborted, refusal};
use asbackup_testing::testbed::stacked::Stacked;
use asbackup_testing::testbed::tree::Tree;
use asbackup_testing::{PATIENCE, run, wait_for};

const LIST: &str = "filesystem-ids-and-notification-mail-addresses";

/// Makes the disk part of the testbed's system, like a disk that holds the kernels.
fn plug_as_boot(scene: &mut Scene) {
    scene.disk.plug();
    let device = scene.disk.device().display().to_string();
    scene.testbed.run(&["mkdir", "-p", "/boot"]);
    scene.testbed.run(&["mount", &device, "/boot"]);
}

/// A disk that comes later is listed, so what is not listed by then never is.
async fn assert_not_offered(daemon: &Daemon, uuid: &str, witness: &mut Disk) {
    witness.plug();
    daemon.until_present(&witness.uuid, true).await;
    assert!(!daemon.is_present(uuid).await, "{uuid} is offered");
}

#[tokio::test]
async fn a_disk_of_the_system_is_neither_offered_nor_copied_to() {
    let mut scene = Scene::new();
    let mut witness = scene.second_disk();
    plug_as_boot(&mut scene);
    scene.config.set("Backup", LIST, &witness.uuid);
    let mut daemon = scene.daemon().await;
    assert_not_offered(&daemon, &scene.disk.uuid, &mut witness).await;
    daemon.finished(1).await;
    daemon.stop().await;
    scene.config.set("Backup", LIST, &scene.disk.uuid);
    let daemon = scene.daemon().await;
    assert_eq!(refusal(&daemon, &scene.disk.uuid).await, "WrongDisk");
    let finished = daemon.finished(1).await;
    assert!(finished.message.contains("belongs to this computer"), "{}", finished.message);
}

/// Here the repository lies on another partition of the disk, below the container that the known file system lies in.
#[tokio::test]
async fn the_repositorys_disk_is_neither_offered_nor_copied_to() {
    let mut scene = Scene::new();
    let mut witness = scene.second_disk();
    let mut stacked = Stacked::make(&scene.testbed, "STACKED");
    stacked.plug();
    scene.testbed.run(&["mkdir", "-p", "/mnt/repository"]);
    scene.testbed.run(&["mount", &stacked.other_partition().display().to_string(), "/mnt/repository"]);
    Tree::new(scene.testbed.path("/mnt/repository/backups")).simple(5);
    scene.config.set("Backup", "backup-source", "/mnt/repository/backups");
    scene.config.set("Backup", LIST, &witness.uuid);
    let mut daemon = scene.daemon().await;
    assert_not_offered(&daemon, &stacked.uuid, &mut witness).await;
    daemon.finished(1).await;
    daemon.stop().await;
    scene.config.set("Backup", LIST, &stacked.uuid);
    let daemon = scene.daemon().await;
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "WrongDisk");
    assert!(finished.message.contains("the backups that are to be copied"), "{}", finished.message);
}

/// A btrfs over both disks, which the config knows.
fn pair(scene: &mut Scene, second: &mut Disk) {
    scene.disk.plug();
    second.plug();
    let devices = [scene.disk.device(), second.device()];
    let mut mkfs = scene.testbed.command("mkfs.btrfs");
    run(mkfs.args(["-q", "-f", "-K", "-d", "raid1", "-m", "raid1", "-L", "PAIR"]).args(&devices));
    let mut blkid = Command::new("/usr/sbin/blkid");
    let uuid = run(blkid.args(["--probe", "--match-tag", "UUID", "--output", "value"]).arg(&devices[0]));
    let known = || {
        scene.testbed.run(&["sh", "-c", "udevadm info --query=property /dev/loop* | grep -c ^ID_FS_UUID_SUB= || true"])
    };
    wait_for("udev to see both", PATIENCE, || known().parse::<u32>().is_ok_and(|count| count >= 2).then_some(()));
    scene.config.set("Backup", LIST, &uuid);
}

#[tokio::test]
async fn a_file_system_across_two_disks_is_refused_as_such_and_not_as_a_clone() {
    let mut scene = Scene::new();
    let mut second = scene.second_disk();
    pair(&mut scene, &mut second);
    let daemon = scene.daemon().await;
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "UnsupportedFileSystem");
    assert!(finished.message.contains("one of 2 disks that share one file system"), "{}", finished.message);
    for device in [scene.disk.device(), second.device()] {
        assert!(finished.message.contains(&device.display().to_string()), "{}", finished.message);
    }
}

#[tokio::test]
async fn one_disk_of_a_pair_alone_is_refused_as_such_and_not_as_damaged() {
    let mut scene = Scene::new();
    let mut second = scene.second_disk();
    pair(&mut scene, &mut second);
    second.unplug();
    scene.disk.unplug();
    scene.testbed.run(&["btrfs", "device", "scan", "--forget"]);
    let daemon = scene.daemon().await;
    scene.disk.plug();
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, "UnsupportedFileSystem");
    assert!(finished.message.contains("one of 2 disks that share one file system"), "{}", finished.message);
    assert!(!finished.message.contains("damaged"), "{}", finished.message);
    scene.assert_unmounted();
}
