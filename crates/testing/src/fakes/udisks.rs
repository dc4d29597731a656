//! UDisks2 as a test wants it: objects that come, change and go in any order, and calls that fail by name, hang, or are late.
//! An ordinary service on the bus; it answers from one table of objects, so that any property can be set and any signal
//! order of the real one can be played.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use futures_util::StreamExt;
use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use zbus::message::{Message, Type};
use zbus::{Connection, MessageStream, ObjectPath, OwnedVariant, connection};

use super::disk::object_path;

pub use super::disk::{BLOCK, DRIVE, FILESYSTEM, FakeDisk, Interfaces, PARTITION, ROOT, Values, values};

pub const NAME: &str = "org.freedesktop.UDisks2";
const MANAGER: &str = "org.freedesktop.UDisks2.Manager";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const OBJECT_MANAGER: &str = "org.freedesktop.DBus.ObjectManager";

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Behaviour {
    #[default]
    Works,
    /// `name` in full, e.g. `org.freedesktop.UDisks2.Error.DeviceBusy`.
    Fails { name: String, text: String },
    /// No answer, and nothing is done.
    Hangs,
    /// Works in the end.
    Late(Duration),
    /// Nothing yet; when another answer is set for the call, it gets that one.
    Waits,
}

impl Behaviour {
    /// An error of UDisks2's own, by its last word.
    pub fn fails(word: &str, text: &str) -> Self {
        Self::Fails { name: format!("{NAME}.Error.{word}"), text: text.to_owned() }
    }
}

/// One call of `Mount`, `Unmount`, `Check`, `PowerOff` or `Eject`.
#[derive(Debug, Clone, PartialEq)]
pub struct Called {
    pub member: String,
    /// The object's path.
    pub path: String,
    pub options: Values,
}

#[derive(Default)]
struct World {
    objects: BTreeMap<String, Interfaces>,
    disks: BTreeMap<String, FakeDisk>,
    /// By method and, if for one disk only, object path.
    answers: BTreeMap<(String, Option<String>), Behaviour>,
    calls: Vec<Called>,
    /// How often somebody wanted all objects.
    asked: usize,
    mounted: Vec<PathBuf>,
    /// Another answer was set.
    answered: Arc<Notify>,
}

impl World {
    fn answer(&self, member: &str, path: &str) -> Behaviour {
        let for_this = (member.to_owned(), Some(path.to_owned()));
        let for_all = (member.to_owned(), None);
        let answer = self.answers.get(&for_this);
        answer.or_else(|| self.answers.get(&for_all)).cloned().unwrap_or_default()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for mount_point in self.mounted.drain(..) {
            let _ = unmount(&mount_point, UnmountFlags::DETACH);
            let _ = fs::remove_dir(&mount_point);
        }
    }
}

/// The service. Its disks outlive its time on the bus.
pub struct FakeUdisks {
    address: String,
    world: Arc<Mutex<World>>,
    on_the_bus: Option<(Connection, JoinHandle<()>)>,
}

impl FakeUdisks {
    pub async fn start(address: &str) -> Self {
        let mut world = World::default();
        let manager = values([
            ("Version", "2.9.4".into()),
            ("SupportedFilesystems", vec!["ext4", "xfs", "btrfs", "vfat"].into()),
            ("DefaultEncryptionType", "luks1".into()),
        ]);
        let manager = BTreeMap::from([(MANAGER.to_owned(), manager)]);
        world.objects.insert(format!("{ROOT}/Manager"), manager);
        let mut fake = Self { address: address.to_owned(), world: Arc::new(Mutex::new(world)), on_the_bus: None };
        fake.come_back().await;
        fake
    }

    /// Like a crash of udisksd: the name goes, and no signal says good-bye.
    pub async fn vanish(&mut self) {
        if let Some((connection, serving)) = self.on_the_bus.take() {
            serving.abort();
            connection.close().await.unwrap();
        }
    }

    /// As after a restart: the objects that are there are not announced.
    pub async fn come_back(&mut self) {
        let builder = connection::Builder::address(self.address.as_str());
        let connection = builder.build().await.unwrap();
        let stream = MessageStream::from(&connection);
        let serving = tokio::spawn(serve(connection.clone(), stream, Arc::clone(&self.world)));
        connection.request_name(NAME).await.unwrap();
        self.on_the_bus = Some((connection, serving));
    }

