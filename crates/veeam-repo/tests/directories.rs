//! What lies in real directories besides chains with their metadata, by hand: names alone, file shares, plug-ins, copies, leftovers.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use asbackup_veeam_repo::{
    Backup, Basis, Contents, Entry, Form, Limits, Machine, Moment, Repository, Trouble, VbmError, read,
};

const STORAGES: [&str; 3] = ["048aaa07", "25f45784", "02408078"];

/// One machine `dc01` with a full and increments of these sizes.
fn metadata(id: &str, job: &str, files: &[(&str, u64)]) -> String {
    let guid = |head: &str| format!("{head}-d2d2-4a3e-9ab5-853bc4743d2b");
    let (mut oibs, mut storages, mut points) = (String::new(), String::new(), String::new());
    for (number, (file, size)) in files.iter().enumerate() {
        let storage = guid(STORAGES[number]);
        let created = format!("11/{:02}/2026 21:00:00", number + 1);
        oibs += &format!(
            r#"<OIB Id="{storage}" StorageId="{storage}" PointId="{storage}" ObjectId="{storage0}" DisplayName="dc01" CreationTimeUtc="{created}"/>"#,
            storage0 = guid("aff77f0e")
        );
        storages += &format!(
            r#"<Storage Id="{storage}" FilePath="{file}" CreationTimeUtc="{created}" Stats="&lt;CBackupStats&gt;&lt;BackupSize&gt;{size}&lt;/BackupSize&gt;&lt;/CBackupStats&gt;"/>"#
        );
        points += &format!(r#"<Point Id="{storage}" Num="{number}"/>"#);
    }
    format!(
        r#"<BackupMeta><Backup Id="{}" JobName="{job}" EncryptionState="0"/><BackupMetaInfo><Oibs>{oibs}</Oibs><Storages>{storages}</Storages><Points>{points}</Points></BackupMetaInfo></BackupMeta>"#,
        guid(id)
    )
}

const CHAIN: [(&str, u64); 3] = [
    ("dc01.vm-7D2026-11-01T220000_AAAA.vbk", 900),
    ("dc01.vm-7D2026-11-02T220000_BBBB.vib", 90),
    ("dc01.vm-7D2026-11-03T220000_CCCC.vib", 80),
];

#[derive(Default)]
struct Files {
    entries: Vec<Entry>,
    contents: HashMap<PathBuf, String>,
}

impl Files {
    fn file(mut self, path: &str, size: u64) -> Self {
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(self.entries.len() as u64);
        self.entries.push(Entry { path: path.into(), size, modified });
        self
    }

    fn chain(self, directory: &str, which: &[usize]) -> Self {
        which.iter().fold(self, |files, which| files.file(&format!("{directory}/{}", CHAIN[*which].0), CHAIN[*which].1))
    }

    fn vbm(mut self, path: &str, text: String) -> Self {
        self.contents.insert(path.into(), text.clone());
        self.file(path, text.len() as u64)
    }

    fn read(&self) -> Repository {
        let open =
            |path: &Path| self.contents.get(path).map(|text| text.as_bytes()).ok_or(io::Error::from_raw_os_error(13));
        read(&self.entries, open, Limits::default())
    }
}

fn machines(backup: &Backup) -> &[Machine] {
    let Contents::Machines(machines) = &backup.contents else { panic!("no machines: {backup:?}") };
    machines
}

fn newest(machine: &Machine) -> String {
    match machine.newest_complete().expect("a complete point").at {
        Moment::Utc(time) => time.to_string(),
        Moment::Local(time) => time.to_string(),
    }
}

#[test]
fn by_names_every_form_is_told_apart() {
    let files = Files::default()
        .chain("Nightly", &[0, 1, 2])
        .file("Nightly/db.12D2026-11-04T220000_AAAA.vbk", 5)
        .file("Old2015-07-14T135429.vbk", 5)
        .file("Old2015-07-15T135429.vib", 5)
        .file("Agents/Daily - rhel72_2D7FD2026-11-05T050032.vbk", 5);
    let repository = files.read();
    let told: Vec<_> = repository
        .backups
        .iter()
        .flat_map(|backup| {
            machines(backup)
                .iter()
                .map(|machine| (backup.name.as_str(), machine.name.as_str(), machine.named_by, newest(machine)))
        })
        .collect();
    let wanted = [
        ("Old", "Old", Some(Form::Job), "2015-07-15T13:54:29".to_owned()),
        ("Daily", "rhel72", Some(Form::Agent), "2026-11-05T05:00:32".to_owned()),
        ("Nightly", "db", Some(Form::Machine), "2026-11-04T22:00:00".to_owned()),
        ("Nightly", "dc01", Some(Form::Machine), "2026-11-03T22:00:00".to_owned()),
    ];
    assert_eq!(told, wanted);
    assert!(repository.backups.iter().all(|backup| backup.basis == Basis::Names && backup.encrypted.is_none()));
}

#[test]
fn metadata_that_cannot_be_opened_are_said_so_and_names_are_left() {
    let files = Files::default().chain("a", &[0, 1]).file("a/Nightly.vbm", 100);
    let repository = files.read();
    assert!(matches!(repository.unread[0].error, VbmError::Unreadable(_)), "{:?}", repository.unread);
    assert_eq!(repository.backups[0].basis, Basis::Names);
    assert_eq!(newest(&machines(&repository.backups[0])[0]), "2026-11-02T22:00:00");
}

#[test]
fn of_two_accounts_of_a_backup_the_later_one_counts() {
    let files = Files::default()
        .chain("a", &[0, 1, 2])
        .vbm("a/Nightly_old.vbm", metadata("11111111", "Old", &CHAIN[..1]))
        .vbm("a/Nightly.vbm", metadata("11111111", "Nightly", &CHAIN));
    let repository = files.read();
    assert_eq!(repository.backups.len(), 1, "{repository:#?}");
    assert_eq!((repository.backups[0].name.as_str(), repository.backups[0].basis), ("Nightly", Basis::Metadata));
    assert_eq!(newest(&machines(&repository.backups[0])[0]), "2026-11-03T21:00:00Z");
}

#[test]
fn files_newer_than_the_metadata_are_named_and_not_counted() {
    let files = Files::default().chain("a", &[0, 1, 2]).vbm("a/N.vbm", metadata("11111111", "N", &CHAIN[..2]));
    let backup = &files.read().backups[0];
    assert_eq!(newest(&machines(backup)[0]), "2026-11-02T21:00:00Z");
    assert_eq!(backup.unlisted, [PathBuf::from("a").join(CHAIN[2].0)]);
}

#[test]
fn the_same_backup_in_two_directories_is_judged_in_each() {
    let text = || metadata("11111111", "N", &CHAIN);
    let files =
        Files::default().chain("a", &[0, 2]).vbm("a/N.vbm", text()).chain("b", &[0, 1, 2]).vbm("b/N.vbm", text());
    let repository = files.read();
    let [a, b] = &repository.backups[..] else { panic!("{repository:#?}") };
    assert_eq!(
        (newest(&machines(a)[0]), newest(&machines(b)[0])),
        ("2026-11-01T21:00:00Z".into(), "2026-11-03T21:00:00Z".into())
    );
    let elsewhere = Some(PathBuf::from("b").join(CHAIN[1].0));
    assert_eq!(machines(a)[0].flaws[0].trouble, Trouble::Missing { elsewhere, begun: false });
    assert_eq!(machines(a)[0].flaws[0].breaks, 2);
}

#[test]
fn sizes_that_no_file_has_are_held_against_none() {
    let off: Vec<_> = CHAIN.iter().map(|(name, size)| (*name, size + 4)).collect();
    let files = |which: &[usize]| Files::default().chain("a", which).vbm("a/N.vbm", metadata("11111111", "N", &off));
    let backup = &files(&[0, 1, 2]).read().backups[0];
    assert_eq!((backup.basis, machines(backup)[0].is_complete()), (Basis::MetadataWithoutSizes, true));
    let backup = &files(&[0, 1]).read().backups[0];
    assert_eq!((backup.basis, machines(backup)[0].newest_complete()), (Basis::Metadata, None));
    let backup = &files(&[0, 1, 2]).vbm("a/M.vbm", metadata("22222222", "M", &CHAIN[..1])).read().backups[1];
    assert_eq!(backup.basis, Basis::MetadataWithoutSizes, "one backup says nothing of another");
}

#[test]
fn file_shares_are_told_by_their_parts() {
    let share = "Shares/0d5dd744-6839-44c3-af93-60ecf4f1414d";
    let files = Files::default()
        .file("Shares/Shares.vstore", 10)
        .file(&format!("{share}/x.vsource"), 10)
        .file(&format!("{share}/meta/0.vslice"), 10)
        .file(&format!("{share}/data/5dd74441/1.vblob"), 64)
        .file(&format!("{share}/data/5dd74441/2.vblob"), 0)
        .file("Lost/0d5dd744/data/1/1.vblob", 64);
    let repository = files.read();
    let [lost, whole] = &repository.backups[..] else { panic!("{repository:#?}") };
    let (Contents::Shares(lost), Contents::Shares(told)) = (&lost.contents, &whole.contents) else {
        panic!("{repository:#?}")
    };
    assert_eq!((whole.name.as_str(), told.store, told.shares.len()), ("Shares", true, 1));
    let one = &told.shares[0];
    assert_eq!((one.source, one.metadata, one.blobs, one.bytes, one.empty.len()), (true, true, 2, 64, 1));
    assert_eq!((lost.store, lost.shares[0].source, lost.shares[0].blobs), (false, false, 1));
}

#[test]
fn plug_ins_are_told_by_their_parts() {
    let files = Files::default()
        .file("o/a.vab", 9)
        .file("o/a.vasm", 9)
        .file("o/b.vab", 9)
        .file("o/job.vacm", 9)
        .file("o/c.vacm_1tmp", 0);
    let repository = files.read();
    let Contents::PlugIn(told) = &repository.backups[0].contents else { panic!("{repository:#?}") };
    assert_eq!((told.job, told.complete, &told.incomplete), (true, 1, &vec![PathBuf::from("o/b.vab")]));
    assert_eq!(repository.unfinished, [PathBuf::from("o/c.vacm_1tmp")]);
}

#[test]
fn what_is_not_veeams_is_nothing() {
    let files = Files::default().file("notes.txt", 5).file(".veeam.3.lock", 0).file("photo.jpg", 5);
    let repository = files.read();
    assert!(repository.backups.is_empty() && repository.unread.is_empty() && repository.unfinished.is_empty());
}
