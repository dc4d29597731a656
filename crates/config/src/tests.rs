use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use proptest::prelude::*;

use super::keys::{KEYS, Key};
use super::*;
use asbackup_api::DiskId;
use asbackup_texts::{Language, Texts};

/// A file of the Python script, as the requirement describes its keys.
const OLD_FILE: &str = "\
[Backup]
filesystem-ids-and-notification-mail-addresses: 0F3A2C1E-1111-2222-3333-444455556666,a@x.de,B78E-6CC4
backup-source = /srv/veeam
backup-destination = /mnt/backup
backup-lockfile-path = copy.lock
veeam-lockfile-path = /tmp/veeam
log-file-path = /var/log/copy.log
rsync-log-file-path = /var/log/copy-rsync.log
wait-for-veeam-minutes = 60
rsync-update-ratio-seconds = 10
free-space-threshold-gb = 2.5
[Mail]
to-mail-addresses-sysop = sysop@x.de, root
from-mail-address = Backup <backup@x.de>
cc = boss@x.de
server = mail.x.de
port = 587
username = backup
password = 100%% ;geheim#
[Webserver]
webhost = 0.0.0.0
webport = 80
[VEEAM]
veeam-lockfiles = /tmp/veeam/
wait-for-backup-minutes = 90
[Debug]
debug = Yes
";

fn good(text: &str) -> Config {
    let loaded = parse(text).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(loaded.warnings, [], "{text}");
    loaded.config
}

fn warnings(text: &str) -> Vec<ConfigProblem> {
    parse(text).unwrap_or_else(|faults| panic!("{faults}")).warnings
}

fn faults(text: &str) -> Vec<ConfigProblem> {
    match parse(text) {
        Ok(_) => panic!("{text:?} was taken"),
        Err(ConfigFaults(problems)) => problems,
    }
}

/// The kinds of the faults, as their texts are called.
fn kinds(problems: &[ConfigProblem]) -> Vec<String> {
    let id = |problem| asbackup_texts::text_id(problem);
    let kind = |problem| id(problem).trim_start_matches("config-").to_owned();
    problems.iter().map(kind).collect()
}

#[test]
fn a_file_of_the_python_script_works_unchanged() {
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    let expected = Config {
        disks: vec![
            KnownDisk { id: DiskId::new("0f3a2c1e-1111-2222-3333-444455556666"), recipients: vec!["a@x.de".into()] },
            KnownDisk { id: DiskId::new("B78E-6CC4"), recipients: vec![] },
        ],
        source: "/srv/veeam".into(),
        destination: "/mnt/backup".into(),
        disk_lockfile: "copy.lock".into(),
        veeam_directories: vec!["/tmp/veeam".into()],
        log_file: "/var/log/copy.log".into(),
        rsync_log_file: "/var/log/copy-rsync.log".into(),
        wait_for_veeam: minutes(60),
        sample_every: Duration::from_secs(10),
        free_space_threshold: 2_500_000_000,
        wait_for_backup: minutes(90),
        mail: Mail {
            sysops: vec!["sysop@x.de".into(), "root".into()],
            from: "Backup <backup@x.de>".into(),
            cc: vec!["boss@x.de".into()],
            server: "mail.x.de".into(),
            port: 587,
            username: "backup".into(),
            password: Secret::new("100% ;geheim#"),
            ..Config::default().mail
        },
        web: Web { host: "0.0.0.0".into(), port: 80, ..Web::default() },
        debug: true,
        ..Config::default()
    };
    assert_eq!(good(OLD_FILE), expected);
}

