//! What readers are told: a sentence in the service's language, and the facts that it is made of, so that whoever reads
//! another language can be told the same in theirs. Knows neither words nor languages (that is `texts`).

use std::collections::HashMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use zbus::Variant;

use super::harmless;

/// What a sentence is about, as the bus carries it: `(sa{sv})`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The id of the text, `fault-no-space`; empty where a sentence is about nothing that readers could know.
    pub kind: String,
    /// By the names that they have in the text; texts, numbers and flags.
    pub args: Map<String, Value>,
}

/// The kind of `Fault::Unconfigured`.
const NOT_SET_UP: &str = "fault-unconfigured";

/// One thing that is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// In the service's language; empty where there is nothing to tell.
    pub text: String,
    /// The same for readers of other languages.
    pub facts: Facts,
}

impl Told {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// A sentence alone.
impl From<String> for Told {
    fn from(text: String) -> Self {
        Self { text, facts: Facts::default() }
    }
}

impl From<&str> for Told {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl Facts {
    /// Of what the bus told; anything else is about nothing known.
    pub fn read(told: &Value) -> Self {
        let kind = told.get(0).and_then(Value::as_str).unwrap_or_default().to_owned();
        let args = told.get(1).and_then(Value::as_object).cloned().unwrap_or_default();
        Self { kind, args }
    }

    /// Nothing has been filled in yet, which is nobody's mistake.
    pub fn is_not_set_up(&self) -> bool {
        self.kind == NOT_SET_UP
    }

    /// Of a list of them.
    pub fn read_all(told: &Value) -> Vec<Self> {
        told.as_array().into_iter().flatten().map(Self::read).collect()
    }
}

impl Facts {
    /// As the bus carries them, `(sa{sv})`.
    pub(crate) fn to_variants(&self) -> (String, HashMap<String, Variant<'static>>) {
        let args = self.args.iter().filter_map(|(name, value)| Some((name.clone(), variant(value)?)));
        (self.kind.clone(), args.collect())
    }
}

/// None for what no argument is.
fn variant(value: &Value) -> Option<Variant<'static>> {
    match value {
        Value::Bool(flag) => Some((*flag).into()),
        Value::Number(number) => number.as_u64().map(Variant::from).or_else(|| number.as_i64().map(Variant::from)),
        Value::String(text) => Some(harmless(text).into()),
        // Sentences within a sentence.
        Value::Array(parts) => {
            Some(parts.iter().map(|part| Facts::read(part).to_variants()).collect::<Vec<_>>().into())
        }
        Value::Null | Value::Object(_) => None,
    }
}

/// As the bus has it: kind and arguments.
impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.kind, &self.args).serialize(serializer)
    }
}

/// Anything else than kind and arguments is about nothing known.
impl<'de> Deserialize<'de> for Facts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|told| Self::read(&told))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_written_down_is_read_again_and_anything_else_is_nothing_known() {
        let args = json!({ "free": 7, "path": "/a" }).as_object().cloned().unwrap();
        let facts = Facts { kind: "fault-no-space".to_owned(), args };
        assert_eq!(Facts::read(&json!(facts)), facts);
        assert_eq!(Facts::read_all(&json!([facts, facts])), [facts.clone(), facts]);
        for strange in [json!(null), json!("text"), json!([]), json!([7, 8]), json!({ "0": "x" })] {
            assert_eq!(Facts::read(&strange), Facts::default(), "{strange}");
        }
    }
}
