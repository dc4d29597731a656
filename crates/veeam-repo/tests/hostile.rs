//! Metadata files made to hurt, and what chance makes of good ones: reading them does not panic and says what is wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

use asbackup_veeam_repo::{ChainName, Entry, FileKind, Limit, Limits, Repository, Signatures, VbmError, read};
use proptest::prelude::*;

fn of(bytes: &[u8]) -> Repository {
    let entries = [Entry { path: "a/x.vbm".into(), size: 1, modified: SystemTime::UNIX_EPOCH }];
    read(&entries, |_: &Path| Ok::<_, io::Error>(bytes), Limits::default())
}

fn error(bytes: &[u8]) -> VbmError {
    of(bytes).unread.pop().expect("it says something").error
}

const GOOD: &str = r#"<BackupMeta><Backup Id="11111111-d2d2-4a3e-9ab5-853bc4743d2b" JobName="N&#252; &amp; x" EncryptionState="0"/><BackupMetaInfo><Oibs><OIB Id="21111111-d2d2-4a3e-9ab5-853bc4743d2b" StorageId="31111111-d2d2-4a3e-9ab5-853bc4743d2b" PointId="41111111-d2d2-4a3e-9ab5-853bc4743d2b" ObjectId="51111111-d2d2-4a3e-9ab5-853bc4743d2b" DisplayName="dc01" CreationTimeUtc="11/03/2026 21:00:00" LinkId=""/></Oibs><Storages><Storage Id="31111111-d2d2-4a3e-9ab5-853bc4743d2b" FilePath="a.vbk" CreationTimeUtc="11/03/2026 21:00:00" Stats="&lt;CBackupStats&gt;&lt;BackupSize&gt;7&lt;/BackupSize&gt;&lt;/CBackupStats&gt;"/></Storages><Points><Point Id="41111111-d2d2-4a3e-9ab5-853bc4743d2b" Num="1"/></Points></BackupMetaInfo></BackupMeta>"#;

fn first() -> String {
    let inner =
        GOOD.replace("BackupMetaInfo>", "Ignored>").replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(r#"<BackupMeta><Vbm KeySetId="">{inner}</Vbm></BackupMeta>"#)
}

#[test]
fn entities_are_never_expanded_and_a_document_type_is_refused() {
    let bomb = "<!DOCTYPE b [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let outside = r#"<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]>"#;
    for text in [
        format!("{bomb}{GOOD}"),
        format!("{outside}{GOOD}"),
        GOOD.replace("dc01", "&a;"),
        first().replace("N&amp;", "&a;"),
    ] {
        let error = error(text.as_bytes());
        assert!(matches!(error, VbmError::Malformed(_)), "{error:?}: {text}");
    }
    let within = GOOD.replace("<Oibs>", "<Oibs><!DOCTYPE b [<!ENTITY a \"a\">]>");
    assert!(matches!(error(within.as_bytes()), VbmError::Malformed(_)));
}

#[test]
fn whatever_has_a_bound_is_named_when_it_is_passed() {
    let deep = format!("{}{}", "<a>".repeat(100), "</a>".repeat(100));
    let cases = [
        (GOOD.replace("<Oibs>", &format!("<Oibs>{deep}")), Limit::Depth),
        (GOOD.replace("dc01", &"x".repeat(5 << 20)), Limit::Piece),
        (GOOD.replace("<Oibs>", &format!("<Oibs><!--{}-->", "x".repeat(5 << 20))), Limit::Piece),
        (GOOD.replace("<Oibs>", &format!("<Oibs>{}", "x".repeat(5 << 20))), Limit::Piece),
        (GOOD.replace("<Oibs>", &format!("<Oibs>{}", "<OIB/>".repeat(500_001))), Limit::Records),
        (
            GOOD.replace(
                "<Oibs>",
                &format!("<Oibs>{}", format!("<OIB DisplayName=\"{}\"/>", "x".repeat(1 << 20)).repeat(40)),
            ),
            Limit::Names,
        ),
    ];
    for (text, limit) in cases {
        let error = error(text.as_bytes());
        assert!(matches!(error, VbmError::TooMuch(passed) if passed == limit), "{limit:?}: {error:?}");
    }
}

