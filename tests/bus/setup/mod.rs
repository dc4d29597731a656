//! `asbackup setup` and `asbackup mail test`: the command line's own process, the real daemon with UDisks2 played by the test, and
//! mail servers on loopback.

#[path = "../common/bus.rs"]
mod bus;
#[path = "../bus_cli/called.rs"]
#[allow(dead_code, reason = "each test program uses its part")]
mod called;
#[path = "../bus_daemon/daemon.rs"]
#[allow(dead_code, reason = "each test program uses its part")]
mod daemon;
#[path = "../common/fake_udisks.rs"]
mod fake_udisks;
#[path = "../bus_daemon/house.rs"]
#[allow(dead_code, reason = "each test program uses its part")]
mod house;
#[path = "../mail_servers/mod.rs"]
mod mail_servers;
#[path = "../common/seen.rs"]
#[allow(dead_code, reason = "each test program uses its part")]
mod seen;
#[path = "../bus_daemon/settings.rs"]
#[allow(dead_code, reason = "each test program uses its part")]
mod settings;

mod answers;
mod mail;
mod options;

/// Plugs disks in and waits until the daemon lists them.
async fn plug(house: &house::House, daemon: &daemon::Daemon, disks: &[fake_udisks::FakeDisk]) {
    let mut all = 0;
    for disk in disks {
        house.udisks.plug(disk).await;
    }
    let listed = tokio::time::timeout(daemon::PATIENCE, async {
        while all < disks.len() {
            let rows = daemon.client.list_disks().await.expect("the disks");
            let present = |row: &&asbackup::bus::contract::Row| row["present"] == zbus::OwnedVariant::from(true);
            all = rows.iter().filter(present).count();
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    });
    listed.await.expect("the daemon sees the disks");
}
