use std::collections::HashMap;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;

/// The disk before a copy: paths and lengths. The source has the directories in `directories`.
#[derive(Default)]
struct Disk {
    files: HashMap<PathBuf, u64>,
    directories: Vec<PathBuf>,
}

impl TreeInfo for Disk {
    fn size_of_new(&self, _: &Path, length: u64) -> u64 {
        length
    }
    fn old(&self, path: &Path) -> OldFile {
        let length = self.files.get(path).copied();
        OldFile { room: length.unwrap_or_default(), length: length.unwrap_or_default(), is_file: length.is_some() }
    }
    fn is_source_directory(&self, path: &Path) -> bool {
        self.directories.iter().any(|directory| directory == path)
    }
    fn is_in_source(&self, _: &Path) -> bool {
        false
    }
    fn former(&self, _: &Path) -> Option<(PathBuf, OldFile)> {
        None
    }
}

type Files = HashMap<String, u64>;

/// Names of one directory, each with its length.
fn files(names: &[(&str, u64)]) -> Files {
    names.iter().map(|(name, length)| ((*name).to_owned(), *length)).collect()
}

/// What rsync would print for a copy from `source` over `disk`; everything is in the directory `d`, which is on both
/// sides.
fn loss(source: &Files, disk: &Files) -> Loss {
    let path = |name: &String| PathBuf::from(format!("d/{name}"));
    let trees = Disk { files: disk.iter().map(|(name, length)| (path(name), *length)).collect(), ..Disk::default() };
    let mut lines = Vec::new();
    for (name, length) in source {
        match disk.get(name) {
            None => lines.push(format!(">f+++++++++|{length}|d/{name}")),
            Some(old) if old != length => lines.push(format!(">f.st......|{length}|d/{name}")),
            Some(_) => {}
        }
    }
    lines.extend(disk.keys().filter(|name| !source.contains_key(*name)).map(|name| format!("*deleting  |0|d/{name}")));
    let created = source.keys().filter(|name| !disk.contains_key(*name)).count();
    lines.push(format!("Number of files: {} (reg: {}, dir: 2)", source.len() + 2, source.len()));
    lines.push(format!("Number of created files: {created} (reg: {created})"));
    lines.push(format!("Total file size: {} bytes", source.values().sum::<u64>()));
    let mut loss = Loss::default();
    lines.iter().for_each(|line| loss.add(&OutputLine::parse(line.as_bytes()), &trees));
    loss
}

fn limits(files: u8, bytes: u8) -> LossLimits {
    LossLimits { disk: DiskId::new("A"), budget: Budget { files, bytes }, first: false, agreed: None }
}

/// The fault's name, or none.
fn judged(source: &Files, disk: &Files, files: u8, bytes: u8) -> &'static str {
    let verdict = loss(source, disk).judge(&limits(files, bytes), &HeaderComparison::default());
    verdict.err().map(|fault| fault.name()).unwrap_or_default()
}

fn many(prefix: &str, count: u64, length: u64) -> Files {
    (0..count).map(|number| (format!("{prefix}{number}.vib"), length)).collect()
}

#[test]
fn a_full_turnover_is_no_loss() {
    assert_eq!(judged(&many("new", 30, 9_000_000_000), &many("old", 30, 10_000_000_000), 0, 10), "");
    assert_eq!(judged(&many("new", 3, 10_000_000_000), &many("old", 30, 10_000_000_000), 89, 100), "TooManyDeletions");
    assert_eq!(judged(&many("new", 3, 10_000_000_000), &many("old", 30, 10_000_000_000), 90, 90), "");
    assert_eq!(judged(&many("new", 30, 1_000_000_000), &many("old", 30, 10_000_000_000), 0, 89), "TooManyDeletions");
}

#[test]
fn emptied_files_and_nearly_emptied_ones_count_as_lost() {
    let disk = many("f", 20, 5_000);
    for left in [0, 499] {
        assert_eq!(
            judged(&many("f", 20, left), &disk, 99, 100),
            if left == 0 { "NothingInCommon" } else { "TooManyDeletions" }
        );
    }
    assert_eq!(judged(&many("f", 20, 500), &disk, 0, 0), "");
    let mut source = many("f", 20, 0);
    source.insert("kept.vbk".into(), 1);
    let mut disk = disk;
    disk.insert("kept.vbk".into(), 1);
    assert_eq!(judged(&source, &disk, 95, 100), "TooManyDeletions");
    assert_eq!(judged(&source, &disk, 96, 100), "");
}

