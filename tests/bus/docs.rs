//! Runs every command of `asbackup`, `busctl` and Veeam's tools that the docs give, word for word in a shell, against the real daemon
//! with a fake UDisks2. Only names are replaced: those of the disk, the repository, the mail server and config.ini.

use std::path::Path;
use std::process::{Output, Stdio};

use asbackup_testing::PATIENCE;
use asbackup_testing::fakes::udisks::FakeDisk;
use asbackup_testing::harness::daemon::Daemon;
use asbackup_testing::harness::{Harness, broken, first, third};
use asbackup_testing::program;
use asbackup_testing::smtp_sink::SmtpSink;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

/// The disk in the docs' examples, and its label.
const DISK: &str = "0f3a2c1e-1111-2222-3333-444455556666";
const LABEL: &str = "OFFSITE1";
/// Accepts every offer.
const ANSWERS: &str = "\n\n\n\n\n\n\n\n\n\n\n\n";

struct World {
    harness: Harness,
    daemon: Daemon,
    sink: SmtpSink,
    _room: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let room = tempfile::tempdir().unwrap();
        let sink = SmtpSink::plain(room.path());
        let mut harness = Harness::new().await;
        harness.settings.set("Mail", "server", "localhost").set("Mail", "port", &sink.port.to_string());
        harness.settings.set("Mail", "to-mail-addresses-sysop", "admin@example.com");
        let daemon = harness.daemon().await;
        harness.udisks.plug(&first()).await;
        daemon.finished(1).await;
        harness.udisks.plug(&third()).await;
        daemon.finished(2).await;
        Self { harness, daemon, sink, _room: room }
    }

    /// With this harness's names in place of the docs'.
    fn translated(&self, command: &str) -> String {
        let config = self.harness.config_path().display().to_string();
        let command = command
            .replace(DISK, &first().uuid)
            .replace(LABEL, &first().label)
            .replace("/srv/veeam", &self.harness.path("source").display().to_string())
            .replace("mail.example.com", &format!("localhost:{}", self.sink.port))
            .replace(" /tmp/config.ini", "");
        let reads_config =
            ["asbackup setup", "asbackup config", "asbackup mail"].iter().any(|own| command.starts_with(own));
        if reads_config { format!("{command} {config}") } else { command }
    }

    /// Starts a run that lasts until it is cancelled.
    async fn begin_to_copy(&self) {
        let before = self.harness.calls("Mount");
        self.harness.udisks.on_call_for(&first(), "Mount", asbackup_testing::fakes::udisks::Behaviour::Hangs);
        self.daemon.client.start(&first().uuid).await.unwrap();
        self.harness.until_called("Mount", before + 1).await;
        self.harness.udisks.on_call_for(&first(), "Mount", broken());
    }

    async fn until_idle(&self) {
        let idle = tokio::time::timeout(PATIENCE, async {
            while self.daemon.client.state().await.unwrap() != "idle" {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        });
        idle.await.expect("idle in time");
    }

    fn shell(&self, command: &str) -> Child {
        let ready = Path::new(program("asbackup")).parent().unwrap();
        // The docs set it once, above the commands that use it.
        let line = format!("B='de.example.Backup /de/example/Backup de.example.Backup'\n{}", self.translated(command));
        let mut shell = Command::new("bash");
        shell.args(["-c", &line]).env_clear().env("PATH", format!("{}:/usr/bin:/bin", ready.display()));
        shell.env("DBUS_SYSTEM_BUS_ADDRESS", self.harness.bus.address()).env("LC_ALL", "C.UTF-8").kill_on_drop(true);
        shell.env("RUNTIME_DIRECTORY", self.harness.path("run"));
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        shell.spawn().unwrap()
    }

    async fn run(&self, command: &str) -> Output {
        let mut child = self.shell(command);
        // Most commands ask nothing and may have ended already.
        let _ = child.stdin.take().unwrap().write_all(ANSWERS.as_bytes()).await;
        ended(child).await
    }

    /// Follows a run until it is cancelled.
    async fn follow(&self, command: &str) -> Output {
        self.begin_to_copy().await;
        let mut child = self.shell(command);
        let mut told = [0; 1];
        tokio::time::timeout(PATIENCE, child.stdout.as_mut().unwrap().read_exact(&mut told)).await.unwrap().unwrap();
        self.daemon.client.cancel().await.unwrap();
        ended(child).await
    }

    /// Runs a command in the state it is meant for, and returns the exit code it should end with.
    async fn try_out(&self, command: &str) -> (Output, i32) {
        self.until_idle().await;
        if command.ends_with("asbackup cancel") || command.ends_with("Cancel") {
            self.begin_to_copy().await;
            return (self.run(command).await, 0);
        }
        if command == "asbackup watch" {
            return (self.follow(command).await, 6);
        }
        if command.starts_with("busctl monitor") {
            return (self.run(&format!("timeout 2 {command}")).await, 124);
        }
        // No disk can be mounted here, so a watched run fails.
        let followed = command.contains("--watch");
        (self.run(command).await, if followed { 3 } else { 0 })
    }
}

async fn ended(child: Child) -> Output {
    tokio::time::timeout(PATIENCE, child.wait_with_output()).await.expect("it ends").unwrap()
}

#[tokio::test]
async fn every_command_in_the_docs_succeeds() {
    let world = World::new().await;
    let commands = asbackup_testing::docs::commands_with(&asbackup_testing::docs::OF_THE_BUS);
    assert!(commands.len() > 35, "these can't be all: {commands:#?}");
    for command in commands {
        let (output, code) = world.try_out(&command).await;
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (said(&output.stdout), said(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{command}\n{out}\n{err}");
    }
    let known = |disk: &FakeDisk| std::fs::read_to_string(world.harness.config_path()).unwrap().contains(&disk.uuid);
    assert!(known(&first()) && known(&third()));
}