#[test]
fn an_empty_file_gives_the_defaults() {
    let config = good("");
    assert_eq!(config, Config::default());
    assert_eq!(config.disk_lockfile, PathBuf::from(".asbackup.lock"));
    assert_eq!(config.source_lockfile, PathBuf::from(".asbackup.lock"));
    assert_eq!(config.veeam_directories, [PathBuf::from("/var/lib/asbackup/veeam")]);
    assert_eq!(config.sample_every, Duration::from_secs(30));
    assert_eq!(config.wait_for_backup, Duration::from_secs(8 * 3600));
    assert_eq!(config.language, Language::German);
    assert_eq!(config.lossy, LossyPolicy::Warn);
    assert_eq!((config.max_deletions_percent, config.max_deleted_bytes_percent), (50, 75));
    assert_eq!(config.disk_identity, IdentityPolicy::Warn);
    assert!(!config.source_must_be_mountpoint && !config.power_off);
    assert_eq!(config.disk_patience, Duration::from_secs(240));
    assert_eq!(config.source_sentinel, PathBuf::new());
    assert_eq!((config.web.host.as_str(), config.web.port), ("127.0.0.1", 8080));
    assert!(!config.debug);
    let mail = &config.mail;
    assert_eq!((mail.encryption, mail.port), (Encryption::Auto, 465));
    assert_eq!(mail.retry_for, Duration::from_secs(5 * 24 * 3600));
    assert_eq!((mail.compress_above, mail.attachment_limit, mail.outbox_limit), (64_000, 256_000, 100_000_000));
    assert!(mail.policy.is_empty() && mail.remind_after.is_zero());
}

#[test]
fn a_password_in_clear_is_refused() {
    let clear = "[Mail]\nencryption = none\nusername = me\npassword = hunter2\n";
    assert_eq!(kinds(&faults(clear)), ["password-in-clear"]);
    assert_eq!(good("[Mail]\nencryption = none\n").mail.encryption, Encryption::None);
}

#[test]
fn an_api_url_needs_a_user() {
    assert_eq!(kinds(&faults("[VEEAM]\napi-url = https://veeam:9419\n")), ["server-without-user"]);
    let text = "[VEEAM]\napi-url = https://veeam:9419\napi-user = viewer\napi-password = hunter2\n";
    let loaded = parse(text).unwrap();
    assert!(loaded.config.veeam.has_api());
    assert!(!format!("{loaded:?}").contains("hunter2"));
}

#[test]
fn the_section_safety_is_read() {
    let text = "[Safety]\nsource-must-be-mountpoint = yes\nsource-sentinel = job/.here\ndisk-identity = Refuse\n";
    let config = good(text);
    assert!(config.source_must_be_mountpoint);
    assert_eq!(config.source_sentinel, PathBuf::from("job/.here"));
    assert_eq!(config.disk_identity, IdentityPolicy::Refuse);
    assert_eq!(good("[Safety]\ndisk-identity = off\n").disk_identity, IdentityPolicy::Off);
    for wrong in ["source-sentinel = /srv/here", "source-sentinel = ../here", "disk-identity = maybe"] {
        assert!(parse(&format!("[Safety]\n{wrong}\n")).is_err(), "{wrong}");
    }
}

#[test]
fn every_default_is_taken_without_a_fault() {
    let text = |key: &Key| format!("[{}]\n{} = {}\n", key.section, key.name, key.default);
    for key in &KEYS {
        assert_eq!(good(&text(key)), Config::default(), "{}", key.name);
    }
}

#[test]
fn an_empty_value_counts_as_none() {
    let text = "[Backup]\nlog-file-path =\nwait-for-veeam-minutes = \u{a0}\n[Mail]\nport=\n[Debug]\ndebug:\n";
    assert_eq!(good(text), Config::default());
}

#[test]
fn an_empty_lock_file_is_refused() {
    let problems = faults("[Backup]\nbackup-lockfile-path =\nsource-lockfile-path = \t\n");
    assert_eq!(kinds(&problems), ["path-without-file", "path-without-file"]);
}

#[test]
fn required_keys_are_named() {
    let both = [DISK_LIST, SOURCE];
    assert_eq!(Config::default().missing(), both);
    assert_eq!(good("[Backup]\nbackup-source = /srv\n").missing(), [DISK_LIST]);
    assert!(good(OLD_FILE).missing().is_empty());
}

