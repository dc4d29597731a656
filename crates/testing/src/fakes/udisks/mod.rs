//! A fake UDisks2: objects that come, change and go in any order, and calls that fail by name, hang, or are late.
//! An ordinary service on the bus; it answers from one table of objects, so that any property can be set and any signal
//! order of the real one can be played.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::task::JoinHandle;
use zbus::{Connection, MessageStream, connection};

use disk::object_path;
use service::{OBJECT_MANAGER, change, serve};
use state::State;

pub use disk::{BLOCK, DRIVE, FILESYSTEM, FakeDisk, Interfaces, PARTITION, ROOT, Values, values};
pub use state::{Behaviour, Call};

mod disk;
mod service;
mod state;

/// The name on the bus.
pub const NAME: &str = "org.freedesktop.UDisks2";
const MANAGER: &str = "org.freedesktop.UDisks2.Manager";

/// The service. Its disks outlive its time on the bus.
pub struct FakeUdisks {
    address: String,
    state: Arc<Mutex<State>>,
    on_the_bus: Option<(Connection, JoinHandle<()>)>,
}

impl FakeUdisks {
    /// On the bus at `address`, with its manager and no disk.
    pub async fn start(address: &str) -> Self {
        let mut state = State::default();
        let manager = values([
            ("Version", "2.9.4".into()),
            ("SupportedFilesystems", vec!["ext4", "xfs", "btrfs", "vfat"].into()),
            ("DefaultEncryptionType", "luks1".into()),
        ]);
        let manager = BTreeMap::from([(MANAGER.to_owned(), manager)]);
        state.objects.insert(format!("{ROOT}/Manager"), manager);
        let mut fake = Self { address: address.to_owned(), state: Arc::new(Mutex::new(state)), on_the_bus: None };
        fake.come_back().await;
        fake
    }

    /// Leaves the bus like a udisksd that crashes: no signal says that the disks are gone.
    pub async fn vanish(&mut self) {
        if let Some((connection, serving)) = self.on_the_bus.take() {
            serving.abort();
            connection.close().await.unwrap();
        }
    }

    /// Comes back to the bus as after a restart: the objects that are there are not announced.
    pub async fn come_back(&mut self) {
        let builder = connection::Builder::address(self.address.as_str());
        let connection = builder.build().await.unwrap();
        let stream = MessageStream::from(&connection);
        let serving = tokio::spawn(serve(connection.clone(), stream, Arc::clone(&self.state)));
        connection.request_name(NAME).await.unwrap();
        self.on_the_bus = Some((connection, serving));
    }

    /// A formatted disk appears: drive first, then the device with everything.
    pub async fn plug(&self, disk: &FakeDisk) {
        self.remember(disk);
        let drive = BTreeMap::from([(DRIVE.to_owned(), disk.drive())]);
        self.add(&disk.drive_path(), drive).await;
        let mut interfaces =
            BTreeMap::from([(BLOCK.to_owned(), disk.block()), (FILESYSTEM.to_owned(), disk.filesystem())]);
        if disk.partition {
            interfaces.insert(PARTITION.to_owned(), disk.partition());
        }
        self.add(&disk.path(), interfaces).await;
    }

    /// A slow one: an empty device, which is filled later, and gets its file system last.
    pub async fn plug_bit_by_bit(&self, disk: &FakeDisk) {
        self.remember(disk);
        let drive = BTreeMap::from([(DRIVE.to_owned(), disk.drive())]);
        self.add(&disk.drive_path(), drive).await;
        let mut empty = disk.block();
        let mut later = Values::new();
        for name in ["IdUUID", "IdLabel", "IdType", "IdUsage", "IdVersion"] {
            let value = empty.insert(name.to_owned(), "".into());
            later.extend(value.map(|value| (name.to_owned(), value)));
        }
        let block = BTreeMap::from([(BLOCK.to_owned(), empty)]);
        self.add(&disk.path(), block).await;
        self.set(&disk.path(), BLOCK, later).await;
        let filesystem = BTreeMap::from([(FILESYSTEM.to_owned(), disk.filesystem())]);
        self.add(&disk.path(), filesystem).await;
    }

    /// The disk is unplugged: device first, then drive.
    pub async fn unplug(&self, disk: &FakeDisk) {
        self.remove(&disk.path(), &[FILESYSTEM, PARTITION, BLOCK]).await;
        self.remove(&disk.drive_path(), &[DRIVE]).await;
    }

    /// From now on calls of `member` (also `GetManagedObjects`) fare so, on every disk.
    pub fn on_call(&self, member: &str, behaviour: Behaviour) {
        let key = (member.to_owned(), None);
        let mut state = self.state();
        state.behaviours.insert(key, behaviour);
        state.changed.notify_waiters();
    }

    /// The same for one disk, whatever holds for the others.
    pub fn on_call_for(&self, disk: &FakeDisk, member: &str, behaviour: Behaviour) {
        let key = (member.to_owned(), Some(disk.path()));
        self.state().behaviours.insert(key, behaviour);
    }

    /// All calls so far, in order.
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// How often `GetManagedObjects` was called.
    pub fn asked(&self) -> usize {
        self.state().asked
    }

    /// The methods called so far, in order.
    pub fn called(&self) -> Vec<String> {
        let state = self.state();
        state.calls.iter().map(|call| call.member.clone()).collect()
    }

    /// Adds interfaces to an object, which may be new, and announces them in one signal.
    pub async fn add(&self, path: &str, interfaces: Interfaces) {
        let object = interfaces.clone();
        self.state().objects.entry(path.to_owned()).or_default().extend(object);
        let body = (object_path(path), interfaces);
        self.emit(ROOT, OBJECT_MANAGER, "InterfacesAdded", &body).await;
    }

    /// Takes interfaces away, the object with the last of them.
    pub async fn remove(&self, path: &str, interfaces: &[&str]) {
        let mut gone = Vec::new();
        {
            let mut state = self.state();
            let Some(object) = state.objects.get_mut(path) else {
                return;
            };
            for interface in interfaces {
                if object.remove(*interface).is_some() {
                    gone.push(*interface);
                }
            }
            if object.is_empty() {
                state.objects.remove(path);
            }
        }
        let body = (object_path(path), gone);
        self.emit(ROOT, OBJECT_MANAGER, "InterfacesRemoved", &body).await;
    }

    /// Changes properties and announces them in one signal.
    pub async fn set(&self, path: &str, interface: &str, changed: Values) {
        if let Some((connection, _)) = &self.on_the_bus {
            change(connection, &self.state, path, interface, changed).await;
        }
    }

    /// Changes properties without a signal, as if it were lost.
    pub fn silently_set(&self, path: &str, interface: &str, changed: Values) {
        let mut state = self.state();
        let object = state.objects.get_mut(path).and_then(|object| object.get_mut(interface));
        object.expect("an object with this interface").extend(changed);
    }

    fn remember(&self, disk: &FakeDisk) {
        self.state().disks.insert(disk.path(), disk.clone());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    async fn emit<B>(&self, path: &str, interface: &str, member: &str, body: &B)
    where
        B: serde::Serialize + zbus::DynamicType,
    {
        if let Some((connection, _)) = &self.on_the_bus {
            let nobody = None::<&str>;
            let sent = connection.emit_signal(nobody, path, interface, member, body);
            sent.await.unwrap();
        }
    }
}

impl Drop for FakeUdisks {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("---- calls of the fake UDisks2 ----");
            self.calls().iter().for_each(|call| eprintln!("{} {}", call.member, call.path));
        }
    }
}
