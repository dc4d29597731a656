//! `asbackup setup` looks into a disk before it adds one: what the first copy would delete and is nobody's backup is
//! shown, and a person is asked.

use std::fs;
use std::process::{Command, Output};

use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::disk::Disk;
use asbackup_testing::testbed::sandbox::CONFIG;
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success};
use asbackup_testing::{output, program, run};

mod terminal;

const LIST: &str = "filesystem-ids-and-notification-mail-addresses";
const MEBIBYTE: usize = 1 << 20;
const FLAG: &str = "--delete-foreign-files";

/// A daemon that knows another disk, and sees this one.
struct Office {
    scene: Scene,
    daemon: Daemon,
    _witness: Disk,
}

impl Office {
    async fn of(mut scene: Scene) -> Self {
        let witness = scene.second_disk();
        scene.config.set("Backup", LIST, &witness.uuid);
        let daemon = scene.daemon().await;
        scene.disk.plug();
        let office = Self { scene, daemon, _witness: witness };
        office.sees_the_disk().await;
        office
    }

    async fn sees_the_disk(&self) {
        self.daemon.until_present(&self.scene.disk.uuid, true).await;
    }

    fn command(&self, program: &str) -> Command {
        let mut command = self.scene.testbed.command("env");
        command.args(["-i", "LC_ALL=C.UTF-8", "TZ=UTC", "TERM=xterm", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", program]);
        command
    }

    fn setup(&self, options: &[&str]) -> Said {
        Said::of(output(self.command(program("asbackup")).arg("setup").args(options)))
    }

    fn config(&self) -> String {
        fs::read_to_string(self.scene.testbed.path(CONFIG)).expect("config.ini")
    }
}

#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// Five photos where the copy goes, a sixth in a directory of their own, and a letter that lies elsewhere on the disk.
fn lay_photos(scene: &Scene) {
    let mounted = scene.disk.mount_writable(&scene.testbed);
    fs::create_dir_all(scene.copy(&mounted).join("holiday")).expect("a directory");
    for number in 0..5 {
        fs::write(scene.copy(&mounted).join(format!("{number}.jpg")), vec![number; 3 * MEBIBYTE]).expect("a photo");
    }
    fs::write(scene.copy(&mounted).join("holiday/6.jpg"), "small").expect("a photo");
    fs::write(mounted.path("letter.txt"), "is not where the copy goes").expect("a letter");
    mounted.done();
}

fn photos(scene: &Scene) -> usize {
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    fs::read_dir(scene.copy(&mounted)).expect("the destination").count()
}

#[tokio::test]
async fn foreign_files_are_deleted_only_with_their_own_flag_and_unasked() {
    let scene = Scene::new();
    lay_photos(&scene);
    let office = Office::of(scene).await;
    let uuid = office.scene.disk.uuid.clone();
    let before = office.config();
    let refused = office.setup(&["--disk", &uuid, "--yes"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.out.contains("6 files (15.7 MB)") && refused.err.contains(FLAG), "{refused:?}");
    assert_eq!(office.config(), before);
    assert_eq!(photos(&office.scene), 6);
    office.scene.assert_unmounted();
    assert!(office.daemon.recorded().started.is_empty(), "no run has begun");

    let agreed = office.setup(&["--disk", &uuid, "--yes", FLAG]);
    assert_eq!(agreed.code, Some(0), "{agreed:?}");
    assert_success(&office.daemon.finished(1).await);
    office.scene.assert_copied(Fidelity::Full);
}

#[tokio::test]
async fn an_agreement_is_forgotten_after_the_first_good_copy() {
    let scene = Scene::new();
    lay_photos(&scene);
    let office = Office::of(scene).await;
    let uuid = office.scene.disk.uuid.clone();
    let agreed = office.setup(&["--disk", &uuid, "--yes", FLAG]);
    assert_eq!(agreed.code, Some(0), "{agreed:?}");
    let agreement = office.scene.testbed.path("/var/lib/asbackup/agreed").join(&uuid);
    assert_success(&office.daemon.finished(1).await);
    assert!(!agreement.exists());
    let log = office.daemon.log();
    assert!(log.contains("6 files (15.7 MB) that are not older copies"), "{log}");
}

/// The run waits for Veeam while one more photo comes onto the disk.
#[tokio::test]
async fn more_than_was_shown_is_not_deleted() {
    let scene = Scene::new();
    lay_photos(&scene);
    let lock = scene.config.veeam_directory.join("Job");
    fs::write(&lock, "").expect("Veeam's lock");
    let office = Office::of(scene).await;
    let agreed = office.setup(&["--disk", &office.scene.disk.uuid, "--yes", FLAG]);
    assert_eq!(agreed.code, Some(0), "{agreed:?}");
    office.daemon.in_state("waiting-for-veeam").await;
    let mounted = office.scene.disk.mount_writable(&office.scene.testbed);
    fs::write(office.scene.copy(&mounted).join("another.jpg"), "taken yesterday").expect("a photo");
    mounted.done();
    fs::remove_file(lock).expect("Veeam is done");
    assert_aborted(&office.daemon.finished(1).await, "ForeignFiles");
    assert_eq!(photos(&office.scene), 7);
}

/// As the Python script left it.
#[tokio::test]
async fn a_disk_with_an_older_copy_is_added_without_a_question() {
    let scene = Scene::new();
    let mounted = scene.disk.mount_writable(&scene.testbed);
    let copy = scene.copy(&mounted);
    fs::create_dir_all(copy.join("OldJob")).expect("a directory");
    run(Command::new("cp").arg("-a").arg(scene.source.path("repository")).arg(&copy));
    for gone in ["OldJob/Old.vbk", "repository/gone.vib", "repository/notes of old.doc"] {
        fs::write(copy.join(gone), "gone from the repository").expect("a file");
    }
    mounted.done();
    let office = Office::of(scene).await;
    let said = office.setup(&["--disk", &office.scene.disk.uuid, "--yes"]);
    assert!(said.code == Some(0) && !said.out.contains("older cop"), "{said:?}");
    assert_success(&office.daemon.finished(1).await);
    office.scene.assert_copied(Fidelity::Full);
}

#[tokio::test]
async fn a_disk_that_cannot_be_looked_into_is_added_and_setup_says_so() {
    let scene = Scene::new();
    let image = fs::File::options().write(true).open(scene.disk.image()).expect("the image");
    // The file system is recognised still, and can't be mounted: the table of groups is gone.
    std::os::unix::fs::FileExt::write_all_at(&image, &[0xA5; 16384], 4096).expect("damage");
    drop(image);
    let office = Office::of(scene).await;
    let said = office.setup(&["--disk", &office.scene.disk.uuid, "--yes"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains("could not be examined") && said.out.contains("before the first copy"), "{said:?}");
    assert_aborted(&office.daemon.finished(1).await, "MountFailed");
}
