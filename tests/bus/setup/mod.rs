//! `asbackup setup` and `asbackup mail test`: the command line's own process, the real daemon with UDisks2 played by the test, and
//! mail servers on loopback.

mod answers;
mod mail;
mod options;

use asbackup_testing::PATIENCE;
use asbackup_testing::fakes::udisks::FakeDisk;
use asbackup_testing::harness::Harness;
use asbackup_testing::harness::daemon::Daemon;

/// Plugs disks in and waits until the daemon lists them.
async fn plug(harness: &Harness, daemon: &Daemon, disks: &[FakeDisk]) {
    let mut all = 0;
    for disk in disks {
        harness.udisks.plug(disk).await;
    }
    let listed = tokio::time::timeout(PATIENCE, async {
        while all < disks.len() {
            let rows = daemon.client.list_disks().await.expect("the disks");
            let present = |row: &&asbackup_api::bus::Row| row["present"] == zbus::OwnedVariant::from(true);
            all = rows.iter().filter(present).count();
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    });
    listed.await.expect("the daemon sees the disks");
}
