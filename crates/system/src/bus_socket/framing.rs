//! Bytes of a socket, cut into the messages of D-Bus. Keeps no more than one of them and what was read with it; of one that is too long
//! and that nobody waits for it keeps the header. Must not know what a message says.

use std::io;
use std::mem;
use std::ops::Range;

use tokio::io::AsyncReadExt;
use tokio::net::unix::OwnedReadHalf;

/// Of a message; the longest call that is no refusal has arguments of 255 bytes. Calls are kept in memory as long as they wait.
const LONGEST: usize = 16 << 10;
const READ_AT_ONCE: usize = 64 << 10;
/// The fixed part of each message (the D-Bus specification, "Message Format").
const FIXED: usize = 16;
const BODY_LENGTH: Range<usize> = 4..8;

/// What has been read.
pub struct Framing {
    socket: OwnedReadHalf,
    /// Whether somebody waits for the message that has this header, however long it is.
    is_awaited: fn(&[u8]) -> bool,
    bytes: Vec<u8>,
    /// So many of them have been looked at.
    seen: usize,
    /// Of a message that is too long.
    to_skip: usize,
}

/// The bytes of one message; of one that is too long, those of its header, with nothing after it.
pub struct Frame {
    /// The message as it was read.
    pub bytes: Vec<u8>,
    /// Only its header was read.
    pub is_too_long: bool,
}

/// In bytes, of a message that begins so.
struct Lengths {
    header: usize,
    whole: usize,
}

impl Lengths {
    /// None until the fixed part is there.
    fn of(bytes: &[u8]) -> Option<Self> {
        let number = |at: usize| -> Option<usize> {
            let four = bytes.get(at..at + 4)?.try_into().ok()?;
            let number = if bytes.first() == Some(&b'B') { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) };
            usize::try_from(number).ok()
        };
        let header = (FIXED + number(12)?).next_multiple_of(8);
        Some(Self { header, whole: header + number(4)? })
    }
}

impl Framing {
    /// Reads messages; `is_awaited` says of a header whether its body is wanted.
    pub fn new(socket: OwnedReadHalf, is_awaited: fn(&[u8]) -> bool) -> Self {
        Self { socket, is_awaited, bytes: Vec::new(), seen: 0, to_skip: 0 }
    }

    /// What somebody else has read already.
    pub fn put(&mut self, bytes: &mut Vec<u8>) {
        self.bytes.append(bytes);
    }

    /// For the handshake, before there are messages.
    ///
    /// # Errors
    /// Those of the socket.
    pub async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.socket.read(buffer).await
    }

    /// Nothing is lost when this is dropped before its end.
    ///
    /// # Errors
    /// Those of the socket, and one for what is no message of D-Bus.
    pub async fn next(&mut self) -> io::Result<Frame> {
        loop {
            self.skip();
            if let Some(heard) = self.take() {
                return Ok(heard);
            }
            self.make_room();
            if self.socket.read_buf(&mut self.bytes).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Gives back what a long message needed.
    fn make_room(&mut self) {
        self.bytes.drain(..mem::take(&mut self.seen));
        if self.bytes.len() < READ_AT_ONCE {
            self.bytes.shrink_to(2 * READ_AT_ONCE);
        }
        self.bytes.reserve(READ_AT_ONCE);
    }

    fn skip(&mut self) {
        let skipped = self.to_skip.min(self.bytes.len() - self.seen);
        self.seen += skipped;
        self.to_skip -= skipped;
    }

    fn take(&mut self) -> Option<Frame> {
        let lengths = Lengths::of(&self.bytes[self.seen..])?;
        if lengths.whole <= LONGEST {
            return Some(Frame { bytes: self.cut(lengths.whole)?, is_too_long: false });
        }
        if lengths.header > LONGEST {
            // Not even who sent it is found out.
            self.to_skip = lengths.whole;
            self.skip();
            return None;
        }
        let mut header = self.bytes.get(self.seen..self.seen + lengths.header)?.to_vec();
        header[BODY_LENGTH].fill(0);
        if (self.is_awaited)(&header) {
            return Some(Frame { bytes: self.cut(lengths.whole)?, is_too_long: false });
        }
        self.seen += lengths.header;
        self.to_skip = lengths.whole - lengths.header;
        Some(Frame { bytes: header, is_too_long: true })
    }

    fn cut(&mut self, length: usize) -> Option<Vec<u8>> {
        let bytes = self.bytes.get(self.seen..self.seen + length)?.to_vec();
        self.seen += length;
        Some(bytes)
    }
}
