//! `asbackup setup` without questions.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

use asbackup_config::parse;
use asbackup_testing::harness::bus::NOBODY;
use asbackup_testing::harness::{Harness, first, second, stranger};
use asbackup_testing::port::Port;
use asbackup_testing::smtp_sink::SmtpSink;

use super::plug;
use crate::cli::called::{ENGLISH, GERMAN, Said, call, command, ended};

async fn setup(harness: &Harness, language: &str, options: &[&str]) -> Said {
    let path = harness.config_path();
    let arguments = [&["setup", path.to_str().unwrap()], options].concat();
    let mut command = command(harness.bus.address(), language, &arguments);
    ended(command.env("RUNTIME_DIRECTORY", harness.path("run")).spawn().unwrap()).await
}

/// A config with somebody's own layout, and a daemon that has read it.
async fn filled_in() -> (Harness, asbackup_testing::harness::daemon::Daemon) {
    let mut harness = Harness::new().await;
    harness.settings = harness.settings.clone().know(&[&first()]);
    harness.settings.set("Mail", "password", "old-secret");
    let text = harness.settings.text();
    harness.write_config_text(&format!("; mine\n{text}\n[Mine]\nkept: as it is\n"));
    let daemon = harness.launch_with("").await;
    daemon.ready().await;
    (harness, daemon)
}

#[tokio::test]
async fn setup_adds_a_disk_to_a_filled_in_config_and_leaves_all_else_as_it_is() {
    let (harness, daemon) = filled_in().await;
    chown(harness.config_path(), Some(NOBODY), Some(NOBODY)).unwrap();
    fs::set_permissions(harness.config_path(), Permissions::from_mode(0o644)).unwrap();
    let before = fs::read_to_string(harness.config_path()).unwrap();
    plug(&harness, &daemon, &[stranger()]).await;
    let disk = format!("{},office@example.com", stranger().uuid);
    let wish = format!("{},office@example.com", stranger().label.to_lowercase());
    let said = setup(&harness, ENGLISH, &["--disk", &wish, "--yes"]).await;
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{said:?}");
    let change = format!("= {} → {}, {disk}", first().uuid, first().uuid);
    assert!(said.out.contains(&change) && !said.out.contains("secret"), "{change} in {said:?}");

    let after = fs::read_to_string(harness.config_path()).unwrap();
    let changed: Vec<_> = before.lines().zip(after.lines()).filter(|(old, new)| old != new).collect();
    assert!(changed.len() == 1 && changed[0].1.ends_with(&disk), "{changed:?}");
    let about = fs::metadata(harness.config_path()).unwrap();
    assert_eq!((about.uid(), about.gid(), about.mode() & 0o777), (NOBODY, NOBODY, 0o600));
    assert_eq!(daemon.finished(1).await.disk, stranger().uuid);

    let again = setup(&harness, GERMAN, &["--disk", &stranger().uuid, "--yes"]).await;
    assert!(again.code == Some(0) && again.out.contains("nichts geändert"), "{again:?}");
}

#[tokio::test]
async fn setup_overwrites_nothing_without_a_yes() {
    let (harness, daemon) = filled_in().await;
    let before = fs::read_to_string(harness.config_path()).unwrap();
    plug(&harness, &daemon, &[stranger()]).await;
    let source = harness.path("veeam");
    let source = source.to_str().unwrap();
    let said = setup(&harness, ENGLISH, &["--source", source, "--disk", &stranger().uuid, "--mail-server", ""]).await;
    assert!(said.code == Some(1) && said.out.contains("Changes in"), "{said:?}");
    assert!(said.err.contains("nothing was written"), "{said:?}");
    assert_eq!(fs::read_to_string(harness.config_path()).unwrap(), before);
}