/// rsync prints only what takes such a file's place.
#[test]
fn files_replaced_by_links_and_directories_are_lost() {
    let disk = Disk { files: (0..30).map(|number| (format!("d/{number}").into(), 5_000)).collect(), ..Disk::default() };
    let judged = |itemized: &str, slash: &str, files: u8| {
        let mut loss = Loss::default();
        let lines = (0..30).map(|number| format!("{itemized}|9|d/{number}{slash}"));
        let counts = ["Number of files: 33 (reg: 1, dir: 2, link: 30)", "Number of created files: 30 (link: 30)"];
        let sums = counts.map(str::to_owned).into_iter().chain(["Total file size: 1 bytes".to_owned()]);
        lines.chain(sums).for_each(|line| loss.add(&OutputLine::parse(line.as_bytes()), &disk));
        loss.judge(&limits(files, 100), &HeaderComparison::default())
            .err()
            .map(|fault| fault.name())
            .unwrap_or_default()
    };
    assert_eq!(judged("cL+++++++++", "", 96), "TooManyDeletions");
    assert_eq!(judged("cL+++++++++", "", 97), "");
    assert_eq!(judged("cd+++++++++", "/", 96), "TooManyDeletions");
    assert_eq!(judged("cS+++++++++", "", 96), "TooManyDeletions");
    assert_eq!(judged(".L..t......", "", 0), "");
}

#[test]
fn files_that_become_hard_links_to_a_small_one_are_lost() {
    let disk = Disk { files: (0..30).map(|number| (format!("d/{number}").into(), 5_000)).collect(), ..Disk::default() };
    let judged = |length: u64| {
        let mut loss = Loss::default();
        let lines = (0..30).map(|number| format!("hf.st......|{length}|d/{number}"));
        let counts =
            ["Number of files: 33 (reg: 31, dir: 2)", "Number of created files: 0", "Total file size: 9 bytes"];
        lines.chain(counts.map(str::to_owned)).for_each(|line| loss.add(&OutputLine::parse(line.as_bytes()), &disk));
        loss.judge(&limits(90, 100), &HeaderComparison::default()).err().map(|fault| fault.name()).unwrap_or_default()
    };
    assert_eq!((judged(4), judged(5_000), judged(6_000)), ("TooManyDeletions", "", ""));
}

#[test]
fn empty_new_files_compensate_nothing() {
    let mut source = many("new", 20, 0);
    source.insert("kept.vbk".into(), 1);
    let mut disk = many("old", 20, 100);
    disk.insert("kept.vbk".into(), 1);
    assert_eq!(judged(&source, &disk, 50, 100), "TooManyDeletions");
}

#[test]
fn a_small_loss_is_always_allowed() {
    let mut disk = many("old", 10, 10_000_000);
    disk.insert("kept.vbk".into(), 1);
    assert_eq!(judged(&files(&[("kept.vbk", 1)]), &disk, 0, 0), "");
    disk.insert("one more.vbk".into(), 1);
    assert_eq!(judged(&files(&[("kept.vbk", 1)]), &disk, 0, 100), "TooManyDeletions");
    assert_eq!(judged(&files(&[("kept.vbk", 1)]), &disk, 100, 0), "TooManyDeletions");
}

/// A repository of a few huge files: ten of them can be nearly all of it.
#[test]
fn lost_bytes_are_measured_against_what_was_there() {
    let kept = files(&[("kept.vbk", 100_000_000)]);
    let disk = files(&[("kept.vbk", 100_000_000), ("old.vbk", 300_000_000)]);
    assert_eq!(judged(&kept, &disk, 0, 75), "");
    assert_eq!(judged(&kept, &disk, 0, 74), "TooManyDeletions");
    let shorter = files(&[("kept.vbk", 100_000_000), ("old.vbk", 100_000_000)]);
    assert_eq!(judged(&shorter, &disk, 0, 50), "");
    assert_eq!(judged(&shorter, &disk, 0, 49), "TooManyDeletions");
}

