//! The real logrotate rotates a log during a run, in every way it can.

use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::process::Command;

use super::*;

const LOGROTATE: &str = "/usr/sbin/logrotate";

/// A log in a directory of its own.
struct Fixture {
    directory: tempfile::TempDir,
    log: PathBuf,
    rotations: usize,
}

impl Fixture {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let log = directory.path().join("rsync.log");
        Self { directory, log, rotations: 0 }
    }

    fn with_older_runs() -> Self {
        let fixture = Self::new();
        for nth in 0..100 {
            fixture.write(&format!("an older run, line {nth}\n"));
        }
        fixture
    }

    fn write(&self, text: &str) {
        let mut file = OpenOptions::new().append(true).create(true).open(&self.log).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// One rotation with these directives.
    fn rotate(&mut self, directives: &str) {
        self.rotations += 1;
        // With the date alone, logrotate would skip a second rotation on the same day.
        let format = format!("dateformat -%Y%m%d-{}", self.rotations);
        let text = format!("{} {{\nrotate 9\n{}\n}}\n", self.log.display(), directives.replace(';', "\n"));
        let (config, state) = (self.directory.path().join("config"), self.directory.path().join("state"));
        fs::write(&config, text.replace("FORMAT", &format)).unwrap();
        fs::set_permissions(&config, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let mut command = Command::new(LOGROTATE);
        command.args(["--force", "--state"]).arg(state).arg(config);
        let output = command.output().expect("logrotate (tools/need test)");
        assert!(output.status.success(), "{directives}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn config(&self) -> Config {
        Config {
            log_file: self.directory.path().join("other.log"),
            rsync_log_file: self.log.clone(),
            ..Config::default()
        }
    }

    async fn begin(&self) -> LogPart {
        begin(&self.config()).await.remove(1)
    }

    async fn end(&self, part: LogPart) -> LogPart {
        end(vec![part], &self.config()).await.remove(0)
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.directory.path()).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|name| name.into_string().unwrap()).filter(|name| name.starts_with("rsync")).collect()
    }
}

fn text(part: &LogPart) -> (String, bool) {
    let part = Excerpt::of(part).unwrap().unwrap();
    let mut bytes = Vec::new();
    part.bytes(0..part.len()).unwrap().read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes.len() as u64, part.len());
    (String::from_utf8(bytes).unwrap(), part.lacks_begin)
}

/// The ways in which logrotate can rotate.
const WAYS: [&str; 12] = [
    "create",
    "nocreate",
    "copytruncate",
    "create;compress",
    "create;compress;delaycompress",
    "copytruncate;compress",
    "copytruncate;compress;delaycompress",
    "create;dateext;FORMAT",
    "create;dateext;FORMAT;compress",
    "copytruncate;dateext;FORMAT;compress;delaycompress",
    "create;extension .log;compress",
    "create;extension .log;dateext;FORMAT",
];

async fn assert_whole_part(mut fixture: Fixture, way: &str, rotations: usize) {
    let begun = fixture.begin().await;
    let mut written = String::new();
    for nth in 0..=rotations {
        let lines = format!("this run, part {nth}\nits second line {nth}\n");
        fixture.write(&lines);
        written += &lines;
        if nth < rotations {
            fixture.rotate(way);
        }
    }
    let ended = fixture.end(begun).await;
    let names = fixture.names();
    assert_eq!(text(&ended), (written.clone(), false), "{way}: {names:?}");
    fixture.write("a later run\n");
    assert_eq!(text(&ended), (written.clone(), false), "{way}, and a later run: {names:?}");
    fixture.rotate(way);
    fixture.write("a still later run\n");
    assert_eq!(text(&ended), (written, false), "{way}, and a rotation after: {names:?}");
}

#[tokio::test]
async fn a_log_rotated_in_any_way_yields_the_runs_part() {
    for way in WAYS {
        for rotations in 0..=3 {
            assert_whole_part(Fixture::with_older_runs(), way, rotations).await;
        }
    }
}

