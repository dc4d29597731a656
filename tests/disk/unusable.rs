//! Known disks that are plugged in and can't be used: the cause is reported at once, instead of a request to plug the
//! disk in. What real drives do (bad sectors, an empty enclosure) is tested in `tests/vm`.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::PathBuf;
use std::process::Command;

use asbackup_testing::fakes::udisks::FakeDisk;
use asbackup_testing::recorder::RunFinished;
use asbackup_testing::run;
use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::disk::USUAL_SIZE;
use asbackup_testing::testbed::played::{MOUNT_POINT, Played};
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success, refusal};

const LIST: &str = "filesystem-ids-and-notification-mail-addresses";
const UNUSABLE: &str = "UnsupportedFileSystem";

/// The answer to a start, the run that begins by itself, the status, and both logs say so.
async fn told(daemon: &Daemon, uuid: &str, words: &[&str]) -> RunFinished {
    assert_eq!(refusal(daemon, uuid).await, UNUSABLE);
    let finished = daemon.finished(1).await;
    assert_aborted(&finished, UNUSABLE);
    let status: String = daemon.property("Status").await;
    for text in [&finished.message, &status, &daemon.text_log(), &daemon.log()] {
        words.iter().for_each(|word| assert!(text.contains(word), "{word} is not in {text}"));
    }
    let answer = daemon.start_run("").await.expect_err("it is still so");
    assert_eq!((answer.name.as_str(), &answer.message), (UNUSABLE, &finished.message));
    finished
}

