//! Proves that a disk is safe to remove: everything is written, and nothing uses it.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use rustix::fs::{Mode, OFlags};

use super::Volume;
use super::device_blockers::DiskParts;
use asbackup_system::blocking::{FLUSH, blocking};

/// As many as fit a message.
const NAMED: usize = 5;

/// The kernel lets go of a device some time after its file system has left the mount table, and others probe it then:
/// mostly for a moment, at worst for ten seconds.
const PAUSE_FROM: Duration = Duration::from_millis(20);
const PAUSE_UP_TO: Duration = Duration::from_millis(500);
const PAUSES: usize = 24;

/// What is proven about a disk that nothing uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// It is safe to remove.
    Released,
    /// Everything is written, but these must be closed before it is removed: what the file system is built upon, such
    /// as a LUKS container or a volume group. Only whoever opened them knows how.
    Open(Vec<String>),
}

/// `prove`, with some patience while something uses the disk.
///
/// # Errors
/// Those of `prove`.
pub async fn proven(volume: &Volume) -> io::Result<Proof> {
    let pauses =
        ExponentialBuilder::default().with_min_delay(PAUSE_FROM).with_max_delay(PAUSE_UP_TO).with_max_times(PAUSES);
    let prove = || {
        let volume = volume.clone();
        blocking(FLUSH, move || prove(&volume))
    };
    prove.retry(pauses).when(|error| error.kind() == io::ErrorKind::ResourceBusy).await
}

/// Flushes the device's cache and proves that nothing uses the disk, its partitions, or what is built upon them.
///
/// The kernel refuses an exclusive open while the device or one of the disk's partitions is mounted in any namespace or
/// held by the device mapper. FUSE file systems and loop devices make no such claim, so mount tables and sysfs are read
/// as well. Blocks while the device flushes.
///
/// # Errors
/// `ResourceBusy` when something uses it, with names; `NotFound` when it has been pulled; the device's own error when
/// the flush failed.
pub fn prove(volume: &Volume) -> io::Result<Proof> {
    let proof = claim_and_flush(volume);
    // Name and number may belong to another device by now, and a device without a medium flushes without an error.
    if volume.has_gone() { Err(io::ErrorKind::NotFound.into()) } else { proof }
}

fn claim_and_flush(volume: &Volume) -> io::Result<Proof> {
    let parts = DiskParts::of(volume);
    let blockers = parts.blockers(NAMED);
    if !blockers.is_empty() {
        return Err(busy(&blockers));
    }
    let named = |error: io::Error| match error.kind() {
        io::ErrorKind::ResourceBusy => {
            Some(parts.openers(NAMED)).filter(|found| !found.is_empty()).map_or(error, |f| busy(&f))
        }
        _ => error,
    };
    let device = open_exclusively(&volume.device).map_err(named)?;
    if rustix::fs::fstat(&device)?.st_rdev != volume.device_number {
        return Err(io::ErrorKind::NotFound.into());
    }
    device.sync_all()?;
    // One claim would conflict with the next.
    drop(device);
    for part in parts.claimable().into_iter().filter(|part| *part != volume.device) {
        open_exclusively(&part).map(drop).map_err(named)?;
    }
    let beneath = parts.beneath();
    if beneath.is_empty() {
        return Ok(Proof::Released);
    }
    // A layer in between may not pass the flush on.
    parts.disks().try_for_each(|disk| File::open(disk)?.sync_all())?;
    Ok(Proof::Open(beneath))
}

fn busy(names: &[String]) -> io::Error {
    io::Error::new(io::ErrorKind::ResourceBusy, names.join(", "))
}

fn open_exclusively(device: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::EXCL | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::open(device, flags, Mode::empty())?))
}
