//! A blank disk is listed with the command that formats it; one that only looks blank is not.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use asbackup_testing::testbed::Testbed;
use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::loop_device::keep_partitions;
use asbackup_testing::testbed::scene::{Scene, assert_success};
use asbackup_testing::{PATIENCE, output, program, run, wait_for};
use serde_json::Value;

const SIZE: u64 = 400 << 20;
const MEBIBYTE: u64 = 1 << 20;

/// A loop device over an image of zeros; it goes with this.
struct Raw {
    device: PathBuf,

    _hold: File,
}

impl Raw {
    fn plug(testbed: &Testbed, name: &str, prepare: impl FnOnce(&File), options: &[&str]) -> Self {
        let image = testbed.directory().join(format!("{name}.raw"));
        let file = File::create_new(&image).expect("an image");
        file.set_len(SIZE).expect("a sparse file");
        prepare(&file);
        Self::attach(image, options)
    }

    fn attach(image: PathBuf, options: &[&str]) -> Self {
        let device =
            PathBuf::from(run(Command::new("/usr/sbin/losetup").args(["--find", "--show"]).args(options).arg(&image)));
        let hold = File::open(&device).expect("the device just attached");
        run(Command::new("/usr/sbin/losetup").arg("--detach").arg(&device));
        Self { device, _hold: hold }
    }

    /// With a partition table as sfdisk reads it.
    fn divided(testbed: &Testbed, name: &str, table: &str) -> Self {
        let image = testbed.directory().join(format!("{name}.raw"));
        File::create_new(&image).and_then(|file| file.set_len(SIZE)).expect("a sparse file");
        let script = image.with_extension("sfdisk");
        fs::write(&script, table).expect("a script for sfdisk");
        let input = File::open(&script).expect("just written");
        run(Command::new("/usr/sbin/sfdisk").arg("--quiet").arg(&image).stdin(input));
        let raw = Self::attach(image, &["--partscan"]);
        if table.contains("start") {
            keep_partitions(&raw.device);
        }
        raw
    }

    fn partition(&self, number: u32) -> PathBuf {
        PathBuf::from(format!("{}p{number}", self.device.display()))
    }
}

