//! Clones of all kinds of files are what the originals were, and nothing else is read or written.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod common;

use std::ffi::CString;
use std::fs::{self, File};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use asbackup_snapshot::{Entry, Snapshot, Stamps, Why};
use common::*;
use rustix::fs::{FallocateFlags, Mode};
use rustix::io::Errno;

const LARGE: usize = 3 << 20;

fn time(path: &Path) -> (i64, i64) {
    let stat = fs::metadata(path).unwrap();
    (stat.mtime(), stat.mtime_nsec())
}

#[test]
fn clones_stay_what_the_originals_were() {
    let Some(disks) = disks(&[("xfs", XFS, 400), ("btrfs", BTRFS, 600)]) else {
        return;
    };
    disks.run(&["mkdir", "/mnt/packed"]);
    disks.run(&["sh", "-c", "mount -o compress-force=zstd $(findmnt -no SOURCE /mnt/btrfs) /mnt/packed"]);
    for disk in ["xfs", "btrfs", "packed"] {
        let source = Source::on(&disks, disk);
        let names = ["rewritten", "longer", "shorter", "deleted", "below/of/odd"];
        for (seed, name) in names.iter().enumerate() {
            source.write(name, seed as u64, LARGE + seed * 777);
        }
        // Something to be compressed.
        let path = source.write("zeros", 0, 0);
        fs::write(&path, vec![b'z'; LARGE]).unwrap();
        source.write("small", 9, 1000);
        let place = source.place();
        let listed = ["rewritten", "longer", "shorter", "deleted", "below/of/odd", "zeros", "small", "below"];
        let looks = |top: &Path| names.map(|name| (time(&top.join(name)), mode(&top.join(name))));
        let originals = looks(&source.path);
        let (snapshot, stamps, report) = source.freeze(&place, disk, &listed);
        let bytes: usize = (0..5).map(|seed| LARGE + seed * 777).sum::<usize>() + LARGE;
        let figures = (report.files, report.others, report.links, report.bytes);
        assert_eq!(figures, (7, 1, 0, bytes as u64 + 1000), "{disk}");
        assert!(report.extents >= 6, "{disk}: {report:?}");
        assert_eq!(
            snapshot.diverged(source.file.as_fd(), stamps.entries(), &GO_ON).unwrap(),
            [""; 0].map(PathBuf::from)
        );
        patch(&source.path.join("rewritten"), 4321, &noise(77, 100_000));
        patch(&source.path.join("longer"), LARGE as u64 + 777, b"more");
        File::options().write(true).open(source.path.join("shorter")).unwrap().set_len(5).unwrap();
        fs::remove_file(source.path.join("deleted")).unwrap();
        patch(&source.path.join("zeros"), 1 << 20, b"!");
        for (seed, name) in names.iter().enumerate() {
            let clone = shown(&place, disk).join(name);
            assert!(fs::read(&clone).unwrap() == noise(seed as u64, LARGE + seed * 777), "{disk}: {name}");
        }
        assert_eq!(looks(&shown(&place, disk)), originals, "{disk}");
        assert!(fs::read(shown(&place, disk).join("zeros")).unwrap().iter().all(|byte| *byte == b'z'), "{disk}");
        assert!(fs::read(shown(&place, disk).join("small")).unwrap() == noise(9, 1000), "{disk}");
        let diverged = snapshot.diverged(source.file.as_fd(), stamps.entries(), &GO_ON).unwrap();
        let wanted = ["rewritten", "longer", "shorter", "deleted", "zeros"].map(PathBuf::from);
        assert_eq!(diverged, wanted, "{disk}");
    }
}

#[test]
fn names_of_one_file_are_names_of_one_clone() {
    let Some(disks) = disks(&[("xfs", XFS, 400)]) else {
        return;
    };
    let source = Source::on(&disks, "xfs");
    let first = source.write("a/first", 1, LARGE);
    fs::create_dir(source.path.join("b")).unwrap();
    for name in ["b/second", "third", "not listed"] {
        fs::hard_link(&first, source.path.join(name)).unwrap();
    }
    let place = source.place();
    let (_, _, report) = source.freeze(&place, "1", &["a/first", "b/second", "third"]);
    assert_eq!((report.files, report.links, report.bytes), (1, 2, LARGE as u64));
    let stat = |name: &str| fs::metadata(shown(&place, "1").join(name)).unwrap();
    assert_eq!(
        (stat("a/first").nlink(), stat("b/second").ino(), stat("third").ino()),
        (3, stat("a/first").ino(), stat("third").ino())
    );
    assert_eq!(stat("a/first").ino(), stat("third").ino());
}

