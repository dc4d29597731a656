//! The testbed itself, without the daemon: if one of these fails, no failure of a disk test means anything.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use asbackup_testing::testbed::Testbed;
use asbackup_testing::testbed::compare::{Fidelity, assert_same, differences};
use asbackup_testing::testbed::disk::{Disk, FileSystem, Layout};
use asbackup_testing::testbed::loop_device::{claim, is_free};
use asbackup_testing::testbed::processes;
use asbackup_testing::testbed::tree::Tree;
use asbackup_testing::{PATIENCE, run, scratch, wait_for};

const SERVICE: &str = "org.freedesktop.UDisks2";

fn ask(testbed: &Testbed, disk: &Disk, interface: &str, property: &str) -> Option<String> {
    let mut busctl = testbed.command("busctl");
    busctl.args(["get-property", SERVICE, &disk.object()]);
    busctl.arg(format!("{SERVICE}.{interface}")).arg(property);
    let output = asbackup_testing::output(&mut busctl);
    let answer = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(answer)
}

fn wait_until_udisks_knows(testbed: &Testbed, disk: &Disk) {
    wait_for("UDisks2 to know the disk", PATIENCE, || {
        let uuid = ask(testbed, disk, "Block", "IdUUID")?;
        (uuid == format!("s \"{}\"", disk.uuid)).then_some(())
    });
    wait_for("the file system's interface", PATIENCE, || ask(testbed, disk, "Filesystem", "MountPoints"));
}

fn filesystem(testbed: &Testbed, disk: &Disk, words: &[&str]) -> String {
    let mut busctl = testbed.command("busctl");
    busctl.args(["call", SERVICE, &disk.object()]);
    busctl.arg(format!("{SERVICE}.Filesystem")).args(words);
    run(&mut busctl)
}

fn mount(testbed: &Testbed, disk: &Disk, options: &str) -> PathBuf {
    let words = ["Mount", "a{sv}", "1", "options", "s", options];
    let answer = filesystem(testbed, disk, &words);
    PathBuf::from(answer.trim_start_matches("s \"").trim_end_matches('"'))
}

fn unmount(testbed: &Testbed, disk: &Disk) {
    filesystem(testbed, disk, &["Unmount", "a{sv}", "0"]);
}

fn comes_goes_and_mounts(file_system: FileSystem, layout: Layout) {
    let testbed = Testbed::new();
    let size = asbackup_testing::testbed::disk::USUAL_SIZE;
    let mut disk = Disk::make_sized(&testbed, file_system, layout, "OFFSITE", size);
    let tree = Tree::new(testbed.make_directory("source"));
    tree.file("a file", "its contents");
    disk.plug();
    wait_until_udisks_knows(&testbed, &disk);
    if !file_system.is_mountable() {
        eprintln!("this kernel has no {}: not mounted here", file_system.name());
        return;
    }
    let point = mount(&testbed, &disk, "rw,nosymfollow,noexec");
    assert_eq!(testbed.mounts_of(&disk.device()).len(), 1);
    assert!(!is_free(&disk.device()));
    fs::copy(tree.path("a file"), testbed.path(&point).join("a file")).expect("a copy");
    unmount(&testbed, &disk);
    assert!(testbed.mounts_of(&disk.device()).is_empty());
    let mounted = disk.mount_read_only(&testbed);
    assert_eq!(fs::read(mounted.path("a file")).expect("it"), b"its contents");
    mounted.done();
    disk.unplug();
    disk.check();
}

#[test]
fn ext4_comes_goes_and_mounts() {
    comes_goes_and_mounts(FileSystem::Ext4, Layout::Whole);
    comes_goes_and_mounts(FileSystem::Ext4, Layout::Partition);
}

#[test]
fn xfs_comes_goes_and_mounts() {
    comes_goes_and_mounts(FileSystem::Xfs, Layout::Whole);
    comes_goes_and_mounts(FileSystem::Xfs, Layout::Partition);
}

#[test]
fn btrfs_comes_goes_and_mounts() {
    comes_goes_and_mounts(FileSystem::Btrfs, Layout::Whole);
    comes_goes_and_mounts(FileSystem::Btrfs, Layout::Partition);
}

#[test]
fn exfat_comes_goes_and_mounts() {
    comes_goes_and_mounts(FileSystem::Exfat, Layout::Whole);
    comes_goes_and_mounts(FileSystem::Exfat, Layout::Partition);
}

#[test]
fn ntfs_comes_goes_and_mounts() {
    comes_goes_and_mounts(FileSystem::Ntfs, Layout::Whole);
    comes_goes_and_mounts(FileSystem::Ntfs, Layout::Partition);
}

#[test]
fn vfat_comes_and_goes_and_mounts_where_the_kernel_has_it() {
    comes_goes_and_mounts(FileSystem::Vfat, Layout::Whole);
    comes_goes_and_mounts(FileSystem::Vfat, Layout::Partition);
}

