//! Behind a real nginx, with the very lines of docs/: the same page below a path, live, and a copy can be started, also
//! with a login of the proxy's own before it.

use std::fs;
use std::process::Stdio;

use asbackup_testing::PATIENCE;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Duration, Instant, sleep};

use crate::browser::{Browser, DESKTOP};
use crate::office::{self, NAME, Office};
use crate::site;

/// What nginx itself needs; the recipe says the rest.
const AROUND: &str = "
daemon off; pid ROOM/pid; error_log ROOM/log; worker_processes 1; events { worker_connections 256; }
http {
    access_log off; client_body_temp_path ROOM/body; proxy_temp_path ROOM/proxy;
    fastcgi_temp_path ROOM/fastcgi; uwsgi_temp_path ROOM/uwsgi; scgi_temp_path ROOM/scgi;
    server {
        listen HOST:8088;
        LOGIN
        RECIPE
    }
}
";

struct Nginx {
    host: String,
    child: Child,
    room: TempDir,
}

impl Nginx {
    async fn start(page: &str, recipe: &str, login: bool) -> Self {
        let room = tempfile::tempdir().expect("a directory");
        // Its workers are another user.
        fs::set_permissions(room.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("its mode");
        let host = site::own_host();
        fs::write(room.path().join("users"), "reader:{PLAIN}door\n").expect("who may in");
        let before = if login { "auth_basic Backup; auth_basic_user_file ROOM/users;" } else { "" };
        let recipe = recipe.replace("127.0.0.1:8080", page);
        let file = AROUND.replace("RECIPE", &recipe).replace("LOGIN", before).replace("HOST", &host);
        let file = file.replace("ROOM", room.path().to_str().expect("UTF-8"));
        fs::write(room.path().join("nginx.conf"), file).expect("its configuration");
        let mut command = Command::new("nginx");
        command.arg("-c").arg(room.path().join("nginx.conf")).arg("-e").arg(room.path().join("log"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
        let child = command.spawn().expect("nginx (tools/need web)");
        let nginx = Self { host, child, room };
        nginx.until_it_listens().await;
        nginx
    }

    async fn until_it_listens(&self) {
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect((self.host.as_str(), 8088)).await.is_err() {
            assert!(Instant::now() < deadline, "{}", self.log());
            sleep(Duration::from_millis(10)).await;
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.room.path().join("log")).unwrap_or_default()
    }
}

/// Its workers end with it when it is asked to, and only then.
impl Drop for Nginx {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("---- nginx ----\n{}", self.log());
        }
        let pid = self.child.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed()));
        let Some(pid) = pid else { return };
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let deadline = std::time::Instant::now() + PATIENCE;
        while std::time::Instant::now() < deadline && self.child.try_wait().is_ok_and(|end| end.is_none()) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The lines that a page of docs/ gives for nginx.
fn recipe(page: &str) -> String {
    let path = format!("{}/docs/{page}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(path).expect(page);
    let block = text.split("```nginx\n").nth(1).expect("a block for nginx");
    block.split("```").next().expect("its end").to_owned()
}

/// A visitor who knows the proxy by its name.
async fn visitor(nginx: &Nginx) -> Browser {
    let mut browser = Browser::with(&[&format!("--host-resolver-rules=MAP {NAME} {}", nginx.host)]).await;
    browser.becomes(&DESKTOP).await;
    browser
}

/// Clicks the button, and types the password when it is asked for.
async fn start(browser: &mut Browser, password: &str) {
    browser.until("document.querySelector('button')").await;
    browser.click("button").await;
    browser.until("document.querySelector('input[type=password]') && document.readyState === 'complete'").await;
    browser.eval(&format!("document.querySelector('input').value = {password:?}")).await;
    browser.click("button").await;
}

async fn is_live_and_starts_a_copy(recipe: &str, login: bool) {
    let mut office = Office::with(office::ready(), "secret").await;
    office.service.play_controller();
    let nginx = Nginx::start(&office.site.address, recipe, login).await;
    let mut browser = visitor(&nginx).await;
    let door = if login { "reader:door@" } else { "" };
    browser.open(&format!("http://{door}{NAME}:8088/backup/")).await;
    browser.until("'live' in document.querySelector('main').dataset").await;
    browser.until("getComputedStyle(document.querySelector('.banner')).borderRadius !== '0px'").await;
    office.is(office::copying(58));
    browser.until("document.querySelector('progress')?.value === 58").await;
    office.is(office::ready());
    browser.until("document.querySelector('h1').textContent === 'Bereit'").await;

    start(&mut browser, "guess").await;
    browser.until("document.querySelector('h1')?.textContent.includes('Das Passwort ist falsch')").await;
    assert!(office.service.status.borrow().last_result.is_none(), "a guess has started something");
    start(&mut browser, "secret").await;
    browser.until("location.pathname === '/backup/' && document.querySelector('progress, #disks')").await;
    assert_eq!(office.service.status.borrow().last_run, 1);
}

#[tokio::test]
async fn page_behind_nginx_as_documented_is_live_and_starts_a_copy() {
    is_live_and_starts_a_copy(&recipe("page.md"), false).await;
}

#[tokio::test]
async fn page_behind_nginx_as_documented_in_german_is_live_and_starts_a_copy() {
    is_live_and_starts_a_copy(&recipe("configuration.de.md"), false).await;
}

#[tokio::test]
async fn behind_a_proxy_with_its_own_login_a_copy_needs_both_passwords() {
    is_live_and_starts_a_copy(&recipe("page.md"), true).await;
}
