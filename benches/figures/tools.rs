//! What `veeam-lock` takes as a whole process, from start to answer, against `busctl call` of the same method; and its memory.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use asbackup_testing::program;
use asbackup_testing::recorder::{NAME, PATH};
use asbackup_testing::testbed::disk::{Disk, FileSystem, Layout};
use asbackup_testing::testbed::scene::Scene;

use crate::Amounts;
use crate::figures::{Samples, Table};

/// What is measured.
fn tool() -> &'static str {
    program("veeam-lock")
}
const BUSCTL: [&str; 5] = ["busctl", "call", NAME, PATH, NAME];
/// Prints what the kernel says of its child: the largest resident memory in KiB.
const PEAK: &str = "import os, sys, resource
pid = os.spawnvp(os.P_WAIT, sys.argv[1], sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";

pub async fn measure(amounts: &Amounts, table: &mut Table) {
    let testbed = asbackup_testing::testbed::Testbed::new();
    let disk = Disk::make_sized(&testbed, FileSystem::Ext4, Layout::Whole, "OFFSITE", amounts.disk);
    let scene = Scene::of(testbed, disk);
    let daemon = scene.daemon().await;
    let ours: &[&str] = &[tool(), "--quiet", "Nightly"];
    let theirs: Vec<&str> = BUSCTL.into_iter().chain(["VeeamLock", "s", "Nightly"]).collect();
    let (mut our_times, mut their_times) = (Samples::default(), Samples::default());
    for _ in 0..amounts.plugs * 30 {
        our_times.add(took(command(&scene, ours[0]).args(&ours[1..])));
        their_times.add(took(command(&scene, theirs[0]).args(&theirs[1..])));
    }
    let note = format!("peer: busctl call; {} times each, whole processes", amounts.plugs * 30);
    table.compare("veeam-lock, start to answer, median", our_times.median(), their_times.median(), &note);
    let (ours, theirs) = (peak(&scene, ours), peak(&scene, &theirs));
    let ratio = format!("{:.2}", ours as f64 / theirs as f64);
    let shown = |kibibytes: u64| format!("{:.1} MiB", kibibytes as f64 / 1024.0);
    table.line(["veeam-lock, largest resident memory", &shown(ours), &shown(theirs), &ratio, "peer: busctl call"]);
    assert_eq!(daemon.state().await, "idle");
}

/// On the testbed's bus but not in the testbed: getting in would take longer than what is measured.
fn command(scene: &Scene, program: &str) -> Command {
    let mut command = Command::new(program);
    let socket = scene.testbed.path("/run/dbus/system_bus_socket");
    command.env("DBUS_SYSTEM_BUS_ADDRESS", format!("unix:path={}", socket.display()));
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

fn took(command: &mut Command) -> Duration {
    let begin = Instant::now();
    let status = command.status().expect("it starts");
    assert!(status.success(), "{command:?}");
    begin.elapsed()
}

fn peak(scene: &Scene, line: &[&str]) -> u64 {
    let mut python = command(scene, "python3");
    let output = python.args(["-c", PEAK]).args(line).stdout(Stdio::piped()).output().expect("python3");
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().last().and_then(|line| line.parse().ok()).expect("a number")
}
