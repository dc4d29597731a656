//! Every entry of the requirement's lists "Fehler" and "Warnungen", and the faults that DESIGN adds, each provoked for
//! real. Asserted are the outcome, the name, a text for people, and that the state afterwards is clean. Disks that go
//! away in the middle are in `stop`, wrong ones in `watch`.

use asbackup_api::Presence;
use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_sentence, assert_success, warnings};
use asbackup_texts::{AfterRun, Language, Texts};

mod disk;
mod locks;
mod source;
mod veeam;

const MEBIBYTE: u64 = 1 << 20;

/// Asserts that the run is aborted by `error`, with the same name and text everywhere, and leaves nothing behind.
async fn aborts_with(scene: &mut Scene, error: &str) -> Daemon {
    let (daemon, finished) = scene.run_once().await;
    assert_aborted(&finished, error);
    let (name, message): (String, String) = daemon.property("LastError").await;
    assert_eq!(asbackup_testing::recorder::bare_error(&name), error);
    let fault = daemon.record().fault.expect("a fault in the history");
    assert_eq!(fault.name(), error);
    // Where the disk could be proven to be free a moment later only, it may be unplugged by now.
    let said = |presence| Texts::new(Language::English).message(&AfterRun { value: &fault, presence }).to_string();
    let words = [Presence::Attached, Presence::Safe].map(said);
    assert!(words.contains(&message) && words.contains(&finished.message), "{message}\n{words:#?}\n{finished:#?}");
    assert!(daemon.text_log().contains(&finished.message), "{}", daemon.text_log());
    scene.assert_unmounted();
    scene.assert_no_lock_in_source();
    daemon
}

async fn succeeds_with_warning(scene: &mut Scene, warning: &str) -> Daemon {
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    assert_warned(&daemon, warning).await;
    scene.assert_left_clean();
    daemon
}

async fn assert_warned(daemon: &Daemon, warning: &str) {
    let warned = warnings(daemon);
    assert!(warned.contains(&warning.to_owned()), "{warning} is not in {warned:?}");
    let texts: Vec<String> = daemon.property("LastWarnings").await;
    assert_eq!(texts.len(), warned.len());
    texts.iter().for_each(|text| assert_sentence(text));
}
