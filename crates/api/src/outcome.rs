//! How a run ended, and its serialised form, which also covers "no run yet".

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::wire::Wire;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The disk has a complete copy, and nothing failed.
    Success,
    /// A fault ended the run, or happened while the disk was released.
    Aborted,
    /// A caller cancelled the run.
    Cancelled,
}

impl Outcome {
    /// The name on the bus and in the history.
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Aborted => "aborted",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Wire for Option<Outcome> {
    type Form = String;

    fn wire(&self) -> String {
        self.map_or("", Outcome::name).to_owned()
    }
}

/// Serialises `None` as an empty string.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(outcome: &Option<Outcome>, serializer: S) -> Result<S::Ok, S::Error> {
    outcome.map_or("", Outcome::name).serialize(serializer)
}

/// Reads a result that only a newer program knows as aborted.
///
/// # Errors
/// The value is not a string.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Outcome>, D::Error> {
    Ok(match String::deserialize(deserializer)?.as_str() {
        "" => None,
        "success" => Some(Outcome::Success),
        "cancelled" => Some(Outcome::Cancelled),
        _ => Some(Outcome::Aborted),
    })
}
