use super::*;

fn line(rsync: &Rsync<'_>, purpose: Purpose) -> String {
    let words: Vec<String> = rsync.arguments(purpose).iter().map(|word| word.to_string_lossy().into_owned()).collect();
    words.join(" ")
}

fn full() -> Rsync<'static> {
    Rsync {
        source: Path::new("/srv/veeam"),
        file_system: FileSystem::Full,
        fine_times: true,
        hidden: vec![],
        at_top: false,
        excludes: None,
        skip_list: None,
        log_file: Some(Path::new("/var/log/asbackup/rsync.log")),
    }
}

const COPY: Purpose = Purpose::Copy { deletions: Deletions::Last { removals: 3 }, partial: PartialPolicy::Keep };

#[test]
fn a_complete_copy() {
    assert_eq!(
        line(&full(), COPY),
        "-aHAXS --numeric-ids --filter=-x system.* --filter=-x trusted.SGI_ACL_* --modify-window=-1 --filter=H .asbackup-partial/ --filter=R .asbackup-partial/ --filter=H .asbackup-names/ --filter=R .asbackup-names/ --no-inc-recursive --partial-dir=.asbackup-partial --delete-delay --max-delete=13 \
         --no-human-readable --outbuf=L --info=progress2,stats2 --out-format=%i|%l|%n \
         --log-file=/var/log/asbackup/rsync.log -- /srv/veeam/ ./"
    );
}

#[test]
fn a_copy_that_resumes_compares_partial_files() {
    let resumed =
        line(&full(), Purpose::Copy { deletions: Deletions::Last { removals: 3 }, partial: PartialPolicy::Resume });
    let partial = "--partial-dir=.asbackup-partial";
    assert_eq!(resumed, line(&full(), COPY).replace(partial, &format!("{partial} --no-whole-file")));
}

#[test]
fn a_small_copy_keeps_no_partial_file() {
    let dropped =
        line(&full(), Purpose::Copy { deletions: Deletions::Last { removals: 3 }, partial: PartialPolicy::Discard });
    assert_eq!(dropped, line(&full(), COPY).replace(" --partial-dir=.asbackup-partial", ""));
}

#[test]
fn a_dry_run() {
    assert_eq!(
        line(&full(), Purpose::DryRun),
        "-aHAXS --numeric-ids --filter=-x system.* --filter=-x trusted.SGI_ACL_* --modify-window=-1 --filter=H .asbackup-partial/ --filter=R .asbackup-partial/ --filter=H .asbackup-names/ --filter=R .asbackup-names/ --no-inc-recursive --delete-delay --dry-run \
         --no-human-readable --outbuf=L --info=stats2 --out-format=%i|%l|%n -- /srv/veeam/ ./"
    );
}

#[test]
fn a_copy_that_deletes_first() {
    assert_eq!(
        line(&full(), Purpose::Copy { deletions: Deletions::First { removals: 0 }, partial: PartialPolicy::Keep }),
        "-aHAXS --numeric-ids --filter=-x system.* --filter=-x trusted.SGI_ACL_* --modify-window=-1 --filter=H .asbackup-partial/ --filter=R .asbackup-partial/ --filter=H .asbackup-names/ --filter=R .asbackup-names/ --no-inc-recursive --partial-dir=.asbackup-partial --delete-before --max-delete=10 \
         --no-human-readable --outbuf=L --info=progress2,stats2 --out-format=%i|%l|%n \
         --log-file=/var/log/asbackup/rsync.log -- /srv/veeam/ ./"
    );
}

#[test]
fn a_file_system_with_whole_seconds_is_compared_by_them() {
    let rsync = Rsync { fine_times: false, ..full() };
    assert_eq!(
        line(&rsync, Purpose::DryRun),
        "-aHAXS --numeric-ids --filter=-x system.* --filter=-x trusted.SGI_ACL_* --filter=H .asbackup-partial/ --filter=R .asbackup-partial/ --filter=H .asbackup-names/ --filter=R .asbackup-names/ --no-inc-recursive --delete-delay --dry-run \
         --no-human-readable --outbuf=L --info=stats2 --out-format=%i|%l|%n -- /srv/veeam/ ./"
    );
}

