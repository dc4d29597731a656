//! What is read of metadata files, and what of those that are none.

use std::error::Error;
use std::io;

use super::*;

const FIRST: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Vbm Id="da9aff6f-dfb1-40df-8dfc-dbec0ef65fc8" JobId="5dd74441-6839-44c3-af93-60ecf4f1414d" JobName="Büro &amp; Lager" JobType="Backup" CreationTimeUtc="07/22/2015 20:06:44" FormatVersion="1">
<Hosts><Host Id="c916af31-cf80-4e1f-8e03-d93a7656a8e7" Name="h"/></Hosts>
<Storages>
<Storage Id="048aaa07-a4d2-4a3e-9ab5-853bc4743d2b" FileName="Büro &amp; Lager2015-07-14T135429.vbk" CreationTimeUtc="07/14/2015 10:54:29"><Stats><CBackupStats><BackupSize>31627776</BackupSize><DataSize>2147531964</DataSize></CBackupStats></Stats></Storage>
<Storage Id="25f45784-664c-47f4-a725-e2f043d85331" FileName="Büro &amp; Lager2015-07-14T182557.vib" CreationTimeUtc="07/14/2015 15:25:57" LinkId="048aaa07-a4d2-4a3e-9ab5-853bc4743d2b"><Stats><CBackupStats><BackupSize>31628800</BackupSize></CBackupStats></Stats></Storage>
</Storages>
<JobPoints><Point Id="7248e9de-4ce8-4e7c-aa8d-68e26384a9d0" LinkId="00000000-0000-0000-0000-000000000000" Num="2.0000000000" GroupId="632e5c24-9975-4cea-ba40-6cdd919380be" Type="0"/><Point Id="c510266b-ff49-4298-b6de-f40ba6443a2e" Num="3.0000000000" GroupId="632e5c24-9975-4cea-ba40-6cdd919380be" Type="1"/></JobPoints>
<Vms><Vm Id="aff77f0e-a090-46ad-8463-2846ca8b7c57" VmName="srv" DisplayName="Server 1"/></Vms>
<VmPoints>
<Pnt Id="0856ea98-a473-4072-b256-341572aa4a4d" LinkId="00000000-0000-0000-0000-000000000000" Type="Full" CreationTime="07/14/2015 13:57:03" VmId="aff77f0e-a090-46ad-8463-2846ca8b7c57" StgId="048aaa07-a4d2-4a3e-9ab5-853bc4743d2b" PointId="7248e9de-4ce8-4e7c-aa8d-68e26384a9d0" IsCorrupted="False" IsConsistent="True"><AuxData><Storages><Storage Id="11111111-1111-1111-1111-111111111111" FileName="not a file"/></Storages></AuxData></Pnt>
<Pnt Id="19a114a7-dbb8-4392-bb68-642177ca11e7" LinkId="0856ea98-a473-4072-b256-341572aa4a4d" Type="Increment" CreationTime="07/14/2015 18:28:34" VmId="aff77f0e-a090-46ad-8463-2846ca8b7c57" StgId="25f45784-664c-47f4-a725-e2f043d85331" PointId="c510266b-ff49-4298-b6de-f40ba6443a2e" IsCorrupted="True" IsConsistent="False"/>
</VmPoints></Vbm>"#;

const SECOND: &str = r#"<BackupMeta Version="72"><Backup Id="da9aff6f-dfb1-40df-8dfc-dbec0ef65fc8" JobName="Job" DirPath="/srv" EncryptionState="0"/>
<BackupMetaInfo><Oibs><OIB Id="0856ea98-a473-4072-b256-341572aa4a4d" StorageId="048aaa07-a4d2-4a3e-9ab5-853bc4743d2b" PointId="7248e9de-4ce8-4e7c-aa8d-68e26384a9d0" ObjectId="aff77f0e-a090-46ad-8463-2846ca8b7c57" DisplayName="dc01" CreationTimeUtc="10/03/2022 11:27:35" Type="0" IsCorrupted="False"/></Oibs>
<Objects><Object Id="aff77f0e-a090-46ad-8463-2846ca8b7c57" Name="dc01"/></Objects>
<Storages><Storage Id="048aaa07-a4d2-4a3e-9ab5-853bc4743d2b" FilePath="" PartialPath="&lt;Path&gt;&lt;Elements&gt;&lt;E&gt;dc01&lt;/E&gt;&lt;E&gt;R&amp;amp;D2022-10-03T132735_1E50.vbk&lt;/E&gt;&lt;/Elements&gt;&lt;/Path&gt;" Stats="&lt;CBackupStats&gt;&lt;BackupSize&gt;4711&lt;/BackupSize&gt;&lt;/CBackupStats&gt;" CreationTimeUtc="10/03/2022 11:27:35"/></Storages>
<Points><Point Id="7248e9de-4ce8-4e7c-aa8d-68e26384a9d0" Num="1" Type="0"/></Points></BackupMetaInfo></BackupMeta>"#;

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn first(keys: &str, inner: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><BackupMeta Version="36"><VmObjects><VmId><string>x</string></VmId></VmObjects><KeySets /><Vbm KeySetId="{keys}">{}</Vbm></BackupMeta>"#,
        escape(inner)
    )
}

fn parse(bytes: &[u8]) -> Result<Account, VbmError> {
    read(&mut { bytes }, Limits::default())
}

#[track_caller]
fn assert_error(bytes: &[u8], is_it: fn(&VbmError) -> bool) {
    let error = parse(bytes).expect_err("it says something");
    assert!(is_it(&error), "{error:?}");
}

