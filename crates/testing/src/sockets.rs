//! The sockets through which mails are sent and Veeam is asked, as systemd would serve them: each connection gets a process of its
//! own, with the connection as its standard input and output.

use std::fs;
use std::io::ErrorKind;
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// As systemd calls them.
const NAMES: [&str; 2] = ["mail", "veeam"];

/// Both sockets, open until this is dropped.
pub struct Sockets {
    directory: PathBuf,
    launcher: Arc<Launcher>,
}

/// Starts `asbackup-net` for each connection.
struct Launcher {
    /// Makes a command that starts this program, here or elsewhere.
    command: Box<dyn Fn(&str) -> Command + Send + Sync>,
    /// Program and arguments that `asbackup-net` is started through.
    before: Mutex<Vec<String>>,
    children: Mutex<Vec<Child>>,
    is_closed: AtomicBool,
}

impl Sockets {
    /// Opens both in `directory` and starts ordinary processes of this machine.
    pub fn open(directory: &Path) -> Self {
        Self::open_with(directory, |program| Command::new(program))
    }

    /// The same with processes that `command` makes, which may run elsewhere.
    pub fn open_with(directory: &Path, command: impl Fn(&str) -> Command + Send + Sync + 'static) -> Self {
        let launcher = Launcher {
            command: Box::new(command),
            before: Mutex::default(),
            children: Mutex::default(),
            is_closed: AtomicBool::new(false),
        };
        let sockets = Self { directory: directory.to_owned(), launcher: Arc::new(launcher) };
        for name in NAMES {
            let _ = fs::remove_file(sockets.path(name));
            let listener = UnixListener::bind(sockets.path(name)).expect("a socket");
            let launcher = sockets.launcher.clone();
            thread::spawn(move || launcher.serve(name, &listener));
        }
        sockets
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(format!("{name}.socket"))
    }

    /// From now on `asbackup-net` is started through this program with these arguments.
    pub fn through(&self, words: &[&str]) {
        *self.launcher.before.lock().unwrap() = words.iter().map(|&word| word.to_owned()).collect();
    }

    /// The pids of the processes that run.
    pub fn processes(&self) -> Vec<u32> {
        let mut children = self.launcher.children.lock().unwrap();
        children.retain_mut(|child| child.try_wait().expect("our own child").is_none());
        children.iter().map(Child::id).collect()
    }

    /// Kills every process, as the kernel does when memory is short.
    pub fn kill(&self) {
        for child in self.launcher.children.lock().unwrap().iter_mut() {
            child.kill().expect("our own child");
            child.wait().expect("it ends");
        }
    }

    /// Stops listening and removes the sockets.
    pub fn close(&self) {
        if self.launcher.is_closed.swap(true, Ordering::SeqCst) {
            return;
        }
        for name in NAMES {
            let path = self.path(name);
            // Wakes the thread that waits for connections.
            let _ = UnixStream::connect(&path);
            let _ = fs::remove_file(path);
        }
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        self.close();
        self.kill();
    }
}

impl Launcher {
    fn serve(&self, name: &str, listener: &UnixListener) {
        for stream in listener.incoming() {
            if self.is_closed.load(Ordering::SeqCst) {
                return;
            }
            match stream {
                Ok(stream) => self.start(name, stream),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => panic!("{name}.socket: {error}"),
            }
        }
    }

    fn start(&self, name: &str, stream: UnixStream) {
        let mut words = self.before.lock().unwrap().clone();
        words.extend([crate::program("asbackup-net").to_owned(), name.to_owned()]);
        let mut command = (self.command)(&words[0]);
        command.args(&words[1..]).env_clear();
        command.env("PATH", crate::SEARCH_PATH);
        let input = OwnedFd::from(stream);
        command.stdout(Stdio::from(input.try_clone().expect("a second descriptor"))).stdin(Stdio::from(input));
        let child = command.spawn().expect("asbackup-net");
        let mut children = self.children.lock().unwrap();
        children.retain_mut(|child| child.try_wait().expect("our own child").is_none());
        children.push(child);
    }
}