#[test]
fn another_repository_is_refused_at_any_size() {
    let lines = |lines: &[&str]| {
        let mut loss = Loss::default();
        lines.iter().for_each(|line| loss.add(&OutputLine::parse(line.as_bytes()), &Disk::default()));
        loss.judge(&limits(100, 100), &HeaderComparison::default()).err().map(|fault| fault.name())
    };
    let top = "Number of files: 2 (reg: 1, dir: 1)";
    let deleted = "*deleting  |0|old.vbk";
    let swapped =
        [">f+++++++++|9|new.vbk", deleted, top, "Number of created files: 1 (reg: 1)", "Total file size: 9 bytes"];
    assert_eq!(lines(&swapped), Some("NothingInCommon"));
    let stays = [deleted, top, "Number of created files: 0", "Total file size: 9 bytes"];
    assert_eq!(lines(&stays), None);
    let first = [">f+++++++++|9|new.vbk", top, "Number of created files: 1 (reg: 1)", "Total file size: 9 bytes"];
    assert_eq!(lines(&first), None);
    let half = [
        ">f+++++++++|9|new.vbk",
        "*deleting  |0|.asbackup-partial/new.vbk",
        top,
        "Number of created files: 1 (reg: 1)",
    ];
    assert_eq!(lines(&half), None);
    let directory = [
        ">f+++++++++|9|d/new.vbk",
        "*deleting  |0|d/old.vbk",
        "Number of files: 3 (reg: 1, dir: 2)",
        "Number of created files: 1 (reg: 1)",
        "Total file size: 9 bytes",
    ];
    assert_eq!(lines(&directory), None);
    let locked = [
        ">f+++++++++|9|d/7a.locked",
        "*deleting  |0|d/old.vbk",
        "Number of files: 3 (reg: 1, dir: 2)",
        "Number of created files: 1 (reg: 1)",
        "Total file size: 9 bytes",
    ];
    assert_eq!(lines(&locked), Some("NothingInCommon"));
}

#[test]
fn the_first_copy_refuses_foreign_files_but_no_older_copy() {
    let trees = Disk { directories: vec!["Job".into()], ..Disk::default() };
    let verdict = |deleted: &str, created: &str| {
        let mut loss = Loss::default();
        let files = "Number of files: 9 (reg: 7, dir: 2)";
        for line in [">f+++++++++|9|Job/new.vib", deleted, files, created, "Total file size: 9 bytes"] {
            loss.add(&OutputLine::parse(line.as_bytes()), &trees);
        }
        let limits = LossLimits { first: true, ..limits(100, 100) };
        loss.judge(&limits, &HeaderComparison::default()).err().map(|fault| fault.name())
    };
    let (nothing_there, older) = ("Number of created files: 8 (reg: 7, dir: 1)", "Number of created files: 1 (reg: 1)");
    assert_eq!(verdict("*deleting  |0|holiday.jpg", nothing_there), Some("ForeignFiles"));
    assert_eq!(verdict("*deleting  |0|holiday.jpg", older), Some("ForeignFiles"));
    assert_eq!(verdict("*deleting  |0|Other/full.vbk", nothing_there), Some("ForeignFiles"));
    assert_eq!(verdict("*deleting  |0|Other/full.vbk", older), None);
    assert_eq!(verdict("*deleting  |0|Job/full.vbk", older), None);
}

fn tree() -> impl Strategy<Value = Files> {
    let name = prop::sample::select(vec!["a.vbk", "b.vib", "c.vib", "d.vbm", "e", "f.txt", "g.vbk", "h.vib"]);
    prop::collection::hash_map(
        name.prop_map(str::to_owned),
        prop_oneof![Just(0), 1..1000_u64, any::<u32>().prop_map(u64::from)],
        0..8,
    )
}

proptest! {
    /// Whatever the budget.
    #[test]
    fn growth_is_never_refused(disk in tree(), more in tree(), grown in 0..1000_u64) {
        let mut source: Files = disk.iter().map(|(name, length)| (name.clone(), length + grown)).collect();
        more.into_iter().for_each(|(name, length)| { source.entry(name).or_insert(length); });
        prop_assert_eq!(judged(&source, &disk, 0, 0), "");
    }

    /// Counted separately.
    #[test]
    fn the_loss_is_the_difference_of_the_trees(source in tree(), disk in tree()) {
        let loss = loss(&source, &disk);
        let sum = |files: &Files| files.values().sum::<u64>();
        prop_assert_eq!(loss.held + loss.lost_bytes, sum(&disk) + loss.gained_bytes);
        prop_assert_eq!(loss.staying().regular as usize, disk.keys().filter(|name| source.contains_key(*name)).count());
        prop_assert_eq!(loss.staying().all, loss.staying().regular + 1);
    }

    /// A larger budget never refuses what a smaller one accepts.
    #[test]
    fn a_looser_budget_refuses_no_more(source in tree(), disk in tree(), files in 0..100_u8, bytes in 0..100_u8) {
        let tight = judged(&source, &disk, files, bytes);
        prop_assert!(!tight.is_empty() || judged(&source, &disk, files + 1, bytes + 1).is_empty());
    }

    /// If it held anything.
    #[test]
    fn a_disk_left_empty_is_refused(disk in tree()) {
        let verdict = judged(&Files::new(), &disk, 100, 100);
        prop_assert_eq!(verdict == "NothingInCommon", !disk.is_empty());
    }

    #[test]
    fn any_lines_of_rsync_are_accepted(lines in prop::collection::vec(".{0,40}|[*>.cdfhL+a-z |0-9]{12,40}|Number of files: [0-9]{1,25} .reg: [0-9]{1,25}", 0..20)) {
        let mut loss = Loss::default();
        lines.iter().for_each(|line| loss.add(&OutputLine::parse(line.as_bytes()), &Disk::default()));
        let _ = loss.judge(&LossLimits { first: true, ..limits(0, 0) }, &HeaderComparison::default());
    }
}

