//! A harness whose daemon sends mails.

use std::path::PathBuf;

use asbackup_testing::fakes::udisks::Behaviour;
use asbackup_testing::harness::daemon::Daemon;
use asbackup_testing::harness::{Harness, broken, first};
use asbackup_testing::smtp_sink::{SmtpSink, files};
use asbackup_testing::until;

pub const LOCAL: &str = "localhost";

/// The settings that all tests of mail share: one sysop, one in copy, one of the first disk. Attempts follow each other fast.
pub async fn harness_with(port: u16) -> Harness {
    let mut harness = Harness::new().await;
    let disks = format!("{},office@example.com,{}", first().uuid, asbackup_testing::harness::second().uuid);
    harness.settings.set("Backup", "filesystem-ids-and-notification-mail-addresses", &disks);
    for (key, value) in [
        ("server", LOCAL),
        ("port", &port.to_string()),
        ("to-mail-addresses-sysop", "admin@example.com"),
        ("from-mail-address", "Sicherung Müller, Köln <backup@example.com>"),
        ("cc", "archive@example.com"),
        ("retry-after-seconds", "1"),
    ] {
        harness.settings.set("Mail", key, value);
    }
    harness
}

/// Plugs in the first disk, whose mount fails, and waits for the end of that run.
pub async fn run_once(harness: &Harness, daemon: &Daemon) {
    harness.udisks.plug(&first()).await;
    daemon.finished(1).await;
}

/// One more run on the first disk, in the middle of which something is done.
pub async fn run_while<T>(harness: &Harness, daemon: &Daemon, meanwhile: impl FnOnce() -> T) -> T {
    let runs = harness.calls("Mount");
    harness.udisks.on_call("Mount", Behaviour::Waits);
    match runs {
        0 => harness.udisks.plug(&first()).await,
        _ => drop(daemon.client.start("").await.unwrap()),
    }
    harness.until_called("Mount", runs + 1).await;
    let done = meanwhile();
    harness.udisks.on_call("Mount", broken());
    daemon.finished(runs + 1).await;
    done
}

/// The daemon's outbox.
pub fn spooled(harness: &Harness) -> Vec<PathBuf> {
    files(&harness.path("state/outbox"), |path| path.extension().is_some_and(|is| is == "mail"))
}

pub fn failed(harness: &Harness) -> Vec<PathBuf> {
    files(&harness.path("state/outbox/failed"), |_| true)
}

pub async fn until_sent(harness: &Harness) {
    until("an empty outbox", || spooled(harness).is_empty()).await;
}

/// Waits until the bus says so.
pub async fn until_waiting(daemon: &Daemon, count: u32) {
    let wanted = zbus::OwnedVariant::from(count);
    let is_so =
        |recorded: &asbackup_testing::recorder::Recorded| recorded.properties.get("OutboxCount") == Some(&wanted);
    daemon.until(&format!("{count} waiting mails"), is_so).await;
}

/// The error on the bus, as soon as there is one.
pub async fn trouble(daemon: &Daemon) -> String {
    let told = daemon.wait_for("trouble with mail", |recorded| {
        let text = recorded.properties.get("OutboxError")?.clone();
        String::try_from(text).ok().filter(|text| !text.is_empty())
    });
    told.await
}

/// A plain server and a harness that knows it. The server's files are in a directory of their own.
pub async fn plain() -> (tempfile::TempDir, SmtpSink, Harness) {
    let room = tempfile::tempdir().expect("a directory");
    let sink = SmtpSink::plain(room.path());
    let harness = harness_with(sink.port).await;
    (room, sink, harness)
}