#[test]
fn a_plain_file_system_gets_contents_and_names_only() {
    let rsync = Rsync { file_system: FileSystem::Plain { max_file: 1 }, log_file: None, ..full() };
    let common = "--no-human-readable --outbuf=L";
    assert_eq!(
        line(&rsync, COPY),
        format!(
            "-rt --modify-window=1 --filter=H .asbackup-partial/ --filter=R .asbackup-partial/ --filter=H .asbackup-names/ --filter=R .asbackup-names/ --no-inc-recursive --partial-dir=.asbackup-partial --delete-delay --max-delete=13 {common} \
             --info=progress2,stats2 --out-format=%i|%l|%n -- /srv/veeam/ ./"
        )
    );
    assert_eq!(
        line(&rsync, Purpose::DryRun),
        format!(
            "-rt --modify-window=1 --filter=H .asbackup-partial/ --filter=R .asbackup-partial/ --filter=H .asbackup-names/ --filter=R .asbackup-names/ --no-inc-recursive --delete-delay --dry-run {common} \
             --info=stats2 --out-format=%i|%l|%n -- /srv/veeam/ ./"
        )
    );
    assert_eq!(
        line(&rsync, Purpose::Survey),
        format!(
            "-aHAXS --numeric-ids --filter=-x system.* --filter=-x trusted.SGI_ACL_* --modify-window=-1 --filter=H .asbackup-partial/ --filter=R .asbackup-partial/ --filter=H .asbackup-names/ --filter=R .asbackup-names/ --no-inc-recursive --dry-run {common} \
             --info=stats2 --out-format=%i|%l|%n -- /srv/veeam/ ./"
        )
    );
}

#[test]
fn dry_run_and_copy_have_the_same_filters() {
    let hidden = vec![Path::new(".asbackup.lock"), Path::new("lo*cks/a[b]/copy.lock")];
    let rsync = Rsync {
        source: Path::new("/"),
        hidden,
        at_top: true,
        excludes: Some(Path::new("/etc/asbackup/rsync_excludes")),
        skip_list: Some(Path::new("/run/asbackup/skip_list.list")),
        log_file: None,
        ..full()
    };
    let filters = "--exclude=/.asbackup.lock --exclude=/lo\\*cks/a\\[b]/copy.lock --filter=P /lo\\*cks/a\\[b]/ \
                   --filter=P /lo\\*cks/ --exclude=/lost+found --exclude=/System Volume Information \
                   --exclude=/$RECYCLE.BIN --exclude=/.Trash-* --exclude-from=/run/asbackup/skip_list.list \
                   --exclude-from=/etc/asbackup/rsync_excludes";
    for purpose in [Purpose::DryRun, COPY] {
        let line = line(&rsync, purpose);
        assert!(line.contains(filters), "{line}");
        assert!(line.ends_with(" -- / ./"), "{line}");
    }
}

/// rsync itself says what a pattern means.
#[test]
fn a_pattern_matches_its_path_and_no_other() {
    const NAMES: [&str; 9] = ["a", "*", "a?", "[a]", "a\\b", "a\\*", "\\", "a\\\\b", "#a b;"];
    let top = tempfile::tempdir().unwrap();
    for name in NAMES {
        std::fs::write(top.path().join(name), "").unwrap();
    }
    for name in NAMES {
        let mut rsync = std::process::Command::new("rsync");
        rsync.arg("--list-only").arg("-r").arg(option("--exclude=", Path::new(&pattern(Path::new(name)))));
        let output = rsync.arg(with_slash(top.path())).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let listed: Vec<&str> = text.lines().filter_map(|line| line.get(46..)).filter(|name| *name != ".").collect();
        let mut wanted: Vec<&str> = NAMES.into_iter().filter(|other| *other != name).collect();
        wanted.sort_unstable();
        assert_eq!(listed, wanted, "{name}: {text}");
    }
}