#[test]
fn all_faults_are_reported_at_once() {
    let text = "stray\n[Backup]\nbackup-source = srv\nwait-for-veeam-minutes = soon\nnothing\n\
                filesystem-ids-and-notification-mail-addresses = sdb1, a@@x\n\
                backup-destination = ../x\n[Mail]\nport = 0\nport = 25\n[Debug]\ndebug = maybe\n";
    let expected = [
        "missing-section",
        "missing-delimiter",
        "duplicate-key",
        "not-a-disk",
        "not-an-address",
        "path-not-absolute",
        "path-climbs",
        "not-a-number",
        "not-a-number",
        "not-a-switch",
    ];
    assert_eq!(kinds(&faults(text)), expected);
}

#[test]
fn a_fault_names_its_place_and_the_bad_value() {
    let expected = ConfigProblem::NotANumber {
        section: "Webserver".into(),
        key: "webport".into(),
        value: "80a # x".into(),
        minimum: 1,
        maximum: 65_535,
    };
    assert_eq!(faults("[Webserver]\nwebport = 80a # x\n"), [expected]);
}

#[test]
fn faults_of_notation_name_their_lines() {
    let text = "\n[Mail]\r\ncc = a@x\r= b\nCC = b@x\n[Mail]\ncc = c@x\n";
    let (section, key) = ("Mail".to_owned(), "cc".to_owned());
    let expected = [
        ConfigProblem::MissingKey { section: section.clone(), line: 4 },
        ConfigProblem::DuplicateKey { section: section.clone(), key, line: 5, first: 3 },
        ConfigProblem::DuplicateSection { section, line: 6, first: 2 },
    ];
    assert_eq!(faults(text), expected);
}

#[test]
fn numbers_out_of_bounds_are_refused() {
    for (section, key, bad) in [
        ("Backup", "wait-for-veeam-minutes", vec!["-1", "1.5", "1h", "999999999999999999999"]),
        ("Backup", "rsync-update-ratio-seconds", vec!["0", "3601"]),
        ("Safety", "max-deletions-percent", vec!["101", "-1", "x", "50%%"]),
        ("Mail", "port", vec!["0", "65536"]),
    ] {
        for value in bad {
            let problems = faults(&format!("[{section}]\n{key} = {value}\n"));
            assert_eq!(kinds(&problems), ["not-a-number"], "{key} = {value}");
        }
    }
    let zero = "[Backup]\nwait-for-veeam-minutes = 0\n[Safety]\nmax-deletions-percent = 0\n";
    assert_eq!(good(zero).wait_for_veeam, Duration::ZERO);
    assert_eq!(good(zero).max_deletions_percent, 0);
}

#[test]
fn free_space_takes_decimals_and_nothing_else() {
    let threshold = |value: &str| parse(&format!("[Backup]\nfree-space-threshold-gb = {value}\n"));
    for (value, bytes) in [
        ("0", 0),
        ("0.1", 100_000_000),
        ("100", 100_000_000_000),
        (".5", 500_000_000),
        ("1000000", 1_000_000_000_000_000),
    ] {
        assert_eq!(threshold(value).unwrap().config.free_space_threshold, bytes);
    }
    for value in ["-1", "1,5", "1e3", "nan", "inf", ".", "5 GB", "1000001"] {
        let problems = threshold(value).expect_err(value).0;
        assert_eq!(kinds(&problems), ["not-a-size"], "{value}");
    }
}

#[test]
fn switches_take_the_words_of_pythons_getboolean() {
    let debug = |word: &str| parse(&format!("[Debug]\ndebug = {word}\n")).map(|l| l.config.debug);
    for word in ["1", "yes", "true", "on", "TRUE", "On"] {
        assert_eq!(debug(word), Ok(true));
    }
    for word in ["0", "no", "false", "off", "False", "OFF"] {
        assert_eq!(debug(word), Ok(false));
    }
    for word in ["2", "ja", "y", "true true"] {
        assert_eq!(kinds(&debug(word).unwrap_err().0), ["not-a-switch"]);
    }
}

