//! Goes through a document element by element and says where it is. Knows no generation; what is of interest the visitor says.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::metered::Metered;
use super::{Limit, Limits, VbmError};

/// The elements that something is known of. All others are `OTHER`.
const NAMES: [&str; 20] = [
    "BackupMeta",
    "Backup",
    "BackupMetaInfo",
    "Storages",
    "Storage",
    "Stats",
    "CBackupStats",
    "BackupSize",
    "Points",
    "Point",
    "Objects",
    "Object",
    "Oibs",
    "OIB",
    "Vbm",
    "JobPoints",
    "Vms",
    "Vm",
    "VmPoints",
    "Pnt",
];
const OTHER: &str = "";

fn known(name: &str) -> &'static str {
    NAMES.iter().find(|known| **known == name).copied().unwrap_or(OTHER)
}

/// What is to be done with an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// Its elements and texts are visited.
    Go,
    /// Its text is a document, and that is visited.
    Descend,
}

/// Is told what there is, with the names of all open elements.
pub(super) trait Visitor {
    fn open(&mut self, path: &[&str], element: &BytesStart<'_>) -> Result<Then, VbmError>;
    /// A part of a text, still escaped where it is.
    fn text(&mut self, path: &[&str], text: &str) -> Result<(), VbmError>;
    fn close(&mut self, path: &[&str]) -> Result<(), VbmError>;
}

/// Visits the document within the element that has just been opened, up to and with the element's end.
pub(super) type Descend = fn(&mut Reader<Metered<'_>>, Limits, &mut dyn Visitor) -> Result<(), VbmError>;

struct Walk<'v> {
    path: Vec<&'static str>,
    limits: Limits,
    visitor: &'v mut dyn Visitor,
    descend: Option<Descend>,
}

/// The whole of a document.
pub(super) fn document(
    source: &mut dyn BufRead,
    limits: Limits,
    visitor: &mut dyn Visitor,
    descend: Descend,
) -> Result<(), VbmError> {
    walk(source, Walk { path: Vec::new(), limits, visitor, descend: Some(descend) })
}

/// The same, without documents within it.
pub(super) fn plain(source: &mut dyn BufRead, limits: Limits, visitor: &mut dyn Visitor) -> Result<(), VbmError> {
    walk(source, Walk { path: Vec::new(), limits, visitor, descend: None })
}

/// The next event, within the bounds.
pub(super) fn next<'b>(reader: &mut Reader<Metered<'_>>, buffer: &'b mut Vec<u8>) -> Result<Event<'b>, VbmError> {
    reader.get_mut().begin();
    let event = reader.read_event_into(buffer);
    match reader.get_ref().passed() {
        Some(limit) => Err(VbmError::TooMuch(limit)),
        None => Ok(event?),
    }
}

/// Whether it begins as XML must, before anything of it is taken for a long text.
fn begin(source: &mut dyn BufRead) -> Result<(), VbmError> {
    let bytes = source.fill_buf().map_err(VbmError::Unreadable)?;
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'<') => Ok(()),
        None if bytes.is_empty() => Err(VbmError::Truncated),
        _ => Err(VbmError::NotXml),
    }
}

fn walk(source: &mut dyn BufRead, mut walk: Walk<'_>) -> Result<(), VbmError> {
    begin(source)?;
    let mut reader = Reader::from_reader(Metered::new(source, walk.limits));
    let mut buffer = Vec::new();
    let mut began = false;
    loop {
        buffer.clear();
        match next(&mut reader, &mut buffer)? {
            Event::Start(element) => {
                let then = walk.open(&element)?;
                if let (Then::Descend, Some(descend)) = (then, walk.descend) {
                    descend(&mut reader, walk.limits, walk.visitor)?;
                    walk.close()?;
                }
                began = true;
            }
            Event::Empty(element) => {
                walk.open(&element)?;
                walk.close()?;
                began = true;
            }
            Event::End(_) => walk.close()?,
            Event::Text(text) if began => walk.visitor.text(&walk.path, &text)?,
            Event::CData(text) if began => walk.visitor.text(&walk.path, &text)?,
            // One reference after the other is a text as well.
            Event::GeneralRef(reference) if began => walk.visitor.text(&walk.path, &format!("&{};", &*reference))?,
            Event::Text(text) if text.trim().is_empty() => {}
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => return Err(VbmError::NotXml),
            Event::DocType(_) => return Err(VbmError::malformed("a document type")),
            Event::Eof => return Err(VbmError::Truncated),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
        }
        if began && walk.path.is_empty() {
            return Ok(());
        }
    }
}

impl Walk<'_> {
    fn open(&mut self, element: &BytesStart<'_>) -> Result<Then, VbmError> {
        if self.path.len() >= self.limits.depth {
            return Err(VbmError::TooMuch(Limit::Depth));
        }
        self.path.push(known(element.name().as_ref()));
        self.visitor.open(&self.path, element)
    }

    fn close(&mut self) -> Result<(), VbmError> {
        self.visitor.close(&self.path)?;
        self.path.pop();
        Ok(())
    }
}
