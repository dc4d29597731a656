//! How long a property read takes while a copy runs, against one at udisksd, in turn on the same bus.

use std::time::Instant;

use asbackup_testing::recorder::{NAME, PATH};
use asbackup_testing::testbed::disk::{Disk, FileSystem, Layout};
use asbackup_testing::testbed::scene::Scene;
use zbus::Connection;

use crate::Amounts;
use crate::figures::{Samples, Table, shown};

const OURS: [&str; 4] = [NAME, PATH, NAME, "Status"];
const THEIRS: [&str; 4] =
    ["org.freedesktop.UDisks2", "/org/freedesktop/UDisks2/Manager", "org.freedesktop.UDisks2.Manager", "Version"];

pub async fn measure(amounts: &Amounts, table: &mut Table) {
    let testbed = asbackup_testing::testbed::Testbed::new();
    let disk = Disk::make_sized(&testbed, FileSystem::Ext4, Layout::Whole, "OFFSITE", amounts.disk);
    let mut scene = Scene::of(testbed, disk);
    for number in 0..amounts.large_files {
        scene.source.noise(format!("full {number}.vbk"), amounts.large_bytes + number);
    }
    scene.testbed.run(&["sync"]);
    let daemon = scene.daemon().await;
    let bus = scene.testbed.bus().await;
    scene.disk.plug();
    daemon.wait_for("progress", |recorded| recorded.progress.iter().any(|ratio| *ratio > 0.0).then_some(())).await;
    let (mut ours, mut theirs) = (Samples::default(), Samples::default());
    for _ in 0..amounts.reads {
        for (what, samples) in [(OURS, &mut ours), (THEIRS, &mut theirs)] {
            let begin = Instant::now();
            read(&bus, what).await;
            samples.add(begin.elapsed());
        }
    }
    let state = daemon.state().await;
    assert_eq!(state, "copying", "the copy was over before the last read");
    daemon.finished(1).await;
    for percent in [50, 99] {
        let what = format!("property read while copying, {percent}th percentile");
        let note = format!("peer: udisksd; {} reads; slowest {}", amounts.reads, shown(ours.percentile(100)));
        table.compare(&what, ours.percentile(percent), theirs.percentile(percent), &note);
    }
}

async fn read(bus: &Connection, [name, path, interface, property]: [&str; 4]) {
    let properties = Some("org.freedesktop.DBus.Properties");
    let answer = bus.call_method(Some(name), path, properties, "Get", &(interface, property)).await;
    answer.expect("a value");
}
