//! A port of loopback that stays with one test while nobody listens there.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::OwnedFd;

use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, getsockname, socket_with, sockopt};

/// Connections to it are refused until a server listens there that was told the number. Whoever takes just any free port gets
/// another one: a socket of ours has this one. It does not listen, so the kernel lets a server have the same.
#[derive(Debug)]
pub struct Port {
    number: u16,
    _kept: OwnedFd,
}

impl Port {
    /// One that was free until now.
    pub fn keep() -> Self {
        let kept = socket_with(AddressFamily::INET, SocketType::STREAM, SocketFlags::CLOEXEC, None).expect("a socket");
        sockopt::set_socket_reuseaddr(&kept, true).expect("a socket");
        bind(&kept, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = getsockname(&kept).ok().and_then(|address| SocketAddrV4::try_from(address).ok());
        Self { number: address.expect("an address").port(), _kept: kept }
    }

    /// Its number.
    pub fn number(&self) -> u16 {
        self.number
    }
}
