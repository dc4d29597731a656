//! A whole run of the daemon, from its beginning to `RunFinished`, against doing the same by hand on an identical disk: mount,
//! `rsync -aHAX --delete`, `sync -f`, unmount.

use std::path::Path;
use std::time::{Duration, Instant};

use asbackup_testing::testbed::Testbed;
use asbackup_testing::testbed::config::ConfigText;
use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::disk::{Disk, FileSystem, Layout};
use asbackup_testing::testbed::scene::assert_success;
use asbackup_testing::testbed::tree::Tree;

use crate::Amounts;
use crate::figures::{Samples, Table, shown};
use crate::notice::{mount_by_hand, unmount_by_hand, wait_until_udisks_knows};

/// What the daemon asks of its dry run, at a disk that is mounted by hand.
const DRY_RUN: &str = "rsync -aHAXS --numeric-ids --modify-window=-1 --no-inc-recursive --delete-delay --dry-run \
                       --no-human-readable --outbuf=L --info=stats2 --out-format=%i|%l|%n";

#[derive(Default)]
struct Race {
    ours: Samples,
    by_hand: Samples,
    dry_run: Samples,
}

pub async fn measure(amounts: &Amounts, table: &mut Table) {
    let (mut large, mut small, mut same) = (Race::default(), Race::default(), Race::default());
    for round in 0..amounts.rounds {
        eprintln!("round {} of {}", round + 1, amounts.rounds);
        let ours_first = round % 2 == 1;
        let fill = |tree: &Tree| {
            for number in 0..amounts.large_files {
                tree.noise(format!("full {number}.vbk"), amounts.large_bytes + number);
            }
        };
        race(amounts, fill, ours_first, &mut [&mut large]).await;
        let fill = |tree: &Tree| tree.many(amounts.small_files);
        race(amounts, fill, ours_first, &mut [&mut small, &mut same]).await;
    }
    let size = format!("{} files of {} MiB", amounts.large_files, amounts.large_bytes >> 20);
    tell(table, &format!("first copy, {size}"), &large);
    tell(table, &format!("first copy, {} small files", amounts.small_files), &small);
    tell(table, &format!("nothing changed, {} small files", amounts.small_files), &same);
}

fn tell(table: &mut Table, what: &str, race: &Race) {
    let (ours, by_hand, dry_run) = (race.ours.median(), race.by_hand.median(), race.dry_run.median());
    let beyond = ours.saturating_sub(dry_run).as_secs_f64() / by_hand.as_secs_f64();
    let note = format!("peer: by hand; dry run alone {}; ratio beyond it {beyond:.2}", shown(dry_run));
    table.compare(what, ours, by_hand, &note);
}

/// Copies once for each entry of `races`, both ways, onto fresh disks.
async fn race(amounts: &Amounts, fill: impl Fn(&Tree), ours_first: bool, races: &mut [&mut Race]) {
    let testbed = Testbed::new();
    let make = |label| Disk::make_sized(&testbed, FileSystem::Ext4, Layout::Whole, label, amounts.disk);
    let (mut known, mut other) = (make("OURS"), make("BYHAND"));
    let config = ConfigText::new(&testbed, &[&known]);
    fill(&Tree::new(config.source.clone()));
    testbed.run(&["sync"]);
    for race in races {
        for ours in [ours_first, !ours_first] {
            if ours {
                race.ours.add(run_of_the_daemon(&testbed, &config, &mut known).await);
            } else {
                let (copy, dry_run) = copy_by_hand(&testbed, &config.source, &mut other);
                race.by_hand.add(copy);
                race.dry_run.add(dry_run);
            }
            testbed.run(&["sync"]);
        }
    }
}

async fn run_of_the_daemon(testbed: &Testbed, config: &ConfigText, disk: &mut Disk) -> Duration {
    let mut daemon = Daemon::start(testbed, config).await;
    disk.plug();
    daemon.started(1).await;
    let begin = Instant::now();
    let finished = daemon.wait_for("the end of the run", |recorded| recorded.finished.first().cloned()).await;
    let taken = begin.elapsed();
    assert_success(&finished);
    daemon.in_state("idle").await;
    daemon.stop().await;
    disk.unplug();
    taken
}

fn copy_by_hand(testbed: &Testbed, source: &Path, disk: &mut Disk) -> (Duration, Duration) {
    disk.plug();
    wait_until_udisks_knows(testbed, disk);
    let begin = Instant::now();
    let point = mount_by_hand(testbed, disk);
    let mounted = begin.elapsed();
    let (source, target) = (format!("{}/", source.display()), format!("{point}/copy/"));
    testbed.run(&["mkdir", "-p", &target]);
    let begin = Instant::now();
    let mut dry_run: Vec<&str> = DRY_RUN.split_ascii_whitespace().collect();
    dry_run.extend([&*source, &*target]);
    testbed.run(&dry_run);
    let checked = begin.elapsed();
    let begin = Instant::now();
    testbed.run(&["rsync", "-aHAX", "--delete", &source, &target]);
    testbed.run(&["sync", "-f", &target]);
    unmount_by_hand(testbed, disk);
    let copied = begin.elapsed();
    disk.unplug();
    (mounted + copied, checked)
}
