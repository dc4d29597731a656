//! `asbackup config`: without any bus, and without giving secrets away.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;

use super::called::{ENGLISH, GERMAN, Said, call};

const GOOD: &str = "[General]\nlanguage = en\n[Backup]\nbackup-source = /srv/veeam\n\
    filesystem-ids-and-notification-mail-addresses = B78E-6CC4\n[Mail]\npassword = hunter2\n";

struct Sample {
    _room: TempDir,
    path: PathBuf,
}

impl Sample {
    fn new(text: &str) -> Self {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("config.ini");
        std::fs::write(&path, text).unwrap();
        Self { _room: room, path }
    }

    async fn call(&self, language: &str, arguments: &[&str]) -> Said {
        let path = self.path.to_str().unwrap();
        let said = call("unix:path=/nowhere", language, &[&["config"], arguments, &[path]].concat()).await;
        assert!(!said.out.contains("hunter2") && !said.err.contains("hunter2"), "{said:?}");
        said
    }
}

#[tokio::test]
async fn config_check_says_whether_the_file_is_in_order() {
    let good = Sample::new(GOOD).call(ENGLISH, &["check"]).await;
    assert!(good.code == Some(0) && good.out.ends_with("config.ini is valid.\n"), "{good:?}");

    let typo = Sample::new(&GOOD.replace("password", "pasword")).call(ENGLISH, &["check"]).await;
    assert!(typo.code == Some(0) && typo.out.contains("pasword") && typo.out.contains("password"), "{typo:?}");

    let faulty = Sample::new(&GOOD.replace("language = en", "language = xx\n[Debug]\ndebug = maybe"));
    let said = faulty.call(GERMAN, &["check"]).await;
    assert!(said.code == Some(1) && said.out.contains("xx") && said.out.contains("maybe"), "{said:?}");
    assert!(said.out.contains("ist nicht in Ordnung"), "{said:?}");

    let told = faulty.call(ENGLISH, &["check", "--json"]).await;
    let json = told.json();
    assert_eq!((told.code, &json["good"]), (Some(1), &Value::Bool(false)));
    assert_eq!((&json["faults"][0]["section"], &json["faults"][0]["key"]), (&"General".into(), &"language".into()));

    let unfinished = Sample::new("[General]\n").call(ENGLISH, &["check"]).await;
    assert!(unfinished.code == Some(1) && unfinished.out.contains("backup-source"), "{unfinished:?}");
}

#[tokio::test]
async fn config_show_says_what_is_in_force_and_where_it_comes_from() {
    let sample = Sample::new(GOOD);
    let said = sample.call(GERMAN, &["show"]).await;
    assert_eq!(said.code, Some(0));
    for line in [
        "[Mail]",
        "backup-source = /srv/veeam  (aus der Datei)",
        "port = 465  (Vorgabe)",
        "password = ********  (aus der Datei)",
    ] {
        assert!(said.out.lines().any(|said| said == line), "{line} in {}", said.out);
    }
    let json = sample.call(ENGLISH, &["show", "--json"]).await.json();
    let port = json.as_array().unwrap().iter().find(|setting| setting["key"] == "port").unwrap().clone();
    assert_eq!(port, serde_json::json!({ "section": "Mail", "key": "port", "value": "465", "origin": "default" }));
    let missing = call("unix:path=/nowhere", ENGLISH, &["config", "show", "/nowhere/config.ini"]).await;
    missing.assert_complained(1, "/nowhere/config.ini");
}

#[tokio::test]
async fn config_check_names_hijackable_paths_quotes_and_logs_without_end() {
    let room = tempfile::tempdir_in("/var/tmp").unwrap();
    let (open, inside) = (room.path().join("open"), room.path().join("open/source"));
    std::fs::create_dir_all(&inside).unwrap();
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o777)).unwrap();
    let sample = |source: &std::path::Path, more: &str| {
        let text = GOOD.replace("/srv/veeam", source.to_str().unwrap());
        Sample::new(&format!("{text}{more}"))
    };
    let swappable = sample(&inside, "");
    for (language, words) in [(ENGLISH, "can be changed by anybody"), (GERMAN, "kann geändert werden von jedem")] {
        let said = swappable.call(language, &["check"]).await;
        assert!(said.code == Some(1) && said.out.contains(&format!("{} ", open.display())), "{said:?}");
        assert!(said.out.contains("[Backup] backup-source") && said.out.contains(words), "{said:?}");
    }
    let json = swappable.call(ENGLISH, &["check", "--json"]).await.json();
    assert_eq!((&json["faults"][0]["kind"], &json["good"]), (&"path-swappable".into(), &Value::Bool(false)));
    assert_eq!(json["faults"][0]["component"], open.to_str().unwrap());

    std::os::unix::fs::symlink("source", open.join("link")).unwrap();
    let said = sample(&open.join("link"), "").call(ENGLISH, &["check"]).await;
    assert!(said.code == Some(1) && said.out.contains("is a link that anybody may have created"), "{said:?}");

    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o755)).unwrap();
    let said = sample(&open.join("link"), "server = \"mail.example.com\"\n").call(ENGLISH, &["check"]).await;
    assert!(said.code == Some(1) && said.out.contains("[Mail] server is in quotation marks"), "{said:?}");
    assert!(!said.out.contains("not the name of a computer"), "{said:?}");
    let said = sample(&open.join("link"), "username = 'office'\n").call(GERMAN, &["check"]).await;
    assert!(said.code == Some(0) && said.out.contains("[Mail] username steht in Anführungszeichen"), "{said:?}");
    let endless = GOOD.replace("[Mail]", "log-file-path = /srv/copy.log\n[Mail]");
    let said = Sample::new(&endless).call(ENGLISH, &["check"]).await;
    assert!(said.code == Some(0) && said.out.contains("/srv/copy.log grows without limit"), "{said:?}");
}