#[test]
fn the_first_generation_is_read_through_its_escapes() {
    let account = parse(first("", FIRST).as_bytes()).unwrap();
    assert_eq!((account.job.as_str(), account.encrypted), ("Büro & Lager", false));
    assert_eq!(
        (account.storages.len(), account.points.len(), account.machines.len(), account.oibs.len()),
        (2, 2, 1, 2)
    );
    let full = &account.storages[&account.oibs[0].storage.unwrap()];
    assert_eq!(
        (full.file.as_str(), full.size, full.link),
        ("Büro & Lager2015-07-14T135429.vbk", Some(31_627_776), None)
    );
    let (one, two) = (&account.oibs[0], &account.oibs[1]);
    assert_eq!(
        (one.full, one.link, one.linked, one.corrupted, one.consistent),
        (Some(true), None, true, false, Some(true))
    );
    assert_eq!((two.full, two.link, two.corrupted, two.consistent), (Some(false), one.id, true, Some(false)));
    assert_eq!(account.machines[&one.machine.unwrap()], "Server 1");
    assert_eq!(account.points[&two.point.unwrap()].number, Some(3.0));
}

#[test]
fn the_second_generation_is_read_with_its_escaped_attributes() {
    let account = parse(SECOND.as_bytes()).unwrap();
    let storage = account.storages.values().next().unwrap();
    assert_eq!((storage.file.as_str(), storage.size), ("R&D2022-10-03T132735_1E50.vbk", Some(4711)));
    assert_eq!((account.oibs[0].name.as_str(), account.oibs[0].linked), ("dc01", false));
    let stats = SECOND
        .replace(r#" Stats="&lt;CBackupStats&gt;&lt;BackupSize&gt;4711&lt;/BackupSize&gt;&lt;/CBackupStats&gt;""#, "");
    assert_ne!(stats, SECOND);
    let forms = [
        "<Stats><CBackupStats><BackupSize>4712</BackupSize></CBackupStats></Stats>",
        "<Stats>&lt;CBackupStats&gt;&lt;BackupSize&gt;4712&lt;/BackupSize&gt;&lt;/CBackupStats&gt;</Stats>",
    ];
    for form in forms {
        let text = stats.replace("11:27:35\"/></Storages>", &format!("11:27:35\">{form}</Storage></Storages>"));
        let account = parse(text.as_bytes()).unwrap();
        assert_eq!(account.storages.values().next().unwrap().size, Some(4712), "{text}");
    }
}

#[test]
fn every_encoding_with_its_mark_is_read() {
    let text = first("", FIRST);
    let utf16: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let marked = [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat();
    for bytes in [utf16, marked] {
        assert_eq!(parse(&bytes).unwrap().job, "Büro & Lager");
    }
}

#[test]
fn wherever_it_is_cut_off_it_says_nothing() {
    for text in [first("", FIRST), SECOND.to_owned()] {
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            let error = parse(&text.as_bytes()[..end]).expect_err("a part says something");
            assert!(matches!(error, VbmError::Truncated), "{end} {error:?}: {}", &text[..end]);
        }
    }
}

#[test]
fn what_is_encrypted_is_said_to_be() {
    let key = "5dd74441-6839-44c3-af93-60ecf4f1414d";
    let is_it = |error: &VbmError| matches!(error, VbmError::Encrypted);
    assert_error(first(key, "b64FFEEaGVsbG8=").as_bytes(), is_it);
    assert_error(first(key, &"A".repeat(6 << 20)).as_bytes(), is_it);
    let state = SECOND.replace("EncryptionState=\"0\"", "EncryptionState=\"2\"");
    assert!(parse(state.as_bytes()).unwrap().encrypted, "what can be read is read");
    let (before, _) = state.split_once("<Oibs>").unwrap();
    assert_error(format!("{before}c2VjcmV0</BackupMetaInfo></BackupMeta>").as_bytes(), is_it);
    assert_error(format!("{before}{}</BackupMetaInfo></BackupMeta>", "A".repeat(6 << 20)).as_bytes(), is_it);
    assert!(parse(first("00000000-0000-0000-0000-000000000000", FIRST).as_bytes()).is_ok());
}

#[test]
fn what_is_of_neither_generation_is_not_guessed_at() {
    let is_it = |error: &VbmError| matches!(error, VbmError::Unknown);
    for text in
        ["<a/>", "<BackupMeta/>", "<html><body/></html>", "<BackupMeta><Backup/><BackupMetaInfo/></BackupMeta>", FIRST]
    {
        assert_error(text.as_bytes(), is_it);
    }
    assert_error(SECOND.replace("10/03/2022 11:27:35", "3. Oktober").as_bytes(), is_it);
    assert_error(SECOND.replace("Storages", "Files").as_bytes(), is_it);
    let is_no_xml = |error: &VbmError| matches!(error, VbmError::NotXml);
    for bytes in [&b"\0\0\0\0\0\0"[..], b"VBM\x01\x02", b"{\"BackupMeta\":1}", &[0xff; 100], b"   x"] {
        assert_error(bytes, is_no_xml);
    }
    assert_error(b"", |error| matches!(error, VbmError::Truncated));
}

#[test]
fn a_file_that_cannot_be_read_keeps_the_reason() {
    struct Sick(usize);
    impl Read for Sick {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let left = SECOND.as_bytes().get(self.0..600).filter(|left| !left.is_empty());
            let read = left.map(|mut left| left.read(into)).ok_or_else(|| io::Error::from_raw_os_error(5))??;
            self.0 += read;
            Ok(read)
        }
    }
    let error = read(&mut Sick(0), Limits::default()).expect_err("it says something");
    let source = error.source().expect("the reason").to_string();
    assert!(matches!(error, VbmError::Unreadable(_)) && source.contains("os error 5"), "{error:?}");
}
