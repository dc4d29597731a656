//! The fakes behave like the real services: a client of UDisks2 finds its way on ours.

use std::collections::HashMap;
use std::time::Duration;

use asbackup_testing::fakes::udisks::{BLOCK, Behaviour, DRIVE, FILESYSTEM, FakeDisk, FakeUdisks, NAME, ROOT, values};
use asbackup_testing::harness::bus::{NOBODY, PrivateBus};
use futures_util::{Stream, StreamExt};
use udisks2::block::BlockProxy;
use udisks2::drive::DriveProxy;
use udisks2::filesystem::FilesystemProxy;
use zbus::fdo::{DBusProxy, ObjectManagerProxy};
use zbus::message::Message;
use zbus::proxy::CacheProperties;
use zbus::{Connection, MatchRule, MessageStream, Variant};

async fn soon<T>(what: impl Future<Output = T>) -> T {
    let limit = Duration::from_secs(10);
    tokio::time::timeout(limit, what).await.expect("in time")
}

async fn signals(client: &Connection) -> impl Stream<Item = zbus::Result<Message>> + use<> {
    let rule = MatchRule::builder().msg_type(zbus::message::Type::Signal);
    let rule = rule.path_namespace(ROOT).build().unwrap();
    MessageStream::for_match_rule(rule, client, None).await.unwrap()
}

async fn next_member(stream: &mut (impl Stream<Item = zbus::Result<Message>> + Unpin)) -> String {
    let message = soon(stream.next()).await.unwrap().unwrap();
    let header = message.header();
    header.member().unwrap().to_string()
}

async fn objects(client: &Connection) -> Vec<(String, Vec<String>)> {
    let manager = ObjectManagerProxy::builder(client).destination(NAME);
    let manager = manager.path(ROOT).build().await.unwrap();
    let objects = manager.get_managed_objects().await.unwrap();
    let mut objects: Vec<(String, Vec<String>)> = objects
        .into_iter()
        .map(|(path, interfaces)| {
            let mut names: Vec<String> = interfaces.keys().map(|name| name.to_string()).collect();
            names.sort();
            (path.to_string(), names)
        })
        .collect();
    objects.sort();
    objects
}

async fn filesystem(client: &Connection, disk: &FakeDisk) -> FilesystemProxy<'static> {
    FilesystemProxy::builder(client).path(disk.path()).cache_properties(CacheProperties::No).build().await.unwrap()
}

async fn call(client: &Connection, disk: &FakeDisk, member: &str) -> zbus::Result<Message> {
    let options = HashMap::from([("auth.no_user_interaction", Variant::from(true))]);
    let (path, interface) = (disk.path(), Some(FILESYSTEM));
    let called = client.call_method(Some(NAME), path, interface, member, &options);
    soon(called).await
}

#[tokio::test]
async fn a_fake_disk_is_read_like_a_real_one() {
    let bus = PrivateBus::start();
    let fake = FakeUdisks::start(bus.address()).await;
    let client = bus.connect().await;
    let disk = FakeDisk::default();
    fake.plug(&disk).await;
    let block = BlockProxy::builder(&client).path(disk.path());
    let block = block.build().await.unwrap();
    assert_eq!(block.id_uuid().await.unwrap(), disk.uuid);
    assert_eq!(block.device().await.unwrap(), b"/dev/sdx1\0");
    assert_eq!(block.size().await.unwrap(), disk.size);
    assert!(!block.hint_ignore().await.unwrap());
    let drive = DriveProxy::builder(&client).path(block.drive().await.unwrap());
    let drive = drive.build().await.unwrap();
    assert_eq!(drive.serial().await.unwrap(), disk.serial);
    let mounted = filesystem(&client, &disk).await.mount_points().await;
    assert!(mounted.unwrap().is_empty());
}

#[tokio::test]
async fn disks_come_and_go_in_the_orders_of_the_real_one() {
    let bus = PrivateBus::start();
    let fake = FakeUdisks::start(bus.address()).await;
    let client = bus.connect().await;
    let mut stream = signals(&client).await;
    let disk = FakeDisk::default();

    fake.plug(&disk).await;
    for expected in ["InterfacesAdded", "InterfacesAdded"] {
        assert_eq!(next_member(&mut stream).await, expected);
    }
    assert_eq!(objects(&client).await.len(), 3, "manager, drive, device");
    fake.unplug(&disk).await;
    for expected in ["InterfacesRemoved", "InterfacesRemoved"] {
        assert_eq!(next_member(&mut stream).await, expected);
    }
    assert_eq!(objects(&client).await.len(), 1);

    fake.plug_bit_by_bit(&disk).await;
    for expected in ["InterfacesAdded", "InterfacesAdded", "PropertiesChanged", "InterfacesAdded"] {
        assert_eq!(next_member(&mut stream).await, expected);
    }
    let there = objects(&client).await;
    let names = there.into_iter().flat_map(|(_, names)| names);
    let names: Vec<String> = names.collect();
    for interface in [BLOCK, FILESYSTEM, DRIVE] {
        assert!(names.iter().any(|name| name == interface), "{interface}");
    }
}

