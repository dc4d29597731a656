//! Whether a disk still responds. A disk that hangs without an error is seen by nothing else: who waits for it waits in the kernel,
//! and UDisks2, asked to unmount it, responds nobody any more. So one block is read now and then, past all caches.
//! Knows of no run: what until_hung means is decided by whoever asks.

use std::fs::File;
use std::io;
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::io::pread;
use tokio::time::sleep;

use super::Volume;
use crate::blocking::blocking;

/// What is asked for meanwhile costs the disk one movement of its heads.
const PAUSE: Duration = Duration::from_secs(20);
/// As large as any sector is, since reading past the caches is done in whole ones.
const BLOCK: usize = 4096;

#[repr(align(4096))]
struct Block([u8; BLOCK]);

/// Whether the disk responds within `patience`. An error is an answer, too, even one that speaks of time: it is told by whoever else
/// works with the disk.
pub async fn responds(volume: &Volume, patience: Duration) -> bool {
    let volume = volume.clone();
    let asked = blocking::<_, io::Error>(patience, move || Ok(read_a_block(&volume)));
    asked.await.is_ok()
}

/// Ends when the disk has not answered for `patience`; as long as it responds, never.
pub async fn until_hung(volume: &Volume, patience: Duration) {
    while responds(volume, patience).await {
        sleep(PAUSE).await;
    }
}

/// Ends when the disk responds, however long that takes; nothing is asked twice of one that hangs.
pub async fn until_responsive(volume: &Volume) {
    responds(volume, Duration::MAX).await;
}

/// Anywhere on the disk, since its own memory responds for a block that was read lately.
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
    async fn an_error_is_an_answer() {
        let gone = Volume { device: "/nonexistent".into(), ..Volume::sample("A") };
        assert!(responds(&gone, Duration::from_secs(60)).await);
        until_responsive(&gone).await;
    }
}