#[test]
fn words_of_a_choice_are_read_in_either_case() {
    let text = "[General]\nlanguage = EN\n[Safety]\nlossy-file-systems = refuse\n";
    assert_eq!(good(text).language, Language::English);
    assert_eq!(good(text).lossy, LossyPolicy::Refuse);
    let problems = faults("[General]\nlanguage = fr\n[Safety]\nlossy-file-systems = ask\n");
    assert_eq!(kinds(&problems), ["not-a-choice", "not-a-choice"]);
}

#[test]
fn hosts_are_names_or_addresses_without_a_port() {
    let host = |name: &str| parse(&format!("[Mail]\nserver = {name}\n"));
    for name in ["localhost", "mail.x-y.de", "mail.x.de.", "127.0.0.1", "::1", "my_host"] {
        assert_eq!(host(name).unwrap().config.mail.server, name);
    }
    for name in ["mail.x.de:465", "smtps://mail", "a b", "u@mail", "[::1]", "*", "a..b", "."] {
        let problems = host(name).expect_err(name).0;
        assert_eq!(kinds(&problems), ["not-a-host"], "{name}");
    }
}

#[test]
fn veeams_directory_may_be_in_either_section() {
    let read = |backup: &str, veeam: &str| {
        let text = format!("[Backup]\n{backup}\n[VEEAM]\n{veeam}\n");
        let directories = good(&text).veeam_directories;
        directories.into_iter().map(|path| path.display().to_string()).collect::<Vec<_>>()
    };
    let (in_backup, in_veeam) = ("veeam-lockfile-path = /a/b", "veeam-lockfiles = /a/b");
    assert_eq!(read(in_backup, ""), ["/a/b"]);
    assert_eq!(read("", in_veeam), ["/a/b"]);
    assert_eq!(read(in_backup, in_veeam), ["/a/b"]);
    assert_eq!(read(in_backup, "veeam-lockfiles = /a//b/"), ["/a/b"]);
    assert_eq!(read("veeam-lockfile-path =", in_veeam), ["/a/b"]);
    assert_eq!(read(in_backup, "veeam-lockfiles ="), ["/a/b"]);
    assert_eq!(read("", "veeam-lockfiles ="), ["/var/lib/asbackup/veeam"]);
    assert!(read("veeam-lockfile-path =", "veeam-lockfiles =").is_empty());
}

#[test]
fn two_directories_of_veeam_are_both_watched_with_a_warning() {
    let text = "[Backup]\nveeam-lockfile-path = /a\n[VEEAM]\nveeam-lockfiles = /b\n";
    let loaded = parse(text).unwrap();
    assert_eq!(loaded.config.veeam_directories, [PathBuf::from("/a"), PathBuf::from("/b")]);
    assert_eq!(kinds(&loaded.warnings), ["two-veeam-directories"]);
}