#[tokio::test]
async fn setup_refuses_what_does_not_hold_and_writes_nothing() {
    let (harness, _daemon) = filled_in().await;
    let before = fs::read_to_string(harness.config_path()).unwrap();
    let unused = Port::keep();
    let server = format!("localhost:{}", unused.number());
    for (options, words) in [
        (&["--source", "/nowhere/at/all"][..], "can't be read"),
        (&["--source", "relative"], "can't be read"),
        (&["--disk", &second().uuid], "is not plugged in"),
        (&["--mail-server", "not a host"], "is not the name of a computer"),
        (&["--mail-server", &server, "--recipient", "a@x"], "Nothing was written"),
        (&["--recipient", "a b c@"], "is not a mail address"),
        (&["--mail-password-file", "/nowhere"], "can't be read"),
    ] {
        let said = setup(&harness, ENGLISH, &[options, &["--yes"]].concat()).await;
        assert!(said.code == Some(1) && said.err.contains(words), "{words:?} in {said:?}");
        assert_eq!(fs::read_to_string(harness.config_path()).unwrap(), before, "{options:?}");
    }
}

#[tokio::test]
async fn setup_makes_a_whole_new_file_from_options() {
    let room = tempfile::tempdir().unwrap();
    let sink = SmtpSink::plain(room.path());
    let (harness, daemon) = filled_in().await;
    plug(&harness, &daemon, &[second()]).await;
    let (path, source) = (harness.path("new/config.ini"), harness.path("source"));
    let (server, password) = (format!("localhost:{}", sink.port), harness.path("password"));
    fs::write(&password, "new-secret\n").unwrap();
    let options = [
        "setup",
        path.to_str().unwrap(),
        "--yes",
        "--source",
        source.to_str().unwrap(),
        "--disk",
        &second().uuid,
        "--mail-server",
        &server,
        "--mail-from",
        "backup@example.com",
        "--recipient",
        "one@example.com",
        "--recipient",
        "two@example.com",
        "--mail-password-file",
        password.to_str().unwrap(),
    ];
    let mut command = command(harness.bus.address(), GERMAN, &options);
    let said = ended(command.env("RUNTIME_DIRECTORY", harness.path("run")).spawn().unwrap()).await;
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{said:?}");
    assert!(!said.out.contains("new-secret"), "{said:?}");
    assert_eq!(sink.received(1).await[0].to(), ["one@example.com", "two@example.com"]);
    let text = fs::read_to_string(&path).unwrap();
    let config = parse(&text).unwrap().config;
    assert_eq!(config.missing(), [""; 0]);
    assert_eq!(config.mail.password.expose(), "new-secret");
    assert!(text.starts_with("# Settings of asbackup."), "{text}");
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    assert!(!path.with_extension("ini.new").exists());
}

#[tokio::test]
async fn setup_without_a_service_says_so_and_what_it_wrote() {
    let bus = asbackup_testing::harness::bus::PrivateBus::start();
    let room = tempfile::tempdir().unwrap();
    let path = room.path().join("config.ini");
    let arguments = ["setup", path.to_str().unwrap(), "--yes", "--source", room.path().to_str().unwrap()];
    let said = call(bus.address(), ENGLISH, &arguments).await;
    assert!(said.code == Some(4) && said.out.contains("was written"), "{said:?}");
    assert!(said.err.contains("systemctl status asbackupd"), "{said:?}");
    call(bus.address(), ENGLISH, &["setup", path.to_str().unwrap(), "--disk", "B78E-6CC4", "--yes"])
        .await
        .assert_complained(4, "systemctl status asbackupd");
}

#[tokio::test]
async fn setup_says_that_a_recipient_without_an_at_sign_is_a_local_user() {
    let (harness, _daemon) = filled_in().await;
    let options = ["--yes", "--recipient", "admin.example.org"];
    let said = setup(&harness, ENGLISH, &options).await;
    assert!(said.err.contains("\"admin.example.org\" has no @"), "{said:?}");
    let said = setup(&harness, GERMAN, &["--yes", "--recipient", "Müller, Jörg <joerg@example.com>"]).await;
    assert!(said.code == Some(1) && said.err.contains("Anführungszeichen"), "{said:?}");
}
