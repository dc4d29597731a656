//! A disk is switched off after a good copy, where that is wanted and takes nothing else away. Tier `disk_`: as root,
//! `cargo test --test 'disk_*'`. Loop devices have no drive to switch off, so UDisks2 is played here; disk, file system, copy and the
//! proof of release are real.

mod common;
#[path = "common/fake_udisks.rs"]
mod fake_udisks;

use std::fs;
use std::os::unix::fs::MetadataExt;

use common::bench::Bench;
use common::compare::Fidelity;
use common::daemon::Daemon;
use common::disk::{Disk, FileSystem};
use common::scene::{Scene, assert_success, warnings};
use common::{PATIENCE, wait_for};
use fake_udisks::{Answer, FILESYSTEM, FakeDisk, FakeUdisks, values};

const MOUNT_POINT: &str = "/mnt/offsite";

/// A plugged disk behind a drive that UDisks2 can switch off.
struct Powered {
    scene: Scene,
    udisks: FakeUdisks,
    disk: FakeDisk,
}

impl Powered {
    async fn new(wanted: &str) -> Self {
        let bench = Bench::without_udisks();
        let disk = Disk::make(&bench, FileSystem::Ext4, "OFFSITE");
        let mut scene = Scene::of(bench, disk);
        scene.source.simple(10);
        scene.config.set("Safety", "power-off-after-copy", wanted);
        scene.disk.plug();
        let device = scene.disk.device();
        let disk = FakeDisk {
            name: device.file_name().expect("a device").to_string_lossy().into_owned(),
            uuid: scene.disk.uuid.clone(),
            label: "OFFSITE".to_owned(),
            device_number: fs::metadata(&device).expect("a device").rdev(),
            partition: false,
            mount_point: MOUNT_POINT.into(),
            ..FakeDisk::default()
        };
        let socket = scene.bench.path("/run/dbus/system_bus_socket");
        let udisks = FakeUdisks::start(&format!("unix:path={}", socket.display())).await;
        Self { scene, udisks, disk }
    }

    /// What the played UDisks2 only says is done, in time for the daemon to find it so.
    async fn run(&self) -> Daemon {
        let device = self.scene.disk.device().display().to_string();
        let options = "rw,nosuid,nodev,noexec,nosymfollow";
        self.scene.bench.run(&["mkdir", "-p", MOUNT_POINT]);
        self.scene.bench.run(&["mount", "-o", options, &device, MOUNT_POINT]);
        let daemon = self.scene.daemon().await;
        self.udisks.plug(&self.disk).await;
        daemon.in_state("unmounting").await;
        wait_for("the daemon to unmount", PATIENCE, || {
            self.udisks.called().contains(&"Unmount".to_owned()).then_some(())
        });
        self.scene.bench.run(&["umount", MOUNT_POINT]);
        assert_success(&daemon.finished(1).await);
        daemon
    }

    fn switched_off(&self) -> Vec<String> {
        let calls = self.udisks.calls().into_iter().filter(|call| call.member == "PowerOff");
        calls.map(|call| call.path).collect()
    }
}

#[tokio::test]
async fn a_disk_is_switched_off_after_a_good_copy_where_that_is_wanted() {
    let powered = Powered::new("true").await;
    let daemon = powered.run().await;
    assert_eq!(powered.switched_off(), [powered.disk.drive_path()]);
    assert_eq!(powered.udisks.called(), ["Mount", "Unmount", "PowerOff"], "never before it is released");
    assert!(daemon.record().safe_to_remove);
    // As with a real one, it is gone then; that is no alarm.
    powered.udisks.unplug(&powered.disk).await;
    daemon.tells("that it is gone", |_| daemon.text_log().contains("was unplugged").then_some(())).await;
    assert!(!daemon.text_log().contains("too early"), "{}", daemon.text_log());
    powered.scene.assert_copied(Fidelity::Full);
}

#[tokio::test]
async fn nothing_is_switched_off_by_default() {
    let powered = Powered::new("").await;
    let daemon = powered.run().await;
    assert!(powered.switched_off().is_empty());
    assert!(warnings(&daemon).is_empty());
}

#[tokio::test]
async fn a_dock_is_left_on_while_another_disk_in_it_is_mounted() {
    let mut powered = Powered::new("true").await;
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
    let daemon = powered.run().await;
    assert!(powered.switched_off().is_empty());
    assert_eq!(warnings(&daemon), ["power-off-failed"]);
    let told: Vec<String> = daemon.property("LastWarnings").await;
    assert!(told[0].contains("/dev/asbackuptest9"), "{told:?}");
}

#[tokio::test]
async fn a_disk_that_can_not_be_switched_off_is_a_good_copy_all_the_same() {
    let powered = Powered::new("true").await;
    powered.udisks.answer("PowerOff", Answer::fails("Failed", "No usb device"));
    let daemon = powered.run().await;
    assert_eq!(warnings(&daemon), ["power-off-failed"]);
    assert!(daemon.record().safe_to_remove);
    daemon.calls_safe(&[&powered.scene.disk.uuid]).await;
}
