//! What the first copy to a disk would delete of somebody else's, found out before the disk is a backup disk: by a run's own dry run
//! and its own judgement, on a file system that somebody has mounted. Changes nothing, and knows neither steps nor who asks.

use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::Stdio;

use super::cancel::{CancelToken, RunError};
use crate::blocking::{GLANCE, blocking};
use crate::config::Config;
use crate::copy::job::preflight::{existing, program};
use crate::copy::rsync::command_line::{Purpose, Rsync};
use crate::copy::rsync::exit;
use crate::copy::rsync::process::Invocation;
use crate::copy::rsync::runner;
use crate::copy::trees::source::Source;
use crate::copy::trees::target::Target;
use crate::copy::trees::tree_info::{Roots, Trees};
use crate::disks::mounted::Space;
use crate::disks::{FileSystem, Volume, mounted};
use crate::model::Fault;

/// Files that are no older copy of the repository; none where nobody would lose anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForeignFiles {
    pub files: u64,
    pub bytes: u64,
    /// Names of the largest.
    pub examples: String,
}

/// Looks at the volume that is mounted at `mount_point`, by whatever options.
///
/// # Errors
/// It is to end, or source or disk can't be looked at: then a run would not begin to copy, either.
pub async fn foreign_files(
    config: &Config,
    volume: &Volume,
    mount_point: &Path,
    mut stop: CancelToken,
) -> Result<ForeignFiles, RunError> {
    stop.check()?;
    let place = Place { config: config.clone(), volume: volume.clone(), mount_point: mount_point.to_owned() };
    let opened = blocking(GLANCE, move || Ok::<_, io::Error>(place.open())).await.map_err(internal)?;
    let Some(both) = opened? else { return Ok(ForeignFiles::default()) };
    let hidden = vec![config.disk_lockfile.as_path(), config.source_lockfile.as_path()];
    let rsync = Rsync {
        source: &config.source,
        file_system: volume.file_system(),
        // Whether it has them is tried on the disk, and here nothing is written to it.
        fine_times: false,
        hidden,
        at_top: both.at_top,
        excludes: existing(&config.rsync_excludes)?,
        settled: None,
        log_file: None,
    };
    let target = both.trees.tops.target.try_clone().map_err(internal)?;
    let invocation = Invocation {
        program: program()?,
        arguments: rsync.arguments(Purpose::DryRun),
        directory: target.as_fd(),
        input: Stdio::null(),
    };
    let (ended, listed) = runner::dry_run(invocation, &mut stop, both.trees).await?;
    let code = exit::code(ended.status);
    if !exit::is_good(code) {
        return Err(Fault::CheckFailed { code, cause: exit::cause(&ended) }.into());
    }
    let foreign = listed.loss.foreign();
    Ok(ForeignFiles { files: foreign.files, bytes: foreign.bytes, examples: foreign.examples() })
}

struct Place {
    config: Config,
    volume: Volume,
    mount_point: std::path::PathBuf,
}

struct Both {
    trees: Trees,
    at_top: bool,
}

impl Place {
    /// None where there is nothing yet that could be deleted.
    fn open(&self) -> Result<Option<Both>, Fault> {
        let refused = |cause: String| Fault::TargetRefused { path: self.mount_point.display().to_string(), cause };
        let top =
            mounted::open_unchecked(&self.mount_point, &self.volume).map_err(|error| refused(error.to_string()))?;
        let source = Source::find(&self.config, None)?;
        let found = Target::find(top.as_fd(), &self.mount_point, &self.config.destination);
        let Some(target) = found.map_err(|error| refused(error.to_string()))? else { return Ok(None) };
        let block = Space::of(&top).map_err(|error| refused(error.to_string()))?.block;
        let (at_top, target) = (target.is_top(), target.try_clone().map_err(internal)?);
        let tops = Roots { source: source.directory, target };
        let keeps_holes = self.volume.file_system() == FileSystem::Full;
        Ok(Some(Both { trees: Trees { tops, block, keeps_holes }, at_top }))
    }
}

fn internal(error: io::Error) -> Fault {
    Fault::Internal { cause: error.to_string() }
}
