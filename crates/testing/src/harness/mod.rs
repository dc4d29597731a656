//! The harness around a daemon: a private bus, UDisks2 played by the fake one, and directories of its own.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

pub mod bus;
pub mod daemon;
pub mod service;
pub mod settings;

use bus::PrivateBus;
use daemon::Daemon;
use settings::Settings;

use crate::fakes::udisks::{Behaviour, FakeDisk, FakeUdisks};
use crate::sockets::Sockets;

pub struct Harness {
    pub bus: PrivateBus,
    pub udisks: FakeUdisks,
    pub settings: Settings,
    pub sockets: Sockets,
    room: TempDir,
}

impl Harness {
    /// Knows the three disks `first()`, `second()` and `third()`, none of which is plugged in. No disk can be mounted, so that
    /// a run is over at once.
    pub async fn new() -> Self {
        Self::within(&std::env::temp_dir()).await
    }

    /// The same below another directory: one in memory makes flushing cheap.
    pub async fn within(parent: &Path) -> Self {
        let bus = PrivateBus::start();
        let udisks = FakeUdisks::start(bus.address()).await;
        udisks.on_call("Mount", broken());
        let room = tempfile::tempdir_in(parent).expect("a directory");
        for name in ["source", "veeam", "state", "run"] {
            fs::create_dir(room.path().join(name)).expect("a directory");
        }
        let sockets = Sockets::open(&room.path().join("run"));
        let settings = Settings::new(room.path(), &[&first(), &second(), &third()]);
        Self { bus, udisks, settings, sockets, room }
    }

    /// Where mails are sent and Veeam is asked, after it was closed.
    pub fn open_sockets(&mut self) {
        self.sockets = Sockets::open(&self.path("run"));
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.room.path().join(name)
    }

    pub fn config_path(&self) -> PathBuf {
        self.path("config.ini")
    }

    /// The lock file that a job of Veeam makes by hand.
    pub fn veeam_lock(&self, job: &str) -> PathBuf {
        self.path("veeam").join(job)
    }

    /// Puts the settings where the daemon reads them.
    pub fn write_config(&self) {
        self.write_config_text(&self.settings.text());
    }

    pub fn write_config_text(&self, text: &str) {
        fs::write(self.config_path(), text).expect("config.ini");
    }

    /// A daemon that has said READY.
    pub async fn daemon(&self) -> Daemon {
        let daemon = self.launch().await;
        daemon.ready().await;
        daemon
    }

    /// The same without waiting for READY.
    pub async fn launch(&self) -> Daemon {
        self.write_config();
        self.launch_with("").await
    }

    /// With the config that is there; `name` tells a second daemon's words from the first one's.
    pub async fn launch_with(&self, name: &str) -> Daemon {
        Daemon::launch(&self.bus, self.room.path(), name).await
    }

    /// A run is on until it is stopped: `disk` is plugged in and hangs in `Mount`.
    pub async fn hang_in_mount(&self, daemon: &Daemon, disk: &FakeDisk) {
        let before = self.calls("Mount");
        self.udisks.on_call_for(disk, "Mount", Behaviour::Hangs);
        self.udisks.plug(disk).await;
        daemon.in_state("mounting").await;
        self.until_called("Mount", before + 1).await;
    }

    /// Waits until UDisks2 was asked `count` times for `member`.
    pub async fn until_called(&self, member: &str, count: usize) {
        let what = format!("{count} calls of {member}");
        until(&what, || self.calls(member) >= count).await;
    }

    pub fn calls(&self, member: &str) -> usize {
        self.udisks.called().iter().filter(|called| *called == member).count()
    }

    /// The disks that the daemon believes to have mounted.
    pub fn markers(&self) -> Vec<String> {
        names(&self.path("run/mounts"))
    }
}

fn names(directory: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(directory) else {
        return Vec::new();
    };
    entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Looks every few milliseconds; for conditions that nobody signals.
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let waited = tokio::time::timeout(crate::harness::daemon::PATIENCE, async {
        while !is_so() {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("waited in vain for {what}"));
}

/// What UDisks2 says of a disk whose file system is damaged.
pub fn broken() -> Behaviour {
    Behaviour::fails("Failed", "Error mounting: wrong fs type, bad option, bad superblock on the device")
}

/// The names are such as no real device has, since the daemon opens what it is told.
pub fn first() -> FakeDisk {
    disk("asbackuptest1", "0f3a2c1e-1111-2222-3333-444455556661", "GOLD")
}

pub fn second() -> FakeDisk {
    disk("asbackuptest2", "0f3a2c1e-1111-2222-3333-444455556662", "SILVER")
}

pub fn third() -> FakeDisk {
    disk("asbackuptest3", "B78E-6CC4", "BRONZE")
}

/// Not in the config.
pub fn stranger() -> FakeDisk {
    disk("asbackuptest4", "DEAD-BEEF", "STRANGER")
}

fn disk(name: &str, uuid: &str, label: &str) -> FakeDisk {
    FakeDisk {
        name: name.to_owned(),
        uuid: uuid.to_owned(),
        label: label.to_owned(),
        mount_point: PathBuf::from(format!("/nowhere/{label}")),
        ..FakeDisk::default()
    }
}
