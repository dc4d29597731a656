//! What one seed stands for: what fails, and when. Pure.

use std::time::Duration;

use fastrand::Rng;

#[derive(Debug, Clone)]
pub struct Plan {
    pub blow: Blow,
    pub moment: Moment,
}

/// What fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blow {
    Pull,
    PowerCut,
    /// Every request to the disk fails.
    Dead,
    /// The disk can be read, and takes nothing.
    WriteErrors,
    /// The disk works for a while, and answers with errors for a while, in turn.
    Flaky,
    /// Each read and each write takes its time.
    Slow,
    KillDaemon,
    KillRsync,
    KillUdisks,
    StopDaemon,
}

/// When it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// So long after the run began.
    InRun(Duration),
    /// So long after rsync had begun to write.
    InCopy(Duration),
    /// So long after rsync had ended.
    AtEnd(Duration),
}

impl Plan {
    pub fn of(seed: u64) -> Self {
        let mut dice = Rng::with_seed(seed);
        let all = [
            Blow::Pull,
            Blow::Pull,
            Blow::PowerCut,
            Blow::PowerCut,
            Blow::Dead,
            Blow::Dead,
            Blow::WriteErrors,
            Blow::WriteErrors,
            Blow::Flaky,
            Blow::Slow,
            Blow::KillDaemon,
            Blow::KillRsync,
            Blow::KillUdisks,
            Blow::StopDaemon,
        ];
        let blow = all[dice.usize(..all.len())];
        let moment = match dice.u8(..4) {
            0 => Moment::InRun(up_to(8000, &mut dice)),
            1 | 2 => Moment::InCopy(up_to(15000, &mut dice)),
            _ => Moment::AtEnd(up_to(3000, &mut dice)),
        };
        Self { blow, moment }
    }
}

impl Blow {
    /// Whether it takes a disk that can be told to fail.
    pub fn is_of_disk(self) -> bool {
        matches!(self, Self::Dead | Self::WriteErrors | Self::Flaky | Self::Slow)
    }
}

fn up_to(milliseconds: u64, dice: &mut Rng) -> Duration {
    Duration::from_millis(dice.u64(..milliseconds))
}
