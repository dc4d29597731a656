//! A disk is powered off after a good copy, where that is wanted and no other disk goes with it. Loop devices have no
//! drive to power off, so UDisks2 is a fake here.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use asbackup_testing::fakes::udisks::{Behaviour, FILESYSTEM, FakeDisk, values};
use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::disk::{Disk, FileSystem};
use asbackup_testing::testbed::played::{MOUNT_POINT, Played};
use asbackup_testing::testbed::scene::{assert_success, warnings};

async fn powered(wanted: &str) -> Played {
    let mut played = Played::new().await;
    played.scene.config.set("Safety", "power-off-after-copy", wanted);
    played
}

async fn run(played: &Played) -> Daemon {
    let (daemon, finished) = played.run(&played.mount(MOUNT_POINT)).await;
    assert_success(&finished);
    daemon
}

/// The drives.
fn switched_off(played: &Played) -> Vec<String> {
    let calls = played.udisks.calls().into_iter().filter(|call| call.member == "PowerOff");
    calls.map(|call| call.path).collect()
}

#[tokio::test]
async fn a_disk_is_powered_off_after_a_good_copy_where_that_is_wanted() {
    let powered = powered("true").await;
    let daemon = run(&powered).await;
    assert_eq!(switched_off(&powered), [powered.disk.drive_path()]);
    assert_eq!(powered.udisks.called(), ["Mount", "Unmount", "PowerOff"], "never before it is released");
    assert!(daemon.record().safe_to_remove);
    // As with a real one, it is gone then; that is no alarm.
    powered.udisks.unplug(&powered.disk).await;
    daemon.wait_for("that it is gone", |_| daemon.text_log().contains("was unplugged").then_some(())).await;
    assert!(!daemon.text_log().contains("too early"), "{}", daemon.text_log());
    powered.scene.assert_copied(Fidelity::Full);
}

#[tokio::test]
async fn nothing_is_powered_off_by_default() {
    let powered = powered("").await;
    let daemon = run(&powered).await;
    assert!(switched_off(&powered).is_empty());
    assert!(warnings(&daemon).is_empty());
}

#[tokio::test]
async fn a_dock_is_left_on_while_another_disk_in_it_is_mounted() {
    let mut powered = powered("true").await;
    let neighbour = FakeDisk {
        name: "asbackuptest9".to_owned(),
        uuid: "B78E-6CC4".to_owned(),
        sibling: "dock".to_owned(),
        ..FakeDisk::default()
    };
    powered.disk.sibling = "dock".to_owned();
    powered.udisks.plug(&neighbour).await;
    let mounted = vec![b"/mnt/neighbour\0".to_vec()];
    powered.udisks.set(&neighbour.path(), FILESYSTEM, values([("MountPoints", mounted.into())])).await;
    let daemon = run(&powered).await;
    assert!(switched_off(&powered).is_empty());
    assert_eq!(warnings(&daemon), ["power-off-failed"]);
    let told: Vec<String> = daemon.property("LastWarnings").await;
    assert!(told[0].contains("/dev/asbackuptest9"), "{told:?}");
}

/// Another drive of the dock, with no file system on it that UDisks2 knows of.
fn neighbour(device: &Path) -> FakeDisk {
    FakeDisk {
        name: device.file_name().expect("a device").to_string_lossy().into_owned(),
        uuid: "B78E-6CC4".to_owned(),
        usage: "other".to_owned(),
        file_system: "swap".to_owned(),
        sibling: "dock".to_owned(),
        device_number: fs::metadata(device).expect("a device").rdev(),
        ..FakeDisk::default()
    }
}

/// The dock stays on for what is done with its other drive, whose device it is given.
async fn assert_left_on(use_it: impl FnOnce(&Path) -> Box<dyn std::any::Any>, words: &str) {
    let mut powered = powered("true").await;
    let mut other = Disk::make(&powered.scene.testbed, FileSystem::Ext4, "NEIGHBOUR");
    other.plug();
    let device = other.device();
    let in_use = use_it(&device);
    powered.disk.sibling = "dock".to_owned();
    powered.udisks.plug(&neighbour(&device)).await;
    let daemon = run(&powered).await;
    assert!(switched_off(&powered).is_empty());
    assert_eq!(warnings(&daemon), ["power-off-failed"]);
    let told: Vec<String> = daemon.property("LastWarnings").await;
    assert!(told[0].contains(&device.display().to_string()) && told[0].contains(words), "{told:?}");
    drop(in_use);
}

/// Swap that ends with the test, whatever becomes of that.
struct Swap(PathBuf);

impl Drop for Swap {
    fn drop(&mut self) {
        let _ = Command::new("/usr/sbin/swapoff").arg(&self.0).status();
    }
}

#[tokio::test]
async fn a_dock_is_left_on_while_another_drive_in_it_is_swapped_to() {
    let swap = |device: &Path| {
        asbackup_testing::run(Command::new("/usr/sbin/mkswap").arg("--quiet").arg(device));
        asbackup_testing::run(Command::new("/usr/sbin/swapon").arg(device));
        Box::new(Swap(device.to_owned())) as Box<dyn std::any::Any>
    };
    assert_left_on(swap, "swap").await;
}

/// A loop device over it stands for whatever the device mapper builds.
#[tokio::test]
async fn a_dock_is_left_on_while_a_container_on_another_drive_in_it_is_open() {
    let open = |device: &Path| {
        let words = ["--find", "--show", "--offset", "1048576"];
        let container = asbackup_testing::run(Command::new("/usr/sbin/losetup").args(words).arg(device));
        let hold = fs::File::open(&container).expect("the device just attached");
        asbackup_testing::run(Command::new("/usr/sbin/losetup").args(["--detach", &container]));
        Box::new(hold) as Box<dyn std::any::Any>
    };
    assert_left_on(open, "/dev/loop").await;
}

#[tokio::test]
async fn a_disk_that_cannot_be_powered_off_has_a_good_copy_all_the_same() {
    let powered = powered("true").await;
    powered.udisks.on_call("PowerOff", Behaviour::fails("Failed", "No usb device"));
    let daemon = run(&powered).await;
    assert_eq!(warnings(&daemon), ["power-off-failed"]);
    assert!(daemon.record().safe_to_remove);
    daemon.until_safe_to_remove(&[&powered.scene.disk.uuid]).await;
}
