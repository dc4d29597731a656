//! `asbackup setup` with its questions: over a pipe and on a terminal.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use asbackup_config::{TEMPLATE, parse};
use asbackup_testing::PATIENCE;
use asbackup_testing::harness::{Harness, first, second};
use asbackup_testing::program;
use asbackup_testing::smtp_sink::SmtpSink;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout};

use crate::cli::called::{ENGLISH, GERMAN, Said, command, ended, of_program};

/// Answers all at once, as a script does.
async fn piped(harness: &Harness, language: &str, answers: &[&str]) -> Said {
    let path = harness.config_path();
    let mut command = command(harness.bus.address(), language, &["setup", path.to_str().unwrap()]);
    command.env("RUNTIME_DIRECTORY", harness.path("run"));
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all((answers.join("\n") + "\n").as_bytes()).await.unwrap();
    drop(stdin);
    ended(child).await
}

/// A harness whose daemon has the untouched template, and two disks plugged in that nobody knows.
async fn untouched() -> (Harness, asbackup_testing::harness::daemon::Daemon) {
    let harness = Harness::new().await;
    let quiet =
        TEMPLATE.replace("log-file-path = /var/log", &format!("log-file-path = {}", harness.path("log").display()));
    harness.write_config_text(
        &quiet.replace("= /var/lib/asbackup/veeam", &format!("= {}", harness.path("veeam").display())),
    );
    let daemon = harness.launch_with("").await;
    daemon.ready().await;
    super::plug(&harness, &daemon, &[first(), second()]).await;
    (harness, daemon)
}

