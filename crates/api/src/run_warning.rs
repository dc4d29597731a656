//! Problems that did not end a run, in one list, and how the history stores that list.

use serde::{Deserialize, Serialize};

use super::{Fault, Warning};

/// A problem, and the part of the run it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "lowercase")]
pub enum RunWarning {
    /// In the copy, or in any step before it.
    Copy(Warning),
    /// While the disk was released, in addition to the run's own fault.
    Release(Fault),
    /// In the mail about the run, usually after its end.
    Mail(Warning),
}

impl RunWarning {
    /// The warning, unless it is a fault of releasing the disk.
    pub fn warning(&self) -> Option<&Warning> {
        match self {
            Self::Copy(warning) | Self::Mail(warning) => Some(warning),
            Self::Release(_) => None,
        }
    }

    /// The fault, if it is one of releasing the disk.
    pub fn release_fault(&self) -> Option<&Fault> {
        match self {
            Self::Release(fault) => Some(fault),
            Self::Copy(_) | Self::Mail(_) => None,
        }
    }
}

/// Stores the list in a record, and also reads it as version 0.1 wrote it.
pub(super) mod list {
    use serde::{Deserializer, Serializer};

    use super::*;

    #[derive(Serialize)]
    struct Written<'a> {
        warnings: &'a [RunWarning],
    }

    #[derive(Deserialize)]
    struct Read {
        #[serde(default)]
        warnings: Vec<Entry>,
        /// Version 0.1: faults of releasing the disk.
        #[serde(default)]
        further: Vec<Fault>,
    }

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Entry {
        Placed(RunWarning),
        /// Version 0.1.
        Bare(Warning),
    }

    pub fn serialize<S: Serializer>(warnings: &[RunWarning], serializer: S) -> Result<S::Ok, S::Error> {
        Written { warnings }.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<RunWarning>, D::Error> {
        let read = Read::deserialize(deserializer)?;
        let placed = read.warnings.into_iter().map(|entry| match entry {
            Entry::Placed(warning) => warning,
            Entry::Bare(warning) => RunWarning::Copy(warning),
        });
        Ok(placed.chain(read.further.into_iter().map(RunWarning::Release)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RunRecord;

    /// A line of a history that version 0.1 wrote, with the required fields only.
    const OLD: &str = r#"{"run":7,"disk":"B78E-6CC4","label":"Gold","trigger":"plugged","plug":{"boot_id":"b","diskseq":4},
        "started_at":1,"finished_at":2,"outcome":"aborted","step":"copy","fault":{"kind":"disk-removed"},
        "further":[{"kind":"interrupted"}],"warnings":[{"kind":"stalled","minutes":5}]}"#;

    #[test]
    fn the_two_lists_of_version_0_1_become_one() {
        let record: RunRecord = serde_json::from_str(OLD).unwrap();
        let stalled = Warning::Stalled { minutes: 5 };
        assert_eq!(record.warnings, [RunWarning::Copy(stalled), RunWarning::Release(Fault::Interrupted)]);
        assert_eq!((record.run, &record.fault), (7, &Some(Fault::DiskRemoved)));
    }

    #[test]
    fn a_record_survives_writing_and_reading() {
        let old: RunRecord = serde_json::from_str(OLD).unwrap();
        let mail = RunWarning::Mail(Warning::MailDelayed { server: "mx".into(), cause: "away".into() });
        let record = RunRecord { warnings: [old.warnings.clone(), vec![mail]].concat(), ..old };
        let line = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<RunRecord>(&line).unwrap(), record, "{line}");
        assert!(line.contains(r#""warnings":[{"of":"copy","kind":"stalled","minutes":5},"#), "{line}");
    }

    #[test]
    fn a_record_without_warnings_has_none() {
        let old: RunRecord = serde_json::from_str(OLD).unwrap();
        let line = serde_json::to_string(&RunRecord { warnings: Vec::new(), ..old }).unwrap();
        assert_eq!(serde_json::from_str::<RunRecord>(&line).unwrap().warnings, []);
    }
}
