//! Examines once each device on which udev recognises nothing, in a task of its own, since a broken disk takes its
//! time. The result is part of the next list of volumes. Forgets devices that are gone.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;
use zbus::OwnedObjectPath;
use zbus::fdo::ManagedObjects;

use super::inventory::{empty_drives, loaded_drives, unrecognised};
use super::signatures::{self, Finding};
use super::volume::{Hindrance, Volume};
use asbackup_api::Unusable;
use asbackup_system::blocking::blocking;

/// UDisks2 lists devices before udev has probed them.
const DELAY: Duration = Duration::from_secs(2);
/// A drive may retry a sector for a minute, and a few are read.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// One medium.
type Key = (u64, Option<u64>);
/// None while the task runs.
type Found = Arc<Mutex<HashMap<Key, Option<Option<Finding>>>>>;

#[derive(Debug, Default)]
pub struct UnrecognisedDevices {
    found: Found,
    /// Drives that were empty at the start, or have had a medium since: a disk taken out of a dock is not a broken one.
    ignored_drives: HashSet<OwnedObjectPath>,
    started: bool,
}

impl UnrecognisedDevices {
    /// What is attached and can't be used, as far as it has been examined. `changed` is notified when more is known.
    pub fn unusable(&mut self, objects: &ManagedObjects, changed: &watch::Sender<()>) -> Vec<Volume> {
        let unrecognised = unrecognised(objects);
        self.retain(&unrecognised);
        let broken: Vec<Volume> = unrecognised.into_iter().filter_map(|volume| self.judge(volume, changed)).collect();
        broken.into_iter().chain(self.empty(objects)).collect()
    }

    fn retain(&mut self, attached: &[Volume]) {
        let there: HashSet<Key> = attached.iter().map(key).collect();
        self.with_found(|found| found.retain(|key, _| there.contains(key)));
    }

    fn judge(&mut self, volume: Volume, changed: &watch::Sender<()>) -> Option<Volume> {
        let key = key(&volume);
        if let Some(known) = self.with_found(|found| found.get(&key).cloned()) {
            return known.flatten().map(|Finding { why, marks, cause }| hindered(volume, why, marks, cause));
        }
        self.with_found(|found| found.insert(key, None));
        let (found, changed) = (self.found.clone(), changed.clone());
        tokio::spawn(async move {
            sleep(DELAY).await;
            let look = move || Ok::<_, std::io::Error>(signatures::look(&volume.device, volume.device_number));
            let finding = blocking(PATIENCE, look).await.unwrap_or_else(|error| {
                Some(Finding { why: Unusable::Unreadable, marks: Vec::new(), cause: error.to_string() })
            });
            found.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Some(finding));
            changed.send_replace(());
        });
        None
    }

    fn empty(&mut self, objects: &ManagedObjects) -> Vec<Volume> {
        let empty = empty_drives(objects);
        let drives = empty.iter().filter_map(|volume| volume.drive.clone());
        self.ignored_drives.extend(loaded_drives(objects).chain(drives.filter(|_| !self.started)));
        self.ignored_drives.retain(|drive| objects.contains_key(drive));
        self.started = true;
        let is_new = |volume: &Volume| volume.drive.as_ref().is_some_and(|drive| !self.ignored_drives.contains(drive));
        let new = empty.into_iter().filter(is_new);
        new.map(|volume| hindered(volume, Unusable::NoMedium, Vec::new(), "MediaAvailable=false".to_owned())).collect()
    }

    fn with_found<T>(&self, change: impl FnOnce(&mut HashMap<Key, Option<Option<Finding>>>) -> T) -> T {
        change(&mut self.found.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn key(volume: &Volume) -> Key {
    (volume.device_number, volume.diskseq)
}

fn hindered(volume: Volume, why: Unusable, marks: Vec<asbackup_api::DiskId>, cause: String) -> Volume {
    Volume { hindrance: Some(Hindrance { why, marks, likely: false, cause }), ..volume }
}

#[cfg(test)]
mod tests {
    use zbus::names::OwnedInterfaceName;
    use zbus::{OwnedVariant, Variant};

    use super::*;

    fn object<const N: usize>(objects: &mut ManagedObjects, path: &str, interface: &str, values: [(&str, Variant); N]) {
        let path = OwnedObjectPath::try_from(path).unwrap();
        let owned = |(name, value): (&str, Variant)| (name.to_owned(), value.try_into_owned().unwrap());
        let values: HashMap<String, OwnedVariant> = values.into_iter().map(owned).collect();
        let interface = OwnedInterfaceName::try_from(format!("org.freedesktop.UDisks2.{interface}")).unwrap();
        objects.entry(path).or_default().insert(interface, values);
    }

    /// A drive with its device, with a medium or without.
    fn drive(objects: &mut ManagedObjects, name: &str, full: bool) {
        let path = format!("/drive/{name}");
        object(objects, &path, "Drive", [("MediaAvailable", full.into())]);
        let path = Variant::from(zbus::ObjectPath::try_from(path).unwrap());
        let device = Variant::from(format!("/dev/{name}\0").into_bytes());
        let size = Variant::from(u64::from(full) * 4096);
        object(objects, &format!("/block/{name}"), "Block", [("Drive", path), ("Device", device), ("Size", size)]);
    }

    #[test]
    fn only_a_drive_that_appears_without_a_medium_is_reported() {
        let (mut devices, mut objects) = (UnrecognisedDevices::default(), ManagedObjects::new());
        drive(&mut objects, "reader", false);
        drive(&mut objects, "dock", true);
        assert!(devices.empty(&objects).is_empty());
        drive(&mut objects, "dock", false);
        assert!(devices.empty(&objects).is_empty(), "taken out");
        drive(&mut objects, "new", false);
        let found = devices.empty(&objects);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].device, std::path::Path::new("/dev/new"));
        drive(&mut objects, "new", true);
        assert!(devices.empty(&objects).is_empty(), "the medium is there now");
    }
}
