//! How a run ended, and how that is written where there may have been no run yet.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::wire::Wire;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The disk has a complete copy, and nothing failed.
    Success,
    /// A fault ended it, or came while the disk was released.
    Aborted,
    /// Somebody called `Cancel`.
    Cancelled,
}

impl Outcome {
    /// The word on the bus and in the history.
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

/// An empty string if there was none.
///
/// # Errors
/// Those of the format.
pub fn serialize<S: Serializer>(outcome: &Option<Outcome>, serializer: S) -> Result<S::Ok, S::Error> {
    outcome.map_or("", Outcome::name).serialize(serializer)
}

/// A result that only a newer program knows is no success.
///
/// # Errors
/// It is no string.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Outcome>, D::Error> {
    Ok(match String::deserialize(deserializer)?.as_str() {
        "" => None,
        "success" => Some(Outcome::Success),
        "cancelled" => Some(Outcome::Cancelled),
        _ => Some(Outcome::Aborted),
    })
}