#[test]
fn udisks_cleans_up_the_mount_of_a_disk_pulled_while_mounted() {
    let testbed = Testbed::new();
    let mut disk = Disk::make(&testbed, FileSystem::Ext4, "PULLED");
    disk.plug();
    wait_until_udisks_knows(&testbed, &disk);
    let point = testbed.path(mount(&testbed, &disk, "rw"));
    fs::write(point.join("flushed"), "on the disk").expect("a write");
    testbed.run(&["sync"]);
    let mut open = fs::File::create(point.join("not flushed")).expect("a file");
    let device = disk.device();
    disk.pull();
    wait_for("UDisks2 to drop the mount", PATIENCE, || testbed.mounts_of(&device).is_empty().then_some(()));
    // Only now: what was written before may have been flushed by any program's sync(2) on this machine.
    let written = open.write_all(&[1; 1 << 20]);
    written.and_then(|()| Ok(rustix::fs::syncfs(&open)?)).expect_err("nothing can be flushed");
    drop(open);
    disk.plug();
    wait_until_udisks_knows(&testbed, &disk);
    let mounted = disk.mount_read_only(&testbed);
    assert_eq!(fs::read(mounted.path("flushed")).expect("it"), b"on the disk");
}

/// The daemon claims disks when it starts, to prove that they may be unplugged.
#[test]
fn a_private_mount_waits_while_somebody_claims_the_disk() {
    let testbed = Testbed::new();
    let mut disk = Disk::make(&testbed, FileSystem::Ext4, "OFFSITE");
    disk.plug();
    let device = disk.device();
    let claim = wait_for("a claim", PATIENCE, || claim(&device).ok());
    let holder = thread::spawn(move || {
        thread::sleep(Duration::from_millis(500));
        drop(claim);
    });
    assert!(disk.mount_read_only(&testbed).path("lost+found").is_dir());
    holder.join().expect("the claim is given up");
}

#[test]
fn a_failing_medium_takes_writes_and_loses_them_when_flushed() {
    let testbed = Testbed::new();
    let mut disk = Disk::make_failing(&testbed, "FAILING", 24 << 20);
    disk.plug();
    wait_until_udisks_knows(&testbed, &disk);
    let point = testbed.path(mount(&testbed, &disk, "rw"));
    let open = fs::File::open(&point).expect("the top directory");
    Tree::new(point).noise("too much", 40 << 20);
    rustix::fs::syncfs(&open).expect_err("the medium is worn out");
    drop(open);
    unmount(&testbed, &disk);
}

#[test]
fn udisks_can_be_killed_and_started_again() {
    let mut testbed = Testbed::without_udisks();
    let mut disk = Disk::make(&testbed, FileSystem::Ext4, "OFFSITE");
    disk.plug();
    testbed.start_udisks();
    wait_until_udisks_knows(&testbed, &disk);
    testbed.kill_udisks();
    assert_eq!(ask(&testbed, &disk, "Block", "IdUUID"), None);
    testbed.start_udisks();
    wait_until_udisks_knows(&testbed, &disk);
}

fn is_ours(mount: &str, testbed: &Path) -> bool {
    mount.contains(&*testbed.to_string_lossy()) || mount.contains("/media/root/OFFSITE")
}

#[test]
fn a_testbed_leaves_nothing_behind_despite_a_mounted_disk_and_a_process() {
    let begin = Instant::now();
    let testbed = Testbed::new();
    eprintln!("a testbed starts in {:?}", begin.elapsed());
    let directory = testbed.directory().to_owned();
    let mut disk = Disk::make(&testbed, FileSystem::Ext4, "OFFSITE");
    disk.plug();
    wait_until_udisks_knows(&testbed, &disk);
    let point = mount(&testbed, &disk, "rw");
    let mut sleeper = testbed.command("sleep");
    let mut sleeper = sleeper.arg("1000").current_dir(testbed.path(&point)).spawn().expect("a busy process");
    let inside = processes::descendants(testbed.init());
    assert!(inside.len() >= 3, "bus, udevd and udisksd run: {inside:?}");
    let device = disk.device();
    drop(disk);
    drop(testbed);
    sleeper.wait().expect("it died with the testbed");
    wait_for("the loop device to go", PATIENCE, || {
        let listed = run(Command::new("/usr/sbin/losetup").args(["--list", "--noheadings"]));
        (!listed.contains(&*directory.to_string_lossy())).then_some(())
    });
    processes::wait_until_gone("what ran in the testbed", &inside);
    let mounts = fs::read_to_string("/proc/self/mountinfo").expect("/proc");
    let left: Vec<_> = mounts.lines().filter(|line| is_ours(line, &directory)).collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(!directory.exists());
    assert!(!fs::read_dir("/dev/disk").is_ok_and(|mut links| links.any(|_| true)) || device.exists());
}

