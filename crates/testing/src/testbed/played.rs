//! A real disk in a testbed with the fake UDisks2: for drives that no loop device has, and for mounts that the real one never
//! makes. Disk, file system, copy and the proof of release are real.

use std::fs;
use std::os::unix::fs::MetadataExt;

use super::Testbed;
use super::daemon::Daemon;
use super::disk::{Disk, FileSystem};
use super::scene::Scene;
use crate::fakes::udisks::{FakeDisk, FakeUdisks};
use crate::recorder::RunFinished;
use crate::until;

/// The options with which UDisks2 mounts disks for the daemon.
pub const OPTIONS: &str = "rw,nosuid,nodev,noexec,nosymfollow";
/// Where the disk is mounted, in the testbed.
pub const MOUNT_POINT: &str = "/mnt/offsite";

/// A plugged disk behind a drive that UDisks2 can power off.
pub struct Played {
    /// The testbed, without a UDisks2 of its own, and the plugged disk.
    pub scene: Scene,
    /// The fake, on the testbed's bus.
    pub udisks: FakeUdisks,
    /// The disk as the fake presents it.
    pub disk: FakeDisk,
}

impl Played {
    /// With an ext4 disk and a small source.
    pub async fn new() -> Self {
        let testbed = Testbed::without_udisks();
        let disk = Disk::make(&testbed, FileSystem::Ext4, "OFFSITE");
        Self::of(testbed, disk).await
    }

    /// With any disk.
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

    /// Runs the daemon once. What the fake UDisks2 only claims is done here: the shell script `mount` before the daemon asks for it,
    /// and its undoing once the daemon has asked for that.
    pub async fn run(&self, mount: &str) -> (Daemon, RunFinished) {
        let daemon = self.run_until_unmount(mount).await;
        self.unmount();
        let finished = daemon.finished(1).await;
        (daemon, finished)
    }

    /// The same until UDisks2 is asked to unmount.
    pub async fn run_until_unmount(&self, mount: &str) -> Daemon {
        self.scene.testbed.run(&["mkdir", "-p", MOUNT_POINT]);
        self.scene.testbed.run(&["sh", "-e", "-c", mount]);
        let daemon = self.scene.daemon().await;
        self.udisks.plug(&self.disk).await;
        daemon.in_state("unmounting").await;
        // Not `wait_for`: the fake UDisks2 lives in this very thread, so nothing may block it.
        until("the daemon to ask for the unmount", || self.udisks.called().contains(&"Unmount".to_owned())).await;
        daemon
    }

    /// Undoes every mount of the disk.
    pub fn unmount(&self) {
        let device = self.scene.disk.device().display().to_string();
        self.scene.testbed.run(&["sh", "-c", &format!("umount {MOUNT_POINT}; umount --all-targets {device} || true")]);
    }

    /// A shell script that mounts the disk as UDisks2 would.
    pub fn mount(&self, place: &str) -> String {
        format!("mkdir -p {place}; mount -o {OPTIONS} {} {place}", self.scene.disk.device().display())
    }
}
