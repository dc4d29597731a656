//! The proof that a disk may be pulled: written back, and held by nothing.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use rustix::fs::{Mode, OFlags};

use super::Volume;
use super::device_blockers::DiskParts;
use crate::blocking::{FLUSH, blocking};

/// More would not fit into a message.
const NAMED: usize = 5;

/// A device is let go only some time after its file system has left the mount table, and others look into it then: mostly a moment,
/// at the worst ten seconds.
const PAUSE_FROM: Duration = Duration::from_millis(20);
const PAUSE_UP_TO: Duration = Duration::from_millis(500);
const PAUSES: usize = 24;

/// What is proven of a disk that nobody uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// It may be pulled.
    Released,
    /// All is written to it, but it must not go before these are closed: what the file system itself stands upon, as a LUKS
    /// container or a volume group. Only whoever made them knows how.
    Open(Vec<String>),
}

/// `prove`, with some patience for whoever holds the disk.
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

/// Flushes the device's cache and proves that nobody uses the disk, whole or in parts, nor anything that is built upon it.
///
/// An exclusive open is refused by the kernel while the device, or one of the disk's partitions, is mounted in any namespace or
/// held by the device mapper. File systems of FUSE and loop devices do not claim it so, hence the look at mount tables and
/// at what sysfs says. Blocks while the device flushes.
///
/// # Errors
/// `ResourceBusy` when something uses it, with its names; `NotFound` when it has been pulled; the device's own error when
/// flushing failed.
pub fn prove(volume: &Volume) -> io::Result<Proof> {
    let proof = claim_and_flush(volume);
    // The device's name and number may be another's by now, and one without a medium is flushed without a complaint.
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
    // The one claim would stand in the way of the other.
    drop(device);
    for part in parts.claimable().into_iter().filter(|part| *part != volume.device) {
        open_exclusively(&part).map(drop).map_err(named)?;
    }
    let beneath = parts.beneath();
    if beneath.is_empty() {
        return Ok(Proof::Released);
    }
    // What lies between may keep a flush to itself.
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
