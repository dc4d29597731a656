//! Debian's Exim with STARTTLS and a login, as a mail server that was not made for tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use asbackup_testing::certificates::Certificates;
use asbackup_testing::port::Port;
use asbackup_testing::smtp_sink::{files, parse};
use asbackup_testing::until;

use super::post::{harness_with, run_once, until_sent};

/// Takes mail for anybody from who has logged in over TLS, and refuses one name.
const CONFIG: &str = r#"
primary_hostname = mail.example.com
local_interfaces = 127.0.0.1
daemon_smtp_ports = PORT
spool_directory = ROOM/spool
log_file_path = ROOM/exim-%slog
pid_file_path = ROOM/exim.pid
tls_advertise_hosts = *
tls_certificate = CERT
tls_privatekey = KEY
auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}
acl_smtp_rcpt = recipient
acl_smtp_data = content
domainlist local_domains = *
smtp_enforce_sync = true

begin acl
recipient:
  deny message = nobody of that name
       local_parts = nobody
  accept authenticated = *
  deny message = log in first
content:
  require verify = header_syntax
  accept

begin routers
all:
  driver = accept
  transport = keep

begin transports
keep:
  driver = appendfile
  directory = ROOM/kept
  maildir_format
  create_directory
  envelope_to_add
  user = Debian-exim
  group = Debian-exim

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if and{{eq{$auth2}{atlantis}}{eq{$auth3}{hunter2}}}}
  server_set_id = $auth2
"#;

struct Exim {
    child: Child,
    port: Port,
    room: PathBuf,
}

impl Exim {
    fn start(room: &Path, certificates: &Certificates) -> Self {
        let port = Port::keep();
        let shown = |path: &Path| path.display().to_string();
        let config = CONFIG.replace("ROOM", &shown(room)).replace("PORT", &port.number().to_string());
        let config = config.replace("CERT", &shown(&certificates.cert)).replace("KEY", &shown(&certificates.key));
        let path = room.join("exim.conf");
        fs::write(&path, config).expect("its config");
        // It reads key and spool as a user of its own.
        for open in [room, &room.join("certificates-localhost")] {
            fs::set_permissions(open, std::os::unix::fs::PermissionsExt::from_mode(0o777)).expect("rights");
        }
        fs::set_permissions(&certificates.key, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("rights");
        let mut command = Command::new("/usr/sbin/exim4");
        command.args(["-bdf", "-q30m", "-C"]).arg(path).stdin(Stdio::null());
        Self { child: command.spawn().expect("exim4"), port, room: room.to_owned() }
    }

    async fn is_up(&self) {
        until("exim", || std::net::TcpStream::connect(("127.0.0.1", self.port.number())).is_ok()).await;
    }

    fn kept(&self) -> Vec<PathBuf> {
        files(&self.room.join("kept/new"), |_| true)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.room.join("exim-mainlog")).unwrap_or_default()
    }
}

impl Drop for Exim {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("---- exim ----\n{}", self.log());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn mail_goes_through_exim_with_starttls_and_a_login() {
    let room = tempfile::tempdir().unwrap();
    let certificates = Certificates::make(room.path(), "localhost");
    // Exim's own room is open to everybody, and nobody trusts what everybody could change.
    let ours = tempfile::tempdir().unwrap();
    let trusted = ours.path().join("ca.pem");
    fs::copy(&certificates.ca, &trusted).unwrap();
    let exim = Exim::start(room.path(), &certificates);
    exim.is_up().await;
    let mut harness = harness_with(exim.port.number()).await;
    harness.settings.set("Mail", "username", "atlantis").set("Mail", "password", "hunter2");
    harness.settings.set("Mail", "ca-file-path", trusted.to_str().unwrap());
    harness.settings.set("Mail", "cc", "archive@example.com, nobody@example.com");
    let daemon = harness.daemon().await;
    run_once(&harness, &daemon).await;
    until("the mails of both recipients", || exim.kept().len() >= 6).await;
    until_sent(&harness).await;
    let mails = parse(&exim.kept());
    for recipient in ["admin@example.com", "office@example.com", "archive@example.com"] {
        let to_him = |mail: &&serde_json::Value| {
            let headers = mail["headers"].as_array().unwrap();
            headers.iter().any(|header| header[0] == "Envelope-to" && header[1] == recipient)
        };
        assert_eq!(mails.iter().filter(to_him).count(), 2, "{recipient}");
    }
    let attachments = |mail: &serde_json::Value| mail["attachments"].as_array().unwrap().len();
    assert_eq!(mails.iter().filter(|mail| attachments(mail) > 0).count(), 3, "the end, to three");
    assert!(mails.iter().all(|mail| mail["defects"] == serde_json::json!([])));
    let log = exim.log();
    assert!(log.contains("A=plain:atlantis") && log.contains("X=TLS1.3"), "{log}");
    assert!(daemon.log().contains("nobody of that name"), "{}", daemon.log());
}
