//! An attempt gives a snapshot of one moment, or says why not and leaves nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod common;

use std::fs;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use asbackup_snapshot::{Attempt, Failed, Place, Refusal, Unfrozen, Why};
use common::*;
use rustix::io::Errno;

/// What becomes another one of what is listed by what somebody does in the source.
type Deed = (&'static str, fn(&Path));

fn begin<'a>(source: &'a Source, place: &'a Place, listed: &[&str]) -> Attempt<'a> {
    let listed = listed.iter().map(PathBuf::from);
    Attempt::begin(source.file.as_fd(), place, "1", listed, &GO_ON).unwrap()
}

#[test]
fn what_nobody_touches_is_frozen_with_what_belongs_to_it() {
    let Some(disks) = disks(&[("xfs", XFS, 400), ("btrfs", BTRFS, 400)]) else { return };
    for disk in ["xfs", "btrfs"] {
        let source = Source::on(&disks, disk);
        source.write("deep/er/file", 1, 2 << 20);
        fs::hard_link(source.path.join("deep/er/file"), source.path.join("other name")).unwrap();
        source.write("unlisted", 2, 5);
        let place = source.place();
        let before = SystemTime::now();
        let frozen = begin(&source, &place, &["deep/er/file"]).freeze(&GO_ON).unwrap();
        assert!(frozen.as_of >= before && frozen.as_of <= SystemTime::now());
        let report = &frozen.report;
        assert_eq!((report.files, report.links, report.others), (1, 1, 3), "{disk}");
        let top = shown(&place, "1");
        assert_eq!(names_in(&top), ["deep", "other name"]);
        assert!(fs::read(top.join("deep/er/file")).unwrap() == noise(1, 2 << 20));
    }
}

#[test]
fn whoever_writes_between_the_two_looks_is_named_and_nothing_is_left() {
    let Some(disks) = disks(&[("xfs", XFS, 400), ("btrfs", BTRFS, 400)]) else { return };
    for disk in ["xfs", "btrfs"] {
        let source = Source::on(&disks, disk);
        let place = source.place();
        let deeds: [Deed; 4] = [
            ("written", |top| patch(&top.join("written"), 5, b"!")),
            ("written", |top| fs::remove_file(top.join("written")).unwrap()),
            ("", |top| {
                fs::rename(top.join("quiet"), top.join("aside")).unwrap();
                fs::rename(top.join("aside"), top.join("quiet")).unwrap();
            }),
            ("", |top| fs::write(top.join("new"), "unlisted").unwrap()),
        ];
        for (path, deed) in deeds {
            source.write("quiet", 1, 2 << 20);
            source.write("written", 2, 2 << 20);
            let attempt = begin(&source, &place, &["quiet", "written"]);
            deed(&source.path);
            let Err(Unfrozen::Changed(changed)) = attempt.freeze(&GO_ON) else { panic!("{disk}: {path}") };
            assert!(changed.iter().any(|changed| changed.path == Path::new(path)), "{disk}: {changed:?}");
            assert_eq!(left_in(&place), [""; 0], "{disk}");
        }
        source.write("written", 2, 2 << 20);
        begin(&source, &place, &["quiet", "written"]).freeze(&GO_ON).unwrap();
    }
}

#[test]
fn what_can_not_be_frozen_is_named_with_the_kernels_reason() {
    let Some(disks) = disks(&[("xfs", XFS, 400)]) else { return };
    let source = Source::on(&disks, "xfs");
    source.write("file", 1, 5);
    fs::create_dir(source.path.join("mounted")).unwrap();
    disks.run(&["mount", "-t", "tmpfs", "below", "/mnt/xfs/source/mounted"]);
    disks.run(&["sh", "-c", "echo x > /mnt/xfs/source/mounted/file"]);
    let place = source.place();
    let Err(Unfrozen::Skipped(skipped)) = begin(&source, &place, &["file", "mounted/file"]).freeze(&GO_ON) else {
        panic!("a file of another file system can't be cloned")
    };
    let said: Vec<_> = skipped.iter().map(|skipped| (skipped.path.to_str().unwrap(), skipped.why)).collect();
    assert_eq!(said, [("mounted/file", Why::Refused(Errno::XDEV))]);
    assert_eq!(left_in(&place), [""; 0]);
}

#[test]
fn cancelled_or_under_a_name_that_is_taken_it_leaves_what_was_there() {
    let Some(disks) = disks(&[("xfs", XFS, 400)]) else { return };
    let source = Source::on(&disks, "xfs");
    source.write("file", 1, 2 << 20);
    let place = source.place();
    let cancel = AtomicBool::new(false);
    let attempt = begin(&source, &place, &["file"]);
    cancel.store(true, Ordering::Relaxed);
    let cancelled = attempt.freeze(&cancel);
    assert!(matches!(cancelled, Err(Unfrozen::Failed(Failed::Cancelled))), "{cancelled:?}");
    assert_eq!(left_in(&place), [""; 0]);
    begin(&source, &place, &["file"]).freeze(&GO_ON).unwrap();
    let Err(Unfrozen::Unusable(taken)) = begin(&source, &place, &["file"]).freeze(&GO_ON) else {
        panic!("the name is taken")
    };
    assert_eq!(taken.why, Refusal::Kernel(Errno::EXIST));
    assert_eq!(names_in(&shown(&place, "1")), ["file"]);
}
