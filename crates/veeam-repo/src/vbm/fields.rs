//! What stands in one element's attributes.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;
use quick_xml::events::attributes::{AttrError, Attribute};
use uuid::Uuid;

use super::VbmError;

/// The value of an attribute, unescaped when it is asked for.
pub(super) struct Value<'a>(&'a Attribute<'a>);

/// All attributes of an element, in order.
///
/// # Errors
/// One is there twice or makes no sense, and those of `take`.
pub(super) fn each(
    element: &BytesStart<'_>,
    mut take: impl FnMut(&str, Value<'_>) -> Result<(), VbmError>,
) -> Result<(), VbmError> {
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|error: AttrError| quick_xml::Error::from(error))?;
        take(attribute.key.as_ref(), Value(&attribute))?;
    }
    Ok(())
}

impl<'a> Value<'a> {
    /// # Errors
    /// An entity that XML itself does not define.
    pub(super) fn text(&self) -> Result<Cow<'a, str>, VbmError> {
        Ok(self.0.normalized_value(XmlVersion::Implicit1_0)?)
    }

    /// None for nothing and for the identifier of nothing.
    ///
    /// # Errors
    /// It is something else.
    pub(super) fn id(&self) -> Result<Option<Uuid>, VbmError> {
        let text = self.text()?;
        if text.is_empty() {
            return Ok(None);
        }
        let id = Uuid::try_parse(&text).map_err(|error| VbmError::Malformed(error.into()))?;
        Ok((!id.is_nil()).then_some(id))
    }

    /// `True` as .NET writes it, or `1`.
    ///
    /// # Errors
    /// As `text`.
    pub(super) fn flag(&self) -> Result<bool, VbmError> {
        let text = self.text()?;
        Ok(text.eq_ignore_ascii_case("true") || text == "1")
    }
}