#[tokio::test]
async fn a_log_empty_at_the_start_yields_the_runs_part() {
    for way in WAYS {
        for rotations in 0..=2 {
            assert_whole_part(Fixture::new(), way, rotations).await;
            let mut fixture = Fixture::with_older_runs();
            fixture.rotate(way);
            fixture.write("the last run but one\n");
            fixture.rotate(way);
            assert_whole_part(fixture, way, rotations).await;
        }
    }
}

#[tokio::test]
async fn a_run_that_logged_nothing_has_an_empty_part() {
    for way in WAYS {
        let mut fixture = Fixture::with_older_runs();
        let begun = fixture.begin().await;
        fixture.rotate(way);
        let ended = fixture.end(begun).await;
        assert_eq!(text(&ended), (String::new(), false), "{way}");
        fixture.write("a later run\n");
        assert_eq!(text(&ended), (String::new(), false), "{way}");
    }
}

#[tokio::test]
async fn a_deleted_beginning_is_reported_as_missing() {
    for way in ["create", "copytruncate"] {
        let mut fixture = Fixture::with_older_runs();
        let begun = fixture.begin().await;
        fixture.write("the beginning\n");
        fixture.rotate(way);
        let rotated = fixture.log.with_extension("log.1");
        fs::remove_file(rotated).unwrap();
        fixture.write("the end\n");
        let ended = fixture.end(begun).await;
        assert_eq!(text(&ended), ("the end\n".to_owned(), true), "{way}");
    }
}

#[tokio::test]
async fn a_log_compressed_while_rsync_writes_may_lack_its_end() {
    for (way, lacks) in [("create;compress", true), ("create;compress;delaycompress", false), ("copytruncate", false)] {
        let mut fixture = Fixture::with_older_runs();
        let begun = fixture.begin().await;
        let mut rsync = OpenOptions::new().append(true).open(&fixture.log).unwrap();
        rsync.write_all(b"before\n").unwrap();
        fixture.rotate(way);
        rsync.write_all(b"after\n").unwrap();
        let ended = fixture.end(begun).await;
        assert_eq!(ended.may_lack_end, lacks, "{way}");
        let whole = if lacks { "before\n" } else { "before\nafter\n" };
        assert_eq!(text(&ended).0, whole, "{way}");
    }
}

#[tokio::test]
async fn a_log_moved_by_config_ini_during_a_run_may_lack_its_end() {
    let fixture = Fixture::with_older_runs();
    let general = begin(&Config { log_file: fixture.log.clone(), ..fixture.config() }).await.remove(0);
    fixture.write("before\n");
    let ended = end(vec![general], &fixture.config()).await.remove(0);
    assert!(ended.may_lack_end);
    assert_eq!(text(&ended).0, "before\n");
}

#[tokio::test]
async fn files_that_only_resemble_rotated_logs_are_ignored() {
    let mut fixture = Fixture::with_older_runs();
    fixture.rotate("create");
    let begun = fixture.begin().await;
    fixture.write("this run\n");
    for name in ["rsync.log.bak", "rsync.log-notes", "rsync.logs.1", "rsync.log.", "xrsync.log.1"] {
        fs::write(fixture.directory.path().join(name), "somebody's\n").unwrap();
    }
    let secret = fixture.directory.path().join("secret");
    fs::write(&secret, "of another file\n").unwrap();
    fs::hard_link(&secret, fixture.directory.path().join("rsync.log.0")).unwrap();
    std::os::unix::fs::symlink(&secret, fixture.directory.path().join("rsync.log.00")).unwrap();
    fs::create_dir(fixture.directory.path().join("rsync.log.7")).unwrap();
    let ended = fixture.end(begun).await;
    assert_eq!(text(&ended), ("this run\n".to_owned(), false));
}

#[tokio::test]
async fn a_damaged_compressed_log_is_an_error() {
    let mut fixture = Fixture::with_older_runs();
    let begun = fixture.begin().await;
    let noise: String = (0..60_000).map(|_| fastrand::alphanumeric()).collect();
    fixture.write(&noise);
    fixture.rotate("create;compress");
    let packed = fixture.directory.path().join("rsync.log.1.gz");
    let length = packed.metadata().unwrap().len();
    OpenOptions::new().write(true).open(packed).unwrap().set_len(length / 2).unwrap();
    let ended = fixture.end(begun).await;
    assert!(Excerpt::of(&ended).is_err());
}
