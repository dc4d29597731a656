//! What has a text of its own: faults, warnings and notices, and by which id it is found.

use serde::Serialize;
use serde_json::{Map, Value};

use asbackup_api::{Fault, Notice, Warning};

/// A typed value with a text of its own: an enum serialised with its variant in `kind`.
pub trait Spoken: Serialize {
    /// First part of the message id; the variant's kebab-case name is the second.
    const FAMILY: &'static str;

    /// The name on the bus, for what is an error there.
    fn error_name(&self) -> Option<&'static str> {
        None
    }
}

impl Spoken for Fault {
    const FAMILY: &'static str = "fault";

    fn error_name(&self) -> Option<&'static str> {
        Some(self.name())
    }
}

impl Spoken for Warning {
    const FAMILY: &'static str = "warning";
}

impl Spoken for Notice {
    const FAMILY: &'static str = "notice";
}

/// `fault-no-space`: the message id of a typed value, also the seed of its journal MESSAGE_ID.
pub fn text_id<T: Spoken>(value: &T) -> String {
    split(value).0
}

/// The message id of a typed value, and its fields.
pub(super) fn split<T: Spoken>(value: &T) -> (String, Map<String, Value>) {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(value) else {
        return (T::FAMILY.to_owned(), Map::new());
    };
    let kind = fields.remove("kind");
    let kind = kind.as_ref().and_then(Value::as_str).unwrap_or_default();
    (format!("{}-{kind}", T::FAMILY), fields)
}
