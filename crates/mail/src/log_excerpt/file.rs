//! One file of a log: the log itself or a rotated one, compressed or not. Positions count uncompressed bytes.

use std::fs::File;
use std::io::{self, Read, copy, sink};
use std::os::unix::fs::{FileExt, MetadataExt};

use flate2::read::MultiGzDecoder;
use uuid::Uuid;

use asbackup_api::{Head, LogMark};

/// Bytes that identify a file: at least two lines, each with its time.
const HEAD: u64 = 1024;
/// Unpacked bytes of a compressed file that are read at most.
const MOST_UNPACKED: u64 = 1 << 30;

#[derive(Debug)]
pub struct LogFile {
    file: File,
    packed: bool,
}

impl LogFile {
    pub fn new(file: File, packed: bool) -> Self {
        Self { file, packed }
    }

    /// The bytes from `start`. Blocks.
    ///
    /// # Errors
    /// The file can't be read, or its compressed data is damaged.
    pub fn bytes(&self, start: u64) -> io::Result<Box<dyn Read + '_>> {
        if !self.packed {
            return Ok(Box::new(At { file: &self.file, position: start }));
        }
        let mut unpacked = MultiGzDecoder::new(At { file: &self.file, position: 0 });
        copy(&mut unpacked.by_ref().take(start), &mut sink())?;
        Ok(Box::new(unpacked))
    }

    /// Its current length in bytes. Blocks.
    ///
    /// # Errors
    /// As `bytes`; also for a compressed file of more than a gigabyte.
    pub fn length(&self) -> io::Result<u64> {
        if !self.packed {
            return Ok(self.file.metadata()?.len());
        }
        let length = copy(&mut self.bytes(0)?.take(MOST_UNPACKED + 1), &mut sink())?;
        if length > MOST_UNPACKED {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(length)
    }

    /// Identifies the file by its beginning, up to `length` bytes. Blocks.
    ///
    /// # Errors
    /// As `bytes`.
    pub fn head(&self, length: u64) -> io::Result<Head> {
        let mut bytes = Vec::new();
        self.bytes(0)?.take(length.min(HEAD)).read_to_end(&mut bytes)?;
        let fingerprint = Uuid::new_v5(&Uuid::NAMESPACE_OID, &bytes).simple().to_string();
        Ok(Head { length: bytes.len() as u64, fingerprint })
    }

    /// Whether the file has this head; `false` if it can't be read.
    pub fn begins_with(&self, head: &Head) -> bool {
        self.head(head.length).is_ok_and(|found| found == *head)
    }

    /// Where it ends now, without its head.
    pub fn mark(&self) -> io::Result<LogMark> {
        let stat = self.file.metadata()?;
        Ok(LogMark { device: stat.dev(), inode: stat.ino(), offset: self.length()?, head: Head::default() })
    }

    pub fn is_that_of(&self, mark: &LogMark) -> bool {
        self.file.metadata().is_ok_and(|stat| (stat.dev(), stat.ino()) == (mark.device, mark.inode))
    }
}

/// Reads from its own position and leaves that of the descriptor alone.
struct At<'a> {
    file: &'a File,
    position: u64,
}

impl Read for At<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.position)?;
        self.position += read as u64;
        Ok(read)
    }
}
