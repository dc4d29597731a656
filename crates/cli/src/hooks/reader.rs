//! Whether anybody still reads what a tool says.

use std::io;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::retry_on_intr;
use tokio::sync::oneshot;

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