#[test]
fn names_of_all_bytes_and_lengths_and_deep_trees_are_cloned() {
    let Some(disks) = disks(&[("xfs", XFS, 400), ("btrfs", BTRFS, 400)]) else {
        return;
    };
    for disk in ["xfs", "btrfs"] {
        let source = Source::on(&disks, disk);
        let long = "n".repeat(255);
        let names: Vec<PathBuf> = [
            Path::new(&long).join(&long).join(&long),
            PathBuf::from(os(b"\xff\xfe \n\t\\")),
            PathBuf::from(" leading"),
            std::iter::repeat_n("d", 1000).collect::<PathBuf>().join("deep"),
            PathBuf::from("-rf *"),
        ]
        .into();
        let top = source.path.clone();
        for (seed, name) in names.iter().enumerate() {
            // The path of the bench is longer than that of the source.
            let (directory, name) = (name.parent().unwrap(), name.file_name().unwrap());
            let mut place = File::open(&top).unwrap();
            for part in directory {
                let _ = rustix::fs::mkdirat(&place, part, Mode::RWXU);
                let flags = rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::DIRECTORY;
                place = File::from(rustix::fs::openat(&place, part, flags, Mode::empty()).unwrap());
            }
            let flags = rustix::fs::OFlags::WRONLY | rustix::fs::OFlags::CREATE;
            let file = rustix::fs::openat(&place, name, flags, Mode::RUSR).unwrap();
            File::from(file).write_all_at(&noise(seed as u64, 1 << 20), 0).unwrap();
        }
        let place = source.place();
        let (_, _, report) = source.freeze(&place, "1", &names);
        assert_eq!(report.files, 5, "{disk}");
        for (seed, name) in names.iter().enumerate() {
            let bytes = fs::read(shown(&place, "1").join(name)).unwrap();
            assert!(bytes == noise(seed as u64, 1 << 20), "{disk}: {name:?}");
        }
    }
}

#[test]
fn what_cannot_be_cloned_is_named_and_never_copied() {
    let Some(disks) = disks(&[("xfs", XFS, 400), ("other", XFS, 400)]) else {
        return;
    };
    let source = Source::on(&disks, "xfs");
    for name in ["immutable", "swap", "gone", "replaced", "shorter", "link", "pipe", "directory"] {
        source.write(name, 1, LARGE);
    }
    fs::create_dir(source.path.join("mounted")).unwrap();
    disks.run(&["mount", "--bind", "/mnt/other", "/mnt/xfs/source/mounted"]);
    source.write("mounted/file", 2, LARGE);
    disks.directory("xfs", "elsewhere");
    fs::create_dir(source.path.join("bound")).unwrap();
    disks.run(&["mount", "--bind", "/mnt/xfs/elsewhere", "/mnt/xfs/source/bound"]);
    source.write("bound/file", 2, LARGE);
    let inside = |name: &str| in_words(&disks, &source.path.join(name));
    disks.run(&["chattr", "+i", &inside("immutable")]);
    disks.run(&[
        "dd",
        "if=/dev/zero",
        &format!("of={}", inside("swap")),
        "bs=1M",
        "count=3",
        "conv=fsync",
        "status=none",
    ]);
    disks.run(&["chmod", "600", &inside("swap")]);
    disks.run(&["mkswap", "--quiet", &inside("swap")]);
    disks.run(&["swapon", &inside("swap")]);
    let off = Off(&disks, inside("swap"));
    let place = source.place();
    let names =
        ["immutable", "swap", "gone", "replaced", "shorter", "link", "pipe", "directory", "mounted/file", "bound/file"];
    let stamps = source.stamps(&names);
    let path = |name: &str| source.path.join(name);
    fs::remove_file(path("gone")).unwrap();
    for name in ["replaced", "link", "pipe", "directory"] {
        fs::rename(path(name), path(&format!("{name}.old"))).unwrap();
    }
    source.write("replaced", 1, LARGE);
    symlink("link.old", path("link")).unwrap();
    let pipe = CString::new(path("pipe").as_os_str().as_bytes()).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, Mode::RUSR, 0).unwrap();
    fs::create_dir(path("directory")).unwrap();
    File::options().write(true).open(path("shorter")).unwrap().set_len(2 << 20).unwrap();
    let snapshot = Snapshot::create(&place, "1").unwrap();
    let report = source.freeze_into(&snapshot, &stamps);
    drop(off);
    disks.run(&["chattr", "-i", &inside("immutable")]);
    let skipped: Vec<_> = report.skipped.iter().map(|s| (s.path.to_str().unwrap(), s.why)).collect();
    let wanted = [
        ("swap", Why::Refused(Errno::TXTBSY)),
        ("gone", Why::Changed),
        ("replaced", Why::Changed),
        ("shorter", Why::Changed),
        ("link", Why::Changed),
        ("pipe", Why::Changed),
        ("directory", Why::Changed),
        ("mounted/file", Why::Refused(Errno::XDEV)),
    ];
    assert_eq!((skipped, report.files, report.untried), (wanted.to_vec(), 2, 0));
    assert_eq!(names_in(&shown(&place, "1")), ["bound", "immutable", "mounted"], "nothing of them is there");
    assert_eq!(names_in(&shown(&place, "1/mounted")), [""; 0]);
}

