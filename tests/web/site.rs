//! The real `asbackup-web` as a process, on a loopback address of its own, and a plain HTTP client for it.

use std::fs::File;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU16, Ordering};

use asbackup_testing::PATIENCE;
use asbackup_testing::harness::bus::open_to_all;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Duration, Instant, sleep, timeout};

static NEXT: AtomicU16 = AtomicU16::new(1);

/// No two tests share one, and so no port has to be found.
pub fn own_host() -> String {
    let [high, low] = u16::try_from(std::process::id() % 0xffff).expect("small enough").to_be_bytes();
    format!("127.{}.{low}.{}", high.max(1), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// How it is started.
pub struct Setup<'a> {
    pub bus: &'a str,
    /// Where it will find out that it is to listen.
    pub address: &'a str,
    /// For starting copies; empty is none.
    pub password: &'a str,
    pub user: u32,
}

pub struct Site {
    pub address: String,
    child: Child,
    room: TempDir,
}

/// Status line and headers, and the body.
pub struct Answer {
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn code(&self) -> u16 {
        self.head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default()
    }
}

impl Site {
    /// Waits until the address where it is to listen answers.
    pub async fn start(setup: &Setup<'_>) -> Self {
        let site = Self::launch(Command::new, setup);
        site.until_it_listens().await;
        site
    }

    /// In another network, where it can be waited for only from within.
    pub fn within(network: &str, setup: &Setup<'_>) -> Self {
        let entering = |program| {
            let mut command = Command::new("nsenter");
            command.arg(format!("--net={network}")).arg(program);
            command
        };
        Self::launch(entering, setup)
    }

    fn launch(program: impl FnOnce(PathBuf) -> Command, setup: &Setup<'_>) -> Self {
        let room = tempfile::tempdir().expect("a directory");
        std::fs::write(room.path().join("web-password"), setup.password).expect("a credential");
        let log = File::create(room.path().join("log")).expect("a file for its words");
        let mut command = program(open_to_all(asbackup_testing::program("asbackup-web"), room.path()));
        command.env_clear().env("DBUS_SYSTEM_BUS_ADDRESS", setup.bus).env("CREDENTIALS_DIRECTORY", room.path());
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a second descriptor")).stderr(log);
        command.uid(setup.user);
        let child = command.kill_on_drop(true).spawn().expect("asbackup-web");
        Self { address: setup.address.to_owned(), child, room }
    }

    async fn until_it_listens(&self) {
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(&self.address).await.is_err() {
            assert!(Instant::now() < deadline, "it does not listen on {}: {}", self.address, self.log());
            sleep(Duration::from_millis(10)).await;
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub fn pid(&self) -> u32 {
        self.child.id().expect("it has not ended")
    }

    pub fn log(&self) -> String {
        let path: PathBuf = self.room.path().join("log");
        std::fs::read_to_string(path).unwrap_or_default()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "").await
    }

    /// `headers` are whole lines that end with CRLF.
    pub async fn ask(&self, method: &str, path: &str, headers: &str) -> Answer {
        let request =
            format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n", self.address);
        self.send(request.as_bytes()).await
    }

    /// Sends any bytes and reads everything until the other side closes the connection.
    pub async fn send(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).await.expect("it listens");
        // It may close before it has read everything.
        let _ = stream.write_all(request).await;
        let mut bytes = Vec::new();
        let read = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
        let _ = read.expect("it answers or hangs up");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        Answer { head: head.to_owned(), body: body.to_owned() }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("---- the page's words ----\n{}", self.log());
        }
    }
}
