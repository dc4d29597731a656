//! Sharing a range with a file that is on the target already, and the guard before and after.

use std::collections::HashMap;
use std::fs::File;

use asbackup_reflink::clone_range;
use rustix::io::Errno;

use crate::error::Cause;
use crate::ground::Shares;
use crate::known::Known;

/// So many of the target's files are kept open at the most.
const OPEN: usize = 64;

/// What came of sharing a range.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Shared {
    Yes,
    /// To be written instead, even if something of it was shared. `None`: the file that has it is not as noted.
    No(Option<Errno>),
}

pub(crate) struct Cloner<'k> {
    known: &'k Known<'k>,
    shares: Shares<'k>,
    open: HashMap<usize, Option<File>>,
}

impl<'k> Cloner<'k> {
    pub(crate) fn new(known: &'k Known<'k>, shares: Shares<'k>) -> Self {
        Self { known, shares, open: HashMap::new() }
    }

    /// Lets `length` bytes at `at` of a file be those at `offset` of the witness' one. Errors: what the disk could not do; a
    /// refusal is none.
    pub(crate) fn share(
        &mut self,
        (witness, offset): (usize, u64),
        (into, at): (&File, u64),
        length: u64,
    ) -> Result<Shared, Errno> {
        let noted = self.known.witness(witness);
        let target = self.known.trees().target;
        if self.open.len() >= OPEN {
            self.open.clear();
        }
        let file = self.open.entry(witness).or_insert_with(|| noted.open_target(target));
        let Some(file) = file.as_ref().filter(|file| noted.target_is_as_noted(file)) else {
            return Ok(Shared::No(None));
        };
        match clone_range((file, offset), (into, at), length) {
            Ok(()) if noted.target_is_as_noted(file) => Ok(Shared::Yes),
            Ok(()) => Ok(Shared::No(None)),
            Err(errno) => self.refused(errno),
        }
    }

    fn refused(&self, errno: Errno) -> Result<Shared, Errno> {
        match Cause::from(errno) {
            Cause::Failing(_) | Cause::ReadOnly(_) | Cause::Gone(_) => return Err(errno),
            _ => {}
        }
        if matches!(errno, Errno::OPNOTSUPP | Errno::XDEV | Errno::NOTTY | Errno::NOSYS) {
            self.shares.end();
        }
        Ok(Shared::No(Some(errno)))
    }
}
