//! Cuts the bytes of a socket into D-Bus messages. Keeps no more than one of them and what was read with it; of a long one that
//! nobody asked for it keeps only the header. Must not know what a message means.

use std::io;
use std::mem;
use std::ops::Range;

use tokio::io::AsyncReadExt;
use tokio::net::unix::OwnedReadHalf;

/// In bytes, of a message that nobody asked for. Our calls take arguments of 255 bytes at most, and waiting calls are kept in memory.
const LONGEST: usize = 16 << 10;
const READ_AT_ONCE: usize = 64 << 10;
/// Bytes of the fixed part of each message (D-Bus specification, "Message Format").
const FIXED: usize = 16;
const BODY_LENGTH: Range<usize> = 4..8;

/// The bytes read so far.
pub struct Framing {
    socket: OwnedReadHalf,
    /// Whether a message with this header was asked for, and may have any length.
    is_awaited: fn(&[u8]) -> bool,
    bytes: Vec<u8>,
    /// How many of them are done with.
    consumed: usize,
    /// Bytes still to come of a message that is too long.
    to_skip: usize,
}

/// The bytes of one message, or the header alone of one that is too long.
pub struct Frame {
    /// The message, or its header.
    pub bytes: Vec<u8>,
    /// Only the header is there.
    pub is_too_long: bool,
}

/// In bytes.
struct Lengths {
    header: usize,
    whole: usize,
}

impl Lengths {
    /// Of the message that begins here; `None` until its fixed part is there.
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
    /// `is_awaited` decides by the header whether a message may have any length.
    pub fn new(socket: OwnedReadHalf, is_awaited: fn(&[u8]) -> bool) -> Self {
        Self { socket, is_awaited, bytes: Vec::new(), consumed: 0, to_skip: 0 }
    }

    /// Takes over what has already been read.
    pub fn append(&mut self, bytes: &mut Vec<u8>) {
        self.bytes.append(bytes);
    }

    /// Reads bytes of the handshake, which precedes the messages.
    ///
    /// # Errors
    /// The socket's own.
    pub async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.socket.read(buffer).await
    }

    /// The next message. Cancel-safe.
    ///
    /// # Errors
    /// The socket's own, or the end of the stream.
    pub async fn next(&mut self) -> io::Result<Frame> {
        loop {
            self.skip();
            if let Some(frame) = self.take() {
                return Ok(frame);
            }
            self.make_room();
            if self.socket.read_buf(&mut self.bytes).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Releases the memory of a long message.
    fn make_room(&mut self) {
        self.bytes.drain(..mem::take(&mut self.consumed));
        if self.bytes.len() < READ_AT_ONCE {
            self.bytes.shrink_to(2 * READ_AT_ONCE);
        }
        self.bytes.reserve(READ_AT_ONCE);
    }

    fn skip(&mut self) {
        let skipped = self.to_skip.min(self.bytes.len() - self.consumed);
        self.consumed += skipped;
        self.to_skip -= skipped;
    }

    fn take(&mut self) -> Option<Frame> {
        let lengths = Lengths::of(&self.bytes[self.consumed..])?;
        if lengths.whole <= LONGEST {
            return Some(Frame { bytes: self.split_off(lengths.whole)?, is_too_long: false });
        }
        if lengths.header > LONGEST {
            // Its sender stays unknown.
            self.to_skip = lengths.whole;
            self.skip();
            return None;
        }
        let mut header = self.bytes.get(self.consumed..self.consumed + lengths.header)?.to_vec();
        header[BODY_LENGTH].fill(0);
        if (self.is_awaited)(&header) {
            return Some(Frame { bytes: self.split_off(lengths.whole)?, is_too_long: false });
        }
        self.consumed += lengths.header;
        self.to_skip = lengths.whole - lengths.header;
        Some(Frame { bytes: header, is_too_long: true })
    }

    fn split_off(&mut self, length: usize) -> Option<Vec<u8>> {
        let bytes = self.bytes.get(self.consumed..self.consumed + length)?.to_vec();
        self.consumed += length;
        Some(bytes)
    }
}
