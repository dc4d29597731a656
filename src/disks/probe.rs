//! Probes whether a disk still responds. Nothing else notices a disk that hangs without an error: callers wait in the
//! kernel, and UDisks2 answers nobody once it is asked to unmount it. So one block is read now and then, past all
//! caches.

use std::fs::File;
use std::io;
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::io::pread;
use tokio::time::sleep;

use super::Volume;
use asbackup_system::blocking::blocking;

/// Between two probes, each of which costs the disk a seek.
const PAUSE: Duration = Duration::from_secs(20);
/// The largest sector size: reads past the caches are of whole sectors.
const BLOCK: usize = 4096;

#[repr(align(4096))]
struct Block([u8; BLOCK]);

/// Whether the disk responds within `patience`. An error is a response, even a time-out: other code that works with the
/// disk reports it.
pub async fn responds(volume: &Volume, patience: Duration) -> bool {
    let volume = volume.clone();
    let read = blocking::<_, io::Error>(patience, move || Ok(read_a_block(&volume)));
    read.await.is_ok()
}

/// Resolves when the disk has not responded for `patience`.
pub async fn until_hung(volume: &Volume, patience: Duration) {
    while responds(volume, patience).await {
        sleep(PAUSE).await;
    }
}

/// Resolves when the disk responds, however long that takes. A disk that hangs is read only once.
pub async fn until_responsive(volume: &Volume) {
    responds(volume, Duration::MAX).await;
}

/// At a random place, since the disk's own cache answers for a block that was read lately.
fn read_a_block(volume: &Volume) -> io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECT | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let device = File::from(rustix::fs::open(&volume.device, flags, Mode::empty())?);
    if rustix::fs::fstat(&device)?.st_rdev != volume.device_number {
        return Err(io::ErrorKind::NotFound.into());
    }
    let blocks = (volume.size / BLOCK as u64).max(1);
    let place = fastrand::u64(..blocks) * BLOCK as u64;
    pread(&device, &mut Block([0; BLOCK]).0, place)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_error_is_a_response() {
        let gone = Volume { device: "/nonexistent".into(), ..Volume::sample("A") };
        assert!(responds(&gone, Duration::from_secs(60)).await);
        until_responsive(&gone).await;
    }
}