#[test]
fn many_files_share_the_bounds_of_one() {
    let path = |number: usize| format!("{number}/x.vbm").into();
    let entries: Vec<_> =
        (0..10).map(|number| Entry { path: path(number), size: 1, modified: SystemTime::UNIX_EPOCH }).collect();
    let limits = Limits { records: 20, ..Limits::default() };
    let repository = read(&entries, |_: &Path| Ok::<_, io::Error>(GOOD.as_bytes()), limits);
    assert!(repository.unread.len() >= 3, "{:?}", repository.unread);
    assert!(repository.unread.iter().all(|unread| matches!(unread.error, VbmError::TooMuch(Limit::Records))));
}

#[test]
fn a_tag_of_very_many_attributes_takes_no_longer_than_its_bytes() {
    let attributes: String = (0..250_000).map(|number| format!(" a{number}=\"\"")).collect();
    let text = GOOD.replace("<Oibs>", &format!("<Oibs><OIB{attributes}/>"));
    let started = std::time::Instant::now();
    of(text.as_bytes());
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

/// Gives out what it has in pieces of a few bytes.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let size = self.1.min(into.len());
        self.0.read(&mut into[..size])
    }
}

/// Something of a good file, with a few bytes changed, cut out or put in.
fn mangled() -> impl Strategy<Value = Vec<u8>> {
    let good = prop_oneof![Just(GOOD.as_bytes().to_vec()), Just(first().into_bytes()), Just(utf16(GOOD))];
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..8),
        prop::sample::select(vec![
            "<",
            ">",
            "&",
            "&#0;",
            "&#x110000;",
            "<!",
            "<![CDATA[",
            "]]>",
            "\"",
            "<?",
            "</",
            "&lt;",
            "LinkId=\"\""
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    let change = (any::<prop::sample::Index>(), 0..40_usize, piece);
    (good, prop::collection::vec(change, 1..6)).prop_map(|(mut bytes, changes)| {
        for (at, length, piece) in changes {
            let start = at.index(bytes.len() + 1);
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, piece);
        }
        bytes
    })
}

fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_in_the_file_it_is_read_or_refused(bytes in mangled(), size in 1..50_usize) {
        let whole = of(&bytes);
        let entries = [Entry { path: "a/x.vbm".into(), size: 1, modified: SystemTime::UNIX_EPOCH }];
        let slow = read(&entries, |_: &Path| Ok::<_, io::Error>(Pieces(&bytes, size)), Limits::default());
        prop_assert_eq!(whole.backups, slow.backups, "it matters how the bytes come");
    }

    #[test]
    fn bytes_of_no_form_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        of(&bytes);
    }

    #[test]
    fn whatever_files_are_called_they_are_listed(
        names in prop::collection::vec("[A-Z\u{e4}. _/-]{0,5}D?(2026-1[0-9]-0[0-9]T2[0-9]0000)?(_[0-9A-F]{0,5})?\\.(vbk|vib|vrb|vbm|vstore|vblob|vab|tmp|x)", 0..20),
        size in 0..3_u64,
    ) {
        let entry = |name: &String| Entry { path: name.into(), size, modified: SystemTime::UNIX_EPOCH };
        let entries: Vec<_> = names.iter().map(entry).collect();
        let repository = read(&entries, |_: &Path| Ok::<_, io::Error>(GOOD.as_bytes()), Limits::default());
        prop_assert!(repository.backups.len() + repository.unread.len() <= 3 * names.len());
        for name in &names {
            prop_assert_eq!(ChainName::parse(name).is_some_and(|told| !told.kind.is_link()), false);
        }
    }

    #[test]
    fn whatever_a_file_begins_with_it_is_judged(samples in prop::collection::vec(prop::collection::vec(0..4_u8, 0..80), 0..20)) {
        let mut signatures = Signatures::default();
        for (number, sample) in samples.iter().enumerate() {
            signatures.judge(FileKind::Full, sample);
            signatures.learn(FileKind::Full, &number.to_string(), sample);
        }
    }
}
