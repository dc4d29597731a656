//! `asbackup mail test`, without any bus.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use asbackup_testing::certificates::Certificates;
use asbackup_testing::harness::bus::{NOBODY, open_to_all};
use asbackup_testing::port::Port;
use asbackup_testing::program;
use asbackup_testing::smtp_sink::SmtpSink;
use asbackup_testing::sockets::Sockets;
use serde_json::json;
use tempfile::TempDir;

use crate::cli::called::{ENGLISH, GERMAN, Said, command, ended, of_program};

const NOWHERE: &str = "unix:path=/nowhere";
const PASSWORD: &str = "correct-horse-battery";

/// A directory with a config.ini that names a server and three people.
struct Office {
    room: TempDir,
    sockets: Sockets,
}

impl Office {
    fn new(port: u16, more: &str) -> Self {
        let room = tempfile::tempdir().unwrap();
        let text = format!(
            "[General]\nlanguage = de\n[Backup]\nfilesystem-ids-and-notification-mail-addresses = B78E-6CC4,office@example.com\n\
             [Mail]\nserver = localhost\nport = {port}\nto-mail-addresses-sysop = admin@example.com\n\
             from-mail-address = backup@example.com\ncc = archive@example.com, mute@example.com\n\
             mail-policy = archive@example.com=problems, mute@example.com=none\n{more}"
        );
        fs::write(room.path().join("config.ini"), text).unwrap();
        let sockets = Sockets::open(room.path());
        Self { room, sockets }
    }

    fn path(&self) -> PathBuf {
        self.room.path().join("config.ini")
    }

    async fn test(&self, language: &str, more: &[&str]) -> Said {
        let path = self.path();
        let mut command = command(NOWHERE, language, &[&["mail", "test", path.to_str().unwrap()], more].concat());
        command.env("CREDENTIALS_DIRECTORY", self.room.path().join("credentials"));
        command.env("RUNTIME_DIRECTORY", self.room.path());
        let said = ended(command.spawn().unwrap()).await;
        assert!(!said.out.contains(PASSWORD) && !said.err.contains(PASSWORD), "{said:?}");
        said
    }
}

#[tokio::test]
async fn mail_test_reaches_every_recipient_and_shows_the_servers_answers() {
    let room = tempfile::tempdir().unwrap();
    let sink = SmtpSink::plain(room.path());
    let office = Office::new(sink.port, "");
    let said = office.test(ENGLISH, &[]).await;
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{said:?}");
    for who in ["admin@example.com", "office@example.com", "archive@example.com"] {
        let line = said.out.lines().find(|line| line.starts_with(who)).unwrap_or_else(|| panic!("{who}: {said:?}"));
        assert!(line.contains("accepted") && line.ends_with("250 kept"), "{line}");
    }
    assert!(
        !said.out.contains("mute@example.com") && said.out.contains("accepted the mail for all recipients"),
        "{said:?}"
    );
    let mails = sink.received(1).await;
    assert_eq!(mails[0].to(), ["admin@example.com", "office@example.com", "archive@example.com"]);
    assert!(mails[0].subject().starts_with("TEST der Mails"), "in the language of its readers: {}", mails[0].subject());
    assert_eq!(mails[0].body().trim_end().lines().count(), 2, "{}", mails[0].body());
}

#[tokio::test]
async fn mail_test_names_the_recipients_that_the_server_refuses() {
    let room = tempfile::tempdir().unwrap();
    let sink = SmtpSink::plain(room.path());
    let office = Office::new(sink.port, "");
    sink.behave(&json!({ "refuse": {
        "office@example.com": "550 5.1.1 no such user",
        "archive@example.com": "450 4.2.1 mailbox busy",
    }}));
    let said = office.test(GERMAN, &[]).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    for words in ["abgelehnt", "no such user", "jetzt nicht", "mailbox busy", "angenommen", "nicht für alle"] {
        assert!(said.out.contains(words), "{words} in {said:?}");
    }
    let told = office.test(ENGLISH, &["--json"]).await;
    assert_eq!(told.code, Some(1));
    let told = told.json();
    assert_eq!((&told["good"], &told["error"]), (&json!(false), &json!("")));
    let first = json!({ "recipient": "admin@example.com", "result": "taken", "answer": "250 kept" });
    assert_eq!(told["recipients"][0], first);
    assert_eq!(told["recipients"][1]["result"], "refused");
    assert_eq!(told["recipients"][2]["result"], "delayed");
}

