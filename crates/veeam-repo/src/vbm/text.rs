//! Bytes of a file → UTF-8, a piece at a time. Only what begins with a byte order mark, or as an XML declaration in UTF-16 would,
//! is taken for anything but UTF-8; whether UTF-8 is valid, the XML reader finds out.

use std::io::{self, BufRead, Read};

const PIECE: usize = 32 << 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    LittleEndian,
    BigEndian,
}

/// The encoding, and how much of the beginning is its mark.
fn detect(beginning: &[u8]) -> (Encoding, usize) {
    match beginning {
        [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
        [0xff, 0xfe, ..] => (Encoding::LittleEndian, 2),
        [0xfe, 0xff, ..] => (Encoding::BigEndian, 2),
        [b'<', 0, _, 0] => (Encoding::LittleEndian, 0),
        [0, b'<', 0, _] => (Encoding::BigEndian, 0),
        _ => (Encoding::Utf8, 0),
    }
}

/// A file as UTF-8.
pub(super) struct Decoded<'a> {
    source: &'a mut dyn Read,
    encoding: Option<Encoding>,
    /// Bytes that make no whole character yet; at most three.
    left: Vec<u8>,
    text: Vec<u8>,
    at: usize,
    undecodable: bool,
}

impl<'a> Decoded<'a> {
    pub(super) fn new(source: &'a mut dyn Read) -> Self {
        Self { source, encoding: None, left: Vec::new(), text: Vec::new(), at: 0, undecodable: false }
    }

    /// Whether reading has failed for what the file contains, and not for the file system.
    pub(super) fn is_undecodable(&self) -> bool {
        self.undecodable
    }

    /// The next bytes, behind those that are left over. Empty at the end.
    fn next(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = std::mem::take(&mut self.left);
        let wanted = if self.encoding.is_some() { bytes.len() + 1 } else { 4 };
        while bytes.len() < wanted {
            let before = bytes.len();
            bytes.resize(before + PIECE, 0);
            let read = loop {
                match self.source.read(&mut bytes[before..]) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    read => break read?,
                }
            };
            bytes.truncate(before + read);
            if read == 0 {
                break;
            }
        }
        Ok(bytes)
    }

    fn refill(&mut self) -> io::Result<()> {
        let before = self.left.len();
        let mut bytes = self.next()?;
        let ended = bytes.len() == before;
        let encoding = self.encoding.unwrap_or_else(|| {
            let (encoding, mark) = detect(&bytes[..bytes.len().min(4)]);
            bytes.drain(..mark);
            encoding
        });
        self.encoding = Some(encoding);
        self.at = 0;
        match encoding {
            Encoding::Utf8 => self.text = bytes,
            Encoding::LittleEndian => self.decode(&bytes, u16::from_le_bytes, ended)?,
            Encoding::BigEndian => self.decode(&bytes, u16::from_be_bytes, ended)?,
        }
        Ok(())
    }

    fn decode(&mut self, bytes: &[u8], unit: fn([u8; 2]) -> u16, ended: bool) -> io::Result<()> {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let mut units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        let halved = units.pop_if(|last| !ended && (0xd800..0xdc00).contains(last)).is_some();
        let kept = rest.len() + if halved { 2 } else { 0 };
        self.left = bytes[bytes.len() - kept..].to_vec();
        let text = String::from_utf16(&units).ok().filter(|_| !ended || rest.is_empty());
        self.undecodable = text.is_none();
        self.text = text.ok_or(io::ErrorKind::InvalidData)?.into_bytes();
        Ok(())
    }
}

impl Read for Decoded<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Decoded<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at == self.text.len() {
            let before = self.left.len();
            self.refill()?;
            // Nothing but half a character may be all that came; then there is more.
            if self.text.is_empty() && self.left.len() <= before {
                break;
            }
        }
        Ok(&self.text[self.at..])
    }

    fn consume(&mut self, read: usize) {
        self.at += read;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives out one byte at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let read = self.0.len().min(into.len()).min(1);
            (&mut self.0).take(read as u64).read(into)
        }
    }

    fn decoded(mut source: impl Read) -> io::Result<String> {
        let mut text = String::new();
        Decoded::new(&mut source).read_to_string(&mut text).map(|_| text)
    }

    #[test]
    fn every_encoding_gives_the_same_text_however_it_comes() {
        let text = "<?xml?><a b=\"Büro 𝄞 サーバー\"/>";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let marked = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
        let forms = [
            text.as_bytes().to_vec(),
            marked(&[0xef, 0xbb, 0xbf], text.as_bytes()),
            marked(&[0xff, 0xfe], &little),
            marked(&[0xfe, 0xff], &big),
            little,
            big,
        ];
        for form in &forms {
            assert_eq!(decoded(&form[..]).unwrap(), text);
            assert_eq!(decoded(Slow(form)).unwrap(), text);
        }
    }

    #[test]
    fn half_a_character_at_the_end_is_an_error() {
        for end in [&[0x34, 0xd8][..], &[0x34]] {
            let bytes = [&[0xff, 0xfe, b'<', 0][..], end].concat();
            assert!(decoded(&bytes[..]).is_err(), "{end:?}");
        }
    }

    #[test]
    fn an_empty_file_is_an_empty_text() {
        assert_eq!(decoded(&[][..]).unwrap(), "");
        assert_eq!(decoded(&[0xff, 0xfe][..]).unwrap(), "");
    }
}