fn line_of(problems: &[ConfigProblem]) -> u64 {
    match problems {
        [
            ConfigProblem::SeveralLines { line, .. }
            | ConfigProblem::IndentedSection { line, .. }
            | ConfigProblem::IndentedKey { line, .. },
        ] => *line,
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_lists_may_span_several_lines() {
    let problems = faults("[Backup]\nbackup-source = /srv\n  log-file-path = /x\n");
    assert_eq!(line_of(&problems), 3);
    assert_eq!(line_of(&faults("[Backup]\nbackup-source = /srv\n\n  # as before\n  log-file-path = /x\n")), 5);
    // Also where a list would take it for an item.
    let lists =
        ["backup-source = /srv", "filesystem-ids-and-notification-mail-addresses = B78E-6CC4", "backup-source ="];
    for key in lists {
        let problems = faults(&format!("[Backup]\n{key}\n  [Mail]\n  server = mail.x.de\n"));
        assert_eq!(kinds(&problems), ["indented-section"]);
        assert_eq!(line_of(&problems), 3);
    }
    let text = "[Backup]\nfilesystem-ids-and-notification-mail-addresses =\n  B78E-6CC4\n\n  a@x\nbackup-source =\n  /srv\n\
         [Mail]\nserver = mail.x.de\n";
    assert_eq!(good(text).disks[0].recipients, ["a@x"]);
    assert_eq!(good(text).source, PathBuf::from("/srv"));
}

#[test]
fn an_indented_key_below_a_list_is_no_item_of_it() {
    for (list, indented) in [
        ("[Mail]\ncc = a@x.de", "password = secret"),
        ("[Mail]\nto-mail-addresses-sysop =\n  a@x.de", "Server: mail.x.de"),
        ("[Mail]\ncc = a@x.de", "passwort=secret"),
        ("[Mail]\ncc = a@x.de", "Kennwört = sec@ret"),
        ("[Mail]\ncc = %(all)s\nall = a@x.de", "password = secret"),
        ("[Backup]\nfilesystem-ids-and-notification-mail-addresses = B78E-6CC4", "backup-source=/srv"),
    ] {
        let problems = faults(&format!("{list}\n\t{indented}\n"));
        assert_eq!(kinds(&problems), ["indented-key"], "{indented}");
        assert_eq!(line_of(&problems), list.lines().count() as u64 + 1);
        let said = Texts::new(Language::English).message(&problems[0]).to_string();
        assert!(!said.contains("sec"), "{said}");
    }
    // A name or an address may well look like one.
    let alike = "\"port: 5\" <b@x.de>\n  Büro: Anna <c@x.de>\n  password@x.de\n  joe=x.org@x.de, mail=x@x.de";
    assert_eq!(good(&format!("[Mail]\nserver = m\ncc = a@x.de\n  {alike}\n")).mail.cc.len(), 6);
}

#[test]
fn a_line_too_many_is_found_where_a_value_begins_late_or_is_referred_to_or_has_other_faults() {
    assert_eq!(line_of(&faults("[Backup]\r\nbackup-source =\r\n  /srv\r\n  /x\r\n")), 4);
    assert_eq!(line_of(&faults("[DEFAULT]\nbase = /srv\n  /x\n[Backup]\nbackup-source = %(base)s\n")), 3);
    let nested = "[DEFAULT]\nbase = %(root)s\nroot = /srv\n  password = a\n[Backup]\nbackup-source = %(base)s\n";
    assert_eq!(line_of(&faults(nested)), 4);
    assert_eq!(line_of(&faults("[DEFAULT]\nbackup-source = /srv\n  [Mail]\n[Backup]\n")), 3);
    // Nobody reads these keys, but those of the section would be missed.
    assert_eq!(line_of(&faults("[Backup]\nbackup-sauce = /srv\n  [mail]\n  server = mail.x.de\n")), 3);
    assert_eq!(line_of(&faults("[Mine]\nanything = 1\n  [DEFAULT]\n  backup-source = /srv\n")), 3);
    // The percent sign would be shown with the whole value.
    assert_eq!(line_of(&faults("[Backup]\nbackup-source = /srv\n  password = a%b\n")), 3);
    assert_eq!(line_of(&faults("[Backup]\nbackup-source = /srv\n  [Mail]\n  password = a%b\n")), 3);
}

#[test]
fn a_recipient_that_looks_like_a_host_is_a_warning() {
    let text = "[Mail]\nserver = mail.x.de\nto-mail-addresses-sysop = root, admin.example.org\ncc = boss.example.org\n\
         mail-policy = chef.example.org=problems, root=none\n";
    let found = warnings(text);
    let of = |problem: &ConfigProblem| match problem {
        ConfigProblem::LocalRecipient { key, value, .. } => (key.clone(), value.clone()),
        other => panic!("{other:?}"),
    };
    let found: Vec<_> = found.iter().map(of).collect();
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let at = ["to-mail-addresses-sysop", "cc", "mail-policy"];
    let expected = ["admin.example.org", "boss.example.org", "chef.example.org"];
    assert_eq!(found, [0, 1, 2].map(|nth| pair(at[nth], expected[nth])));
    let of_a_disk = "[Backup]\nfilesystem-ids-and-notification-mail-addresses = B78E-6CC4, admin.example.org\n";
    let refused = parse(of_a_disk).unwrap_err().messages(&Texts::new(Language::English));
    assert!(refused[0].to_string().contains("A mail address has an @"), "{}", refused[0]);
}

#[test]
fn recipients_without_a_server_are_a_warning() {
    for text in ["[Mail]\ncc = a@x\n", "[Backup]\nfilesystem-ids-and-notification-mail-addresses = B78E-6CC4, a@x\n"] {
        assert_eq!(warnings(text), [ConfigProblem::RecipientsWithoutServer]);
    }
    assert_eq!(warnings("[Backup]\nfilesystem-ids-and-notification-mail-addresses = B78E-6CC4\n"), []);
}

#[test]
fn control_characters_are_refused() {
    for (text, kind) in [
        ("[Backup]\nbackup-source = /srv\u{0}x\n", "control-character"),
        ("[Mail]\nusername = a\u{1b}b\n", "control-character"),
        ("[Mail]\ncc = a@x\u{7}\n", "control-character"),
    ] {
        assert_eq!(kinds(&faults(text)), [kind]);
    }
}

#[test]
fn percent_signs_without_a_meaning_are_refused() {
    let text = "[Mail]\nusername = 50%\ncc = %(nobody)s\nserver = %(server)s\n";
    let problems = faults(text);
    assert_eq!(kinds(&problems), ["unknown-reference", "reference-loop", "percent-sign"]);
}

#[test]
fn an_unknown_key_is_a_warning_that_names_the_nearest() {
    let expected = ConfigProblem::UnknownKey {
        section: "Backup".into(),
        key: "backup-sorce".into(),
        nearest_section: "Backup".into(),
        nearest: "backup-source".into(),
    };
    assert_eq!(warnings("[Backup]\nBackup-Sorce = /srv\n"), [expected]);
}

#[test]
fn an_unknown_section_is_a_warning_that_names_the_nearest() {
    for (written, nearest) in [("backup", "Backup"), ("E-Mail", "Mail"), ("Web", "Webserver")] {
        let expected = ConfigProblem::UnknownSection { section: written.into(), nearest: nearest.into() };
        assert_eq!(warnings(&format!("[{written}]\nx = 1\n")), [expected]);
    }
}

#[test]
fn a_key_in_the_wrong_section_is_a_warning_that_names_the_right_one() {
    let expected =
        ConfigProblem::MisplacedKey { section: "Backup".into(), key: "webport".into(), belongs: "Webserver".into() };
    assert_eq!(warnings("[Backup]\nwebport = 80\n"), [expected]);
}

#[test]
fn variables_of_the_author_are_no_warning() {
    let text = "[DEFAULT]\nbase = /srv\nwebport = 81\n[Backup]\nbackup-source = %(BASE)s/%(sub)s\nsub = a\n";
    assert_eq!(good(text).source, PathBuf::from("/srv/a"));
    let unused = warnings("[DEFAULT]\nbase = /srv\n[Backup]\n");
    assert_eq!(kinds(&unused), ["unknown-key"]);
}

#[test]
fn a_comment_after_a_value_is_a_warning() {
    let text = "[Backup]\nbackup-source = /srv ; the repository\n";
    assert_eq!(kinds(&warnings(text)), ["comment-in-value"]);
    assert!(warnings("[Mail]\npassword = a #b\n[Backup]\nbackup-source = /srv/a;b#c\n").is_empty());
}

#[test]
fn the_entries_are_every_key_and_read_back_the_same() {
    let config = good(&OLD_FILE.replace("password", "#password"));
    let mut text = String::new();
    for (section, key, value) in config.entries() {
        if !text.contains(&format!("[{section}]")) {
            text.push_str(&format!("[{section}]\n"));
        }
        text.push_str(&format!("{key} = {value}\n"));
    }
    assert_eq!(good(&text), config);
    assert_eq!(config.entries().len(), KEYS.len());
}

#[test]
fn the_password_is_never_shown() {
    let config = good(OLD_FILE);
    let secret = config.mail.password.expose();
    assert_eq!(secret, "100% ;geheim#");
    let password = config.entries().into_iter().find(|(_, key, _)| *key == "password");
    assert_eq!(password.unwrap().2, MASK);
    let shown = [
        format!("{config:?}"),
        config.mail.password.to_string(),
        serde_json::to_string(&config.mail.password).unwrap(),
        format!("{:?}", config.entries()),
    ];
    for text in shown {
        assert!(!text.contains("geheim"), "{text}");
    }
}

#[test]
fn no_fault_shows_the_password() {
    for text in [
        "[Mail]\npassword = geheim%\n",
        "[Mail]\npassword = %(geheim)s\n",
        "[Mail]\npassword = a%(geheim)s\nusername = %(password)s\n",
        "[Mail]\npassword = geheim\n  geheim\n",
        "[Mail]\npassword = geheim\u{7}\n",
        "[Mail]\npassword geheim\n",
        "[Mail]\n: geheim\n",
        "[Mail]\npassword = geheim\npassword = geheim\n",
        "[Mail]\npassword = geheim,\nserver = smtp://%(password)s@x\ncc = %(password)s@\nfrom-mail-address = %(password)s\nport = %(password)s\n",
        "geheim\n",
    ] {
        let faults = parse(text).expect_err(text);
        assert!(!format!("{faults:?} {faults}").contains("geheim"), "{faults}");
    }
    let unknown = warnings("[Mail]\npasswort = geheim\n[Post]\npassword = geheim\n");
    assert!(!format!("{unknown:?}").contains("geheim"), "{unknown:?}");
}

#[test]
fn a_long_value_is_cut_in_messages() {
    let problems = faults(&format!("[Mail]\nport = {}\n", "9".repeat(5000)));
    assert!(format!("{problems:?}").len() < 300);
}

#[test]
fn missing_and_unreadable_files_are_different_faults() {
    let directory = tempfile::tempdir().unwrap();
    let read = |path: &Path| load(path).unwrap_err().0;
    assert_eq!(kinds(&read(&directory.path().join("config.ini"))), ["file-missing"]);
    assert_eq!(kinds(&read(directory.path())), ["file-unreadable"]);
}

#[test]
fn another_encoding_is_refused_with_its_line() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.ini");
    fs::write(&path, b"[Mail]\r\n\r\nfrom-mail-address = J\xf6rg <j@x>\r\n").unwrap();
    assert_eq!(load(&path).unwrap_err().0, [ConfigProblem::NotUtf8 { line: 3 }]);
    fs::write(&path, "\u{feff}[Mail]\nport = 25\n").unwrap();
    assert_eq!(load(&path).unwrap_err().0, [ConfigProblem::ByteOrderMark]);
    fs::write(&path, "[Mail]\nport = 25\n").unwrap();
    assert_eq!(load(&path).unwrap().config.mail.port, 25);
}

#[test]
fn a_password_that_others_can_read_is_a_warning() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("config.ini");
    let shown = ConfigProblem::ReadableByOthers { path: path.display().to_string() };
    // Whoever is in root's group is root, more or less.
    let is_of_others = fs::metadata(place.path()).unwrap().gid() != 0;
    for (text, mode, warned) in [
        ("[Mail]\npassword = x\n", 0o600, false),
        ("[Mail]\npassword = x\n", 0o604, true),
        ("[Mail]\npassword = x\n", 0o666, true),
        ("[Mail]\nusername = x\n", 0o644, false),
        ("[VEEAM]\napi-password = x\n", 0o640, is_of_others),
        ("[VEEAM]\napi-password = x\n", 0o604, true),
    ] {
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let expected: &[ConfigProblem] = if warned { std::slice::from_ref(&shown) } else { &[] };
        assert_eq!(load(&path).unwrap().warnings, expected, "{mode:o}");
    }
}

proptest! {
    #[test]
    fn no_value_makes_the_reader_panic(index in 0..KEYS.len(), value in "(?s).{0,40}") {
        let key = &KEYS[index];
        let _ = parse(&format!("[{}]\n{} = {value}\n", key.section, key.name));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "(?s)[\\[\\]=:%()#;,@\n\r\t a-fA-F0-9-]{0,80}|.{0,80}") {
        let _ = parse(&text);
    }
}