#[tokio::test]
async fn mail_test_logs_in_with_the_password_that_systemd_keeps() {
    let room = tempfile::tempdir().unwrap();
    let certificates = Certificates::make(room.path(), "localhost");
    let login = ["atlantis", PASSWORD];
    let setup = json!({ "mode": "starttls", "cert": certificates.cert, "key": certificates.key, "login": login });
    let sink = SmtpSink::start(room.path(), &setup);
    let login = format!("username = atlantis\nca-file-path = {}\n", certificates.ca.display());
    let office = Office::new(sink.port, &login);
    let without = office.test(ENGLISH, &[]).await;
    without.assert_complained(1, "refused the login");
    assert!(!without.err.contains("wait"), "this mail waits nowhere: {without:?}");
    fs::create_dir(office.room.path().join("credentials")).unwrap();
    fs::write(office.room.path().join("credentials/mail-password"), format!("{PASSWORD}\n")).unwrap();
    let said = office.test(ENGLISH, &[]).await;
    assert!(said.code == Some(0) && said.out.contains("encrypted with STARTTLS"), "{said:?}");
    assert_eq!(sink.received(1).await[0].envelope["login"], true);
}

#[tokio::test]
async fn mail_test_says_in_one_line_why_nothing_could_be_sent() {
    let unused = Port::keep();
    let office = Office::new(unused.number(), "");
    let away = office.test(ENGLISH, &[]).await;
    away.assert_complained(1, "ECONNREFUSED");
    let told = office.test(ENGLISH, &["--json"]).await;
    assert!(told.json()["error"].as_str().unwrap().contains("ECONNREFUSED"), "{told:?}");

    let text = fs::read_to_string(office.path()).unwrap();
    fs::write(office.path(), text.replace("server = localhost", "server =")).unwrap();
    office.test(GERMAN, &[]).await.assert_complained(1, "ist „server“ leer");
    fs::write(office.path(), "[Mail]\nserver = localhost\n").unwrap();
    office.test(ENGLISH, &[]).await.assert_complained(1, "names no recipients");
    fs::write(office.path(), "[Mail]\nport = x\n").unwrap();
    office.test(ENGLISH, &[]).await.assert_complained(1, "is not a valid number");
}

#[tokio::test]
async fn mail_test_says_what_is_missing_when_no_sender_is_there() {
    let office = Office::new(25, "");
    office.sockets.close();
    let said = office.test(ENGLISH, &[]).await;
    said.assert_complained(1, "systemctl enable --now asbackup-mail.socket");
    assert!(!said.err.contains("wait"), "this mail waits nowhere: {said:?}");
    office
        .test(GERMAN, &[])
        .await
        .assert_complained(1, "Teil des Sicherungsdienstes, der mit anderen Rechnern spricht");
}

#[tokio::test]
async fn mail_test_and_setup_are_for_root() {
    let office = Office::new(25, "");
    fs::set_permissions(office.path(), Permissions::from_mode(0o600)).unwrap();
    let program = open_to_all(program("asbackup"), office.room.path());
    let path = office.path();
    for (arguments, words) in
        [(["mail", "test"], "sudo asbackup mail test"), (["setup", "--yes"], "sudo asbackup setup")]
    {
        let arguments = [&arguments[..], &[path.to_str().unwrap()]].concat();
        let mut command = of_program(&program, NOWHERE, ENGLISH, &arguments);
        ended(command.uid(NOBODY).gid(NOBODY).spawn().unwrap()).await.assert_complained(5, words);
    }
}
