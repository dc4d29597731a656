//! Tries every operation with every error number: neither disk nor drive is blamed without evidence, in any language,
//! and with evidence it is.

use std::sync::LazyLock;

use super::*;
use crate::copy::job::mount_failure::mount_trouble;
use crate::disks::udisks::UdisksError;
use asbackup_texts::{Language, Texts};

/// Words by which people understand that a disk or a drive is broken.
const ACCUSING: [&str; 12] = [
    "damaged",
    "broken",
    "failing",
    "reports errors",
    "another disk",
    "larger disk",
    "beschädigt",
    "defekt",
    "kaputt",
    "meldet Fehler",
    "andere Platte",
    "größere Platte",
];
/// Linux has no more error numbers.
const ERRNOS: std::ops::RangeInclusive<i32> = 1..=133;
const OPERATIONS: [Operation; 7] = [
    Operation::Contents,
    Operation::Name,
    Operation::Link,
    Operation::Attribute,
    Operation::Owner,
    Operation::Delete,
    Operation::Read,
];
const CODES: [i32; 9] = [-9, 3, 10, 11, 12, 14, 20, 23, 25];
/// Errors by which a file system reports its own inconsistency.
const DAMAGE: [Errno; 2] = [Errno::UCLEAN, Errno::BADMSG];

fn complaint(side: Side, operation: Operation, errno: i32) -> Complaint {
    let text = format!("operation: {} ({errno})", io::Error::from_raw_os_error(errno));
    Complaint { side, operation, path: "sub/file".into(), errno, text }
}

fn healthy(file_system: &str) -> Evidence {
    let space = Space { free: 300 << 20, reserved: 0, size: 400 << 20, block: 4096, inodes: Some(1000) };
    Evidence { file_system: file_system.into(), space: Some(space), ..Evidence::default() }
}

/// Evidence about a source on a server.
fn on_share() -> Evidence {
    Evidence { share: Some("nas:/backups".into()), ..Evidence::default() }
}

fn accuses(fault: &Fault) -> bool {
    static TEXTS: LazyLock<Vec<Texts>> = LazyLock::new(|| Language::ALL.map(Texts::new).into());
    let said: Vec<String> = TEXTS.iter().map(|texts| texts.message(fault).to_string()).collect();
    let accused: Vec<bool> = said.iter().map(|text| ACCUSING.iter().any(|word| text.contains(word))).collect();
    assert_eq!(accused[0], accused[1], "the languages differ: {said:?}");
    accused[0]
}

fn end(code: i32) -> RsyncEnd<'static> {
    RsyncEnd { code, words: "words" }
}

#[test]
fn no_error_number_blames_disk_or_drive_without_evidence() {
    for (operation, errno) in OPERATIONS.into_iter().flat_map(|operation| ERRNOS.map(move |errno| (operation, errno))) {
        for side in [Side::Source, Side::Target] {
            let known = DAMAGE.contains(&Errno::from_raw_os_error(errno)) && side == Side::Target;
            // No room for contents, which takes a larger disk.
            let full = errno == 28 && operation == Operation::Contents && side == Side::Target;
            for file_system in ["ext4", "xfs", "btrfs", "exfat", "ntfs"] {
                let evidence = healthy(file_system);
                for code in CODES {
                    let fault = of_rsync(end(code), Some(&complaint(side, operation, errno)), &evidence);
                    assert_eq!(accuses(&fault), known || full, "{side:?} {operation:?} {errno} {code}: {fault:?}");
                }
            }
        }
    }
}

#[test]
fn no_error_of_our_own_blames_the_disk_without_evidence() {
    for (operation, errno) in OPERATIONS.into_iter().flat_map(|operation| ERRNOS.map(move |errno| (operation, errno))) {
        let fault = of_io(operation, &io::Error::from_raw_os_error(errno), &healthy("ext4"));
        let known =
            DAMAGE.contains(&Errno::from_raw_os_error(errno)) || (errno == 28 && operation == Operation::Contents);
        assert_eq!(accuses(&fault), known, "{operation:?} {errno}: {fault:?}");
    }
    let unnumbered = of_io(Operation::Read, &io::Error::other("strange"), &healthy("ext4"));
    assert!(!accuses(&unnumbered), "{unnumbered:?}");
}

