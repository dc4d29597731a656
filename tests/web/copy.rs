//! A real copy by the real daemon, followed on the page from the first lock of Veeam to the released disk and beyond.

use std::fs;

use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success};

use crate::browser::{Browser, DESKTOP};
use crate::looks::picture;
use crate::site::{self, Setup, Site};

async fn says(browser: &mut Browser, heading: &str, action: &str) {
    let is = |selector: &str, words: &str| format!("document.querySelector('{selector}')?.textContent === {words:?}");
    browser.until(&format!("{} && {}", is("h1", heading), is(".action", action))).await;
}

#[tokio::test]
async fn a_real_copy_is_followed_to_its_end_and_over_a_restart() {
    let mut scene = Scene::new();
    scene.source.heavy();
    let host = site::own_host();
    scene.config.set("Webserver", "webhost", &host).set("Backup", "rsync-update-ratio-seconds", "1");
    let lock = scene.config.veeam_directory.join("Nightly.lock");
    let mut daemon = scene.daemon().await;
    let bus = format!("unix:path={}", scene.testbed.path("/run/dbus/system_bus_socket").display());
    let address = format!("{host}:8080");
    let site = Site::start(&Setup { bus: &bus, address: &address, password: "", user: 0 }).await;
    let mut browser = Browser::start().await;
    browser.becomes(&DESKTOP).await;
    browser.open(&site.url()).await;
    says(&mut browser, "Bereit", "Sicherungsplatte einstecken, die Kopie beginnt von selbst").await;

    fs::write(&lock, "job").expect("Veeam's lock");
    scene.disk.plug();
    says(&mut browser, "Kopie wartet auf Veeam", "Bitte stecken lassen").await;
    assert!(browser.text("#notes").await.contains("Nightly"));
    fs::remove_file(&lock).expect("Veeam's lock");

    let held = daemon.held_in_mid_copy().await;
    says(&mut browser, "Kopie läuft", "Bitte stecken lassen").await;
    // Every value of the bar from here on, for as long as the page is not loaded anew.
    browser.eval("window.bar = []").await;
    browser.eval("new MutationObserver(() => bar.push(document.querySelector('progress')?.value ?? 0)).observe(document.body, { childList: true, subtree: true }), true").await;
    held.release();
    assert_success(&daemon.finished(1).await);
    says(&mut browser, "Fertig", "Die Platte darf abgezogen werden").await;
    assert!(browser.text("#notes").await.contains("OFFSITE"));
    assert!(browser.text("#history tbody").await.contains("gelungen"));
    assert_eq!(browser.eval("bar.some(value => value > 0)").await, true, "the bar has not moved");
    browser.picture(&picture("real")).await;

    daemon.stop().await;
    says_away(&mut browser).await;
    assert_eq!(site.get("/healthz").await.code(), 503);
    daemon = Daemon::start(&scene.testbed, &scene.config).await;
    browser.until("document.querySelector('h1')?.textContent !== 'Keine Auskunft'").await;

    fs::rename(&scene.source.top, scene.source.top.with_extension("gone")).expect("the source goes away");
    fs::create_dir(&scene.source.top).expect("an empty one");
    daemon.start_run("").await.expect("a second run");
    assert_aborted(&daemon.finished(1).await, "SourceUnavailable");
    says(&mut browser, "Fehler", "Bitte IT rufen. Die Platte darf abgezogen werden").await;
    assert_eq!(site.get("/healthz").await.code(), 200);
}

async fn says_away(browser: &mut Browser) {
    browser.until("document.querySelector('.action').textContent.includes('antwortet nicht')").await;
    assert_eq!(browser.text("h1").await, "Keine Auskunft");
    // Nothing stale is left on the page.
    assert_eq!(browser.text("#progress").await + &browser.text("#notes").await, "");
}
