//! What the controller needs of the history at once, kept in memory: it is read from the file when the daemon starts
//! and follows each run from then on. Grows by a few bytes for each attachment since boot.

use std::collections::{BTreeMap, HashMap};

use super::history::{HistoryError, HistoryReader, Line};
use asbackup_api::{AttachmentId, DiskId, Fault, Outcome, RunBegun, RunRecord, RunWarning, Warning};

/// The history, as far as decisions depend on it.
#[derive(Debug, Default)]
pub struct RunIndex {
    boot_id: String,
    last_run: u64,
    newest: Option<RunRecord>,
    last_faults: HashMap<DiskId, Option<Fault>>,
    last_successes: HashMap<DiskId, RunRecord>,
    attachments: HashMap<(DiskId, AttachmentId), AttachmentRuns>,
}

/// The runs on one attachment of one disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttachmentRuns {
    /// So many of the latest runs in a row were interrupted.
    pub interrupted: usize,
    /// So many of the latest runs in a row were refused for a source that may still come.
    pub without_source: usize,
    /// The latest run could not use the disk.
    pub was_unusable: bool,
}

impl RunIndex {
    /// Reads the whole history; blocks. Also returns the runs that began and never ended, oldest first: the daemon or
    /// the machine went down meanwhile.
    ///
    /// # Errors
    /// The history can't be read.
    pub fn read(history: &HistoryReader, boot_id: &str) -> Result<(Self, Vec<RunBegun>), HistoryError> {
        let mut index = Self { boot_id: boot_id.to_owned(), ..Self::default() };
        let mut unfinished = BTreeMap::new();
        let mut notes = Vec::new();
        history.scan(|line| match line {
            Line::Begun(begun) => {
                index.last_run = index.last_run.max(begun.run);
                unfinished.insert(begun.run, begun);
            }
            Line::Ended(record) => {
                unfinished.remove(&record.run);
                index.add(&record);
            }
            Line::Noted { run, warning } => {
                index.last_run = index.last_run.max(run);
                notes.push((run, warning));
            }
        })?;
        for (run, warning) in &notes {
            index.note(*run, warning);
        }
        Ok((index, unfinished.into_values().collect()))
    }

    /// Numbers a new run. No number is used twice, even if its run can't be recorded, since it may have been published.
    pub fn next_run(&mut self) -> u64 {
        self.last_run += 1;
        self.last_run
    }

    /// No run has ever begun.
    pub fn is_empty(&self) -> bool {
        self.last_run == 0
    }

    /// The last finished run, with all that was noted about it later.
    pub fn newest(&self) -> Option<&RunRecord> {
        self.newest.as_ref()
    }

    /// What ended the disk's last run early.
    pub fn last_fault(&self, disk: &DiskId) -> Option<&Fault> {
        self.last_faults.get(disk)?.as_ref()
    }

    /// The disk's last good copy.
    pub fn last_success(&self, disk: &DiskId) -> Option<&RunRecord> {
        self.last_successes.get(disk)
    }

    /// The finished runs on one attachment since boot. Without a sequence number (kernels before 5.15) all attachments
    /// of a disk look the same.
    pub fn runs_on(&self, attachment: &AttachmentId, disk: &DiskId) -> Option<&AttachmentRuns> {
        self.attachments.get(&(disk.clone(), attachment.clone()))
    }

    /// A run has ended.
    pub fn add(&mut self, record: &RunRecord) {
        self.last_run = self.last_run.max(record.run);
        self.newest = Some(record.clone());
        self.last_faults.insert(record.disk.clone(), record.fault.clone());
        if record.outcome == Outcome::Success {
            self.last_successes.insert(record.disk.clone(), record.clone());
        }
        if record.attachment.boot_id == self.boot_id {
            let key = (record.disk.clone(), record.attachment.clone());
            self.attachments.entry(key).or_default().add(record.fault.as_ref());
        }
    }

    /// A warning was noted about a run, from outside of it.
    pub fn note(&mut self, run: u64, warning: &Warning) {
        if let Some(newest) = self.newest.as_mut().filter(|newest| newest.run == run) {
            newest.warnings.push(RunWarning::Mail(warning.clone()));
        }
    }
}