/// A flush reports whether the device took everything, so an input/output error is one of the device.
#[test]
fn a_failed_flush_blames_the_disk_only_for_device_errors() {
    for errno in ERRNOS {
        let fault = of_flush(&io::Error::from_raw_os_error(errno), &healthy("ext4"));
        let device = [Errno::IO, Errno::NODATA, Errno::REMOTEIO, Errno::NOLINK, Errno::UCLEAN, Errno::NOSPC];
        let known = device.contains(&Errno::from_raw_os_error(errno));
        assert_eq!(accuses(&fault), known, "{errno}: {fault:?}");
    }
    let late = io::Error::new(io::ErrorKind::TimedOut, "no answer");
    assert!(!accuses(&of_flush(&late, &healthy("ext4"))));
}

/// Messages of UDisks2, and of libmount 2.36 to 2.41 behind it.
#[test]
fn a_refused_mount_blames_the_disk_only_if_the_kernel_does() {
    let device = "/dev/sdb1";
    for (words, known) in [
        (
            "wrong fs type, bad option, bad superblock on /dev/sdb1, missing codepage or helper program, or other error",
            false,
        ),
        ("mount(2) system call failed: Structure needs cleaning", true),
        ("mount(2) system call failed: Bad message", true),
        ("can't read superblock on /dev/sdb1", true),
        ("mount(2) system call failed: File exists", false),
        ("mount(2) system call failed: Cannot allocate memory", false),
        ("mount(2) system call failed: No such file or directory", false),
        ("mount(2) system call failed: Too many open files in system", false),
        ("mount(2) system call failed: Operation not permitted", false),
        ("mount(2) system call failed: Invalid argument", false),
        ("unknown filesystem type 'ntfs3'", false),
        ("/dev/sdb1 already mounted or mount point busy", false),
        ("Mount option `noexec' is not allowed", false),
        ("Not authorized to perform operation", false),
        ("mount point does not exist", false),
        ("special device /dev/sdb1 does not exist", false),
        ("Unknown error when mounting /dev/sdb1", false),
        ("", false),
    ] {
        let error = UdisksError::Refused(format!("Error mounting {device} at /media/root/OFFSITE: {words}"));
        let fault = Fault::MountFailed { device: device.into(), why: mount_trouble(&error), cause: error.to_string() };
        // The system's own words are in brackets.
        let told = Fault::MountFailed { device: device.into(), why: mount_trouble(&error), cause: "x".into() };
        assert_eq!(accuses(&told), known, "{fault:?}");
    }
}

#[test]
fn an_unwritable_file_does_not_blame_the_disk() {
    use asbackup_api::ReadOnly;
    for why in [ReadOnly::Windows, ReadOnly::Marked, ReadOnly::Settings, ReadOnly::Unknown] {
        assert!(!accuses(&Fault::MountedReadOnly { device: "x".into(), why }));
    }
    for fault in [
        Fault::WriteProtected { device: "x".into() },
        Fault::UnsafeMount { mount_point: "x".into(), missing: "nodev".into() },
        Fault::NotFlushed { device: "x".into(), cause: "x".into() },
        Fault::NotReleased { device: "x".into(), cause: "x".into() },
        Fault::TargetRefused { path: "x".into(), cause: "x".into() },
    ] {
        assert!(!accuses(&fault), "{fault:?}");
    }
}

#[test]
fn an_io_error_blames_the_disk_only_with_other_evidence() {
    let io_error = complaint(Side::Target, Operation::Contents, 5);
    let alone = of_rsync(end(23), Some(&io_error), &healthy("ext4"));
    assert!(
        matches!(&alone, Fault::NotStored { why: Obstacle::InputOutput, path, .. } if path == "sub/file"),
        "{alone:?}"
    );
    for evidence in [
        Evidence { errors: Some("ext4: 2 errors".into()), ..healthy("ext4") },
        Evidence { errors: Some("drive: 3 commands failed".into()), ..healthy("ntfs") },
        Evidence { is_unreadable: true, ..healthy("xfs") },
    ] {
        let fault = of_rsync(end(11), Some(&io_error), &evidence);
        assert!(matches!(fault, Fault::DiskFailing { .. }), "{fault:?}");
    }
    let given_up = Evidence { writability: Writability::GivenUp, ..healthy("ext4") };
    assert!(matches!(of_rsync(end(23), Some(&io_error), &given_up), Fault::TurnedReadOnly { .. }));
    assert!(matches!(of_rsync(end(-9), None, &given_up), Fault::TurnedReadOnly { .. }), "whatever rsync says");
}