#[tokio::test]
async fn calls_work_fail_by_name_hang_and_come_late() {
    let bus = PrivateBus::start();
    let fake = FakeUdisks::start(bus.address()).await;
    let client = bus.connect().await;
    let disk = FakeDisk::default();
    fake.plug(&disk).await;
    let filesystem = filesystem(&client, &disk).await;

    let reply = call(&client, &disk, "Mount").await.unwrap();
    let mount_point: String = reply.body().deserialize().unwrap();
    assert_eq!(mount_point, "/media/root/OFFSITE1");
    let points = filesystem.mount_points().await.unwrap();
    assert_eq!(points, [b"/media/root/OFFSITE1\0".to_vec()]);

    fake.on_call("Unmount", Behaviour::fails("DeviceBusy", "target is busy"));
    let error = call(&client, &disk, "Unmount").await.unwrap_err();
    let zbus::Error::MethodError(name, text, _) = error else {
        panic!("{error:?}");
    };
    assert_eq!(name.as_str(), "org.freedesktop.UDisks2.Error.DeviceBusy");
    assert_eq!(text.as_deref(), Some("target is busy"));

    fake.on_call_for(&disk, "Unmount", Behaviour::Late(Duration::from_millis(20)));
    call(&client, &disk, "Unmount").await.unwrap();
    assert!(filesystem.mount_points().await.unwrap().is_empty());

    fake.on_call_for(&disk, "Mount", Behaviour::Hangs);
    let hanging = call(&client, &disk, "Mount");
    let waited = tokio::time::timeout(Duration::from_millis(100), hanging).await;
    assert!(waited.is_err(), "{waited:?}");
    assert_eq!(fake.called(), ["Mount", "Unmount", "Unmount", "Mount"]);
    let options = &fake.calls()[0].options;
    assert_eq!(options["auth.no_user_interaction"], Variant::from(true));

    let mut gone = disk.clone();
    gone.name = "sdy1".to_owned();
    let error = call(&client, &gone, "Mount").await.unwrap_err();
    assert!(error.to_string().contains("Object does not exist"), "{error}");
}

#[tokio::test]
async fn a_service_that_dies_comes_back_with_its_disks_and_announces_none() {
    let bus = PrivateBus::start();
    let mut fake = FakeUdisks::start(bus.address()).await;
    let client = bus.connect_as(NOBODY).await;
    let disk = FakeDisk::default();
    fake.plug(&disk).await;
    let names = DBusProxy::new(&client).await.unwrap();
    let mut owners = names.receive_name_owner_changed().await.unwrap();
    let mut stream = signals(&client).await;

    fake.vanish().await;
    let lost = soon(owners.next()).await.unwrap();
    assert!(lost.args().unwrap().new_owner.is_none());
    fake.come_back().await;
    while soon(owners.next()).await.unwrap().args().unwrap().name != NAME {}
    assert_eq!(objects(&client).await.len(), 3);
    let label = values([("IdLabel", "NEW".into())]);
    fake.set(&disk.path(), BLOCK, label).await;
    // The first signal since: nothing was announced again.
    assert_eq!(next_member(&mut stream).await, "PropertiesChanged");
}

#[tokio::test]
async fn a_disk_can_be_mounted_really() {
    let directory = tempfile::tempdir().unwrap();
    let bus = PrivateBus::start();
    let fake = FakeUdisks::start(bus.address()).await;
    let client = bus.connect().await;
    let disk = FakeDisk { mount_point: directory.path().join("OFFSITE1"), really: true, ..FakeDisk::default() };
    fake.plug(&disk).await;
    call(&client, &disk, "Mount").await.unwrap();
    let mounts = || std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    let mount_point = disk.mount_point.display().to_string();
    assert!(mounts().contains(&mount_point));

    let held = std::fs::File::create(disk.mount_point.join("file")).unwrap();
    let error = call(&client, &disk, "Unmount").await.unwrap_err();
    assert!(error.to_string().contains("DeviceBusy"), "{error}");
    drop(held);
    call(&client, &disk, "Unmount").await.unwrap();
    assert!(!mounts().contains(&mount_point));
}