struct Off<'d>(&'d Disks, String);

impl Drop for Off<'_> {
    fn drop(&mut self) {
        self.0.run(&["swapoff", &self.1]);
    }
}

#[test]
fn files_without_copy_on_write_get_clones_like_them_on_btrfs() {
    let Some(disks) = disks(&[("btrfs", BTRFS, 400)]) else {
        return;
    };
    let source = Source::on(&disks, "btrfs");
    File::create(source.path.join("in place")).unwrap();
    disks.run(&["chattr", "+C", &in_words(&disks, &source.path.join("in place"))]);
    fs::write(source.path.join("in place"), noise(1, LARGE)).unwrap();
    source.write("other", 2, LARGE);
    let place = source.place();
    source.freeze(&place, "1", &["in place", "other"]);
    disks.run(&["chattr", "+C", "/mnt/btrfs/.asbackup"]);
    let (snapshot, stamps, _) = source.freeze(&place, "2", &["in place", "other"]);
    patch(&source.path.join("in place"), 4096, &noise(3, 8192));
    assert!(fs::read(shown(&place, "2/in place")).unwrap() == noise(1, LARGE));
    let diverged = snapshot.diverged(source.file.as_fd(), stamps.entries(), &GO_ON).unwrap();
    assert_eq!(diverged, [PathBuf::from("in place")]);
}

#[test]
fn a_sparse_file_of_a_tebibyte_takes_no_room_and_no_time() {
    let Some(disks) = disks(&[("xfs", XFS, 400), ("btrfs", BTRFS, 400)]) else {
        return;
    };
    for disk in ["xfs", "btrfs"] {
        let source = Source::on(&disks, disk);
        let path = source.path.join("sparse");
        let file = File::create(&path).unwrap();
        file.set_len(1 << 40).unwrap();
        for at in [0, 1 << 39, (1 << 40) - 5] {
            file.write_all_at(b"there", at).unwrap();
        }
        rustix::fs::fallocate(&file, FallocateFlags::empty(), 1 << 30, 1 << 20).unwrap();
        let place = source.place();
        let (snapshot, stamps, report) = source.freeze(&place, "1", &["sparse"]);
        assert_eq!((report.bytes, report.files), (1 << 40, 1));
        let clone = File::open(shown(&place, "1/sparse")).unwrap();
        let mut found = [0; 5];
        clone.read_exact_at(&mut found, 1 << 39).unwrap();
        assert_eq!((&found, clone.metadata().unwrap().len()), (b"there", 1 << 40));
        assert!(clone.metadata().unwrap().blocks() < 4096, "{disk}: {:?}", clone.metadata());
        assert!(snapshot.diverged(source.file.as_fd(), stamps.entries(), &GO_ON).unwrap().is_empty(), "{disk}");
        file.write_all_at(b"!", (1 << 30) + 5000).unwrap();
        let diverged = snapshot.diverged(source.file.as_fd(), stamps.entries(), &GO_ON).unwrap();
        assert_eq!(diverged.len(), 1, "{disk}: what was preallocated is written to");
    }
}

