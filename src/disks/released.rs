//! The proof that a disk may be pulled: written back, and held by nothing.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{Mode, OFlags};

use super::Volume;

/// Flushes the device's cache and proves that nobody holds the device.
///
/// An exclusive open is refused by the kernel while the device is mounted in any namespace, or held by a loop device or the
/// device mapper. Blocks while the device flushes.
///
/// # Errors
/// `ResourceBusy` when something holds it, `NotFound` when it has been pulled, the device's own error when flushing failed.
pub fn prove(volume: &Volume) -> io::Result<()> {
    let device = open_exclusively(&volume.device)?;
    if rustix::fs::fstat(&device)?.st_rdev != volume.device_number {
        return Err(io::ErrorKind::NotFound.into());
    }
    device.sync_all()
}

fn open_exclusively(device: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::EXCL | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::open(device, flags, Mode::empty())?))
}
