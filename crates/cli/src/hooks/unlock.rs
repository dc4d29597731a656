//! `veeam-unlock`: one call.

use super::arguments::UnlockArguments;
use super::exit_code::End;
use super::voice::{Voice, connect, in_turn};
use crate::proxy;
use asbackup_api::bus::Error;

pub async fn unlock(arguments: &UnlockArguments, voice: &Voice) -> Result<End, Error> {
    let proxy = proxy(&connect().await?).await?;
    let name = arguments.job.name();
    match in_turn(async || proxy.veeam_unlock(&name).await).await {
        Ok(()) => voice.say("tools-unlocked"),
        // Usual after a job that never began, and no reason for Veeam to report a failed job.
        Err(Error::NotLocked(_)) => voice.say("tools-not-locked"),
        Err(error) => return Err(error),
    }
    Ok(End::Done)
}