    /// A formatted disk appears: drive first, then the device with everything.
    pub async fn plug(&self, disk: &FakeDisk) {
        self.know(disk);
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
        self.know(disk);
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

    /// The disk is pulled out.
    pub async fn unplug(&self, disk: &FakeDisk) {
        self.remove(&disk.path(), &[FILESYSTEM, PARTITION, BLOCK]).await;
        self.remove(&disk.drive_path(), &[DRIVE]).await;
    }

    /// `member` (also `GetManagedObjects`) fares so from now on, on every disk.
    pub fn on_call(&self, member: &str, answer: Behaviour) {
        let key = (member.to_owned(), None);
        let mut world = self.world();
        world.answers.insert(key, answer);
        world.answered.notify_waiters();
    }

    /// The same for one disk; goes before what holds for every disk.
    pub fn on_call_for(&self, disk: &FakeDisk, member: &str, answer: Behaviour) {
        let key = (member.to_owned(), Some(disk.path()));
        self.world().answers.insert(key, answer);
    }

    /// All calls so far, in order.
    pub fn calls(&self) -> Vec<Called> {
        self.world().calls.clone()
    }

    /// How often somebody wanted all objects.
    pub fn asked(&self) -> usize {
        self.world().asked
    }

    /// Only their names.
    pub fn called(&self) -> Vec<String> {
        let world = self.world();
        world.calls.iter().map(|call| call.member.clone()).collect()
    }

    /// Adds interfaces to an object, which may be new, and announces them in one signal.
    pub async fn add(&self, path: &str, interfaces: Interfaces) {
        let object = interfaces.clone();
        self.world().objects.entry(path.to_owned()).or_default().extend(object);
        let body = (object_path(path), interfaces);
        self.emit(ROOT, OBJECT_MANAGER, "InterfacesAdded", &body).await;
    }

    /// Takes interfaces away, the object with the last of them.
    pub async fn remove(&self, path: &str, interfaces: &[&str]) {
        let mut gone = Vec::new();
        {
            let mut world = self.world();
            let Some(object) = world.objects.get_mut(path) else {
                return;
            };
            for interface in interfaces {
                if object.remove(*interface).is_some() {
                    gone.push(*interface);
                }
            }
            if object.is_empty() {
                world.objects.remove(path);
            }
        }
        let body = (object_path(path), gone);
        self.emit(ROOT, OBJECT_MANAGER, "InterfacesRemoved", &body).await;
    }

    /// Changes properties and says so in one signal.
    pub async fn set(&self, path: &str, interface: &str, changed: Values) {
        if let Some((connection, _)) = &self.on_the_bus {
            change(connection, &self.world, path, interface, changed).await;
        }
    }

    /// Changes properties, and the signal that says so is lost.
    pub fn silently_set(&self, path: &str, interface: &str, changed: Values) {
        let mut world = self.world();
        let object = world.objects.get_mut(path).and_then(|object| object.get_mut(interface));
        object.expect("an object with this interface").extend(changed);
    }

    fn know(&self, disk: &FakeDisk) {
        self.world().disks.insert(disk.path(), disk.clone());
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
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

async fn serve(connection: Connection, mut messages: MessageStream, world: Arc<Mutex<World>>) {
    while let Some(Ok(message)) = messages.next().await {
        if message.message_type() != Type::MethodCall {
            continue;
        }
        let (connection, world) = (connection.clone(), Arc::clone(&world));
        // A call that hangs must not hold up the next one.
        tokio::spawn(async move {
            // Fails when the test has ended meanwhile.
            let _ = respond(&connection, &world, &message).await;
        });
    }
}

async fn respond(connection: &Connection, world: &Arc<Mutex<World>>, message: &Message) -> zbus::Result<()> {
    let header = message.header();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let path = text(header.path().map(|path| path.as_str()));
    let interface = text(header.interface().map(|name| name.as_str()));
    let member = text(header.member().map(|name| name.as_str()));
    match (interface.as_str(), member.as_str()) {
        (OBJECT_MANAGER, "GetManagedObjects") => {
            let answer = {
                let mut world = world.lock().unwrap();
                world.asked += 1;
                world.answer(&member, &path)
            };
            if !passes(connection, message, answer).await? {
                return Ok(());
            }
            let objects: BTreeMap<ObjectPath<'static>, Interfaces> = {
                let world = world.lock().unwrap();
                let objects = world.objects.iter();
                objects.map(|(path, object)| (object_path(path), object.clone())).collect()
            };
            connection.reply(&header, &objects).await
        }
        (PROPERTIES, "GetAll") => {
            let interface: String = message.body().deserialize()?;
            match values_of(world, &path, &interface) {
                Some(values) => connection.reply(&header, &values).await,
                None => no_object(connection, message).await,
            }
        }
        (PROPERTIES, "Get") => {
            let (interface, name): (String, String) = message.body().deserialize()?;
            let value = values_of(world, &path, &interface).and_then(|mut v| v.remove(&name));
            match value {
                Some(value) => connection.reply(&header, &value).await,
                None => no_object(connection, message).await,
            }
        }
        (FILESYSTEM | DRIVE, _) => {
            if values_of(world, &path, &interface).is_none() {
                return no_object(connection, message).await;
            }
            act(connection, world, message, path, member).await
        }
        _ => no_object(connection, message).await,
    }
}

/// Whether the call gets what it wants; sent away by name, or left without an answer, it does not.
async fn passes(connection: &Connection, message: &Message, answer: Behaviour) -> zbus::Result<bool> {
    match answer {
        Behaviour::Works => Ok(true),
        Behaviour::Hangs | Behaviour::Waits => Ok(false),
        Behaviour::Late(duration) => {
            tokio::time::sleep(duration).await;
            Ok(true)
        }
        Behaviour::Fails { name, text } => {
            let header = message.header();
            connection.reply_error(&header, name, &text).await.map(|()| false)
        }
    }
}

/// The first answer that is not to be kept.
async fn let_go(world: &Mutex<World>, member: &str, path: &str) -> Behaviour {
    let answered = Arc::clone(&world.lock().unwrap().answered);
    loop {
        let changed = answered.notified();
        tokio::pin!(changed);
        // Counts from here on, so that no change between the look and the wait is missed.
        changed.as_mut().enable();
        let answer = world.lock().unwrap().answer(member, path);
        if answer != Behaviour::Waits {
            return answer;
        }
        changed.await;
    }
}

/// `Mount` and its kin.
async fn act(
    connection: &Connection,
    world: &Arc<Mutex<World>>,
    message: &Message,
    path: String,
    member: String,
) -> zbus::Result<()> {
    let header = message.header();
    let body = message.body();
    let answer = {
        let mut world = world.lock().unwrap();
        let options: BTreeMap<String, OwnedVariant> = body.deserialize()?;
        let options = options.into_iter();
        world.calls.push(Called {
            member: member.clone(),
            path: path.clone(),
            options: options.map(|(key, value)| (key, value.into())).collect(),
        });
        world.answer(&member, &path)
    };
    let answer = if answer == Behaviour::Waits { let_go(world, &member, &path).await } else { answer };
    if !passes(connection, message, answer).await? {
        return Ok(());
    }
    match member.as_str() {
        "Mount" => {
            let mount_point = mount_disk(world, &path);
            let points = values([("MountPoints", vec![terminated(&mount_point)].into())]);
            change(connection, world, &path, FILESYSTEM, points).await;
            let shown = mount_point.to_string_lossy().into_owned();
            connection.reply(&header, &shown).await
        }
        "Unmount" => {
            if let Err(cause) = unmount_disk(world, &path) {
                let name = format!("{NAME}.Error.DeviceBusy");
                let text = format!("Error unmounting {path}: {cause}");
                return connection.reply_error(&header, name, &text).await;
            }
            let points = values([("MountPoints", Vec::<Vec<u8>>::new().into())]);
            change(connection, world, &path, FILESYSTEM, points).await;
            connection.reply(&header, &()).await
        }
        "Check" => connection.reply(&header, &true).await,
        _ => connection.reply(&header, &()).await,
    }
}

fn mount_disk(world: &Mutex<World>, path: &str) -> PathBuf {
    let mut world = world.lock().unwrap();
    let disk = world.disks.get(path).cloned().unwrap_or_default();
    let mount_point = disk.mount_point.clone();
    if disk.really && !world.mounted.contains(&mount_point) {
        fs::create_dir_all(&mount_point).unwrap();
        let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        let device = format!("/dev/{}", disk.name);
        mount(device, &mount_point, "tmpfs", flags, None).unwrap();
        world.mounted.push(mount_point.clone());
    }
    mount_point
}

fn unmount_disk(world: &Mutex<World>, path: &str) -> rustix::io::Result<()> {
    let mut world = world.lock().unwrap();
    let disk = world.disks.get(path).cloned().unwrap_or_default();
    if disk.really {
        unmount(&disk.mount_point, UnmountFlags::empty())?;
        let _ = fs::remove_dir(&disk.mount_point);
        world.mounted.retain(|mounted| *mounted != disk.mount_point);
    }
    Ok(())
}

async fn change(connection: &Connection, world: &Mutex<World>, path: &str, interface: &str, changed: Values) {
    {
        let mut world = world.lock().unwrap();
        let object = world.objects.get_mut(path);
        let Some(values) = object.and_then(|object| object.get_mut(interface)) else {
            return;
        };
        values.extend(changed.clone());
    }
    let body = (interface, changed, Vec::<String>::new());
    let nobody = None::<&str>;
    let sent = connection.emit_signal(nobody, path, PROPERTIES, "PropertiesChanged", &body);
    sent.await.unwrap();
}

fn values_of(world: &Mutex<World>, path: &str, interface: &str) -> Option<Values> {
    let world = world.lock().unwrap();
    world.objects.get(path)?.get(interface).cloned()
}

/// In the words of the real one.
async fn no_object(connection: &Connection, message: &Message) -> zbus::Result<()> {
    let header = message.header();
    let path = header.path().map(|path| path.as_str()).unwrap_or_default();
    let text = format!("Object does not exist at path “{path}”");
    let name = "org.freedesktop.DBus.Error.UnknownMethod";
    connection.reply_error(&header, name, &text).await
}

fn terminated(path: &std::path::Path) -> Vec<u8> {
    let mut bytes = path.as_os_str().as_bytes().to_vec();
    bytes.push(0);
    bytes
}