/// The first copy to a disk, where some of somebody else's files may be deleted.
fn judged_first(source: &Files, disk: &Files, agreed: Option<Agreed>) -> &'static str {
    let path = |name: &String| PathBuf::from(name);
    let trees = Disk { files: disk.iter().map(|(name, length)| (path(name), *length)).collect(), ..Disk::default() };
    let mut lines: Vec<String> = Vec::new();
    for (name, length) in source.iter().filter(|(name, _)| !disk.contains_key(*name)) {
        lines.push(format!(">f+++++++++|{length}|{name}"));
    }
    lines.extend(disk.keys().filter(|name| !source.contains_key(*name)).map(|name| format!("*deleting  |0|{name}")));
    let created = source.keys().filter(|name| !disk.contains_key(*name)).count();
    lines.push(format!("Number of files: {} (reg: {}, dir: 1)", source.len() + 1, source.len()));
    lines.push(format!("Number of created files: {created} (reg: {created})"));
    lines.push(format!("Total file size: {} bytes", source.values().sum::<u64>()));
    let mut loss = Loss::default();
    lines.iter().for_each(|line| loss.add(&OutputLine::parse(line.as_bytes()), &trees));
    let limits = LossLimits { first: true, agreed, ..limits(10, 10) };
    loss.judge(&limits, &HeaderComparison::default()).err().map(|fault| fault.name()).unwrap_or_default()
}

#[test]
fn agreed_files_may_be_deleted_and_nothing_else() {
    let source = files(&[("full.vbk", 1_000_000)]);
    let photos: Files = (0..20).map(|number| (format!("{number}.jpg"), 50_000_000)).collect();
    let agreed = |files, bytes| Some(Agreed { files, bytes });
    assert_eq!(judged_first(&source, &photos, None), "ForeignFiles");
    assert_eq!(judged_first(&source, &photos, agreed(20, 1_000_000_000)), "");
    assert_eq!(judged_first(&source, &photos, agreed(21, 1_000_000_001)), "", "less than was shown");
    assert_eq!(judged_first(&source, &photos, agreed(19, 1_000_000_000)), "ForeignFiles", "a file more");
    assert_eq!(judged_first(&source, &photos, agreed(20, 999_999_999)), "ForeignFiles", "a longer one");
    // The limits for an older copy of the repository still hold.
    let mut both = photos;
    both.extend(files(&[("full.vbk", 1_000_000)]));
    both.extend((0..40).map(|number| (format!("old{number}.vib"), 50_000_000)));
    assert_eq!(judged_first(&source, &both, agreed(20, 1_000_000_000)), "TooManyDeletions");
}

fn count(files: &[&str], ours: &str, has_common: bool) -> u64 {
    let mut candidates = ForeignCandidates::default();
    files.iter().for_each(|name| candidates.add(Path::new(name), 1, |directory| directory == Path::new(ours)));
    let mut came = Kinds::default();
    came.add(Path::new("notes.txt"), 1);
    candidates.foreign(&came, has_common).files
}

#[test]
fn photos_are_foreign_and_an_older_copy_is_not() {
    assert_eq!(count(&["a.jpg", "photos/b.jpg"], "Job", true), 2);
    assert_eq!(count(&["Job/old.vbk", "Job/deep/er/x"], "Job", false), 0);
    assert_eq!(count(&["OldJob/old.vbk", "flat.vib", "older.txt"], "Job", true), 0);
    assert_eq!(count(&["OldJob/old.vbk", "flat.vib", "older.txt"], "Job", false), 3);
}
