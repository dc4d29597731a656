//! What is asked of the kernel, systemd and the network, safely: opening what a configured path names ([`paths`]), calls that a dead
//! disk can hold for ever ([`blocking`]), processes of their own ([`privsep`]), the sockets to the bus ([`bus_socket`]), the way to a foreign
//! server ([`net`]), and what is said to systemd ([`systemd`]).
//! Must not know what any of it is for.

#![deny(missing_docs)]

pub mod blocking;
pub mod bus_socket;
pub mod net;
pub mod paths;
pub mod privsep;
pub mod systemd;
