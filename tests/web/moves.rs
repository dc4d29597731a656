//! The page goes where the configuration says, while it runs.

use asbackup_api::Status;
use asbackup_testing::PATIENCE;
use asbackup_testing::testbed::sandbox::CONFIG;
use asbackup_testing::testbed::scene::Scene;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::{Duration, Instant, sleep};

use crate::office::{self, Office};
use crate::site::{self, Setup, Site};

/// Waits until `address` is listened on, or is not any more.
async fn until_it_is(open: bool, address: &str) {
    let deadline = Instant::now() + PATIENCE;
    while TcpStream::connect(address).await.is_ok() != open {
        assert!(Instant::now() < deadline, "{address} should be {}", if open { "open" } else { "closed" });
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_reload_of_the_configuration_moves_the_page() {
    let mut scene = Scene::new();
    let (before, after) = (site::own_host(), site::own_host());
    scene.config.set("Webserver", "webhost", &before);
    let daemon = scene.daemon().await;
    let bus = format!("unix:path={}", scene.testbed.path("/run/dbus/system_bus_socket").display());
    let old = format!("{before}:8080");
    let mut site = Site::start(&Setup { bus: &bus, address: &old, password: "", user: 0 }).await;

    scene.config.set("Webserver", "webhost", &after).set("Webserver", "webport", "8181");
    std::fs::write(scene.testbed.path(CONFIG), scene.config.text()).expect("config.ini");
    daemon.call::<_, ()>("Reload", &()).await.expect("a good file");
    let new = format!("{after}:8181");
    until_it_is(true, &new).await;
    until_it_is(false, &old).await;
    site.address.clone_from(&new);
    let status: serde_json::Value = serde_json::from_str(&site.get("/api/status").await.body).expect("JSON");
    assert_eq!(status["web_address"], new.as_str());
}

#[tokio::test]
async fn a_reader_goes_on_reading_while_the_page_moves() {
    let office = Office::with(office::copying(1), "").await;
    let mut stream = TcpStream::connect(&office.site.address).await.expect("it listens");
    stream.write_all(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("a request");
    let mut lines = BufReader::new(stream).lines();
    while !lines.next_line().await.expect("text").expect("events").starts_with("data:") {}
    let new = format!("{}:8080", site::own_host());
    office.service.status.send_replace(Status { web_address: new.clone(), ..office::copying(42) });
    until_it_is(true, &new).await;
    until_it_is(false, &office.site.address).await;
    while !lines.next_line().await.expect("text").expect("events go on").contains("42 %") {}
}
