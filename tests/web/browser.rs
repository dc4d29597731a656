//! A headless Chromium, driven over its own DevTools protocol: one page, one command at a time.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use asbackup_testing::PATIENCE;
use base64::Engine;
use futures_util::{SinkExt, StreamExt};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const PROGRAM: &str = "chromium-headless-shell";

pub struct Browser {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: String,
    last: u64,
    child: Child,
    _profile: TempDir,
}

/// A reader of the page.
pub struct Reader {
    pub languages: &'static str,
    pub width: u32,
    pub height: u32,
    pub dark: bool,
    pub scripts: bool,
}

pub const DESKTOP: Reader = Reader { languages: "de", width: 1200, height: 1000, dark: false, scripts: true };
pub const PHONE: Reader = Reader { width: 390, height: 844, ..DESKTOP };

impl Browser {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With further words on its command line.
    pub async fn with(words: &[&str]) -> Self {
        let profile = tempfile::tempdir().expect("a directory for the browser");
        let mut command = Command::new(PROGRAM);
        // Chromium's own sandbox refuses to run as root; the pages are our own.
        command.args(["--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage"]);
        command.args(["--remote-debugging-port=0", "--no-first-run", "--no-proxy-server"]);
        command.args(words);
        command.arg(format!("--user-data-dir={}", profile.path().display()));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0);
        let mut child = command.spawn().expect("chromium-headless-shell (tools/need web)");
        let address = timeout(PATIENCE, address(&mut child)).await.expect("the browser starts");
        let (socket, _) = connect_async(address).await.expect("the browser's DevTools");
        let mut browser = Self { socket, session: String::new(), last: 0, child, _profile: profile };
        let page = browser.call("Target.createTarget", json!({ "url": "about:blank" })).await;
        let attach = json!({ "targetId": page["targetId"], "flatten": true });
        let attached = browser.call("Target.attachToTarget", attach).await;
        browser.session = attached["sessionId"].as_str().expect("a session").to_owned();
        browser.call("Page.enable", json!({})).await;
        browser
    }

    pub async fn becomes(&mut self, reader: &Reader) {
        let metrics = json!({ "width": reader.width, "height": reader.height, "deviceScaleFactor": 1, "mobile": reader.width < 600 });
        self.call("Emulation.setDeviceMetricsOverride", metrics).await;
        let agent = json!({ "userAgent": "asbackup's tests", "acceptLanguage": reader.languages });
        self.call("Emulation.setUserAgentOverride", agent).await;
        let scheme = if reader.dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.call("Emulation.setEmulatedMedia", media).await;
        self.call("Emulation.setScriptExecutionDisabled", json!({ "value": !reader.scripts })).await;
    }

    /// Loads a page and waits until it is there.
    pub async fn open(&mut self, url: &str) {
        let answer = self.call("Page.navigate", json!({ "url": url })).await;
        assert!(answer.get("errorText").is_none(), "{url}: {answer}");
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'").await;
    }

    /// What an expression, or the promise that it is, comes to. The page's own rule against scripts does not hold here.
    pub async fn eval(&mut self, expression: &str) -> Value {
        let ask = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.call("Runtime.evaluate", ask).await;
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    pub async fn text(&mut self, selector: &str) -> String {
        let found = self.eval(&format!("document.querySelector({selector:?})?.innerText ?? ''")).await;
        found.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until an expression is true.
    pub async fn until(&mut self, expression: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // Asked again each time, since there is no answer when the page reloads itself meanwhile.
            let ask = json!({ "expression": format!("Boolean({expression})"), "returnByValue": true });
            let answer = self.command("Runtime.evaluate", ask).await["result"].clone();
            assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
            if answer["result"]["value"] == json!(true) {
                return;
            }
            assert!(Instant::now() < deadline, "waited in vain for {expression} in: {}", self.text("body").await);
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Clicks; the page may go before it says that it was clicked.
    pub async fn click(&mut self, selector: &str) {
        let ask = json!({ "expression": format!("document.querySelector({selector:?}).click()") });
        let answer = self.command("Runtime.evaluate", ask).await;
        assert!(answer["result"].get("exceptionDetails").is_none(), "{selector}: {answer}");
    }

    /// The whole page as a picture.
    pub async fn picture(&mut self, path: &Path) {
        self.picture_down_to("html", 1.0, path).await;
    }

    /// The page from its top to the end of an element, scaled.
    pub async fn picture_down_to(&mut self, selector: &str, scale: f64, path: &Path) {
        let end =
            self.eval(&format!("document.querySelector('{selector}').getBoundingClientRect().bottom + scrollY")).await;
        let width = self.call("Page.getLayoutMetrics", json!({})).await["cssContentSize"]["width"].clone();
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": end, "scale": scale });
        let ask = json!({ "format": "png", "clip": clip, "captureBeyondViewport": true });
        let answer = self.call("Page.captureScreenshot", ask).await;
        let picture = base64::engine::general_purpose::STANDARD.decode(answer["data"].as_str().expect("a picture"));
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory for pictures");
        std::fs::write(path, picture.expect("base64")).expect("a picture");
    }

    pub async fn call(&mut self, method: &str, params: Value) -> Value {
        let value = self.command(method, params).await;
        assert!(value.get("error").is_none(), "{value}");
        value["result"].clone()
    }

    /// The whole answer, which may be an error.
    async fn command(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let mut ask = json!({ "id": self.last, "method": method, "params": params });
        if !self.session.is_empty() {
            ask["sessionId"] = self.session.as_str().into();
        }
        self.socket.send(Message::text(ask.to_string())).await.expect("the browser listens");
        let answer = timeout(PATIENCE, self.answer(self.last)).await;
        answer.unwrap_or_else(|_| panic!("no answer to {method}"))
    }

    async fn answer(&mut self, id: u64) -> Value {
        loop {
            let message = self.socket.next().await.expect("the browser lives").expect("a message");
            let Ok(text) = message.into_text() else { continue };
            let value: Value = serde_json::from_str(&text).unwrap_or_default();
            if value["id"] == id {
                return value;
            }
        }
    }
}

/// The program is a script that starts the browser, so the group has to go; and all of it before its directory does, since
/// whoever is still dying writes into that and so keeps it.
impl Drop for Browser {
    fn drop(&mut self) {
        let group = self.child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        let Some(group) = group else { return };
        let _ = kill_process_group(group, Signal::KILL);
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline && (self.child.try_wait().is_ok_and(|end| end.is_none()) || is_there(group)) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn is_there(group: Pid) -> bool {
    test_kill_process_group(group).is_ok()
}

async fn address(child: &mut Child) -> String {
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let mut address = None;
    while address.is_none() {
        let line = lines.next_line().await.expect("text").expect("the browser says where it listens");
        address = line.strip_prefix("DevTools listening on ").map(str::to_owned);
    }
    // Read on, else the browser would wait for us once the pipe is full.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    address.unwrap_or_default()
}