#[test]
fn a_source_drive_is_never_called_failing() {
    let read = complaint(Side::Source, Operation::Read, 5);
    assert!(matches!(of_rsync(end(23), Some(&read), &healthy("ext4")), Fault::SourceUnreadable { .. }));
    let cut = complaint(Side::Source, Operation::Read, 61);
    let changed = Evidence { source_changed: true, ..healthy("ext4") };
    assert!(matches!(of_rsync(end(23), Some(&cut), &changed), Fault::SourceChanged { .. }));
    assert!(matches!(of_rsync(end(23), Some(&cut), &healthy("ext4")), Fault::SourceUnreadable { .. }));
    let refused = complaint(Side::Source, Operation::Read, 13);
    assert!(matches!(of_rsync(end(23), Some(&refused), &healthy("ext4")), Fault::SourceForbidden { .. }));
}

/// Whatever is wrong with a share is its server's problem, not that of the disk or of a local drive.
#[test]
fn a_source_on_a_share_does_not_blame_local_drives() {
    let evidence = Evidence { share: on_share().share, ..healthy("ext4") };
    for errno in ERRNOS {
        let fault = of_rsync(end(23), Some(&complaint(Side::Source, Operation::Read, errno)), &evidence);
        let named = matches!(&fault, Fault::ShareUnreadable { share, .. } if share == "nas:/backups");
        let forbidden = [Errno::ACCESS, Errno::PERM].contains(&Errno::from_raw_os_error(errno));
        assert_eq!(named, !forbidden, "{fault:?}");
        assert!(!accuses(&fault), "{fault:?}");
        let said = Language::ALL.map(|language| Texts::new(language).message(&fault).to_string()).concat();
        assert!(!said.contains("smartctl") && !said.contains("journalctl -k"), "{said}");
    }
    let cut_off = of_rsync(end(-9), Some(&complaint(Side::Source, Operation::Read, 116)), &evidence);
    assert!(cut_off.is_interruption(), "{cut_off:?}");
}

#[test]
fn a_missing_answer_is_reported_as_such() {
    let late = || io::Error::new(io::ErrorKind::TimedOut, "no answer within 60 s");
    let lock = LockPath { path: "/srv/x.lock", place: LockPlace::Source };
    let told = of_lock(lock, Operation::Delete, &late(), &on_share());
    assert!(matches!(&told, Fault::UnlockFailed { why: Obstacle::NoAnswer, .. }), "{told:?}");
    let told = of_io(Operation::Contents, &late(), &healthy("ext4"));
    assert!(matches!(&told, Fault::NotStored { why: Obstacle::NoAnswer, .. }) && !accuses(&told), "{told:?}");
}

/// Lock files on the disk are like all other files there; elsewhere no drive is blamed.
#[test]
fn no_lock_file_blames_the_disk_without_evidence() {
    for (operation, errno) in OPERATIONS.into_iter().flat_map(|operation| ERRNOS.map(move |errno| (operation, errno))) {
        for place in [LockPlace::Disk, LockPlace::Source, LockPlace::Computer] {
            let error = io::Error::from_raw_os_error(errno);
            let fault = of_lock(LockPath { path: "x", place }, operation, &error, &healthy("ext4"));
            let errno = Errno::from_raw_os_error(errno);
            // The file system reports its own inconsistency.
            let known = errno == Errno::UCLEAN || DAMAGE.contains(&errno) && place == LockPlace::Disk;
            assert_eq!(accuses(&fault), known, "{place:?} {operation:?} {errno:?}: {fault:?}");
        }
    }
}

