//! The history as the bus carries it: a run's record, worded in the configured language. Pure.

use asbackup_api::{Fault, Run, RunRecord};
use asbackup_texts::{AfterRun, Texts};

/// One entry of `ListRuns`.
pub fn run(record: &RunRecord, texts: &Texts) -> Run {
    let totals = &record.totals;
    let presence = record.presence();
    let message = record.fault.as_ref().map(|value| texts.statement(&AfterRun { value, presence })).unwrap_or_default();
    let warnings = record.warnings.iter().filter(|warning| warning.warning().is_some());
    let warnings = warnings.map(|warning| texts.statement_after_run(warning, presence));
    let (warnings, warning_facts) = warnings.map(|warning| (warning.text, warning.facts)).unzip();
    Run {
        run: record.run,
        disk: record.disk.to_string(),
        label: record.label.clone(),
        trigger: record.trigger.name().to_owned(),
        started_at: record.started_at,
        finished_at: record.finished_at,
        result: Some(record.outcome),
        error: record.fault.as_ref().map_or("", Fault::name).to_owned(),
        message: message.text,
        message_facts: message.facts,
        warnings,
        warning_facts,
        step: record.step.name().to_owned(),
        bytes_total: totals.bytes_total,
        bytes_done: totals.bytes_done,
        files: totals.files,
        deletions: totals.deletions,
        copy_seconds: totals.copy_seconds,
        free: totals.free_bytes,
        size: totals.size_bytes,
        source_as_of: totals.source_as_of,
        safe_to_remove: record.safe_to_remove,
    }
}
