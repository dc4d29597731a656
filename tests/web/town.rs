//! A network of its own with several hosts in it, all of which are this machine: so that a crowd has an address, and others have
//! another one. Goes away with the process that holds it.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::process::Stdio;
use std::time::{Duration, Instant};

use asbackup_testing::PATIENCE;
use rustix::net::{AddressFamily, SocketType};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tokio::process::{Child, Command};

pub struct Town {
    holder: Child,
}

impl Town {
    /// With these addresses, each with the length of its network.
    pub async fn new(addresses: &[&str]) -> Self {
        let mut script = "ip link set lo up".to_owned();
        for address in addresses {
            // An address of IPv6 is usable only when nobody else can have it.
            let at_once = if address.contains(':') { "nodad" } else { "" };
            script += &format!(" && ip address add {address} dev lo {at_once}");
        }
        script += " && echo ready && exec sleep infinity";
        let mut command = Command::new("unshare");
        command.args(["--net", "sh", "-c", &script]).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut holder = command.spawn().expect("unshare");
        let mut output = holder.stdout.take().expect("piped");
        let mut word = [0; 5];
        tokio::io::AsyncReadExt::read_exact(&mut output, &mut word).await.expect("a network of its own");
        Self { holder }
    }

    /// The file that is this network.
    pub fn network(&self) -> String {
        format!("/proc/{}/ns/net", self.holder.id().expect("it holds the network"))
    }

    /// Runs something as a host of this network.
    pub async fn inside<T: Send + 'static>(&self, what: impl FnOnce() -> T + Send + 'static) -> T {
        let network = File::open(self.network()).expect("the network");
        let there = move || {
            move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network)).expect("into the network");
            what()
        };
        // A thread of its own, which ends there.
        let (tell, told) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || drop(tell.send(there())));
        told.await.expect("it comes to its end")
    }
}

/// Asks for a path from an address of ours. None if nobody answers, or hangs up.
pub fn ask(from: &str, to: SocketAddr, path: &str, headers: &str) -> Option<(TcpStream, String)> {
    let mut stream = connect(from.parse().expect("an address"), to).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: {to}\r\n{headers}\r\n").as_bytes()).ok()?;
    let mut heard = vec![0; 12];
    stream.read_exact(&mut heard).ok()?;
    Some((stream, String::from_utf8_lossy(&heard[9..]).into_owned()))
}

/// The code alone.
pub fn code(from: &str, to: SocketAddr, path: &str) -> String {
    ask(from, to, path, "Connection: close\r\n").map_or_else(|| "hung up".to_owned(), |(_, code)| code)
}

/// Waits until somebody listens.
pub fn until_it_listens(from: &str, to: SocketAddr) {
    let deadline = Instant::now() + PATIENCE;
    while connect(from.parse().expect("an address"), to).is_err() {
        assert!(Instant::now() < deadline, "nobody listens on {to}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn connect(from: IpAddr, to: SocketAddr) -> std::io::Result<TcpStream> {
    let family = if to.is_ipv6() { AddressFamily::INET6 } else { AddressFamily::INET };
    let socket = rustix::net::socket(family, SocketType::STREAM, None)?;
    rustix::net::bind(&socket, &SocketAddr::new(from, 0))?;
    rustix::net::connect(&socket, &to)?;
    Ok(socket.into())
}
