//! Safe access to kernel, systemd and network: opening configured paths ([`paths`]), calls that a dead disk can block for ever
//! ([`blocking`]), helper processes ([`privsep`]), sockets to the bus ([`bus_socket`]), connections to servers ([`net`]), and
//! notifying systemd ([`systemd`]).
//! Must not know what any of it is for.

#![deny(missing_docs)]

pub mod blocking;
pub mod bus_socket;
pub mod net;
pub mod paths;
pub mod privsep;
pub mod systemd;
