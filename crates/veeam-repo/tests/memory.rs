//! 200 MB of metadata, of good ones and of all kinds made to hurt: read in bounded time and memory. One test in a process of its own, since what is
//! measured is the process.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use asbackup_veeam_repo::{Contents, Entry, Limits, Repository, read};

const SIZE: usize = 200 << 20;
/// The largest piece, twice while its buffer grows, and a few thousand records.
const MOST: u64 = 24 << 20;
/// As many records as `Limits` allows.
const MOST_KEPT: u64 = 128 << 20;
/// Of a build without optimizations, on a machine that has other things to do.
const LONGEST: Duration = Duration::from_secs(60);

/// A beginning, something over and over until there is enough of it, and an end.
struct Endless<'a> {
    parts: [&'a [u8]; 3],
    part: usize,
    at: usize,
    left: usize,
}

impl<'a> Endless<'a> {
    fn new(beginning: &'a str, over: &'a str, end: &'a str) -> Self {
        let left = SIZE / over.len();
        Self { parts: [beginning.as_bytes(), over.as_bytes(), end.as_bytes()], part: 0, at: 0, left }
    }
}

impl Read for Endless<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut done = 0;
        while done < into.len() && self.part < 3 {
            let rest = &self.parts[self.part][self.at..];
            let size = rest.len().min(into.len() - done);
            into[done..done + size].copy_from_slice(&rest[..size]);
            (done, self.at) = (done + size, self.at + size);
            if self.at == self.parts[self.part].len() {
                self.at = 0;
                self.left = self.left.saturating_sub(usize::from(self.part == 1));
                self.part += usize::from(self.part != 1 || self.left == 0);
            }
        }
        Ok(done)
    }
}

/// Bytes of `/proc/self/status`.
fn status(field: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/status").expect("the status");
    let line = text.lines().find_map(|line| line.strip_prefix(field)).expect("the field");
    line.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<u64>().expect("a number") << 10
}

/// What was read, how long it took, and how much memory more than before it took at most.
fn measured(beginning: &str, over: &str, end: &str) -> (Repository, Duration, u64) {
    let entries = [Entry { path: "a/x.vbm".into(), size: SIZE as u64, modified: SystemTime::UNIX_EPOCH }];
    fs::write("/proc/self/clear_refs", "5").expect("a mark that can be set back");
    let (before, started) = (status("VmRSS"), Instant::now());
    let open = |_: &Path| Ok::<_, io::Error>(Endless::new(beginning, over, end));
    let repository = read(&entries, open, Limits::default());
    (repository, started.elapsed(), status("VmHWM").saturating_sub(before))
}

#[track_caller]
fn assert_bounded(what: &str, beginning: &str, over: &str, end: &str) -> Repository {
    let (repository, took, memory) = measured(beginning, over, end);
    println!("{what}: {took:?}, {} KiB", memory >> 10);
    let most = if what == "records" { MOST_KEPT } else { MOST };
    assert!(memory < most, "{what}: {} MiB", memory >> 20);
    assert!(took < LONGEST, "{what}: {took:?}");
    repository
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const BACKUP: &str = r#"<BackupMeta><Backup Id="11111111-d2d2-4a3e-9ab5-853bc4743d2b" JobName="N" EncryptionState="0"/><BackupMetaInfo><Storages><Storage Id="31111111-d2d2-4a3e-9ab5-853bc4743d2b" FilePath="a.vbk" CreationTimeUtc="11/03/2026 21:00:00"/></Storages><Oibs>"#;
const POINT: &str = r#" StorageId="31111111-d2d2-4a3e-9ab5-853bc4743d2b" ObjectId="51111111-d2d2-4a3e-9ab5-853bc4743d2b" DisplayName="dc01" CreationTimeUtc="11/03/2026 21:00:00">"#;
const END: &str = "</Oibs></BackupMetaInfo></BackupMeta>";

#[test]
fn two_hundred_megabytes_take_bounded_time_and_memory() {
    let aux = format!("<AuxData>{}</AuxData>", "<disk name=\"a &amp; b\"><x/></disk>".repeat(300));
    let good = assert_bounded("good, second", BACKUP, &format!("<OIB{POINT}{aux}</OIB>"), END);
    let Contents::Machines(machines) = &good.backups[0].contents else { panic!("{:?}", good.unread) };
    assert!(machines[0].points.len() > 10_000, "{}", machines[0].points.len());

    let vbm = escape(r#"<Vbm Id="" JobName="N"><Storages/><VmPoints>"#);
    let pnt = escape(&format!("<Pnt VmId=\"\" CreationTime=\"11/03/2026 21:00:00\">{aux}</Pnt>"));
    let end = format!("{}</Vbm></BackupMeta>", escape("</VmPoints></Vbm>"));
    let good = assert_bounded("good, first", &format!("<BackupMeta><Vbm KeySetId=\"\">{vbm}"), &pnt, &end);
    assert!(good.unread.is_empty(), "{:?}", good.unread);

    let hostile = [
        ("an attribute", "<BackupMeta a=\"", "x", "\"/>"),
        ("attributes", "<BackupMeta", " a=\"\"", "/>"),
        ("a text", BACKUP, "x", END),
        ("a comment", "<BackupMeta><!--", "x", "-->"),
        ("a document type", "<!DOCTYPE a [", "<!ENTITY a \"x\">", "]><BackupMeta/>"),
        ("an instruction", "<?x ", "x", "?><BackupMeta/>"),
        ("elements in each other", "<BackupMeta>", "<a>", ""),
        ("records", BACKUP, "<OIB/>", END),
        ("spaces", " ", " ", "<BackupMeta/>"),
        ("a reference", "<BackupMeta>&", "x", ";</BackupMeta>"),
        ("zeros", "", "\0", ""),
        ("an escaped attribute", "<BackupMeta><Vbm KeySetId=\"\">&lt;Vbm a=&quot;", "x&amp;", "\"/></Vbm>"),
        ("escaped elements", "<BackupMeta><Vbm KeySetId=\"\">", "&lt;Vbm&gt;", "</Vbm>"),
        ("text of a size", &BACKUP.replace("\"/></Storages><Oibs>", "\"><Stats>"), "1<a/>", "</Stats>"),
    ];
    for (what, beginning, over, end) in hostile {
        let repository = assert_bounded(what, beginning, over, end);
        assert_eq!((repository.backups.len(), repository.unread.len()), (0, 1), "{what}");
    }
}