#[tokio::test]
async fn setup_asks_checks_tries_out_writes_and_the_copy_begins() {
    let room = tempfile::tempdir().unwrap();
    let sink = SmtpSink::plain(room.path());
    let (harness, daemon) = untouched().await;
    fs::write(harness.path("source/one"), "").unwrap();
    let (source, server) = (harness.path("source"), format!("localhost:{}", sink.port));
    let template = fs::read_to_string(harness.config_path()).unwrap();
    let answers = [
        "nowhere/at/all", // is refused, like the disk 7 and the address below
        source.to_str().unwrap(),
        "7",
        "2",
        "office@",
        "office@example.com",
        &server,
        "Backup <backup@example.com>",
        "admin@example.com",
        "", // no login
        "", // the test mail: yes
        "", // write: yes
    ];
    let said = piped(&harness, ENGLISH, &answers).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    for words in ["can't be read", "“7” is not in the list", "is not a mail address"] {
        assert!(said.err.contains(words), "{words} in {said:?}");
    }
    for words in ["contains one entry", "SILVER", "250 kept", "Changes in", "The service has loaded it"] {
        assert!(said.out.contains(words), "{words} in {said:?}");
    }
    assert_eq!(sink.received(1).await[0].to(), ["admin@example.com", "office@example.com"]);

    let text = fs::read_to_string(harness.config_path()).unwrap();
    let comments =
        |text: &str| text.lines().filter(|line| line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(comments(&text), comments(&template));
    assert_eq!(fs::metadata(harness.config_path()).unwrap().permissions().mode() & 0o777, 0o600);
    let config = parse(&text).unwrap().config;
    assert_eq!((&config.source, config.mail.port), (&source, sink.port));
    assert_eq!(config.disks.len(), 1);
    assert_eq!(config.disks[0].recipients, ["office@example.com"]);
    assert_eq!(config.mail.from, "Backup <backup@example.com>");
    assert!(text.contains("\nlanguage = en\n"), "the mails speak as whoever fills it in first");
    // The service knows the disk now.
    assert_eq!(daemon.finished(1).await.disk, second().uuid);
}

#[tokio::test]
async fn setup_left_unfinished_writes_nothing() {
    let (harness, _daemon) = untouched().await;
    let before = fs::read(harness.config_path()).unwrap();
    let source = harness.path("source");
    let said = piped(&harness, GERMAN, &[source.to_str().unwrap(), "1"]).await;
    assert!(said.code == Some(1) && said.err.contains("nichts geschrieben"), "{said:?}");
    let refused = piped(&harness, GERMAN, &[source.to_str().unwrap(), "1", "-", "-", "n"]).await;
    assert!(refused.code == Some(1) && refused.err.contains("nichts geschrieben"), "{refused:?}");
    assert_eq!(fs::read(harness.config_path()).unwrap(), before);
}

/// What a terminal shows, read as far as the test waits for it.
struct Screen {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    shown: String,
    /// As far as that has been answered.
    answered: usize,
}

impl Screen {
    fn open(harness: &Harness) -> Self {
        Self::of_line(harness, &format!("{} setup {}", program("asbackup"), harness.config_path().display()))
    }

    fn of_line(harness: &Harness, line: &str) -> Self {
        let arguments = ["-qec", line, "/dev/null"];
        let mut command = of_program("script".as_ref(), harness.bus.address(), ENGLISH, &arguments);
        command.env("PATH", "/usr/bin:/bin").stdin(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, input, output, shown: String::new(), answered: 0 }
    }

    /// Waits for a question, and answers it.
    async fn answer(&mut self, question: &str, answer: &str) {
        self.keys(question, &format!("{answer}\r")).await;
    }

    async fn answer_up_to_the_password(&mut self, harness: &Harness) {
        let source = harness.path("source");
        for (question, answer) in [
            ("to be copied", source.to_str().unwrap()),
            ("Which of these disks", "1"),
            ("in addition to those", ""),
            ("Mail server", "mail.example.com"),
            ("Sender", ""),
            ("Who gets every mail", "admin@example.com"),
            ("log in there", "atlantis"),
        ] {
            self.answer(question, answer).await;
        }
    }

    /// Waits for a question, and types.
    async fn keys(&mut self, question: &str, keys: &str) {
        let asked = tokio::time::timeout(PATIENCE, async {
            while !self.shown[self.answered..].contains(question) {
                self.read().await;
            }
        });
        asked.await.unwrap_or_else(|_| panic!("waited in vain for {question:?}: {}", self.shown));
        self.answered += self.shown[self.answered..].find(question).unwrap() + question.len();
        self.input.write_all(keys.as_bytes()).await.unwrap();
    }

    async fn read(&mut self) {
        let mut bytes = vec![0; 4096];
        let read = self.output.read(&mut bytes).await.unwrap();
        assert_ne!(read, 0, "{}", self.shown);
        self.shown.push_str(&String::from_utf8_lossy(&bytes[..read]));
    }
}

#[tokio::test]
async fn setup_on_a_terminal_does_not_show_the_password() {
    let (harness, _daemon) = untouched().await;
    let mut screen = Screen::open(&harness);
    screen.answer_up_to_the_password(&harness).await;
    screen.answer("Password", "hunter2%").await;
    screen.answer("test mail", "n").await;
    screen.answer("Write these changes?", "y").await;
    let mut rest = String::new();
    screen.output.read_to_string(&mut rest).await.unwrap();
    let shown = screen.shown.clone() + &rest;
    assert!(!shown.contains("hunter2") && shown.contains("→\u{1b}[0m ********"), "{shown}");
    assert_eq!(ended(screen.child).await.code, Some(0), "{shown}");
    let text = fs::read_to_string(harness.config_path()).unwrap();
    let mail = parse(&text).unwrap().config.mail;
    assert_eq!((mail.password.expose(), mail.port), ("hunter2%", 465));
}

const CTRL_C: &str = "\u{3}";
const CTRL_Z: &str = "\u{1a}";

#[tokio::test]
async fn setup_left_at_the_password_restores_the_terminals_echo() {
    let (harness, _daemon) = untouched().await;
    let program = program("asbackup");
    let path = harness.config_path();
    // A shell that goes on after Ctrl-C, and resumes what Ctrl-Z stopped.
    let line = format!(
        "bash -c 'trap : INT; set -m; {program} setup {}; stty -a | tr -s \" ;\" \"\\n\" | grep -x -e echo -e -echo; echo stopped; \
         fg > /dev/null; echo left $?; stty -a | tr -s \" ;\" \"\\n\" | grep -x -e echo -e -echo; echo end'",
        path.display()
    );
    let mut screen = Screen::of_line(&harness, &line);
    screen.answer_up_to_the_password(&harness).await;
    screen.keys("Password", CTRL_Z).await;
    screen.keys("stopped", "").await;
    screen.keys("Password", &format!("hunter2{CTRL_C}")).await;
    screen.keys("end", "").await;
    let shown = screen.shown.clone();
    let after = shown.split_once("log in there").unwrap().1.replace('\r', "");
    assert!(after.contains("\necho\nstopped\n"), "the shell that gets the terminal meanwhile: {after}");
    assert!(after.contains("\nleft 130\necho\nend"), "{after}");
    assert!(!after.contains("hunter2"), "{after}");
    drop(ended(screen.child).await);
}
