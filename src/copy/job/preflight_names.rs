//! Step 5, names: whether the target can hold the source's names, which is tried on the target itself. A target that
//! treats different names as the same gets the source's spelling before the dry run.

use std::fs::File;
use std::os::fd::AsFd;

use super::both_trees::BothTrees;
use crate::copy::cancel::{CancelToken, RunError};
use crate::copy::dry_run::collect;
use crate::copy::dry_run::survey::Survey;
use crate::copy::rsync::command_line::Purpose;
use crate::copy::trees::name_probe::{NAME_DIRECTORY, NameProbe};
use crate::copy::trees::names::Names;
use crate::copy::trees::spelling::{NameCheck, RespellError, Respelling};
use crate::disks::FileSystem;
use asbackup_api::{Fault, Notice, Warning};
use asbackup_config::LossyPolicy;

impl BothTrees<'_> {
    /// Returns whether the target treats some different names as the same.
    pub async fn check_names(&mut self) -> Result<bool, RunError> {
        let max_file = match self.disk.volume.file_system() {
            FileSystem::Plain { max_file } => Some(max_file),
            FileSystem::Full | FileSystem::Unsupported => None,
        };
        let is_plain = max_file.is_some();
        self.locks.is_dirty = true;
        let folds = self.in_target(move |target, _| may_fold(&target, is_plain)).await?;
        if !folds && !is_plain {
            return Ok(false);
        }
        let mut survey = self.survey(max_file).await?;
        let mut names = std::mem::take(&mut survey.names);
        names.add(&self.job.spec.config.disk_lockfile);
        let (found, names) = self.try_names(names).await?;
        self.refuse_names(&found, &survey)?;
        if is_plain {
            self.judge_losses(&survey)?;
        }
        if folds {
            self.respell(names).await?;
        }
        Ok(folds)
    }

    async fn survey(&mut self, max_file: Option<u64>) -> Result<Survey, RunError> {
        let empty = self.empty_directory()?;
        let invocation = self.invocation(&self.rsync()?, Purpose::Survey, empty.as_fd())?;
        let (ended, survey) = collect::survey(invocation, &mut self.job.cancel, max_file).await?;
        self.check_end(&ended).await?;
        Ok(survey)
    }

    async fn try_names(&mut self, names: Names) -> Result<(NameCheck, Names), RunError> {
        self.in_target(move |target, cancel| {
            let respelling = Respelling { names: &names, target: &target, go_on: || cancel.check().is_ok() };
            Ok((respelling.check()?, names))
        })
        .await
    }

    async fn respell(&mut self, names: Names) -> Result<(), RunError> {
        let apply = move |target: File, cancel: CancelToken| {
            Respelling { names: &names, target: &target, go_on: || cancel.check().is_ok() }.apply()
        };
        let respelt = self.in_target(apply).await?;
        if respelt > 0 {
            self.job.notice(Notice::StepSpelling { names: respelt });
        }
        Ok(())
    }

    async fn in_target<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(File, CancelToken) -> Result<T, RespellError> + Send + 'static,
    ) -> Result<T, RunError> {
        let done = self.on_thread(move |roots, cancel| work(roots.target, cancel)).await?;
        Ok(done.map_err(|error| Fault::SpellingFailed {
            path: error.path.display().to_string(),
            cause: error.source.to_string(),
        })?)
    }

    fn refuse_names(&self, found: &NameCheck, survey: &Survey) -> Result<(), Fault> {
        let file_system = self.disk.volume.id_type.clone();
        let count = survey.unstorable + found.refused;
        if count > 0 {
            let refused = found.examples.iter().map(|path| path.display().to_string());
            let examples: Vec<_> = survey.examples.iter().cloned().chain(refused).collect();
            return Err(Fault::UnstorableFiles { file_system, count, examples: examples.join(", ") });
        }
        let Some((one, other)) = &found.clash else { return Ok(()) };
        let (one, other) = (one.display().to_string(), other.display().to_string());
        Err(Fault::ClashingNames { file_system, count: found.clashes, one, other })
    }

    /// What a file system without owners and links leaves out is refused or warned of, as config.ini says.
    fn judge_losses(&self, survey: &Survey) -> Result<(), Fault> {
        let file_system = self.disk.volume.id_type.clone();
        let Survey { links, hard_links, specials, .. } = *survey;
        if self.job.spec.config.lossy == LossyPolicy::Refuse {
            return Err(Fault::LossyFileSystem { file_system, links, hard_links, specials });
        }
        self.job.warn(Warning::LossyFileSystem { file_system, links, hard_links, specials });
        Ok(())
    }
}

/// If there is no room to try, the kind of file system decides.
fn may_fold(target: &File, is_plain: bool) -> Result<bool, RespellError> {
    let failed = |source| RespellError { path: NAME_DIRECTORY.into(), source };
    let Some(probe) = NameProbe::create(target.as_fd()).map_err(failed)? else { return Ok(is_plain) };
    probe.may_fold().map_err(failed)
}
