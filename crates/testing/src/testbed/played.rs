//! A real disk in a testbed whose UDisks2 is played: for drives that no loop device has, and for mounts that the real one never
//! makes. Disk, file system, copy and the proof of release are real.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use super::Testbed;
use super::daemon::Daemon;
use super::disk::{Disk, FileSystem};
use super::scene::Scene;
use crate::PATIENCE;
use crate::fakes::udisks::{FakeDisk, FakeUdisks};
use crate::recorder::RunFinished;

pub const OPTIONS: &str = "rw,nosuid,nodev,noexec,nosymfollow";
pub const MOUNT_POINT: &str = "/mnt/offsite";

/// A plugged disk behind a drive that UDisks2 can switch off.
pub struct Played {
    pub scene: Scene,
    pub udisks: FakeUdisks,
    pub disk: FakeDisk,
}

impl Played {
    pub async fn new() -> Self {
        let testbed = Testbed::without_udisks();
        let disk = Disk::make(&testbed, FileSystem::Ext4, "OFFSITE");
        Self::of(testbed, disk).await
    }

    pub async fn of(testbed: Testbed, disk: Disk) -> Self {
        let mut scene = Scene::of(testbed, disk);
        scene.source.simple(10);
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
        let socket = scene.testbed.path("/run/dbus/system_bus_socket");
        let udisks = FakeUdisks::start(&format!("unix:path={}", socket.display())).await;
        Self { scene, udisks, disk }
    }

    /// What the played UDisks2 only says is done, in time for the daemon to find it so: `mount` before it asks, and its undoing
    /// when it has asked for that.
    pub async fn run(&self, mount: &str) -> (Daemon, RunFinished) {
        let daemon = self.run_until_unmount(mount).await;
        self.unmount();
        let finished = daemon.finished(1).await;
        (daemon, finished)
    }

    /// Until UDisks2 is asked to unmount.
    pub async fn run_until_unmount(&self, mount: &str) -> Daemon {
        self.scene.testbed.run(&["mkdir", "-p", MOUNT_POINT]);
        self.scene.testbed.run(&["sh", "-e", "-c", mount]);
        let daemon = self.scene.daemon().await;
        self.udisks.plug(&self.disk).await;
        daemon.in_state("unmounting").await;
        self.asked_to_unmount().await;
        daemon
    }

    pub fn unmount(&self) {
        let device = self.scene.disk.device().display().to_string();
        self.scene.testbed.run(&["sh", "-c", &format!("umount {MOUNT_POINT}; umount --all-targets {device} || true")]);
    }

    /// The played UDisks2 lives in this very thread, so nothing may hold that up.
    async fn asked_to_unmount(&self) {
        let asked = tokio::time::timeout(PATIENCE, async {
            while !self.udisks.called().contains(&"Unmount".to_owned()) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        asked.await.expect("the daemon asks to unmount");
    }

    /// As UDisks2 would mount the disk.
    pub fn mount(&self, place: &str) -> String {
        format!("mkdir -p {place}; mount -o {OPTIONS} {} {place}", self.scene.disk.device().display())
    }
}