/// Runs as a child of the next test, and is killed in the middle.
#[test]
fn a_testbed_of_a_test_that_is_killed() {
    let Ok(told) = std::env::var("ASBACKUP_TEST_TO_KILL") else {
        return;
    };
    let testbed = Testbed::new();
    let mut disk = Disk::make(&testbed, FileSystem::Ext4, "KILLED");
    disk.plug();
    wait_until_udisks_knows(&testbed, &disk);
    mount(&testbed, &disk, "rw");
    let words = format!("{} {}", testbed.init(), disk.device().display());
    fs::write(format!("{told}.new"), words).expect("a word to the other test");
    fs::rename(format!("{told}.new"), told).expect("the same directory");
    loop {
        std::thread::park();
    }
}

#[test]
fn nothing_is_left_of_a_test_that_is_killed() {
    let directory = tempfile::tempdir().expect("a directory");
    let told = directory.path().join("told");
    let mut other = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "testbed::a_testbed_of_a_test_that_is_killed"])
        .env("ASBACKUP_TEST_TO_KILL", &told)
        .stdout(Stdio::null())
        .spawn()
        .expect("the same test once more");
    let words = wait_for("the other test's testbed", PATIENCE, || fs::read_to_string(&told).ok());
    let (init, device) = words.split_once(' ').expect("two words");
    other.kill().expect("it runs");
    other.wait().expect("it ends");
    processes::wait_until_gone("the other testbed", &[init.parse().expect("a pid")]);
    wait_for("its loop device to go", PATIENCE, || {
        let mut losetup = Command::new("/usr/sbin/losetup");
        let listed = run(losetup.args(["--list", "--noheadings", "--output", "BACK-FILE"]));
        (!listed.contains("KILLED.image")).then_some(device)
    });
}

/// Runs as a child of the next test, where the machine around has a file system mounted from an image.
#[test]
fn a_testbed_beside_a_mounted_image() {
    if std::env::var_os("ASBACKUP_TEST_BESIDE_IMAGE").is_none() {
        return;
    }
    let testbed = Testbed::new();
    let inherited = fs::read_to_string(format!("/proc/{}/mountinfo", testbed.init())).expect("/proc");
    assert!(inherited.contains(" /dev/loop"), "{inherited}");
    assert_eq!(testbed.mounts_of_disks(), Vec::<String>::new());
    let mut disk = Disk::make(&testbed, FileSystem::Ext4, "OFFSITE");
    disk.plug();
    wait_until_udisks_knows(&testbed, &disk);
    mount(&testbed, &disk, "rw");
    assert_eq!(testbed.mounts_of_disks(), testbed.mounts_of(&disk.device()));
    assert_eq!(testbed.mounts_of_disks().len(), 1);
}

#[test]
fn what_the_machine_around_has_mounted_is_none_of_the_testbeds_disks() {
    let directory = tempfile::tempdir_in(scratch()).expect("a directory");
    let image = directory.path().join("image");
    fs::File::create(&image).and_then(|file| file.set_len(16 << 20)).expect("an image file");
    run(Command::new("/usr/sbin/mkfs.ext4").arg("-q").arg(&image));
    let mut around = Command::new("unshare");
    around.args(["--mount", "--propagation", "private", "sh", "-ec", "mount -o loop \"$0\" /mnt; exec \"$@\""]);
    around.arg(&image).arg(std::env::current_exe().expect("this test"));
    around.args(["--exact", "testbed::a_testbed_beside_a_mounted_image"]).env("ASBACKUP_TEST_BESIDE_IMAGE", "1");
    assert!(run(&mut around).contains("1 passed"));
}

#[test]
fn the_comparison_finds_every_kind_of_difference() {
    let directory = tempfile::tempdir_in(scratch()).expect("a directory");
    let source = Tree::new(directory.path().join("source"));
    source.everything();
    source.evil_names();
    let copy = Tree::new(directory.path().join("copy"));
    run(Command::new("rsync")
        .args(["-aHAXS", "--numeric-ids", "-@-1"])
        .arg(format!("{}/", source.top.display()))
        .arg(&copy.top));
    assert_same(&source.top, &copy.top, Fidelity::Full);
    assert_same(&source.top, &copy.top, Fidelity::Plain);

    fs::remove_file(copy.path("empty.file")).expect("it");
    fs::remove_file(copy.path("links/second")).expect("it");
    fs::copy(copy.path("links/first"), copy.path("links/second")).expect("it");
    copy.file("extra", "");
    copy.file("config/job.vbm", "<jab/>\n");
    asbackup_testing::testbed::tree::give_to(&copy.path("special/fifo"), 9);
    let strip = ["--remove-all", "attributes/file"];
    run(Command::new("setfacl").args(strip).current_dir(&copy.top));
    let found = differences(&source.top, &copy.top, Fidelity::Full).join("\n");
    for expected in [
        "\"empty.file\" is missing",
        "\"extra\" is in the copy only",
        "\"config/job.vbm\": contents differ",
        "\"config/job.vbm\": time",
        "\"special/fifo\": owner",
        "\"attributes/file\": attributes",
        "hard links:",
    ] {
        assert!(found.contains(expected), "{expected} is not in:\n{found}");
    }
}