impl AttachmentRuns {
    fn add(&mut self, fault: Option<&Fault>) {
        let count = |so_far: usize, is_another: bool| if is_another { so_far + 1 } else { 0 };
        self.interrupted = count(self.interrupted, fault.is_some_and(Fault::is_interruption));
        self.without_source = count(self.without_source, fault.is_some_and(Fault::source_may_appear_later));
        self.was_unusable = matches!(fault, Some(Fault::DiskUnusable { .. }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::history::History;
    use crate::store::history::tests::{attachment, begun, disk, record, three_runs};

    fn read(history: &History) -> (RunIndex, Vec<RunBegun>) {
        RunIndex::read(history.reader(), "boot").unwrap()
    }

    fn failed(run: u64, fault: Fault) -> RunRecord {
        RunRecord { fault: Some(fault), attachment: attachment(7), ..record(run, Outcome::Aborted) }
    }

    #[test]
    fn a_run_that_never_ended_is_found() {
        let (_room, history) = three_runs();
        assert_eq!(read(&history).1, [begun(2)]);
    }

    #[test]
    fn a_disk_has_its_last_fault_and_its_last_success() {
        let (_room, history) = three_runs();
        let (index, _) = read(&history);
        let known = disk("b78e-6cc4");
        assert_eq!(index.newest(), Some(&record(3, Outcome::Aborted)));
        assert_eq!(index.last_fault(&known), Some(&Fault::DiskRemoved));
        assert_eq!(index.last_success(&known), Some(&record(1, Outcome::Success)));
        assert_eq!((index.last_fault(&disk("other")), index.last_success(&disk("other"))), (None, None));
    }

    #[test]
    fn an_attachment_that_had_its_run_is_known_and_one_of_another_boot_is_not() {
        let (_room, history) = three_runs();
        let (index, _) = read(&history);
        let known = disk("B78E-6CC4");
        assert_eq!(index.runs_on(&attachment(3), &known), Some(&AttachmentRuns::default()));
        assert_eq!(index.runs_on(&attachment(2), &known), None);
        assert_eq!(index.runs_on(&attachment(3), &disk("other")), None);
        let (after_reboot, _) = RunIndex::read(history.reader(), "next boot").unwrap();
        assert_eq!(after_reboot.runs_on(&attachment(3), &known), None);
    }

    #[test]
    fn only_the_latest_runs_in_a_row_count_as_interrupted() {
        let mut index = RunIndex { boot_id: "boot".to_owned(), ..RunIndex::default() };
        let count = |index: &RunIndex| {
            let runs = index.runs_on(&attachment(7), &disk("B78E-6CC4")).unwrap();
            (runs.interrupted, runs.without_source)
        };
        for (run, expected) in [(1, (1, 0)), (2, (2, 0))] {
            index.add(&failed(run, Fault::Interrupted));
            assert_eq!(count(&index), expected);
        }
        index.add(&failed(3, Fault::SourceEmpty { path: "/srv".to_owned() }));
        assert_eq!(count(&index), (0, 1));
        index.add(&failed(4, Fault::DiskRemoved));
        assert_eq!(count(&index), (0, 0));
    }

    #[test]
    fn a_number_that_could_not_be_written_does_not_come_again() {
        let (_room, history) = three_runs();
        let (mut index, _) = read(&history);
        assert_eq!((index.next_run(), index.next_run()), (4, 5));
    }

    #[test]
    fn a_note_about_the_newest_run_is_among_its_warnings() {
        let (_room, mut history) = three_runs();
        let stalled = Warning::Stalled { minutes: 9 };
        history.note(3, &stalled).unwrap();
        history.note(1, &stalled).unwrap();
        let (mut index, _) = read(&history);
        index.note(3, &Warning::Stalled { minutes: 10 });
        let newest = index.newest().unwrap();
        assert_eq!(newest.warnings[1..], [stalled, Warning::Stalled { minutes: 10 }].map(RunWarning::Mail));
    }
}
