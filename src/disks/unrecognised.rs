//! Devices that udev has recognised nothing on, looked into once each: the look is a task of its own, since a broken disk takes its
//! time, and what it finds is part of the next picture. Remembers nothing of what is not there any more.

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
use crate::blocking::blocking;
use crate::model::Unusable;

/// UDisks2 tells of devices before udev has looked into them.
const DELAY: Duration = Duration::from_secs(2);
/// A drive may try to read a sector for a minute, and there are a few.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// One medium.
type Key = (u64, Option<u64>);
/// None while the look is on.
type Found = Arc<Mutex<HashMap<Key, Option<Option<Finding>>>>>;

#[derive(Debug, Default)]
pub struct Glances {
    found: Found,
    /// Drives that had no medium when we came, or that had one since: what is taken out of a dock is no disk that can't be read.
    quiet: HashSet<OwnedObjectPath>,
    begun: bool,
}

impl Glances {
    /// What is there and can't be used, as far as it has been looked into. `poke`: there is more to tell.
    pub fn over(&mut self, objects: &ManagedObjects, poke: &watch::Sender<()>) -> Vec<Volume> {
        let strange = unrecognised(objects);
        self.forget_but(&strange);
        let broken: Vec<Volume> = strange.into_iter().filter_map(|volume| self.judge(volume, poke)).collect();
        broken.into_iter().chain(self.empty(objects)).collect()
    }

    fn forget_but(&mut self, strange: &[Volume]) {
        let there: HashSet<Key> = strange.iter().map(key).collect();
        self.locked(|found| found.retain(|key, _| there.contains(key)));
    }

    fn judge(&mut self, volume: Volume, poke: &watch::Sender<()>) -> Option<Volume> {
        let key = key(&volume);
        if let Some(known) = self.locked(|found| found.get(&key).cloned()) {
            return known.flatten().map(|Finding { why, marks, cause }| hindered(volume, why, marks, cause));
        }
        self.locked(|found| found.insert(key, None));
        let (found, poke) = (self.found.clone(), poke.clone());
        tokio::spawn(async move {
            sleep(DELAY).await;
            let look = move || Ok::<_, std::io::Error>(signatures::look(&volume.device, volume.device_number));
            let finding = blocking(PATIENCE, look).await.unwrap_or_else(|error| {
                Some(Finding { why: Unusable::Unreadable, marks: Vec::new(), cause: error.to_string() })
            });
            found.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Some(finding));
            poke.send_replace(());
        });
        None
    }

    fn empty(&mut self, objects: &ManagedObjects) -> Vec<Volume> {
        let empty = empty_drives(objects);
        let drives = empty.iter().filter_map(|volume| volume.drive.clone());
        self.quiet.extend(loaded_drives(objects).chain(drives.filter(|_| !self.begun)));
        self.quiet.retain(|drive| objects.contains_key(drive));
        self.begun = true;
        let told = |volume: &Volume| volume.drive.as_ref().is_some_and(|drive| !self.quiet.contains(drive));
        let told = empty.into_iter().filter(told);
        told.map(|volume| hindered(volume, Unusable::NoMedium, Vec::new(), "MediaAvailable=false".to_owned())).collect()
    }

    fn locked<T>(&self, change: impl FnOnce(&mut HashMap<Key, Option<Option<Finding>>>) -> T) -> T {
        change(&mut self.found.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn key(volume: &Volume) -> Key {
    (volume.device_number, volume.diskseq)
}

fn hindered(volume: Volume, why: Unusable, marks: Vec<crate::model::DiskId>, cause: String) -> Volume {
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
    fn only_a_drive_that_came_without_a_medium_is_told_of() {
        let (mut glances, mut objects) = (Glances::default(), ManagedObjects::new());
        drive(&mut objects, "reader", false);
        drive(&mut objects, "dock", true);
        assert!(glances.empty(&objects).is_empty());
        drive(&mut objects, "dock", false);
        assert!(glances.empty(&objects).is_empty(), "taken out");
        drive(&mut objects, "new", false);
        let told = glances.empty(&objects);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].device, std::path::Path::new("/dev/new"));
        drive(&mut objects, "new", true);
        assert!(glances.empty(&objects).is_empty(), "it turns now");
    }
}