#[test]
fn a_lock_failure_says_why_the_file_failed() {
    let lock = LockPath { path: "/srv/x.lock", place: LockPlace::Source };
    let tight = Space { free: 0, reserved: 0, size: 400 << 20, block: 4096, inodes: Some(9) };
    let with = |space: Space| Evidence { space: Some(space), ..healthy("") };
    let marked = FilePlace { immutable: true, ..FilePlace::default() };
    let cases = [
        (Operation::Contents, 28, with(tight), Obstacle::NoRoom),
        (Operation::Contents, 28, healthy(""), Obstacle::RoomUnusable),
        (Operation::Name, 28, with(Space { inodes: Some(0), ..tight }), Obstacle::NoInodes),
        (Operation::Contents, 122, healthy(""), Obstacle::Quota),
        (
            Operation::Name,
            30,
            Evidence { writability: Writability::ReadOnly, ..healthy("") },
            Obstacle::MountedReadOnly,
        ),
        (Operation::Delete, 1, Evidence { place: marked, ..healthy("") }, Obstacle::Immutable),
        (Operation::Name, 13, healthy(""), Obstacle::NotPermitted),
        (Operation::Name, 36, healthy(""), Obstacle::NameTooLong),
        (Operation::Contents, 5, healthy(""), Obstacle::InputOutput),
        (Operation::Contents, 117, healthy(""), Obstacle::InputOutput),
        (Operation::Name, 110, Evidence::default(), Obstacle::NoAnswer),
        (Operation::Name, 30, on_share(), Obstacle::ShareReadOnly),
        (Operation::Name, 13, on_share(), Obstacle::ShareRefuses),
        (Operation::Delete, 1, on_share(), Obstacle::ShareRefuses),
        (Operation::Name, 116, on_share(), Obstacle::Unknown),
    ];
    for (operation, errno, evidence, expected) in cases {
        let told = of_lock(lock, operation, &io::Error::from_raw_os_error(errno), &evidence);
        let made = matches!(&told, Fault::LockFailed { .. }) && operation != Operation::Delete;
        let (Fault::LockFailed { path, why, .. } | Fault::UnlockFailed { path, why, .. }) = told else {
            panic!("{errno}: {told:?}")
        };
        assert_eq!((why, path.as_str(), made), (expected, "/srv/x.lock", operation != Operation::Delete), "{errno}");
    }
    // A disk that the kernel has given up is reported as such, whatever the file.
    let given_up = Evidence { writability: Writability::GivenUp, ..healthy("ext4") };
    let on_disk = LockPath { place: LockPlace::Disk, ..lock };
    let told = of_lock(on_disk, Operation::Delete, &io::Error::from_raw_os_error(30), &given_up);
    assert!(matches!(told, Fault::TurnedReadOnly { .. }), "{told:?}");
}

/// Each reason, with its evidence.
#[test]
fn one_error_number_has_a_cause_for_each_evidence() {
    let place = |place: FilePlace| Evidence { place, ..healthy("btrfs") };
    let none = FilePlace { path: "sub/file".into(), ..FilePlace::default() };
    let snapshot = FilePlace { read_only_subvolume: Some("sub".into()), ..none.clone() };
    let cases = [
        (Operation::Name, 30, place(snapshot), "sub", Obstacle::ReadOnlySubvolume),
        (
            Operation::Name,
            30,
            Evidence { writability: Writability::ReadOnly, ..healthy("ext4") },
            "sub/file",
            Obstacle::MountedReadOnly,
        ),
        (Operation::Name, 30, healthy("ext4"), "sub/file", Obstacle::Unknown),
        (Operation::Name, 1, place(FilePlace { immutable: true, ..none.clone() }), "sub/file", Obstacle::Immutable),
        (
            Operation::Delete,
            1,
            place(FilePlace { append_only: true, ..none.clone() }),
            "sub/file",
            Obstacle::AppendOnly,
        ),
        (Operation::Delete, 1, place(FilePlace { swap: true, ..none.clone() }), "sub/file", Obstacle::SwapFile),
        (Operation::Name, 26, place(none.clone()), "sub/file", Obstacle::InUse),
        (
            Operation::Delete,
            16,
            place(FilePlace { mount_point: true, ..none.clone() }),
            "sub/file",
            Obstacle::MountPoint,
        ),
        (Operation::Delete, 16, place(none.clone()), "sub/file", Obstacle::InUse),
        (Operation::Name, 13, place(none.clone()), "sub/file", Obstacle::NotPermitted),
        (Operation::Attribute, 28, healthy("ext4"), "sub/file", Obstacle::AttributeTooLarge),
        (Operation::Attribute, 7, healthy("btrfs"), "sub/file", Obstacle::AttributeTooLarge),
        (Operation::Attribute, 95, healthy("ntfs"), "sub/file", Obstacle::AttributesUnsupported),
        (Operation::Name, 28, healthy("ext4"), "sub/file", Obstacle::DirectoryFull),
        (Operation::Name, 28, healthy("xfs"), "sub/file", Obstacle::RoomUnusable),
        (
            Operation::Contents,
            28,
            Evidence { metadata_full: true, ..healthy("btrfs") },
            "sub/file",
            Obstacle::MetadataFull,
        ),
        (Operation::Contents, 122, healthy("xfs"), "sub/file", Obstacle::Quota),
        (Operation::Name, 36, healthy("ext4"), "sub/file", Obstacle::NameTooLong),
        (Operation::Name, 22, healthy("ntfs"), "sub/file", Obstacle::NameRefused),
        (Operation::Contents, 27, healthy("ext4"), "sub/file", Obstacle::FileTooLarge),
        (
            Operation::Contents,
            22,
            place(FilePlace { too_large: true, ..none.clone() }),
            "sub/file",
            Obstacle::FileTooLarge,
        ),
        (Operation::Link, 31, healthy("ext4"), "sub/file", Obstacle::TooManyLinks),
        (Operation::Name, 31, healthy("ext4"), "sub/file", Obstacle::DirectoryFull),
        (Operation::Name, 40, healthy("ext4"), "sub/file", Obstacle::LinkInTheWay),
        (Operation::Name, 13, place(FilePlace { link: true, ..none.clone() }), "sub/file", Obstacle::LinkInTheWay),
        (Operation::Link, 18, healthy("btrfs"), "sub/file", Obstacle::LinksApart),
        (Operation::Contents, 28, place(FilePlace { quota: true, ..none.clone() }), "sub/file", Obstacle::Quota),
        (Operation::Delete, 39, healthy("ext4"), "sub/file", Obstacle::NotEmpty),
        (Operation::Name, 18, healthy("ext4"), "sub/file", Obstacle::OtherFileSystem),
        (Operation::Contents, 110, healthy("ext4"), "sub/file", Obstacle::NoAnswer),
        (Operation::Contents, 103, healthy("ext4"), "sub/file", Obstacle::Unknown),
    ];
    for (operation, errno, evidence, named, expected) in cases {
        match of_rsync(end(23), Some(&complaint(Side::Target, operation, errno)), &evidence) {
            Fault::NotStored { why, path, .. } => {
                assert_eq!((why, path.as_str()), (expected, named), "{operation:?} {errno}")
            }
            other => panic!("{operation:?} {errno}: {other:?}"),
        }
    }
}

