//! What is said of a run's fault or warning when it is over: what is to be done about the disk depends on whether it may be taken
//! away by then.

use serde::Serialize;

use super::Spoken;
use asbackup_api::Presence;

/// The same text, with `$plug` in it.
#[derive(Debug, Serialize)]
pub struct Afterwards<'a, T> {
    #[serde(flatten)]
    pub told: &'a T,
    #[serde(rename = "plug")]
    pub presence: Presence,
}

impl<T: Spoken> Spoken for Afterwards<'_, T> {
    const FAMILY: &'static str = T::FAMILY;

    fn error_name(&self) -> Option<&'static str> {
        self.told.error_name()
    }
}
