//! The parts of Veeam's answers that matter here. Later versions add fields, states and types, and one unreadable field
//! must not make the whole answer useless: words stay words, and an invalid time is left out.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

/// One execution of a job, or anything else that Veeam does.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    pub id: String,
    #[serde(default)]
    pub name: String,
    /// Other activities have ids of their own in this field.
    #[serde(default)]
    pub job_id: String,
    #[serde(default)]
    pub session_type: String,
    pub state: String,
    #[serde(default, deserialize_with = "moment")]
    pub creation_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "moment")]
    pub end_time: Option<Timestamp>,
    #[serde(default)]
    pub result: Option<SessionResult>,
}

#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
pub struct SessionResult {
    #[serde(default)]
    pub result: String,
}

/// A job and its last session.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct JobState {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub repository_name: Option<String>,
    #[serde(default)]
    pub session_id: Option<String>,
}

impl Session {
    /// The session has ended.
    pub fn is_stopped(&self) -> bool {
        self.state.eq_ignore_ascii_case("Stopped")
    }

    pub fn has_failed(&self) -> bool {
        self.result.as_ref().is_some_and(|result| result.result.eq_ignore_ascii_case("Failed"))
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Page<T> {
    pub data: Vec<T>,
    pub pagination: Pagination,
}

#[derive(Debug, Deserialize)]
pub(super) struct Pagination {
    pub total: usize,
}

#[derive(Deserialize)]
pub(super) struct TokenResponse {
    pub access_token: String,
    #[serde(default)]
    pub refresh_token: String,
    pub expires_in: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ServerTime {
    #[serde(default, deserialize_with = "moment")]
    pub server_time: Option<Timestamp>,
}

/// The body of an error status.
#[derive(Debug, Deserialize)]
pub(super) struct ErrorBody {
    pub message: String,
}

fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_fields_of_a_session_are_ignored() {
        let text = r#"{"id": "a", "name": "Nightly", "jobId": "b", "sessionType": "NewInLaterVersions", "state": "stopped",
            "creationTime": "2026-11-27T22:00:00.1234567+01:00", "endTime": "2026-11-27T23:00:00Z", "usn": 7,
            "result": {"result": "Failed", "message": "", "isCanceled": false}, "progress": {"x": []}}"#;
        let session: Session = serde_json::from_str(text).unwrap();
        assert!(session.is_stopped() && session.has_failed());
        assert_eq!(session.creation_time, "2026-11-27T21:00:00.1234567Z".parse().ok());
    }

    #[test]
    fn an_invalid_time_is_left_out() {
        let text = r#"{"id": "a", "state": "Working", "creationTime": "0001-01-01T00:00:00", "endTime": null}"#;
        let session: Session = serde_json::from_str(text).unwrap();
        assert_eq!((session.creation_time, session.end_time), (None, None));
        assert!(!session.is_stopped() && !session.has_failed());
    }
}