/// `SNAPSHOT_SCALE=10` for two hundred thousand extents and a hundred thousand files.
#[test]
fn many_extents_and_many_small_files_are_frozen() {
    let Some(disks) = disks(&[("xfs", XFS, 4000)]) else { return };
    let scale = std::env::var("SNAPSHOT_SCALE").map_or(1, |scale| scale.parse::<u64>().expect("a number"));
    let (extents, files) = (20_000 * scale, 10_000 * scale);
    let source = Source::on(&disks, "xfs");
    let file = File::create(source.path.join("extents")).unwrap();
    (0..extents).for_each(|block| file.write_all_at(&[1; 4096], block * 8192).unwrap());
    drop(file);
    let mut names: Vec<String> = (0..files).map(|number| format!("{}/{number}", number / 1000)).collect();
    (0..files / 1000).for_each(|number| fs::create_dir(source.path.join(number.to_string())).unwrap());
    names.iter().for_each(|name| fs::write(source.path.join(name), name).unwrap());
    names.push("extents".to_owned());
    let place = source.place();
    let began = Instant::now();
    let stamps = source.stamps(&names);
    let taken = began.elapsed();
    let snapshot = Snapshot::create(&place, "1").unwrap();
    let report = source.freeze_into(&snapshot, &stamps);
    assert!(report.is_whole() && report.files == files + 1 && report.extents >= extents, "{report:?}");
    let began = Instant::now();
    assert_eq!(source.changed(&stamps), []);
    eprintln!("stamps and flush {taken:?}, {report:?}, stamps again {:?}", began.elapsed());
    let began = Instant::now();
    assert_eq!(snapshot.diverged(source.file.as_fd(), stamps.entries(), &GO_ON).unwrap().len(), 0);
    eprintln!("extents compared in {:?}", began.elapsed());
    place.remove("1", &GO_ON).unwrap();
    assert_eq!(left_in(&place), [""; 0]);
}

#[test]
fn a_full_file_system_ends_cloning_and_leaves_nothing_half_done() {
    let Some(disks) = disks(&[("xfs", XFS, 400), ("btrfs", BTRFS, 256)]) else {
        return;
    };
    for disk in ["xfs", "btrfs"] {
        let source = Source::on(&disks, disk);
        // Many extents want room for their map; a full btrfs thinks for seconds about each.
        let extents = if disk == "xfs" { 1500 } else { 30 };
        let names: Vec<String> = (0..6).map(|number| format!("{number}")).collect();
        for name in &names {
            let path = source.write(name, 5, 0);
            let file = File::options().write(true).open(&path).unwrap();
            (0..extents).for_each(|block| file.write_all_at(&[7; 4096], block * 8192).unwrap());
            file.set_len(12 << 20).unwrap();
        }
        let place = source.place();
        let stamps = source.stamps(&names);
        let filler = disks.path(disk).join("filler");
        let snapshot = Snapshot::create(&place, "1").unwrap();
        fill(&filler);
        let report = source.freeze_into(&snapshot, &stamps);
        // btrfs may have room left for maps, though there is none for data.
        assert!(disk == "btrfs" || !report.is_whole(), "{report:?}");
        assert!(report.skipped.len() <= 1, "{disk}: nothing is tried in vain: {report:?}");
        let full = [Why::Refused(Errno::NOSPC), Why::Unwritable(Errno::NOSPC)];
        assert!(report.skipped.iter().all(|skipped| full.contains(&skipped.why)), "{disk}: {report:?}");
        assert_eq!(report.files + report.skipped.len() as u64 + report.untried, 6, "{disk}: {report:?}");
        let there = names_in(&shown(&place, "1"));
        assert_eq!(there.len() as u64, report.files, "{disk}: {there:?}");
        assert_eq!(source.changed(&stamps), [], "{disk}");
        place.remove("1", &GO_ON).unwrap();
        fs::remove_file(filler).unwrap();
        assert_eq!(left_in(&place), [""; 0], "{disk}");
        source.freeze(&place, "1", &names);
    }
}

#[test]
fn a_cancelled_freezing_ends_between_two_files() {
    let Some(disks) = disks(&[("xfs", XFS, 400)]) else {
        return;
    };
    let source = Source::on(&disks, "xfs");
    let names = ["a", "b", "c"];
    names.iter().for_each(|name| drop(source.write(name, 1, LARGE)));
    let place = source.place();
    let stamps = source.stamps(&names);
    let cancel = AtomicBool::new(true);
    let snapshot = Snapshot::create(&place, "1").unwrap();
    let report = snapshot.freeze(source.file.as_fd(), stamps.entries(), &cancel);
    assert_eq!((report.files, report.untried, report.is_whole()), (0, 3, false));
    assert!(Stamps::take(source.file.as_fd(), names.map(PathBuf::from), &cancel).is_err());
    assert!(stamps.changed(source.file.as_fd(), &cancel).is_err());
    assert!(place.keep_only(&[], &cancel).is_err());
    place.keep_only(&[], &GO_ON).unwrap();
    assert_eq!(left_in(&place), [""; 0]);
}

