//! A harness whose daemon knows a Veeam server.

use std::fs;
use std::path::PathBuf;

use asbackup_testing::harness::daemon::Daemon;
use asbackup_testing::harness::{Harness, first};
use asbackup_testing::smtp_sink::SmtpSink;
use asbackup_testing::until;
use asbackup_testing::veeam_server::{PASSWORD, SESSION, USER, VeeamServer};

/// The server, a harness that may ask it every second, and a mail server.
pub struct Place {
    _room: tempfile::TempDir,
    pub veeam: VeeamServer,
    pub sink: SmtpSink,
    pub harness: Harness,
}

impl Place {
    pub async fn new() -> Self {
        let room = tempfile::tempdir().expect("a directory");
        let veeam = VeeamServer::start(room.path());
        Self::with(room, veeam).await
    }

    pub async fn with(room: tempfile::TempDir, veeam: VeeamServer) -> Self {
        let mut harness = Harness::new().await;
        let sink = SmtpSink::plain(room.path());
        let ca = veeam.certificates.ca.display().to_string();
        for (key, value) in [
            ("api-url", veeam.url().as_str()),
            ("api-user", USER),
            ("api-password", &PASSWORD.replace('%', "%%")),
            ("api-ca-file", &ca),
            ("api-timeout-seconds", "5"),
            ("lock-check-seconds", "1"),
        ] {
            harness.settings.set("VEEAM", key, value);
        }
        let port = sink.port.to_string();
        let mail = [("server", "localhost"), ("port", &port), ("to-mail-addresses-sysop", "admin@example.com")];
        for (key, value) in mail.into_iter().chain([("from-mail-address", "backup@example.com")]) {
            harness.settings.set("Mail", key, value);
        }
        Self { _room: room, veeam, sink, harness }
    }

    /// Makes a lock file as a job's script would.
    pub fn lock(&self, name: &str) -> PathBuf {
        let path = self.harness.veeam_lock(&format!("{name}.lock"));
        fs::write(&path, "job").expect("a lock");
        path
    }

    /// The subjects of all mails about locks so far.
    pub fn lock_mails(&self) -> Vec<String> {
        let subjects = self.sink.all().into_iter().map(|mail| mail.subject());
        subjects.filter(|subject| subject.contains("lock")).collect()
    }

    /// Waits until the server has been asked for this path so many more times.
    pub async fn until_asked(&self, path: &str, more: usize) {
        let wanted = self.veeam.asked(path) + more;
        until(&format!("{more} questions for {path}"), || self.veeam.asked(path) >= wanted).await;
    }

    pub async fn until_lifted(&self, lock: &std::path::Path) {
        until("the lock to be lifted", || !lock.exists()).await;
    }

    /// Plugs the first disk in, whose mount fails, and waits for the end of that run.
    pub async fn run_once(&self, daemon: &Daemon) -> asbackup_testing::recorder::RunFinished {
        self.harness.udisks.plug(&first()).await;
        daemon.finished(1).await
    }
}

/// The name of a lock for one session.
pub fn of_session() -> String {
    format!("Nightly@{SESSION}")
}

/// How often the daemon said this.
pub fn said(daemon: &Daemon, words: &str) -> usize {
    daemon.log().matches(words).count()
}
