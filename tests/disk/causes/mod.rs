//! Whatever ends a copy is reported by what is known of it, and neither disk nor drive is blamed without
//! evidence. Each cause is real: rsync, kernel, ntfs-3g and UDisks2 give their own messages. What no file system
//! here can be made to say is in the pure tests of `copy/cause.rs`; quotas of ext4 and xfs, which not every kernel has,
//! in `vm_debian/quotas.rs`.

mod limits;
mod locks;
mod meanwhile;
mod opened;
mod rest;
mod source;
mod target;

use std::fs;
use std::path::Path;
use std::process::Command;

use asbackup_testing::recorder::RunFinished;
use asbackup_testing::run;
use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::scene::{Scene, assert_aborted};
use asbackup_texts::{HasText, Language, Texts};
use serde_json::Value;

/// Words that make a person think the disk is broken.
const ACCUSING: [&str; 12] = [
    "damaged",
    "broken",
    "failing",
    "another disk",
    "larger disk",
    "fstab",
    "beschädigt",
    "defekt",
    "kaputt",
    "andere Platte",
    "größere Platte",
    "repariert",
];

/// The run's fault from the history, once its texts in both languages have been checked.
fn told(daemon: &Daemon, finished: &RunFinished) -> Value {
    assert_aborted(finished, &finished.error);
    let fault = daemon.record().fault.expect("a fault in the history");
    assert_no_accusation(&fault);
    serde_json::to_value(fault).expect("plain data")
}

/// Asserts that no language calls disk or drive broken.
fn assert_no_accusation<T: HasText>(value: &T) {
    for language in Language::ALL {
        let said = Texts::new(language).message(value).to_string();
        let found: Vec<_> = ACCUSING.iter().filter(|word| said.contains(**word)).collect();
        assert!(found.is_empty(), "{found:?} without evidence: {said}");
    }
}

/// The fault's words have these and none of those, in every language.
fn assert_words(daemon: &Daemon, these: &[&str], not_those: &[&str]) {
    let fault = daemon.record().fault.expect("a fault in the history");
    for language in Language::ALL {
        let said = Texts::new(language).message(&fault).to_string();
        assert!(these.iter().all(|word| said.contains(word)), "{these:?}: {said}");
        assert!(!not_those.iter().any(|word| said.contains(word)), "{not_those:?}: {said}");
    }
}

/// The copy of one file fails for this reason, and that file is named.
#[track_caller]
fn assert_not_stored(fault: &Value, why: &str, name: &str) {
    assert_eq!((&fault["kind"], &fault["why"]), (&Value::from("not-stored"), &Value::from(why)), "{fault}");
    let path = fault["path"].as_str().expect("a path");
    assert!(path.contains(name), "{path} is not {name}");
}

/// Makes the disk's ext4 anew with blocks of 1 KiB, of which each of its limits follows.
fn format_with_small_blocks(scene: &Scene, more: &[&str]) {
    let mut mkfs = Command::new("/usr/sbin/mkfs.ext4");
    mkfs.args(["-q", "-F", "-b", "1024", "-L", "OFFSITE", "-U", &scene.disk.uuid]).args(more);
    run(mkfs.arg(scene.disk.image()));
}

async fn aborted(scene: &mut Scene) -> Value {
    let (daemon, finished) = scene.run_once().await;
    let fault = told(&daemon, &finished);
    scene.assert_unmounted();
    scene.assert_no_lock_in_source();
    fault
}

/// Makes what the copy will run into, below the destination.
fn prepare(scene: &Scene, make: impl FnOnce(&Path)) {
    let mounted = scene.disk.mount_writable(&scene.testbed);
    let copy = scene.copy(&mounted);
    fs::create_dir_all(&copy).expect("the destination");
    make(&copy);
    mounted.done();
    // Otherwise UDisks2 may still list that mount's device, and the run would be about one that has gone.
    scene.testbed.settle();
}
