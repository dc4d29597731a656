//! Small documents that are the value of an attribute: sizes, and paths in pieces. One that makes no sense says nothing.

use quick_xml::escape::unescape;
use quick_xml::events::BytesStart;

use super::walk::{Then, Visitor, plain};
use super::{Limits, VbmError};

/// The last text in the innermost element of that name, or of any.
struct Leaf {
    of: Option<&'static str>,
    /// Of the element that is open: with an escape in it, it comes in pieces.
    open: String,
    found: String,
}

impl Visitor for Leaf {
    fn open(&mut self, _: &[&str], _: &BytesStart<'_>) -> Result<Then, VbmError> {
        self.open.clear();
        Ok(Then::Go)
    }

    fn text(&mut self, _: &[&str], text: &str) -> Result<(), VbmError> {
        self.open.push_str(text);
        Ok(())
    }

    fn close(&mut self, path: &[&str]) -> Result<(), VbmError> {
        let text = std::mem::take(&mut self.open);
        let is_it = self.of.is_none_or(|wanted| path.last() == Some(&wanted));
        if is_it && !text.trim().is_empty() {
            self.found = text.trim().to_owned();
        }
        Ok(())
    }
}

fn find(text: &str, of: Option<&'static str>, limits: Limits) -> String {
    let mut leaf = Leaf { of, open: String::new(), found: String::new() };
    match plain(&mut text.as_bytes(), limits, &mut leaf) {
        Ok(()) => leaf.found,
        Err(_) => String::new(),
    }
}

/// Bytes, of `<CBackupStats><BackupSize>…`.
pub(super) fn size(text: &str, limits: Limits) -> Option<u64> {
    find(text, Some("BackupSize"), limits).parse().ok()
}

/// The last of `<Path><Elements>…`; nothing if there is none.
pub(super) fn last(text: &str, limits: Limits) -> String {
    let found = find(text, None, limits);
    unescape(&found).map(|text| text.into_owned()).unwrap_or_default()
}
