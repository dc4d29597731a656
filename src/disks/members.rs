//! How many disks a file system lies on, by what each of them says of itself. Reads the device.

use std::fs::File;
use std::os::unix::fs::FileExt;

use super::Volume;

/// btrfs' superblock, and in it its magic number and the number of devices (Documentation of btrfs, on-disk format).
const SUPERBLOCK: u64 = 64 << 10;
const MAGIC: usize = 64;
const BTRFS_MAGIC: [u8; 8] = *b"_BHRfS_M";
const DEVICES: usize = 136;

/// None where it can't be read, and for file systems that know no others. Blocks.
pub fn count(volume: &Volume) -> Option<u64> {
    if volume.id_type != "btrfs" {
        return None;
    }
    let mut block = [0; 4096];
    File::open(&volume.device).and_then(|device| device.read_exact_at(&mut block, SUPERBLOCK)).ok()?;
    told(&block)
}

fn told(superblock: &[u8]) -> Option<u64> {
    let is_btrfs = superblock.get(MAGIC..)?.starts_with(&BTRFS_MAGIC);
    let count = superblock.get(DEVICES..)?.first_chunk::<8>()?;
    is_btrfs.then(|| u64::from_le_bytes(*count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_btrfs_tells_how_many_it_lies_on() {
        let mut block = vec![0; 4096];
        block[DEVICES] = 2;
        assert_eq!(told(&block), None);
        block[MAGIC..MAGIC + 8].copy_from_slice(&BTRFS_MAGIC);
        assert_eq!(told(&block), Some(2));
        assert_eq!(told(&[]), None);
    }
}
