//! `.vbm` files: Veeam's own account of what belongs to what, in XML. Two generations are known; what is neither is said to be so.
//!
//! Such a file comes from wherever a repository comes from, so it is read in one pass and never as a whole, and everything about it has a bound
//! (`Limits`). Nothing in it is expanded but what XML itself defines, and a document type is refused. `text` makes UTF-8 of it,
//! `metered` counts, `walk` follows the elements, `escaped` is the document within the document of the first generation, and
//! `record` and `fields` take what is needed.

mod account;
mod escaped;
mod fields;
mod leaf;
mod limits;
mod metered;
mod record;
#[cfg(test)]
mod tests;
mod text;
mod walk;

use std::io::Read;

pub(crate) use account::{Account, Oib};
pub use limits::{Limit, Limits, VbmError};
use text::Decoded;

/// What a metadata file says.
///
/// # Errors
/// It says nothing that can be relied on: see there.
pub(crate) fn read(source: &mut dyn Read, limits: Limits) -> Result<Account, VbmError> {
    let mut text = Decoded::new(source);
    let mut record = record::Record::new(limits);
    match walk::document(&mut text, limits, &mut record, escaped::document) {
        Err(VbmError::Unreadable(_)) if text.is_undecodable() => {
            Err(VbmError::malformed("UTF-16 with half a character"))
        }
        Err(error @ (VbmError::Unreadable(_) | VbmError::Truncated)) => Err(error),
        // What makes no sense after that is what the password is for.
        Err(_) if record.is_encrypted() => Err(VbmError::Encrypted),
        Err(error) => Err(error),
        Ok(()) => record.finish(),
    }
}
