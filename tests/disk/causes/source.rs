//! Sources that can't be read, or that change while they are read.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use asbackup_testing::run;
use asbackup_testing::testbed::disk::{Disk, FileSystem};
use asbackup_testing::testbed::scene::{Scene, assert_success};

use super::{aborted, assert_words, told};

/// Bytes that rsync has written of `one.vbk`, under its temporary name.
fn written_of_one_file(scene: &Scene) -> u64 {
    let entries = fs::read_dir(scene.mounted_copy()).expect("the target").flatten();
    let temporary = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(".one.vbk."));
    temporary.filter_map(|entry| entry.metadata().ok()).map(|meta| meta.len()).sum()
}

#[tokio::test]
async fn a_source_file_truncated_while_it_is_read_blames_no_drive() {
    let mut scene = Scene::new();
    let file = scene.source.noise("one.vbk", 192 << 20);
    let daemon = scene.daemon().await;
    let mut held = scene.plug_and_hold(&daemon).await;
    while written_of_one_file(&scene) == 0 {
        held.release();
        held = daemon.held_in_mid_copy().await;
    }
    fs::File::options().write(true).open(file).expect("a source file").set_len(1 << 20).expect("cut off");
    held.release();
    let finished = daemon.finished(1).await;
    let fault = told(&daemon, &finished);
    assert_eq!(fault["kind"], "source-changed", "{fault}");
    assert!(fault["path"].as_str().expect("a path").ends_with("one.vbk"), "{fault}");
    scene.assert_left_clean();
}

/// Mounts a FUSE file system of another user's, without `allow_other`: the kernel turns root away before anybody is asked, as a
/// server with `root_squash` does.
const FORBIDDEN: &str = r#"
import ctypes, os, sys
fuse = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={fuse},rootmode=40000,user_id=1234,group_id=1234".encode()
libc = ctypes.CDLL(None, use_errno=True)
if libc.mount(b"foreign", sys.argv[1].encode(), b"fuse", 0, options):
    raise OSError(ctypes.get_errno(), "mount")
print("mounted", flush=True)
sys.stdin.read()
"#;

/// Lives as long as it is mounted.
fn forbid(scene: &Scene, directory: &Path) -> Child {
    let mut command = scene.testbed.command("/usr/bin/python3");
    command.args(["-IS", "-c", FORBIDDEN]).arg(directory).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("python3");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("its word");
    assert_eq!(line.trim(), "mounted");
    child
}

#[tokio::test]
async fn a_source_that_root_may_not_read_blames_no_drive_and_deletes_nothing() {
    let mut scene = Scene::new();
    scene.source.file("share/precious", "x");
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    let mut foreign = forbid(&scene, &scene.source.path("share"));
    daemon.start_run("").await.expect("a run");
    let finished = daemon.finished(2).await;
    let fault = told(&daemon, &finished);
    assert_eq!((&fault["kind"], finished.error.as_str()), (&"source-forbidden".into(), "SourceUnavailable"), "{fault}");
    assert!(fault["path"].as_str().expect("a path").contains("share"), "{fault}");
    assert_words(&daemon, &["root_squash"], &["smartctl"]);
    foreign.kill().expect("its end");
    foreign.wait().expect("its end");
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    assert!(scene.copy(&mounted).join("share/precious").exists(), "nothing is deleted for that");
}

/// The block of a directory of an ext4 image, overwritten.
pub fn damage_directory(image: &Path, directory: &str) {
    let debugfs = |request: &str| run(Command::new("/usr/sbin/debugfs").args(["-R", request]).arg(image));
    let block: u64 = debugfs(&format!("bmap {directory} 0")).trim().parse().expect("its block");
    let size = debugfs("stats -h");
    let size = size.lines().find_map(|line| line.strip_prefix("Block size:")).expect("its size").trim();
    let size: u64 = size.parse().expect("a number");
    let image = fs::File::options().write(true).open(image).expect("the image");
    std::os::unix::fs::FileExt::write_all_at(&image, &[0xa5; 1024], block * size).expect("the damage");
}

/// Checksums tell the kernel so; what it says is of the source's file system.
#[tokio::test]
async fn a_damaged_source_directory_blames_no_disk_and_deletes_nothing() {
    let mut scene = Scene::new();
    let mut part = Disk::make(&scene.testbed, FileSystem::Ext4, "PART");
    let mounted = part.mount_writable(&scene.testbed);
    fs::create_dir(mounted.path("jobs")).expect("a directory");
    fs::write(mounted.path("jobs/precious"), "x").expect("a file");
    mounted.done();
    let place: PathBuf = scene.source.directory("part");
    part.plug();
    let mount = |scene: &Scene, part: &Disk| {
        scene.testbed.run(&["mount", &part.device().display().to_string(), &place.display().to_string()]);
    };
    mount(&scene, &part);
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    scene.testbed.unmount(&place.display().to_string());
    part.unplug();
    damage_directory(part.image(), "/jobs");
    part.plug();
    mount(&scene, &part);
    daemon.start_run("").await.expect("a run");
    let fault = told(&daemon, &daemon.finished(2).await);
    assert_eq!(fault["kind"], "source-unreadable", "{fault}");
    assert!(fault["cause"].as_str().expect("a cause").contains("part/jobs"), "{fault}");
    scene.testbed.unmount(&place.display().to_string());
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    assert!(scene.copy(&mounted).join("part/jobs/precious").exists(), "nothing is deleted for that");
}

/// Deeper than a path can be long, so that nobody can name what is at its end.
#[tokio::test]
async fn a_file_too_deep_to_be_named_is_reported_and_blames_nobody() {
    let mut scene = Scene::new();
    let name = "d".repeat(200);
    let script = "for n in $(seq 25); do mkdir \"$1\" && cd -P \"$1\" || exit; done; echo x > file";
    run(Command::new("/bin/sh").args(["-c", script, "sh", &name]).current_dir(&scene.source.top));
    let fault = aborted(&mut scene).await;
    assert_eq!(fault["kind"], "check-failed", "{fault}");
    assert!(fault["cause"].as_str().expect("a cause").contains("ddd"), "{fault}");
}
