//! The sockets through which mails are sent and Veeam is asked, as systemd would serve them: each connection gets a process of its own, with
//! the connection as its standard input and output.

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

pub struct Sockets {
    directory: PathBuf,
    inside: Arc<Inside>,
}

struct Inside {
    /// Makes a command of the words of one.
    command: Box<dyn Fn(&str) -> Command + Send + Sync>,
    /// Words before the program's own.
    before: Mutex<Vec<String>>,
    children: Mutex<Vec<Child>>,
    is_closed: AtomicBool,
}

impl Sockets {
    /// In `directory`, whose processes are ordinary ones of this machine.
    pub fn open(directory: &Path) -> Self {
        Self::open_with(directory, |program| Command::new(program))
    }

    /// `command` may make one that runs elsewhere.
    pub fn open_with(directory: &Path, command: impl Fn(&str) -> Command + Send + Sync + 'static) -> Self {
        let inside = Inside {
            command: Box::new(command),
            before: Mutex::default(),
            children: Mutex::default(),
            is_closed: AtomicBool::new(false),
        };
        let sockets = Self { directory: directory.to_owned(), inside: Arc::new(inside) };
        for name in NAMES {
            let _ = fs::remove_file(sockets.path(name));
            let listener = UnixListener::bind(sockets.path(name)).expect("a socket");
            let inside = sockets.inside.clone();
            thread::spawn(move || inside.serve(name, &listener));
        }
        sockets
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(format!("{name}.socket"))
    }

    /// From now on the program is started by these words.
    pub fn through(&self, words: &[&str]) {
        *self.inside.before.lock().unwrap() = words.iter().map(|&word| word.to_owned()).collect();
    }

    /// The processes that run.
    pub fn processes(&self) -> Vec<u32> {
        let mut children = self.inside.children.lock().unwrap();
        children.retain_mut(|child| child.try_wait().expect("our own child").is_none());
        children.iter().map(Child::id).collect()
    }

    /// As the kernel does it when a process gets no more memory.
    pub fn kill(&self) {
        for child in self.inside.children.lock().unwrap().iter_mut() {
            child.kill().expect("our own child");
            child.wait().expect("it ends");
        }
    }

    /// Nobody listens any more, and the sockets are gone.
    pub fn close(&self) {
        if self.inside.is_closed.swap(true, Ordering::SeqCst) {
            return;
        }
        for name in NAMES {
            let path = self.path(name);
            // Wakes the one that waits for callers.
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

impl Inside {
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
        command.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        let input = OwnedFd::from(stream);
        command.stdout(Stdio::from(input.try_clone().expect("a second descriptor"))).stdin(Stdio::from(input));
        let child = command.spawn().expect("asbackup-net");
        let mut children = self.children.lock().unwrap();
        children.retain_mut(|child| child.try_wait().expect("our own child").is_none());
        children.push(child);
    }
}
