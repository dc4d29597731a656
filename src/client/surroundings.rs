//! What the tools take from their surroundings: in which language to speak, and whether anybody still listens.

use std::env;
use std::io;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::retry_on_intr;
use tokio::sync::oneshot;

use crate::texts::Language;

/// As the environment wishes; English where it wishes something that is not spoken here.
pub fn language() -> Language {
    let wish = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().filter_map(env::var_os).find(|value| !value.is_empty());
    match wish {
        Some(value) if value.to_string_lossy().starts_with("de") => Language::German,
        _ => Language::English,
    }
}

/// Returns when nobody can read our output any more. sshd ends no program whose client has gone, and a request that nobody
/// waits for would be granted in the end and never given back. Never returns for files and the like.
pub async fn abandoned() {
    let (tell, told) = oneshot::channel();
    // A thread of its own ends with the process, where one of the runtime's would hold it up.
    std::thread::spawn(move || {
        if wait_for_reader_to_go().is_ok() {
            // Nobody listens when the turn has come meanwhile.
            let _ = tell.send(());
        }
    });
    if told.await.is_err() {
        std::future::pending().await
    }
}

fn wait_for_reader_to_go() -> rustix::io::Result<usize> {
    let output = io::stdout();
    // With nothing asked for, only hang-ups and errors are told.
    let mut polled = [PollFd::new(&output, PollFlags::empty())];
    retry_on_intr(|| poll(&mut polled, None))
}