/// Who owns the source puts links, pipes and other files everywhere while it is frozen, again and again.
#[test]
fn links_swapped_into_the_source_lead_nowhere() {
    let Some(disks) = disks(&[("xfs", XFS, 400)]) else {
        return;
    };
    let source = Source::on(&disks, "xfs");
    let outside = disks.directory("xfs", "outside");
    write(&outside.join("b/secret"), 99, LARGE);
    write(&outside.join("secret"), 99, LARGE);
    let names = ["a/b/secret", "secret"];
    names.iter().for_each(|name| drop(source.write(name, 1, LARGE)));
    let place = source.place();
    let stop = AtomicBool::new(false);
    let rounds = thread::scope(|scope| {
        scope.spawn(|| swap_around(&source.path, &outside, &stop));
        let mut cloned = 0;
        for round in 0..60 {
            let snapshot = Snapshot::create(&place, &round.to_string()).unwrap();
            let entries = Stamps::take(source.file.as_fd(), names.map(PathBuf::from), &GO_ON).unwrap();
            let report = source.freeze_into(&snapshot, &entries);
            for name in names {
                match fs::read(shown(&place, &round.to_string()).join(name)) {
                    Ok(bytes) => assert!(bytes == noise(1, LARGE), "{name} comes from outside: {report:?}"),
                    Err(_) => {
                        assert!(report.skipped.iter().any(|s| s.path == Path::new(name)) || vanished(&entries, name))
                    }
                }
            }
            cloned += report.files;
            place.remove(&round.to_string(), &GO_ON).unwrap();
        }
        stop.store(true, Ordering::Relaxed);
        cloned
    });
    assert!(rounds > 0, "never was anything in its place");
    assert_eq!(names_in(&outside), ["b", "secret"]);
}

fn vanished(stamps: &Stamps, name: &str) -> bool {
    let mut of_name = stamps.entries().iter().filter(|entry| entry.path == Path::new(name));
    of_name.any(|Entry { stamp, .. }| stamp.is_none_or(|stamp| stamp.kind != asbackup_snapshot::Kind::Regular))
}

fn swap_around(top: &Path, outside: &Path, stop: &AtomicBool) {
    let path = |name: &str| top.join(name);
    while !stop.load(Ordering::Relaxed) {
        for (name, leads) in [("a", outside), ("secret", &outside.join("secret")), ("a/b", &outside.join("b"))] {
            fs::rename(path(name), path("aside")).unwrap();
            symlink(leads, path(name)).unwrap();
            thread::sleep(Duration::from_micros(300));
            fs::remove_file(path(name)).unwrap();
            fs::rename(path("aside"), path(name)).unwrap();
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Even who gets into the place, and only root does, can't lead cloning or removing out of it.
#[test]
fn links_swapped_into_the_snapshot_lead_nowhere() {
    let Some(disks) = disks(&[("xfs", XFS, 400)]) else {
        return;
    };
    let source = Source::on(&disks, "xfs");
    let outside = disks.directory("xfs", "outside");
    write(&outside.join("b/kept"), 99, 10);
    write(&outside.join("kept"), 99, 10);
    let names: Vec<String> = (0..30).map(|number| format!("a/b/{number}")).collect();
    names.iter().for_each(|name| drop(source.write(name, 1, 1 << 20)));
    let place = source.place();
    let stop = AtomicBool::new(false);
    let stamps = source.stamps(&names);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                for round in 0..2 {
                    let top = shown(&place, &round.to_string());
                    for (name, leads) in [("a/b", outside.join("b")), ("a", outside.clone())] {
                        let _ = fs::rename(top.join(name), top.join("aside"));
                        let _ = symlink(&leads, top.join(name));
                        let _ = fs::remove_file(top.join(name));
                        let _ = fs::rename(top.join("aside"), top.join(name));
                    }
                }
            }
        });
        for round in 0..60 {
            let name = (round % 2).to_string();
            let _ = place.remove(&name, &GO_ON);
            if let Ok(snapshot) = Snapshot::create(&place, &name) {
                source.freeze_into(&snapshot, &stamps);
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    place.keep_only(&[], &GO_ON).unwrap();
    assert_eq!(
        (names_in(&outside), names_in(&outside.join("b"))),
        (vec!["b".into(), "kept".into()], vec!["kept".into()])
    );
    assert_eq!(left_in(&place), [""; 0]);
    assert_eq!(source.changed(&stamps), []);
}
