//! Runs rsync without writing, and adds up its lines, on a thread of its own, since each line may need a look at the
//! disk.

use std::path::PathBuf;

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::spawn_blocking;

use super::listing::Listing;
use super::loss::Loss;
use super::plan::Plan;
use super::survey::Survey;
use crate::copy::cancel::{CancelToken, RunError};
use crate::copy::rsync::itemize::{Change, EntryKind, Item, OutputLine};
use crate::copy::rsync::process::{Invocation, ProcessEnd};
use crate::copy::rsync::runner::{OutputReader, run};
use crate::copy::trees::partial::PartialCandidates;
use crate::copy::trees::tree_info::TreeInfo;
use asbackup_api::Fault;

/// Sends each line to a thread that may look at the disk.
struct LineForwarder(UnboundedSender<OutputLine>);

impl OutputReader for LineForwarder {
    fn line(&mut self, line: &[u8]) {
        // The thread ends only after this sender is dropped.
        let _ = self.0.send(OutputLine::parse(line));
    }
}

/// What the dry run's lines amount to.
#[derive(Debug, Default)]
pub struct DryRun {
    pub plan: Plan,
    /// What the disk would lose.
    pub loss: Loss,
    /// What looks like a partial file of an earlier copy.
    pub partial: PartialCandidates,
    /// What is to be done, one by one. Empty unless it was asked for.
    pub listing: Listing,
}

impl DryRun {
    fn add(&mut self, line: &OutputLine, trees: &impl TreeInfo) {
        if let OutputLine::Item(item) = line
            && (item.change, item.kind) == (Change::Deleted, EntryKind::File)
        {
            self.partial.add(&item.path);
        }
        self.plan.add(line, trees);
        self.loss.add(line, trees);
    }
}

/// The dry run: how rsync ended, and what the copy would do. `itemized`: one by one, too.
///
/// # Errors
/// As `run`.
pub async fn dry_run(
    invocation: Invocation<'_>,
    cancel: &mut CancelToken,
    trees: impl TreeInfo + Send + 'static,
    itemized: bool,
) -> Result<(ProcessEnd, DryRun), RunError> {
    let add = move |listed: &mut DryRun, line| {
        listed.add(&line, &trees);
        if itemized {
            listed.listing.add(line);
        }
    };
    collect(invocation, cancel, add).await
}

/// The same, one by one only.
///
/// # Errors
/// As `run`.
pub async fn listing(invocation: Invocation<'_>, cancel: &mut CancelToken) -> Result<(ProcessEnd, Listing), RunError> {
    collect(invocation, cancel, Listing::add).await
}

/// The comparison: how rsync ended, and the files that differ.
///
/// # Errors
/// As `run`.
pub async fn differing(
    invocation: Invocation<'_>,
    cancel: &mut CancelToken,
) -> Result<(ProcessEnd, Vec<PathBuf>), RunError> {
    let add = |differing: &mut Vec<PathBuf>, line: OutputLine| {
        if let OutputLine::Item(item) = line
            && item.is_transfer()
        {
            differing.push(item.path);
        }
    };
    collect(invocation, cancel, add).await
}

/// After a copy: how rsync ended, and what it would still make or write.
///
/// # Errors
/// As `run`.
pub async fn remaining(
    invocation: Invocation<'_>,
    cancel: &mut CancelToken,
) -> Result<(ProcessEnd, Vec<Item>), RunError> {
    let add = |remaining: &mut Vec<Item>, line: OutputLine| {
        if let OutputLine::Item(item) = line
            && (item.is_transfer() || item.change == Change::Made)
        {
            remaining.push(item);
        }
    };
    collect(invocation, cancel, add).await
}

/// The survey: how rsync ended, and what the source holds. `max_file`: see `Survey::add`.
///
/// # Errors
/// As `run`.
pub async fn survey(
    invocation: Invocation<'_>,
    cancel: &mut CancelToken,
    max_file: Option<u64>,
) -> Result<(ProcessEnd, Survey), RunError> {
    let add = move |survey: &mut Survey, line: OutputLine| {
        if let OutputLine::Item(item) = line {
            survey.add(&item, max_file);
        }
    };
    collect(invocation, cancel, add).await
}

async fn collect<T: Default + Send + 'static>(
    invocation: Invocation<'_>,
    cancel: &mut CancelToken,
    add: impl Fn(&mut T, OutputLine) + Send + 'static,
) -> Result<(ProcessEnd, T), RunError> {
    let (sender, receiver) = mpsc::unbounded_channel();
    let sum = spawn_blocking(move || fold(receiver, add));
    let ended = {
        let mut forward = LineForwarder(sender);
        run(invocation, cancel, &mut forward).await?
    };
    tokio::select! {
        reason = cancel.requested() => Err(RunError::Stopped(reason)),
        sum = sum => Ok((ended, sum.map_err(|panic| Fault::Internal { cause: panic.to_string() })?)),
    }
}

fn fold<T: Default>(mut lines: UnboundedReceiver<OutputLine>, add: impl Fn(&mut T, OutputLine)) -> T {
    let mut sum = T::default();
    while let Some(line) = lines.blocking_recv() {
        add(&mut sum, line);
    }
    sum
}