fn asbackup(testbed: &Testbed, words: &[&str]) -> String {
    let mut command = testbed.command("env");
    command.args(["-i", "LC_ALL=C.UTF-8", "TZ=UTC", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", program("asbackup")]);
    let said = output(command.args(words));
    assert!(said.status.success(), "{said:?}");
    String::from_utf8(said.stdout).expect("UTF-8")
}

/// What setup shows of disks; it ends there, since nobody answers.
fn offered_by_setup(testbed: &Testbed) -> String {
    let line = format!("echo | {} setup", program("asbackup"));
    let mut command = testbed.command("env");
    command.args(["-i", "LC_ALL=C.UTF-8", "TZ=UTC", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "sh", "-c", &line]);
    let said = output(&mut command);
    assert_eq!(said.status.code(), Some(1), "{said:?}");
    String::from_utf8(said.stdout).expect("UTF-8")
}

/// Waits until the service reports `wanted` as the contents of the device; other testbeds' devices are listed, too.
fn is_told(testbed: &Testbed, daemon: &Daemon, device: &Path, wanted: &str) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let told: Value = serde_json::from_str(&asbackup(testbed, &["disks", "--json"])).expect("JSON");
        let row = told.as_array().expect("a list").iter().find(|row| row["device"] == device.display().to_string());
        if row.is_some_and(|row| row["contents"] == wanted) {
            return;
        }
        assert!(Instant::now() < deadline, "{} as {wanted}: {told:#}\n{}", device.display(), daemon.log());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The paragraphs of `asbackup disks` that begin with the device, and the command behind them.
fn advice(testbed: &Testbed, device: &Path) -> String {
    let page = asbackup(testbed, &["disks"]);
    let name = device.display().to_string();
    let mut parts = page.split("\n\n").skip_while(|part| {
        !part.contains(&format!("{name} ")) || part.contains('\u{1b}') || part.starts_with("Plugged")
    });
    let words = parts.next().unwrap_or_else(|| panic!("{name} is not in {page}")).to_owned();
    let command = parts.next().filter(|part| part.starts_with("    ")).unwrap_or_default();
    format!("{words}\n{}", command.trim_end())
}

#[tokio::test]
async fn a_blank_disk_is_listed_with_the_command_that_formats_it() {
    let scene = Scene::new();
    let daemon = scene.daemon().await;
    let raw = Raw::plug(&scene.testbed, "new", |_| {}, &[]);
    is_told(&scene.testbed, &daemon, &raw.device, "blank");
    let told = advice(&scene.testbed, &raw.device);
    let command = told.lines().last().expect("a command").trim().to_owned();
    assert!(command.starts_with("mkfs.ext4 ") && command.ends_with(&format!(" {}", raw.device.display())), "{told}");
    let label = command.split(" -L ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a label").to_owned();
    assert!(offered_by_setup(&scene.testbed).contains(&command));
    // As it stands there, by a shell.
    run(scene.testbed.command("env").args(["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "sh", "-c", &command]));
    let uuid = run(Command::new("/usr/sbin/blkid")
        .args(["--probe", "--match-tag", "UUID", "--output", "value"])
        .arg(&raw.device));
    let row = wait_for("the new file system", PATIENCE, || {
        let told: Value = serde_json::from_str(&asbackup(&scene.testbed, &["disks", "--json"])).expect("JSON");
        let is_gone =
            !told.as_array()?.iter().any(|row| row["device"] == raw.device.display().to_string() && row["uuid"] == "");
        let row = told.as_array()?.iter().find(|row| row["uuid"] == uuid)?.clone();
        is_gone.then_some(row)
    });
    assert_eq!(row["label"], label.as_str());
    asbackup(&scene.testbed, &["setup", "--disk", &uuid, "--yes"]);
    assert_success(&daemon.finished(1).await);
}

#[tokio::test]
async fn a_disk_with_data_and_no_signature_gets_no_command() {
    let scene = Scene::new();
    let daemon = scene.daemon().await;
    for (name, place) in [("begin", 700_000), ("end", SIZE - MEBIBYTE)] {
        let raw = Raw::plug(&scene.testbed, name, |image| image.write_all_at(&[0xA5; 512], place).expect("data"), &[]);
        is_told(&scene.testbed, &daemon, &raw.device, "not-empty");
        let told = advice(&scene.testbed, &raw.device);
        assert!(told.contains("is not empty") && !told.contains("mkfs"), "{told}");
    }
}

/// The service looked at it when it was plugged in.
#[tokio::test]
async fn a_disk_that_is_filled_afterwards_gets_no_command_either() {
    let scene = Scene::new();
    let daemon = scene.daemon().await;
    let raw = Raw::plug(&scene.testbed, "late", |_| {}, &[]);
    is_told(&scene.testbed, &daemon, &raw.device, "blank");
    let device = File::options().write(true).open(&raw.device).expect("the device");
    device.write_all_at(&[0xA5; 4096], 8192).expect("data");
    let told = advice(&scene.testbed, &raw.device);
    assert!(told.contains("is not empty") && !told.contains("mkfs"), "{told}");
}

#[tokio::test]
async fn a_write_protected_disk_and_one_without_partitions_are_reported_as_such() {
    let scene = Scene::new();
    let daemon = scene.daemon().await;
    let protected = Raw::plug(&scene.testbed, "protected", |_| {}, &["--read-only"]);
    is_told(&scene.testbed, &daemon, &protected.device, "read-only");
    assert!(advice(&scene.testbed, &protected.device).contains("write-protected"));
    let divided = Raw::divided(&scene.testbed, "divided", "label: gpt\n");
    is_told(&scene.testbed, &daemon, &divided.device, "no-partition");
    assert!(advice(&scene.testbed, &divided.device).contains(&format!("    cfdisk {}", divided.device.display())));
}

/// The second partition has a file system, the third is one that Windows reserves.
#[tokio::test]
async fn of_several_partitions_the_empty_one_for_files_is_offered() {
    let scene = Scene::new();
    let daemon = scene.daemon().await;
    let table = "label: gpt\nstart=2048, size=100000\nstart=104448, size=100000\n\
                 start=206848, size=100000, type=E3C9E316-0B5C-4DB8-817D-F92DF00215AE\n";
    let raw = Raw::divided(&scene.testbed, "several", table);
    let second = raw.partition(2);
    wait_for("the second partition", PATIENCE, || second.exists().then_some(()));
    run(Command::new("/usr/sbin/mkfs.ext4").args(["-q", "-L", "TAKEN"]).arg(&second));
    is_told(&scene.testbed, &daemon, &raw.partition(1), "blank");
    let told = advice(&scene.testbed, &raw.partition(1));
    assert!(told.ends_with(&raw.partition(1).display().to_string()), "{told}");
    let all = asbackup(&scene.testbed, &["disks"]);
    for other in [raw.device.clone(), raw.partition(3)] {
        assert!(!all.contains(&format!("{} ", other.display())), "{} in {all}", other.display());
    }
}

/// Its first mebibyte is the container's own, and empty.
#[tokio::test]
async fn a_partition_that_backs_another_device_is_not_offered() {
    let scene = Scene::new();
    let daemon = scene.daemon().await;
    let raw = Raw::divided(&scene.testbed, "container", "label: gpt\nstart=2048, size=600000\n");
    is_told(&scene.testbed, &daemon, &raw.partition(1), "blank");
    let inner = Raw::attach(raw.partition(1), &["--offset", "1048576"]);
    run(Command::new("/usr/sbin/mkfs.ext4").args(["-q", "-L", "INNER"]).arg(&inner.device));
    let name = format!("{} ", raw.partition(1).display());
    let deadline = Instant::now() + PATIENCE;
    while asbackup(&scene.testbed, &["disks"]).contains(&name) {
        assert!(Instant::now() < deadline, "still offered: {}", asbackup(&scene.testbed, &["disks"]));
        std::thread::sleep(Duration::from_millis(50));
    }
}
