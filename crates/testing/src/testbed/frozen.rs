//! A disk whose medium can be held up: its image lies on a file system that can be frozen.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::Testbed;
use super::disk::{Disk, USUAL_SIZE};
use super::file_system::FileSystem;
use crate::run;

/// Where the image of a freezable disk lies, in the testbed.
const STORE: &str = "/mnt/store";

impl Disk {
    /// Two disks: one that holds the image of the other, and the other, to which [`Frozen`] stops all writes. It has no journal,
    /// and so much room that ext4 need not count its last blocks, so that a writer waits for nothing before the flush does.
    pub fn make_freezable(testbed: &Testbed, label: &str) -> (Self, Self) {
        let mut store = Self::make(testbed, FileSystem::Ext4, "STORE");
        store.plug();
        testbed.run(&["mkdir", STORE]);
        testbed.run(&["mount", &store.device().display().to_string(), STORE]);
        let image = testbed.path(STORE).join("image");
        let disk = Self::make_at(image, label, 5 * USUAL_SIZE);
        let mut mkfs = Command::new("/usr/sbin/mkfs.ext4");
        mkfs.args(["-q", "-F", "-O", "^has_journal", "-E", "lazy_itable_init=0,nodiscard"]);
        mkfs.args(["-L", label, "-U", &disk.uuid]);
        run(mkfs.arg(disk.image()));
        (store, disk)
    }
}

/// While this lives, no write to a freezable disk completes. It thaws also when the test is killed, since its input ends then.
pub struct Frozen(Child);

impl Frozen {
    /// Freezes the disk of [`Disk::make_freezable`].
    pub fn new(testbed: &Testbed) -> Self {
        let script = format!("fsfreeze --freeze {STORE} && echo frozen; read -r _; fsfreeze --unfreeze {STORE}");
        let mut command = Command::new("nsenter");
        command.args(["--target", &testbed.init().to_string(), "--mount", "--", "sh", "-c", &script]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("nsenter");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("its answer");
        assert_eq!(line.trim(), "frozen", "fsfreeze has failed");
        Self(child)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
