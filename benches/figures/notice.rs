//! From a disk's appearing (its loop device is there) to the step in which rsync starts, against mounting it by hand.

use std::time::Instant;

use asbackup_testing::testbed::Testbed;
use asbackup_testing::testbed::disk::{Disk, FileSystem};
use asbackup_testing::testbed::scene::Scene;
use asbackup_testing::{PATIENCE, output, wait_for};

use crate::Amounts;
use crate::figures::{Samples, Table, shown};

/// The daemon lets a disk settle before it touches it.
const SETTLE: std::time::Duration = std::time::Duration::from_secs(1);

pub async fn measure(amounts: &Amounts, table: &mut Table) {
    let mut scene = Scene::new();
    let mut other = Disk::make(&scene.testbed, FileSystem::Ext4, "BYHAND");
    let daemon = scene.daemon().await;
    let (mut ours, mut ready, mut mount) = (Samples::default(), Samples::default(), Samples::default());
    for count in 1..=amounts.plugs {
        scene.disk.plug();
        let begin = Instant::now();
        let is_there = |states: &[String]| states.iter().filter(|state| *state == "checking").count() == count;
        daemon.wait_for("the check", |recorded| is_there(&recorded.states).then_some(())).await;
        ours.add(begin.elapsed());
        daemon.finished(count).await;
        scene.disk.unplug();

        other.plug();
        let begin = Instant::now();
        wait_until_udisks_knows(&scene.testbed, &other);
        ready.add(begin.elapsed());
        let begin = Instant::now();
        mount_by_hand(&scene.testbed, &other);
        mount.add(begin.elapsed());
        unmount_by_hand(&scene.testbed, &other);
        other.unplug();
    }
    let beyond = ours.median().saturating_sub(SETTLE);
    let by_hand = ready.median() + mount.median();
    let note = "peer: UDisks2 knows the disk, then `udisksctl mount`";
    table.compare("disk there to rsync's start, with 1 s for settling", ours.median(), by_hand, note);
    let note = format!("peer: the same; `udisksctl mount` alone {}", shown(mount.median()));
    table.compare("disk there to rsync's start, without that second", beyond, by_hand, &note);
}

pub fn wait_until_udisks_knows(testbed: &Testbed, disk: &Disk) {
    wait_for("UDisks2 to know the disk", PATIENCE, || {
        let mut ask = testbed.command("busctl");
        ask.args(["get-property", "org.freedesktop.UDisks2", &disk.object()]);
        ask.args(["org.freedesktop.UDisks2.Filesystem", "MountPoints"]);
        output(&mut ask).status.success().then_some(())
    });
}

/// Mounts as a person would, and gives the mount point.
pub fn mount_by_hand(testbed: &Testbed, disk: &Disk) -> String {
    let device = disk.device().display().to_string();
    let said = testbed.run(&["udisksctl", "mount", "--no-user-interaction", "--block-device", &device]);
    let (_, point) = said.split_once(" at ").expect("Mounted /dev/… at /media/…");
    point.trim_end_matches('.').to_owned()
}

pub fn unmount_by_hand(testbed: &Testbed, disk: &Disk) {
    let device = disk.device().display().to_string();
    testbed.run(&["udisksctl", "unmount", "--no-user-interaction", "--block-device", &device]);
}
