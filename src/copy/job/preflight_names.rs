//! Step 5, its part about names: whether the target holds what the source has, and under which names. What it really does is tried in
//! it; a target that takes different names for one gets the source's spelling before the dry run.

use std::fs::File;
use std::os::fd::AsFd;

use super::stages::Run;
use crate::blocking::{FLUSH, blocking};
use crate::config::LossyPolicy;
use crate::copy::cancel::{CancelToken, RunError};
use crate::copy::dry_run::survey::Survey;
use crate::copy::rsync::command_line::Purpose;
use crate::copy::rsync::runner;
use crate::copy::trees::name_probe::{ASIDE, Trial};
use crate::copy::trees::names::Names;
use crate::copy::trees::spelling::{Spelling, SpellingError, Verdict};
use crate::disks::FileSystem;
use crate::model::{Fault, Notice, Warning};

impl Run {
    /// Says whether the target takes different names for one.
    pub(super) async fn fit_names(&mut self) -> Result<bool, RunError> {
        let max_file = match self.chosen()?.file_system() {
            FileSystem::Plain { max_file } => Some(max_file),
            FileSystem::Full | FileSystem::Unsupported => None,
        };
        let plain = max_file.is_some();
        self.expect_writes();
        let folds = self.on_target(move |target, _| may_fold(&target, plain)).await?;
        if !folds && !plain {
            return Ok(false);
        }
        let mut survey = self.survey(max_file).await?;
        let mut names = std::mem::take(&mut survey.names);
        names.add(&self.spec.config.disk_lockfile);
        let (verdict, names) = self.judge_names(names).await?;
        self.refuse_names(&verdict, &survey)?;
        if plain {
            self.judge_losses(&survey)?;
        }
        if folds {
            self.bring_spelling(names).await?;
        }
        Ok(folds)
    }

    async fn survey(&mut self, max_file: Option<u64>) -> Result<Survey, RunError> {
        let empty = self.empty_directory()?;
        let invocation = self.invocation(&self.rsync()?, Purpose::Survey, empty.as_fd())?;
        let (ended, survey) = runner::survey(invocation, &mut self.context.cancel, max_file).await?;
        self.check_end(&ended).await?;
        Ok(survey)
    }

    async fn judge_names(&mut self, names: Names) -> Result<(Verdict, Names), RunError> {
        self.on_target(move |target, stop| {
            let spelling = Spelling { names: &names, target: &target, go_on: || stop.check().is_ok() };
            Ok((spelling.judge()?, names))
        })
        .await
    }

    async fn bring_spelling(&mut self, names: Names) -> Result<(), RunError> {
        let respelt = self
            .on_target(move |target, stop| {
                Spelling { names: &names, target: &target, go_on: || stop.check().is_ok() }.bring()
            })
            .await?;
        if respelt > 0 {
            self.context.events.notice(Notice::StepSpelling { names: respelt });
        }
        Ok(())
    }

    /// Does what blocks in the target; whoever tells the run to end is not kept waiting.
    async fn on_target<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(File, CancelToken) -> Result<T, SpellingError> + Send + 'static,
    ) -> Result<T, RunError> {
        let (target, stop) = (self.target_again()?, self.context.cancel.clone());
        let done = blocking(FLUSH, move || work(target, stop));
        tokio::select! {
            biased;
            reason = self.context.cancel.requested() => Err(RunError::Stopped(reason)),
            done = done => Ok(done.map_err(|error| Fault::SpellingFailed {
                path: error.path.display().to_string(),
                cause: error.source.to_string(),
            })?),
        }
    }

    fn refuse_names(&self, verdict: &Verdict, survey: &Survey) -> Result<(), Fault> {
        let file_system = self.chosen()?.id_type;
        let count = survey.unstorable + verdict.refused;
        if count > 0 {
            let refused = verdict.examples.iter().map(|path| path.display().to_string());
            let examples: Vec<_> = survey.examples.iter().cloned().chain(refused).collect();
            return Err(Fault::UnstorableFiles { file_system, count, examples: examples.join(", ") });
        }
        let Some((one, other)) = &verdict.clash else { return Ok(()) };
        let (one, other) = (one.display().to_string(), other.display().to_string());
        Err(Fault::ClashingNames { file_system, count: verdict.clashes, one, other })
    }

    /// What a file system without owners and links leaves out, as config.ini wants it.
    fn judge_losses(&mut self, survey: &Survey) -> Result<(), RunError> {
        let file_system = self.chosen()?.id_type;
        let Survey { links, hard_links, specials, .. } = *survey;
        if self.spec.config.lossy == LossyPolicy::Refuse {
            return Err(Fault::LossyFileSystem { file_system, links, hard_links, specials }.into());
        }
        self.warn(Warning::LossyFileSystem { file_system, links, hard_links, specials });
        Ok(())
    }
}

/// Where there is no room to try, it is taken as one of its kind: `plain` is.
fn may_fold(target: &File, plain: bool) -> Result<bool, SpellingError> {
    let failed = |source| SpellingError { path: ASIDE.into(), source };
    let Some(trial) = Trial::begin(target.as_fd()).map_err(failed)? else { return Ok(plain) };
    trial.may_fold().map_err(failed)
}
