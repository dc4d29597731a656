//! The first generation keeps its document, escaped, as the text of an element. This is that document, unescaped while it is read.

use std::io::{self, BufRead, Read};

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};

use super::metered::Metered;
use super::{Limits, VbmError, walk};

/// So much is collected before it is handed on: between two escapes there are but a few bytes.
const ENOUGH: usize = 16 << 10;

pub(super) struct Escaped<'a, 's> {
    outer: &'a mut Reader<Metered<'s>>,
    buffer: Vec<u8>,
    text: Vec<u8>,
    at: usize,
    ended: bool,
    failure: Option<VbmError>,
}

/// The document in the element that has just been opened, up to and with the element's end.
///
/// # Errors
/// As of any document; what is wrong outside comes first.
pub(super) fn document(
    outer: &mut Reader<Metered<'_>>,
    limits: Limits,
    visitor: &mut dyn walk::Visitor,
) -> Result<(), VbmError> {
    let mut inner = Escaped { outer, buffer: Vec::new(), text: Vec::new(), at: 0, ended: false, failure: None };
    let walked = walk::plain(&mut inner, limits, visitor).and_then(|()| inner.skip());
    inner.failure.take().map_or(walked, Err)
}

impl Escaped<'_, '_> {
    /// What is behind the inner document.
    fn skip(&mut self) -> Result<(), VbmError> {
        while !self.ended {
            self.refill().map_err(VbmError::Unreadable)?;
        }
        Ok(())
    }

    fn refill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.at = 0;
        while !self.ended && self.text.len() < ENOUGH {
            if let Err(failure) = self.take() {
                self.failure = Some(failure);
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        Ok(())
    }

    fn take(&mut self) -> Result<(), VbmError> {
        self.buffer.clear();
        match walk::next(self.outer, &mut self.buffer)? {
            Event::Text(text) => self.text.extend_from_slice(text.as_bytes()),
            Event::CData(text) => self.text.extend_from_slice(text.as_bytes()),
            Event::GeneralRef(reference) => push(&mut self.text, &reference)?,
            Event::End(_) => self.ended = true,
            Event::Eof => return Err(VbmError::Truncated),
            Event::Start(_) | Event::Empty(_) => {
                return Err(VbmError::malformed("elements where there should be text"));
            }
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::DocType(_) => {}
        }
        Ok(())
    }
}

/// Only what XML itself defines.
fn push(text: &mut Vec<u8>, reference: &BytesRef<'_>) -> Result<(), VbmError> {
    if let Some(char) = reference.resolve_char_ref()? {
        text.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
        return Ok(());
    }
    let known = resolve_predefined_entity(reference).ok_or_else(|| VbmError::malformed("an entity of its own"))?;
    text.extend_from_slice(known.as_bytes());
    Ok(())
}

impl Read for Escaped<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Escaped<'_, '_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.text.len() && !self.ended {
            self.refill()?;
        }
        Ok(&self.text[self.at..])
    }

    fn consume(&mut self, read: usize) {
        self.at += read;
    }
}
