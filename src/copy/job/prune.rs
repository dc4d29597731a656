//! The deletions of a copy from a snapshot, which rsync can't make: to it, all would be gone that has not changed.

use std::collections::BTreeSet;
use std::io;
use std::os::fd::AsFd;

use asbackup_transfer::{Cause, Pruned, prune};
use rustix::io::Errno;

use super::both_trees::BothTrees;
use super::context::internal;
use crate::copy::cancel::RunError;
use crate::copy::dry_run::listing::Listing;
use crate::copy::rsync::complaint::Operation;

impl BothTrees<'_> {
    /// Deletes what the plan lists, and nothing else. Without a snapshot, rsync does so.
    ///
    /// # Errors
    /// Something can't be deleted, or the run is to end.
    pub async fn prune(&mut self, listing: &Listing) -> Result<(), RunError> {
        let doomed = listing.doomed();
        if self.frozen.is_none() || doomed.is_empty() {
            return Ok(());
        }
        self.locks.is_dirty = true;
        let work = self.on_thread(move |roots, cancel| {
            Ok::<_, io::Error>(prune(roots.target.as_fd(), &doomed, || cancel.check().is_ok()))
        });
        let Pruned { not_empty, failed, .. } = work.await?.map_err(|error| internal(&error))?;
        self.job.cancel.check()?;
        if let Some(failed) = failed.first() {
            let error = errno(failed.cause).map_or_else(|| io::Error::other(failed.cause), io::Error::from);
            return Err(self.explainer().io_failure(Operation::Delete, &failed.path, &error).await.into());
        }
        self.warn_of_remains(&not_empty.into_iter().collect::<BTreeSet<_>>());
        Ok(())
    }
}

fn errno(cause: Cause) -> Option<Errno> {
    match cause {
        Cause::Full(errno)
        | Cause::Failing(errno)
        | Cause::ReadOnly(errno)
        | Cause::Gone(errno)
        | Cause::Refused(errno) => Some(errno),
        Cause::Changed | Cause::NotRegular | Cause::Stopped => None,
    }
}
