//! What a daemon on a private bus needs: the bus, a fake UDisks2, sockets, and directories of its own.

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
use crate::until;

/// The surroundings of a daemon; its directories go with the value.
pub struct Harness {
    /// The bus.
    pub bus: PrivateBus,
    /// Its UDisks2.
    pub udisks: FakeUdisks,
    /// The config that [`Harness::write_config`] writes.
    pub settings: Settings,
    /// Where mails are sent and Veeam is asked.
    pub sockets: Sockets,
    room: TempDir,
}

impl Harness {
    /// Its config names the three disks `first()`, `second()` and `third()`, none of which is plugged in. `Mount` fails for all
    /// disks, so that a run is over at once.
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

    /// Opens the sockets again after they were closed.
    pub fn open_sockets(&mut self) {
        self.sockets = Sockets::open(&self.path("run"));
    }

    /// A path in the directory of this harness.
    pub fn path(&self, name: &str) -> PathBuf {
        self.room.path().join(name)
    }

    /// The path of config.ini.
    pub fn config_path(&self) -> PathBuf {
        self.path("config.ini")
    }

    /// The lock file that a job of Veeam may make by hand.
    pub fn veeam_lock(&self, job: &str) -> PathBuf {
        self.path("veeam").join(job)
    }

    /// Writes the settings where the daemon reads them.
    pub fn write_config(&self) {
        self.write_config_text(&self.settings.text());
    }

    /// Writes any text where the daemon reads its config.
    pub fn write_config_text(&self, text: &str) {
        fs::write(self.config_path(), text).expect("config.ini");
    }

    /// Writes the settings, starts a daemon and waits for READY=1.
    pub async fn daemon(&self) -> Daemon {
        let daemon = self.launch().await;
        daemon.ready().await;
        daemon
    }

    /// The same without waiting for READY=1.
    pub async fn launch(&self) -> Daemon {
        self.write_config();
        self.launch_with("").await
    }

    /// Starts a daemon with the config that is there; `name` tells its log from that of another daemon.
    pub async fn launch_with(&self, name: &str) -> Daemon {
        Daemon::launch(&self.bus, self.room.path(), name).await
    }

    /// Plugs `disk` in and waits until its run hangs in `Mount`, from where it goes on only when it is stopped.
    pub async fn hang_in_mount(&self, daemon: &Daemon, disk: &FakeDisk) {
        let before = self.calls("Mount");
        self.udisks.on_call_for(disk, "Mount", Behaviour::Hangs);
        self.udisks.plug(disk).await;
        daemon.in_state("mounting").await;
        self.until_called("Mount", before + 1).await;
    }

    /// Waits until this method of UDisks2 has been called `count` times.
    pub async fn until_called(&self, member: &str, count: usize) {
        let what = format!("{count} calls of {member}");
        until(&what, || self.calls(member) >= count).await;
    }

    /// How often this method of UDisks2 has been called.
    pub fn calls(&self, member: &str) -> usize {
        self.udisks.called().iter().filter(|called| *called == member).count()
    }

    /// The disks that the daemon has marked as mounted.
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

/// As UDisks2 mounts a disk whose file system is damaged.
pub fn broken() -> Behaviour {
    Behaviour::fails("Failed", "Error mounting: wrong fs type, bad option, bad superblock on the device")
}

/// The first disk of the config. No real device has its name, since the daemon opens what it is told.
pub fn first() -> FakeDisk {
    disk("asbackuptest1", "0f3a2c1e-1111-2222-3333-444455556661", "GOLD")
}

/// The second disk of the config.
pub fn second() -> FakeDisk {
    disk("asbackuptest2", "0f3a2c1e-1111-2222-3333-444455556662", "SILVER")
}

/// The third disk of the config; a FAT.
pub fn third() -> FakeDisk {
    disk("asbackuptest3", "B78E-6CC4", "BRONZE")
}

/// A disk that is not in the config.
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
