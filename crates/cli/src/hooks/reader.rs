//! Notices when nobody reads a tool's output any more.

use std::io;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::retry_on_intr;
use tokio::sync::oneshot;

/// Returns when nobody can read our output any more; never for files. sshd does not end a program whose client has disconnected, and
/// a request without a waiting client would be granted and never released.
pub async fn abandoned() {
    let (tell, told) = oneshot::channel();
    // A plain thread ends with the process; one of the runtime's would delay its end.
    std::thread::spawn(move || {
        if wait_for_reader_to_go().is_ok() {
            // The receiver is gone if the lock was granted meanwhile.
            let _ = tell.send(());
        }
    });
    if told.await.is_err() {
        std::future::pending().await
    }
}

fn wait_for_reader_to_go() -> rustix::io::Result<usize> {
    let output = io::stdout();
    // Without requested events, poll reports only hang-ups and errors.
    let mut polled = [PollFd::new(&output, PollFlags::empty())];
    retry_on_intr(|| poll(&mut polled, None))
}