#[test]
fn a_lack_of_room_differs_from_a_lack_of_inodes() {
    let tight = Space { free: 0, reserved: 0, size: 400 << 20, block: 4096, inodes: Some(9) };
    let full = Evidence { space: Some(tight), ..healthy("ext4") };
    for operation in [Operation::Contents, Operation::Name, Operation::Attribute] {
        let fault = of_rsync(end(11), Some(&complaint(Side::Target, operation, 28)), &full);
        assert!(matches!(fault, Fault::DiskFull { free: 0, .. }), "{fault:?}");
    }
    let crowded = Evidence { space: Some(Space { inodes: Some(0), ..tight }), ..healthy("ext4") };
    let fault = of_rsync(end(23), Some(&complaint(Side::Target, Operation::Name, 28)), &crowded);
    assert!(matches!(fault, Fault::OutOfInodes { .. }), "{fault:?}");
}

#[test]
fn the_first_of_the_most_severe_complaints_decides() {
    let of = |side, operation, errno, path: &str| Complaint { path: path.into(), ..complaint(side, operation, errno) };
    let times = of(Side::Target, Operation::Owner, 30, "top");
    let first = of(Side::Target, Operation::Name, 1, "first");
    let second = of(Side::Target, Operation::Name, 1, "second");
    let source = of(Side::Source, Operation::Read, 5, "source");
    let full = of(Side::Target, Operation::Contents, 28, "full");
    let sick = of(Side::Target, Operation::Contents, 5, "sick");
    let vanished = of(Side::Source, Operation::Read, 2, "vanished");
    let decided = |complaints: &[&Complaint]| {
        let complaints: Vec<Complaint> = complaints.iter().map(|complaint| (*complaint).clone()).collect();
        most_severe(&complaints).map(|complaint| complaint.path.display().to_string()).unwrap_or_default()
    };
    assert_eq!(decided(&[&first, &second]), "first");
    assert_eq!(decided(&[&first, &source]), "source");
    assert_eq!(decided(&[&source, &full]), "full");
    assert_eq!(decided(&[&full, &times, &sick]), "sick");
    assert_eq!(decided(&[&vanished, &first]), "first");
    assert_eq!(decided(&[]), "");
}

#[test]
fn a_killed_rsync_stays_an_interruption() {
    for code in [-9, 12] {
        let fault = of_rsync(end(code), Some(&complaint(Side::Target, Operation::Name, 1)), &healthy("ext4"));
        assert!(fault.is_interruption(), "{fault:?}");
    }
}