/// Makes a container of the disk, which the config knows by the container's UUID then.
fn encrypt(scene: &mut Scene) {
    let mut cryptsetup = Command::new("/usr/sbin/cryptsetup");
    cryptsetup.args(["luksFormat", "--batch-mode", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000"]);
    let key = scene.testbed.directory().join("key");
    fs::write(&key, "secret").expect("a key");
    run(cryptsetup.arg("--key-file").arg(key).arg(scene.disk.image()));
    let mut uuid = Command::new("/usr/sbin/cryptsetup");
    scene.disk.uuid = run(uuid.arg("luksUUID").arg(scene.disk.image()));
    scene.config.set("Backup", LIST, &scene.disk.uuid);
}

#[tokio::test]
async fn a_locked_disk_that_is_known_by_its_container_is_reported_as_locked() {
    let mut scene = Scene::new();
    encrypt(&mut scene);
    let daemon = scene.daemon().await;
    scene.disk.plug();
    let uuid = scene.disk.uuid.clone();
    let device = scene.disk.device().display().to_string();
    told(&daemon, &uuid, &["is encrypted and locked", &device, "udisksctl unlock", "file system inside"]).await;
    scene.disk.assert_free();
    scene.assert_no_lock_in_source();
}

/// The first sector of another file system, as a careless `dd` leaves it.
fn second_mark(scene: &Scene) -> Vec<u8> {
    let other = scene.testbed.directory().join("other.image");
    File::create(&other).and_then(|file| file.set_len(400 << 20)).expect("a sparse file");
    run(Command::new("/usr/sbin/mkfs.xfs").args(["-q", "-K"]).arg(&other));
    let mut sector = vec![0; 512];
    File::open(other).and_then(|file| file.read_exact_at(&mut sector, 0)).expect("its first sector");
    sector
}

#[tokio::test]
async fn a_disk_with_two_signatures_is_reported_and_copied_to_once_one_is_gone() {
    let mut scene = Scene::new();
    let image = File::options().write(true).open(scene.disk.image()).expect("the image");
    image.write_all_at(&second_mark(&scene), 0).expect("a second signature");
    let daemon = scene.daemon().await;
    scene.disk.plug();
    let uuid = scene.disk.uuid.clone();
    told(&daemon, &uuid, &["several file systems at once", "xfs", "ext4", "wipefs"]).await;
    // The proof that it may be unplugged claims it for a moment, as wipefs does.
    daemon.until_safe_to_remove(&[&uuid]).await;
    // What the administrator is told to do, while it is plugged in.
    let device = scene.disk.device().display().to_string();
    scene.testbed.run(&["wipefs", "--quiet", "--offset", "0", &device]);
    scene.testbed.run(&["udevadm", "trigger", "--settle", &device]);
    assert_success(&daemon.finished(2).await);
    scene.disk.unplug();
    scene.assert_copied(Fidelity::Full);
}

/// Where the partition begins behind an enclosure that shows sectors of 4096 bytes.
const START: u64 = 256 * 4096;

/// Formats the disk as behind such an enclosure, with this kind of table.
fn set_up_with_large_sectors(scene: &mut Scene, kind: &str) {
    let image = scene.disk.image().to_owned();
    let script = image.with_extension("sfdisk");
    File::create(&image).and_then(|file| file.set_len(400 << 20)).expect("an empty disk");
    fs::write(&script, format!("label: {kind}\nstart=256, size=90000\n")).expect("a script");
    let losetup = ["--find", "--show", "--sector-size", "4096"];
    let device = PathBuf::from(run(Command::new("/usr/sbin/losetup").args(losetup).arg(&image)));
    let table = Command::new("/usr/sbin/sfdisk")
        .args(["--quiet", "--no-reread", "--no-tell-kernel"])
        .arg(&device)
        .stdin(File::open(script).expect("just written"))
        .status();
    run(Command::new("/usr/sbin/losetup").arg("--detach").arg(&device));
    assert!(table.expect("sfdisk").success());
    let place = format!("offset={START}");
    run(Command::new("/usr/sbin/mkfs.ext4")
        .args(["-q", "-F", "-L", "OFFSITE", "-E", &place])
        .arg(&image)
        .arg("300000k"));
    let mut blkid = Command::new("/usr/sbin/blkid");
    blkid.args(["--probe", "--match-tag", "UUID", "--output", "value", "--offset", &START.to_string()]);
    scene.disk.uuid = run(blkid.arg(image));
    scene.config.set("Backup", LIST, &scene.disk.uuid);
}

#[tokio::test]
async fn a_disk_whose_partitions_count_in_other_sectors_is_reported_as_such() {
    for kind in ["gpt", "dos"] {
        let mut scene = Scene::new();
        set_up_with_large_sectors(&mut scene, kind);
        let daemon = scene.daemon().await;
        scene.disk.plug();
        let uuid = scene.disk.uuid.clone();
        told(
            &daemon,
            &uuid,
            &[
                "a different sector size",
                "sectors of 4096 instead of 512 bytes",
                "enclosure or cable that it was set up with",
            ],
        )
        .await;
    }
}

/// A disk that has had its copy, so that its drive is known, and is out again.
async fn known_by_its_drive() -> (Played, Daemon) {
    let mut played = Played::new().await;
    played.disk.serial = "S3R14L".to_owned();
    // As the kernel says: what tells another size is being pulled.
    played.disk.size = USUAL_SIZE;
    let (daemon, finished) = played.run(&played.mount(MOUNT_POINT)).await;
    assert_success(&finished);
    played.udisks.unplug(&played.disk).await;
    daemon.wait_for("that it is gone", |_| daemon.text_log().contains("was unplugged").then_some(())).await;
    (played, daemon)
}

#[tokio::test]
async fn a_disk_with_an_unreadable_start_is_reported_as_what_it_seems_to_be() {
    let (mut played, daemon) = known_by_its_drive().await;
    played.scene.disk.unplug();
    played.scene.disk.plug();
    let path = played.scene.disk.device();
    let device = path.display().to_string();
    // Every read from now on is an input/output error.
    File::options().write(true).open(played.scene.disk.image()).and_then(|file| file.set_len(0)).expect("no data");
    run(Command::new("/usr/sbin/blockdev").args(["--flushbufs", &device]));
    let sick = FakeDisk {
        name: path.file_name().expect("a device").to_string_lossy().into_owned(),
        device_number: fs::metadata(&path).expect("a device").rdev(),
        uuid: String::new(),
        usage: String::new(),
        label: String::new(),
        ..played.disk.clone()
    };
    played.udisks.plug(&sick).await;
    let finished = daemon.finished(2).await;
    assert_aborted(&finished, UNUSABLE);
    for word in ["seems to be the disk “OFFSITE”", &device, "cannot be read", "EIO"] {
        assert!(finished.message.contains(word), "{word} is not in {}", finished.message);
    }
    let answer = daemon.start_run("").await.expect_err("it is still so");
    assert_eq!(answer.message, finished.message);
}
