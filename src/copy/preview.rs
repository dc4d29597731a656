//! Previews which foreign files the first copy to a disk would delete, before the disk becomes a backup disk. Uses a
//! run's own dry run and judgement on a mounted file system. Changes nothing.

use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use super::cancel::{CancelToken, RunError};
use crate::copy::dry_run::collect;
use crate::copy::rsync::command_line::{Purpose, Rsync, existing};
use crate::copy::rsync::exit;
use crate::copy::rsync::process::{Invocation, rsync_program};
use crate::copy::trees::frozen;
use crate::copy::trees::source::Source;
use crate::copy::trees::target::Target;
use crate::copy::trees::tree_info::{Roots, Trees};
use crate::disks::mounted::Space;
use crate::disks::{FileSystem, Volume, mounted};
use asbackup_api::Fault;
use asbackup_config::Config;
use asbackup_system::blocking::{GLANCE, blocking};

/// Files that are not from an older copy of the repository; none if nothing would be lost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForeignFiles {
    /// How many.
    pub files: u64,
    /// Their size.
    pub bytes: u64,
    /// Names of the largest.
    pub examples: String,
}

/// Looks at the volume mounted at `mount_point`, whatever its options.
///
/// # Errors
/// The preview is cancelled, or source or disk can't be read, in which case a run would not copy either.
pub async fn foreign_files(
    config: &Config,
    volume: &Volume,
    mount_point: &Path,
    mut cancel: CancelToken,
) -> Result<ForeignFiles, RunError> {
    cancel.check()?;
    let preview = Preview { config: config.clone(), volume: volume.clone(), mount_point: mount_point.to_owned() };
    let opened = blocking(GLANCE, move || Ok::<_, io::Error>(preview.open())).await.map_err(internal)?;
    let Some(opened) = opened? else { return Ok(ForeignFiles::default()) };
    let locks = [config.disk_lockfile.as_path(), config.source_lockfile.as_path()];
    let hidden = locks.into_iter().chain(opened.hidden.as_deref()).collect();
    let rsync = Rsync {
        source: &config.source,
        file_system: volume.file_system(),
        // That is found out by writing to the disk, and nothing is written here.
        fine_times: false,
        hidden,
        at_top: opened.at_top,
        excludes: existing(&config.rsync_excludes)?,
        skip_list: None,
        log_file: None,
    };
    let target = opened.trees.roots.target.try_clone().map_err(internal)?;
    let invocation = Invocation::new(rsync_program()?, rsync.arguments(Purpose::DryRun), target.as_fd());
    let (ended, listed) = collect::dry_run(invocation, &mut cancel, opened.trees, false).await?;
    let code = exit::code(ended.status);
    if !exit::is_good(code) {
        return Err(Fault::CheckFailed { code, cause: exit::cause(&ended) }.into());
    }
    let foreign = listed.loss.foreign();
    Ok(ForeignFiles { files: foreign.files, bytes: foreign.bytes, examples: foreign.examples() })
}

struct Preview {
    config: Config,
    volume: Volume,
    mount_point: std::path::PathBuf,
}

struct Opened {
    trees: Trees,
    at_top: bool,
    /// Where snapshots lie in the source.
    hidden: Option<PathBuf>,
}

impl Preview {
    /// None if there is nothing yet that could be deleted.
    fn open(&self) -> Result<Option<Opened>, Fault> {
        let refused = |cause: String| Fault::TargetRefused { path: self.mount_point.display().to_string(), cause };
        let top =
            mounted::open_unchecked(&self.mount_point, &self.volume).map_err(|error| refused(error.to_string()))?;
        let source = Source::find(&self.config, None)?;
        let found = Target::find(top.as_fd(), &self.mount_point, &self.config.destination);
        let Some(target) = found.map_err(|error| refused(error.to_string()))? else { return Ok(None) };
        let block = Space::of(&top).map_err(|error| refused(error.to_string()))?.block;
        let (at_top, target) = (target.is_top(), target.try_clone().map_err(internal)?);
        let hidden = frozen::hidden(&source.directory, &self.config.snapshot.directory);
        let roots = Roots { source: source.directory, target };
        let keeps_holes = self.volume.file_system() == FileSystem::Full;
        Ok(Some(Opened { trees: Trees { roots, block, keeps_holes }, at_top, hidden }))
    }
}

fn internal(error: io::Error) -> Fault {
    Fault::Internal { cause: error.to_string() }
}
