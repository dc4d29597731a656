//! What the fake UDisks2 knows: its objects and disks, how its methods are to behave, and the calls that it received.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};
use tokio::sync::Notify;

use super::NAME;
use super::disk::{FakeDisk, Interfaces, Values};

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Behaviour {
    /// Succeeds at once.
    #[default]
    Works,
    /// Fails with an error.
    Fails {
        /// In full, such as `org.freedesktop.UDisks2.Error.DeviceBusy`.
        name: String,
        /// The message.
        text: String,
    },
    /// Gets no answer, and nothing is done.
    Hangs,
    /// Succeeds after this time.
    Late(Duration),
    /// Waits until its method gets another behaviour, and takes that.
    Waits,
}

impl Behaviour {
    /// An error of UDisks2's own, by the last part of its name.
    pub fn fails(name: &str, text: &str) -> Self {
        Self::Fails { name: format!("{NAME}.Error.{name}"), text: text.to_owned() }
    }
}

/// One call of `Mount`, `Unmount`, `Check`, `PowerOff` or `Eject`.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The method.
    pub member: String,
    /// The object's path.
    pub path: String,
    /// Its only argument.
    pub options: Values,
}

#[derive(Default)]
pub struct State {
    pub objects: BTreeMap<String, Interfaces>,
    pub disks: BTreeMap<String, FakeDisk>,
    /// By method and, if for one disk only, object path.
    pub behaviours: BTreeMap<(String, Option<String>), Behaviour>,
    /// Wakes the calls that wait for another behaviour.
    pub changed: Arc<Notify>,
    pub calls: Vec<Call>,
    /// How often `GetManagedObjects` was called.
    pub asked: usize,
    mounted: Vec<PathBuf>,
}

impl State {
    pub fn behaviour(&self, member: &str, path: &str) -> Behaviour {
        let for_this = (member.to_owned(), Some(path.to_owned()));
        let for_all = (member.to_owned(), None);
        let behaviour = self.behaviours.get(&for_this);
        behaviour.or_else(|| self.behaviours.get(&for_all)).cloned().unwrap_or_default()
    }

    /// The properties of an interface; None if the object lacks it.
    pub fn values(&self, path: &str, interface: &str) -> Option<&Values> {
        self.objects.get(path)?.get(interface)
    }

    /// Returns where the disk is mounted now.
    pub fn mount(&mut self, path: &str) -> PathBuf {
        let disk = self.disks.get(path).cloned().unwrap_or_default();
        let mount_point = disk.mount_point.clone();
        if disk.really && !self.mounted.contains(&mount_point) {
            fs::create_dir_all(&mount_point).unwrap();
            let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
            let device = format!("/dev/{}", disk.name);
            mount(device, &mount_point, "tmpfs", flags, None).unwrap();
            self.mounted.push(mount_point.clone());
        }
        mount_point
    }

    pub fn unmount(&mut self, path: &str) -> rustix::io::Result<()> {
        let disk = self.disks.get(path).cloned().unwrap_or_default();
        if disk.really {
            unmount(&disk.mount_point, UnmountFlags::empty())?;
            let _ = fs::remove_dir(&disk.mount_point);
            self.mounted.retain(|mounted| *mounted != disk.mount_point);
        }
        Ok(())
    }
}

impl Drop for State {
    fn drop(&mut self) {
        for mount_point in self.mounted.drain(..) {
            let _ = unmount(&mount_point, UnmountFlags::DETACH);
            let _ = fs::remove_dir(&mount_point);
        }
    }
}
