//! A sentence in the service's language, and the facts it is made from, so that clients can translate it. Knows neither texts nor
//! languages (that is `texts`).

use std::collections::HashMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use zbus::Variant;

use super::harmless;

/// The facts of a sentence; on the bus `(sa{sv})`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The id of the text, such as `fault-no-space`; empty if the sentence can't be translated.
    pub kind: String,
    /// The text's arguments by name: strings, numbers, flags, and lists of facts.
    pub args: Map<String, Value>,
}

/// The kind of `Fault::Unconfigured`.
const NOT_SET_UP: &str = "fault-unconfigured";

/// A sentence that clients can translate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statement {
    /// The sentence in the service's language; empty if there is nothing to say.
    pub text: String,
    /// The facts it is made from.
    pub facts: Facts,
}

impl Statement {
    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// A sentence without facts.
impl From<String> for Statement {
    fn from(text: String) -> Self {
        Self { text, facts: Facts::default() }
    }
}

impl From<&str> for Statement {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl Facts {
    /// Reads facts as the bus sends them; anything else gives no facts.
    pub fn read(value: &Value) -> Self {
        let kind = value.get(0).and_then(Value::as_str).unwrap_or_default().to_owned();
        let args = value.get(1).and_then(Value::as_object).cloned().unwrap_or_default();
        Self { kind, args }
    }

    /// Whether the sentence says that `config.ini` was never filled in.
    pub fn is_not_set_up(&self) -> bool {
        self.kind == NOT_SET_UP
    }

    /// Reads a list of facts.
    pub fn read_all(value: &Value) -> Vec<Self> {
        value.as_array().into_iter().flatten().map(Self::read).collect()
    }

    /// Encodes the facts for the bus, `(sa{sv})`.
    pub(crate) fn to_variants(&self) -> (String, HashMap<String, Variant<'static>>) {
        let args = self.args.iter().filter_map(|(name, value)| Some((name.clone(), variant(value)?)));
        (self.kind.clone(), args.collect())
    }
}

/// `None` for values that can't be arguments.
fn variant(value: &Value) -> Option<Variant<'static>> {
    match value {
        Value::Bool(flag) => Some((*flag).into()),
        Value::Number(number) => number.as_u64().map(Variant::from).or_else(|| number.as_i64().map(Variant::from)),
        Value::String(text) => Some(harmless(text).into()),
        // The facts of sentences within the sentence.
        Value::Array(parts) => {
            Some(parts.iter().map(|part| Facts::read(part).to_variants()).collect::<Vec<_>>().into())
        }
        Value::Null | Value::Object(_) => None,
    }
}

/// A pair of kind and arguments, as on the bus.
impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.kind, &self.args).serialize(serializer)
    }
}

/// Anything but a pair of kind and arguments gives no facts.
impl<'de> Deserialize<'de> for Facts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|value| Self::read(&value))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn facts_survive_writing_and_reading_and_anything_else_gives_none() {
        let args = json!({ "free": 7, "path": "/a" }).as_object().cloned().unwrap();
        let facts = Facts { kind: "fault-no-space".to_owned(), args };
        assert_eq!(Facts::read(&json!(facts)), facts);
        assert_eq!(Facts::read_all(&json!([facts, facts])), [facts.clone(), facts]);
        for strange in [json!(null), json!("text"), json!([]), json!([7, 8]), json!({ "0": "x" })] {
            assert_eq!(Facts::read(&strange), Facts::default(), "{strange}");
        }
    }
}
