//! What one seed stands for: what fails, when, and what is on the disk before. Pure.

use std::time::Duration;

use asbackup_testing::testbed::processes::Stage;
use fastrand::Rng;

/// The states of a run, in their order; the last one before `idle` is `unmounting`.
const STATES: [&str; 8] =
    ["waiting-for-veeam", "mounting", "locking", "checking", "freezing", "copying", "unlocking", "unmounting"];

#[derive(Debug, Clone)]
pub struct Plan {
    pub seed: u64,
    /// The disk has an older copy on it.
    pub older: bool,
    pub repository: Repository,
    pub blow: Blow,
    pub moment: Moment,
}

/// Where the source lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repository {
    /// It is copied as it is.
    Plain,
    /// It is frozen first.
    Xfs,
    Btrfs,
}

/// What fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blow {
    Pull,
    /// The disk stands still in one instant, and with it daemon, rsync, UDisks2 and everything in /run.
    PowerCut,
    KillDaemon,
    /// One of rsync's processes, as the kernel does when memory is short.
    KillOneRsync,
    KillAllRsync,
    KillDaemonAndRsync,
    KillUdisks,
    /// The bus goes down and comes back, and with it all who are on it.
    KillBus,
    StopDaemon,
    Cancel,
    /// Another writer fills the disk.
    Fill,
}

/// When it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// So long after the run began.
    After(Duration),
    /// So long after the run came to a step.
    InState(&'static str, Duration),
    /// So long after rsync began, which is held still meanwhile.
    InRsync(Stage, Duration),
}

impl Plan {
    pub fn of(seed: u64) -> Self {
        let mut dice = Rng::with_seed(seed);
        let older = dice.bool();
        let repository = [Repository::Plain, Repository::Xfs, Repository::Btrfs][dice.usize(..3)];
        let blow = Blow::any(&mut dice);
        let moment = match blow {
            Blow::Fill => Moment::InRsync(Stage::Copy, up_to(30, &mut dice)),
            _ => Moment::any(&mut dice),
        };
        Self { seed, older, repository, blow, moment }
    }

    /// Dice for all that is decided later, the same for each replay.
    pub fn dice(&self) -> Rng {
        Rng::with_seed(!self.seed)
    }
}

impl Blow {
    fn any(dice: &mut Rng) -> Self {
        let all = [
            Self::Pull,
            Self::Pull,
            Self::Pull,
            Self::PowerCut,
            Self::PowerCut,
            Self::KillDaemon,
            Self::KillDaemon,
            Self::KillOneRsync,
            Self::KillAllRsync,
            Self::KillDaemonAndRsync,
            Self::KillUdisks,
            Self::KillBus,
            Self::StopDaemon,
            Self::Cancel,
            Self::Fill,
        ];
        all[dice.usize(..all.len())]
    }
}

impl Moment {
    fn any(dice: &mut Rng) -> Self {
        match dice.u8(..5) {
            0 => Self::After(up_to(600, dice)),
            1 | 2 => Self::InState(STATES[dice.usize(..STATES.len())], up_to(40, dice)),
            3 => Self::InRsync(Stage::DryRun, up_to(10, dice)),
            _ => Self::InRsync(Stage::Copy, up_to(30, dice)),
        }
    }
}

fn up_to(milliseconds: u64, dice: &mut Rng) -> Duration {
    Duration::from_micros(dice.u64(..milliseconds * 1000))
}
