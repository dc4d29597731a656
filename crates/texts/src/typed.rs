//! Which values have a text of their own (faults, warnings, notices), by which id it is found, and how it reads after a run.

use serde::Serialize;
use serde_json::{Map, Value};

use asbackup_api::{Fault, Notice, Presence, Warning};

/// A value with a text of its own: an enum serialised with its variant in `kind`.
pub trait HasText: Serialize {
    /// The first part of the message id; the second is the variant's name in kebab-case.
    const FAMILY: &'static str;

    /// The name on the bus, if the value is an error there.
    fn error_name(&self) -> Option<&'static str> {
        None
    }
}

impl HasText for Fault {
    const FAMILY: &'static str = "fault";

    fn error_name(&self) -> Option<&'static str> {
        Some(self.name())
    }
}

impl HasText for Warning {
    const FAMILY: &'static str = "warning";
}

impl HasText for Notice {
    const FAMILY: &'static str = "notice";
}

/// A run's fault or warning after its end: what to do about the disk depends on whether it may be unplugged by then, so the text has
/// `$plug` in it.
#[derive(Debug, Serialize)]
pub struct AfterRun<'a, T> {
    /// The fault or warning.
    #[serde(flatten)]
    pub value: &'a T,
    /// Whether the disk is attached.
    #[serde(rename = "plug")]
    pub presence: Presence,
}

impl<T: HasText> HasText for AfterRun<'_, T> {
    const FAMILY: &'static str = T::FAMILY;

    fn error_name(&self) -> Option<&'static str> {
        self.value.error_name()
    }
}

/// `fault-no-space`: the message id of a typed value, also the seed of its journal MESSAGE_ID.
pub fn text_id<T: HasText>(value: &T) -> String {
    split(value).0
}

/// The message id of a typed value, and its fields.
pub(super) fn split<T: HasText>(value: &T) -> (String, Map<String, Value>) {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(value) else {
        return (T::FAMILY.to_owned(), Map::new());
    };
    let kind = fields.remove("kind");
    let kind = kind.as_ref().and_then(Value::as_str).unwrap_or_default();
    (format!("{}-{kind}", T::FAMILY), fields)
}
